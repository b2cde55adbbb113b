// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_MAILBOX_H
#define QTINTERLINK_DETAIL_MAILBOX_H

#include <atomic>
#include <cstdint>

namespace QtInterlink::detail {

// How Mailbox reaches its atomics. A model checker substitutes its own.
struct StdAtomics
{
    using Word = std::atomic<std::uintptr_t>;
    using Flag = bool; // the owner's plain data
    template <typename Node>
    using Next = Node *;

    static constexpr auto Relaxed = std::memory_order_relaxed;
    static constexpr auto Acquire = std::memory_order_acquire;
    static constexpr auto Release = std::memory_order_release;
    static constexpr auto AcquireRelease = std::memory_order_acq_rel;

    static std::uintptr_t load(const Word &word, std::memory_order order) noexcept { return word.load(order); }
    static void store(Word &word, std::uintptr_t value, std::memory_order order) noexcept { word.store(value, order); }
    static std::uintptr_t exchange(Word &word, std::uintptr_t value, std::memory_order order) noexcept
    {
        return word.exchange(value, order);
    }
    static std::uintptr_t fetchOr(Word &word, std::uintptr_t bits, std::memory_order order) noexcept
    {
        return word.fetch_or(bits, order);
    }
    static std::uintptr_t fetchAnd(Word &word, std::uintptr_t bits, std::memory_order order) noexcept
    {
        return word.fetch_and(bits, order);
    }
    static bool compareExchange(Word &word, std::uintptr_t &expected, std::uintptr_t value,
                                std::memory_order order) noexcept
    {
        return word.compare_exchange_weak(expected, value, order, std::memory_order_relaxed);
    }
    static bool compareExchangeStrong(Word &word, std::uintptr_t &expected, std::uintptr_t value,
                                      std::memory_order order) noexcept
    {
        return word.compare_exchange_strong(expected, value, order, std::memory_order_relaxed);
    }
    template <typename Node>
    static Node *next(const Node *node) noexcept
    {
        return node->next;
    }
    template <typename Node>
    static void setNext(Node *node, Node *next) noexcept
    {
        node->next = next;
    }
};

// The same list, the other way round.
template <typename Atomics, typename Node>
Node *reversed(Node *newest) noexcept
{
    Node *oldest = nullptr;
    while (newest) {
        Node *const next = Atomics::next(newest);
        Atomics::setNext(newest, oldest);
        oldest = newest;
        newest = next;
    }
    return oldest;
}

// What became of a push.
enum class Pushed {
    Queued, // the owner is awake, or has been told already
    Schedule, // the owner was at rest: whoever reads this must schedule it
    Refused, // closed; the node still belongs to the caller
};

// A queue with many producers and one owner at a time, in one atomic word.
//
// The word's value is the whole protocol; `next` is what Node calls its link.
//
//   value         | means                           | push            | owner's next step
//   --------------|---------------------------------|-----------------|---------------------------
//   0             | empty, the owner is awake       | -> list, Queued | rest -> AtRest
//   AtRest        | empty, the owner is at rest     | -> list,        | none, until it is scheduled
//                 |                                 |    Schedule;    |
//                 |                                 |    or -> 0      |
//   a pointer     | nodes, newest first             | -> list, Queued | take -> 0
//   ... | Closed  | as without, but push is refused | (system nodes   | as without
//                 | for all but system nodes        |  still enter)   |
//   Finished      | nobody will ever look again     | Refused         | none
//
// "Closed" and "at rest" are thus part of the same step as the push that has to know of them: there is no
// gap in which a message could be left behind, and no second check to forget.
template <typename Node, typename Atomics = StdAtomics>
class Mailbox
{
public:
    enum class Start { Awake, AtRest };

    explicit Mailbox(Start start) noexcept : m_word(start == Start::AtRest ? AtRest : Empty) { }

    Mailbox(const Mailbox &) = delete;
    Mailbox &operator=(const Mailbox &) = delete;

    // Any thread. System nodes (resumed coroutines, stop requests of the pool) pass a closed mailbox.
    Pushed push(Node *node, bool system = false) noexcept
    {
        return push(node, Atomics::load(m_word, Atomics::Relaxed), system);
    }

    // The same for an owner that most likely looks for work: its cache line is not read before it is written to.
    Pushed pushToIdle(Node *node) noexcept { return push(node, Empty, false); }

    // Any thread: a push that is cheaper where the owner rests. Schedule means here that the node has not entered and
    // that the caller is the owner until it has scheduled it: it puts the node where the owner keeps what it has taken.
    Pushed pushOrClaim(Node *node) noexcept
    {
        std::uintptr_t old = Atomics::load(m_word, Atomics::Relaxed);
        for (;;) {
            if (old & (Finished | Closed))
                return Pushed::Refused;
            std::uintptr_t next = Empty;
            if (old != AtRest) {
                Atomics::setNext(node, list(old));
                next = pointer(node);
            }
            // Release and acquire as in push().
            if (Atomics::compareExchange(m_word, old, next, Atomics::AcquireRelease))
                return next ? Pushed::Queued : Pushed::Schedule;
        }
    }

    // Any thread: claims the right to schedule a resting owner without pushing anything.
    bool wake() noexcept
    {
        // A change of the word in any case: a mere look might miss a rest that comes before what the caller did.
        return Atomics::fetchAnd(m_word, ~AtRest, Atomics::AcquireRelease) & AtRest;
    }

    // Owner: all that was pushed, as it lies there; null if there is nothing. Awake afterwards.
    Node *takeNewestFirst() noexcept
    {
        if (Atomics::load(m_word, Atomics::Relaxed) == (m_closed ? Closed : Empty))
            return nullptr;
        // Acquire: pairs with push.
        return list(Atomics::exchange(m_word, m_closed ? Closed : Empty, Atomics::AcquireRelease));
    }

    // Owner: true if it now rests, false if something was pushed meanwhile.
    bool rest() noexcept
    {
        std::uintptr_t old = m_closed ? Closed : Empty;
        // Release: the next run may be on another thread and sees all that this one wrote.
        return Atomics::compareExchangeStrong(m_word, old, old | AtRest, Atomics::AcquireRelease);
    }

    // Owner: from now on only system nodes enter. What is in stays in.
    void close() noexcept
    {
        m_closed = true;
        Atomics::fetchOr(m_word, Closed, Atomics::AcquireRelease);
    }

    // Owner: nothing enters from now on; returns what was left.
    Node *finish() noexcept
    {
        m_closed = true;
        return reversed<Atomics>(list(Atomics::exchange(m_word, Finished | Closed, Atomics::AcquireRelease)));
    }

    bool isClosed() const noexcept { return Atomics::load(m_word, Atomics::Acquire) & (Closed | Finished); }
    bool isFinished() const noexcept { return Atomics::load(m_word, Atomics::Acquire) & Finished; }
    bool isAtRest() const noexcept { return Atomics::load(m_word, Atomics::Acquire) & AtRest; }
    bool isEmptyAndAwake() const noexcept { return Atomics::load(m_word, Atomics::Relaxed) == Empty; } // and open
    bool hasNodes() const noexcept { return newest(); }
    const Node *newest() const noexcept { return list(Atomics::load(m_word, Atomics::Relaxed)); } // the owner's

private:
    Pushed push(Node *node, std::uintptr_t old, bool system) noexcept // where the word was last seen as old
    {
        do {
            if (old & (system ? Finished : Finished | Closed))
                return Pushed::Refused;
            Atomics::setNext(node, list(old));
            // Release: the owner's acquiring takeNewestFirst() sees it. Acquire: whoever schedules the owner
            // hands on what its last run wrote before it went to rest.
        } while (!Atomics::compareExchange(m_word, old, pointer(node) | (old & Closed), Atomics::AcquireRelease));
        return old & AtRest ? Pushed::Schedule : Pushed::Queued;
    }

    static constexpr std::uintptr_t Empty = 0;
    static constexpr std::uintptr_t AtRest = 1;
    static constexpr std::uintptr_t Closed = 2;
    static constexpr std::uintptr_t Finished = 4;

    static std::uintptr_t pointer(Node *node) noexcept
    {
        static_assert(alignof(Node) >= 8, "the word's lowest three bits are the mailbox's own");
        return reinterpret_cast<std::uintptr_t>(node);
    }
    static Node *list(std::uintptr_t word) noexcept
    {
        return reinterpret_cast<Node *>(word & ~(AtRest | Closed | Finished));
    }

    typename Atomics::Word m_word;
    typename Atomics::Flag m_closed = false; // the owner's own copy of the Closed bit
};

} // namespace QtInterlink::detail

#endif
