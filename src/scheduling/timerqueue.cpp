// SPDX-License-Identifier: MIT
#include "timerqueue.h"

#include "pause.h"

#include <algorithm>
#include <array>
#include <utility>

namespace QtInterlink::detail {

static constexpr std::size_t Children = 4;
static constexpr std::size_t MostKept = 4096; // slots of the run, when the wheel is empty

bool TimerQueue::add(TimerEntry &entry, std::chrono::nanoseconds due, std::chrono::nanoseconds now)
{
    const std::lock_guard lock(m_mutex);
    const bool isFull = m_heap.size() >= SmallHeap;
    if (isFull && !m_wheel)
        m_wheel = std::make_unique<TimerWheel>();
    if (isFull && m_wheel->isAhead(due)) {
        m_wheel->add({due, &entry}, now);
    } else {
        m_heap.push_back({});
        siftUp(m_heap.size() - 1, {due, &entry});
    }
    entry.due = due;
    if (due >= nextDue())
        return false;
    m_nextDue.store(due.count(), std::memory_order_release);
    return true;
}

bool TimerQueue::remove(TimerEntry &entry) noexcept
{
    const std::lock_guard lock(m_mutex);
    if (entry.position == TimerEntry::NotQueued)
        return false;
    if (entry.isInHeap()) {
        takeOut(entry.index());
    } else if (m_wheel->isAhead(entry.due)) {
        m_wheel->remove(entry);
    } else {
        entry.slot()->entry = nullptr;
        skipRemoved();
    }
    entry.position = TimerEntry::NotQueued;
    updateNextDue();
    return true;
}

bool TimerQueue::fire(std::chrono::nanoseconds now)
{
    if (nextDue() > now)
        return false;
    // Not the queue's: expiring may nest, since a timer's outcome may run an event loop.
    std::array<TimerEntry *, MostAtOnce> expired;
    std::size_t count = 0;
    {
        const std::lock_guard lock(m_mutex);
        for (; count < MostAtOnce; ++count) {
            TimerEntry *const entry = takeDue(now);
            if (!entry)
                break;
            entry->position = TimerEntry::NotQueued;
            entry->leaving();
            expired[count] = entry;
        }
        if (m_wheel)
            m_wheel->moveTo(now);
        if (m_run.capacity() > MostKept && !hasRun() && m_wheel->isEmpty())
            m_run = std::vector<Slot>();
        updateNextDue();
    }
    for (std::size_t i = 0; i < count; ++i)
        expired[i]->expired();
    return count > 0;
}

// Returns the first one, if it is due by now, and takes it out.
TimerEntry *TimerQueue::takeDue(std::chrono::nanoseconds now)
{
    constexpr std::size_t Ahead = 8; // entries that are being fetched while one is taken
    for (;;) {
        const std::chrono::nanoseconds inHeap = dueInHeap();
        if (hasRun()) {
            const Slot first = m_run[m_runAt];
            if (first.due <= inHeap) {
                if (first.due > now)
                    return nullptr;
                if (m_runAt + Ahead < m_run.size())
                    prefetchForWriting(m_run[m_runAt + Ahead].entry);
                ++m_runAt;
                skipRemoved();
                return first.entry;
            }
        } else if (m_wheel && !m_wheel->isEmpty() && m_wheel->nextDue() <= std::min(inHeap, now)) {
            openBucket();
            continue;
        }
        if (m_heap.empty() || inHeap > now)
            return nullptr;
        TimerEntry *const entry = m_heap.front().entry;
        takeOut(0);
        return entry;
    }
}

void TimerQueue::openBucket()
{
    m_run.clear();
    m_runAt = 0;
    m_wheel->openFirst(m_run);
    std::sort(m_run.begin(), m_run.end(), [](const Slot &a, const Slot &b) { return a.due < b.due; });
    for (Slot &slot : m_run)
        slot.entry->setSlot(&slot);
}

void TimerQueue::skipRemoved() noexcept
{
    while (hasRun() && !m_run[m_runAt].entry)
        ++m_runAt;
}

void TimerQueue::place(std::size_t index, Slot slot) noexcept
{
    m_heap[index] = slot;
    slot.entry->setIndex(index);
}

void TimerQueue::siftUp(std::size_t index, Slot slot) noexcept
{
    while (index > 0) {
        const std::size_t parent = (index - 1) / Children;
        if (m_heap[parent].due <= slot.due)
            break;
        place(index, m_heap[parent]);
        index = parent;
    }
    place(index, slot);
}

void TimerQueue::siftDown(std::size_t index, Slot slot) noexcept
{
    const std::size_t size = m_heap.size();
    for (;;) {
        const std::size_t first = index * Children + 1;
        if (first >= size)
            break;
        const auto begin = m_heap.begin() + std::ptrdiff_t(first);
        const auto end = m_heap.begin() + std::ptrdiff_t(std::min(first + Children, size));
        const auto least = std::min_element(begin, end, [](const Slot &a, const Slot &b) { return a.due < b.due; });
        if (slot.due <= least->due)
            break;
        const auto next = std::size_t(least - m_heap.begin());
        place(index, m_heap[next]);
        index = next;
    }
    place(index, slot);
}

void TimerQueue::takeOut(std::size_t index) noexcept
{
    const Slot last = m_heap.back();
    m_heap.pop_back();
    if (index == m_heap.size())
        return;
    if (index > 0 && last.due < m_heap[(index - 1) / Children].due)
        siftUp(index, last);
    else
        siftDown(index, last);
}

void TimerQueue::updateNextDue() noexcept
{
    std::chrono::nanoseconds due = dueInHeap();
    if (hasRun())
        due = std::min(due, m_run[m_runAt].due);
    else if (m_wheel)
        due = std::min(due, m_wheel->nextDue());
    m_nextDue.store(due.count(), std::memory_order_release);
}

} // namespace QtInterlink::detail
