// SPDX-License-Identifier: MIT
#include "timerwheel.h"

#include "pause.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace QtInterlink::detail {

TimerWheel::~TimerWheel()
{
    while (!isEmpty()) {
        const Place place = first();
        for (Chunk *chunk = bucketAt(place).last; chunk;)
            delete std::exchange(chunk, chunk->next);
        clear(place);
    }
}

TimerWheel::Place TimerWheel::placeOf(quint64 tick) const noexcept
{
    const int level = (std::bit_width(tick ^ m_tick) - 1) / DigitBits;
    return {level, unsigned(tick >> (level * DigitBits)) % Buckets};
}

TimerWheel::Place TimerWheel::first() const noexcept
{
    const int level = std::countr_zero(m_levels);
    return {level, unsigned(std::countr_zero(m_used[std::size_t(level)]))};
}

quint64 TimerWheel::beginOf(Place place) const noexcept
{
    const int shift = place.level * DigitBits;
    return (((m_tick >> shift) & ~quint64(Buckets - 1)) | place.bucket) << shift;
}

void TimerWheel::clear(Place place) noexcept
{
    quint64 &used = m_used[std::size_t(place.level)];
    used &= ~(quint64(1) << place.bucket);
    if (!used)
        m_levels &= ~(1u << place.level);
}

void TimerWheel::add(TimerSlot slot, std::chrono::nanoseconds now)
{
    if (isEmpty())
        moveTo(std::min(now, slot.due - Tick));
    put(slot);
}

void TimerWheel::put(TimerSlot slot)
{
    const Place place = placeOf(tickOf(slot.due));
    Bucket &bucket = bucketAt(place);
    quint64 &used = m_used[std::size_t(place.level)];
    const quint64 bit = quint64(1) << place.bucket;
    const bool isNew = !(used & bit);
    if (isNew || bucket.last->used == SlotsInChunk) {
        auto *const chunk = new Chunk;
        chunk->used = 0;
        chunk->next = isNew ? nullptr : bucket.last;
        chunk->number = isNew ? 1 : bucket.last->number + 1;
        bucket.last = chunk;
    }
    if (isNew) {
        used |= bit;
        m_levels |= 1u << place.level;
        bucket.due = slot.due;
    } else if (slot.due < bucket.due) {
        bucket.due = slot.due;
    }
    TimerSlot &free = bucket.last->content[bucket.last->used++];
    free = slot;
    slot.entry->setSlot(&free);
}

void TimerWheel::remove(TimerEntry &entry) noexcept
{
    const Place place = placeOf(tickOf(entry.due));
    Bucket &bucket = bucketAt(place);
    Chunk *const last = bucket.last;
    TimerSlot *const slot = entry.slot();
    const TimerSlot moved = last->content[--last->used];
    moved.entry->setSlot(slot);
    *slot = moved;
    bool mayBeLater = entry.due == bucket.due;
    if (last->used == 0) {
        bucket.last = last->next;
        delete last;
        if (!bucket.last) {
            clear(place);
            return;
        }
        mayBeLater = true; // the least may have been removed when there were too many to search
    }
    if (mayBeLater && bucket.last->number <= MostToSearch)
        bucket.due = search(bucket);
}

std::chrono::nanoseconds TimerWheel::search(const Bucket &bucket) noexcept
{
    auto least = std::chrono::nanoseconds::max();
    for (const Chunk *chunk = bucket.last; chunk; chunk = chunk->next) {
        for (unsigned i = 0; i < chunk->used; ++i)
            least = std::min(least, chunk->content[i].due);
    }
    return least;
}

std::chrono::nanoseconds TimerWheel::nextDue() const noexcept
{
    if (isEmpty())
        return std::chrono::nanoseconds::max();
    const Place place = first();
    return m_buckets[std::size_t(place.level)][place.bucket].due;
}

void TimerWheel::openFirst(std::vector<TimerSlot> &run)
{
    constexpr unsigned Ahead = 8; // entries that are being fetched while one is moved
    const Place place = first();
    Chunk *chunk = bucketAt(place).last;
    m_tick = beginOf(place);
    clear(place);
    if (place.level == 0)
        run.reserve(run.size() + chunk->number * SlotsInChunk);
    while (chunk) {
        const unsigned used = chunk->used;
        prefetchForWriting(chunk->next);
        for (unsigned i = 0; i < std::min(Ahead, used); ++i)
            prefetchForWriting(chunk->content[i].entry);
        for (unsigned i = 0; i < used; ++i) {
            if (i + Ahead < used)
                prefetchForWriting(chunk->content[i + Ahead].entry);
            const TimerSlot slot = chunk->content[i];
            if (isAhead(slot.due))
                put(slot);
            else
                run.push_back(slot);
        }
        delete std::exchange(chunk, chunk->next);
    }
}

void TimerWheel::moveTo(std::chrono::nanoseconds now) noexcept
{
    quint64 tick = tickOf(now);
    if (!isEmpty())
        tick = std::min(tick, beginOf(first()) - 1);
    m_tick = std::max(m_tick, tick);
}

} // namespace QtInterlink::detail
