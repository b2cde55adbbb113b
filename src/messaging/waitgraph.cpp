// SPDX-License-Identifier: MIT
#include "waitgraph.h"

#include "../scheduling/walks.h"
#include "../scheduling/worker.h"

#include <mutex>
#include <utility>

namespace QtInterlink::detail {

namespace {

// Forwarding is rare; one mutex for all of it keeps its chains simple.
constinit std::mutex forwardMutex;

constexpr int MaxSteps = 10'000; // a circle of others that is being resolved right now must not hold us
constexpr int MaxDepth = 32; // of workers that wait for services of other workers, a stack frame each

bool reaches(const WaitNode *node, const WaitNode *self, const WaitNode *blocked, int &steps, int depth) noexcept
{
    while (node && --steps > 0) {
        if (node == self || node == blocked)
            return true;
        if (const WaitNode *const host = node->host) {
            if (host == blocked)
                return true;
            const WaitNode *const hostWaitsFor = host->waitingFor.load(std::memory_order_seq_cst);
            if (hostWaitsFor && depth < MaxDepth && reaches(hostWaitsFor, self, blocked, steps, depth + 1))
                return true;
        }
        node = node->waitingFor.load(std::memory_order_seq_cst);
    }
    return false;
}

bool reaches(const WaitNode *node, const WaitNode *self, const WaitNode *blocked) noexcept
{
    int steps = MaxSteps;
    return reaches(node, self, blocked, steps, 0);
}

// Never from null, which may stand for a wait that is over.
void moveIfThere(WaitNode *node, WaitNode *from, WaitNode *to) noexcept
{
    if (node && from)
        node->waitingFor.compare_exchange_strong(from, to, std::memory_order_seq_cst);
}

} // namespace

Walk::Walk() noexcept : m_place(currentWorker ? currentWorker->walkPlace() : walks.Shared)
{
    walks.begin(m_place);
}

void Walk::end() noexcept
{
    if (m_place != Over)
        walks.end(std::exchange(m_place, Over));
}

bool WaitGraph::enter(ReplyCore &reply, ReplyWaiter &waiter, WaitNode *self, WaitNode *blocked) noexcept
{
    {
        const Walk walk;
        WaitNode *target = reply.target.load(std::memory_order_acquire);
        if (reply.isDone())
            return false; // the target may be gone
        // Release: others come to the target this way.
        if (self)
            self->waitingFor.store(target, std::memory_order_release);
        if (blocked)
            blocked->waitingFor.store(target, std::memory_order_release);
        if (!reply.watch(&waiter)) {
            waiter.leaveGraph();
            return false;
        }
        WalkAtomics::fenceAfterStep(); // our pointer, then theirs
        for (;;) {
            const bool circle = reaches(target, self, blocked);
            WaitNode *const now = reply.target.load(std::memory_order_seq_cst);
            if (now == target) {
                if (!circle)
                    return true;
                break;
            }
            // A forward has not seen the waiter, or not its pointer.
            moveIfThere(self, target, now);
            moveIfThere(blocked, target, now);
            target = now;
        }
        // Before the target sees that this reply needs no answer, and ends.
        waiter.leaveGraph();
    }
    reply.fail(LinkError::WouldDeadlock); // which calls the waiter, unless there is an outcome after all
    return true;
}

bool WaitGraph::moveOn(WaitNode &node, WaitNode *from, WaitNode *to) noexcept
{
    WaitNode *expected = from; // never null, which may stand for a wait that is over
    return from && node.waitingFor.compare_exchange_strong(expected, to, std::memory_order_seq_cst)
            && reaches(to, &node, &node); // whichever of the two it is
}

void WaitGraph::quiesce() noexcept
{
    walks.waitForAll();
}

ReplyCore *WaitGraph::retarget(ReplyCore &answer, WaitNode *target) noexcept
{
    WaitNode *const from = answer.target.exchange(target, std::memory_order_seq_cst);
    // Whoever registers after this sees the new target, whoever registered before is seen here.
    const quint16 state = answer.m_state.fetch_or(ReplyCore::Forwarded, std::memory_order_seq_cst);
    if ((state & ReplyCore::Watched) && !(state & ReplyCore::Done))
        return answer.m_waiter->retargeted(from, target);
    return nullptr;
}

void WaitGraph::waitForForward() noexcept
{
    const std::lock_guard lock(forwardMutex);
}

void followTarget(ReplyCore &answer, ReplyCore &source) noexcept
{
    ReplyCore *inCircle = nullptr;
    {
        const Walk walk;
        const std::lock_guard lock(forwardMutex);
        WaitNode *target = source.target.load(std::memory_order_seq_cst);
        if (source.isDone())
            target = nullptr; // may be gone, and the outcome is on its way
        inCircle = WaitGraph::retarget(answer, target);
        if (inCircle)
            inCircle->retain();
    }
    if (inCircle) {
        inCircle->fail(LinkError::WouldDeadlock);
        inCircle->release();
    }
}

void loseTarget(ReplyCore &answer) noexcept
{
    const std::lock_guard lock(forwardMutex);
    WaitGraph::retarget(answer, nullptr);
}

ReplyCore *retarget(ReplyCore &answer, WaitNode *target) noexcept
{
    return WaitGraph::retarget(answer, target); // a link of a chain: the mutex is held
}

} // namespace QtInterlink::detail
