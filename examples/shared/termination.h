// SPDX-License-Identifier: MIT
#ifndef TERMINATION_H
#define TERMINATION_H

#include <functional>

class QObject;

// Calls \a function in \a context's thread at the first SIGTERM or SIGINT. A second one ends the program on the spot.
void onTermination(QObject *context, std::function<void()> function);

#endif
