// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_ALARM_H
#define QTINTERLINK_ALARM_H

#include <QtCore/qglobal.h>

#include <chrono>
#include <memory>

QT_BEGIN_NAMESPACE
class QSocketNotifier;
QT_END_NAMESPACE

namespace QtInterlink::detail {

class Doorbell;

// Wakes an event loop after less than a millisecond, too, where the system has something for that (Linux: a timerfd).
// Qt's timers count whole milliseconds, so that one which is due in 0.95 ms would come late each time. All of it in the
// event loop's thread.
class Alarm
{
public:
    explicit Alarm(Doorbell &doorbell) noexcept;
    ~Alarm();
    Q_DISABLE_COPY_MOVE(Alarm)

    bool set(std::chrono::nanoseconds delay); // false: not here, take a timer
    void stop() noexcept;
    void close() noexcept; // until it is set again

private:
    Doorbell &m_doorbell;
    std::unique_ptr<QSocketNotifier> m_notifier;
    int m_descriptor = -1;
    bool m_isSet = false;
};

} // namespace QtInterlink::detail

#endif
