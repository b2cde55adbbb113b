// SPDX-License-Identifier: MIT
#include "waitgraph.h"

#include "../scheduling/walks.h"
#include "../scheduling/worker.h"

#include <mutex>

namespace QtInterlink::detail {

namespace {

class Walk
{
public:
    Walk() noexcept : m_place(currentWorker ? currentWorker->walkPlace() : walks.Shared) { walks.begin(m_place); }
    ~Walk() { walks.end(m_place); }
    Q_DISABLE_COPY_MOVE(Walk)

private:
    const int m_place;
};

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

} // namespace

bool WaitGraph::enter(ReplyCore &reply, ReplyWaiter &waiter, WaitNode *self, WaitNode *blocked) noexcept
{
    {
        const Walk walk;
        WaitNode *const target = reply.target.load(std::memory_order_acquire);
        if (reply.isDone())
            return false; // the target may be gone
        if (self)
            self->waitingFor.store(target, std::memory_order_relaxed);
        if (blocked)
            blocked->waitingFor.store(target, std::memory_order_relaxed);
        if (!reply.watch(&waiter)) {
            if (self)
                leave(*self);
            if (blocked)
                leave(*blocked);
            return false;
        }
        WalkAtomics::fenceAfterStep(); // our pointer, then theirs
        // A forward that came before did not see the waiter.
        WaitNode *const now = reply.target.load(std::memory_order_seq_cst);
        if (now != target) [[unlikely]] {
            for (WaitNode *node : {self, blocked}) {
                WaitNode *expected = target;
                if (node)
                    node->waitingFor.compare_exchange_strong(expected, now, std::memory_order_seq_cst);
            }
        }
        if (!reaches(now, self, blocked))
            return true;
    }
    reply.fail(LinkError::WouldDeadlock); // which calls the waiter, unless there is an outcome after all
    return true;
}

bool WaitGraph::moveOn(WaitNode &node, WaitNode *from, WaitNode *to) noexcept
{
    WaitNode *expected = from;
    return node.waitingFor.compare_exchange_strong(expected, to, std::memory_order_seq_cst)
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
        WaitNode *const target = source.target.load(std::memory_order_seq_cst);
        if (source.isDone())
            return;
        inCircle = WaitGraph::retarget(answer, target);
        if (inCircle)
            inCircle->retain();
    }
    if (inCircle) {
        inCircle->fail(LinkError::WouldDeadlock);
        inCircle->release();
    }
}

ReplyCore *retarget(ReplyCore &answer, WaitNode *target) noexcept
{
    return WaitGraph::retarget(answer, target); // a link of a chain: the mutex is held
}

} // namespace QtInterlink::detail
