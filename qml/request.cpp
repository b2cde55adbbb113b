// SPDX-License-Identifier: MIT
#include "request.h"

#include "conversion/fromscript.h"
#include "conversion/toscript.h"
#include "enginebridge.h"

#include <QtCore/QPointer>
#include <QtQml/qqmlinfo.h>

#include <algorithm>

namespace QtInterlink {

using detail::EngineBridge;
using detail::LinkProperty;

Request::Request(QObject *parent) : QObject(parent)
{
}

Request::~Request()
{
    m_pending.cancel();
}

void Request::componentComplete()
{
    m_complete = true;
    askSoon();
}

// ---- what is asked ----

void Request::setLink(const QJSValue &link)
{
    const LinkProperty::Change change = m_link.set(this, link);
    if (change == LinkProperty::Change::Link)
        askSoon();
    if (change != LinkProperty::Change::None)
        Q_EMIT linkChanged();
}

void Request::setMessage(const QString &message)
{
    if (m_message == message)
        return;
    m_message = message;
    askSoon();
    Q_EMIT messageChanged();
}

void Request::setArgs(const QJSValue &args)
{
    if (m_args.strictlyEquals(args))
        return;
    m_args = args;
    askSoon();
    Q_EMIT argsChanged();
}

void Request::setEnabled(bool enabled)
{
    if (m_enabled == enabled)
        return;
    m_enabled = enabled;
    if (enabled)
        askSoon();
    else
        cancel();
    Q_EMIT enabledChanged();
}

void Request::setTimeout(int timeout)
{
    if (m_timeout == timeout)
        return;
    m_timeout = timeout;
    askSoon();
    Q_EMIT timeoutChanged();
}

// ---- asking ----

void Request::askSoon()
{
    if (!m_complete || !m_enabled || m_due)
        return;
    m_due = true;
    QMetaObject::invokeMethod(this, &Request::askIfDue, Qt::QueuedConnection);
}

void Request::askIfDue()
{
    if (std::exchange(m_due, false))
        ask();
}

void Request::reload()
{
    m_due = false;
    ask();
}

void Request::cancel()
{
    m_due = false;
    withdraw();
    if (m_status == Running)
        setStatus(m_hasData ? Ready : Null);
}

void Request::withdraw()
{
    ++m_number;
    std::exchange(m_pending, {}).cancel();
}

void Request::ask()
{
    withdraw();
    QJSEngine *const engine = detail::engineOf(this);
    if (!engine || !m_link.link() || m_message.isEmpty()) {
        setStatus(m_hasData ? Ready : Null);
        return;
    }
    EngineBridge &bridge = EngineBridge::of(*engine);
    QJSValue arguments = m_args;
    if (!detail::FromScript::isList(m_args)) {
        const bool none = m_args.isUndefined() || m_args.isNull();
        arguments = engine->newArray(none ? 0 : 1);
        if (!none)
            arguments.setProperty(0, m_args);
    }
    detail::FromScript call(bridge);
    if (!call.readCall(m_link.link(), m_message, arguments)) {
        qmlWarning(this) << call.problem();
        failed(bridge.typeError(call.problem()));
        return;
    }
    const quint64 number = m_number;
    m_pending = m_link.link().exportedLink()->send(
            call.message(), call.value(), std::chrono::milliseconds(m_timeout), this,
            [this, number](detail::Outcome &&outcome) { finished(number, std::move(outcome)); },
            [this, number](int value, int maximum) {
                if (number == m_number)
                    setProgress(maximum > 0 ? std::clamp(double(value) / maximum, 0.0, 1.0) : 0);
            });
    setProgress(0);
    setStatus(Running);
}

void Request::finished(quint64 number, detail::Outcome &&outcome)
{
    QJSEngine *const engine = detail::engineOf(this);
    if (number != m_number || !engine)
        return;
    m_pending = {};
    EngineBridge &bridge = EngineBridge::of(*engine);
    if (outcome.failed) {
        failed(bridge.error(outcome));
        return;
    }
    const QPointer<Request> self(this); // bindings and handlers may do anything
    m_data = detail::forScript(outcome.value, bridge);
    m_hasData = true;
    Q_EMIT dataChanged();
    if (self)
        setError(QJSValue(QJSValue::NullValue));
    if (self)
        setProgress(1);
    if (self && number == m_number)
        setStatus(Ready);
    if (self && number == m_number)
        Q_EMIT resolved(m_data);
}

void Request::failed(const QJSValue &error)
{
    const quint64 number = m_number;
    const QPointer<Request> self(this);
    setError(error);
    if (self && number == m_number)
        setStatus(Error);
    if (self && number == m_number)
        Q_EMIT rejected(error);
}

void Request::setStatus(Status status)
{
    if (m_status == status)
        return;
    m_status = status;
    Q_EMIT statusChanged();
}

void Request::setError(const QJSValue &error)
{
    if (m_error.strictlyEquals(error))
        return;
    m_error = error;
    Q_EMIT errorChanged();
}

void Request::setProgress(double progress)
{
    if (m_progress == progress)
        return;
    m_progress = progress;
    Q_EMIT progressChanged();
}

} // namespace QtInterlink
