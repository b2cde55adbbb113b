// SPDX-License-Identifier: MIT
#include "servicemodel.h"

#include <QtCore/QMetaProperty>
#include <QtCore/QPointer>
#include <QtCore/QSequentialIterable>
#include <QtQml/qqmlinfo.h>

namespace QtInterlink {

using detail::LinkProperty;
using detail::StateFollower;

ServiceModel::ServiceModel(QObject *parent) : ServiceTableModel(parent), m_follower(this)
{
    connect(&m_follower, &StateFollower::changed, this, &ServiceModel::update);
}

ServiceModel::~ServiceModel() = default;

void ServiceModel::setLink(const QJSValue &link)
{
    const QPointer<ServiceModel> self(this);
    const LinkProperty::Change change = m_link.set(this, link);
    if (change == LinkProperty::Change::Link)
        follow();
    if (self && change != LinkProperty::Change::None)
        Q_EMIT linkChanged();
}

void ServiceModel::setListProperty(const QString &property)
{
    if (m_property == property)
        return;
    m_property = property;
    m_warned = false;
    const QPointer<ServiceModel> self(this);
    if (m_complete)
        update();
    if (self)
        Q_EMIT propertyChanged();
}

void ServiceModel::setKeyRole(const QString &role)
{
    if (keyRole() == role)
        return;
    setKeyProperty(role.toUtf8());
    Q_EMIT keyRoleChanged();
}

void ServiceModel::setType(const QString &type)
{
    if (m_type == type)
        return;
    m_type = type;
    const QPointer<ServiceModel> self(this);
    follow();
    if (self)
        Q_EMIT typeChanged();
}

void ServiceModel::componentComplete()
{
    m_complete = true;
    follow();
}

void ServiceModel::follow()
{
    if (!m_complete)
        return;
    m_warned = false;
    m_follower.follow(m_link.link(), m_type);
    update();
}

QVariant ServiceModel::list() const
{
    const QVariant state = m_follower.state();
    if (m_property.isEmpty() || !state.isValid())
        return state;
    if (const QMetaObject *const gadget = state.metaType().metaObject()) {
        const int index = gadget->indexOfProperty(m_property.toUtf8().constData());
        return index < 0 ? QVariant() : gadget->property(index).readOnGadget(state.constData());
    }
    return state.toMap().value(m_property);
}

void ServiceModel::update()
{
    const QVariant list = this->list();
    const int type = list.metaType().id(); // which registers what it can be viewed as
    if (type == QMetaType::QString || type == QMetaType::QByteArray // lists of characters
        || !QMetaType::canView(list.metaType(), QMetaType::fromType<QSequentialIterable>())) {
        if (m_follower.state().isValid() && !std::exchange(m_warned, true))
            qmlWarning(this) << "property: the state has no list " << m_property;
        setRows(QVariantList());
        return;
    }
    const auto rows = list.value<QSequentialIterable>();
    // So that there are roles before there are rows.
    const QMetaType rowType = rows.metaContainer().valueMetaType();
    if (rowType.flags() & QMetaType::IsGadget)
        setRowType(rowType);
    QVariantList values;
    values.reserve(rows.size());
    for (const QVariant &row : rows)
        values.append(row);
    setRows(values);
}

} // namespace QtInterlink
