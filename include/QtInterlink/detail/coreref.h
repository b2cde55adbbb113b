// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_COREREF_H
#define QTINTERLINK_DETAIL_COREREF_H

#include <QtInterlink/interlinkglobal.h>

#include <utility>

namespace QtInterlink::detail {

class ServiceCore;

Q_INTERLINK_EXPORT void retainCore(ServiceCore *core) noexcept;
Q_INTERLINK_EXPORT void releaseCore(ServiceCore *core) noexcept;

// Keeps the memory of a service's core (not the service itself) alive.
class CoreRef
{
public:
    CoreRef() noexcept = default;
    explicit CoreRef(ServiceCore *core) noexcept : m_core(core)
    {
        if (m_core)
            retainCore(m_core);
    }
    // Takes over a reference that the caller holds already.
    static CoreRef adopt(ServiceCore *core) noexcept
    {
        CoreRef ref;
        ref.m_core = core;
        return ref;
    }
    CoreRef(const CoreRef &other) noexcept : CoreRef(other.m_core) { }
    CoreRef(CoreRef &&other) noexcept : m_core(std::exchange(other.m_core, nullptr)) { }
    CoreRef &operator=(CoreRef other) noexcept
    {
        std::swap(m_core, other.m_core);
        return *this;
    }
    ~CoreRef()
    {
        if (m_core)
            releaseCore(m_core);
    }

    ServiceCore *get() const noexcept { return m_core; }
    ServiceCore *operator->() const noexcept { return m_core; }
    explicit operator bool() const noexcept { return m_core; }
    friend bool operator==(const CoreRef &a, const CoreRef &b) noexcept { return a.m_core == b.m_core; }

private:
    ServiceCore *m_core = nullptr;
};

} // namespace QtInterlink::detail

#endif
