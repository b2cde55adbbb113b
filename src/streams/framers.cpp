// SPDX-License-Identifier: MIT
#include <QtInterlink/framer.h>

#include <QtCore/QtEndian>

#include <algorithm>
#include <limits>

namespace QtInterlink {

// ---- delimiters and lines ----

DelimiterFramer::DelimiterFramer(QByteArray delimiter, qsizetype maxLength)
    : m_delimiter(std::move(delimiter)), m_maxLength(maxLength)
{
    Q_ASSERT_X(!m_delimiter.isEmpty(), "DelimiterFramer", "the delimiter is empty");
}

Frame<QByteArray> DelimiterFramer::next(QByteArrayView bytes, bool atEnd)
{
    const qsizetype found = bytes.indexOf(m_delimiter, m_searched);
    const qsizetype length = found >= 0 ? found : bytes.size();
    // Without a delimiter the last bytes may be the beginning of one.
    const qsizetype least = found >= 0 || atEnd ? length : length - (m_delimiter.size() - 1);
    if (least > m_maxLength) {
        return Frame<QByteArray>::failed(
                {StreamError::FrameTooLong, QStringLiteral("more than %1 bytes without a delimiter").arg(m_maxLength)});
    }
    if (found < 0) {
        if (atEnd && !bytes.isEmpty())
            return Frame<QByteArray>::complete(bytes.toByteArray(), bytes.size());
        m_searched = std::max<qsizetype>(0, bytes.size() - (m_delimiter.size() - 1));
        return Frame<QByteArray>::incomplete();
    }
    m_searched = 0;
    return Frame<QByteArray>::complete(bytes.first(found).toByteArray(), found + m_delimiter.size());
}

// One byte more for a CR, which isn't part of the line.
LineFramer::LineFramer(qsizetype maxLength)
    : m_lines(QByteArrayLiteral("\n"), std::min(maxLength, std::numeric_limits<qsizetype>::max() - 1) + 1),
      m_maxLength(maxLength)
{
}

Frame<QByteArray> LineFramer::next(QByteArrayView bytes, bool atEnd)
{
    Frame<QByteArray> frame = m_lines.next(bytes, atEnd);
    if (frame.kind() == Frame<QByteArray>::Kind::Complete) {
        QByteArray &line = frame.item();
        if (line.endsWith('\r') && frame.size() > line.size())
            line.chop(1);
        if (line.size() <= m_maxLength)
            return frame;
    } else if (frame.kind() != Frame<QByteArray>::Kind::Failed) {
        return frame;
    }
    return Frame<QByteArray>::failed(
            {StreamError::FrameTooLong, QStringLiteral("a line of more than %1 bytes").arg(m_maxLength)});
}

// ---- lengths ----

LengthPrefixFramer::LengthPrefixFramer(PrefixSize prefixSize, QSysInfo::Endian order, qsizetype maxLength) noexcept
    : m_prefixSize(prefixSize), m_order(order), m_maxLength(maxLength)
{
}

namespace {

template <typename T>
quint64 numberAt(const char *bytes, QSysInfo::Endian order) noexcept
{
    return order == QSysInfo::BigEndian ? qFromBigEndian<T>(bytes) : qFromLittleEndian<T>(bytes);
}

template <typename T>
void putNumber(quint64 number, char *bytes, QSysInfo::Endian order) noexcept
{
    if (order == QSysInfo::BigEndian)
        qToBigEndian(T(number), bytes);
    else
        qToLittleEndian(T(number), bytes);
}

} // namespace

Frame<QByteArray> LengthPrefixFramer::next(QByteArrayView bytes, bool)
{
    if (bytes.size() < m_prefixSize)
        return Frame<QByteArray>::incomplete();
    quint64 length = 0;
    switch (m_prefixSize) {
    case OneByte:
        length = numberAt<quint8>(bytes.data(), m_order);
        break;
    case TwoBytes:
        length = numberAt<quint16>(bytes.data(), m_order);
        break;
    case FourBytes:
        length = numberAt<quint32>(bytes.data(), m_order);
        break;
    case EightBytes:
        length = numberAt<quint64>(bytes.data(), m_order);
        break;
    }
    if (length > quint64(m_maxLength)) {
        return Frame<QByteArray>::failed(
                {StreamError::FrameTooLong,
                 QStringLiteral("a frame of %1 bytes, where %2 are allowed").arg(length).arg(m_maxLength)});
    }
    if (quint64(bytes.size() - m_prefixSize) < length)
        return Frame<QByteArray>::incomplete();
    return Frame<QByteArray>::complete(bytes.sliced(m_prefixSize, qsizetype(length)).toByteArray(),
                                       m_prefixSize + qsizetype(length));
}

QByteArray LengthPrefixFramer::framed(QByteArrayView item) const
{
    const quint64 most = m_prefixSize == EightBytes ? ~quint64(0) : (quint64(1) << (8 * m_prefixSize)) - 1;
    if (item.size() > m_maxLength || quint64(item.size()) > most)
        return {};
    QByteArray framed(m_prefixSize, Qt::Uninitialized);
    switch (m_prefixSize) {
    case OneByte:
        putNumber<quint8>(quint64(item.size()), framed.data(), m_order);
        break;
    case TwoBytes:
        putNumber<quint16>(quint64(item.size()), framed.data(), m_order);
        break;
    case FourBytes:
        putNumber<quint32>(quint64(item.size()), framed.data(), m_order);
        break;
    case EightBytes:
        putNumber<quint64>(quint64(item.size()), framed.data(), m_order);
        break;
    }
    return framed.append(item);
}

// ---- the others ----

FixedSizeFramer::FixedSizeFramer(qsizetype size) noexcept : m_size(size)
{
    Q_ASSERT_X(size > 0, "FixedSizeFramer", "the size is not positive");
}

Frame<QByteArray> FixedSizeFramer::next(QByteArrayView bytes, bool)
{
    if (bytes.size() < m_size)
        return Frame<QByteArray>::incomplete();
    return Frame<QByteArray>::complete(bytes.first(m_size).toByteArray(), m_size);
}

Frame<QByteArray> ChunkFramer::next(QByteArrayView bytes, bool)
{
    if (bytes.isEmpty())
        return Frame<QByteArray>::incomplete();
    return Frame<QByteArray>::complete(bytes.toByteArray(), bytes.size());
}

} // namespace QtInterlink
