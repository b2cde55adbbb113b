// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TIMERQUEUE_H
#define QTINTERLINK_TIMERQUEUE_H

#include "timerwheel.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace QtInterlink::detail {

// What is due on a worker. Each entry knows where it is, so that it can be taken out from any thread.
//
// Few timers, and those that come too late for the wheel, are in a heap of four children a node. A heap of a million
// misses the cache at each level, so that beyond a few dozen the others go to a wheel, in constant time. What is in the
// tick that the wheel has reached is the run: sorted once, then taken from its beginning. All of it is due before what
// is still in the wheel; the heap's may come before, between and after.
class TimerQueue
{
public:
    static constexpr std::chrono::nanoseconds Never = std::chrono::nanoseconds::max();

    // Any thread. True if the entry is now the first one due. Told what time it is, an empty wheel begins there instead
    // of moving there level by level.
    bool add(TimerEntry &entry, std::chrono::nanoseconds due, std::chrono::nanoseconds now = {});
    // Any thread. False if it isn't in the queue: it was never added, or it has been taken out to expire.
    bool remove(TimerEntry &entry) noexcept;
    // The worker: calls expired() of what is due, in the order of the due times; equal ones have no order. No more than
    // a few at once, so that they are handled while they are in the processor's cache, and other messages have their
    // turn; nextDue() tells whether there is more. Returns whether there was anything.
    bool fire(std::chrono::nanoseconds now);
    // When the first one is due, or Never. Any thread. It may be too early after that one has been removed from among
    // hundreds, until fire() at that time finds out.
    std::chrono::nanoseconds nextDue() const noexcept
    {
        return std::chrono::nanoseconds(m_nextDue.load(std::memory_order_acquire));
    }

private:
    using Slot = TimerSlot;
    static constexpr std::size_t MostAtOnce = 64;
    static constexpr std::size_t SmallHeap = 64;

    void place(std::size_t index, Slot slot) noexcept;
    void siftUp(std::size_t index, Slot slot) noexcept;
    void siftDown(std::size_t index, Slot slot) noexcept;
    void takeOut(std::size_t index) noexcept;
    TimerEntry *takeDue(std::chrono::nanoseconds now);
    void openBucket();
    void skipRemoved() noexcept;
    bool hasRun() const noexcept { return m_runAt < m_run.size(); }
    std::chrono::nanoseconds dueInHeap() const noexcept { return m_heap.empty() ? Never : m_heap.front().due; }
    void updateNextDue() noexcept;

    std::mutex m_mutex;
    std::vector<Slot> m_heap;
    std::vector<Slot> m_run; // a removed one has left an empty slot
    std::size_t m_runAt = 0; // its first that isn't empty
    std::unique_ptr<TimerWheel> m_wheel; // made when it is needed first
    std::atomic<std::chrono::nanoseconds::rep> m_nextDue{Never.count()};
};

} // namespace QtInterlink::detail

#endif
