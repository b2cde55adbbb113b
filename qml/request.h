// SPDX-License-Identifier: MIT
#ifndef REQUEST_H
#define REQUEST_H

#include "linkproperty.h"

#include <QtCore/QObject>
#include <QtQml/QJSValue>
#include <QtQml/QQmlParserStatus>

namespace QtInterlink {

/*!
    \qmltype Request
    \inqmlmodule QtInterlink
    \since 0.1
    Asks a service, and asks again when what it asks changes.

    \code
    Request {
        id: found
        link: files
        message: "Find"
        args: ({ pattern: field.text })
        enabled: field.text.length > 2
    }
    ListView { model: found.data; opacity: found.running ? 0.5 : 1 }
    \endcode

    A change of link, message, args, timeout or enabled asks anew, at most once in an event-loop turn; what is under way
    is withdrawn, so that the latest wins.

    state   | entered by
    --------|-------------------------------------------------------------------------------
    Null    | the start; cancel(), a null link, enabled turned off, while there are no data
    Running | asking
    Ready   | the response; as Null, while there are data
    Error   | a failure, or a message that can't be made from args
*/
class Request : public QObject, public QQmlParserStatus
{
    Q_OBJECT
    Q_INTERFACES(QQmlParserStatus)
    QML_ELEMENT
    Q_PROPERTY(QJSValue link READ link WRITE setLink NOTIFY linkChanged FINAL)
    Q_PROPERTY(QString message READ message WRITE setMessage NOTIFY messageChanged FINAL)
    // An object: the message's properties by name; an array: by position; undefined: none
    Q_PROPERTY(QJSValue args READ args WRITE setArgs NOTIFY argsChanged FINAL)
    // Whether it asks by itself. Turning it off withdraws what is under way.
    Q_PROPERTY(bool enabled READ isEnabled WRITE setEnabled NOTIFY enabledChanged FINAL)
    // Milliseconds; 0: none
    Q_PROPERTY(int timeout READ timeout WRITE setTimeout NOTIFY timeoutChanged FINAL)
    Q_PROPERTY(Status status READ status NOTIFY statusChanged FINAL)
    Q_PROPERTY(bool running READ isRunning NOTIFY statusChanged FINAL)
    // The latest response; kept while the next request runs, and if it fails
    Q_PROPERTY(QVariant data READ data NOTIFY dataChanged FINAL)
    // An Error, or null
    Q_PROPERTY(QJSValue error READ error NOTIFY errorChanged FINAL)
    // From 0 to 1, as far as the handler tells
    Q_PROPERTY(double progress READ progress NOTIFY progressChanged FINAL)

public:
    enum Status { Null, Running, Ready, Error };
    Q_ENUM(Status)

    explicit Request(QObject *parent = nullptr);
    ~Request() override;

    QJSValue link() const { return m_link.value(); }
    void setLink(const QJSValue &link);
    QString message() const { return m_message; }
    void setMessage(const QString &message);
    QJSValue args() const { return m_args; }
    void setArgs(const QJSValue &args);
    bool isEnabled() const { return m_enabled; }
    void setEnabled(bool enabled);
    int timeout() const { return m_timeout; }
    void setTimeout(int timeout);
    Status status() const { return m_status; }
    bool isRunning() const { return m_status == Running; }
    QVariant data() const { return m_data; }
    QJSValue error() const { return m_error; }
    double progress() const { return m_progress; }

    // Asks now, enabled or not.
    Q_INVOKABLE void reload();
    // Withdraws what is under way; the handler can see it.
    Q_INVOKABLE void cancel();

    void classBegin() override { m_complete = false; }
    void componentComplete() override;

Q_SIGNALS:
    void linkChanged();
    void messageChanged();
    void argsChanged();
    void enabledChanged();
    void timeoutChanged();
    void statusChanged();
    void dataChanged();
    void errorChanged();
    void progressChanged();
    void resolved(const QVariant &data);
    void rejected(const QJSValue &error);

private:
    void askSoon();
    void askIfDue();
    void ask();
    void withdraw();
    void finished(quint64 number, detail::Outcome &&outcome);
    void failed(const QJSValue &error);
    void setStatus(Status status);
    void setError(const QJSValue &error);
    void setProgress(double progress);

    detail::LinkProperty m_link;
    QString m_message;
    QJSValue m_args;
    QVariant m_data;
    QJSValue m_error{QJSValue::NullValue};
    detail::PendingReply m_pending;
    quint64 m_number = 0; // of the latest request: what comes for an earlier one is late
    double m_progress = 0;
    int m_timeout = 0;
    Status m_status = Null;
    bool m_enabled = true;
    bool m_complete = true;
    bool m_due = false;
    bool m_hasData = false;
};

} // namespace QtInterlink

#endif
