// SPDX-License-Identifier: MIT
#include "waitgraph.h"

#include "../memory/threadlocal.h"
#include "../scheduling/pause.h"

#include <array>
#include <mutex>

namespace QtInterlink::detail {

namespace {

// Walks under way, counted in a few places so that walkers on different threads seldom share a cache line.
struct alignas(64) Walkers
{
    std::atomic<int> count{0};
};
constinit std::array<Walkers, 8> walkers;

INTERLINK_THREAD_LOCAL std::atomic<int> *walkersHere = nullptr;

std::atomic<int> &walkersOfThisThread() noexcept
{
    static constinit std::atomic<unsigned> lastThread{0};
    if (!walkersHere) [[unlikely]]
        walkersHere = &walkers[lastThread.fetch_add(1, std::memory_order_relaxed) % walkers.size()].count;
    return *walkersHere;
}

class Walk
{
public:
    Walk() noexcept : m_count(walkersOfThisThread()) { m_count.fetch_add(1, std::memory_order_seq_cst); }
    ~Walk() { m_count.fetch_sub(1, std::memory_order_release); } // pairs with quiesce()
    Q_DISABLE_COPY_MOVE(Walk)

private:
    std::atomic<int> &m_count;
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

WaitGraph::Entered WaitGraph::enter(ReplyCore &reply, ReplyWaiter &waiter, WaitNode *self, WaitNode *blocked) noexcept
{
    bool circle = false;
    {
        const Walk walk;
        WaitNode *const target = reply.target.load(std::memory_order_seq_cst);
        if (reply.isDone())
            return Entered::Done; // the target may be gone
        if (self)
            self->waitingFor.store(target, std::memory_order_seq_cst);
        if (blocked)
            blocked->waitingFor.store(target, std::memory_order_seq_cst);
        circle = reaches(target, self, blocked);
        if (!circle) {
            if (reply.watch(&waiter)) {
                // A forward that came between our two looks did not see the waiter.
                WaitNode *const now = reply.target.load(std::memory_order_seq_cst);
                if (now == target)
                    return Entered::Waiting;
                for (WaitNode *node : {self, blocked}) {
                    WaitNode *expected = target;
                    if (node)
                        node->waitingFor.compare_exchange_strong(expected, now, std::memory_order_seq_cst);
                }
                if (reply.isDone() || !reaches(now, self, blocked))
                    return Entered::Waiting;
            } else {
                for (WaitNode *node : {self, blocked}) {
                    if (node)
                        leave(*node);
                }
                return Entered::Done;
            }
        } else {
            for (WaitNode *node : {self, blocked}) {
                if (node)
                    leave(*node);
            }
        }
    }
    reply.fail(LinkError::WouldDeadlock);
    return circle ? Entered::Circle : Entered::Waiting; // if registered, the waiter was called just now
}

bool WaitGraph::moveOn(WaitNode &node, WaitNode *from, WaitNode *to) noexcept
{
    WaitNode *expected = from;
    return node.waitingFor.compare_exchange_strong(expected, to, std::memory_order_seq_cst)
            && reaches(to, &node, &node); // whichever of the two it is
}

void WaitGraph::quiesce() noexcept
{
    for (const Walkers &shard : walkers) {
        // Sequentially consistent: a walk that began before our node was unlinked is seen here.
        while (shard.count.load(std::memory_order_seq_cst) != 0)
            pauseProcessor();
    }
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
