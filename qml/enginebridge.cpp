// SPDX-License-Identifier: MIT
#include "enginebridge.h"

#include "conversion/fromscript.h"
#include "conversion/toscript.h"
#include "logging.h"

#include <QtCore/QFile>
#include <QtCore/QPointer>

namespace QtInterlink::detail {

static constexpr char BridgeProperty[] = "_qtinterlink_bridge";

EngineBridge &EngineBridge::of(QJSEngine &engine)
{
    Q_ASSERT(engine.thread() == QThread::currentThread());
    if (auto *const bridge = qobject_cast<EngineBridge *>(engine.property(BridgeProperty).value<QObject *>()))
        return *bridge;
    auto *const bridge = new EngineBridge(engine);
    engine.setProperty(BridgeProperty, QVariant::fromValue<QObject *>(bridge));
    return *bridge;
}

EngineBridge::EngineBridge(QJSEngine &engine) : QObject(&engine), m_engine(engine)
{
    static const QString path = QStringLiteral(":/qt-project.org/imports/QtInterlink/bridge.js");
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("QtInterlink: %s is missing", qPrintable(path));
    QJSEngine::setObjectOwnership(this, QJSEngine::CppOwnership);
    const QJSValue make = engine.evaluate(QString::fromUtf8(file.readAll()), QStringLiteral("qrc") + path);
    const QJSValue functions = make.call({engine.newQObject(this)});
    if (functions.isError())
        qFatal("QtInterlink: %s", qPrintable(functions.toString()));
    m_makeLink = functions.property(0);
    m_resolve = functions.property(1);
    m_reject = functions.property(2);
    m_makeError = functions.property(3);
}

QJSValue EngineBridge::link(const QmlLink &link)
{
    if (!link)
        return QJSValue(QJSValue::NullValue);
    const QList<ExportedMessage> &messages = link.exportedLink()->messages();
    QJSValue names = m_engine.newArray(uint(messages.size()));
    QJSValue methods = m_engine.newArray(uint(messages.size()));
    for (qsizetype i = 0; i < messages.size(); ++i) {
        names.setProperty(quint32(i), messages.at(i).name);
        methods.setProperty(quint32(i), messages.at(i).method);
    }
    return m_makeLink.call(
            {m_engine.toScriptValue(link), QString::fromUtf8(link.exportedLink()->serviceName()), names, methods});
}

QmlLink EngineBridge::linkOf(const QJSValue &value)
{
    if (!value.isObject() && !value.isVariant())
        return {};
    const QVariant held = value.toVariant(QJSValue::RetainJSObjects);
    if (held.metaType() == QMetaType::fromType<QmlLink>())
        return held.value<QmlLink>();
    return value.property(QStringLiteral("handle")).toVariant(QJSValue::RetainJSObjects).value<QmlLink>();
}

QJSValue EngineBridge::error(const Outcome &outcome)
{
    return m_makeError.call({errorName(outcome), errorText(outcome)});
}

QJSValue EngineBridge::typeError(const QString &text)
{
    return m_makeError.call({QStringLiteral("TypeError"), text});
}

QJSValue EngineBridge::toScript(const QVariant &value)
{
    return m_engine.toScriptValue(forScript(value, *this));
}

// ---- for bridge.js ----

QString EngineBridge::send(const QmlLink &link, double request, const QJSValue &message, const QJSValue &arguments)
{
    FromScript call(*this);
    if (!call.readCall(link, message, arguments))
        return call.problem();
    // The outcome may be dropped in another thread, so that it knows the request by its number only.
    link.exportedLink()->send(call.message(), call.value(), {}, this, [this, request](Outcome &&outcome) {
        if (outcome.failed)
            m_reject.call({request, errorName(outcome), errorText(outcome)});
        else
            m_resolve.call({request, toScript(outcome.value)});
    });
    return {};
}

QVariant EngineBridge::doSend(const QmlLink &link, const QJSValue &message, const QJSValue &arguments)
{
    FromScript call(*this);
    if (!call.readCall(link, message, arguments))
        return call.problem();
    return link.exportedLink()->doSend(call.message(), call.value()) == LinkError::NoError;
}

void EngineBridge::reportUnhandled(const QString &text, const QString &file, int line) const
{
    QMessageLogger(file.toUtf8().constData(), line, nullptr, qmlLog().categoryName())
            .warning(qmlLog, "%s:%d: Nobody handled this failure of a request: %s", qPrintable(file), line,
                     qPrintable(text));
}

// ---- errors ----

QString errorName(const Outcome &outcome)
{
    if (outcome.error == LinkError::NoError)
        return QStringLiteral("Error");
    return QStringLiteral("LinkError.") + QLatin1StringView(toString(outcome.error));
}

QString errorText(const Outcome &outcome)
{
    switch (outcome.error) {
    case LinkError::NoError:
        return outcome.text;
    case LinkError::Closed:
        return QStringLiteral("The service takes no messages any more");
    case LinkError::NoResponse:
        return QStringLiteral("The service gave no response");
    case LinkError::Canceled:
        return QStringLiteral("The request was cancelled");
    case LinkError::TimedOut:
        return QStringLiteral("There was no response in time");
    case LinkError::MailboxFull:
        return QStringLiteral("The service's mailbox is full");
    case LinkError::WouldDeadlock:
        return QStringLiteral("The service waits for the one who asks");
    }
    return {};
}

} // namespace QtInterlink::detail
