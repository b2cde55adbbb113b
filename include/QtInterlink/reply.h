// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_REPLY_H
#define QTINTERLINK_REPLY_H

#include <QtInterlink/detail/delivery.h>
#include <QtInterlink/detail/duration.h>
#include <QtInterlink/detail/foreignwait.h>
#include <QtInterlink/detail/futurebridge.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/linkerror.h>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QFuture>
#include <QtCore/QObject>

#include <chrono>
#include <type_traits>
#include <utility>

namespace QtInterlink {

template <typename R>
class Reply;

namespace detail {

// GCC before 13 destroys an aggregate or a closure twice if it is made inside a co_await expression. Where that
// would hurt, send() and exec() return this, which can't be awaited on the spot.
#if defined(Q_CC_GNU_ONLY) && Q_CC_GNU_ONLY < 1300
template <typename T>
inline constexpr bool DestroyedTwiceInAwait = std::is_class_v<T> && !std::is_trivially_destructible_v<T>;
#else
template <typename T>
inline constexpr bool DestroyedTwiceInAwait = false;
#endif

#define QTINTERLINK_REFUSE_FRESH_AWAIT(Type) \
  static_assert(!std::is_same_v<Type, Type>, \
                "QtInterlink: GCC before 13 destroys a message or closure that is made inside a co_await " \
                "expression twice. Write co_await link.send<Message>(arguments...), or put the reply in a " \
                "variable first: Reply<R> reply = link.send(...); co_await std::move(reply); the future of " \
                "offload() likewise: QFuture<R> future = ctx.offload(...); co_await future;")

// Whether an argument of this type may have been made on the spot, as a closure or as an aggregate, and be hurt.
template <typename F>
inline constexpr bool FreshClosure = !std::is_reference_v<F> && DestroyedTwiceInAwait<F>;
template <typename T>
inline constexpr bool FreshAggregate = std::is_aggregate_v<T> &&FreshClosure<T>;

template <typename R>
class FreshReply;
template <typename Made, typename R, bool Fresh>
using ReplyTo = std::conditional_t<Fresh && DestroyedTwiceInAwait<Made>, FreshReply<R>, Reply<R>>;

// clang-format off
template <typename T>
concept ProgressDisplay = std::is_base_of_v<QObject, T> && requires(T *display, int number) {
    display->setMaximum(number);
    display->setValue(number);
};
// clang-format on
} // namespace detail

/*!
    \class QtInterlink::Reply
    \since 0.1
    The response to a message, as its sender sees it: exactly one outcome, which is a value, an exception that the
    handler threw, or a LinkException with its LinkError.

    A reply is moved, not copied, and its outcome is taken once: by \c co_await, result(), then(), onFailed() or
    future(). Afterwards it is invalid. Dropping a reply does not withdraw the message.

    One reply belongs to one thread at a time; different threads may hold different replies.
*/
template <typename R>
class Reply
{
public:
    using ResponseType = R;

    /*! An invalid reply. */
    Reply() noexcept = default;
    explicit Reply(detail::ReplyState<R> *state) noexcept : m_state(state) { }
    Reply(Reply &&other) noexcept : m_state(std::exchange(other.m_state, nullptr)) { }
    Reply &operator=(Reply &&other) noexcept
    {
        std::swap(m_state, other.m_state);
        return *this;
    }
    ~Reply() { reset(); }

    /*! Returns a reply that has its value already, for handlers that sometimes know the answer at once. */
    template <typename... Args>
    static Reply ready(Args &&...args)
    {
        Reply reply(new detail::ReplyState<R>(1));
        reply.m_state->fulfil(std::forward<Args>(args)...);
        return reply;
    }

    /*! Returns a reply that has failed with \a error. */
    static Reply failed(LinkError error)
    {
        Reply reply(new detail::ReplyState<R>(1));
        reply.m_state->fail(error);
        return reply;
    }

    /*!
        Returns a reply with the outcome of \a future, whose continuation is used up. A canceled future ends in
        LinkError::Canceled.
    */
    static Reply fromFuture(QFuture<R> future)
    {
        Reply reply(new detail::ReplyState<R>(2));
        detail::answerWhenFinished(std::move(future), detail::Answer<R>(reply.m_state));
        return reply;
    }

    /*! Returns whether there is an outcome to be had, now or later. */
    bool isValid() const noexcept { return m_state; }

    /*! Returns whether the outcome is there. */
    bool isFinished() const noexcept
    {
        if (m_state && m_state->isParked())
            m_state->refuseParked();
        return m_state && m_state->isDone();
    }

    /*!
        Blocks until the outcome is there or \a deadline is over, and returns whether it is. On a worker, waiting for
        a service that needs this very worker, or for one that waits for the caller, does not block: the outcome is
        LinkError::WouldDeadlock.
    */
    bool waitForFinished(QDeadlineTimer deadline = QDeadlineTimer(QDeadlineTimer::Forever)) const
    {
        return !m_state || m_state->wait(deadline);
    }

    /*!
        Takes the value; blocks until it is there, as waitForFinished() does. Throws a LinkException or what the
        handler threw.
    */
    R result()
    {
        waitForFinished();
        return take();
    }

    /*!
        Calls \a function with the value (with nothing, for \c void) in the thread of \a context, which must have an
        event loop, and returns the reply to that. A failure is passed on without a call. If \a context dies first,
        \a function is not called and the returned reply ends in LinkError::Canceled.
    */
    template <typename Function>
    auto then(QObject *context, Function &&function)
    {
        using Result = typename detail::ThenResult<std::decay_t<Function>, R>::Type;
        using F = std::decay_t<Function>;
        return detail::ReplyTo<F, Result, !std::is_lvalue_reference_v<Function>>(
                detail::ThenDelivery<R, Result, F>::start(context, releaseOrFailed(), std::forward<Function>(function))
                        .release());
    }

    /*!
        Calls \a function in the thread of \a context if there is a failure, and returns a reply with its result, or
        with the value if there was none. \a function takes a LinkError (NoError if the handler threw something
        else), a \c std::exception_ptr, or an exception type that it wants, and returns what stands in for the value.
    */
    template <typename Function>
    auto onFailed(QObject *context, Function &&function)
    {
        using F = std::decay_t<Function>;
        return detail::ReplyTo<F, R, !std::is_lvalue_reference_v<Function>>(
                detail::FailedDelivery<R, F>::start(context, releaseOrFailed(), std::forward<Function>(function))
                        .release());
    }

    /*!
        Calls \a function with \c{(int value, int maximum)} in the thread of \a context when the handler reports how far
        it is, see ServiceContext::progress(): the newest only, and never once the reply has its outcome. To be called
        before the outcome is taken. On a temporary, returns the reply.
    */
    // clang-format off
    template <typename Function>
        requires std::is_invocable_v<std::decay_t<Function> &, int, int>
    void onProgress(QObject *context, Function &&function) &
    // clang-format on
    {
        using Listener = detail::CallingProgressDelivery<std::decay_t<Function>>;
        if (m_state)
            m_state->addProgressListener(detail::Retained<detail::ProgressListener>(
                    new Listener(context, std::forward<Function>(function))));
    }
    template <typename Function>
    auto onProgress(QObject *context, Function &&function) &&
    {
        onProgress(context, std::forward<Function>(function));
        return detail::ReplyTo<std::decay_t<Function>, R, !std::is_lvalue_reference_v<Function>>(release());
    }

    /*!
        Shows the progress in \a display, which has \c setMaximum() and \c setValue(), as QProgressBar and
        QProgressDialog do; one with a signal \c canceled() cancels the reply.
    */
    template <detail::ProgressDisplay Display>
    void onProgress(Display *display) &
    {
        if constexpr (requires { &Display::canceled; }) {
            if (m_state) {
                const detail::Retained<detail::ReplyCore> state(m_state);
                QObject::connect(display, &Display::canceled, display, [state] { state->fail(LinkError::Canceled); });
            }
        }
        onProgress(display, [display](int value, int maximum) {
            display->setMaximum(maximum);
            display->setValue(value);
        });
    }
    template <detail::ProgressDisplay Display>
    Reply onProgress(Display *display) &&
    {
        onProgress(display);
        return std::move(*this);
    }

    /*!
        Returns a QFuture with the outcome. A failure is an exception in it; it never ends cancelled and empty unless
        you cancel it. It carries the handler's progress.
        Cancelling the QFuture does not withdraw the message, but shows in ServiceContext::isCanceled(); cancel() on the
        reply does both.

        To go on with the outcome, prefer then(): with Qt up to 6.8 at least, QFuture::then() may crash if another
        thread finishes the future at that moment.
    */
    QFuture<R> future() { return detail::PromiseFiller<R>::start(release()); }
    operator QFuture<R>() { return future(); }

    /*!
        Withdraws the message if its handling hasn't begun; otherwise it runs to its end and the response is dropped.
        The outcome is LinkError::Canceled unless there is one already.
    */
    void cancel()
    {
        if (m_state)
            m_state->fail(LinkError::Canceled);
    }

    /*!
        Ends the reply in LinkError::TimedOut if there is no outcome after \a duration; what becomes of the message is
        as for cancel(). Returns the reply itself.
    */
    template <typename Rep, typename Period>
    Reply &timeout(std::chrono::duration<Rep, Period> duration) &
    {
        if (m_state)
            m_state->setTimeout(detail::saturated(duration));
        return *this;
    }
    template <typename Rep, typename Period>
    Reply &&timeout(std::chrono::duration<Rep, Period> duration) &&
    {
        return std::move(timeout(duration));
    }

    /*!
        A reply can be awaited in any coroutine. In a Task of a service, see there. Elsewhere the coroutine resumes in
        the thread in which it waits if that has an event loop, and else in the thread that brought the outcome.
    */
    detail::ForeignAwaiter<R> operator co_await() && { return detail::ForeignAwaiter<R>(release()); }
    detail::ForeignAwaiter<R> operator co_await() & { return detail::ForeignAwaiter<R>(release()); }

    // For the module itself: the state, whose reference passes to the caller.
    detail::ReplyState<R> *release() noexcept { return std::exchange(m_state, nullptr); }
    detail::ReplyState<R> *state() const noexcept { return m_state; }

    // Takes an outcome that is there.
    R take()
    {
        Reply taken(std::move(*this));
        if (!taken.m_state)
            throw LinkException(LinkError::NoResponse);
        return taken.m_state->takeValue();
    }

private:
    // One that was taken already ends in NoResponse.
    detail::ReplyState<R> *releaseOrFailed() { return m_state ? release() : failed(LinkError::NoResponse).release(); }
    void reset() noexcept
    {
        if (m_state)
            m_state->drop();
    }

    detail::ReplyState<R> *m_state = nullptr;
};

namespace detail {

template <typename R>
class FreshReply : public Reply<R>
{
public:
    using Reply<R>::Reply;

    ForeignAwaiter<R> operator co_await() & { return static_cast<Reply<R> &>(*this).operator co_await(); }
    template <typename T = R>
    ForeignAwaiter<R> operator co_await() &&
    {
        QTINTERLINK_REFUSE_FRESH_AWAIT(T);
        return ForeignAwaiter<R>(nullptr);
    }
    template <typename Rep, typename Period>
    FreshReply &timeout(std::chrono::duration<Rep, Period> duration) &
    {
        Reply<R>::timeout(duration);
        return *this;
    }
    template <typename Rep, typename Period>
    FreshReply &&timeout(std::chrono::duration<Rep, Period> duration) &&
    {
        Reply<R>::timeout(duration);
        return std::move(*this);
    }
};

// The same for a future of ServiceContext::offload().
template <typename R>
class FreshFuture : public QFuture<R>
{
public:
    explicit FreshFuture(QFuture<R> &&future) noexcept : QFuture<R>(std::move(future)) { }
};

} // namespace detail
} // namespace QtInterlink

#endif
