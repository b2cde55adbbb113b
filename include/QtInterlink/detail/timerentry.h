// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_TIMERENTRY_H
#define QTINTERLINK_DETAIL_TIMERENTRY_H

#include <QtInterlink/interlinkglobal.h>

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace QtInterlink::detail {

class TimerQueue;
struct TimerSlot;

// Something that is due at a moment of the pool's clock. Lives in one queue at most; the queue doesn't own it.
class TimerEntry
{
public:
    static constexpr std::uintptr_t NotQueued = 0;

    virtual void leaving() noexcept { } // under the queue's mutex: the entry is due and leaves the queue
    virtual void expired() noexcept = 0; // after that, on the queue's worker, without the mutex

    std::chrono::nanoseconds due{};
    std::uintptr_t position = NotQueued; // guarded by the queue's mutex: odd in its heap, or the address of a slot
    TimerQueue *queue = nullptr; // written before the entry is shared

    // The two kinds of positions.
    void setIndex(std::size_t index) noexcept { position = 2 * index + 1; }
    std::size_t index() const noexcept { return position / 2; }
    void setSlot(TimerSlot *slot) noexcept { position = reinterpret_cast<std::uintptr_t>(slot); }
    TimerSlot *slot() const noexcept { return reinterpret_cast<TimerSlot *>(position); }
    bool isInHeap() const noexcept { return position % 2; }

protected:
    ~TimerEntry() = default;
};

} // namespace QtInterlink::detail

#endif
