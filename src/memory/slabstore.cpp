// SPDX-License-Identifier: MIT
#include "slabstore.h"

#include <QtCore/qsystemdetection.h>

#include <algorithm>
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

struct SlabStore::Slab
{
    Slab *next;
    Slab *previous;
    Block *free; // given back
    char *fresh; // never used, from here to the end
    char *end;
    std::size_t bytes;
    int used;
    bool hasRoom; // is in a list
    bool wasEmpty; // when it was trimmed last

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
#  if defined(MADV_HUGEPAGE)
    if (bytes == LargestSlab)
        ::madvise(begin + before, bytes, MADV_HUGEPAGE);
#  endif
    return begin + before;
}

void releaseAligned(void *memory, std::size_t bytes) noexcept
{
    ::munmap(memory, bytes);
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
    Slab *const slab = ::new (allocateAligned(bytes)) Slab{};
    slab->fresh = reinterpret_cast<char *>(slab) + HeaderSize;
    slab->end = reinterpret_cast<char *>(slab) + bytes;
    slab->bytes = bytes;
    m_nextBytes = std::min(4 * bytes, LargestSlab);
    m_empty.add(slab);
    return slab;
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
            } else {
                m_withRoom.remove(slab);
                slab->hasRoom = false;
                break;
            }
            ++slab->used;
            block->next = list;
            list = block;
        }
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
            if (std::exchange(slab->wasEmpty, true)) {
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
