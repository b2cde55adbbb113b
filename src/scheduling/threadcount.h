// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_THREADCOUNT_H
#define QTINTERLINK_THREADCOUNT_H

#include <QtCore/QDeadlineTimer>

#include <atomic>
#include <memory>

namespace QtInterlink::detail {

// Counts threads until they are over, with all their thread-local data.
//
// QThread::wait() may return before that is destroyed (on Unix, up to Qt 6.8), and some of it is a library's that
// exit() cleans up as well: what OpenSSL keeps for a thread would be freed twice.
class ThreadCount
{
public:
    void addThisThread();
    bool waitForNone(QDeadlineTimer deadline) const; // false: the deadline came first

private:
    // Shared with the threads, whose last step it is to count themselves out.
    std::shared_ptr<std::atomic<int>> m_count = std::make_shared<std::atomic<int>>(0);
};

} // namespace QtInterlink::detail

#endif
