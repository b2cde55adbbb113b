// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_THREADWORKER_H
#define QTINTERLINK_THREADWORKER_H

#include "poolworker.h"

#include <QtCore/QThread>

namespace QtInterlink::detail {

class ThreadWorker;

class PoolThread final : public QThread
{
public:
    explicit PoolThread(ThreadWorker &worker) : m_worker(worker) { }
    ThreadWorker &worker() const noexcept { return m_worker; }
    using QThread::exec;

protected:
    void run() override;

private:
    ThreadWorker &m_worker;
};

// A pool's worker with a thread and its event loop. The thread ends when the worker retires, and starts anew with it.
//
// A program may start services before it has a QCoreApplication, without which Qt runs no event loop; until then the
// thread waits on a condition instead.
class ThreadWorker final : public PoolWorker
{
public:
    ThreadWorker(WorkerPoolData &pool, const Clock &clock, bool dedicated);
    ~ThreadWorker() override;

    void applicationChanged() override { stopWaiting(); }
    bool isThisThread() const noexcept override { return QThread::currentThread() == &m_poolThread; }
    void quit() override;
    bool wait(QDeadlineTimer deadline) override;
    bool isRunning() const override { return m_poolThread.isRunning(); }

private:
    friend class PoolThread;
    void startRunning() override;
    void run();
    void waitWithoutApplication();
    void stopWaiting();
    void ring() noexcept override;

    PoolThread m_poolThread;
    std::atomic<bool> m_quit{false};
    std::mutex m_mutex; // for the way to wake the thread
    std::condition_variable m_condition;
    bool m_hasEventLoop = false;
    bool m_wakeUp = false;
};

} // namespace QtInterlink::detail

#endif
