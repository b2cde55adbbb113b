// SPDX-License-Identifier: MIT
#ifndef QTINTERLINKQML_QMLLINK_H
#define QTINTERLINKQML_QMLLINK_H

#include <QtInterlinkQml/detail/exportedlink.h>
#include <QtInterlinkQml/detail/typedlink.h>
#include <QtInterlinkQml/interlinkqmlglobal.h>

#include <QtCore/QSharedDataPointer>
#include <QtCore/QVariant>
#include <QtQml/QJSValue>
#include <QtQml/qqmlregistration.h>

QT_BEGIN_NAMESPACE
class QJSEngine;
QT_END_NAMESPACE

namespace QtInterlink {

/*!
    \class QtInterlink::QmlLink
    \since 0.1
    A link to a service together with the messages that QML may send to it. A value: cheap to copy, usable from any
    thread, and otherwise as the Link that it was made from, which it counts as.

    \code
    QmlLink counter = QmlLink::create<Add, Reset, Query>(Counter::start());
    engine.rootContext()->setContextProperty(u"counter"_s, counter.toVariant(&engine));
    \endcode

    \code
    counter.add({ amount: 3 }).then(total => label.text = total, error => console.log(error.name, error.message))
    \endcode

    In QML the link is a JS object of one engine, since its promises are. toVariant() and toScriptValue() make it; the
    \c link properties of the QML types take a QmlLink itself as well.
*/
class Q_INTERLINKQML_EXPORT QmlLink
{
    Q_GADGET
    QML_ANONYMOUS
public:
    /*! A link to nothing: whatever is sent ends in LinkError::Closed. */
    QmlLink() noexcept = default;

    /*!
        Returns \a link with the \c Messages that QML may send, each known by the name of its class without
        namespaces. A message is a Q_GADGET, or a plain value that QMetaType knows; it has to be default constructible.
        Its Response is \c void, a Q_GADGET, a plain value, or a list or map of them.
    */
    template <typename... Messages, typename S>
    static QmlLink create(Link<S> link)
    {
        return QmlLink(new detail::TypedLink<S, Messages...>(std::move(link)));
    }

    /*!
        Returns the same link with the \c States that the service publishes, so that QML can name them:
        \c{ServiceState { type: "Load" }}. Needed only where a service publishes states of several types.
    */
    template <typename... States>
    QmlLink withStates() const
    {
        QmlLink link(*this);
        link.m_states = {QMetaType::fromType<States>()...};
        return link;
    }

    explicit operator bool() const noexcept { return m_link; }

    /*! Returns whether the service takes no messages any more. */
    bool isClosed() const noexcept { return !m_link || m_link->isClosed(); }

    /*! Stops the service, in turn with its messages. */
    void stop() const
    {
        if (m_link)
            m_link->stop();
    }

    /*! Returns the link as a JS object of \a engine. To be called in the engine's thread. */
    QJSValue toScriptValue(QJSEngine *engine) const;

    /*! The same for what takes a QVariant: a context property, an initial property. */
    QVariant toVariant(QJSEngine *engine) const;

    /*! Returns the link that \a value is or holds, in any of the forms that QML may give it; null if it is none. */
    static QmlLink fromScriptValue(const QJSValue &value);

    friend bool operator==(const QmlLink &a, const QmlLink &b) noexcept
    {
        return a.m_link == b.m_link || (a.m_link && b.m_link && a.m_link->isSameAs(*b.m_link));
    }
    friend bool operator!=(const QmlLink &a, const QmlLink &b) noexcept { return !(a == b); }

    // For the module itself.
    const detail::ExportedLink *exportedLink() const noexcept { return m_link.data(); }
    QMetaType stateType(const QString &name) const; // invalid if there is none

private:
    explicit QmlLink(const detail::ExportedLink *link) : m_link(link) { }

    QExplicitlySharedDataPointer<const detail::ExportedLink> m_link;
    QList<QMetaType> m_states;
};

} // namespace QtInterlink

Q_DECLARE_METATYPE(QtInterlink::QmlLink)

#endif
