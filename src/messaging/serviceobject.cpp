// SPDX-License-Identifier: MIT
#include "serviceobject.h"

#include "../scheduling/tsan.h"

#include <QtInterlink/detail/messageevent.h>
#include <QtInterlink/detail/servicecore.h>

#include <QtCore/QCoreApplication>

#include <utility>

namespace QtInterlink::detail {

void ServiceObject::pass(MessageEvent *message)
{
    m_passing = message;
    if (QCoreApplication::instance())
        QCoreApplication::sendEvent(this, message);
    else
        event(message); // nobody filters without an application
    m_passing = nullptr;
    if (m_thrown)
        std::rethrow_exception(std::exchange(m_thrown, nullptr));
}

bool ServiceObject::event(QEvent *event)
{
    if (event != m_passing)
        takeOver(event);
    if (event->type() != MessageEvent::eventType())
        return QObject::event(event);

    auto *const message = static_cast<MessageEvent *>(event);
    if (message == m_passing) {
        m_passing = nullptr;
        try {
            message->deliver(m_core);
        } catch (...) {
            m_thrown = std::current_exception();
        }
    } else if (MessageEvent *const own = message->relocated()) {
        // Posted with QCoreApplication::postEvent, which deletes it. It takes its place behind what waits.
        own->isFiltered = true;
        m_core.post(own);
    }
    return true;
}

} // namespace QtInterlink::detail
