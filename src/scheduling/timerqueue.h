// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TIMERQUEUE_H
#define QTINTERLINK_TIMERQUEUE_H

#include <QtInterlink/detail/timerentry.h>

#include <atomic>
#include <mutex>
#include <vector>

namespace QtInterlink::detail {

// What is due on a worker, as a heap of four children a node: each entry knows its position, so that it can be taken
// out from any thread in logarithmic time.
class TimerQueue
{
public:
    static constexpr std::chrono::nanoseconds Never = std::chrono::nanoseconds::max();

    // Any thread. True if the entry is now the first one due.
    bool add(TimerEntry &entry, std::chrono::nanoseconds due);
    // Any thread. False if it isn't in the queue: it was never added, or it has been taken out to expire.
    bool remove(TimerEntry &entry) noexcept;
    // The worker: calls expired() of all that is due. Returns whether there was anything.
    bool fire(std::chrono::nanoseconds now);
    // When the first one is due, or Never. Any thread.
    std::chrono::nanoseconds nextDue() const noexcept
    {
        return std::chrono::nanoseconds(m_nextDue.load(std::memory_order_acquire));
    }

private:
    struct Slot
    {
        std::chrono::nanoseconds due; // beside the pointer, so that sifting stays in the array
        TimerEntry *entry;
    };

    void place(std::size_t position, Slot slot) noexcept;
    void siftUp(std::size_t position, Slot slot) noexcept;
    void siftDown(std::size_t position, Slot slot) noexcept;
    void takeOut(std::size_t position) noexcept;
    void updateNextDue() noexcept;

    std::mutex m_mutex;
    std::vector<Slot> m_heap;
    std::vector<TimerEntry *> m_expired; // the worker's, kept for its capacity
    std::atomic<std::chrono::nanoseconds::rep> m_nextDue{Never.count()};
};

} // namespace QtInterlink::detail

#endif
