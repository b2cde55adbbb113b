// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_TIMEDMESSAGE_H
#define QTINTERLINK_DETAIL_TIMEDMESSAGE_H

#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/messageevent.h>
#include <QtInterlink/detail/timerentry.h>

#include <atomic>
#include <chrono>

namespace QtInterlink::detail {

// A timer of a service: waits in a worker's timer queue, and when it is due enters the mailbox like any message.
// References: the service's list of timers, each handle, and the mailbox or the firing queue while it is there.
class Q_INTERLINK_EXPORT TimedMessage : public MessageEvent, public TimerEntry
{
public:
    TimedMessage(std::chrono::nanoseconds delay, std::chrono::nanoseconds interval) noexcept;
    ~TimedMessage() override;

    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;
    void cancel() noexcept;
    bool isActive() const noexcept { return m_active.load(std::memory_order_acquire); }

    void deliver(ServiceCore &core) override;
    void dispose() noexcept override { release(); }
    void leaving() noexcept override { retain(); }
    void expired() noexcept override;

protected:
    virtual void act(ServiceCore &core) = 0;

private:
    friend class ServiceCore;
    void rearm();

    std::atomic<int> m_refs{1};
    std::atomic<bool> m_active{true};
    bool m_listed = false;
    std::chrono::nanoseconds m_interval; // 0: once
    CoreRef m_core;
    TimedMessage *m_previous = nullptr; // the service's list
    TimedMessage *m_next = nullptr;
};

} // namespace QtInterlink::detail

#endif
