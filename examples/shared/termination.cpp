// SPDX-License-Identifier: MIT
#include "termination.h"

#include <QtCore/QSocketNotifier>

#include <csignal>

#ifdef Q_OS_UNIX
#  include <fcntl.h>
#  include <unistd.h>

static int wakeUp[2] = {-1, -1}; // a pipe: a signal handler may write to it, and to little else

extern "C" void terminate(int signal)
{
    std::signal(signal, SIG_DFL);
    const char byte = 0;
    [[maybe_unused]] const auto written = ::write(wakeUp[1], &byte, 1);
}

void onTermination(QObject *context, std::function<void()> function)
{
    if (::pipe(wakeUp) != 0)
        return;
    for (const int end : wakeUp)
        ::fcntl(end, F_SETFD, FD_CLOEXEC);
    auto *const notifier = new QSocketNotifier(wakeUp[0], QSocketNotifier::Read, context);
    QObject::connect(notifier, &QSocketNotifier::activated, context, [notifier, function] {
        notifier->setEnabled(false);
        function();
    });
    std::signal(SIGINT, terminate);
    std::signal(SIGTERM, terminate);
}

#else

void onTermination(QObject *, std::function<void()>)
{
}

#endif
