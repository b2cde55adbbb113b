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

struct CountedThread
{
    ThreadCount::Count count;
    int rounds;
};

namespace {

std::optional<pthread_key_t> key();

// The system calls this for each key that has a value, in rounds, as long as destructors set values anew. C++'s
// thread-local objects come before the first round, or in it; data of libraries that make theirs anew in the second.
extern "C" {
static void countedThreadEnds(void *value)
{
    auto *const thread = static_cast<CountedThread *>(value);
    static constexpr int LastRound = 3; // there are at least four
    if (++thread->rounds < LastRound && pthread_setspecific(*key(), thread) == 0)
        return;
    const auto count = std::move(thread->count);
    delete thread;
    count->fetch_sub(1, std::memory_order_release);
}
}

std::optional<pthread_key_t> makeKey()
{
    pthread_key_t key;
    return pthread_key_create(&key, countedThreadEnds) == 0 ? std::optional(key) : std::nullopt;
}

// Never given back: threads may outlive all static objects.
std::optional<pthread_key_t> key()
{
    static const std::optional<pthread_key_t> key = makeKey();
    return key;
}

const CountedThread *thisThread()
{
    return key() ? static_cast<const CountedThread *>(pthread_getspecific(*key())) : nullptr;
}

} // namespace

void ThreadCount::addThisThread()
{
    std::unique_ptr<CountedThread> thread(new CountedThread{m_count, 0});
    if (!key() || pthread_setspecific(*key(), thread.get()) != 0)
        return; // no key or no memory: nobody waits for this one
    m_count->fetch_add(1, std::memory_order_relaxed);
    static_cast<void>(thread.release());
}

bool ThreadCount::waitForOthers(int left, QDeadlineTimer deadline) const
{
    if (const CountedThread *const self = thisThread(); self && self->count == m_count)
        ++left; // thread-local data of our own goes, and takes the pool with it
    // Usually over at the first look. A thread at its very end has nothing left to wake us with.
    while (m_count->load(std::memory_order_acquire) > left) {
        if (deadline.hasExpired())
            return false;
        std::this_thread::sleep_for(50us);
    }
    return true;
}

#else // QThread::wait() waits for it

void ThreadCount::addThisThread()
{
}

bool ThreadCount::waitForOthers(int, QDeadlineTimer) const
{
    return true;
}

#endif

} // namespace QtInterlink::detail
