// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_RUNNABLE_H
#define QTINTERLINK_DETAIL_RUNNABLE_H

#include <QtInterlink/interlinkglobal.h>

#include <atomic>

namespace QtInterlink::detail {

struct MailboxNode;
struct Slice;

// Something that a worker runs: a service with messages, or an outcome on its way to a QObject's thread.
class alignas(8) Runnable
{
public:
    enum class Next { Done, Again };

    // Runs until nothing is left (Done) or the slice is used up (Again: the worker puts it at the queue's end).
    // After Done the runnable may be gone.
    virtual Next run(Slice &slice) = 0;

    // Its worker ends and will never run it.
    virtual void abandon() noexcept = 0;

    Runnable *next = nullptr; // the queue that it is in; it is in one at most

    // A service's messages that it has taken, or that never were in the mailbox: the newest, whose next is the oldest.
    // Here, so that a worker can fetch it while it runs the one before.
    std::atomic<MailboxNode *> newestPending{nullptr};

protected:
    ~Runnable() = default;
};

} // namespace QtInterlink::detail

#endif
