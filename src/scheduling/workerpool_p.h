// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_WORKERPOOL_P_H
#define QTINTERLINK_WORKERPOOL_P_H

#include "clock.h"
#include "floatingscheduler.h"
#include "poolworker.h"
#include "scheduler.h"
#include "threadcount.h"

#include <QtInterlink/placement.h>
#include <QtInterlink/workerpool.h>

#include <QtCore/QThreadPool>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace QtInterlink::detail {

class INTERLINK_TESTED_EXPORT WorkerPoolData
{
public:
    explicit WorkerPoolData(Scheduler &scheduler = Scheduler::threads());
    ~WorkerPoolData();
    Q_DISABLE_COPY_MOVE(WorkerPoolData)

    static WorkerPoolData &global();
    static std::vector<WorkerPoolData *> all();

    // ---- where a service goes ----
    // A worker with room reserved on it; null if the pool is ending or the thread has ended.
    std::shared_ptr<Worker> place(const Placement &placement, bool floating);
    std::shared_ptr<Worker> timerWorker(); // for a timer that no worker sets
    void serviceStarted(Worker &home) noexcept;
    void serviceEnded(Worker &home) noexcept;
    bool hasOwnTime() const noexcept { return m_hasOwnTime; } // whose timers can't be another pool's
    bool isClosing() const noexcept { return m_closing.load(std::memory_order_acquire); }

    // ---- workers ----
    PoolWorker *slot(int i) const noexcept { return m_slots[size_t(i)].load(std::memory_order_acquire); }
    int slotCount() const noexcept { return m_slotCount.load(std::memory_order_acquire); }
    bool mayGrow() const noexcept
    {
        return m_running.load(std::memory_order_relaxed) - m_blocked.load(std::memory_order_relaxed)
                < m_maxWorkerCount.load(std::memory_order_relaxed);
    }
    void grow() noexcept;
    bool retire(PoolWorker &worker) noexcept; // its own thread, at the end of a turn; true: it ends
    void blocks(Worker &worker) noexcept; // a handler blocks its thread
    void unblocks(Worker &worker) noexcept;
    void configure(QThread &thread) const;
    void applicationStarted();

    // ---- the end ----
    qsizetype serviceCount() const noexcept;
    bool waitForServices(QDeadlineTimer deadline);
    void shutDown();
    bool end(); // before the destructor; false: a thread hangs, and *this must stay
    static void leaveAlone(std::unique_ptr<WorkerPoolData> pool); // for ever

    // ---- settings ----
    QThread::Priority threadPriority() const noexcept { return m_threadPriority.load(std::memory_order_relaxed); }
    std::chrono::milliseconds expiryTimeout() const noexcept { return m_expiryTimeout.load(std::memory_order_relaxed); }

    FloatingScheduler floating{*this};
    QThreadPool offloadPool;
    ThreadCount threads; // of workers

private:
    friend class QtInterlink::WorkerPool;
    static constexpr size_t MostWorkers = 512;

    PoolWorker *leastLoaded();
    PoolWorker *startWorker(); // under m_mutex
    std::shared_ptr<Worker> startDedicated();
    std::vector<CoreRef> services() const;
    bool stopThreads(QDeadlineTimer deadline); // false: some are left alone

    Scheduler &m_scheduler;
    const bool m_hasOwnTime;
    std::array<std::atomic<PoolWorker *>, MostWorkers> m_slots{};
    std::atomic<int> m_slotCount{0};
    std::atomic<int> m_running{0};
    std::atomic<int> m_blocked{0};
    std::atomic<int> m_nextSlot{0};
    std::atomic<qsizetype> m_guestServices{0};
    std::atomic<bool> m_closing{false};
    bool m_outlived = false; // by a thread that hangs
    int m_leftAlone = 0; // such threads of workers

    mutable std::mutex m_mutex; // guards what follows
    std::vector<std::shared_ptr<PoolWorker>> m_workers; // those in the slots
    std::vector<std::shared_ptr<PoolWorker>> m_dedicated;

    std::mutex m_waitMutex;
    std::condition_variable m_waitCondition;
    std::atomic<int> m_waiting{0};

    std::atomic<int> m_maxWorkerCount;
    std::atomic<uint> m_stackSize{0};
    std::atomic<QThread::Priority> m_threadPriority{QThread::InheritPriority};
    std::atomic<std::chrono::milliseconds> m_expiryTimeout{std::chrono::seconds(30)};
    std::atomic<std::chrono::milliseconds> m_shutdownTimeout{std::chrono::seconds(10)};
};

} // namespace QtInterlink::detail

#endif
