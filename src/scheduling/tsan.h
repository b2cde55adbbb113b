// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_TSAN_H
#define QTINTERLINK_TSAN_H

#if defined(__SANITIZE_THREAD__)
#  define QTINTERLINK_TSAN
#elif defined(__has_feature)
#  if __has_feature(thread_sanitizer)
#    define QTINTERLINK_TSAN
#  endif
#endif

#ifdef QTINTERLINK_TSAN
extern "C" void __tsan_acquire(void *address);
extern "C" void __tsan_release(void *address);
#endif

namespace QtInterlink::detail {

// Tell ThreadSanitizer of an order that Qt makes between two threads, inside a library that it can't look into:
// what happened before handOver(x) has happened before what comes after takeOver(x).

inline void handOver([[maybe_unused]] void *what) noexcept
{
#ifdef QTINTERLINK_TSAN
    __tsan_release(what);
#endif
}

inline void takeOver([[maybe_unused]] void *what) noexcept
{
#ifdef QTINTERLINK_TSAN
    __tsan_acquire(what);
#endif
}

} // namespace QtInterlink::detail

#endif
