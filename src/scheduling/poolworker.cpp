// SPDX-License-Identifier: MIT
#include "poolworker.h"

#include "doorbell.h"
#include "tsan.h"
#include "workerpool_p.h"

#include <QtCore/QCoreApplication>

namespace QtInterlink::detail {

void PoolThread::run()
{
    m_worker.run();
}

PoolWorker::PoolWorker(WorkerPoolData &pool, const Clock &clock, bool dedicated)
    : Worker(&pool, dedicated ? Kind::Dedicated : Kind::Shared, clock), m_poolThread(*this)
{
    queue = &timers;
    load.store(Retired, std::memory_order_relaxed);
    attach(&m_poolThread);
}

PoolWorker::~PoolWorker()
{
    abandonAll();
}

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
    wait(QDeadlineTimer(QDeadlineTimer::Forever)); // the last one may be about to end
    m_quit.store(false, std::memory_order_relaxed);
    m_retired = m_mayRetire = false;
    m_pool->configure(m_poolThread);
    load.fetch_sub(Retired, std::memory_order_release); // no store: somebody may just be trying to reserve
    handOver(&m_poolThread);
    m_poolThread.start(m_pool->threadPriority());
}

void PoolWorker::quit()
{
    m_quit.store(true, std::memory_order_release);
    {
        const std::lock_guard lock(m_mutex);
        m_wakeUp = true;
        m_condition.notify_one();
    }
    m_poolThread.quit();
}

void PoolWorker::applicationChanged()
{
    const std::lock_guard lock(m_mutex);
    m_wakeUp = true;
    m_condition.notify_one();
}

bool PoolWorker::wait(QDeadlineTimer deadline)
{
    const bool ended = m_poolThread.wait(deadline);
    takeOver(&m_poolThread);
    return ended;
}

void PoolWorker::run()
{
    takeOver(&m_poolThread);
    while (!m_quit.load(std::memory_order_acquire)) {
        if (!QCoreApplication::instance()) {
            waitWithoutApplication();
            continue;
        }
        {
            const std::lock_guard lock(m_mutex);
            m_hasEventLoop = true;
        }
        ring(); // for what was pushed before
        m_poolThread.exec();
        const std::lock_guard lock(m_mutex);
        m_hasEventLoop = false;
    }
    do {
        turn(); // what came for objects that live here
    } while (hasWork());
    leave();
    handOver(&m_poolThread);
}

void PoolWorker::waitWithoutApplication()
{
    turn();
    std::unique_lock lock(m_mutex);
    const auto wakeUp = [this] { return m_wakeUp; };
    const std::chrono::nanoseconds due = timers.nextDue();
    if (due == TimerQueue::Never)
        m_condition.wait(lock, wakeUp);
    else
        m_condition.wait_for(lock, due - clock().now(), wakeUp);
    m_wakeUp = false;
}

void PoolWorker::ring() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_hasEventLoop) {
        m_doorbell->ring();
    } else {
        m_wakeUp = true;
        m_condition.notify_one();
    }
}

void PoolWorker::rested()
{
    if (load.load(std::memory_order_relaxed) > 0 || m_expiring || kind() == Kind::Dedicated)
        return;
    const std::chrono::nanoseconds timeout = m_pool->expiryTimeout();
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
        m_retired = m_pool->retire(*this);
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
