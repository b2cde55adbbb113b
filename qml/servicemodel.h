// SPDX-License-Identifier: MIT
#ifndef SERVICEMODEL_H
#define SERVICEMODEL_H

#include "linkproperty.h"
#include "statefollower.h"

#include <QtInterlink/ServiceTableModel>

#include <QtQml/QQmlParserStatus>
#include <QtQml/qqml.h>

namespace QtInterlink {

// What the tools have to know of the base class.
struct ServiceTableModelForeign
{
    Q_GADGET
    QML_FOREIGN(QtInterlink::ServiceTableModel)
    QML_ANONYMOUS
};

/*!
    \qmltype ServiceModel
    \inherits ServiceTableModel
    \inqmlmodule QtInterlink
    \since 0.1
    A list in the state that a service publishes, as a model: each new state becomes the fewest inserts, removes, moves
    and changes, so that views animate and keep their place. The rows' properties are roles.

    \code
    ListView {
        model: ServiceModel { link: monitor; property: "processes"; keyRole: "pid" }
        delegate: Text { required property string name; text: name }
    }
    \endcode

    It changes when ServiceState.value would.
*/
class ServiceModel : public QtInterlink::ServiceTableModel, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_ELEMENT
    Q_PROPERTY(QJSValue link READ link WRITE setLink NOTIFY linkChanged FINAL)
    // The property of the state that is the list; empty: the state itself is
    Q_PROPERTY(QString property READ listProperty WRITE setListProperty NOTIFY propertyChanged FINAL)
    // The property of a row that tells it from others; empty: its place does
    Q_PROPERTY(QString keyRole READ keyRole WRITE setKeyRole NOTIFY keyRoleChanged FINAL)
    // As ServiceState.type
    Q_PROPERTY(QString type READ type WRITE setType NOTIFY typeChanged FINAL)

public:
    explicit ServiceModel(QObject *parent = nullptr);
    ~ServiceModel() override;

    QJSValue link() const { return m_link.value(); }
    void setLink(const QJSValue &link);
    QString listProperty() const { return m_property; }
    void setListProperty(const QString &property);
    QString keyRole() const { return QString::fromUtf8(keyProperty()); }
    void setKeyRole(const QString &role);
    QString type() const { return m_type; }
    void setType(const QString &type);

    // The row at \a index; undefined if there is none.
    Q_INVOKABLE QVariant get(int index) const { return row(index); }
    // The index of the row with \a key; -1 if there is none.
    Q_INVOKABLE int find(const QVariant &key) const { return indexOf(key); }

    void classBegin() override { m_complete = false; }
    void componentComplete() override;

Q_SIGNALS:
    void linkChanged();
    void propertyChanged();
    void keyRoleChanged();
    void typeChanged();

private:
    void follow();
    void update();
    QVariant list() const;

    detail::LinkProperty m_link;
    QString m_property;
    QString m_type;
    detail::StateFollower m_follower;
    bool m_complete = true;
    bool m_warned = false;
};

} // namespace QtInterlink

#endif
