// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_TIMERENTRY_H
#define QTINTERLINK_DETAIL_TIMERENTRY_H

#include <QtInterlink/interlinkglobal.h>

#include <chrono>
#include <cstddef>

namespace QtInterlink::detail {

class TimerQueue;

// Something that is due at a moment of the pool's clock. Lives in one queue at most; the queue doesn't own it.
class TimerEntry
{
public:
    static constexpr std::size_t NotQueued = ~std::size_t(0);

    virtual void leaving() noexcept { } // under the queue's mutex: the entry is due and leaves the queue
    virtual void expired() noexcept = 0; // after that, on the queue's worker, without the mutex

    std::chrono::nanoseconds due{};
    std::size_t position = NotQueued; // in the queue's heap, guarded by its mutex
    TimerQueue *queue = nullptr; // written before the entry is shared

protected:
    ~TimerEntry() = default;
};

} // namespace QtInterlink::detail

#endif
