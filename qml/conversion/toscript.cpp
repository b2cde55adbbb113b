// SPDX-License-Identifier: MIT
#include "toscript.h"

#include "../enginebridge.h"

#include <QtCore/QAssociativeIterable>
#include <QtCore/QSequentialIterable>

namespace QtInterlink::detail {

// A true array, which the engine makes of a QVariantList in some of Qt's releases only.
static QVariant listForScript(const QVariant &value, EngineBridge &bridge)
{
    const auto list = value.value<QSequentialIterable>();
    QJSValue result = bridge.engine().newArray(uint(list.size()));
    quint32 index = 0;
    for (const QVariant &element : list)
        result.setProperty(index++, bridge.toScript(element));
    return QVariant::fromValue(result);
}

static QVariant mapForScript(const QVariant &value, EngineBridge &bridge)
{
    const auto map = value.value<QAssociativeIterable>();
    QVariantMap result;
    for (auto it = map.begin(), end = map.end(); it != end; ++it)
        result.insert(it.key().toString(), forScript(it.value(), bridge));
    return result;
}

QVariant forScript(const QVariant &value, EngineBridge &bridge)
{
    const QMetaType type = value.metaType();
    switch (type.id()) {
    case QMetaType::QString:
    case QMetaType::QByteArray:
        return value;
    default:
        break;
    }
    if (type == QMetaType::fromType<QmlLink>())
        return QVariant::fromValue(bridge.link(value.value<QmlLink>()));
    if (type.flags() & (QMetaType::IsGadget | QMetaType::IsEnumeration) || type.sizeOf() == 0)
        return value;
    if (QMetaType::canView(type, QMetaType::fromType<QAssociativeIterable>()))
        return mapForScript(value, bridge);
    if (QMetaType::canView(type, QMetaType::fromType<QSequentialIterable>()))
        return listForScript(value, bridge);
    return value;
}

} // namespace QtInterlink::detail
