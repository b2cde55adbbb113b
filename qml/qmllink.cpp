// SPDX-License-Identifier: MIT
#include <QtInterlinkQml/qmllink.h>

#include "enginebridge.h"

namespace QtInterlink {

QJSValue QmlLink::toScriptValue(QJSEngine *engine) const
{
    Q_ASSERT(engine);
    return detail::EngineBridge::of(*engine).link(*this);
}

QVariant QmlLink::toVariant(QJSEngine *engine) const
{
    return QVariant::fromValue(toScriptValue(engine));
}

QmlLink QmlLink::fromScriptValue(const QJSValue &value, QJSEngine *engine)
{
    Q_ASSERT(engine);
    return detail::EngineBridge::of(*engine).linkOf(value);
}

} // namespace QtInterlink
