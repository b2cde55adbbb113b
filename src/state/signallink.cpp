// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/detail/signallink.h>

#include "../scheduling/logging.h"

namespace QtInterlink::detail {

void SignalLink::setConnection(const QMetaObject::Connection &connection)
{
    const std::lock_guard lock(m_mutex);
    m_connection = connection;
}

void SignalLink::sent(LinkError result)
{
    if (result == LinkError::NoError) [[likely]]
        return;
    const std::lock_guard lock(m_mutex);
    if (result == LinkError::Closed) {
        QObject::disconnect(m_connection);
    } else if (!std::exchange(m_warned, true)) {
        qCWarning(
                lcInterlink,
                "%s: its mailbox is full, and a signal that is connected to it can't wait: its message is dropped, and "
                "so "
                "are others from now on. Give it a larger mailboxCapacity, or connect a signal that comes less often.",
                qPrintable(m_core->name()));
    }
}

} // namespace QtInterlink::detail
