// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_WALKS_H
#define QTINTERLINK_WALKS_H

#include "pause.h"
#include "tsan.h"

#include <QtInterlink/detail/mailbox.h>

#include <QtCore/qprocessordetection.h>

#include <array>
#include <atomic>
#include <bit>
#include <climits>
#include <cstdint>

namespace QtInterlink::detail {

// How Walks reaches its atomics. A model checker substitutes its own.
struct WalkAtomics : StdAtomics
{
    static std::uintptr_t fetchAdd(Word &word, std::uintptr_t number, std::memory_order order) noexcept
    {
        return word.fetch_add(number, order);
    }
    // What was written before it is seen by others before anything is read after it.
    static void fence() noexcept
    {
#ifdef QTINTERLINK_TSAN // which knows no fences
        static constinit Word order{0};
        order.fetch_add(0, std::memory_order_seq_cst);
#else
        std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
    }
    // The same right after a word was changed in one atomic step, which is as much on some processors.
    static void fenceAfterStep() noexcept
    {
#ifdef Q_PROCESSOR_X86
        std::atomic_signal_fence(std::memory_order_seq_cst);
#else
        fence();
#endif
    }
    static void pause() noexcept
    {
        pauseProcessor();
    }
};

// Walks under way through nodes that others may be about to give back: those of the graph of who waits for whom.
//
//   who walks                             | who gives a node back
//   --------------------------------------|------------------------------------------------------
//   says so, in its place; a fence        | sees that the pointers to it are taken away; a fence
//   reads pointers, and what they point at| looks at each place until it has seen it at rest
//   says that it is over                  | frees the node
//
// Either the walker sees that the pointers are gone, or the other one sees the walk. It looks three times: for the
// walks of those who fail a reply while the node's owner already ends; then for those that found this reply pending
// meanwhile, wrote a pointer to the node and took it back; then for those that have read that pointer.
//
// There are places of one's own for the workers, with cache lines that nobody else writes to; who has none shares one.
template <typename Atomics, int Places = sizeof(std::uintptr_t) * CHAR_BIT>
class Walks
{
public:
    static constexpr int Shared = 0;

    constexpr Walks() noexcept = default;
    Walks(const Walks &) = delete;
    Walks &operator=(const Walks &) = delete;

    // A place for the caller alone, until it is given back; Shared if there is none left.
    int take() noexcept
    {
        std::uintptr_t taken = Atomics::load(m_taken, Atomics::Relaxed);
        for (;;) {
            const int place = std::countr_one(taken);
            if (place >= Places)
                return Shared;
            if (Atomics::compareExchange(m_taken, taken, taken | bit(place), Atomics::AcquireRelease))
                return place;
        }
    }
    void giveBack(int place) noexcept // no walk is under way there
    {
        if (place != Shared)
            Atomics::fetchAnd(m_taken, ~bit(place), Atomics::AcquireRelease);
    }

    void begin(int place) noexcept
    {
        if (place != Shared)
            Atomics::exchange(m_places[place].walks, 1, Atomics::AcquireRelease);
        else
            Atomics::fetchAdd(m_places[Shared].walks, 1, Atomics::AcquireRelease);
        Atomics::fenceAfterStep();
    }
    void end(int place) noexcept
    {
        // Release: what was read was read before; pairs with waitForAll().
        if (place != Shared)
            Atomics::store(m_places[place].walks, 0, Atomics::Release);
        else
            Atomics::fetchAdd(m_places[Shared].walks, ~std::uintptr_t(0), Atomics::AcquireRelease);
    }

    // All that may have seen a pointer which the caller knows to be gone.
    void waitForAll() noexcept
    {
        for (int look = 0; look < 3; ++look)
            waitForEach();
    }

protected:
    void waitForEach() noexcept
    {
        Atomics::fence();
        for (std::uintptr_t taken = Atomics::load(m_taken, Atomics::Acquire); taken; taken &= taken - 1) {
            const Place &place = m_places[std::countr_zero(taken)];
            while (Atomics::load(place.walks, Atomics::Acquire) != 0)
                Atomics::pause();
        }
    }

private:
    struct alignas(64) Place
    {
        typename Atomics::Word walks{0};
    };

    static constexpr std::uintptr_t bit(int place) noexcept { return std::uintptr_t(1) << place; }

    typename Atomics::Word m_taken{bit(Shared)};
    std::array<Place, Places> m_places{};
};

inline constinit Walks<WalkAtomics> walks;

} // namespace QtInterlink::detail

#endif
