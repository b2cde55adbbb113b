// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_MESSAGEEVENT_H
#define QTINTERLINK_DETAIL_MESSAGEEVENT_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QEvent>

#include <exception>
#include <memory>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace QtInterlink::detail {

class ReplyCore;
class ServiceCore;

// What a mailbox holds.
struct alignas(8) MailboxNode
{
    enum class Kind : quint8 {
        Message, // handled in order, one at a time
        System, // the engine's own: resumes a task, ends a service; passes waiting messages and a closed mailbox
    };
    explicit MailboxNode(Kind kind) noexcept : kind(kind) { }

    MailboxNode *next = nullptr;
    const Kind kind;
    bool takesRoom = false; // counts against the mailbox's capacity
    bool isFiltered = false; // Qt has shown it to the event filters already
};

class SystemNode : public MailboxNode
{
public:
    SystemNode() noexcept : MailboxNode(Kind::System) { }
    virtual void run(ServiceCore &core) = 0; // on the service's worker
    virtual void discard() noexcept { } // instead of that: the service has ended

protected:
    ~SystemNode() = default;
};

// A message on its way: the QEvent, the message inside it, and how to handle it, in one recycled block.
class Q_INTERLINK_EXPORT MessageEvent : public QEvent, public MailboxNode, public Recycled
{
public:
    MessageEvent();
    ~MessageEvent() override;

    static QEvent::Type eventType() noexcept;

    // On the service's worker. What it throws reaches fail().
    virtual void deliver(ServiceCore &core) = 0;
    virtual void fail(std::exception_ptr exception) noexcept; // the handler threw
    virtual void refuse() noexcept; // Closed: the mailbox was closed before the message entered
    virtual ReplyCore *reply() noexcept { return nullptr; } // whom the handler answers
    // The mailbox is done with it. A request that was not answered ends in NoResponse.
    virtual void dispose() noexcept { delete this; }
    // Of the first message, which constructs the service: where that will be. On the starting thread.
    virtual void placed(QThread *thread) noexcept { Q_UNUSED(thread) }
    // Its content in a new event: Qt deletes what was posted with QCoreApplication::postEvent.
    virtual MessageEvent *relocated() { return nullptr; }

    using Recycled::operator new;
    using Recycled::operator delete;
};

// Ready for QCoreApplication::postEvent.
Q_INTERLINK_EXPORT std::unique_ptr<QEvent> eventToPost(MessageEvent *message) noexcept;

} // namespace QtInterlink::detail

#endif
