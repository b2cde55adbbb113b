// SPDX-License-Identifier: MIT
#include "clock.h"

namespace QtInterlink::detail {

namespace {

class SteadyClock final : public Clock
{
public:
    std::chrono::nanoseconds now() const noexcept override
    {
        return std::chrono::steady_clock::now().time_since_epoch();
    }
};

} // namespace

const Clock &Clock::steady() noexcept
{
    // Never destroyed: with newer Qt the main thread finishes, and its services end, after static destructors ran.
    static const SteadyClock *const clock = new SteadyClock;
    return *clock;
}

} // namespace QtInterlink::detail
