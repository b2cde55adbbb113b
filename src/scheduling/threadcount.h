// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_THREADCOUNT_H
#define QTINTERLINK_THREADCOUNT_H

#include <QtCore/QDeadlineTimer>

#include <atomic>
#include <memory>

namespace QtInterlink::detail {

// Counts threads until they are over, with their thread-local data: C++'s, and what libraries keep under a key.
//
// QThread::wait() may return before that is destroyed (on Unix, up to Qt 6.8), and some of it is a library's that
// exit() cleans up as well: what OpenSSL keeps for a thread would be freed twice.
class ThreadCount
{
public:
    void addThisThread();
    // Until no others are left than so many. False: the deadline came first.
    bool waitForOthers(int left, QDeadlineTimer deadline) const;

private:
    using Count = std::shared_ptr<std::atomic<int>>; // the threads', too, which count themselves out
    friend struct CountedThread;

    const Count m_count = std::make_shared<std::atomic<int>>(0);
};

} // namespace QtInterlink::detail

#endif
