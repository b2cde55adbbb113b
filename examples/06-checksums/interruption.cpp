// SPDX-License-Identifier: MIT
#include "interruption.h"

#include <QtCore/QtGlobal>

#include <atomic>
#include <csignal>

#ifdef Q_OS_UNIX
#  include <fcntl.h>
#  include <poll.h>
#  include <unistd.h>
#endif

namespace {

std::atomic<bool> interrupted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may use nothing else");

#ifdef Q_OS_UNIX
// Written to by the signal handler and never read: from then on, every poll() on it returns.
int wakeUp[2] = {-1, -1};
#endif

extern "C" void interrupt(int signal)
{
    interrupted.store(true, std::memory_order_relaxed); // it guards no other data
    std::signal(signal, SIG_DFL);
#ifdef Q_OS_UNIX
    const char byte = 0;
    [[maybe_unused]] const auto written = ::write(wakeUp[1], &byte, 1);
#endif
}

} // namespace

void Interruption::install()
{
#ifdef Q_OS_UNIX
    if (::pipe(wakeUp) == 0) {
        for (const int end : wakeUp)
            ::fcntl(end, F_SETFD, FD_CLOEXEC);
    }
#endif
    std::signal(SIGINT, interrupt);
    std::signal(SIGTERM, interrupt);
}

bool Interruption::requested() noexcept
{
    return interrupted.load(std::memory_order_relaxed);
}

bool Interruption::waitForInput()
{
#ifdef Q_OS_UNIX
    pollfd ends[] = {{STDIN_FILENO, POLLIN, 0}, {wakeUp[0], POLLIN, 0}};
    while (!requested() && ::poll(ends, 2, -1) < 0) { }
#endif
    return !requested();
}
