// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/messageevent.h>

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

} // namespace QtInterlink::detail
