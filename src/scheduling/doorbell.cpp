// SPDX-License-Identifier: MIT
#include "doorbell.h"

#include "tsan.h"
#include "worker.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QTimerEvent>

namespace QtInterlink::detail {

// From here on a millisecond more doesn't matter.
static constexpr std::chrono::nanoseconds LongestAlarm = std::chrono::milliseconds(200);

static const QEvent::Type doorbellType = QEvent::Type(QEvent::registerEventType());

void Doorbell::ring() noexcept
{
    auto *const event = new QEvent(doorbellType);
    handOver(event);
    QCoreApplication::postEvent(this, event);
}

void Doorbell::ringAfter(std::chrono::nanoseconds delay)
{
    ringNoMore();
    if (!QAbstractEventDispatcher::instance())
        return;
    if (delay < LongestAlarm && m_alarm.set(delay))
        return;
    // Rounded up: a timer that fires early would only have to be set again.
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(delay, std::chrono::nanoseconds(0)));
    m_timer = startTimer(std::min(wait, std::chrono::milliseconds(std::chrono::hours(1))), Qt::PreciseTimer);
}

void Doorbell::alarmRang()
{
    m_worker.timerRang();
}

void Doorbell::ringNoMore()
{
    m_alarm.stop();
    if (m_timer)
        killTimer(std::exchange(m_timer, 0));
}

void Doorbell::listen()
{
    QAbstractEventDispatcher *const dispatcher = QAbstractEventDispatcher::instance();
    if (m_listening || !dispatcher)
        return;
    m_listening = true;
    connect(
            dispatcher, &QAbstractEventDispatcher::awake, this, [this] { m_worker.nestedLoopTurns(); },
            Qt::DirectConnection);
    connect(
            dispatcher, &QAbstractEventDispatcher::aboutToBlock, this, [this] { m_worker.nestedLoopBlocks(); },
            Qt::DirectConnection);
}

bool Doorbell::event(QEvent *event)
{
    takeOver(event);
    if (event->type() == doorbellType) {
        m_worker.turn();
        return true;
    }
    if (event->type() == QEvent::Timer && static_cast<QTimerEvent *>(event)->timerId() == m_timer) {
        m_worker.timerRang();
        return true;
    }
    return QObject::event(event);
}

} // namespace QtInterlink::detail
