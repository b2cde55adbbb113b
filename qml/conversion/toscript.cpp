// SPDX-License-Identifier: MIT
#include "toscript.h"

#include "../enginebridge.h"

#include <QtCore/QAssociativeIterable>
#include <QtCore/QSequentialIterable>

namespace QtInterlink::detail {

static QVariant listForScript(const QVariant &value, EngineBridge &bridge)
{
    const auto list = value.value<QSequentialIterable>();
    QVariantList result;
    result.reserve(list.size());
    for (const QVariant &element : list)
        result.append(forScript(element, bridge));
    return result;
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
    case QMetaType::QStringList:
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
