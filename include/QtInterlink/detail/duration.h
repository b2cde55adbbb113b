// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_DURATION_H
#define QTINTERLINK_DETAIL_DURATION_H

#include <chrono>

namespace QtInterlink::detail {

// Any duration in nanoseconds; one that doesn't fit becomes a hundred years, a negative one nothing.
template <typename Rep, typename Period>
constexpr std::chrono::nanoseconds saturated(std::chrono::duration<Rep, Period> duration) noexcept
{
    constexpr std::chrono::hours most(24 * 365 * 100);
    if (!(duration > duration.zero()))
        return std::chrono::nanoseconds(0);
    if (std::chrono::duration<double, Period>(duration) >= std::chrono::duration<double, Period>(most))
        return most;
    return std::chrono::ceil<std::chrono::nanoseconds>(duration);
}

} // namespace QtInterlink::detail

#endif
