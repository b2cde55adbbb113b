// SPDX-License-Identifier: MIT
#include "servicestate.h"

#include "conversion/toscript.h"
#include "enginebridge.h"

#include <QtCore/QPointer>

namespace QtInterlink {

using detail::LinkProperty;
using detail::StateFollower;

ServiceState::ServiceState(QObject *parent) : QObject(parent), m_follower(this)
{
    connect(&m_follower, &StateFollower::changed, this, &ServiceState::updateValue);
    connect(&m_follower, &StateFollower::ended, this, &ServiceState::updateActive);
}

ServiceState::~ServiceState() = default;

void ServiceState::setLink(const QJSValue &link)
{
    const QPointer<ServiceState> self(this);
    const LinkProperty::Change change = m_link.set(this, link);
    if (change == LinkProperty::Change::Link)
        follow();
    if (self && change != LinkProperty::Change::None)
        Q_EMIT linkChanged();
}

void ServiceState::setType(const QString &type)
{
    if (m_type == type)
        return;
    m_type = type;
    const QPointer<ServiceState> self(this);
    follow();
    if (self)
        Q_EMIT typeChanged();
}

void ServiceState::componentComplete()
{
    m_complete = true;
    follow();
}

void ServiceState::follow()
{
    if (!m_complete)
        return;
    m_follower.follow(m_link.link(), m_type);
    const QPointer<ServiceState> self(this);
    updateValue();
    if (self)
        updateActive();
}

void ServiceState::updateValue()
{
    const QVariant state = m_follower.state();
    if (!state.isValid() && !m_value.isValid())
        return;
    QJSEngine *const engine = detail::engineOf(this);
    m_value = engine ? detail::forScript(state, detail::EngineBridge::of(*engine)) : state;
    Q_EMIT valueChanged();
}

void ServiceState::updateActive()
{
    if (m_active == m_follower.isActive())
        return;
    m_active = !m_active;
    Q_EMIT activeChanged();
}

} // namespace QtInterlink
