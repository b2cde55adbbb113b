// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_POOLWORKER_H
#define QTINTERLINK_POOLWORKER_H

#include "worker.h"

#include <QtCore/QThread>

namespace QtInterlink::detail {

class PoolWorker;

class PoolThread final : public QThread
{
public:
    explicit PoolThread(PoolWorker &worker) : m_worker(worker) { }
    PoolWorker &worker() const noexcept { return m_worker; }
    using QThread::exec;

protected:
    void run() override;

private:
    PoolWorker &m_worker;
};

// A worker with a thread of the pool's. The thread starts with the first service, ends when there was none for the
// pool's expiry time, and starts anew when one is placed here again.
//
//   load      | meaning
//   ----------|--------------------------------------------------------
//   0, 1, ... | runs; so many services live here
//   Retired   | doesn't run; whoever wants to place a service starts it
//
// A program may start services before it has a QCoreApplication, without which Qt runs no event loop; until then the
// thread waits on a condition instead.
class PoolWorker final : public Worker, private TimerEntry
{
public:
    static constexpr int Retired = -1'000'000'000;

    PoolWorker(WorkerPoolData &pool, const Clock &clock, bool dedicated);
    ~PoolWorker() override;

    // Any thread.
    bool reserve() noexcept; // a service may be placed here; false: retired
    void unreserve() noexcept;
    void ringClaimed() noexcept { ring(); }
    void applicationChanged(); // it came

    // The pool, under its mutex.
    void start();
    bool tryRetire() noexcept; // its own thread
    void undoRetire() noexcept;
    bool isThisThread() const noexcept { return QThread::currentThread() == &m_poolThread; }
    void quit();
    bool wait(QDeadlineTimer deadline);
    void leaveAlone() noexcept { m_leftAlone = true; } // its thread hangs: never to be used again
    bool isLeftAlone() const noexcept { return m_leftAlone; }
    void end() noexcept { abandonAll(); } // with its pool: what comes now is refused
    bool isRunning() const { return m_poolThread.isRunning(); }

private:
    friend class PoolThread;
    void run();
    void waitWithoutApplication();
    void ring() noexcept override;
    void rested() override;
    bool retires() noexcept override;
    void expired() noexcept override; // without services for the expiry time

    PoolThread m_poolThread;
    std::atomic<bool> m_quit{false};
    // Its own thread's.
    bool m_expiring = false; // in the timer queue
    bool m_mayRetire = false; // the expiry time is over
    bool m_retired = false; // the thread ends
    std::mutex m_mutex; // for the way to wake the thread
    std::condition_variable m_condition;
    bool m_hasEventLoop = false;
    bool m_leftAlone = false; // the pool's
    bool m_wakeUp = false;
};

} // namespace QtInterlink::detail

#endif
