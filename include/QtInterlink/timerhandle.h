// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TIMERHANDLE_H
#define QTINTERLINK_TIMERHANDLE_H

#include <QtInterlink/detail/retained.h>
#include <QtInterlink/detail/timedmessage.h>

namespace QtInterlink {

/*!
    \class QtInterlink::TimerHandle
    \since 0.1
    A timer that \c{ServiceContext::runLater()} or \c{runInterval()} started. Cheap to copy; dropping it does not stop
    the timer, the end of the service does. All methods are thread-safe.
*/
class TimerHandle
{
public:
    /*! A handle to nothing. */
    TimerHandle() noexcept = default;
    explicit TimerHandle(detail::TimedMessage *timer) noexcept : m_timer(timer) { }

    /*!
        Stops the timer. Called from its own service, the action will not run any more; from elsewhere, it may just
        be running. Does nothing if the timer is over.
    */
    void cancel() noexcept
    {
        if (m_timer)
            m_timer->cancel();
    }

    /*! Returns whether the action may still run. */
    bool isActive() const noexcept { return m_timer && m_timer->isActive(); }

private:
    detail::Retained<detail::TimedMessage> m_timer;
};

} // namespace QtInterlink

#endif
