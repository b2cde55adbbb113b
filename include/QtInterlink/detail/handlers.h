// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_HANDLERS_H
#define QTINTERLINK_DETAIL_HANDLERS_H

// From a message's type to the handler's code and back to the reply: everything that has to know the user's types.

#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/detail/taskframe.h>
#include <QtInterlink/reply.h>
#include <QtInterlink/task.h>

#include <QtCore/QFuture>

#include <concepts>
#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

namespace QtInterlink {

template <typename S>
class ServiceContext;

namespace detail {

// ---- what the user's types say ----

// clang-format off
template <typename M>
struct ResponseTo
{
    using Type = void;
};
template <typename M>
    requires requires { typename M::Response; }
struct ResponseTo<M>
{
    using Type = typename M::Response;
};
// clang-format on

template <typename S>
constexpr bool isFloating() noexcept
{
    if constexpr (requires { S::affinity; })
        return S::affinity == Affinity::Floating;
    else
        return false;
}

template <typename T, template <typename...> class Template>
inline constexpr bool Is = false;
template <template <typename...> class Template, typename... Args>
inline constexpr bool Is<Template<Args...>, Template> = true;

template <typename T>
inline constexpr bool IsReply = Is<T, Reply> || Is<T, FreshReply>;
template <typename T>
inline constexpr bool IsFuture = Is<T, QFuture> || Is<T, FreshFuture>;

template <typename T>
struct Unwrapped
{
    using Type = T;
};
template <typename T>
struct Unwrapped<Task<T>>
{
    using Type = T;
};
template <typename T>
struct Unwrapped<Reply<T>>
{
    using Type = T;
};
template <typename T>
struct Unwrapped<FreshReply<T>>
{
    using Type = T;
};
template <typename T>
struct Unwrapped<QFuture<T>>
{
    using Type = T;
};
template <typename T>
struct Unwrapped<FreshFuture<T>>
{
    using Type = T;
};

// clang-format off
// std::expected, tl::expected and what looks like them.
template <typename T>
concept Expected = !Is<T, std::optional> && requires(T &t) {
    typename T::value_type;
    typename T::error_type;
    { t.has_value() } -> std::convertible_to<bool>;
    t.error();
};

// Asks the compiler little of classes, which most messages are.
template <typename M>
concept Value = std::is_class_v<M> || (std::is_object_v<M> && !std::is_pointer_v<M>);

template <typename S, typename M>
concept HandlesWithContext =
        requires(S &s, M &&m, ServiceContext<S> &context) { s.handle(std::move(m), context); };
template <typename S, typename M>
concept HandlesAlone = requires(S &s, M &&m) { s.handle(std::move(m)); };
template <typename S, typename M>
concept Handles = HandlesWithContext<S, M> || HandlesAlone<S, M>;
template <typename S, typename M>
concept HandlesByMutableReference = requires(S &s, M &m, ServiceContext<S> &context) { s.handle(m, context); }
        || requires(S &s, M &m) { s.handle(m); };

template <typename S, typename E>
concept HandlesErrorWithContext =
        requires(S &s, E &&e, ServiceContext<S> &context) { s.handleError(std::move(e), context); };
template <typename S, typename E>
concept HandlesErrorAlone = requires(S &s, E &&e) { s.handleError(std::move(e)); };

// clang-format on

template <typename S, typename M>
decltype(auto) callHandler(S &service, M &&message, ServiceContext<S> &context)
{
    if constexpr (HandlesWithContext<S, M>)
        return service.handle(std::move(message), context);
    else
        return service.handle(std::move(message));
}
template <typename S, typename M>
using HandlerResult =
        decltype(callHandler(std::declval<S &>(), std::declval<M &&>(), std::declval<ServiceContext<S> &>()));

// Whether a handler's result can become the message's response.
template <typename Response, typename Result>
constexpr bool answers() noexcept
{
    if constexpr (std::is_same_v<Response, Result>)
        return true;
    else if constexpr (Is<Result, Task> || IsReply<Result> || IsFuture<Result>)
        return answers<Response, typename Unwrapped<Result>::Type>();
    else if constexpr (Is<Result, std::optional> || Expected<Result>)
        return answers<Response, typename Result::value_type>();
    else if constexpr (std::is_void_v<Response> || std::is_void_v<Result>)
        return false;
    else
        return std::is_convertible_v<Result, Response>;
}

// Every sentence that a user of send() or doSend() can run into.
template <typename S, typename M>
constexpr bool checkMessage() noexcept
{
    static_assert(Value<M>, "QtInterlink: a message is a value: a class, an enum or a number, not a pointer.");
    static_assert(std::is_constructible_v<M, M>, // as makeMessage() asks
                  "QtInterlink: a message must be movable, since it moves into the service's mailbox.");
    if constexpr (std::is_constructible_v<M, M> && !Handles<S, M>) {
        static_assert(!HandlesByMutableReference<S, M>,
                      "QtInterlink: a handler takes its message by value, by const reference or by rvalue "
                      "reference, not by mutable reference: it alone owns it.");
        static_assert(HandlesByMutableReference<S, M>,
                      "QtInterlink: the service has no handler for this message. Add a public member function "
                      "handle(Message) or handle(Message, ServiceContext<Service> &).");
    } else if constexpr (Handles<S, M>) {
        using Response = typename ResponseTo<M>::Type;
        static_assert(std::is_void_v<Response> || (std::is_object_v<Response> && !std::is_const_v<Response>),
                      "QtInterlink: a message's Response is void or a plain value type.");
        static_assert(answers<Response, std::remove_cvref_t<HandlerResult<S, M>>>(),
                      "QtInterlink: the handler's return type doesn't fit the message's Response. It may be the "
                      "Response, or a Task, Reply, QFuture, std::optional or expected of it.");
    }
    return true;
}

// ---- actions: closures given to exec(), wait(), runLater() and the like ----

template <typename F, typename S>
decltype(auto) callAction(F &action, S &service, ServiceContext<S> &context)
{
    if constexpr (std::is_invocable_v<F &, S &, ServiceContext<S> &>)
        return action(service, context);
    else if constexpr (std::is_invocable_v<F &, S &>)
        return action(service);
    else if constexpr (std::is_invocable_v<F &, ServiceContext<S> &>)
        return action(context);
    else
        return action();
}
// clang-format off
template <typename F, typename S>
concept Action = std::is_invocable_v<F &, S &, ServiceContext<S> &> || std::is_invocable_v<F &, S &>
        || std::is_invocable_v<F &, ServiceContext<S> &> || std::is_invocable_v<F &>;
// clang-format on
template <typename F, typename S>
using ActionResult = std::remove_cvref_t<decltype(callAction(std::declval<F &>(), std::declval<S &>(),
                                                             std::declval<ServiceContext<S> &>()))>;

template <typename S, typename F>
constexpr bool checkAction() noexcept
{
    static_assert(Action<F, S>,
                  "QtInterlink: an action takes nothing, (Service &), (ServiceContext<Service> &) or "
                  "(Service &, ServiceContext<Service> &).");
    static_assert(std::is_move_constructible_v<F>,
                  "QtInterlink: an action must be movable, since it moves into the service's mailbox.");
    return true;
}

// ---- errors ----

template <typename S, typename E>
ErrorAction callErrorHandler(ServiceCore &core, E &&error)
{
    S &service = serviceOf<S>(core);
    if constexpr (HandlesErrorWithContext<S, E>)
        return service.handleError(std::forward<E>(error), ServiceContext<S>::of(core));
    else
        return service.handleError(std::forward<E>(error));
}

template <typename S, typename E>
void raiseError(ServiceCore &core, E error)
{
    static_assert(HandlesErrorWithContext<S, E> || HandlesErrorAlone<S, E>,
                  "QtInterlink: a handler returns an expected, so the service needs "
                  "ErrorAction handleError(Error) or handleError(Error, ServiceContext<Service> &).");
    if (!core.hasInstance())
        return; // a QObject that was deleted meanwhile
    core.apply(callErrorHandler<S, E>(core, std::move(error)));
}

// ---- results ----

// Hands a result on to whoever waits for it; \a answer is null for a message that nobody waits for.
template <typename S, typename Response, typename Result>
void settle(ServiceCore &core, ReplyState<Response> *answer, Result &&result)
{
    using Value = std::remove_cvref_t<Result>;
    if constexpr (std::is_same_v<Response, Value>) {
        if (answer)
            answer->fulfil(std::forward<Result>(result));
    } else if constexpr (Is<Value, std::optional>) {
        if (!answer)
            return;
        if (result)
            settle<S>(core, answer, *std::forward<Result>(result));
        else
            answer->fail(LinkError::NoResponse);
    } else if constexpr (Expected<Value>) {
        if (result.has_value()) {
            if constexpr (std::is_void_v<typename Value::value_type>) {
                if (answer)
                    answer->fulfil();
            } else {
                settle<S>(core, answer, *std::forward<Result>(result));
            }
        } else {
            if (answer)
                answer->fail(LinkError::NoResponse);
            raiseError<S, typename Value::error_type>(core, std::forward<Result>(result).error());
        }
    } else {
        if (answer)
            answer->fulfil(std::forward<Result>(result));
    }
}

// Passes the outcome of another reply on to the one that is waited for.
template <typename Response, typename R>
class Forward final : public ReplyWaiter, public Recycled
{
public:
    static void start(Answer<Response> answer, Reply<R> source)
    {
        if (!answer || !source.isValid())
            return;
        if (source.state()->isParked())
            source.state()->enterWhenThereIsRoom();
        // References of our own: the forward is gone as soon as the source is done.
        ReplyState<Response> *const target = answer.get();
        target->retain();
        source.state()->retain();
        ReplyState<R> *const state = source.release();
        auto *const forward = new Forward(std::move(answer), state);
        state->addProgressListener(Retained<ProgressListener>(target)); // and so learns whether that is cancelled
        if (state->watch(forward))
            followTarget(*target, *state);
        else
            forward->replied(*state);
        state->release();
        target->release();
    }

    void replied(ReplyCore &) noexcept override
    {
        leaveGraph();
        try {
            if constexpr (std::is_void_v<R>) {
                m_source->takeValue();
                m_answer->fulfil();
            } else if constexpr (Expected<R> && !std::is_same_v<R, Response>) {
                auto result = m_source->takeValue();
                if (!result.has_value())
                    m_answer->fail(LinkError::NoResponse);
                else if constexpr (std::is_void_v<typename R::value_type>)
                    m_answer->fulfil();
                else
                    m_answer->fulfil(*std::move(result));
            } else if constexpr (Is<R, std::optional> && !std::is_same_v<R, Response>) {
                if (auto result = m_source->takeValue())
                    m_answer->fulfil(*std::move(result));
                else
                    m_answer->fail(LinkError::NoResponse);
            } else {
                m_answer->fulfil(m_source->takeValue());
            }
        } catch (...) {
            m_answer->fail(std::current_exception());
        }
        delete this;
    }
    // Before the answer is completed: whoever waits for it may still point at a service that ends meanwhile.
    void leaveGraph() noexcept override { loseTarget(*m_answer.get()); }
    ReplyCore *retargeted(WaitNode *, WaitNode *to) noexcept override { return retarget(*m_answer.get(), to); }

private:
    Forward(Answer<Response> answer, ReplyState<R> *source) noexcept : m_answer(std::move(answer)), m_source(source) { }
    ~Forward() { m_source->release(); }

    Answer<Response> m_answer;
    ReplyState<R> *m_source;
};

// A task whose result goes to a reply.
template <typename S, typename Response, typename R>
class AnsweringTask final : public TaskRoot
{
public:
    AnsweringTask(ServiceCore &core, Task<R> task, Answer<Response> answer, bool exclusive) noexcept
        : TaskRoot(core, exclusive), m_task(std::move(task)), m_answer(std::move(answer))
    {
    }

    void begin() override { m_task.startIn(*this); }
    ReplyCore *reply() noexcept override { return m_answer.get(); }
    void fail(std::exception_ptr exception) noexcept override
    {
        if (m_answer)
            m_answer->fail(std::move(exception));
    }
    void settle() override
    {
        try {
            if constexpr (std::is_void_v<R>) {
                m_task.take();
                if (m_answer)
                    m_answer->fulfil();
            } else {
                detail::settle<S>(core, m_answer.get(), m_task.take());
            }
        } catch (...) {
            if (m_answer)
                m_answer->fail(std::current_exception());
            throw;
        }
    }

private:
    Task<R> m_task;
    Answer<Response> m_answer;
};

// Runs \a call, which returns what a handler may return, and sees to its answer. An exception leaves this function
// with the answer still open in \a answer, which is an Answer or a message that has one.
template <typename S, typename Owner, typename Call>
void answerWith(ServiceCore &core, Owner &answer, Call &&call)
{
    using Response = typename Owner::Response;
    using Result = std::remove_cvref_t<decltype(call())>;
    if constexpr (std::is_void_v<Result>) {
        call();
        if (ReplyState<Response> *const reply = answer.get())
            reply->fulfil();
    } else if constexpr (std::is_same_v<Response, Result>) {
        settle<S>(core, answer.get(), call()); // the value itself, even if it is a future
    } else if constexpr (Is<Result, Task>) {
        using R = typename Result::ResultType;
        Result task = call(); // may throw: the answer stays until it has not
        core.startTask(new AnsweringTask<S, Response, R>(core, std::move(task), answer.passOn(), true));
    } else if constexpr (IsReply<Result>) {
        using R = typename Result::ResponseType;
        Reply<R> reply = call();
        Forward<Response, R>::start(answer.passOn(), std::move(reply));
    } else if constexpr (IsFuture<Result>) {
        using R = typename Unwrapped<Result>::Type;
        QFuture<R> future = call();
        if (answer.get())
            Forward<Response, R>::start(answer.passOn(), Reply<R>::fromFuture(std::move(future)));
    } else {
        settle<S>(core, answer.get(), call());
    }
}

// ---- messages on their way ----

// What a message that somebody waits for does, whatever is in it: made once for a response, not once for a message.
// It lies in its reply's block, which it holds until its end, though somebody else may have to answer by then.
template <typename R>
class Answering : public MessageEvent
{
public:
    using Response = R;

    ~Answering() override;
    void fail(std::exception_ptr exception) noexcept override
    {
        if (!m_passedOn)
            m_reply->fail(std::move(exception));
    }
    void refuse() noexcept override { m_reply->fail(LinkError::Closed); }
    ReplyCore *reply() noexcept override { return m_passedOn ? nullptr : m_reply; }
    void dispose() noexcept override
    {
        ReplyState<R> *const block = m_reply;
        this->~Answering();
        block->release();
    }

    // The reply that this message is to answer, unless that has been passed on.
    ReplyState<R> *get() const noexcept
    {
        if (!m_reply)
            Q_UNREACHABLE(); // said to the compiler, so that no handler's answer looks
        return m_reply;
    }
    Answer<R> passOn() noexcept
    {
        m_passedOn = true;
        m_reply->retain();
        return Answer<R>(m_reply);
    }

protected:
    explicit Answering(ReplyState<R> *reply) noexcept : m_reply(reply) { }
    bool begin() noexcept { return m_reply->begin(); }
    Answering &answer() noexcept { return *this; }

private:
    bool m_passedOn = false;
    ReplyState<R> *const m_reply;
};

template <typename R>
Answering<R>::~Answering() // not inside of the class, where it is inlined twice for each message
{
    if (!m_reply->isDone() && !m_passedOn)
        m_reply->fail(LinkError::NoResponse);
}

// The same for one that nobody waits for.
template <typename R>
class NotAnswering : public MessageEvent
{
public:
    using Response = R;

protected:
    explicit NotAnswering(std::nullptr_t) noexcept { }
    bool begin() const noexcept { return true; }
    Answer<R> answer() const noexcept { return {}; }
};

// Aggregates have no constructor to call; everything else must not mistake its argument for a list.
template <typename M, typename... Args>
M makeMessage(Args &&...args)
{
    if constexpr (std::is_constructible_v<M, Args...>)
        return M(std::forward<Args>(args)...);
    else
        return M{std::forward<Args>(args)...};
}

// \a Base is Answering, which takes the reply as its receiver, or NotAnswering, which takes null.
template <typename S, typename M, typename Base>
class TypedMessage : public Base
{
public:
    template <typename Receiver, typename... Args>
    explicit TypedMessage(Receiver receiver, Args &&...args)
        : Base(receiver), m_message(makeMessage<M>(std::forward<Args>(args)...))
    {
    }

    Q_NEVER_INLINE ~TypedMessage() override = default; // else its code is there twice, here and where it is freed

    void deliver(ServiceCore &core) override
    {
        if (!this->begin())
            return;
        auto &&answer = this->answer();
        answerWith<S>(core, answer, [&]() -> decltype(auto) {
            return callHandler(serviceOf<S>(core), std::move(m_message), ServiceContext<S>::of(core));
        });
    }

protected:
    M m_message;
};

// One that is posted with QCoreApplication::postEvent().
template <typename S, typename M>
class PostedMessage final : public TypedMessage<S, M, NotAnswering<typename ResponseTo<M>::Type>>
{
    using Base = TypedMessage<S, M, NotAnswering<typename ResponseTo<M>::Type>>;

public:
    using Base::Base;
    MessageEvent *relocated() override { return new Base(nullptr, std::move(this->m_message)); }
};

template <typename S, typename F, typename Base>
class ActionMessage final : public Base
{
public:
    template <typename Receiver, typename G>
    explicit ActionMessage(Receiver receiver, G &&action) : Base(receiver), m_action(std::forward<G>(action))
    {
    }

    void deliver(ServiceCore &core) override
    {
        if (!this->begin())
            return;
        auto &&answer = this->answer();
        answerWith<S>(core, answer, [&]() -> decltype(auto) {
            return callAction(m_action, serviceOf<S>(core), ServiceContext<S>::of(core));
        });
    }

private:
    F m_action;
};

// Sends a \a Event, an answering one, that is made from \a args; returns its reply as the kind that the caller gets.
// Said to be inline, since compilers otherwise call it here and there, which takes twenty instructions more.
template <typename Event, typename Result, typename... Args>
inline Result sendRequest(ServiceCore *core, Args &&...args)
{
    auto *const state = new RequestBlock<typename Event::Response, Event>(2);
    Result reply(state);
    ServiceCore::request(core, state->template makeMessage<Event>(std::forward<Args>(args)...), *state);
    return reply;
}

} // namespace detail
} // namespace QtInterlink

#endif
