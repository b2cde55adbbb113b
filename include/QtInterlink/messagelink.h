// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_MESSAGELINK_H
#define QTINTERLINK_MESSAGELINK_H

#include <QtInterlink/detail/handlers.h>
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/reply.h>

#include <QtCore/QHashFunctions>

#include <functional>
#include <utility>

namespace QtInterlink {

template <typename S>
class Link;

/*!
    \class QtInterlink::MessageLink
    \since 0.1
    The way to some service that handles messages of type \a M: services of different types can stand in one
    container. Otherwise as a Link, which it is made from and counts as; thread-safe and cheap to copy.
*/
template <typename M>
class MessageLink
{
public:
    using Response = typename detail::ResponseTo<M>::Type;

    /*! A link to nothing: whatever is sent ends in LinkError::Closed. */
    MessageLink() noexcept = default;
    /*! The same service as \a link, which keeps it alive just as well. */
    template <typename S>
    explicit MessageLink(const Link<S> &link) noexcept : m_core(link.m_core), m_senders(&sendersFor<S>)
    {
        count();
    }
    MessageLink(const MessageLink &other) noexcept : m_core(other.m_core), m_senders(other.m_senders) { count(); }
    MessageLink(MessageLink &&other) noexcept = default;
    MessageLink &operator=(MessageLink other) noexcept
    {
        std::swap(m_core, other.m_core);
        std::swap(m_senders, other.m_senders);
        return *this;
    }
    ~MessageLink()
    {
        if (m_core)
            m_core->unlink();
    }

    /*! Returns whether it leads to a service, closed or not. */
    explicit operator bool() const noexcept { return bool(m_core); }

    /*! Sends \a message and returns the reply to it; see Link::send(). */
    auto send(M &&message) const
    {
        using Fresh = detail::ReplyTo<M, Response, std::is_aggregate_v<M>>;
        return Fresh(request(std::move(message)).release());
    }
    /*! The same with a copy of \a message. */
    Reply<Response> send(const M &message) const { return request(M(message)); }
    /*! The same with a message made from \a args. */
    // clang-format off
    template <typename... Args>
        requires(sizeof...(Args) != 1 || !(std::is_same_v<M, std::remove_cvref_t<Args>> && ...))
    Reply<Response> send(Args &&...args) const
    {
        return request(detail::makeMessage<M>(std::forward<Args>(args)...));
    }
    // clang-format on

    /*! Sends \a message without asking for a response; see Link::doSend(). */
    LinkError doSend(M message) const
    {
        return m_core ? m_senders->tell(*m_core.get(), std::move(message)) : LinkError::Closed;
    }

    /*! Returns whether messages are refused, and always will be. */
    bool isClosed() const noexcept { return !m_core || m_core->isClosed(); }

    friend bool operator==(const MessageLink &a, const MessageLink &b) noexcept { return a.m_core == b.m_core; }
    friend bool operator!=(const MessageLink &a, const MessageLink &b) noexcept { return !(a == b); }
    friend size_t qHash(const MessageLink &link, size_t seed = 0) noexcept { return ::qHash(link.m_core.get(), seed); }

private:
    // How to send to the service that is hidden.
    struct Senders
    {
        LinkError (*tell)(detail::ServiceCore &core, M &&message);
        Reply<Response> (*ask)(detail::ServiceCore &core, M &&message);
    };
    template <typename S>
    static constexpr Senders sendersFor = {
            [](detail::ServiceCore &core, M &&message) {
                using Event = detail::TypedMessage<S, M, detail::NotAnswering<Response>>;
                return core.post(new Event(nullptr, std::move(message)));
            },
            [](detail::ServiceCore &core, M &&message) {
                using Event = detail::TypedMessage<S, M, detail::Answering<Response>>;
                return detail::sendRequest<Event, Reply<Response>>(&core, std::move(message));
            },
    };

    void count() noexcept
    {
        if (m_core)
            m_core->link();
    }
    Reply<Response> request(M &&message) const
    {
        return m_core ? m_senders->ask(*m_core.get(), std::move(message)) : Reply<Response>::failed(LinkError::Closed);
    }

    detail::CoreRef m_core;
    const Senders *m_senders = nullptr;
};

} // namespace QtInterlink

template <typename M>
struct std::hash<QtInterlink::MessageLink<M>>
{
    size_t operator()(const QtInterlink::MessageLink<M> &link) const noexcept { return qHash(link); }
};

#endif
