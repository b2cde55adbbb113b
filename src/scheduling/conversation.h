// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_CONVERSATION_H
#define QTINTERLINK_CONVERSATION_H

#include "pause.h"

#include <cstddef>

namespace QtInterlink::detail {

// Memory that may well be touched again after the next wait: it was the same the last two times.
class LikelyNext
{
public:
    void saw(const void *object, std::size_t size = 1) noexcept
    {
        m_isLikely = object == m_object;
        m_object = object;
        m_size = size;
    }
    void fetch() const noexcept
    {
        if (!m_isLikely)
            return;
        const char *const begin = static_cast<const char *>(m_object);
        prefetchForWriting(begin);
        prefetchForWriting(begin + m_size - 1);
    }

private:
    const void *m_object = nullptr; // perhaps gone; it is fetched, never read
    std::size_t m_size = 1;
    bool m_isLikely = false;
};

// What a worker's services touch when they talk to those of another worker.
//
// Each cache line that the other one has written comes from its processor, and where one is found through another they
// come one after the other. In a conversation they are the same each time, so a worker that has waited for the next
// word fetches them all at once.
class Conversation
{
public:
    void woke(const void *runnable) noexcept { m_woken.saw(runnable); } // on another worker
    void told(const void *reply, const void *waiter, std::size_t size) noexcept // that its reply is there
    {
        m_answered.saw(reply);
        m_told.saw(waiter, size);
    }
    void suspended(const void *service, const void *wait, std::size_t size, const void *reply) noexcept
    {
        m_service.saw(service);
        m_wait.saw(wait, size);
        m_awaited.saw(reply);
    }
    void fetchNext() const noexcept
    {
        for (const LikelyNext *next : {&m_service, &m_wait, &m_awaited, &m_woken, &m_answered, &m_told})
            next->fetch();
    }

private:
    LikelyNext m_woken;
    LikelyNext m_answered;
    LikelyNext m_told;
    LikelyNext m_service;
    LikelyNext m_wait;
    LikelyNext m_awaited;
};

} // namespace QtInterlink::detail

#endif
