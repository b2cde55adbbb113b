// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/streamcore.h>

#include "../scheduling/logging.h"

#include <QtInterlink/detail/servicecore.h>

#include <QtCore/QScopeGuard>

namespace QtInterlink::detail {

// How many items a stream hands over before the service's other messages have their turn.
static constexpr int ItemsAtOnce = 16;

StreamCore::StreamCore(ServiceCore &core, bool stopAtEnd) noexcept : m_core(&core), m_stopAtEnd(stopAtEnd)
{
    isFiltered = true; // its turn is no message, and lost to an event filter it would never come again
}

StreamCore::~StreamCore() = default;

void StreamCore::release() noexcept
{
    if (m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

// ---- its service ----

void StreamCore::attach()
{
    m_core->attach(this);
    begin();
    schedule(); // what is there already
}

void StreamCore::pause() noexcept
{
    m_paused = true;
}

void StreamCore::resume() noexcept
{
    if (std::exchange(m_paused, false))
        schedule();
}

void StreamCore::detach() noexcept
{
    m_core->detach(this);
}

void StreamCore::detached() noexcept
{
    m_active.store(false, std::memory_order_release);
    close();
    release();
}

// ---- any thread ----

void StreamCore::schedule() noexcept
{
    // Acquire and release: what the source has is visible to the turn that this one relies on.
    if (m_scheduled.exchange(true, std::memory_order_acq_rel))
        return;
    retain();
    m_core->postOwn(this);
}

// ---- a turn ----

void StreamCore::deliver(ServiceCore &core)
{
    m_scheduled.exchange(false, std::memory_order_acq_rel);
    // A handler that throws costs its item, not the stream, if handleError() goes on.
    auto more = qScopeGuard([this] {
        if (isActive())
            schedule();
    });
    for (int i = 0; i < ItemsAtOnce && !core.isInTask(); ++i) {
        if (!isActive() || m_paused) {
            more.dismiss();
            return;
        }
        switch (step()) {
        case Step::Handled:
            break;
        case Step::Nothing:
            more.dismiss();
            return;
        case Step::Ended:
            more.dismiss();
            end();
            return;
        }
    }
}

StreamCore::Step StreamCore::endIn(StreamError error)
{
    m_error = std::make_unique<StreamError>(std::move(error));
    return Step::Ended;
}

StreamCore::Step StreamCore::endIn(std::exception_ptr exception)
{
    m_exception = std::move(exception);
    return Step::Ended;
}

void StreamCore::end()
{
    if (!isActive())
        return; // a handler was faster
    retain();
    const auto done = qScopeGuard([this] {
        if (m_stopAtEnd)
            m_core->drainAndStop();
        release();
    });
    m_core->detach(this);
    if (m_error)
        raise(*m_error);
    if (m_exception)
        m_core->caught(std::exchange(m_exception, nullptr));
    tellEnd();
}

void warnOfStreamError(const ServiceCore &core, const StreamError &error)
{
    qCWarning(lcInterlink,
              "%s: a stream or sink ended: %s. Add ErrorAction handleError(StreamError) to it to see to that.",
              qPrintable(core.name()), qPrintable(error.message()));
}

void warnOfAccepting(const ServiceCore &core, const QString &problem)
{
    qCWarning(lcInterlink, "%s: a connection could not be accepted, which will be tried again: %s",
              qPrintable(core.name()), qPrintable(problem));
}

} // namespace QtInterlink::detail
