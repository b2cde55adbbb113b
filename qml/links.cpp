// SPDX-License-Identifier: MIT
#include "links.h"

#include "linkproperty.h"

namespace QtInterlink {

QJSValue Links::of(const QJSValue &value) const
{
    return QmlLink::fromScriptValue(value).toScriptValue(detail::engineOf(this));
}

} // namespace QtInterlink
