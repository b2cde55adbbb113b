// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TESTEDEXPORT_H
#define QTINTERLINK_TESTEDEXPORT_H

#include <QtInterlink/interlinkglobal.h>

// For classes of the library's own that its tests build on. Without tests they aren't exported.
#ifdef INTERLINK_EXPORTS_TESTED
#  define INTERLINK_TESTED_EXPORT Q_INTERLINK_EXPORT
#else
#  define INTERLINK_TESTED_EXPORT
#endif

#endif
