// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SCHEDULER_H
#define QTINTERLINK_SCHEDULER_H

#include <memory>

namespace QtInterlink::detail {

class Clock;
class PoolWorker;
class WorkerPoolData;

// Where a pool's time and its workers come from: the steady clock and threads in earnest; in a test a clock that is set
// and workers that take their turns in one thread, in an order that a seed gives.
class Scheduler
{
public:
    virtual ~Scheduler() = default;

    virtual const Clock &clock() const noexcept = 0;
    virtual std::shared_ptr<PoolWorker> makeWorker(WorkerPoolData &pool, bool dedicated) = 0; // not started yet
    // For who waits until services have ended: runs something, if it is the calling thread that has to. False: it
    // hasn't, or there is nothing to run.
    virtual bool runHere() { return false; }

    static Scheduler &threads() noexcept;
};

} // namespace QtInterlink::detail

#endif
