// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_UPKEEP_H
#define QTINTERLINK_UPKEEP_H

namespace QtInterlink::detail {

// What workers do for the recycler's memory when they have nothing else to do. Thread-safe.

// Fresh pages, for whoever is about to need some.
void prepareMemory() noexcept;

// It keeps what a flood has left for the next one, until it is told that there was none for a while.
bool hasUnusedMemory() noexcept;
void trimMemory() noexcept; // what has been unused since the last time, at least a second ago

} // namespace QtInterlink::detail

#endif
