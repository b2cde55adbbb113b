// SPDX-License-Identifier: MIT
#include "linkproperty.h"

#include <QtQml/QQmlEngine>
#include <QtQml/qqmlinfo.h>

namespace QtInterlink::detail {

QJSEngine *engineOf(const QObject *object)
{
    if (QQmlEngine *const engine = qmlEngine(object))
        return engine;
    return qjsEngine(object);
}

LinkProperty::Change LinkProperty::set(const QObject *owner, const QJSValue &value)
{
    if (m_value.strictlyEquals(value))
        return Change::None;
    const QmlLink link = QmlLink::fromScriptValue(value);
    if (!link && !value.isNull() && !value.isUndefined())
        qmlWarning(owner) << "link: this is no link to a service";
    m_value = value;
    return std::exchange(m_link, link) == link ? Change::Value : Change::Link;
}

} // namespace QtInterlink::detail
