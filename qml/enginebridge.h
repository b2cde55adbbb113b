// SPDX-License-Identifier: MIT
#ifndef ENGINEBRIDGE_H
#define ENGINEBRIDGE_H

#include <QtInterlinkQml/qmllink.h>

#include <QtCore/QObject>
#include <QtQml/QJSEngine>
#include <QtQml/QJSValue>

namespace QtInterlink::detail {

// What one engine has of the module: the functions of bridge.js, which makes links, promises and errors.
//
// The JS values of pending requests stay within bridge.js, by number, and go with the engine; nothing here keeps one.
// The bridge is the engine's child and the context of its requests, so that no outcome comes after it.
class EngineBridge : public QObject
{
    Q_OBJECT
public:
    static EngineBridge &of(QJSEngine &engine);

    QJSEngine &engine() const { return m_engine; }

    QJSValue link(const QmlLink &link);
    static QmlLink linkOf(const QJSValue &value);
    QJSValue error(const Outcome &outcome);
    QJSValue typeError(const QString &text);
    QJSValue toScript(const QVariant &value);

    // ---- for bridge.js ----

    // Sends; the outcome goes to settle(\a request). Returns what is wrong with the call, or nothing.
    Q_INVOKABLE QString send(const QtInterlink::QmlLink &link, double request, const QJSValue &message,
                             const QJSValue &arguments);
    // Returns what is wrong with the call, or whether the message is in the mailbox.
    Q_INVOKABLE QVariant doSend(const QtInterlink::QmlLink &link, const QJSValue &message, const QJSValue &arguments);
    Q_INVOKABLE bool isClosed(const QtInterlink::QmlLink &link) const { return link.isClosed(); }
    Q_INVOKABLE void reportUnhandled(const QString &text, const QString &file, int line) const;

private:
    explicit EngineBridge(QJSEngine &engine);

    QJSEngine &m_engine;
    QJSValue m_makeLink;
    QJSValue m_resolve;
    QJSValue m_reject;
    QJSValue m_makeError;
};

// The names and texts of errors, as JS sees them.
QString errorName(const Outcome &outcome);
QString errorText(const Outcome &outcome);

} // namespace QtInterlink::detail

#endif
