// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_INTERLINKGLOBAL_H
#define QTINTERLINK_INTERLINKGLOBAL_H

#include <QtInterlink/interlinkversion.h>

#include <QtCore/qglobal.h>

// Those who link the static library get QT_INTERLINK_STATIC from its CMake target, .pc or .pri file.
#if defined(QT_INTERLINK_STATIC)
#  define Q_INTERLINK_EXPORT
#elif defined(QT_BUILD_INTERLINK_LIB)
#  define Q_INTERLINK_EXPORT Q_DECL_EXPORT
#else
#  define Q_INTERLINK_EXPORT Q_DECL_IMPORT
#endif

#endif
