// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TRIM_H
#define QTINTERLINK_TRIM_H

namespace QtInterlink::detail {

// The recycler keeps what a flood has left for the next one, until it is told that there was none for a while.
// Thread-safe.
bool hasUnusedMemory() noexcept;
void trimMemory() noexcept; // what has been unused since the last time, at least a second ago

} // namespace QtInterlink::detail

#endif
