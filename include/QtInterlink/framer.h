// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_FRAMER_H
#define QTINTERLINK_FRAMER_H

#include <QtInterlink/streamerror.h>

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayView>
#include <QtCore/QSysInfo>

#include <concepts>
#include <optional>
#include <utility>

namespace QtInterlink {

/*!
    \class QtInterlink::Frame
    \since 0.1
    What a framer found at the beginning of the bytes that have arrived.
*/
template <typename T>
class Frame
{
public:
    /*! There is no whole item yet. */
    static Frame incomplete() noexcept { return Frame(Kind::Incomplete, 0); }
    /*! The first \a size bytes are \a item. */
    static Frame complete(T item, qsizetype size) { return Frame(std::move(item), size); }
    /*! The first \a size bytes are of no interest, or the framer has kept what it needs of them. */
    static Frame skipped(qsizetype size) noexcept { return Frame(Kind::Skipped, size); }
    /*! What comes makes no sense: the stream ends in \a error. */
    static Frame failed(StreamError error) { return Frame(std::move(error)); }

    /*! Which of the four functions made it. */
    enum class Kind : quint8 { Incomplete, Complete, Skipped, Failed };
    Kind kind() const noexcept { return m_kind; }
    /*! Returns how many bytes are done with; 0 of an incomplete and a failed one. */
    qsizetype size() const noexcept { return m_size; }
    /*! Returns the item of a complete one; of others there is none, and it must not be called. */
    T &item() noexcept { return *m_item; }
    /*! Returns what was wrong with a failed one; of others it must not be called. */
    const StreamError &error() const noexcept { return *m_error; }

private:
    Frame(Kind kind, qsizetype size) noexcept : m_kind(kind), m_size(size) { }
    Frame(T item, qsizetype size) : m_kind(Kind::Complete), m_size(size), m_item(std::move(item)) { }
    explicit Frame(StreamError error) : m_kind(Kind::Failed), m_error(std::move(error)) { }

    Kind m_kind;
    qsizetype m_size = 0;
    std::optional<T> m_item;
    std::optional<StreamError> m_error;
};

// clang-format off
/*!
    A framer cuts bytes into items. It has a type \c Item, and a method \c next that is given all bytes which have
    arrived and are not yet used, and says what they begin with. \c atEnd tells that no more will come. A framer
    belongs to one stream and may remember things; it is called again with the same beginning and more behind it
    after Frame::incomplete(), and with what follows after Frame::complete() and Frame::skipped().
*/
template <typename F>
concept Framer = requires(F &framer, QByteArrayView bytes, bool atEnd) {
    typename F::Item;
    { framer.next(bytes, atEnd) } -> std::same_as<Frame<typename F::Item>>;
};
// clang-format on

/*!
    \class QtInterlink::DelimiterFramer
    \since 0.1
    Items that end in a delimiter, which is not part of them. The last one may lack it.
*/
class Q_INTERLINK_EXPORT DelimiterFramer
{
public:
    using Item = QByteArray;

    /*! \a maxLength is in bytes, without the delimiter. */
    explicit DelimiterFramer(QByteArray delimiter, qsizetype maxLength = DefaultMaxLength);

    /*! See Framer. A longer item ends the stream in StreamError::FrameTooLong. */
    Frame<QByteArray> next(QByteArrayView bytes, bool atEnd);

    /*! Bytes. */
    static constexpr qsizetype DefaultMaxLength = 64 * 1024;

private:
    QByteArray m_delimiter;
    qsizetype m_maxLength;
    qsizetype m_searched = 0; // bytes known not to begin a delimiter
};

/*!
    \class QtInterlink::LineFramer
    \since 0.1
    Lines that end in LF or CR LF, which is not part of them. The last one may lack it.
*/
class Q_INTERLINK_EXPORT LineFramer
{
public:
    using Item = QByteArray;

    /*! \a maxLength is in bytes, without the line's end. */
    explicit LineFramer(qsizetype maxLength = DelimiterFramer::DefaultMaxLength);

    /*! See Framer. A longer line ends the stream in StreamError::FrameTooLong. */
    Frame<QByteArray> next(QByteArrayView bytes, bool atEnd);

private:
    DelimiterFramer m_lines;
    qsizetype m_maxLength;
};

/*!
    \class QtInterlink::LengthPrefixFramer
    \since 0.1
    Items with their length in bytes before them, as an unsigned number of 1, 2, 4 or 8 bytes that does not count
    itself.
*/
class Q_INTERLINK_EXPORT LengthPrefixFramer
{
public:
    using Item = QByteArray;
    /*! How many bytes the length takes. */
    enum PrefixSize { OneByte = 1, TwoBytes = 2, FourBytes = 4, EightBytes = 8 };

    /*! \a maxLength is in bytes, without the prefix. */
    explicit LengthPrefixFramer(PrefixSize prefixSize = FourBytes, QSysInfo::Endian order = QSysInfo::BigEndian,
                                qsizetype maxLength = 16 * 1024 * 1024) noexcept;

    /*!
        See Framer. A greater length ends the stream in StreamError::FrameTooLong, an end inside of an item in
        StreamError::Truncated.
    */
    Frame<QByteArray> next(QByteArrayView bytes, bool atEnd);

    /*! Returns \a item with its length before it, as this framer expects it; empty if that doesn't fit. */
    QByteArray framed(QByteArrayView item) const;

private:
    PrefixSize m_prefixSize;
    QSysInfo::Endian m_order;
    qsizetype m_maxLength;
};

/*!
    \class QtInterlink::FixedSizeFramer
    \since 0.1
    Items of one size.
*/
class Q_INTERLINK_EXPORT FixedSizeFramer
{
public:
    using Item = QByteArray;

    /*! \a size is in bytes, and more than 0. */
    explicit FixedSizeFramer(qsizetype size) noexcept;

    /*! See Framer. An end inside of an item ends the stream in StreamError::Truncated. */
    Frame<QByteArray> next(QByteArrayView bytes, bool atEnd);

private:
    qsizetype m_size;
};

/*!
    \class QtInterlink::ChunkFramer
    \since 0.1
    No frames: the bytes as they arrive.
*/
class Q_INTERLINK_EXPORT ChunkFramer
{
public:
    using Item = QByteArray;

    /*! See Framer. */
    Frame<QByteArray> next(QByteArrayView bytes, bool atEnd);
};

} // namespace QtInterlink

#endif
