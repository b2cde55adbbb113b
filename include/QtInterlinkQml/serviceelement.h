// SPDX-License-Identifier: MIT
#ifndef QTINTERLINKQML_SERVICEELEMENT_H
#define QTINTERLINKQML_SERVICEELEMENT_H

#include <QtInterlinkQml/interlinkqmlglobal.h>
#include <QtInterlinkQml/qmllink.h>

#include <QtCore/QObject>
#include <QtQml/QQmlParserStatus>
#include <QtQml/qqmlregistration.h>

namespace QtInterlink {

/*!
    \class QtInterlink::ServiceElement
    \since 0.1
    The base of a QML type that is a service: it starts one when it is complete, and stops it when it is destroyed. Its
    properties can be what the service is made from.

    \code
    class CounterElement : public QtInterlink::ServiceElement
    {
        Q_OBJECT
        QML_NAMED_ELEMENT(Counter)
        Q_PROPERTY(int first MEMBER m_first)

    protected:
        QtInterlink::QmlLink startService() override { return QmlLink::create<Add, Reset>(Counter::start(m_first)); }

    private:
        int m_first = 0;
    };
    \endcode

    \code
    Counter { id: counter; first: 10 }
    Button { onClicked: counter.link.add(1) }
    \endcode
*/
class Q_INTERLINKQML_EXPORT ServiceElement : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_ANONYMOUS
    // Null while there is no service
    Q_PROPERTY(QJSValue link READ link NOTIFY linkChanged FINAL)
    // Whether there shall be a service; turned on again, it is a new one
    Q_PROPERTY(bool active READ isActive WRITE setActive NOTIFY activeChanged FINAL)

public:
    /*! An element without a service, which starts when the element is complete. */
    explicit ServiceElement(QObject *parent = nullptr);
    ~ServiceElement() override;

    /*! Returns the link as QML sees it; null while there is no service. */
    QJSValue link();
    /*! Whether there shall be a service; at first true. Set to false, it is stopped. */
    bool isActive() const { return m_active; }
    void setActive(bool active);

    void classBegin() override { m_complete = false; }
    void componentComplete() override;

Q_SIGNALS:
    void linkChanged();
    void activeChanged();

protected:
    /*! Starts the service; a null link if it can't be. */
    virtual QmlLink startService() = 0;

    /*! Ends the service and starts another, if there shall be one. */
    void restart();

private:
    QmlLink m_link;
    QJSValue m_value{QJSValue::UndefinedValue}; // the link in JS, once it was asked for
    bool m_active = true;
    bool m_complete = true;
};

} // namespace QtInterlink

#endif
