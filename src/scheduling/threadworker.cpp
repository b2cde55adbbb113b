// SPDX-License-Identifier: MIT
#include "threadworker.h"

#include "doorbell.h"
#include "scheduler.h"
#include "tsan.h"
#include "workerpool_p.h"

#include <QtCore/QCoreApplication>

namespace QtInterlink::detail {

namespace {

class Threads final : public Scheduler
{
public:
    const Clock &clock() const noexcept override { return Clock::steady(); }
    std::shared_ptr<PoolWorker> makeWorker(WorkerPoolData &pool, bool dedicated) override
    {
        return std::make_shared<ThreadWorker>(pool, clock(), dedicated);
    }
};

} // namespace

Scheduler &Scheduler::threads() noexcept
{
    static Threads threads;
    return threads;
}

void PoolThread::run()
{
    m_worker.run();
}

ThreadWorker::ThreadWorker(WorkerPoolData &pool, const Clock &clock, bool dedicated)
    : PoolWorker(pool, clock, dedicated, OwnPace), m_poolThread(*this)
{
    attach(&m_poolThread);
}

ThreadWorker::~ThreadWorker()
{
    abandonAll();
}

void ThreadWorker::startRunning()
{
    m_quit.store(false, std::memory_order_relaxed);
    pool()->configure(m_poolThread);
    handOver(&m_poolThread);
    m_poolThread.start(pool()->threadPriority());
}

void ThreadWorker::quit()
{
    m_quit.store(true, std::memory_order_release);
    stopWaiting();
    m_poolThread.quit();
}

void ThreadWorker::stopWaiting()
{
    const std::lock_guard lock(m_mutex);
    m_wakeUp = true;
    m_condition.notify_one();
}

bool ThreadWorker::wait(QDeadlineTimer deadline)
{
    const bool ended = m_poolThread.wait(deadline);
    takeOver(&m_poolThread);
    return ended;
}

void ThreadWorker::run()
{
    pool()->threads.addThisThread();
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

void ThreadWorker::waitWithoutApplication()
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

void ThreadWorker::ring() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (m_hasEventLoop) {
        m_doorbell->ring();
    } else {
        m_wakeUp = true;
        m_condition.notify_one();
    }
}

} // namespace QtInterlink::detail
