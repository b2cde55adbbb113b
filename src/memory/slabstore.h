// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SLABSTORE_H
#define QTINTERLINK_SLABSTORE_H

#include <atomic>
#include <chrono>
#include <cstddef>
#include <mutex>

namespace QtInterlink::detail {

// A piece of recycled memory while nobody uses it.
struct Block
{
    Block *next;
    Block *nextBatch; // of a batch's first one
};

// Blocks of one size, cut from slabs. A slab begins at a multiple of its largest size, so that a block finds its slab
// by its address alone. The first slabs are small. What grows beyond them comes in pieces of ordinary pages, or in huge
// pages where the system took long for the last slab's: on a virtual machine the first touch of a page, of either kind,
// can cost more than a hundred messages. Threads that have nothing else to do prepare a little of it ahead of those who
// allocate. Slabs that are empty again stay for a flood's next wave, until they are trimmed. Thread-safe.
class SlabStore
{
public:
    constexpr explicit SlabStore(std::size_t blockSize) noexcept : m_blockSize(blockSize) { }

    Block *take(int count); // a list of so many
    void give(Block *list) noexcept;
    bool wantsPages() const noexcept { return m_wantsPages.load(std::memory_order_relaxed); } // for take(), soon
    void prepare() noexcept; // some of them
    bool hasEmpty() const noexcept { return m_hasEmpty.load(std::memory_order_relaxed); }
    void trim() noexcept; // gives back to the system what has been empty since the last time

private:
    struct Slab;
    struct SlabList
    {
        Slab *first = nullptr;
        void add(Slab *slab) noexcept;
        void remove(Slab *slab) noexcept;
    };

    Slab *makeSlab();
    void makeReady(Slab *slab) noexcept;
    bool wantsPages(const Slab &slab) const noexcept;
    void setWantsPages(bool wants) noexcept;
    void giveAll(Block *list) noexcept;

    const std::size_t m_blockSize;
    std::mutex m_mutex; // guards what follows
    SlabList m_withRoom; // some blocks are in use
    SlabList m_empty;
    std::atomic<bool> m_hasEmpty{false};
    std::atomic<bool> m_wantsPages{false};
    bool m_mayPrepare = true; // the system knows how to
    std::size_t m_nextBytes = 0; // the next slab's size, as long as it grows
    std::chrono::nanoseconds m_quickestPiece{}; // of the newest slab
    bool m_pagesAreDear = false; // as it was, or one before it if that is huge
};

} // namespace QtInterlink::detail

#endif
