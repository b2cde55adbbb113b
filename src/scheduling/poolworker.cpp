// SPDX-License-Identifier: MIT
#include "poolworker.h"

#include "workerpool_p.h"

namespace QtInterlink::detail {

PoolWorker::PoolWorker(WorkerPoolData &pool, const Clock &clock, bool dedicated, const Pace &pace)
    : Worker(&pool, dedicated ? Kind::Dedicated : Kind::Shared, clock, pace)
{
    queue = &timers;
    load.store(Retired, std::memory_order_relaxed);
}

PoolWorker::~PoolWorker() = default;

bool PoolWorker::reserve() noexcept
{
    if (load.fetch_add(1, std::memory_order_acq_rel) >= 0)
        return true;
    load.fetch_sub(1, std::memory_order_relaxed);
    return false;
}

void PoolWorker::unreserve() noexcept
{
    if (load.fetch_sub(1, std::memory_order_acq_rel) != 1 || kind() != Kind::Dedicated)
        return;
    int none = 0;
    if (load.compare_exchange_strong(none, Retired, std::memory_order_acq_rel)) // nobody came near meanwhile
        quit();
}

void PoolWorker::start()
{
    wait(QDeadlineTimer(QDeadlineTimer::Forever)); // it may be about to end
    m_retired = m_mayRetire = false;
    load.fetch_sub(Retired, std::memory_order_release); // no store: somebody may just be trying to reserve
    startRunning();
}

void PoolWorker::rested()
{
    if (load.load(std::memory_order_relaxed) > 0 || m_expiring || kind() == Kind::Dedicated)
        return;
    const std::chrono::nanoseconds timeout = pool()->expiryTimeout();
    if (timeout.count() < 0)
        return;
    m_expiring = true;
    if (timers.add(*this, clock().now() + timeout))
        armTimer();
}

void PoolWorker::expired() noexcept
{
    m_expiring = false;
    m_mayRetire = load.load(std::memory_order_relaxed) == 0;
    // Otherwise the next rest without services starts the time anew.
}

bool PoolWorker::retires() noexcept
{
    if (!m_retired && std::exchange(m_mayRetire, false))
        m_retired = pool()->retire(*this);
    return m_retired;
}

bool PoolWorker::tryRetire() noexcept
{
    int none = 0;
    return !hasWork() && timers.nextDue() == TimerQueue::Never
            && load.compare_exchange_strong(none, Retired, std::memory_order_acq_rel);
}

void PoolWorker::undoRetire() noexcept
{
    load.fetch_sub(Retired, std::memory_order_acq_rel);
}

} // namespace QtInterlink::detail
