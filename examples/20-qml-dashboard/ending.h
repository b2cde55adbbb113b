// SPDX-License-Identifier: MIT
#ifndef ENDING_H
#define ENDING_H

#include "state.h"

// Why a process can't be ended, for people; empty: it can. Only one's own can, and not all of those.
QString protectionOf(const ProcessInfo &process);

// Signals the process with that pid that started then, and no other that got its pid meanwhile. Throws
// std::runtime_error with a text for people if it is gone, protected, or the system refuses.
void endProcess(int pid, double started, bool force);

#endif
