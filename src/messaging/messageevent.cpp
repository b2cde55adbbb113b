// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/messageevent.h>

#include "../scheduling/tsan.h"

namespace QtInterlink::detail {

QEvent::Type MessageEvent::eventType() noexcept
{
    static const int type = QEvent::registerEventType();
    return QEvent::Type(type);
}

// The type is looked up once for the process, not with each message.
static const QEvent::Type messageType = MessageEvent::eventType();

MessageEvent::MessageEvent() : QEvent(messageType), MailboxNode(Kind::Message)
{
}
MessageEvent::~MessageEvent() = default;

void MessageEvent::fail(std::exception_ptr) noexcept
{
}
void MessageEvent::refuse() noexcept
{
}

std::unique_ptr<QEvent> eventToPost(MessageEvent *message) noexcept
{
    handOver(static_cast<QEvent *>(message));
    return std::unique_ptr<QEvent>(message);
}

} // namespace QtInterlink::detail
