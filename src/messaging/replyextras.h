// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_REPLYEXTRAS_H
#define QTINTERLINK_REPLYEXTRAS_H

#include "../scheduling/worker.h"

#include <QtInterlink/detail/replycore.h>

namespace QtInterlink::detail {

// The asking side's timer. Belongs to its reply. While it is in a queue, or expires, it holds a reference to it.
class ReplyTimeout final : public TimerEntry, public Recycled
{
public:
    explicit ReplyTimeout(ReplyCore &reply) noexcept : m_reply(reply) { }
    ~ReplyTimeout() = default;

    void start(std::chrono::nanoseconds timeout)
    {
        m_reply.retain();
        Worker::setTimerHere(*this, timeout);
    }
    bool stop() noexcept
    {
        if (!queue->remove(*this))
            return false;
        m_reply.release(); // not the last one: the caller has its own
        return true;
    }
    void expired() noexcept override
    {
        ReplyCore &reply = m_reply;
        reply.fail(LinkError::TimedOut);
        reply.release();
    }

private:
    ReplyCore &m_reply;
};

// What most replies never need.
struct ReplyExtras : Recycled
{
    ~ReplyExtras()
    {
        delete timeout;
        if (ProgressListener *const listener = this->listener.load(std::memory_order_relaxed))
            listener->release();
    }

    std::exception_ptr exception;
    ReplyTimeout *timeout = nullptr;
    std::atomic<ProgressListener *> listener{nullptr};
    std::atomic<quint64> progress{0}; // the newest, for a listener that comes later
    MessageEvent *parked = nullptr; // the asking side's alone
    CoreRef parkedAt;
};

} // namespace QtInterlink::detail

#endif
