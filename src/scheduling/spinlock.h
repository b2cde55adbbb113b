// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SPINLOCK_H
#define QTINTERLINK_SPINLOCK_H

#include "pause.h"

#include <atomic>
#include <thread>

namespace QtInterlink::detail {

// Guards a few instructions that two threads seldom want at once; half the price of a mutex on the way of a message.
class SpinLock
{
public:
    void lock() noexcept
    {
        for (int i = 0; m_locked.exchange(true, std::memory_order_acquire); ++i) {
            while (m_locked.load(std::memory_order_relaxed)) {
                if (++i % 64)
                    pauseProcessor();
                else
                    std::this_thread::yield(); // its holder may have lost the processor
            }
        }
    }
    bool try_lock() noexcept
    {
        return !m_locked.load(std::memory_order_relaxed) && !m_locked.exchange(true, std::memory_order_acquire);
    }
    void unlock() noexcept { m_locked.store(false, std::memory_order_release); }

private:
    std::atomic<bool> m_locked{false};
};

} // namespace QtInterlink::detail

#endif
