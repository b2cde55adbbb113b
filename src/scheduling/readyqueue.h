// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_READYQUEUE_H
#define QTINTERLINK_READYQUEUE_H

#include "pause.h"
#include "spinlock.h"

#include <QtInterlink/detail/runnable.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

namespace QtInterlink::detail {

// Pinned services that are ready, oldest first. Its worker's alone.
class ReadyQueue
{
public:
    bool isEmpty() const noexcept { return !m_first; }
    void push(Runnable *runnable) noexcept
    {
        runnable->next = nullptr;
        append(runnable, runnable);
    }
    void append(Runnable *oldest, Runnable *newest) noexcept // a list
    {
        if (m_first)
            m_last->next = oldest;
        else
            m_first = oldest;
        m_last = newest;
    }
    Runnable *pop() noexcept
    {
        Runnable *const runnable = m_first;
        if (runnable) {
            m_first = runnable->next;
            if (m_first) { // what it needs beyond its first cache line, which has been touched here already
                prefetchForWriting(reinterpret_cast<const char *>(m_first) + 64);
                if (const MailboxNode *const message = m_first->newestPending.load(std::memory_order_relaxed))
                    prefetchForWriting(message);
            }
        }
        return runnable;
    }

private:
    Runnable *m_first = nullptr;
    Runnable *m_last = nullptr;
};

// Floating services that are ready and that their worker doesn't run next. It takes the newest, so that a conversation
// stays in its cache; others take the oldest.
class SharedReadyQueue
{
public:
    int size() const noexcept { return m_size.load(std::memory_order_relaxed); }

    void push(Runnable *runnable)
    {
        const std::lock_guard lock(m_lock);
        m_queue.push_back(runnable);
        m_size.store(int(m_queue.size()), std::memory_order_relaxed);
    }
    // For one that had its turn: everything else comes first.
    void pushOldest(Runnable *runnable)
    {
        const std::lock_guard lock(m_lock);
        m_queue.push_front(runnable);
        m_size.store(int(m_queue.size()), std::memory_order_relaxed);
    }
    Runnable *popNewest() noexcept
    {
        if (size() == 0)
            return nullptr;
        const std::lock_guard lock(m_lock);
        if (m_queue.empty())
            return nullptr;
        Runnable *const runnable = m_queue.back();
        m_queue.pop_back();
        m_size.store(int(m_queue.size()), std::memory_order_relaxed);
        return runnable;
    }
    Runnable *popOldest() noexcept
    {
        if (size() == 0)
            return nullptr;
        const std::lock_guard lock(m_lock);
        if (m_queue.empty())
            return nullptr;
        Runnable *const runnable = m_queue.front();
        m_queue.pop_front();
        m_size.store(int(m_queue.size()), std::memory_order_relaxed);
        return runnable;
    }

private:
    SpinLock m_lock;
    std::deque<Runnable *> m_queue;
    std::atomic<int> m_size{0}; // a hint, read without the lock
};

} // namespace QtInterlink::detail

#endif
