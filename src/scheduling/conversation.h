// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_CONVERSATION_H
#define QTINTERLINK_CONVERSATION_H

#include "pause.h"

#include <cstdint>
#include <utility>

namespace QtInterlink::detail {

// What a worker's services touch when they talk to those of another worker.
//
// Each cache line that the other one has written comes from its processor, and where one is found through another they
// come one after the other. In a conversation they are the same each time: a worker that has waited for the next word
// fetches them all at once. They may belong to something that is gone by then, since nothing is read from them.
//
// Behind a reply's line lies that of its message, and the next request gets the same block most of the time.
//
// Each note serves once: a line that isn't needed any more is taken from somebody who may need it.
class Conversation
{
public:
    void woke(const void *runnable) noexcept // on another worker
    {
        m_isSteady = std::exchange(m_woken, runnable) == runnable;
    }
    void answered(const void *reply, const void *waiter) noexcept // one who waits in a task, wherever
    {
        m_answered = reply;
        m_waiter = waiter;
    }
    void suspended(const void *service, const void *wait, const void *reply) noexcept // in one of its tasks
    {
        m_service = service;
        m_wait = wait;
        m_awaited = reply;
    }

    void fetchNext(const void *runnable) noexcept // which the worker runs next
    {
        fetch(m_service);
        fetchTwo(m_awaited);
        fetchTwo(m_wait);
        if (m_isSteady) {
            fetch(runnable);
            fetch(m_woken);
            fetchTwo(m_answered);
            fetchTwo(m_waiter);
        }
        m_service = m_awaited = m_wait = m_answered = m_waiter = nullptr;
        m_isSteady = false;
    }

private:
    static void fetch(const void *object) noexcept
    {
        if (object)
            prefetchForWriting(object);
    }
    static void fetchTwo(const void *object) noexcept
    {
        fetch(object);
        if (object)
            prefetchForWriting(reinterpret_cast<const void *>(reinterpret_cast<std::uintptr_t>(object) + 64));
    }

    const void *m_woken = nullptr;
    const void *m_answered = nullptr;
    const void *m_waiter = nullptr;
    const void *m_service = nullptr;
    const void *m_wait = nullptr;
    const void *m_awaited = nullptr;
    bool m_isSteady = false; // since the last fetch it woke the same one as the time before
};

} // namespace QtInterlink::detail

#endif
