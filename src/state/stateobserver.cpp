// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/stateobserver.h>

#include "../scheduling/tsan.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QEvent>
#include <QtCore/QPointer>
#include <QtCore/QVariant>

namespace QtInterlink {

static const QEvent::Type stateEventType = QEvent::Type(QEvent::registerEventType());

StateObserver::StateObserver(const detail::CoreRef &core, QMetaType type, QObject *parent)
    : QObject(parent), m_type(type)
{
    if (!core)
        return;
    m_board = core->stateBoard();
    detail::StateBoard::View view = m_board->add(*this, type);
    m_active = !view.ended;
    show(std::move(view.newest));
}

StateObserver::~StateObserver()
{
    if (m_board)
        m_board->remove(*this); // after this nobody tells us anything; what was posted is dropped with the QObject
}

QVariant StateObserver::stateVariant() const
{
    return m_snapshot ? QVariant(m_type, m_snapshot->state) : QVariant();
}

bool StateObserver::show(detail::Retained<detail::Snapshot> newest)
{
    if (!newest || newest == m_snapshot)
        return false;
    m_type = newest->type;
    m_snapshot = std::move(newest);
    return true;
}

void StateObserver::tell() noexcept
{
    // Relaxed: the board's lock orders it all.
    if (m_told.exchange(true, std::memory_order_relaxed))
        return;
    auto *const event = new QEvent(stateEventType);
    detail::handOver(event);
    QCoreApplication::postEvent(this, event);
}

bool StateObserver::deliver()
{
    if (!m_board)
        return false;
    m_told.store(false, std::memory_order_relaxed); // before looking: whoever comes later tells us anew
    detail::StateBoard::View view = m_board->look(*this);
    const QPointer<StateObserver> self(this);
    const bool isNew = show(std::move(view.newest));
    if (isNew)
        Q_EMIT changed();
    if (self && view.ended && std::exchange(m_active, false))
        Q_EMIT ended();
    return isNew;
}

bool StateObserver::event(QEvent *event)
{
    detail::takeOver(event);
    if (event->type() != stateEventType)
        return QObject::event(event);
    if (m_manual)
        Q_EMIT changePending();
    else
        deliver();
    return true;
}

} // namespace QtInterlink
