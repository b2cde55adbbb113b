// SPDX-License-Identifier: MIT
#include "floatingscheduler.h"

#include "poolworker.h"
#include "workerpool_p.h"

namespace QtInterlink::detail {

void FloatingScheduler::enqueue(Runnable *runnable)
{
    Worker *const worker = Worker::current();
    if (!worker || worker->pool() != &m_pool || worker->kind() != Worker::Kind::Shared) {
        inject(runnable);
        return;
    }
    if (worker->keepFloating(runnable))
        backlogGrew();
}

void FloatingScheduler::inject(Runnable *runnable)
{
    if (!m_used.load(std::memory_order_relaxed))
        m_used.store(true, std::memory_order_relaxed);
    m_injected.push(runnable);
    // Acquire and release on the counter that a worker going to sleep changes: either it sees the push, or we see it.
    m_sleeping.fetch_add(0, std::memory_order_acq_rel);
    backlogGrew();
}

void FloatingScheduler::backlogGrew() noexcept
{
    if (m_searching.load(std::memory_order_acquire) > 0)
        return; // looks at everything once more before it sleeps
    if (m_sleeping.load(std::memory_order_relaxed) > 0 || m_nestedResting.load(std::memory_order_relaxed) > 0
        || m_pool.mayGrow())
        wakeOne();
}

void FloatingScheduler::wakeOne() noexcept
{
    const int count = m_pool.slotCount();
    const unsigned first = m_nextToWake.fetch_add(1, std::memory_order_relaxed);
    for (const bool nested : {false, true}) { // who waits inside a handler comes last: it may go on with that instead
        for (int i = 0; i < count; ++i) {
            PoolWorker *const worker = m_pool.slot(int((first + unsigned(i)) % unsigned(count)));
            if (worker && worker->restsNested() == nested && worker->claimRest()) {
                worker->ringClaimed();
                return;
            }
        }
        if (!nested && m_pool.mayGrow()) {
            m_pool.grow();
            return;
        }
    }
}

Runnable *FloatingScheduler::find(Worker &worker)
{
    if (!m_used.load(std::memory_order_relaxed))
        return nullptr;
    // One at a time: what stays where it is can be seen by the others, too.
    if (Runnable *const runnable = m_injected.popOldest())
        return runnable;
    const int count = m_pool.slotCount();
    const unsigned first = m_nextToWake.load(std::memory_order_relaxed);
    for (int i = 0; i < count; ++i) {
        PoolWorker *const victim = m_pool.slot(int((first + unsigned(i)) % unsigned(count)));
        if (!victim || victim == &worker)
            continue;
        if (Runnable *const runnable = victim->floating.popOldest())
            return runnable;
    }
    return nullptr;
}

void FloatingScheduler::passOn() noexcept
{
    if (hasWork())
        backlogGrew();
}

void FloatingScheduler::lookAgain() noexcept
{
    m_sleeping.fetch_add(0, std::memory_order_acq_rel); // as inject() does
    passOn();
}

bool FloatingScheduler::hasWork() const noexcept
{
    if (!m_used.load(std::memory_order_relaxed))
        return false;
    if (hasInjected())
        return true;
    for (int i = 0; i < m_pool.slotCount(); ++i) {
        const PoolWorker *const worker = m_pool.slot(i);
        if (worker && worker->floating.size() > 0)
            return true;
    }
    return false;
}

SearchScope::SearchScope(FloatingScheduler &scheduler) noexcept
    : m_scheduler(scheduler.m_used.load(std::memory_order_relaxed) ? &scheduler : nullptr)
{
    if (m_scheduler)
        m_scheduler->m_searching.fetch_add(1, std::memory_order_acq_rel);
}

SearchScope::~SearchScope()
{
    if (m_scheduler && m_scheduler->m_searching.fetch_sub(1, std::memory_order_acq_rel) == 1 && m_scheduler->hasWork())
        m_scheduler->backlogGrew();
}

} // namespace QtInterlink::detail
