// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TASK_H
#define QTINTERLINK_TASK_H

#include <QtInterlink/detail/awaitable.h>
#include <QtInterlink/detail/taskframe.h>
#include <QtInterlink/reply.h>

#include <coroutine>
#include <optional>
#include <type_traits>
#include <utility>

namespace QtInterlink {

/*!
    \class QtInterlink::Task
    \since 0.1
    A coroutine of a service. A handler, or the closure of \c exec() or \c wait(), that returns a Task holds back the
    service's further messages until it ends; one given to \c ServiceContext::spawn() runs beside them.

    Inside, \c co_await takes a Reply, a QFuture, \c{ServiceContext::sleep()}, another Task, and any awaitable of
    other libraries. The task resumes on its service's worker each time. Awaiting a reply that depends on the task
    itself throws a LinkException with LinkError::WouldDeadlock.

    A task does not start before its service runs it. If the service ends first, the task is destroyed where it is
    suspended.
*/
template <typename R = void>
class [[nodiscard]] Task
{
public:
    struct promise_type;
    using ResultType = R;

    Task(Task &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) { }
    Task &operator=(Task &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~Task()
    {
        if (m_handle)
            m_handle.destroy();
    }

    // For the module itself.
    void startIn(detail::TaskRoot &root)
    {
        m_handle.promise().root = &root;
        m_handle.resume();
    }
    R take() { return m_handle.promise().take(); }

    class ChildAwaiter
    {
    public:
        explicit ChildAwaiter(std::coroutine_handle<promise_type> child) noexcept : m_child(child) { }
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> parent) noexcept
        {
            detail::TaskFrame &frame = m_child.promise();
            frame.root = parent.promise().root;
            frame.continuation = parent;
            return m_child;
        }
        R await_resume() { return m_child.promise().take(); }

    private:
        std::coroutine_handle<promise_type> m_child;
    };
    ChildAwaiter awaitAsChild() noexcept { return ChildAwaiter(m_handle); }

private:
    explicit Task(std::coroutine_handle<promise_type> handle) noexcept : m_handle(handle) { }

    std::coroutine_handle<promise_type> m_handle;
};

namespace detail {

// What a task may await, and how.
template <typename Derived>
class TaskPromise : public TaskFrame
{
public:
    template <typename R>
    TaskReplyAwaiter<R> await_transform(Reply<R> &&reply) noexcept
    {
        return TaskReplyAwaiter<R>(std::move(reply));
    }
    template <typename R>
    TaskReplyAwaiter<R> await_transform(Reply<R> &reply) noexcept
    {
        return TaskReplyAwaiter<R>(std::move(reply));
    }
    template <typename R>
    TaskReplyAwaiter<R> await_transform(FreshReply<R> &reply) noexcept
    {
        return TaskReplyAwaiter<R>(std::move(reply));
    }
    template <typename R>
    TaskReplyAwaiter<R> await_transform(FreshReply<R> &&reply) noexcept
    {
        QTINTERLINK_REFUSE_FRESH_AWAIT(R);
        return TaskReplyAwaiter<R>(std::move(reply));
    }
    template <typename R>
    TaskReplyAwaiter<R> await_transform(QFuture<R> future)
    {
        return TaskReplyAwaiter<R>(Reply<R>::fromFuture(std::move(future)));
    }
    template <typename R>
    TaskReplyAwaiter<R> await_transform(FreshFuture<R> &future)
    {
        return await_transform(static_cast<const QFuture<R> &>(future));
    }
    template <typename R>
    TaskReplyAwaiter<R> await_transform(FreshFuture<R> &&future)
    {
        QTINTERLINK_REFUSE_FRESH_AWAIT(R);
        return await_transform(static_cast<const QFuture<R> &>(future));
    }
    template <typename R>
    typename Task<R>::ChildAwaiter await_transform(Task<R> &&task) noexcept
    {
        return task.awaitAsChild();
    }
    SleepAwaiter await_transform(Sleep sleep) noexcept { return SleepAwaiter(sleep); }

    template <ForeignAwaitable A>
    auto await_transform(A &&awaitable)
    {
        using R = AwaitResult<A>;
        return TaskReplyAwaiter<R>(bridge<R, A>(std::forward<A>(awaitable)));
    }
};

} // namespace detail

template <typename R>
struct Task<R>::promise_type final : detail::TaskPromise<promise_type>
{
    Task get_return_object() noexcept { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    template <typename T>
    void return_value(T &&result)
    {
        value.emplace(std::forward<T>(result));
    }
    R take()
    {
        if (this->exception)
            std::rethrow_exception(std::move(this->exception));
        return std::move(*value);
    }

    std::optional<R> value;
};

template <>
struct Task<void>::promise_type final : detail::TaskPromise<promise_type>
{
    Task get_return_object() noexcept { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    void return_void() noexcept { }
    void take()
    {
        if (exception)
            std::rethrow_exception(std::move(exception));
    }
};

} // namespace QtInterlink

#endif
