// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SERVICEREGISTRY_H
#define QTINTERLINK_SERVICEREGISTRY_H

#include "spinlock.h"

#include <QtInterlink/detail/servicecore.h>

#include <atomic>
#include <mutex>
#include <vector>

namespace QtInterlink::detail {

// The live services of a worker, so that a pool can stop them. Thread-safe.
class ServiceRegistry
{
public:
    int size() const noexcept { return m_size.load(std::memory_order_seq_cst); }

    void add(ServiceCore &core) noexcept
    {
        const std::lock_guard lock(m_lock);
        core.m_nextInRegistry = m_first;
        if (m_first)
            m_first->m_previousInRegistry = &core;
        m_first = &core;
        m_size.store(m_size.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    void remove(ServiceCore &core) noexcept
    {
        const std::lock_guard lock(m_lock);
        (core.m_previousInRegistry ? core.m_previousInRegistry->m_nextInRegistry : m_first) = core.m_nextInRegistry;
        if (core.m_nextInRegistry)
            core.m_nextInRegistry->m_previousInRegistry = core.m_previousInRegistry;
        core.m_previousInRegistry = core.m_nextInRegistry = nullptr;
        m_size.fetch_sub(1, std::memory_order_seq_cst);
    }
    std::vector<CoreRef> all() const
    {
        const std::lock_guard lock(m_lock);
        std::vector<CoreRef> cores;
        cores.reserve(size_t(size()));
        for (ServiceCore *core = m_first; core; core = core->m_nextInRegistry)
            cores.emplace_back(core);
        return cores;
    }

private:
    mutable SpinLock m_lock;
    ServiceCore *m_first = nullptr;
    std::atomic<int> m_size{0};
};

} // namespace QtInterlink::detail

#endif
