// SPDX-License-Identifier: MIT
#include <QtInterlinkQml/serviceelement.h>

#include "linkproperty.h"

namespace QtInterlink {

ServiceElement::ServiceElement(QObject *parent) : QObject(parent)
{
}

ServiceElement::~ServiceElement()
{
    m_link.stop();
}

QJSValue ServiceElement::link()
{
    if (m_value.isUndefined()) {
        QJSEngine *const engine = m_link ? detail::engineOf(this) : nullptr;
        m_value = engine ? m_link.toScriptValue(engine) : QJSValue(QJSValue::NullValue);
    }
    return m_value;
}

void ServiceElement::setActive(bool active)
{
    if (m_active == active)
        return;
    m_active = active;
    restart();
    Q_EMIT activeChanged();
}

void ServiceElement::componentComplete()
{
    m_complete = true;
    restart();
}

void ServiceElement::restart()
{
    if (!m_complete)
        return;
    const QmlLink link = m_active ? startService() : QmlLink();
    std::exchange(m_link, link).stop();
    m_value = QJSValue(QJSValue::UndefinedValue);
    Q_EMIT linkChanged();
}

} // namespace QtInterlink
