// SPDX-License-Identifier: MIT
#include "timerqueue.h"

#include <algorithm>
#include <utility>

namespace QtInterlink::detail {

static constexpr std::size_t Children = 4;

bool TimerQueue::add(TimerEntry &entry, std::chrono::nanoseconds due)
{
    const std::lock_guard lock(m_mutex);
    entry.due = due;
    m_heap.push_back({});
    siftUp(m_heap.size() - 1, {due, &entry});
    updateNextDue();
    return entry.position == 0;
}

bool TimerQueue::remove(TimerEntry &entry) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (entry.position == TimerEntry::NotQueued)
        return false;
    takeOut(entry.position);
    entry.position = TimerEntry::NotQueued;
    updateNextDue();
    return true;
}

bool TimerQueue::fire(std::chrono::nanoseconds now)
{
    if (nextDue() > now)
        return false;
    // Expiring may nest: a timer's outcome may run an event loop.
    std::vector<TimerEntry *> expired = std::exchange(m_expired, {});
    {
        const std::lock_guard lock(m_mutex);
        while (!m_heap.empty() && m_heap.front().due <= now) {
            TimerEntry *const entry = m_heap.front().entry;
            takeOut(0);
            entry->position = TimerEntry::NotQueued;
            entry->leaving();
            expired.push_back(entry);
        }
        updateNextDue();
    }
    for (TimerEntry *entry : expired)
        entry->expired();
    const bool any = !expired.empty();
    expired.clear();
    m_expired = std::move(expired);
    return any;
}

void TimerQueue::place(std::size_t position, Slot slot) noexcept
{
    m_heap[position] = slot;
    slot.entry->position = position;
}

void TimerQueue::siftUp(std::size_t position, Slot slot) noexcept
{
    while (position > 0) {
        const std::size_t parent = (position - 1) / Children;
        if (m_heap[parent].due <= slot.due)
            break;
        place(position, m_heap[parent]);
        position = parent;
    }
    place(position, slot);
}

void TimerQueue::siftDown(std::size_t position, Slot slot) noexcept
{
    const std::size_t size = m_heap.size();
    for (;;) {
        const std::size_t first = position * Children + 1;
        if (first >= size)
            break;
        const auto begin = m_heap.begin() + std::ptrdiff_t(first);
        const auto end = m_heap.begin() + std::ptrdiff_t(std::min(first + Children, size));
        const auto least = std::min_element(begin, end, [](const Slot &a, const Slot &b) { return a.due < b.due; });
        if (slot.due <= least->due)
            break;
        const auto next = std::size_t(least - m_heap.begin());
        place(position, m_heap[next]);
        position = next;
    }
    place(position, slot);
}

void TimerQueue::takeOut(std::size_t position) noexcept
{
    const Slot last = m_heap.back();
    m_heap.pop_back();
    if (position == m_heap.size())
        return;
    if (position > 0 && last.due < m_heap[(position - 1) / Children].due)
        siftUp(position, last);
    else
        siftDown(position, last);
}

void TimerQueue::updateNextDue() noexcept
{
    const auto due = m_heap.empty() ? Never : m_heap.front().due;
    m_nextDue.store(due.count(), std::memory_order_release);
}

} // namespace QtInterlink::detail
