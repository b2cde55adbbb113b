// SPDX-License-Identifier: MIT
#ifndef GLOB_H
#define GLOB_H

#include <QtCore/QByteArrayView>

// Patterns of KEYS, SCAN and CONFIG GET: * ? [abc] [^a-z] and \ for the character itself.
bool matchesGlob(QByteArrayView pattern, QByteArrayView text);

#endif
