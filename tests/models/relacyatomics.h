// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_RELACYATOMICS_H
#define QTINTERLINK_RELACYATOMICS_H

// Atomics and variables that Relacy watches: it chooses who runs, lets a load see old values as far as the memory
// orders allow, and reports plain data that two threads touch unordered.

#include <QtInterlink/detail/mailbox.h>

#include <cstdint>
#include <iostream>
#include <mutex>

#include <relacy/relacy.hpp>

namespace QtInterlink::detail {

// Plain data, watched.
template <typename T>
class Watched
{
public:
    Watched(T value = {}) : m_value(value) { }
    operator T() const { return m_value($); }
    Watched &operator=(T value)
    {
        m_value($) = value;
        return *this;
    }

private:
    rl::var<T> m_value;
};

struct RelacyAtomics
{
    using Word = rl::atomic<std::uintptr_t>;
    using Flag = Watched<bool>;
    template <typename Node>
    using Next = Watched<Node *>;

    static constexpr auto Relaxed = rl::mo_relaxed;
    static constexpr auto Acquire = rl::mo_acquire;
    static constexpr auto Release = rl::mo_release;
    static constexpr auto AcquireRelease = rl::mo_acq_rel;

    static std::uintptr_t load(const Word &word, rl::memory_order order) { return word.load(order, $); }
    static void store(Word &word, std::uintptr_t value, rl::memory_order order) { word.store(value, order, $); }
    static std::uintptr_t exchange(Word &word, std::uintptr_t value, rl::memory_order order)
    {
        return word.exchange(value, order, $);
    }
    static std::uintptr_t fetchOr(Word &word, std::uintptr_t bits, rl::memory_order order)
    {
        return word.fetch_or(bits, order, $);
    }
    static std::uintptr_t fetchAnd(Word &word, std::uintptr_t bits, rl::memory_order order)
    {
        return word.fetch_and(bits, order, $);
    }
    static bool compareExchange(Word &word, std::uintptr_t &expected, std::uintptr_t value, rl::memory_order order)
    {
        return word.compare_exchange_weak(expected, value, order, $, rl::mo_relaxed, $);
    }
    static bool compareExchangeStrong(Word &word, std::uintptr_t &expected, std::uintptr_t value,
                                      rl::memory_order order)
    {
        return word.compare_exchange_strong(expected, value, order, $, rl::mo_relaxed, $);
    }
    static std::uintptr_t fetchAdd(Word &word, std::uintptr_t number, rl::memory_order order)
    {
        return word.fetch_add(number, order, $);
    }
    static void fence() { rl::atomic_thread_fence(rl::mo_seq_cst, $); }
    static void fenceAfterStep() { fence(); }
    static void pause() { rl::yield(1, $); }
    template <typename Node>
    static Node *next(const Node *node)
    {
        return node->next;
    }
    template <typename Node>
    static void setNext(Node *node, Node *next)
    {
        node->next = next;
    }
};

template <typename Test>
rl::test_result_e search(const char *name, rl::scheduler_type_e scheduler, rl::iteration_t schedules)
{
    rl::ostringstream history;
    rl::test_params parameters;
    parameters.search_type = scheduler;
    parameters.iteration_count = schedules;
    parameters.output_stream = &history;
    parameters.progress_stream = &history;
    const bool asExpected = rl::simulate<Test>(parameters);
    std::cout << name << ": " << rl::test_result_str(parameters.test_result) << ", schedule "
              << parameters.stop_iteration << std::endl;
    if (!asExpected)
        std::cout << history.str();
    return parameters.test_result;
}

template <typename Test>
bool holds(const char *name, rl::scheduler_type_e scheduler, rl::iteration_t schedules = 0)
{
    return search<Test>(name, scheduler, schedules) == rl::test_result_success;
}

} // namespace QtInterlink::detail

#endif
