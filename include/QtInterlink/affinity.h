// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_AFFINITY_H
#define QTINTERLINK_AFFINITY_H

#include <QtInterlink/interlinkglobal.h>

namespace QtInterlink {

/*!
    \enum QtInterlink::Affinity
    \since 0.1
    Where the messages of a service are handled. A class says so with
    \c{static constexpr Affinity affinity = Affinity::Floating;}

    \value Worker   On one worker from construction to destruction (the default): QObject members, timers, sockets
                    and database handles are at home there.
    \value Floating On whichever worker takes the service next: for pure state. One message at a time and in order,
                    as ever; conversations stay on one processor, idle workers take over a backlog.
*/
enum class Affinity : quint8 { Worker, Floating };

/*!
    \enum QtInterlink::ErrorAction
    \since 0.1
    What \c handleError() decides.

    \value Continue The service goes on with its next message.
    \value Stop     The service closes its mailbox and stops; what it holds ends in LinkError::NoResponse.
*/
enum class ErrorAction : quint8 { Continue, Stop };

} // namespace QtInterlink

#endif
