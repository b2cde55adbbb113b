// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/streamcore.h>

#include <QtCore/QSocketNotifier>

#include <algorithm>

namespace QtInterlink::detail {

// As much as is read from a device at once.
static constexpr qsizetype ChunkSize = 64 * 1024;
// An empty buffer beyond this is given back: most connections are silent most of the time.
static constexpr qsizetype KeptCapacity = 4 * 1024;

DeviceStream::DeviceStream(ServiceCore &core, bool stopAtEnd, QIODevice *device, qsizetype bufferSize)
    : StreamCore(core, stopAtEnd), m_device(device), m_bufferSize(std::max<qsizetype>(bufferSize, 1))
{
}

DeviceStream::~DeviceStream() = default;

void DeviceStream::begin()
{
    m_context = std::make_unique<QObject>();
    QObject::connect(m_device, &QIODevice::readyRead, m_context.get(), [this] { arrived(); });
    QObject::connect(m_device, &QIODevice::readChannelFinished, m_context.get(), [this] { finish(); });
    QObject::connect(m_device, &QIODevice::aboutToClose, m_context.get(), [this] {
        while (fill()) { } // what has arrived is worth having, and can't be had later
        finish();
    });
    QObject::connect(m_device, &QObject::destroyed, m_context.get(), [this] {
        m_device = nullptr;
        finish();
    });
}

void DeviceStream::close() noexcept
{
    m_context.reset();
    if (m_held && m_device)
        holdNotifiers(false);
    m_device = nullptr;
}

void DeviceStream::arrived() noexcept
{
    if (m_boundByNotifiers && !m_held && m_device->bytesAvailable() >= m_bufferSize)
        holdNotifiers(true);
    schedule();
}

void DeviceStream::finish() noexcept
{
    m_finished = true;
    schedule();
}

void DeviceStream::holdNotifiers(bool hold) noexcept
{
    m_held = hold;
    setReading(m_device, !hold);
}

void DeviceStream::use(qsizetype size) noexcept
{
    m_used += size;
    m_offset += size;
    if (m_used < m_buffer.size())
        return;
    m_used = 0;
    if (m_buffer.capacity() > KeptCapacity)
        m_buffer = QByteArray();
    else
        m_buffer.resize(0); // keeps the memory
}

bool DeviceStream::fill()
{
    if (!m_device)
        return false;
    const qsizetype there = m_device->isSequential() ? m_device->bytesAvailable() : ChunkSize;
    if (there > 0) {
        if (m_used > 0) {
            m_buffer.remove(0, m_used);
            m_used = 0;
        }
        const qsizetype before = m_buffer.size();
        const qsizetype wanted = std::min(there, ChunkSize);
        m_buffer.resize(before + wanted);
        const qint64 got = m_device->read(m_buffer.data() + before, wanted);
        m_buffer.resize(before + std::max<qsizetype>(0, qsizetype(got)));
        if (m_held && m_device->bytesAvailable() <= m_bufferSize / 2)
            holdNotifiers(false);
        if (got > 0)
            return true;
        if (got < 0 && !m_device->isSequential())
            setDeviceError(m_device->errorString());
    }
    if (!m_device->isSequential())
        m_finished = true;
    return false;
}

StreamError DeviceStream::located(const StreamError &error) const
{
    return {error.kind(), QStringLiteral("%1 (at byte %2 of the stream)").arg(error.message()).arg(m_offset)};
}

StreamCore::Step DeviceStream::finalStep()
{
    if (!m_deviceError.isEmpty())
        return endIn({StreamError::ReadFailed, m_deviceError});
    if (!available().isEmpty()) {
        return endIn(
                {StreamError::Truncated,
                 QStringLiteral("the source ended after %1 bytes of an unfinished frame").arg(available().size())});
    }
    return Step::Ended;
}

bool setReading(QObject *object, bool reading) noexcept
{
    bool any = false;
    const auto notifiers = object->findChildren<QSocketNotifier *>();
    for (QSocketNotifier *notifier : notifiers) {
        if (notifier->type() == QSocketNotifier::Read) {
            notifier->setEnabled(reading);
            any = true;
        }
    }
    return any;
}

} // namespace QtInterlink::detail
