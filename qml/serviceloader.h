// SPDX-License-Identifier: MIT
#ifndef SERVICELOADER_H
#define SERVICELOADER_H

#include <QtInterlinkQml/serviceelement.h>

#include <QtCore/QVariantMap>

namespace QtInterlink {

/*!
    \qmltype ServiceLoader
    \inherits ServiceElement
    \inqmlmodule QtInterlink
    \since 0.1
    Starts a service that C++ registered with QmlServiceFactory, and stops it when it is destroyed.

    \code
    ServiceLoader { id: counter; service: "Counter"; options: ({ first: 10 }) }
    Button { onClicked: counter.link.add(1) }
    \endcode
*/
class ServiceLoader : public QtInterlink::ServiceElement
{
    Q_OBJECT
    QML_ELEMENT
    // The name that the service was registered by
    Q_PROPERTY(QString service READ service WRITE setService NOTIFY serviceChanged FINAL)
    // What it is made from; looked at when it starts
    Q_PROPERTY(QVariantMap options MEMBER m_options NOTIFY optionsChanged FINAL)

public:
    explicit ServiceLoader(QObject *parent = nullptr);
    ~ServiceLoader() override;

    QString service() const { return m_service; }
    void setService(const QString &service);

Q_SIGNALS:
    void serviceChanged();
    void optionsChanged();

protected:
    QmlLink startService() override;

private:
    QString m_service;
    QVariantMap m_options;
};

} // namespace QtInterlink

#endif
