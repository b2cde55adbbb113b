// SPDX-License-Identifier: MIT
#ifndef QTINTERLINKQML_DETAIL_EXPORTEDLINK_H
#define QTINTERLINKQML_DETAIL_EXPORTEDLINK_H

#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/linkerror.h>
#include <QtInterlinkQml/interlinkqmlglobal.h>

#include <QtCore/QList>
#include <QtCore/QMetaType>
#include <QtCore/QSharedData>
#include <QtCore/QString>
#include <QtCore/QVariant>

#include <chrono>
#include <exception>
#include <functional>
#include <utility>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace QtInterlink::detail {

// A message type that QML may send.
struct ExportedMessage
{
    QString name; // the class without its namespaces
    QString method; // the name with a small first letter
    QMetaType type;
    QMetaType response;
};

Q_INTERLINKQML_EXPORT ExportedMessage exportedMessage(QMetaType type, QMetaType response);

// What became of a request.
struct Outcome
{
    QVariant value; // invalid for void
    LinkError error = LinkError::NoError; // NoError in a failure: the handler threw
    QString text; // of the failure
    bool failed = false;
};

Q_INTERLINKQML_EXPORT Outcome failure(const std::exception_ptr &exception);

// Called in its context's thread, or never if that died first. It may be destroyed in another thread, so that it must
// hold no QJSValue.
using OutcomeFunction = std::function<void(Outcome &&outcome)>;

// The same for the progress; not called any more once the outcome was.
using ProgressFunction = std::function<void(int value, int maximum)>;

// The hold on a request that is under way: it can be withdrawn.
class PendingReply
{
public:
    PendingReply() noexcept = default;
    explicit PendingReply(ReplyCore *reply) noexcept : m_reply(reply) { m_reply->retain(); }
    PendingReply(PendingReply &&other) noexcept : m_reply(std::exchange(other.m_reply, nullptr)) { }
    PendingReply &operator=(PendingReply &&other) noexcept
    {
        std::swap(m_reply, other.m_reply);
        return *this;
    }
    ~PendingReply()
    {
        if (m_reply)
            m_reply->release();
    }

    void cancel()
    {
        if (m_reply)
            m_reply->fail(LinkError::Canceled);
    }

private:
    ReplyCore *m_reply = nullptr;
};

// A link whose types are hidden behind their metatypes. Thread-safe as Link is.
class Q_INTERLINKQML_EXPORT ExportedLink : public QSharedData
{
public:
    using Milliseconds = std::chrono::milliseconds;

    virtual ~ExportedLink();
    Q_DISABLE_COPY_MOVE(ExportedLink)

    // \a message is an index into messages(), \a value an object of its type, which is moved from.
    // No timeout: zero. \a function is called once.
    virtual PendingReply send(qsizetype message, void *value, Milliseconds timeout, QObject *context,
                              OutcomeFunction function, ProgressFunction progress = {}) const = 0;
    virtual LinkError doSend(qsizetype message, void *value) const = 0;
    virtual bool isClosed() const noexcept = 0;
    virtual void stop() const = 0;
    virtual const CoreRef &core() const noexcept = 0;
    virtual bool isSameAs(const ExportedLink &other) const noexcept = 0;

    const QList<ExportedMessage> &messages() const noexcept { return m_messages; }
    const char *serviceName() const noexcept { return m_serviceName; }
    // -1 if there is none; \a name may be qualified.
    qsizetype indexOf(const QString &name) const;

protected:
    ExportedLink(const QList<ExportedMessage> &messages, const char *serviceName);

private:
    QList<ExportedMessage> m_messages;
    const char *m_serviceName;
};

} // namespace QtInterlink::detail

#endif
