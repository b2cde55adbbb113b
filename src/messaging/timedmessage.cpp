// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/timedmessage.h>

#include "../scheduling/worker.h"

#include <QtInterlink/detail/servicecore.h>

#include <QtCore/QScopeGuard>

namespace QtInterlink::detail {

TimedMessage::TimedMessage(std::chrono::nanoseconds delay, std::chrono::nanoseconds interval) noexcept
    : m_interval(interval)
{
    due = delay; // until it is added
}

TimedMessage::~TimedMessage() = default;

void TimedMessage::release() noexcept
{
    if (m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

void TimedMessage::cancel() noexcept
{
    if (!m_active.exchange(false, std::memory_order_acq_rel))
        return;
    if (ServiceCore::current() == m_core.get()) {
        m_core->dropTimer(this);
    } else if (queue->remove(*this)) {
        retain();
        m_core->postOwn(this); // its service lets go of it
    }
}

void TimedMessage::expired() noexcept
{
    m_core->postOwn(this); // with the reference that leaving() took
}

void TimedMessage::deliver(ServiceCore &core)
{
    // It is in no queue: either it was due, or it was taken out to be cancelled.
    if (!isActive()) {
        core.forgetTimer(this);
        return;
    }
    if (m_interval.count() == 0) {
        // Over before it acts: the action may start it anew or stop the service.
        core.forgetTimer(this);
        act(core);
        return;
    }
    const auto again = qScopeGuard([&] {
        if (core.life() != ServiceCore::Life::Running)
            return; // which drops it, at the latest when it has ended
        if (isActive())
            rearm();
        if (!isActive())
            core.dropTimer(this); // cancelled from elsewhere while it acted, when it was in no queue to be found
    });
    act(core);
}

void TimedMessage::rearm()
{
    // On the grid of the first time; what was missed meanwhile is made up for by this one call.
    const std::chrono::nanoseconds now = m_core->home()->clock().now();
    const std::chrono::nanoseconds late = now - due;
    const auto steps = late.count() > 0 ? late / m_interval + 1 : 1;
    m_core->home()->setTimerAt(*this, due + steps * m_interval, now);
}

} // namespace QtInterlink::detail
