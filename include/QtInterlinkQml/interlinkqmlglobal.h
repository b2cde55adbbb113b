// SPDX-License-Identifier: MIT
#ifndef QTINTERLINKQML_INTERLINKQMLGLOBAL_H
#define QTINTERLINKQML_INTERLINKQMLGLOBAL_H

#include <QtInterlinkQml/interlinkqmlversion.h>

#include <QtCore/qglobal.h>

#if defined(QT_INTERLINKQML_STATIC)
#  define Q_INTERLINKQML_EXPORT
#elif defined(QT_BUILD_INTERLINKQML_LIB)
#  define Q_INTERLINKQML_EXPORT Q_DECL_EXPORT
#else
#  define Q_INTERLINKQML_EXPORT Q_DECL_IMPORT
#endif

#endif
