// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_THREADLOCAL_H
#define QTINTERLINK_THREADLOCAL_H

#include <QtCore/qsystemdetection.h>

// For the thread-local variables on the way of each message. Their place is known when the program starts, so that
// reaching one is no call. A few hundred bytes in all, which fit in every program's static block, even if the library
// is loaded later.
#if defined(Q_OS_LINUX) && !defined(QT_INTERLINK_STATIC)
#  define INTERLINK_THREAD_LOCAL __attribute__((tls_model("initial-exec"))) constinit thread_local
#else
#  define INTERLINK_THREAD_LOCAL constinit thread_local
#endif

#endif
