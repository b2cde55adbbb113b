// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_CLOCK_H
#define QTINTERLINK_CLOCK_H

#include <chrono>

namespace QtInterlink::detail {

// The time that timers, timeouts and slices go by. A pool has one; a test may give it another.
class Clock
{
public:
    virtual ~Clock() = default;
    virtual std::chrono::nanoseconds now() const noexcept = 0; // never goes back

    static const Clock &steady() noexcept;
};

} // namespace QtInterlink::detail

#endif
