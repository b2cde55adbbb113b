// SPDX-License-Identifier: MIT
#ifndef SERVICESTATE_H
#define SERVICESTATE_H

#include "linkproperty.h"
#include "statefollower.h"

#include <QtCore/QObject>
#include <QtQml/QQmlParserStatus>

namespace QtInterlink {

/*!
    \qmltype ServiceState
    \inqmlmodule QtInterlink
    \since 0.1
    The newest state that a service publishes, for bindings.

    \code
    ServiceState { id: cpu; link: monitor }
    Text { text: cpu.value?.percent ?? "" }
    \endcode

    States are conflated, however fast the service publishes: in a window \c value changes once a frame at most,
   elsewhere once in a turn of the event loop. The last state always arrives.
*/
class ServiceState : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_ELEMENT
    Q_PROPERTY(QJSValue link READ link WRITE setLink NOTIFY linkChanged FINAL)
    // The name of the state's type, for services that publish several; empty: the one that it publishes first
    Q_PROPERTY(QString type READ type WRITE setType NOTIFY typeChanged FINAL)
    // Undefined before the first; kept when the service ends
    Q_PROPERTY(QVariant value READ value NOTIFY valueChanged FINAL)
    // Whether the service still lives
    Q_PROPERTY(bool active READ isActive NOTIFY activeChanged FINAL)

public:
    explicit ServiceState(QObject *parent = nullptr);
    ~ServiceState() override;

    QJSValue link() const { return m_link.value(); }
    void setLink(const QJSValue &link);
    QString type() const { return m_type; }
    void setType(const QString &type);
    QVariant value() const { return m_value; }
    bool isActive() const { return m_active; }

    void classBegin() override { m_complete = false; }
    void componentComplete() override;

Q_SIGNALS:
    void linkChanged();
    void typeChanged();
    void valueChanged();
    void activeChanged();

private:
    void follow();
    void updateValue();
    void updateActive();

    detail::LinkProperty m_link;
    QString m_type;
    QVariant m_value;
    detail::StateFollower m_follower;
    bool m_active = false;
    bool m_complete = true;
};

} // namespace QtInterlink

#endif
