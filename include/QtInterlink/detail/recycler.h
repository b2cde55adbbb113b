// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_RECYCLER_H
#define QTINTERLINK_DETAIL_RECYCLER_H

#include <QtInterlink/interlinkglobal.h>

#include <cstddef>
#include <new>

namespace QtInterlink::detail {

// Memory for what is made on one thread and freed on another: message events, replies, coroutine frames.
// Each thread keeps lists of free blocks and trades them with the others a whole batch at a time.
// Thread-safe; usable before main() and after a thread's other thread-local objects are gone.
Q_INTERLINK_EXPORT void *allocateBlock(std::size_t size);
Q_INTERLINK_EXPORT void releaseBlock(void *block, std::size_t size) noexcept;

// A base that sends a class's new and delete there.
struct Recycled
{
    static void *operator new(std::size_t size) { return allocateBlock(size); }
    static void *operator new(std::size_t size, std::align_val_t alignment) { return ::operator new(size, alignment); }
    static void *operator new(std::size_t, void *place) noexcept { return place; }
    static void operator delete(void *block, std::size_t size) noexcept { releaseBlock(block, size); }
    static void operator delete(void *block, std::size_t, std::align_val_t alignment) noexcept
    {
        ::operator delete(block, alignment);
    }
    static void operator delete(void *, void *) noexcept { }
};

} // namespace QtInterlink::detail

#endif
