// SPDX-License-Identifier: MIT
#include "threadcount.h"

#include <QtCore/qsystemdetection.h>

#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#ifdef Q_OS_UNIX
#  include <pthread.h>
#endif

namespace QtInterlink::detail {

using namespace std::chrono_literals;

#ifdef Q_OS_UNIX

namespace {

struct CountedThread
{
    std::shared_ptr<std::atomic<int>> count;
    int rounds = 0;
};

bool setForThisThread(CountedThread *thread);

// The system calls this for each key that has a value, in rounds, as long as destructors set values anew. C++'s
// thread-local objects come before the first round, or in it; data of libraries that make theirs anew in the second.
extern "C" void threadEnds(void *value)
{
    auto *const thread = static_cast<CountedThread *>(value);
    static constexpr int LastRound = 3; // there are at least four
    if (++thread->rounds < LastRound && setForThisThread(thread))
        return;
    const auto count = std::move(thread->count);
    delete thread;
    count->fetch_sub(1, std::memory_order_release);
}

// Never given back: threads may outlive all static objects.
std::optional<pthread_key_t> makeKey()
{
    pthread_key_t key;
    return pthread_key_create(&key, threadEnds) == 0 ? std::optional(key) : std::nullopt;
}

bool setForThisThread(CountedThread *thread)
{
    static const std::optional<pthread_key_t> key = makeKey();
    return key && pthread_setspecific(*key, thread) == 0;
}

} // namespace

void ThreadCount::addThisThread()
{
    auto thread = std::make_unique<CountedThread>(m_count);
    if (!setForThisThread(thread.get()))
        return; // no memory or no key: nobody waits for this one
    m_count->fetch_add(1, std::memory_order_relaxed);
    static_cast<void>(thread.release());
}

#else // QThread::wait() waits for it

void ThreadCount::addThisThread()
{
}

#endif

bool ThreadCount::waitForNone(QDeadlineTimer deadline) const
{
    // Usually over at the first look. A thread at its very end has nothing left to wake us with.
    while (m_count->load(std::memory_order_acquire) > 0) {
        if (deadline.hasExpired())
            return false;
        std::this_thread::sleep_for(50us);
    }
    return true;
}

} // namespace QtInterlink::detail
