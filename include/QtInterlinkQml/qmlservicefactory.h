// SPDX-License-Identifier: MIT
#ifndef QTINTERLINKQML_QMLSERVICEFACTORY_H
#define QTINTERLINKQML_QMLSERVICEFACTORY_H

#include <QtInterlinkQml/interlinkqmlglobal.h>
#include <QtInterlinkQml/qmllink.h>

#include <QtCore/QString>
#include <QtCore/QVariantMap>

#include <functional>

namespace QtInterlink {

/*!
    \class QtInterlink::QmlServiceFactory
    \since 0.1
    The services that the QML type ServiceLoader can start, by name. Thread-safe. Where a QML type of its own is wanted,
    see ServiceElement.

    \code
    QmlServiceFactory::registerService<Counter, Add, Reset>(u"Counter"_s);
    \endcode

    \code
    ServiceLoader { id: counter; service: "Counter" }
    \endcode
*/
class Q_INTERLINKQML_EXPORT QmlServiceFactory
{
public:
    /*! Starts a service from the \c options of its ServiceLoader. Called in the thread of the QML engine. */
    using Start = std::function<QmlLink(const QVariantMap &options)>;

    /*! Makes \a start known as \a name, instead of what was known so before. */
    static void registerService(const QString &name, Start start);

    /*! The same for a service that is made from nothing, with the \c Messages that QML may send to it. */
    template <typename S, typename... Messages>
    static void registerService(const QString &name)
    {
        registerService(name, [](const QVariantMap &) { return QmlLink::create<Messages...>(S::start()); });
    }

    /*! Starts the service \a name; a null link if there is none. */
    static QmlLink start(const QString &name, const QVariantMap &options = {});

    QmlServiceFactory() = delete;
};

} // namespace QtInterlink

#endif
