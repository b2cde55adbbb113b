// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_FLOATINGSCHEDULER_H
#define QTINTERLINK_FLOATINGSCHEDULER_H

#include "injectedqueue.h"
#include "readyqueue.h"

#include <atomic>

namespace QtInterlink::detail {

class Worker;
class WorkerPoolData;

// Spreads floating services over a pool's workers.
//
// A service made ready by a running one is what that worker does next; the one that was that before goes to the
// worker's own queue, where others find it. One made ready from outside goes to the
// injected queue. Workers without work search both. Nobody is woken while somebody searches: the last one to search
// looks once more, and a worker that was woken passes the wake on if there is more, since what it finds first may be
// something else, and long. Before a worker blocks it counts itself as asleep, rests its inbox, and looks once more;
// whoever injects counts the sleepers after it has injected. One of the two sees the other.
class FloatingScheduler
{
public:
    explicit FloatingScheduler(WorkerPoolData &pool) noexcept : m_pool(pool) { }

    void enqueue(Runnable *runnable); // any thread
    void inject(Runnable *runnable);
    void backlogGrew() noexcept; // a worker has more than it does next
    void passOn() noexcept; // a woken worker has found something to do: is there more?
    void lookAgain() noexcept; // a worker is about to block in a handler
    Runnable *takeInjected() noexcept { return m_injected.popOldest(); }
    Runnable *find(Worker &worker); // for a worker that has nothing to do
    bool hasWork() const noexcept;
    bool hasInjected() const noexcept { return !m_injected.isEmpty(); } // what came from outside
    void goesToSleep() noexcept { m_sleeping.fetch_add(1, std::memory_order_acq_rel); }
    void wokeUp() noexcept { m_sleeping.fetch_sub(1, std::memory_order_acq_rel); }
    void beginsNestedRest() noexcept
    {
        m_nestedResting.fetch_add(1, std::memory_order_relaxed);
        m_sleeping.fetch_add(0, std::memory_order_acq_rel); // as goesToSleep() does
    }
    void endsNestedRest() noexcept { m_nestedResting.fetch_sub(1, std::memory_order_relaxed); }
    // A worker that has left the count of those who run looks once more after this, as one that goes to sleep does.
    void retires() noexcept { m_sleeping.fetch_add(0, std::memory_order_acq_rel); }

private:
    friend class SearchScope;
    void wakeOne() noexcept;

    WorkerPoolData &m_pool;
    InjectedQueue<Runnable, SpinLock> m_injected;
    std::atomic<bool> m_used{false}; // a pool without floating services doesn't pay for them
    alignas(64) std::atomic<int> m_searching{0};
    std::atomic<int> m_sleeping{0};
    std::atomic<int> m_nestedResting{0};
    std::atomic<unsigned> m_nextToWake{0};
};

class SearchScope
{
public:
    explicit SearchScope(FloatingScheduler &scheduler) noexcept;
    ~SearchScope();
    Q_DISABLE_COPY_MOVE(SearchScope)

private:
    FloatingScheduler *m_scheduler;
};

} // namespace QtInterlink::detail

#endif
