// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/recycler.h>

#include "../scheduling/pause.h"
#include "slabstore.h"
#include "threadlocal.h"
#include "upkeep.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

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

void prepareMemory() noexcept
{
}

bool hasUnusedMemory() noexcept
{
    return false;
}

void trimMemory() noexcept
{
}

#else

namespace {

// Sizes step by a cache line.
constexpr std::size_t Step = 64;
constexpr std::size_t Classes = 8;
constexpr std::size_t MostOnShelf = 1024 * 1024; // bytes
constexpr std::chrono::milliseconds TrimInterval(900);

constexpr std::size_t classOf(std::size_t size) noexcept
{
    return (size - 1) / Step;
}
constexpr std::size_t blockSize(std::size_t sizeClass) noexcept
{
    return (sizeClass + 1) * Step;
}
// What threads trade at once. A step from batch to batch is one that the processor can't foresee, for the thread that
// allocates and for the one that goes through what was allocated. Messages alone are so many that it counts; larger
// batches than these let senders run away from services that are one among many.
constexpr int batchSize(std::size_t sizeClass) noexcept
{
    return sizeClass == 0 ? 64 : 32;
}

// Where threads leave full batches and find them. Its mutexes are taken once a batch.
class Depot
{
public:
    constexpr Depot() noexcept : Depot(std::make_index_sequence<Classes>()) { }

    Block *get(std::size_t sizeClass)
    {
        Shelf &shelf = m_shelves[sizeClass];
        {
            const std::lock_guard lock(shelf.mutex);
            if (Block *const batch = shelf.first) {
                shelf.first = batch->nextBatch;
                --shelf.count;
                return batch;
            }
        }
        return shelf.store.take(batchSize(sizeClass));
    }
    void put(std::size_t sizeClass, Block *batch) noexcept
    {
        Shelf &shelf = m_shelves[sizeClass];
        {
            const std::lock_guard lock(shelf.mutex);
            if (shelf.count < shelf.most) {
                ++shelf.count;
                batch->nextBatch = shelf.first;
                shelf.first = batch;
                return;
            }
        }
        shelf.store.give(batch);
    }
    void prepare() noexcept
    {
        for (Shelf &shelf : m_shelves) {
            if (shelf.store.wantsPages())
                shelf.store.prepare();
        }
    }
    bool hasUnused() const noexcept
    {
        return std::any_of(m_shelves.begin(), m_shelves.end(),
                           [](const Shelf &shelf) { return shelf.store.hasEmpty(); });
    }
    void trim() noexcept
    {
        using Clock = std::chrono::steady_clock;
        const Clock::rep now = Clock::now().time_since_epoch().count();
        Clock::rep last = m_lastTrim.load(std::memory_order_relaxed);
        if (now - last < Clock::duration(TrimInterval).count()
            || !m_lastTrim.compare_exchange_strong(last, now, std::memory_order_relaxed))
            return; // several workers saw that there is something
        for (Shelf &shelf : m_shelves) {
            Block *batch = nullptr;
            {
                const std::lock_guard lock(shelf.mutex);
                batch = std::exchange(shelf.first, nullptr);
                shelf.count = 0;
            }
            while (batch)
                shelf.store.give(std::exchange(batch, batch->nextBatch));
            shelf.store.trim();
        }
    }
    Block *getOne(std::size_t sizeClass) { return m_shelves[sizeClass].store.take(1); }
    void putLoose(std::size_t sizeClass, Block *list) noexcept { m_shelves[sizeClass].store.give(list); }

private:
    template <std::size_t... SizeClass>
    constexpr explicit Depot(std::index_sequence<SizeClass...>) noexcept : m_shelves{Shelf(SizeClass)...}
    {
    }

    struct alignas(64) Shelf
    {
        constexpr explicit Shelf(std::size_t sizeClass) noexcept
            : most(int(MostOnShelf / (std::size_t(batchSize(sizeClass)) * blockSize(sizeClass)))),
              store(blockSize(sizeClass))
        {
        }

        std::mutex mutex;
        Block *first = nullptr;
        int count = 0;
        const int most;
        alignas(64) SlabStore store;
    };
    std::array<Shelf, Classes> m_shelves;
    std::atomic<std::chrono::steady_clock::rep> m_lastTrim{0};
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
        int most; // of these, once there were some
    };
    std::array<List, Classes> lists;
    bool watched;
    bool over; // the thread ends
};

INTERLINK_THREAD_LOCAL Cache cache = {};

struct Watch
{
    ~Watch()
    {
        cache.over = true;
        for (std::size_t sizeClass = 0; sizeClass < Classes; ++sizeClass) {
            Cache::List &list = cache.lists[sizeClass];
            if (list.spare)
                depot.put(sizeClass, list.spare);
            depot.putLoose(sizeClass, list.current);
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
        return depot.getOne(sizeClass);
    if (!cache.watched)
        watchThread();
    Cache::List &list = cache.lists[sizeClass];
    if (list.spare) {
        list.current = std::exchange(list.spare, nullptr);
    } else {
        list.current = depot.get(sizeClass);
        list.most = batchSize(sizeClass);
    }
    list.count = list.most;
    Block *const block = list.current;
    list.current = block->next;
    --list.count;
    return block;
}

Q_NEVER_INLINE void startBatch(Cache::List &list, Block *block, std::size_t sizeClass) noexcept
{
    if (cache.over) {
        block->next = nullptr;
        depot.putLoose(sizeClass, block);
        return;
    }
    if (!cache.watched)
        watchThread();
    list.most = batchSize(sizeClass);
    if (list.count == list.most) {
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
    prefetchForWriting(list.current); // it may lie in another processor's cache, which freed it
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
    if (list.count == 0 || list.count == list.most) {
        startBatch(list, block, sizeClass);
        return;
    }
    block->next = list.current;
    list.current = block;
    ++list.count;
}

void prepareMemory() noexcept
{
    depot.prepare();
}

bool hasUnusedMemory() noexcept
{
    return depot.hasUnused();
}

void trimMemory() noexcept
{
    depot.trim();
}

#endif

} // namespace QtInterlink::detail
