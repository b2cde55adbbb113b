// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_INJECTEDQUEUE_H
#define QTINTERLINK_INJECTEDQUEUE_H

#include <QtInterlink/detail/mailbox.h>

#include <cstdint>
#include <mutex>

namespace QtInterlink::detail {

// What no worker has yet. Whoever pushes takes no lock and touches one word only; whoever pops takes all that was
// pushed at once, to a list that the others pop from, too.
template <typename Node, typename Lock, typename Atomics = StdAtomics>
class InjectedQueue
{
public:
    // Never true while something is left, not even while it moves from one list to the other.
    bool isEmpty() const noexcept
    {
        return !Atomics::load(m_pushed, Atomics::Acquire) && !Atomics::load(m_hasTaken, Atomics::Relaxed);
    }

    void push(Node *node) noexcept
    {
        std::uintptr_t newest = Atomics::load(m_pushed, Atomics::Relaxed);
        do {
            Atomics::setNext(node, reinterpret_cast<Node *>(newest));
            // Release: whoever takes it sees what is in it.
        } while (!Atomics::compareExchange(m_pushed, newest, reinterpret_cast<std::uintptr_t>(node), Atomics::Release));
    }
    Node *popOldest() noexcept
    {
        if (isEmpty())
            return nullptr;
        const std::lock_guard lock(m_lock);
        if (!m_taken) {
            // Before m_pushed shows nothing: hence the release.
            Atomics::store(m_hasTaken, true, Atomics::Relaxed);
            m_taken = reversed<Atomics>(
                    reinterpret_cast<Node *>(Atomics::exchange(m_pushed, 0, Atomics::AcquireRelease)));
        }
        Node *const oldest = m_taken;
        if (oldest)
            m_taken = Atomics::next(oldest);
        Atomics::store(m_hasTaken, m_taken != nullptr, Atomics::Relaxed);
        return oldest;
    }

private:
    alignas(64) typename Atomics::Word m_pushed{0}; // newest first
    alignas(64) typename Atomics::Word m_hasTaken{false};
    Lock m_lock; // guards what follows
    typename Atomics::template Next<Node> m_taken = nullptr; // oldest first
};

} // namespace QtInterlink::detail

#endif
