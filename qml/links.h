// SPDX-License-Identifier: MIT
#ifndef LINKS_H
#define LINKS_H

#include <QtCore/QObject>
#include <QtQml/QJSValue>
#include <QtQml/qqml.h>

namespace QtInterlink {

/*!
    \qmltype Links
    \inqmlmodule QtInterlink
    \since 0.1
    Turns what C++ hands over into links that can be called. A QmlLink that is a property of an object or of a gadget is
    known to no engine yet: the QML types take it as it is, and \c Links.of() gives it its methods.

    \code
    Links.of(backend.counter).add(1)
    \endcode
*/
class Links : public QObject
{
    Q_OBJECT
    QML_ELEMENT
    QML_SINGLETON
public:
    // Null if \a value is no link.
    Q_INVOKABLE QJSValue of(const QJSValue &value) const;
};

} // namespace QtInterlink

#endif
