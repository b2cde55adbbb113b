// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/sinkcore.h>

#include "../scheduling/worker.h"

#include <QtInterlink/detail/servicecore.h>

#include <QtCore/QFileDevice>

#include <algorithm>

namespace QtInterlink::detail {

// ---- all sinks ----

SinkCore::SinkCore(ServiceCore &core, qsizetype maxPending) noexcept
    : m_core(&core), m_maxPending(std::max<qsizetype>(maxPending, 1))
{
}

SinkCore::~SinkCore() = default;

void SinkCore::release() noexcept
{
    if (m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

void SinkCore::attach()
{
    m_core->attach(this);
}

LinkError SinkCore::admission() const noexcept
{
    if (isClosed() || (m_core->isClosed() && !isOwn())) // a service that drains still answers
        return LinkError::Closed;
    return pending() < m_maxPending ? LinkError::NoError : LinkError::MailboxFull;
}

bool SinkCore::isOwn() const noexcept
{
    return ServiceCore::current() == m_core.get();
}

SinkMessage::SinkMessage(SinkCore &sink, qsizetype size, ReplyState<void> *reply) noexcept
    : m_answer(reply), m_sink(&sink), m_size(size)
{
    sink.retain();
    sink.m_queued.fetch_add(size, std::memory_order_relaxed);
}

SinkMessage::~SinkMessage()
{
    settle();
    m_sink->release();
}

void SinkMessage::fail(std::exception_ptr exception) noexcept
{
    if (m_answer)
        m_answer->fail(std::move(exception));
}

void SinkMessage::refuse() noexcept
{
    if (m_answer)
        m_answer->fail(LinkError::Closed);
}

void SinkMessage::settle() noexcept
{
    m_sink->m_queued.fetch_sub(std::exchange(m_size, 0), std::memory_order_release);
}

// ---- devices ----

// flush() or stop() from elsewhere.
class DeviceSink::Request final : public SinkMessage
{
public:
    Request(DeviceSink &sink, ReplyState<void> *reply, bool last) noexcept
        : SinkMessage(sink, 0, reply), m_device(sink), m_last(last)
    {
    }
    void deliver(ServiceCore &) override
    {
        if (begin())
            m_device.waitForWritten(std::move(m_answer), m_last);
    }

private:
    DeviceSink &m_device;
    bool m_last;
};

// An error on its way to handleError(), which is called in turn with the messages.
class DeviceSink::Failure final : public SinkMessage
{
public:
    Failure(DeviceSink &sink, StreamError error) noexcept
        : SinkMessage(sink, 0), m_device(sink), m_error(std::move(error))
    {
    }
    void deliver(ServiceCore &) override { m_device.raise(m_error); }

private:
    DeviceSink &m_device;
    StreamError m_error;
};

// A file writes nothing by itself, whatever its user takes it for.
static bool flushFile(QIODevice *device)
{
    return static_cast<QFileDevice *>(device)->flush();
}

DeviceSink::DeviceSink(ServiceCore &core, QIODevice *device, Flush flush, qsizetype maxPending)
    : SinkCore(core, maxPending), m_device(device), m_flush(qobject_cast<QFileDevice *>(device) ? &flushFile : flush),
      m_context(std::make_unique<QObject>())
{
    QObject::connect(device, &QIODevice::bytesWritten, m_context.get(), [this] { written(); });
    QObject::connect(device, &QIODevice::aboutToClose, m_context.get(), [this] {
        retain(); // may be detached meanwhile
        // A socket that is aborted has dropped what it had: that is not written.
        if (m_device
            && (qobject_cast<QFileDevice *>(m_device)
                || m_device->bytesToWrite() >= m_unwritten.load(std::memory_order_relaxed)))
            flushDevice();
        gone();
        release();
    });
    QObject::connect(device, &QObject::destroyed, m_context.get(), [this] {
        m_device = nullptr;
        gone();
    });
}

DeviceSink::~DeviceSink() = default;

void DeviceSink::detached() noexcept
{
    close();
    if (m_device && m_context)
        flushDevice();
    m_context.reset();
    m_device = nullptr;
    for (Waiter &waiter : std::exchange(m_waiters, {}))
        waiter.answer->fail(LinkError::Closed);
    release();
}

bool DeviceSink::write(QByteArrayView bytes)
{
    if (!m_device)
        return false;
    const qint64 taken = m_device->write(bytes.data(), bytes.size());
    if (taken < bytes.size()) {
        breakDown(m_device->errorString());
        return false;
    }
    m_fed += taken;
    m_unwritten.store(m_device->bytesToWrite(), std::memory_order_release);
    if (!m_flushScheduled) {
        m_flushScheduled = true;
        retain();
        if (!isOwn() || !core().postSystem(&m_flushNode))
            m_flushNode.run(core());
    }
    return true;
}

void DeviceSink::FlushNode::run(ServiceCore &)
{
    m_sink.m_flushScheduled = false;
    if (m_sink.m_device)
        m_sink.flushDevice();
    m_sink.release();
}

void DeviceSink::FlushNode::discard() noexcept
{
    m_sink.m_flushScheduled = false;
    m_sink.release();
}

void DeviceSink::flushDevice()
{
    // Sockets also say false if the system takes no more for now. A file has failed for good.
    if (m_flush && m_device->bytesToWrite() > 0 && !m_flush(m_device) && qobject_cast<QFileDevice *>(m_device)
        && m_device->isWritable())
        breakDown(m_device->errorString());
    else
        written();
}

// What the device wrote settles those who wait for it.
void DeviceSink::written()
{
    if (!m_device)
        return;
    const qint64 left = m_device->bytesToWrite();
    m_unwritten.store(left, std::memory_order_release);
    while (!m_waiters.empty() && m_waiters.front().position <= m_fed - left) {
        const Waiter waiter = std::move(m_waiters.front());
        m_waiters.pop_front();
        waiter.answer->fulfil();
    }
    if (m_last && left == 0)
        core().detach(this);
}

void DeviceSink::flush(ReplyState<void> *reply)
{
    request(reply, false);
}

void DeviceSink::stop(ReplyState<void> *reply)
{
    close();
    request(reply, true);
}

void DeviceSink::dependOnWorker(ReplyCore &reply) const noexcept
{
    reply.target = &core().home()->waitNode;
}

void DeviceSink::request(ReplyState<void> *reply, bool last)
{
    dependOnWorker(*reply);
    if (isOwn()) {
        waitForWritten(Answer<void>(reply), last);
        return;
    }
    core().postOwn(new Request(*this, reply, last));
}

void DeviceSink::waitForWritten(Answer<void> answer, bool last)
{
    if (!m_device) {
        answer->fail(LinkError::Closed);
        return;
    }
    m_waiters.push_back({m_fed, std::move(answer)});
    m_last |= last;
    retain();
    flushDevice();
    release();
}

void DeviceSink::gone()
{
    if (m_broken)
        return;
    if (m_unwritten.load(std::memory_order_relaxed) > 0)
        breakDown(m_device ? m_device->errorString() : QStringLiteral("the device is gone"));
    else
        breakDown({});
}

void DeviceSink::breakDown(const QString &message)
{
    close();
    m_broken = true;
    m_device = nullptr;
    m_unwritten.store(0, std::memory_order_release);
    for (Waiter &waiter : std::exchange(m_waiters, {}))
        waiter.answer->fail(LinkError::Closed);
    if (!message.isEmpty())
        core().postOwn(new Failure(*this, {StreamError::WriteFailed, message}));
}

} // namespace QtInterlink::detail
