// SPDX-License-Identifier: MIT
#include "filelimit.h"

#include <QtCore/QtGlobal>

#ifdef Q_OS_UNIX
#  include <sys/resource.h>

void raiseFileLimit()
{
    rlimit limit;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

#else

void raiseFileLimit()
{
}

#endif
