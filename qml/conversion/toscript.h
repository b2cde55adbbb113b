// SPDX-License-Identifier: MIT
#ifndef TOSCRIPT_H
#define TOSCRIPT_H

#include <QtCore/QVariant>

namespace QtInterlink::detail {

class EngineBridge;

// Returns \a value in a form that QML shows well: lists as JS arrays, maps as QVariantMap, links as JS links.
// Gadgets stay what they are.
QVariant forScript(const QVariant &value, EngineBridge &bridge);

} // namespace QtInterlink::detail

#endif
