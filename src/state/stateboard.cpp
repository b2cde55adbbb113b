// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/stateboard.h>

#include <QtInterlink/stateobserver.h>

#include <algorithm>

namespace QtInterlink::detail {

Snapshot::~Snapshot() = default;

void StateBoard::publish(Retained<Snapshot> snapshot) noexcept
{
    // The old state is let go of outside the lock: its destructor is the user's.
    Retained<Snapshot> old;
    const std::lock_guard lock(m_mutex);
    if (m_ended)
        return; // a service whose end was not waited for
    const QMetaType type = snapshot->type;
    const auto place = std::find_if(m_states.begin(), m_states.end(),
                                    [type](const Retained<Snapshot> &state) { return state->type == type; });
    if (place == m_states.end())
        m_states.push_back(std::move(snapshot));
    else
        old = std::exchange(*place, std::move(snapshot));
    for (const Entry &entry : m_observers) {
        if (!entry.type.isValid() || entry.type == type)
            entry.observer->tell();
    }
}

void StateBoard::end() noexcept
{
    const std::lock_guard lock(m_mutex);
    m_ended = true;
    for (const Entry &entry : m_observers)
        entry.observer->tell();
}

StateBoard::View StateBoard::add(StateObserver &observer, QMetaType type)
{
    const std::lock_guard lock(m_mutex);
    return view(m_observers.emplace_back(Entry{&observer, type}));
}

StateBoard::View StateBoard::look(const StateObserver &observer)
{
    const std::lock_guard lock(m_mutex);
    return view(*std::find_if(m_observers.begin(), m_observers.end(),
                              [&observer](const Entry &entry) { return entry.observer == &observer; }));
}

void StateBoard::remove(const StateObserver &observer) noexcept
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_observers, [&observer](const Entry &entry) { return entry.observer == &observer; });
}

StateBoard::View StateBoard::view(Entry &entry) const
{
    if (!entry.type.isValid() && !m_states.empty())
        entry.type = m_states.front()->type;
    for (const Retained<Snapshot> &state : m_states) {
        if (state->type == entry.type)
            return {state, m_ended};
    }
    return {{}, m_ended};
}

} // namespace QtInterlink::detail
