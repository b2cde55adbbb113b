// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TIMERWHEEL_H
#define QTINTERLINK_TIMERWHEEL_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/timerentry.h>

#include <QtCore/qglobal.h>

#include <array>
#include <chrono>
#include <vector>

namespace QtInterlink::detail {

struct TimerSlot
{
    std::chrono::nanoseconds due; // beside the pointer, so that comparing doesn't touch the entries
    TimerEntry *entry;
};

// Many timers in no order, until they are due. Time is cut into ticks, whose numbers have digits of six bits. An entry
// lies in the level of the highest digit in which its tick differs from the wheel's, in the bucket of its own digit
// there. So a level holds only what is before all of the next one, and within it the first bucket is the earliest. When
// the wheel arrives at a bucket, what is in there goes down some levels. An entry's bucket follows from its due time.
// Not thread-safe.
class TimerWheel
{
public:
    TimerWheel() noexcept = default;
    ~TimerWheel();
    Q_DISABLE_COPY_MOVE(TimerWheel)

    bool isEmpty() const noexcept { return m_levels == 0; }
    bool isAhead(std::chrono::nanoseconds due) const noexcept { return tickOf(due) > m_tick; } // it may be added
    void add(TimerSlot slot, std::chrono::nanoseconds now);
    void remove(TimerEntry &entry) noexcept;
    // When the first one is due, or max(). May be too early after that one has been removed from among very many.
    std::chrono::nanoseconds nextDue() const noexcept;
    // Opens the first bucket: what is in its first tick comes into the run, in no order; the rest stays.
    void openFirst(std::vector<TimerSlot> &run);
    void moveTo(std::chrono::nanoseconds now) noexcept; // as near as it comes without opening a bucket

private:
    static constexpr int TickBits = 16;
    static constexpr std::chrono::nanoseconds Tick{1 << TickBits}; // 65 us
    static constexpr int DigitBits = 6; // so that a level's buckets are the bits of one word
    static constexpr int Levels = 8; // 16 + 8 * 6 bits: all that nanoseconds can say
    static constexpr unsigned Buckets = 1u << DigitBits;
    static constexpr unsigned SlotsInChunk = 31;
    static constexpr unsigned MostToSearch = 8; // chunks

    // The largest block that is recycled. No vectors: their growth would move what entries point to, to fresh pages.
    struct Chunk : Recycled
    {
        Chunk *next;
        unsigned used;
        unsigned number; // how many there are up to this one, the last
        TimerSlot content[SlotsInChunk];
    };
    static_assert(sizeof(Chunk) == 512 || sizeof(void *) != 8);

    // Its bit says whether there is anything in it, and in the members here.
    struct Bucket
    {
        Chunk *last; // the only one that isn't full
        std::chrono::nanoseconds due; // the least, or what was until it was removed
    };
    struct Place
    {
        int level;
        unsigned bucket;
    };

    static quint64 tickOf(std::chrono::nanoseconds due) noexcept
    {
        return due.count() < 0 ? 0 : quint64(due.count()) >> TickBits;
    }
    void put(TimerSlot slot);
    Place placeOf(quint64 tick) const noexcept;
    Place first() const noexcept;
    quint64 beginOf(Place place) const noexcept;
    Bucket &bucketAt(Place place) noexcept { return m_buckets[std::size_t(place.level)][place.bucket]; }
    static std::chrono::nanoseconds search(const Bucket &bucket) noexcept;
    void clear(Place place) noexcept;

    quint64 m_tick = 0; // no entry's tick is this one or before
    unsigned m_levels = 0; // a bit for each that isn't empty
    std::array<quint64, Levels> m_used{}; // a bit for each bucket
    std::array<std::array<Bucket, Buckets>, Levels> m_buckets;
};

} // namespace QtInterlink::detail

#endif
