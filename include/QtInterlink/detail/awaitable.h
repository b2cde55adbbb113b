// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_AWAITABLE_H
#define QTINTERLINK_DETAIL_AWAITABLE_H

#include <QtInterlink/detail/taskframe.h>
#include <QtInterlink/reply.h>

#include <chrono>
#include <concepts>
#include <coroutine>
#include <exception>
#include <type_traits>
#include <utility>

namespace QtInterlink {

template <typename R>
class Task;

namespace detail {

template <typename R>
class TaskReplyAwaiter final
{
public:
    explicit TaskReplyAwaiter(Reply<R> &&reply) noexcept : m_reply(std::move(reply)) { }
    Q_DISABLE_COPY_MOVE(TaskReplyAwaiter)

    bool await_ready() const noexcept { return !m_reply.isValid() || m_reply.state()->isDone(); }
    template <typename Promise>
    bool await_suspend(std::coroutine_handle<Promise> handle)
    {
        return m_wait.suspend(*handle.promise().root, handle, *m_reply.state());
    }
    R await_resume() { return m_reply.take(); }

private:
    Reply<R> m_reply;
    ReplyWait m_wait;
};

// What ServiceContext::sleep() returns.
struct [[nodiscard]] Sleep
{
    std::chrono::nanoseconds duration;
};

class SleepAwaiter final
{
public:
    explicit SleepAwaiter(Sleep sleep) noexcept : m_sleep(sleep) { }
    Q_DISABLE_COPY_MOVE(SleepAwaiter)

    bool await_ready() const noexcept { return false; }
    template <typename Promise>
    void await_suspend(std::coroutine_handle<Promise> handle)
    {
        m_wait.suspend(*handle.promise().root, handle, m_sleep.duration);
    }
    void await_resume() const noexcept { }

private:
    Sleep m_sleep;
    SleepWait m_wait;
};

// Awaitables of other libraries: a coroutine of its own awaits them, wherever that resumes, and answers a reply.

// clang-format off
template <typename A>
concept HasMemberCoAwait = requires(A &&a) { std::forward<A>(a).operator co_await(); };
template <typename A>
concept HasFreeCoAwait = requires(A &&a) { operator co_await(std::forward<A>(a)); };

// clang-format on

template <typename A>
decltype(auto) awaiterOf(A &&awaitable)
{
    if constexpr (HasMemberCoAwait<A>)
        return std::forward<A>(awaitable).operator co_await();
    else if constexpr (HasFreeCoAwait<A>)
        return operator co_await(std::forward<A>(awaitable));
    else
        return std::forward<A>(awaitable);
}

// clang-format off
template <typename A>
concept ForeignAwaitable = requires(A &&a) {
    awaiterOf(std::forward<A>(a)).await_ready();
    awaiterOf(std::forward<A>(a)).await_resume();
};

// clang-format on

template <typename A>
using AwaitResult = std::decay_t<decltype(awaiterOf(std::declval<A>()).await_resume())>;

struct Bridge
{
    struct promise_type
    {
        Bridge get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept { }
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

// Rvalues are moved into the bridge, since the task that awaits may be destroyed first; lvalues stay their owner's.
template <typename R, typename A>
Bridge runBridge(A awaitable, Answer<R> answer)
{
    try {
        if constexpr (std::is_void_v<R>) {
            co_await std::forward<A>(awaitable);
            answer->fulfil();
        } else {
            answer->fulfil(co_await std::forward<A>(awaitable));
        }
    } catch (...) {
        answer->fail(std::current_exception());
    }
}

template <typename R, typename A>
Reply<R> bridge(A &&awaitable)
{
    auto *const state = new ReplyState<R>(2);
    Reply<R> reply(state);
    runBridge<R, A>(std::forward<A>(awaitable), Answer<R>(state));
    return reply;
}

} // namespace detail
} // namespace QtInterlink

#endif
