// SPDX-License-Identifier: MIT
#ifndef LINKPROPERTY_H
#define LINKPROPERTY_H

#include <QtInterlinkQml/qmllink.h>

#include <QtQml/QJSValue>

QT_BEGIN_NAMESPACE
class QObject;
QT_END_NAMESPACE

namespace QtInterlink::detail {

// The engine that an object of QML belongs to; null if it belongs to none.
QJSEngine *engineOf(const QObject *object);

// The \c link of a QML type: a JS link, a QmlLink, or null.
class LinkProperty
{
public:
    enum class Change { None, Value, Link };

    // Warns if \a value is something else.
    Change set(const QObject *owner, const QJSValue &value);

    const QJSValue &value() const noexcept { return m_value; }
    const QmlLink &link() const noexcept { return m_link; }

private:
    QJSValue m_value{QJSValue::NullValue};
    QmlLink m_link;
};

} // namespace QtInterlink::detail

#endif
