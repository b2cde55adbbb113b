// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SIGNALEMITTER_H
#define QTINTERLINK_SIGNALEMITTER_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/runnable.h>
#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <concepts>
#include <functional>
#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace QtInterlink {

namespace detail {

class Worker;

// An object in its thread, as others hold it.
struct EmitterTarget
{
    QPointer<QObject> object; // looked at in its own thread only
    std::shared_ptr<Worker> worker;
};

// One emission on its way.
class Q_INTERLINK_EXPORT Emission : public Runnable, public Recycled
{
public:
    virtual ~Emission();
    static std::shared_ptr<const EmitterTarget> targetFor(QObject *object);
    void start() noexcept;
    Next run(Slice &slice) override;
    void abandon() noexcept override;

protected:
    explicit Emission(std::shared_ptr<const EmitterTarget> target) noexcept;
    virtual void emitBy(QObject *object) = 0;

private:
    std::shared_ptr<const EmitterTarget> m_target;
};

template <typename Object, typename Function, typename... Args>
class TypedEmission final : public Emission
{
public:
    template <typename... A>
    TypedEmission(std::shared_ptr<const EmitterTarget> target, Function function, A &&...args)
        : Emission(std::move(target)), m_function(function), m_args(std::forward<A>(args)...)
    {
    }

private:
    void emitBy(QObject *object) override
    {
        std::apply([&](auto &...args) { std::invoke(m_function, static_cast<Object *>(object), std::move(args)...); },
                   m_args);
    }

    Function m_function;
    std::tuple<Args...> m_args;
};

} // namespace detail

/*!
    \class QtInterlink::SignalEmitter
    \since 0.1
    Emits the signals of a QObject in that object's own thread, from anywhere: how a service tells plain Qt code
   something through signals. Made in the object's thread, which must have an event loop; cheap to copy and usable from
   any thread.

    \code
    class Download : public QObject { Q_OBJECT Q_SIGNALS: void finished(const QString &file); };

    auto *download = new Download(window);                             // in the GUI thread
    auto link = Fetcher::start(SignalEmitter<Download>(download));     // the service keeps the emitter
    ...
    m_emitter.emitSignal(&Download::finished, file);                   // in the service
    \endcode

    Emissions of one sender keep their order; they are handled in slices, as messages are, so that a flood of them does
   not freeze a window, and are dropped when the object has died.
*/
template <std::derived_from<QObject> Object>
class SignalEmitter
{
public:
    /*! Emits nothing. */
    SignalEmitter() = default;
    /*! Emits the signals of \a object, in whose thread this is called. */
    explicit SignalEmitter(Object *object) : m_target(detail::Emission::targetFor(object)) { }

    /*! Emits \a signal with \a args, or calls another member function so, in the object's thread. Thread-safe. */
    template <typename Signal, typename... Args>
    requires std::is_invocable_v<Signal, Object *, std::decay_t<Args>...>
    void emitSignal(Signal signal, Args &&...args) const
    {
        using Emission = detail::TypedEmission<Object, Signal, std::decay_t<Args>...>;
        if (m_target)
            (new Emission(m_target, signal, std::forward<Args>(args)...))->start();
    }

private:
    std::shared_ptr<const detail::EmitterTarget> m_target;
};

} // namespace QtInterlink

#endif
