// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_POOLWORKER_H
#define QTINTERLINK_POOLWORKER_H

#include "worker.h"

#include <QtCore/QDeadlineTimer>

namespace QtInterlink::detail {

// A worker of a pool's. It starts with the first service, retires when there was none for the pool's expiry time, and
// starts anew when one is placed here again.
//
//   load      | meaning
//   ----------|--------------------------------------------------------
//   0, 1, ... | runs; so many services live here
//   Retired   | doesn't run; whoever wants to place a service starts it
class INTERLINK_TESTED_EXPORT PoolWorker : public Worker, private TimerEntry
{
public:
    static constexpr int Retired = -1'000'000'000;

    PoolWorker(WorkerPoolData &pool, const Clock &clock, bool dedicated, const Pace &pace);
    ~PoolWorker() override; // whoever derives abandons all in its own

    // Any thread.
    bool reserve() noexcept; // a service may be placed here; false: retired
    void unreserve() noexcept;
    void ringClaimed() noexcept { ring(); }
    virtual void applicationChanged() { } // it came

    // The pool, under its mutex.
    void start();
    bool tryRetire() noexcept; // its own thread
    void undoRetire() noexcept;
    virtual bool isThisThread() const noexcept = 0;
    virtual void quit() = 0;
    virtual bool wait(QDeadlineTimer deadline) = 0; // until it has quit
    virtual bool isRunning() const = 0;
    void leaveAlone() noexcept { m_leftAlone = true; } // its thread hangs: never to be used again
    bool isLeftAlone() const noexcept { return m_leftAlone; }
    void end() noexcept { abandonAll(); } // with its pool: what comes now is refused

private:
    virtual void startRunning() = 0;
    void rested() override;
    bool retires() noexcept override;
    void expired() noexcept override; // without services for the expiry time

    // Its own thread's.
    bool m_expiring = false; // in the timer queue
    bool m_mayRetire = false; // the expiry time is over
    bool m_retired = false; // the thread ends
    bool m_leftAlone = false; // the pool's
};

} // namespace QtInterlink::detail

#endif
