// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_PAUSE_H
#define QTINTERLINK_PAUSE_H

#include <QtCore/qprocessordetection.h>

#if defined(Q_PROCESSOR_X86)
#  include <immintrin.h>
#endif

namespace QtInterlink::detail {

// Who waits for a word from another processor looks that often before it pauses between looks: a conversation's answer
// is there within some 200 ns, and a pause takes 20 of them.
constexpr int EagerLooks = 300;

// Tells the processor that this is a spinning loop.
inline void pauseProcessor() noexcept
{
#if defined(Q_PROCESSOR_X86)
    _mm_pause();
#elif defined(Q_PROCESSOR_ARM) && (defined(__GNUC__) || defined(__clang__))
    asm volatile("yield" ::: "memory");
#endif
}

// Soon this will be written to: fetch its cache line meanwhile.
inline void prefetchForWriting([[maybe_unused]] const void *memory) noexcept
{
#if defined(Q_PROCESSOR_X86_64) && (defined(__GNUC__) || defined(__clang__))
    // Compilers take this instruction only where they are told that the processor has it; those of 64 bits do.
    asm volatile("prefetchw (%0)" : : "r"(memory));
#elif defined(__GNUC__) || defined(__clang__)
    __builtin_prefetch(memory, 1);
#endif
}

} // namespace QtInterlink::detail

#endif
