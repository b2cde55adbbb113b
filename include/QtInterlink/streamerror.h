// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_STREAMERROR_H
#define QTINTERLINK_STREAMERROR_H

#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QString>

#include <utility>

namespace QtInterlink {

/*!
    \class QtInterlink::StreamError
    \since 0.1
    Why a stream or a sink ended before its time. It goes to the service's
    \c{ErrorAction handleError(StreamError)} or \c{handleError(StreamError, ServiceContext<S> &)}; without one a
    \c qt.interlink warning tells of it. The stream is over in any case; the answer decides about the service.
*/
class StreamError
{
public:
    enum Kind {
        /*! A frame is longer than its framer allows. */
        FrameTooLong,
        /*! The bytes are not what the framer expects. */
        Malformed,
        /*! The source ended inside a frame. */
        Truncated,
        /*! The device could not be read, or the connection broke. */
        ReadFailed,
        /*! The device could not be written, or the connection broke. */
        WriteFailed,
        /*! A signal was emitted faster than the service handled it, for longer than StreamOptions::maxPending allows.
         */
        Overflow,
    };

    /*! For framers of one's own: \a message says what was wrong, and at which byte. */
    StreamError(Kind kind, QString message) noexcept : m_kind(kind), m_message(std::move(message)) { }

    /*! Returns which kind of failure it was. */
    Kind kind() const noexcept { return m_kind; }
    /*! Returns what was wrong and, where that helps, at which byte of the stream. */
    const QString &message() const noexcept { return m_message; }

private:
    Kind m_kind;
    QString m_message;
};

} // namespace QtInterlink

#endif
