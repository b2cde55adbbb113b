// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SINK_H
#define QTINTERLINK_SINK_H

#include <QtInterlink/detail/retained.h>
#include <QtInterlink/detail/sinkcore.h>
#include <QtInterlink/linkerror.h>
#include <QtInterlink/reply.h>

#include <QtCore/QByteArray>

#include <utility>

namespace QtInterlink {

/*!
    \class QtInterlink::SinkOptions
    \since 0.1
    How a sink behaves; see ServiceContext::attachSink().
*/
struct SinkOptions
{
    /*!
        How much may wait before feed() reports LinkError::MailboxFull: bytes that the device hasn't handed to the
        system, or items that the callable hasn't taken. What is fed to an emptier sink may be larger than that.
    */
    qsizetype maxPending = 1024 * 1024;
};

namespace detail {

// A sink that takes items of one type.
template <typename T>
class SinkTarget
{
public:
    virtual LinkError feed(T &&item) = 0;
    virtual void sink(T &&item, ReplyState<void> *reply) = 0;
    virtual SinkCore &sinkCore() noexcept = 0;
    void retain() noexcept { sinkCore().retain(); }
    void release() noexcept { sinkCore().release(); }

protected:
    ~SinkTarget() = default;
};

} // namespace detail

/*!
    \class QtInterlink::SinkLink
    \since 0.1
    The way to a sink that ServiceContext::attachSink() attached. Cheap to copy; all methods are thread-safe. What one
    sender feeds is written in that order. Dropping the last link does not detach the sink, the service's end does.
*/
template <typename T>
class SinkLink
{
public:
    /*! A link to nothing: what is sunk ends in LinkError::Closed. */
    SinkLink() noexcept = default;

    /*!
        Writes \a item, and returns at once: LinkError::NoError if it was taken, LinkError::MailboxFull if more than
        SinkOptions::maxPending waits, LinkError::Closed if the sink has ended. From the sink's own service, what is
        fed in one turn goes to the system together when that turn is over.
    */
    LinkError feed(T item) const { return m_target ? m_target->feed(std::move(item)) : LinkError::Closed; }

    /*! Writes \a item as feed() does; the reply ends when it was handed to the system, or taken by the callable. */
    auto sink(T &&item) const
    {
        using Fresh = detail::ReplyTo<T, void, std::is_aggregate_v<T>>;
        return Fresh(reply([&](detail::ReplyState<void> *state) { m_target->sink(std::move(item), state); }).release());
    }
    Reply<void> sink(const T &item) const
    {
        return reply([&](detail::ReplyState<void> *state) { m_target->sink(T(item), state); });
    }

    /*! Returns a reply that ends when all that was fed before was handed to the system, or taken by the callable. */
    Reply<void> flush() const
    {
        return reply([&](detail::ReplyState<void> *state) { m_target->sinkCore().flush(state); });
    }

    /*! Takes nothing more. The reply ends when all that was fed before is written. The device stays open. */
    Reply<void> stop() const
    {
        return reply([&](detail::ReplyState<void> *state) { m_target->sinkCore().stop(state); });
    }

    /*! Returns whether the sink takes nothing more: stopped, broken, or its service has ended. */
    bool isClosed() const noexcept { return !m_target || m_target->sinkCore().isClosed(); }

    /*! Returns how much waits; see SinkOptions::maxPending. */
    qsizetype pending() const noexcept { return m_target ? m_target->sinkCore().pending() : 0; }

    friend bool operator==(const SinkLink &, const SinkLink &) noexcept = default;

    // For the module itself.
    explicit SinkLink(detail::SinkTarget<T> *target) noexcept : m_target(target) { }

private:
    template <typename Ask>
    Reply<void> reply(Ask &&ask) const
    {
        if (!m_target)
            return Reply<void>::failed(LinkError::Closed);
        auto *const state = new detail::ReplyState<void>(2);
        Reply<void> reply(state);
        ask(state);
        return reply;
    }

    detail::Retained<detail::SinkTarget<T>> m_target;
};

} // namespace QtInterlink

#endif
