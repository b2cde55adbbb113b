// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_OBSERVED_H
#define QTINTERLINK_OBSERVED_H

#include <QtInterlink/stateobserver.h>

#include <QtCore/QPointer>
#include <QtCore/QProperty>

#include <concepts>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace QtInterlink {

/*!
    \class QtInterlink::Observed
    \since 0.1
    The newest state of type \a T that a service publishes, as it is seen in this thread: a value, a bindable property
   and a notification. Made by Link::observe().

    \code
    Observed<Status> status = link.observe<Status>();
    status.onChanged(label, [label](const Status &status) { label->setText(status.text); });
    \endcode

    It belongs to the thread that made it, which must have an event loop. States are conflated: there is at most one
    notification in a turn of that loop, and the last state always arrives. Moved, not copied. Does not keep the service
    alive.
*/
template <typename T>
class Observed
{
public:
    static_assert(std::is_object_v<T> && std::copyable<T>,
                  "QtInterlink: an observed state is a value that can be copied.");

    /*! Observes nothing. */
    Observed() = default;

    /*! Whether a state was seen. */
    bool hasValue() const noexcept { return m_state && m_state->observer.state(); }

    /*! The newest state that was seen; a default-constructed one before the first. Valid until the next notification.
     */
    const T &value() const
    {
        if (hasValue())
            return *static_cast<const T *>(m_state->observer.state());
        static const T none{};
        return none;
    }
    const T &operator*() const { return value(); }
    const T *operator->() const { return &value(); }

    /*! Whether the service may still publish. */
    bool isActive() const noexcept { return m_state && m_state->observer.isActive(); }

    /*! The state as a read-only bindable property; it keeps a copy of its own. */
    QBindable<T> bindable()
    {
        if (!m_state)
            return {};
        return QBindable<T>(static_cast<const QProperty<T> *>(&m_state->property(value())));
    }

    /*!
        Calls \a function with each state that is seen from now on, and at once with the one that is there; as long as
        \a context lives, which belongs to this thread, and this object or what it was moved into.
    */
    template <std::invocable<const T &> Function>
    void onChanged(QObject *context, Function function)
    {
        if (!m_state)
            return;
        StateObserver *const observer = &m_state->observer;
        auto call = [observer, function = std::move(function)]() mutable {
            function(*static_cast<const T *>(observer->state()));
        };
        if (hasValue()) {
            const QPointer<QObject> guard(context);
            const QPointer<StateObserver> alive(observer);
            call();
            if (!guard || !alive)
                return;
        }
        QObject::connect(observer, &StateObserver::changed, context, std::move(call));
    }

    /*! The object whose signals \c changed() and \c ended() tell of new states and of the service's end; null if
     * nothing is observed. */
    StateObserver *notifier() const noexcept { return m_state ? &m_state->observer : nullptr; }

    // For the module itself.
    explicit Observed(const detail::CoreRef &core) : m_state(std::make_unique<State>(core)) { }

private:
    struct State
    {
        explicit State(const detail::CoreRef &core) : observer(core, QMetaType::fromType<T>()) { }

        // Made by the first who asks for it.
        QProperty<T> &property(const T &now)
        {
            if (!bound) {
                bound.emplace(now);
                QObject::connect(&observer, &StateObserver::changed, &observer,
                                 [this] { bound->setValue(*static_cast<const T *>(observer.state())); });
            }
            return *bound;
        }

        std::optional<QProperty<T>> bound; // goes after the observer
        StateObserver observer;
    };

    std::unique_ptr<State> m_state;
};

} // namespace QtInterlink

#endif
