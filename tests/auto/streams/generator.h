// SPDX-License-Identifier: MIT
#ifndef GENERATOR_H
#define GENERATOR_H

#ifndef Q_MOC_RUN // it can't read <coroutine>
#  include <coroutine>
#  include <exception>
#  include <optional>
#  include <utility>
#endif

// The least that is a generator, until std::generator is there.
template <typename T>
class Generator
{
public:
    struct promise_type
    {
        Generator get_return_object() { return Generator(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        std::suspend_always yield_value(T next)
        {
            value.emplace(std::move(next));
            return {};
        }
        void return_void() noexcept { }
        void unhandled_exception() { exception = std::current_exception(); }

        std::optional<T> value;
        std::exception_ptr exception;
    };
    using Handle = std::coroutine_handle<promise_type>;

    struct Sentinel
    {
    };
    struct Iterator
    {
        Handle handle;

        Iterator &operator++()
        {
            handle.resume();
            if (handle.promise().exception)
                std::rethrow_exception(std::exchange(handle.promise().exception, nullptr));
            return *this;
        }
        T &operator*() const { return *handle.promise().value; }
        bool operator!=(Sentinel) const { return !handle.done(); }
    };

    Generator(Generator &&other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) { }
    Generator &operator=(Generator &&) = delete;
    ~Generator()
    {
        if (m_handle)
            m_handle.destroy();
    }

    Iterator begin() { return ++Iterator{m_handle}; }
    Sentinel end() const { return {}; }

private:
    explicit Generator(Handle handle) : m_handle(handle) { }
    Handle m_handle;
};

#endif
