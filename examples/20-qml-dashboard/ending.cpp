// SPDX-License-Identifier: MIT
#include "ending.h"

#include "procfolder.h"

#include <QtCore/QScopeGuard>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <stdexcept>
#include <string>
#include <sys/syscall.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

QString protectionOf(const ProcessInfo &process)
{
    if (process.isKernelThread)
        return u"A part of the kernel, which can't be ended."_s;
    if (process.pid == 1)
        return u"The first process: the system ends with it."_s;
    if (process.pid == ::getpid())
        return u"This monitor itself: close its window instead."_s;
    if (process.userId != ::getuid())
        return u"Belongs to %1: you can only end your own processes."_s.arg(process.user);
    return {};
}

void endProcess(int pid, double started, bool force)
{
    // Signals through a handle can't reach a later process with that number. It comes first: if it is for the right
    // one now, it will be when it is used.
    const int handle = int(::syscall(SYS_pidfd_open, pid, 0));
    const auto close = qScopeGuard([handle] { ::close(handle); });
    const std::optional<ProcessInfo> process = ProcFolder().process(pid);
    if (!process || process->started != started)
        throw std::runtime_error("It has ended already.");
    const QString protection = protectionOf(*process);
    if (!protection.isEmpty())
        throw std::runtime_error(protection.toStdString());
    if (::syscall(SYS_pidfd_send_signal, handle, force ? SIGKILL : SIGTERM, nullptr, 0) != 0)
        throw std::runtime_error("The system refuses: " + std::string(std::strerror(errno)) + '.');
}
