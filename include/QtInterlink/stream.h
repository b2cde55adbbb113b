// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_STREAM_H
#define QTINTERLINK_STREAM_H

#include <QtInterlink/detail/retained.h>
#include <QtInterlink/detail/streamcore.h>
#include <QtInterlink/framer.h>
#include <QtInterlink/streamerror.h>

namespace QtInterlink {

/*!
    \class QtInterlink::StreamOptions
    \since 0.1
    How a stream behaves; see ServiceContext::attachStream().
*/
struct StreamOptions
{
    /*! Stop the service at the stream's end, as ServiceContext::stop() does. */
    bool stopAtEnd = false;
    /*!
        Devices: how many bytes may arrive ahead of the service before the sender is held back: a socket's read buffer
        is set to it, a process isn't read meanwhile. A single frame may be longer.
    */
    qsizetype bufferSize = 64 * 1024;
    /*!
        Signals and futures: how many items may wait. A future that is ahead by that many is suspended until half of
        them are handled, a web socket isn't read; any other signal can't be held back, and the stream ends in
        StreamError::Overflow.
    */
    qsizetype maxPending = 64 * 1024;
};

/*!
    \class QtInterlink::StreamHandle
    \since 0.1
    A stream that ServiceContext::attachStream() attached. Cheap to copy; dropping it does not detach the stream. It
    is for the code of its own service only; isActive() and comparison are thread-safe.
*/
class StreamHandle
{
public:
    /*! A handle to nothing. */
    StreamHandle() noexcept = default;

    /*! Holds the items back, and with them the source: nothing is read, nothing is lost. */
    void pause() noexcept
    {
        if (m_stream)
            m_stream->pause();
    }
    /*! Goes on after pause(). */
    void resume() noexcept
    {
        if (m_stream)
            m_stream->resume();
    }

    /*! Lets go of the source. No more items come, nor does streamEnded(). */
    void detach() noexcept
    {
        if (m_stream)
            m_stream->detach();
    }

    /*! Returns whether items may still come. */
    bool isActive() const noexcept { return m_stream && m_stream->isActive(); }

    friend bool operator==(const StreamHandle &, const StreamHandle &) noexcept = default;

    // For the module itself.
    explicit StreamHandle(detail::StreamCore *stream) noexcept : m_stream(stream) { }

private:
    detail::Retained<detail::StreamCore> m_stream;
};

} // namespace QtInterlink

#endif
