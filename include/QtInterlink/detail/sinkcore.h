// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_SINKCORE_H
#define QTINTERLINK_DETAIL_SINKCORE_H

#include <QtInterlink/detail/attachment.h>
#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/messageevent.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/linkerror.h>
#include <QtInterlink/streamerror.h>

#include <QtCore/QByteArrayView>
#include <QtCore/QIODevice>

#include <atomic>
#include <deque>
#include <memory>

namespace QtInterlink::detail {

// A sink of a service. Items from elsewhere come through the service's mailbox, in order with its messages. What
// isn't written yet is counted, so that whoever feeds learns that there is too much of it.
//
// References: the service's list of attachments, each SinkLink, and each message on its way.
class Q_INTERLINK_EXPORT SinkCore : public Attachment
{
public:
    virtual ~SinkCore();
    Q_DISABLE_COPY_MOVE(SinkCore)

    // ---- any thread ----
    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;
    bool isClosed() const noexcept { return m_closed.load(std::memory_order_acquire); }
    qsizetype pending() const noexcept
    {
        return m_queued.load(std::memory_order_acquire) + m_unwritten.load(std::memory_order_acquire);
    }
    virtual void flush(ReplyState<void> *reply) = 0; // adopts a reference of the reply, as stop() does
    virtual void stop(ReplyState<void> *reply) = 0;

    // ---- its service ----
    void attach(); // adopts the caller's reference

protected:
    friend class SinkMessage;

    SinkCore(ServiceCore &core, qsizetype maxPending) noexcept;

    LinkError admission() const noexcept; // whether one more item may come
    bool isOwn() const noexcept; // called from the service itself
    void close() noexcept { m_closed.store(true, std::memory_order_release); }
    ServiceCore &core() const noexcept { return *m_core.get(); }

    std::atomic<qsizetype> m_queued{0}; // in messages
    std::atomic<qsizetype> m_unwritten{0}; // by the device

private:
    CoreRef m_core;
    std::atomic<int> m_refs{1};
    std::atomic<bool> m_closed{false};
    const qsizetype m_maxPending;
};

// Something for a sink on its way through the mailbox, counted as \a size. Somebody may wait for its \a reply.
class Q_INTERLINK_EXPORT SinkMessage : public MessageEvent
{
public:
    SinkMessage(SinkCore &sink, qsizetype size, ReplyState<void> *reply = nullptr) noexcept;
    ~SinkMessage() override;

    void fail(std::exception_ptr exception) noexcept override;
    void refuse() noexcept override;

protected:
    void settle() noexcept; // it is no longer on its way
    bool begin() noexcept { return !m_answer || m_answer->begin(); } // false: withdrawn

    Answer<void> m_answer;

private:
    SinkCore *m_sink;
    qsizetype m_size;
};

// Writes to a device that lives on the service's worker.
class Q_INTERLINK_EXPORT DeviceSink : public SinkCore
{
public:
    ~DeviceSink() override;

    void detached() noexcept final;
    void flush(ReplyState<void> *reply) final;
    void stop(ReplyState<void> *reply) final;

    // ---- its service ----
    bool write(QByteArrayView bytes); // false: the device is broken
    void dependOnWorker(ReplyCore &reply) const noexcept; // not on the service's messages
    void answerWhenWritten(Answer<void> answer) { waitForWritten(std::move(answer), false); }

protected:
    using Flush = bool (*)(QIODevice *);

    DeviceSink(ServiceCore &core, QIODevice *device, Flush flush, qsizetype maxPending);

    QObject *context() noexcept { return m_context.get(); }
    void gone(); // the connection is closed
    virtual void raise(const StreamError &error) = 0; // to the service's handleError()

private:
    // Hands all that one run of the service wrote to the system at once, right after that run.
    class FlushNode final : public SystemNode
    {
    public:
        explicit FlushNode(DeviceSink &sink) noexcept : m_sink(sink) { }
        ~FlushNode() = default;
        void run(ServiceCore &core) override;
        void discard() noexcept override;

    private:
        DeviceSink &m_sink;
    };
    class Request;
    class Failure;
    struct Waiter
    {
        qint64 position;
        Answer<void> answer;
    };

    void request(ReplyState<void> *reply, bool last);
    void waitForWritten(Answer<void> answer, bool last);
    void flushDevice();
    void written();
    void breakDown(const QString &message);

    QIODevice *m_device;
    const Flush m_flush;
    std::unique_ptr<QObject> m_context; // of the connections
    FlushNode m_flushNode{*this};
    bool m_flushScheduled = false;
    bool m_last = false; // stop() was called: ends when all is written
    bool m_broken = false;
    qint64 m_fed = 0; // bytes given to the device
    std::deque<Waiter> m_waiters;
};

} // namespace QtInterlink::detail

#endif
