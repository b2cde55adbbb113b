// SPDX-License-Identifier: MIT
#include "alarm.h"

#include "doorbell.h"

#include <QtCore/QSocketNotifier>

#include <algorithm>

#if defined(Q_OS_LINUX)
#  include <sys/timerfd.h>
#  include <unistd.h>
#endif

namespace QtInterlink::detail {

Alarm::Alarm(Doorbell &doorbell) noexcept : m_doorbell(doorbell)
{
}

Alarm::~Alarm()
{
    close();
}

#if defined(Q_OS_LINUX)

bool Alarm::set(std::chrono::nanoseconds delay)
{
    if (m_descriptor < 0) {
        m_descriptor = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
        if (m_descriptor < 0)
            return false; // no descriptor is left
        m_notifier = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] {
            quint64 times = 0;
            if (::read(m_descriptor, &times, sizeof(times)) == sizeof(times)) { // else it was set anew meanwhile
                m_isSet = false;
                m_doorbell.alarmRang();
            }
        });
    }
    const auto wait = std::max(delay, std::chrono::nanoseconds(1)); // 0 would stop it
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(wait);
    itimerspec when{};
    when.it_value.tv_sec = seconds.count();
    when.it_value.tv_nsec = (wait - seconds).count();
    m_isSet = ::timerfd_settime(m_descriptor, 0, &when, nullptr) == 0;
    return m_isSet;
}

void Alarm::stop() noexcept
{
    if (!std::exchange(m_isSet, false))
        return;
    const itimerspec never{};
    ::timerfd_settime(m_descriptor, 0, &never, nullptr);
}

void Alarm::close() noexcept
{
    m_notifier.reset();
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
    m_isSet = false;
}

#else

bool Alarm::set(std::chrono::nanoseconds)
{
    return false;
}

void Alarm::stop() noexcept
{
}

void Alarm::close() noexcept
{
}

#endif

} // namespace QtInterlink::detail
