// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SERVICECONTEXT_H
#define QTINTERLINK_SERVICECONTEXT_H

#include <QtInterlink/detail/connections.h>
#include <QtInterlink/detail/duration.h>
#include <QtInterlink/detail/handlers.h>
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/detail/sinks.h>
#include <QtInterlink/detail/stateboard.h>
#include <QtInterlink/detail/streams.h>
#include <QtInterlink/detail/timedmessage.h>
#include <QtInterlink/link.h>
#include <QtInterlink/server.h>
#include <QtInterlink/sink.h>
#include <QtInterlink/stream.h>
#include <QtInterlink/task.h>
#include <QtInterlink/timerhandle.h>
#include <QtInterlink/workerpool.h>

#include <QtConcurrent/QtConcurrentRun>

#include <chrono>
#include <concepts>
#include <type_traits>
#include <utility>

namespace QtInterlink {

namespace detail {
template <typename S>
class ServiceCell;
template <typename S, typename C, typename Server, typename Make>
class ServerStream;
template <typename S, typename F>
class TimedAction;
template <typename S, typename R, typename F>
class SpawnedAction;
} // namespace detail

/*!
    \class QtInterlink::ServiceContext
    \since 0.1
    What a service can do with itself. Handlers and hooks get a reference that stays valid as long as the service
    lives. It is for the code of its own service only: on its worker, from handlers, actions, timers and tasks.
*/
template <typename S>
class ServiceContext
{
public:
    Q_DISABLE_COPY_MOVE(ServiceContext)

    /*! Returns a link to the service, to be handed out. */
    Link<S> link() const { return m_own.link; }
    /*! Returns the context's own link; it doesn't count for StartOptions::stopWhenUnlinked. */
    const Link<S> &sharedLink() const noexcept { return m_own.link; }
    /*! Returns a link that does not keep the service alive. */
    WeakLink<S> weakLink() const { return WeakLink<S>(m_own.link); }

    /*!
        Closes the mailbox at once. What is in it is handled, tasks included, then the service stops.
        Link::stop() is the other way: queued like a message, and what comes after it is dropped.
    */
    void stop() noexcept { core().drainAndStop(); }

    /*!
        Runs \a action once after \a delay: a callable that takes nothing, (S &), (ServiceContext<S> &) or both. It
        runs like a message: in order, never beside a handler. The timer ends with the service.
    */
    template <typename Rep, typename Period, typename F>
    TimerHandle runLater(std::chrono::duration<Rep, Period> delay, F &&action)
    {
        return startTimer(detail::saturated(delay), std::chrono::nanoseconds(0), std::forward<F>(action));
    }

    /*!
        Runs \a action every \a interval, as runLater() does. The times stay on their grid; an interval during which
        the service was busy is made up for once, not in a burst.
    */
    template <typename Rep, typename Period, typename F>
    TimerHandle runInterval(std::chrono::duration<Rep, Period> interval, F &&action)
    {
        // An interval of nothing would never let anything else run.
        const auto least =
                std::max<std::chrono::nanoseconds>(detail::saturated(interval), std::chrono::microseconds(1));
        return startTimer(least, least, std::forward<F>(action));
    }

    /*!
        Starts a task that runs beside the messages, interleaving with them at each \c co_await. \a task is a Task or
        a callable that returns one (and is kept while it runs: a lambda's captures stay valid). It runs at once to
        its first suspension. When the service stops, it is destroyed where it is suspended and its reply ends in
        LinkError::NoResponse.
    */
    template <typename T>
    auto spawn(T &&task)
    {
        if constexpr (detail::Is<std::remove_cvref_t<T>, Task>)
            return spawnTask(std::forward<T>(task));
        else
            return spawnAction(std::forward<T>(task));
    }

    /*! Something to \c co_await in a Task: the task goes on after \a duration. */
    template <typename Rep, typename Period>
    static detail::Sleep sleep(std::chrono::duration<Rep, Period> duration) noexcept
    {
        return {detail::saturated(duration)};
    }

    /*!
        Runs \a function with \a args on a thread pool for work that blocks or computes, as \c{QtConcurrent::run()}
        does, and returns its future. The pool is the WorkerPool's own, not the global one. \a function must not
        touch the service.

        If it uses TLS, with Qt up to 6.8, call \c{QSslConfiguration::defaultConfiguration()} in main(): the first
        thread that needs TLS has memory of OpenSSL's, and one of this pool may still be giving it back when exit()
        does.
    */
    template <typename Function, typename... Args>
    auto offload(Function &&function, Args &&...args)
    {
        auto future =
                QtConcurrent::run(core().offloadPool(), std::forward<Function>(function), std::forward<Args>(args)...);
        if constexpr ((detail::FreshClosure<Function> || ... || detail::FreshAggregate<Args>))
            return detail::FreshFuture(std::move(future));
        else
            return future;
    }

    /*!
        Tells whoever asked for what is being done right now, by the message, action or task that calls this, how far it
       is: \a value of \a maximum. Conflated and cheap; does nothing if nobody listens. See Reply::onProgress().
    */
    void progress(int value, int maximum) noexcept
    {
        if (detail::ReplyCore *const reply = core().currentReply())
            reply->progressed(value, maximum);
    }

    /*!
        Returns whether nobody waits any more for what is being done right now: its reply was cancelled or timed out, or
        its QFuture was cancelled. For long work to look at between its steps.
    */
    bool isCanceled() const noexcept
    {
        const detail::ReplyCore *const reply = core().currentReply();
        return reply && reply->isCanceled();
    }

    // ---- state ----

    /*!
        Makes \a state the newest of its type for all who observe the service: Observed in C++, \c ServiceState in QML.
        They see it in their own thread, as it was when it was published, at most once in a turn of their event loop;
        states that were replaced meanwhile are skipped. Costs a copy or move and a lock that is seldom contended.
    */
    template <typename T>
    void publish(T &&state)
    {
        using State = std::decay_t<T>;
        core().stateBoard()->publish(
                detail::Retained<detail::Snapshot>(new detail::TypedSnapshot<State>(std::forward<T>(state))));
    }

    /*!
        Returns the service's QObject, made by the first call: a parent and context for timers, sockets and
        connections. It lives on the service's worker and is destroyed right after the service. Event filters
        installed on it see every message; those made by Link::messageEvent() can be posted to it.
    */
    QObject *object()
    {
        static_assert(std::is_same_v<S, S> && !isFloating(),
                      "QtInterlink: a floating service has no QObject, since it moves between threads. "
                      "Use Affinity::Worker.");
        return core().object();
    }

    // ---- streams ----

    /*!
        Cuts what \a device gives into frames and hands each to the service's \c{handleStream(Item)} or
        \c{handleStream(Item, ServiceContext<S> &)}, in turn with its messages. \a device lives on the service's worker
        (made there, by the service or with object() as its parent), stays the caller's, and may go at any time.

        Nothing is read before the service has time for it, so that a sender who is faster is held back: by the TCP
        window, by a full pipe. At the end \c streamEnded() is called, if the service has it: with nothing, with the
        StreamHandle, with the context, or with both. A frame that is too long or malformed, or a broken connection,
        ends the stream in a StreamError, which goes to \c handleError() first. A connection that the peer closes is
        no error.

        A QFile must be a regular one: Qt does not watch pipes for it.
    */
    template <std::derived_from<QIODevice> Device, Framer F>
    StreamHandle attachStream(Device *device, F framer, const StreamOptions &options = {})
    {
        refuseFloating();
        static_assert(detail::checkStream<S, typename F::Item>());
        return detail::attach(new detail::FramedStream<S, Device, F>(core(), device, std::move(framer), options));
    }

    /*!
        Hands over each emission of \a signal: its argument, or a tuple if there are none or several. \a sender may
        live in any thread. The stream ends with \a sender, or with its \a endSignal.
    */
    template <std::derived_from<QObject> Sender, typename Signal>
    requires std::is_member_function_pointer_v<Signal> StreamHandle attachStream(Sender *sender, Signal signal,
                                                                                 const StreamOptions &options = {})
    {
        using Stream = detail::SignalStream<S, Sender, Signal>;
        static_assert(detail::checkStream<S, typename Stream::Item>());
        return detail::attach(new Stream(core(), sender, signal, options));
    }
    template <std::derived_from<QObject> Sender, typename Signal, typename EndSignal>
    requires std::is_member_function_pointer_v<Signal> && std::is_member_function_pointer_v<EndSignal> StreamHandle
    attachStream(Sender *sender, Signal signal, EndSignal endSignal, const StreamOptions &options = {})
    {
        using Stream = detail::SignalStream<S, Sender, Signal>;
        static_assert(detail::checkStream<S, typename Stream::Item>());
        auto *const stream = new Stream(core(), sender, signal, options);
        stream->endWith(sender, endSignal);
        return detail::attach(stream);
    }

    /*!
        Hands over a QWebSocket's messages: texts as QString, binary ones as QByteArray. \a socket lives on the
        service's worker. A kind that the service does not handle ends the stream in StreamError::Malformed.
    */
    template <detail::WebSocket Socket>
    StreamHandle attachStream(Socket *socket, const StreamOptions &options = {})
    {
        refuseFloating();
        return detail::attach(new detail::WebSocketStream<S, Socket>(core(), socket, options));
    }

    /*! Hands over \a future's results as they come; an exception in it is handled like one of a handler. */
    template <typename T>
    StreamHandle attachStream(QFuture<T> future, const StreamOptions &options = {})
    {
        refuseFloating();
        static_assert(!std::is_void_v<T>, "QtInterlink: a future without results is no stream. Await it in a Task.");
        static_assert(detail::checkStream<S, T>());
        return detail::attach(new detail::FutureStream<S, T>(core(), std::move(future), options));
    }

    /*!
        Hands over what \a range yields: a C++20 generator, a view, a container. It is moved or copied in, and asked
        for an item only when the last one was handled. What it throws is handled like a handler's exception.
    */
    template <typename Range>
    requires detail::ItemRange<std::decay_t<Range>> StreamHandle attachStream(Range &&range,
                                                                              const StreamOptions &options = {})
    {
        using R = std::decay_t<Range>;
        static_assert(detail::checkStream<S, detail::RangeItem<R>>());
        return detail::attach(new detail::RangeStream<S, R>(core(), R(std::forward<Range>(range)), options));
    }

    // ---- sinks ----

    /*!
        Returns a link through which anybody may write to \a device, which lives on the service's worker and stays the
        caller's. What can't be written ends the sink in StreamError::WriteFailed, which goes to \c handleError().
    */
    template <std::derived_from<QIODevice> Device>
    SinkLink<QByteArray> attachSink(Device *device, const SinkOptions &options = {})
    {
        return attachSink<QByteArray>(device, detail::AsItIs(), options);
    }

    /*! The same for items of type \a T, which \a encode turns into bytes, on the service's worker. */
    template <typename T, std::derived_from<QIODevice> Device, typename Encode>
    requires std::is_invocable_v<Encode &, T> SinkLink<T> attachSink(Device *device, Encode encode,
                                                                     const SinkOptions &options = {})
    {
        refuseFloating();
        static_assert(std::is_convertible_v<std::invoke_result_t<Encode &, T>, QByteArrayView>,
                      "QtInterlink: a sink's encoder returns a QByteArray, or what a QByteArrayView can be made of.");
        return detail::attachSink<T>(
                new detail::EncodingSink<S, T, Encode>(core(), device, std::move(encode), options));
    }

    /*!
        Returns a link to \a function, which takes a T, or a T and the service (S &), in turn with its messages, and
        returns what a handler of \c void may: a Task, for instance, to take its time.
    */
    template <typename T, typename Function>
    requires std::is_invocable_v<Function &, T> || std::is_invocable_v<Function &, T, S &> SinkLink<T>
    attachSink(Function function, const SinkOptions &options = {})
    {
        return detail::attachSink<T>(new detail::CallableSink<S, T, Function>(core(), std::move(function), options));
    }

    // ---- servers ----

    /*!
        Starts a service C for each connection that \a server accepts: a QTcpServer, QSslServer, QLocalServer or
        QWebSocketServer that lives on this service's worker and stays the caller's. It is constructed from a
        \c std::unique_ptr to the socket, and a copy of each of \a args, on a worker of its own, where the socket also
        lives.

        The connections don't depend on this service. Detaching the returned handle ends the accepting.
    */
    template <typename C, std::derived_from<QObject> Server, typename... Args>
    StreamHandle attachServer(Server *server, const ServerOptions &options, Args... args)
    {
        using Make = detail::ConstructConnection<C, detail::SocketOf<Server>, Args...>;
        return attachConnections<C>(server, Make{{std::move(args)...}}, options);
    }
    template <typename C, std::derived_from<QObject> Server, typename... Args>
    StreamHandle attachServer(Server *server, Args... args)
    {
        return attachServer<C>(server, ServerOptions(), std::move(args)...);
    }

    /*!
        The same with a \a factory that makes the service: it takes the \c std::unique_ptr to the socket and, if it
       likes, the new service's ServiceContext, and returns the service or a \c std::unique_ptr to it. A copy of it is
       called on the new service's worker.
    */
    template <std::derived_from<QObject> Server, typename Factory>
    StreamHandle attachServer(Server *server, Factory factory, const ServerOptions &options = {})
    {
        using C = typename detail::FactoryTraits<decltype(&Factory::operator())>::Service;
        return attachConnections<C>(server, std::move(factory), options);
    }

    /*! Returns the service itself. */
    S &service() const noexcept { return detail::serviceOf<S>(core()); }

    // For the module itself.
    static ServiceContext &of(detail::ServiceCore &core) noexcept
    {
        return static_cast<detail::ServiceCell<S> &>(core).context();
    }

private:
    friend class detail::ServiceCell<S>;

    explicit ServiceContext(detail::ServiceCore &core) noexcept : m_own(core) { }

    static constexpr bool isFloating() noexcept { return detail::isFloating<S>(); }
    detail::ServiceCore &core() const noexcept { return *m_own.link.m_core.get(); }

    static constexpr void refuseFloating() noexcept
    {
        static_assert(std::is_same_v<S, S> && !isFloating(),
                      "QtInterlink: a floating service can't have devices, since it moves between threads. "
                      "Use Affinity::Worker.");
    }
    template <typename C, typename Server, typename Make>
    StreamHandle attachConnections(Server *server, Make make, const ServerOptions &options)
    {
        refuseFloating();
        return detail::attach(new detail::ServerStream<S, C, Server, Make>(core(), server, std::move(make), options));
    }

    template <typename F>
    TimerHandle startTimer(std::chrono::nanoseconds delay, std::chrono::nanoseconds interval, F &&action)
    {
        using Action = std::decay_t<F>;
        static_assert(detail::checkAction<S, Action>());
        auto *const timer = new detail::TimedAction<S, Action>(delay, interval, std::forward<F>(action));
        TimerHandle handle(timer);
        core().addTimer(timer);
        return handle;
    }

    template <typename R>
    Reply<R> spawnTask(Task<R> task)
    {
        auto *const state = new detail::ReplyState<R>(2);
        Reply<R> reply(state);
        auto *const root = new detail::AnsweringTask<S, R, R>(core(), std::move(task), detail::Answer<R>(state), false);
        state->target = &root->waitNode();
        core().startTask(root);
        return reply;
    }
    template <typename F>
    auto spawnAction(F &&action)
    {
        using Action = std::decay_t<F>;
        static_assert(detail::checkAction<S, Action>());
        using Result = detail::ActionResult<Action, S>;
        static_assert(detail::Is<Result, Task>, "QtInterlink: spawn() takes a Task or a callable that returns one.");
        using R = typename Result::ResultType;
        auto *const state = new detail::ReplyState<R>(2);
        Reply<R> reply(state);
        auto *const root =
                new detail::SpawnedAction<S, R, Action>(core(), detail::Answer<R>(state), std::forward<F>(action));
        state->target = &root->waitNode();
        core().startTask(root);
        return detail::ReplyTo<Action, R, !std::is_lvalue_reference_v<F>>(reply.release());
    }

    // A link that holds no reference: the context is inside what it points to.
    union Own
    {
        explicit Own(detail::ServiceCore &core) noexcept : link(detail::CoreRef::adopt(&core), nullptr) { }
        ~Own() { }
        Link<S> link;
    } m_own;
};

namespace detail {

template <typename S, typename F>
class TimedAction final : public TimedMessage
{
public:
    template <typename G>
    TimedAction(std::chrono::nanoseconds delay, std::chrono::nanoseconds interval, G &&action)
        : TimedMessage(delay, interval), m_action(std::forward<G>(action))
    {
    }

protected:
    void act(ServiceCore &core) override
    {
        Answer<typename Unwrapped<ActionResult<F, S>>::Type> nobody;
        answerWith<S>(core, nobody, [&]() -> decltype(auto) {
            return callAction(m_action, serviceOf<S>(core), ServiceContext<S>::of(core));
        });
    }

private:
    F m_action;
};

// A spawned task together with the callable that made it.
template <typename S, typename R, typename F>
class SpawnedAction final : public TaskRoot
{
public:
    template <typename G>
    SpawnedAction(ServiceCore &core, Answer<R> answer, G &&action)
        : TaskRoot(core, false), m_action(std::forward<G>(action)), m_answer(std::move(answer))
    {
    }

    void begin() override
    {
        m_task.emplace(callAction(m_action, serviceOf<S>(core), ServiceContext<S>::of(core)));
        m_task->startIn(*this);
    }
    void fail(std::exception_ptr exception) noexcept override { m_answer->fail(std::move(exception)); }
    ReplyCore *reply() noexcept override { return m_answer.get(); }
    void settle() override
    {
        try {
            if constexpr (std::is_void_v<R>) {
                m_task->take();
                m_answer->fulfil();
            } else {
                m_answer->fulfil(m_task->take());
            }
        } catch (...) {
            m_answer->fail(std::current_exception());
            throw;
        }
    }

private:
    F m_action;
    std::optional<Task<R>> m_task;
    Answer<R> m_answer;
};

} // namespace detail
} // namespace QtInterlink

#endif
