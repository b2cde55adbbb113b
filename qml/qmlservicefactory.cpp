// SPDX-License-Identifier: MIT
#include <QtInterlinkQml/qmlservicefactory.h>

#include <QtCore/QGlobalStatic>
#include <QtCore/QHash>

#include <mutex>

namespace QtInterlink {

namespace {

struct Registry
{
    std::mutex mutex;
    QHash<QString, QmlServiceFactory::Start> services;
};

Q_GLOBAL_STATIC(Registry, registry)

} // namespace

void QmlServiceFactory::registerService(const QString &name, Start start)
{
    const std::lock_guard lock(registry->mutex);
    registry->services.insert(name, std::move(start));
}

QmlLink QmlServiceFactory::start(const QString &name, const QVariantMap &options)
{
    Start start;
    {
        const std::lock_guard lock(registry->mutex);
        start = registry->services.value(name);
    }
    return start ? start(options) : QmlLink();
}

} // namespace QtInterlink
