// SPDX-License-Identifier: MIT
#ifndef INTERRUPTION_H
#define INTERRUPTION_H

#include <QtCore/QtGlobal>

// Ctrl-C and its like. The first one asks the program to end: services look at requested() between two steps of work.
// A second one ends it on the spot, in case that some device doesn't answer.
namespace Interruption {

void install();
bool requested() noexcept;

// Blocks until standard input has something to read, or its end; returns false if an interruption came first.
bool waitForInput();

} // namespace Interruption

#endif
