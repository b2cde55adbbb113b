// SPDX-License-Identifier: MIT
#include "slabstore.h"

#include <QtCore/qsystemdetection.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <new>
#include <utility>

#if defined(Q_OS_UNIX)
#  include <sys/mman.h>
#endif

namespace QtInterlink::detail {

static constexpr std::size_t SmallestSlab = 128 * 1024;
static constexpr std::size_t LargestSlab = 2 * 1024 * 1024; // a huge page
static constexpr std::size_t HeaderSize = 64;
static constexpr std::ptrdiff_t Piece = 64 * 1024; // is made ready at once
static constexpr std::ptrdiff_t PieceAhead = 32 * 1024; // by a thread that others may soon have work for
static constexpr std::ptrdiff_t Ahead = 256 * 1024; // no more than so much
static constexpr std::chrono::microseconds DearPiece(64); // 4 a page

struct SlabStore::Slab
{
    Slab *next;
    Slab *previous;
    Block *free; // given back
    char *fresh; // never used, from here to the end
    char *ready; // up to here the system has given pages, or gives them as they are touched
    char *end;
    std::size_t bytes;
    int used;
    bool hasRoom; // is in a list
    bool wasEmpty; // when it was trimmed last
    bool isInPreparation; // outside of the mutex: its memory must stay

    static Slab *of(Block *block) noexcept
    {
        return reinterpret_cast<Slab *>(reinterpret_cast<std::uintptr_t>(block) & ~(LargestSlab - 1));
    }
};

namespace {

#if defined(Q_OS_UNIX)

void *allocateAligned(std::size_t bytes)
{
    const std::size_t reserved = bytes + LargestSlab;
    void *const memory = ::mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    if (memory == MAP_FAILED)
        throw std::bad_alloc();
    auto *const begin = static_cast<char *>(memory);
    const std::size_t before = -reinterpret_cast<std::uintptr_t>(begin) & (LargestSlab - 1);
    if (before)
        ::munmap(begin, before);
    ::munmap(begin + before + bytes, reserved - before - bytes);
    return begin + before;
}

void releaseAligned(void *memory, std::size_t bytes) noexcept
{
    ::munmap(memory, bytes);
}

void useHugePage([[maybe_unused]] void *slab) noexcept
{
#  if defined(MADV_HUGEPAGE)
    ::madvise(slab, LargestSlab, MADV_HUGEPAGE);
#  endif
}

// Without touching them, so that somebody else may use them meanwhile. False: the system can't, or has no memory.
bool populatePages([[maybe_unused]] char *begin, [[maybe_unused]] std::size_t bytes) noexcept
{
#  if defined(MADV_POPULATE_WRITE)
    return ::madvise(begin, bytes, MADV_POPULATE_WRITE) == 0;
#  else
    return false;
#  endif
}

void touchPages(char *begin, std::size_t bytes) noexcept
{
    if (populatePages(begin, bytes))
        return;
    for (std::size_t offset = 0; offset < bytes; offset += 4096) {
        volatile char &byte = begin[offset];
        byte = byte;
    }
}

#else

void *allocateAligned(std::size_t bytes)
{
    return ::operator new(bytes, std::align_val_t(LargestSlab));
}

void releaseAligned(void *memory, std::size_t) noexcept
{
    ::operator delete(memory, std::align_val_t(LargestSlab));
}

void useHugePage(void *) noexcept
{
}

bool populatePages(char *, std::size_t) noexcept
{
    return false;
}

void touchPages(char *, std::size_t) noexcept
{
}

#endif

} // namespace

void SlabStore::SlabList::add(Slab *slab) noexcept
{
    slab->next = first;
    slab->previous = nullptr;
    if (first)
        first->previous = slab;
    first = slab;
}

void SlabStore::SlabList::remove(Slab *slab) noexcept
{
    (slab->previous ? slab->previous->next : first) = slab->next;
    if (slab->next)
        slab->next->previous = slab->previous;
}

SlabStore::Slab *SlabStore::makeSlab()
{
    const std::size_t bytes = std::max(m_nextBytes, SmallestSlab);
    static_assert(sizeof(Slab) <= HeaderSize);
    void *const memory = allocateAligned(bytes);
    const bool isHuge = bytes == LargestSlab && m_pagesAreDear;
    if (isHuge)
        useHugePage(memory);
    Slab *const slab = ::new (memory) Slab{};
    slab->fresh = reinterpret_cast<char *>(slab) + HeaderSize;
    slab->end = reinterpret_cast<char *>(slab) + bytes;
    // The few pages of a small program come as they are touched.
    slab->ready = isHuge || bytes == SmallestSlab ? slab->end : reinterpret_cast<char *>(slab);
    slab->bytes = bytes;
    m_quickestPiece = std::chrono::nanoseconds::max();
    m_nextBytes = std::min(4 * bytes, LargestSlab);
    m_empty.add(slab);
    return slab;
}

void SlabStore::makeReady(Slab *slab) noexcept
{
    using Clock = std::chrono::steady_clock;
    const Clock::time_point begin = Clock::now();
    const std::ptrdiff_t bytes = std::min(Piece, slab->end - slab->ready);
    touchPages(slab->ready, std::size_t(bytes));
    slab->ready += bytes;
    if (bytes < Piece || slab->isInPreparation)
        return; // tells nothing of what a whole piece costs
    m_quickestPiece = std::min<std::chrono::nanoseconds>(m_quickestPiece, Clock::now() - begin);
    m_pagesAreDear = m_quickestPiece > DearPiece;
}

bool SlabStore::wantsPages(const Slab &slab) const noexcept
{
    return m_mayPrepare && slab.ready < slab.end && slab.ready - slab.fresh < Ahead;
}

void SlabStore::setWantsPages(bool wants) noexcept
{
    if (wants != wantsPages()) // others look there all the time
        m_wantsPages.store(wants, std::memory_order_relaxed);
}

void SlabStore::prepare() noexcept
{
    std::unique_lock lock(m_mutex, std::try_to_lock);
    Slab *const slab = lock ? m_withRoom.first : nullptr;
    if (!lock || (slab && slab->isInPreparation))
        return;
    if (!slab || !wantsPages(*slab)) {
        setWantsPages(false);
        return;
    }
    slab->isInPreparation = true;
    char *const begin = slab->ready;
    char *const end = begin + std::min(PieceAhead, slab->end - begin);
    lock.unlock();
    const bool done = populatePages(begin, std::size_t(end - begin));
    lock.lock();
    slab->isInPreparation = false;
    if (done)
        slab->ready = std::max(slab->ready, end); // whoever allocates may have been faster
    else
        m_mayPrepare = false;
    setWantsPages(wantsPages(*slab));
}

Block *SlabStore::take(int count)
{
    const std::lock_guard lock(m_mutex);
    Block *list = nullptr;
    while (count > 0) {
        Slab *slab = m_withRoom.first;
        if (!slab) {
            slab = m_empty.first;
            if (!slab) {
                try {
                    slab = makeSlab();
                } catch (...) {
                    giveAll(list);
                    throw;
                }
            }
            m_empty.remove(slab);
            m_withRoom.add(slab);
            slab->hasRoom = true;
            slab->wasEmpty = false;
            m_hasEmpty.store(m_empty.first, std::memory_order_relaxed);
        }
        for (; count > 0; --count) {
            Block *block = slab->free;
            if (block) {
                slab->free = block->next;
            } else if (std::size_t(slab->end - slab->fresh) >= m_blockSize) {
                block = reinterpret_cast<Block *>(slab->fresh);
                slab->fresh += m_blockSize;
                if (slab->fresh > slab->ready)
                    makeReady(slab);
            } else {
                m_withRoom.remove(slab);
                slab->hasRoom = false;
                break;
            }
            ++slab->used;
            block->next = list;
            list = block;
        }
        setWantsPages(wantsPages(*slab));
    }
    return list;
}

void SlabStore::give(Block *list) noexcept
{
    const std::lock_guard lock(m_mutex);
    giveAll(list);
}

void SlabStore::giveAll(Block *list) noexcept
{
    while (list) {
        Block *const block = std::exchange(list, list->next);
        Slab *const slab = Slab::of(block);
        block->next = slab->free;
        slab->free = block;
        if (!slab->hasRoom) {
            m_withRoom.add(slab);
            slab->hasRoom = true;
        }
        if (--slab->used > 0)
            continue;
        m_withRoom.remove(slab);
        // Anew from its beginning: what is taken next lies side by side.
        slab->free = nullptr;
        slab->fresh = reinterpret_cast<char *>(slab) + HeaderSize;
        m_empty.add(slab);
        m_hasEmpty.store(true, std::memory_order_relaxed);
    }
}

void SlabStore::trim() noexcept
{
    Slab *unused = nullptr;
    {
        const std::lock_guard lock(m_mutex);
        for (Slab *slab = m_empty.first; slab;) {
            Slab *const next = slab->next;
            if (std::exchange(slab->wasEmpty, true) && !slab->isInPreparation) {
                m_empty.remove(slab);
                slab->next = std::exchange(unused, slab);
            }
            slab = next;
        }
        m_hasEmpty.store(m_empty.first, std::memory_order_relaxed);
    }
    while (unused) {
        Slab *const slab = std::exchange(unused, unused->next);
        releaseAligned(slab, slab->bytes);
    }
}

} // namespace QtInterlink::detail
