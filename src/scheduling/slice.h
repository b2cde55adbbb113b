// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SLICE_H
#define QTINTERLINK_SLICE_H

#include "clock.h"

namespace QtInterlink::detail {

// How much a runnable may do before the worker's others have their turn.
struct Slice
{
    static constexpr int MessagesAtOnce = 256;

    // One message was handled. False: the slice is used up.
    bool spend() noexcept
    {
        --left;
        if (clock && clock->now() >= end)
            left = 0;
        return left > 0;
    }
    bool isUsedUp() const noexcept { return left <= 0; }

    int left = MessagesAtOnce;
    const Clock *clock = nullptr; // set where slices are bounded in time as well: on threads that aren't ours
    std::chrono::nanoseconds end{};
};

} // namespace QtInterlink::detail

#endif
