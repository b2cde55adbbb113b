// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DOORBELL_H
#define QTINTERLINK_DOORBELL_H

#include "alarm.h"

#include <QtCore/QObject>

#include <chrono>

namespace QtInterlink::detail {

class Worker;

// A worker's QObject: what wakes its event loop, by an event or by the clock.
class Doorbell final : public QObject
{
public:
    explicit Doorbell(Worker &worker) : m_worker(worker) { }

    void ring() noexcept; // any thread
    // Its own thread.
    void ringAfter(std::chrono::nanoseconds delay);
    void ringNoMore();
    void listen(); // to the thread's event dispatcher, for event loops nested in a handler
    void listenAnew() noexcept // the thread ends, and its dispatcher with it
    {
        m_alarm.close();
        m_listening = false;
    }
    void forget() noexcept // the dispatcher has gone, and its timers with it
    {
        m_timer = 0;
        listenAnew();
    }
    void alarmRang();

    bool event(QEvent *event) override;

private:
    Worker &m_worker;
    Alarm m_alarm{*this}; // for short delays
    int m_timer = 0;
    bool m_listening = false;
};

} // namespace QtInterlink::detail

#endif
