// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/recycler.h>

#include <array>
#include <mutex>

#if defined(__SANITIZE_ADDRESS__)
#  define QTINTERLINK_PLAIN_ALLOCATION // so that a use after release is seen
#elif defined(__has_feature)
#  if __has_feature(address_sanitizer)
#    define QTINTERLINK_PLAIN_ALLOCATION
#  endif
#endif

namespace QtInterlink::detail {

#ifdef QTINTERLINK_PLAIN_ALLOCATION

void *allocateBlock(std::size_t size)
{
    return ::operator new(size);
}

void releaseBlock(void *block, std::size_t) noexcept
{
    ::operator delete(block);
}

#else

namespace {

struct Block
{
    Block *next;
    Block *nextBatch;
};

// Sizes step by a cache line; 8 bytes less than whole lines, which is what the allocator adds to each block.
constexpr std::size_t Step = 64;
constexpr std::size_t Overhead = 8;
constexpr std::size_t Classes = 8;
constexpr int BatchSize = 32;

constexpr std::size_t classOf(std::size_t size) noexcept
{
    return (size + Overhead - 1) / Step;
}
constexpr std::size_t blockSize(std::size_t sizeClass) noexcept
{
    return (sizeClass + 1) * Step - Overhead;
}

void freeBatch(Block *block) noexcept
{
    while (block) {
        Block *const next = block->next;
        ::operator delete(block);
        block = next;
    }
}

// Where threads leave full batches and find them. Its mutex is taken once a batch.
class Depot
{
public:
    void put(std::size_t sizeClass, Block *batch) noexcept
    {
        Shelf &shelf = m_shelves[sizeClass];
        {
            const std::lock_guard lock(shelf.mutex);
            if (shelf.count < MaxBatches) {
                ++shelf.count;
                batch->nextBatch = shelf.first;
                shelf.first = batch;
                return;
            }
        }
        freeBatch(batch); // after a flood, memory goes back to the system
    }

    Block *get(std::size_t sizeClass) noexcept
    {
        Shelf &shelf = m_shelves[sizeClass];
        const std::lock_guard lock(shelf.mutex);
        Block *const batch = shelf.first;
        if (batch) {
            shelf.first = batch->nextBatch;
            --shelf.count;
        }
        return batch;
    }

private:
    static constexpr int MaxBatches = 1024;
    struct alignas(64) Shelf
    {
        std::mutex mutex;
        Block *first = nullptr;
        int count = 0;
    };
    std::array<Shelf, Classes> m_shelves;
};

// Never destroyed: threads may still be ending after static destructors ran.
constinit Depot depot;

// A thread's own lists. Trivial, so that thread-local objects destroyed later may still use it.
struct Cache
{
    struct List
    {
        Block *current;
        Block *spare; // null or a full batch
        int count; // in current
    };
    std::array<List, Classes> lists;
    bool watched;
    bool over; // the thread ends
};

#  if defined(Q_OS_LINUX) && !defined(QT_INTERLINK_STATIC)
// One access less than the dynamic model; a few hundred bytes fit in every program's static block.
__attribute__((tls_model("initial-exec")))
#  endif
constinit thread_local Cache cache = {};

struct Watch
{
    ~Watch()
    {
        cache.over = true;
        for (std::size_t sizeClass = 0; sizeClass < Classes; ++sizeClass) {
            Cache::List &list = cache.lists[sizeClass];
            if (list.spare)
                depot.put(sizeClass, list.spare);
            freeBatch(list.current);
            list = {};
        }
    }
};

void watchThread()
{
    cache.watched = true;
    static thread_local Watch watch;
    static_cast<void>(&watch);
}

Q_NEVER_INLINE void *refill(std::size_t sizeClass)
{
    if (cache.over)
        return ::operator new(blockSize(sizeClass));
    if (!cache.watched)
        watchThread();
    Cache::List &list = cache.lists[sizeClass];
    if (list.spare) {
        list.current = std::exchange(list.spare, nullptr);
        list.count = BatchSize;
    } else if (Block *const batch = depot.get(sizeClass)) {
        list.current = batch;
        list.count = BatchSize;
    } else {
        return ::operator new(blockSize(sizeClass));
    }
    Block *const block = list.current;
    list.current = block->next;
    --list.count;
    return block;
}

Q_NEVER_INLINE void startBatch(Cache::List &list, Block *block, std::size_t sizeClass) noexcept
{
    if (cache.over) {
        ::operator delete(block);
        return;
    }
    if (!cache.watched)
        watchThread();
    if (list.count == BatchSize) {
        if (list.spare)
            depot.put(sizeClass, list.spare);
        list.spare = list.current;
        list.current = nullptr;
        list.count = 0;
    }
    block->next = list.current;
    list.current = block;
    ++list.count;
}

} // namespace

void *allocateBlock(std::size_t size)
{
    const std::size_t sizeClass = classOf(size);
    if (sizeClass >= Classes)
        return ::operator new(size);
    Cache::List &list = cache.lists[sizeClass];
    Block *const block = list.current;
    if (!block)
        return refill(sizeClass);
    list.current = block->next;
    --list.count;
    return block;
}

void releaseBlock(void *memory, std::size_t size) noexcept
{
    const std::size_t sizeClass = classOf(size);
    if (sizeClass >= Classes) {
        ::operator delete(memory);
        return;
    }
    auto *const block = static_cast<Block *>(memory);
    Cache::List &list = cache.lists[sizeClass];
    if (list.count == 0 || list.count == BatchSize) {
        startBatch(list, block, sizeClass);
        return;
    }
    block->next = list.current;
    list.current = block;
    ++list.count;
}

#endif

} // namespace QtInterlink::detail
