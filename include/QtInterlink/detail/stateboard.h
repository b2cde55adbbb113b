// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_STATEBOARD_H
#define QTINTERLINK_DETAIL_STATEBOARD_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/retained.h>
#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QMetaType>

#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

namespace QtInterlink {
class StateObserver;
}

namespace QtInterlink::detail {

// A state as it was published: never changed again, shared by all who look at it.
class Q_INTERLINK_EXPORT Snapshot : public Recycled
{
public:
    Snapshot(QMetaType type, const void *state) noexcept : type(type), state(state) { }
    virtual ~Snapshot();
    Q_DISABLE_COPY_MOVE(Snapshot)

    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept
    {
        // Acquire and release: the last one out destroys what the others have read.
        if (m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    const QMetaType type;
    const void *const state;

private:
    std::atomic<int> m_refs{0};
};

template <typename T>
class TypedSnapshot final : public Snapshot
{
public:
    template <typename U>
    explicit TypedSnapshot(U &&state) : Snapshot(QMetaType::fromType<T>(), &m_state), m_state(std::forward<U>(state))
    {
    }

private:
    const T m_state;
};

// Where a service's newest states hang, one of each type, and who looks at them. The service replaces a state and tells
// the observers that have not been told yet; each takes the newest when its thread comes to it. So however fast a
// service publishes, an observer has one event under way at most.
class Q_INTERLINK_EXPORT StateBoard : public Recycled
{
public:
    StateBoard() = default;
    Q_DISABLE_COPY_MOVE(StateBoard)

    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept
    {
        if (m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    // The service.
    void publish(Retained<Snapshot> snapshot) noexcept;
    void end() noexcept; // it publishes no more

    // An observer, in its own thread.
    struct View
    {
        Retained<Snapshot> newest; // of the observer's type
        bool ended = false;
    };
    View add(StateObserver &observer, QMetaType type); // invalid: the type of the state that was published first
    View look(const StateObserver &observer);
    void remove(const StateObserver &observer) noexcept;

private:
    struct Entry
    {
        StateObserver *observer;
        QMetaType type;
    };

    ~StateBoard() = default;
    View view(Entry &entry) const;

    std::atomic<int> m_refs{0};
    std::mutex m_mutex;
    std::vector<Retained<Snapshot>> m_states; // in the order in which their types came first
    std::vector<Entry> m_observers;
    bool m_ended = false;
};

} // namespace QtInterlink::detail

#endif
