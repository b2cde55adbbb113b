// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_STREAMCORE_H
#define QTINTERLINK_DETAIL_STREAMCORE_H

#include <QtInterlink/detail/attachment.h>
#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/messageevent.h>
#include <QtInterlink/streamerror.h>

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QIODevice>

#include <atomic>
#include <exception>
#include <memory>

namespace QtInterlink::detail {

// A stream of a service. It is a message as well: when its source has something, it enters the mailbox, and when its
// turn comes it takes some items from the source and hands them to the service, one after the other. So nothing is
// read before there is time to handle it.
//
// References: the service's list of attachments, each handle, and the mailbox while the stream is there.
class Q_INTERLINK_EXPORT StreamCore : public MessageEvent, public Attachment
{
public:
    ~StreamCore() override;

    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;
    bool isActive() const noexcept { return m_active.load(std::memory_order_acquire); }

    // ---- its service ----
    void attach(); // adopts the caller's reference
    void pause() noexcept;
    void resume() noexcept;
    void detach() noexcept;

    // ---- any thread ----
    void schedule() noexcept; // the source has something

    void deliver(ServiceCore &core) final;
    void dispose() noexcept final { release(); }
    void detached() noexcept final;

protected:
    enum class Step { Handled, Nothing, Ended };

    StreamCore(ServiceCore &core, bool stopAtEnd) noexcept;
    virtual Step step() = 0; // hands one item to the service
    virtual void begin() { } // attached: watches its source
    virtual void close() noexcept { } // lets go of its source; called once, if begin() was
    virtual void raise(const StreamError &error) = 0; // to the service's handleError()
    virtual void tellEnd() = 0; // the service's streamEnded()

    Step endIn(StreamError error); // these two return Ended
    Step endIn(std::exception_ptr exception);
    ServiceCore &core() const noexcept { return *m_core.get(); }

private:
    void end();

    CoreRef m_core;
    std::atomic<int> m_refs{1};
    std::atomic<bool> m_active{true};
    std::atomic<bool> m_scheduled{false};
    bool m_paused = false;
    const bool m_stopAtEnd;
    std::unique_ptr<StreamError> m_error;
    std::exception_ptr m_exception;
};

// Bytes of a device that lives on the service's worker.
class Q_INTERLINK_EXPORT DeviceStream : public StreamCore
{
public:
    ~DeviceStream() override;

protected:
    DeviceStream(ServiceCore &core, bool stopAtEnd, QIODevice *device, qsizetype bufferSize);

    void begin() override;
    void close() noexcept override;

    QByteArrayView available() const noexcept { return QByteArrayView(m_buffer).sliced(m_used); }
    void use(qsizetype size) noexcept;
    bool fill(); // false: there is nothing to be had now, or ever if isFinished()
    bool isFinished() const noexcept { return m_finished; }
    void finish() noexcept; // no more will come
    StreamError located(const StreamError &error) const; // says where in the stream
    Step finalStep(); // all frames are handled and no more bytes will come

    // What a device says of its trouble; a closed connection is none.
    void setDeviceError(const QString &message) { m_deviceError = message; }
    QObject *context() noexcept { return m_context.get(); }
    void boundByNotifiers() noexcept { m_boundByNotifiers = true; }

private:
    void arrived() noexcept;
    void holdNotifiers(bool hold) noexcept;

    QIODevice *m_device;
    std::unique_ptr<QObject> m_context; // of the connections
    QByteArray m_buffer;
    qsizetype m_used = 0; // of its beginning
    qsizetype m_offset = 0; // of the stream's bytes before that
    const qsizetype m_bufferSize;
    QString m_deviceError;
    bool m_finished = false;
    bool m_boundByNotifiers = false; // the device has no limit of its own
    bool m_held = false;
};

// For a service that has no handler for it.
Q_INTERLINK_EXPORT void warnOfStreamError(const ServiceCore &core, const StreamError &error);

// A server could not accept, and will try again.
Q_INTERLINK_EXPORT void warnOfAccepting(const ServiceCore &core, const QString &problem);

// Switches the socket notifiers below \a object for reading: what arrives stays with the system, which tells the
// sender.
Q_INTERLINK_EXPORT bool setReading(QObject *object, bool reading) noexcept;

} // namespace QtInterlink::detail

#endif
