// SPDX-License-Identifier: MIT
#include <QtInterlinkQml/qmllink.h>

#include "enginebridge.h"

// Registers the QML types; made by the build. Mentioned here so that a program which links the library statically has
// it.
Q_INTERLINKQML_EXPORT void qml_register_types_QtInterlink();
[[maybe_unused]] static void (*const volatile keepTypes)() = &qml_register_types_QtInterlink;

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

QmlLink QmlLink::fromScriptValue(const QJSValue &value)
{
    return detail::EngineBridge::linkOf(value);
}

QMetaType QmlLink::stateType(const QString &name) const
{
    const QByteArray wanted = name.toUtf8();
    for (const QMetaType type : m_states) {
        const QByteArray full = type.name();
        if (full == wanted || full.mid(full.lastIndexOf(':') + 1) == wanted)
            return type;
    }
    return QMetaType::fromName(wanted);
}

} // namespace QtInterlink
