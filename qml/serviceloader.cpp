// SPDX-License-Identifier: MIT
#include "serviceloader.h"

#include <QtInterlinkQml/QmlServiceFactory>

#include <QtQml/qqmlinfo.h>

namespace QtInterlink {

ServiceLoader::ServiceLoader(QObject *parent) : ServiceElement(parent)
{
}

ServiceLoader::~ServiceLoader() = default;

void ServiceLoader::setService(const QString &service)
{
    if (m_service == service)
        return;
    m_service = service;
    restart();
    Q_EMIT serviceChanged();
}

QmlLink ServiceLoader::startService()
{
    if (m_service.isEmpty())
        return {};
    const QmlLink link = QmlServiceFactory::start(m_service, m_options);
    if (!link)
        qmlWarning(this) << "service: nothing is registered as " << m_service;
    return link;
}

} // namespace QtInterlink
