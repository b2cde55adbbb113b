// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_LINK_H
#define QTINTERLINK_LINK_H

#include <QtInterlink/detail/handlers.h>
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/messagelink.h>
#include <QtInterlink/observed.h>
#include <QtInterlink/reply.h>

#include <QtCore/QHashFunctions>

#include <memory>
#include <type_traits>
#include <utility>

namespace QtInterlink {

template <typename S>
class Link;
template <typename S>
class WeakLink;
namespace detail {
template <typename S, typename Make>
Link<S> startCell(const StartOptions &options, Make &&make);
}

/*!
    \class QtInterlink::Link
    \since 0.1
    The way to a service. Links are cheap to copy; all methods are thread-safe, from any thread, before and after
    QCoreApplication. Everything a sender wrote before it sends is visible to the handler. From one sender to one
    service, messages, actions and stop() are handled in the order in which they were sent.

    Dropping the last link does not stop the service, unless StartOptions::stopWhenUnlinked says so.
*/
template <typename S>
class Link
{
public:
    /*! A link to nothing: whatever is sent ends in LinkError::Closed. */
    Link() noexcept = default;
    Link(const Link &other) noexcept : m_core(other.m_core) { count(); }
    Link(Link &&other) noexcept = default;
    Link &operator=(Link other) noexcept
    {
        std::swap(m_core, other.m_core);
        return *this;
    }
    ~Link()
    {
        if (m_core)
            m_core->unlink();
    }

    /*! Returns whether it leads to a service, closed or not. */
    explicit operator bool() const noexcept { return bool(m_core); }

    /*!
        Sends \a message and returns the reply to it. The message is on its way when the function returns; dropping
        the reply does not withdraw it.
    */
    template <typename M>
    auto send(M &&message) const
    {
        using Message = std::decay_t<M>;
        using Response = typename detail::ResponseTo<Message>::Type;
        using Fresh =
                detail::ReplyTo<Message, Response, !std::is_lvalue_reference_v<M> && std::is_aggregate_v<Message>>;
        static_assert(detail::checkMessage<S, Message>());
        using Event = detail::TypedMessage<S, Message, detail::Answering<Response>>;
        return detail::sendRequest<Event, Fresh>(m_core.get(), std::forward<M>(message));
    }

    /*! The same with a message that is made from \a args where it travels: the form for \c co_await. */
    // clang-format off
    template <typename M, typename... Args>
        requires(sizeof...(Args) != 1 || !(std::is_same_v<M, std::remove_cvref_t<Args>> && ...))
    Reply<typename detail::ResponseTo<M>::Type> send(Args &&...args) const
    {
        static_assert(detail::checkMessage<S, M>());
        using Response = typename detail::ResponseTo<M>::Type;
        using Event = detail::TypedMessage<S, M, detail::Answering<Response>>;
        return detail::sendRequest<Event, Reply<Response>>(m_core.get(), std::forward<Args>(args)...);
    }
    // clang-format on

    /*!
        Sends \a message without asking for a response. Returns LinkError::NoError if it is in the mailbox,
        LinkError::Closed or LinkError::MailboxFull if not.
    */
    template <typename M>
    LinkError doSend(M &&message) const
    {
        return tell<std::decay_t<M>>(std::forward<M>(message));
    }
    // clang-format off
    template <typename M, typename... Args>
        requires(sizeof...(Args) != 1 || !(std::is_same_v<M, std::remove_cvref_t<Args>> && ...))
    LinkError doSend(Args &&...args) const
    {
        return tell<M>(std::forward<Args>(args)...);
    }
    // clang-format on

    /*!
        Runs \a action on the service, in turn with its messages, and returns the reply to its result. It takes
        nothing, (S &), (ServiceContext<S> &) or (S &, ServiceContext<S> &). It, and what it captured, lives until it
       has ended; if it returns a Task, until that has.
    */
    template <typename F>
    auto exec(F &&action) const
    {
        using Action = std::decay_t<F>;
        static_assert(detail::checkAction<S, Action>());
        using Response = typename detail::Unwrapped<detail::ActionResult<Action, S>>::Type;
        using Fresh = detail::ReplyTo<Action, Response, !std::is_lvalue_reference_v<F>>;
        using Event = detail::ActionMessage<S, Action, detail::Answering<Response>>;
        return detail::sendRequest<Event, Fresh>(m_core.get(), std::forward<F>(action));
    }

    /*! The same without a reply; returns what doSend() returns. */
    template <typename F>
    LinkError doExec(F &&action) const
    {
        using Action = std::decay_t<F>;
        static_assert(detail::checkAction<S, Action>());
        using Response = typename detail::Unwrapped<detail::ActionResult<Action, S>>::Type;
        if (!m_core)
            return LinkError::Closed;
        using Event = detail::ActionMessage<S, Action, detail::NotAnswering<Response>>;
        return m_core->post(new Event(nullptr, std::forward<F>(action)));
    }

    /*! As exec(), for an \a action that returns a Task: no message is handled until the task ends. */
    template <typename F>
    auto wait(F &&action) const
    {
        checkWait<F>();
        return exec(std::forward<F>(action));
    }
    template <typename F>
    LinkError doWait(F &&action) const
    {
        checkWait<F>();
        return doExec(std::forward<F>(action));
    }

    /*!
        Stops the service, in turn with its messages: what was sent before is handled, what comes after ends in
        LinkError::NoResponse, and later in LinkError::Closed.
    */
    void stop() const
    {
        if (m_core)
            m_core->stop();
    }

    /*! Returns a reply that ends when the service has stopped and was destroyed. */
    Reply<void> stopped() const
    {
        if (!m_core)
            return Reply<void>::ready();
        auto *const state = new detail::ReplyState<void>(2);
        m_core->watchStopped(state);
        return Reply<void>(state);
    }

    /*! Returns whether the service takes no messages any more. */
    bool isClosed() const noexcept { return !m_core || m_core->isClosed(); }

    /*! Returns a link for messages of type \a M alone, which does not show the service's type. */
    template <typename M>
    MessageLink<M> messageLink() const
    {
        static_assert(detail::checkMessage<S, M>());
        return MessageLink<M>(*this);
    }

    /*!
        Returns the newest state of type \a T that the service publishes with ServiceContext::publish(), and all that
        follow, as this thread sees them; it must have an event loop. What was published before is there at once.
    */
    template <typename T>
    Observed<T> observe() const
    {
        return Observed<T>(m_core);
    }

    /*! Returns a reply with the service's QObject, see ServiceContext::object(). Use it in its own thread only. */
    Reply<QObject *> object() const
    {
        static_assert(std::is_same_v<S, S> && !detail::isFloating<S>(),
                      "QtInterlink: a floating service has no QObject, since it moves between threads. "
                      "Use Affinity::Worker.");
        auto *const state = new detail::ReplyState<QObject *>(2);
        if (m_core) {
            m_core->requestObject(state);
        } else {
            state->fail(LinkError::Closed);
            state->release();
        }
        return Reply<QObject *>(state);
    }

    /*!
        Returns an event that holds a message of type \a M, to be given to \c{QCoreApplication::postEvent()} together
        with the object() of a service of type S. It is handled like any other message.
    */
    template <typename M, typename... Args>
    static std::unique_ptr<QEvent> messageEvent(Args &&...args)
    {
        static_assert(detail::checkMessage<S, M>());
        return detail::eventToPost(new detail::PostedMessage<S, M>(nullptr, std::forward<Args>(args)...));
    }

    // For the module itself.
    const detail::CoreRef &core() const noexcept { return m_core; }

    friend bool operator==(const Link &a, const Link &b) noexcept { return a.m_core == b.m_core; }
    friend bool operator!=(const Link &a, const Link &b) noexcept { return !(a == b); }
    friend size_t qHash(const Link &link, size_t seed = 0) noexcept { return ::qHash(link.m_core.get(), seed); }

private:
    template <typename>
    friend class Link;
    template <typename>
    friend class MessageLink;
    friend class ServiceContext<S>;
    friend class WeakLink<S>;
    friend class Placement;
    template <typename T, typename Make>
    friend Link<T> detail::startCell(const StartOptions &options, Make &&make);

    explicit Link(detail::CoreRef core) noexcept : m_core(std::move(core)) { count(); }
    // Takes over a count that the caller made, or that isn't to be made.
    Link(detail::CoreRef core, std::nullptr_t) noexcept : m_core(std::move(core)) { }

    void count() noexcept
    {
        if (m_core)
            m_core->link();
    }

    template <typename M, typename... Args>
    LinkError tell(Args &&...args) const
    {
        static_assert(detail::checkMessage<S, M>());
        using Response = typename detail::ResponseTo<M>::Type;
        if (!m_core)
            return LinkError::Closed;
        using Event = detail::TypedMessage<S, M, detail::NotAnswering<Response>>;
        return m_core->post(new Event(nullptr, std::forward<Args>(args)...));
    }
    template <typename F>
    static constexpr void checkWait() noexcept
    {
        static_assert(detail::checkAction<S, std::decay_t<F>>());
        static_assert(detail::Is<detail::ActionResult<std::decay_t<F>, S>, Task>,
                      "QtInterlink: the action of wait() returns a Task. Use exec() for one that doesn't.");
    }

    detail::CoreRef m_core;
};

/*!
    \class QtInterlink::WeakLink
    \since 0.1
    Remembers a service without keeping it alive, where StartOptions::stopWhenUnlinked counts links. Thread-safe as
    Link is.
*/
template <typename S>
class WeakLink
{
public:
    /*! Remembers nothing: lock() gives a null link. */
    WeakLink() noexcept = default;
    /*! Remembers the service that \a link leads to. */
    explicit WeakLink(const Link<S> &link) noexcept : m_core(link.m_core) { }

    /*! Returns a link to the service, or a null link if it was stopped. */
    Link<S> lock() const { return m_core && m_core->tryLink() ? Link<S>(m_core, nullptr) : Link<S>(); }

    friend bool operator==(const WeakLink &a, const WeakLink &b) noexcept { return a.m_core == b.m_core; }
    friend size_t qHash(const WeakLink &link, size_t seed = 0) noexcept { return ::qHash(link.m_core.get(), seed); }

private:
    detail::CoreRef m_core;
};

} // namespace QtInterlink

template <typename S>
struct std::hash<QtInterlink::Link<S>>
{
    size_t operator()(const QtInterlink::Link<S> &link) const noexcept { return qHash(link); }
};

#endif
