// SPDX-License-Identifier: MIT
#ifndef COROUTINES_H
#define COROUTINES_H

#ifndef Q_MOC_RUN // it can't read <concepts>
#  include <coroutine>
#  include <exception>
#  include <utility>
#endif

// The least that is a coroutine: it starts at once, and nobody waits for it.
struct Detached
{
    struct promise_type
    {
        Detached get_return_object() noexcept { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() noexcept { }
        void unhandled_exception() noexcept { std::terminate(); }
    };
};

// The same, whose frame is its holder's: dropping it destroys the coroutine where it is suspended.
class Owned
{
public:
    struct promise_type
    {
        Owned get_return_object() noexcept { return Owned(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() noexcept { }
        void unhandled_exception() noexcept { std::terminate(); }
    };

    Owned(Owned &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) { }
    Owned &operator=(Owned &&other) noexcept
    {
        std::swap(m_handle, other.m_handle);
        return *this;
    }
    ~Owned() { destroy(); }

    bool isDone() const { return m_handle.done(); }
    void destroy()
    {
        if (m_handle)
            std::exchange(m_handle, nullptr).destroy();
    }

private:
    explicit Owned(std::coroutine_handle<promise_type> handle) noexcept : m_handle(handle) { }
    std::coroutine_handle<promise_type> m_handle;
};

#endif
