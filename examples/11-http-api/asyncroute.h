// SPDX-License-Identifier: MIT
#ifndef ASYNCROUTE_H
#define ASYNCROUTE_H

#include <QtCore/QFuture>
#include <QtCore/QPointer>
#include <QtCore/QThread>
#include <QtHttpServer/QHttpServer>
#include <QtInterlink/LinkError>
#include <QtNetwork/QTcpSocket>

#include <exception>
#include <memory>

using Answer = QFuture<QHttpServerResponse>;
using Method = QHttpServerRequest::Method;

// What a failure looks like from outside.
QHttpServerResponse describeFailure(std::exception_ptr failure);

// The way back to a client, who may be gone when the answer is there.
class Client
{
public:
    explicit Client(QHttpServerResponder &&responder)
        : m_responder(std::make_shared<QHttpServerResponder>(std::move(responder)))
    {
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
        m_socket = m_responder->socket(); // the responder itself doesn't notice
#endif
    }
    void send(const QHttpServerResponse &response) const
    {
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
        if (m_socket)
            response.write(std::move(*m_responder));
#else
        m_responder->sendResponse(response);
#endif
    }

private:
    std::shared_ptr<QHttpServerResponder> m_responder; // since QFuture keeps copies of functions
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
    QPointer<QTcpSocket> m_socket;
#endif
};

// QHttpServer takes futures, too, but leaves a client alone if there is an exception in one; and that of Qt 6.4 writes
// to the socket even if it went meanwhile. The response is looked at and not taken, since in Qt 6.4 a QPromise whose
// future was emptied by a continuation believes that it never finished, and runs the continuation once more.
inline void sendWhenFinished(QHttpServer &server, Answer answer, QHttpServerResponder &&responder)
{
    answer.then(QtFuture::Launch::Sync,
                [context = QPointer<QObject>(&server), client = Client(std::move(responder))](Answer finished) {
                    if (!context)
                        return; // the program is about to end
                    auto send = [client, finished]() mutable {
                        try {
                            finished.waitForFinished(); // throws what is in it
                            if (finished.resultCount() == 0)
                                throw QtInterlink::LinkException(QtInterlink::LinkError::Canceled);
                            client.send(*finished.constBegin());
                        } catch (...) {
                            client.send(describeFailure(std::current_exception()));
                        }
                    };
                    if (context->thread() == QThread::currentThread())
                        send();
                    else
                        QMetaObject::invokeMethod(context.get(), send, Qt::QueuedConnection);
                });
}

#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
using ResponderArgument = QHttpServerResponder &;
#else
using ResponderArgument = QHttpServerResponder &&;
#endif

// Adds a route whose handler takes the request and returns an Answer.
template <typename Handler>
void addRoute(QHttpServer &server, const QString &pattern, QHttpServerRequest::Methods methods, Handler handler)
{
    server.route(pattern, methods, [&server, handler](const QHttpServerRequest &request, ResponderArgument responder) {
        sendWhenFinished(server, handler(request), std::move(responder));
    });
}

// The same for a pattern with a placeholder, which the handler gets first.
template <typename Handler>
void addRouteWithArgument(QHttpServer &server, const QString &pattern, QHttpServerRequest::Methods methods,
                          Handler handler)
{
    server.route(pattern, methods,
                 [&server, handler](const QString &argument, const QHttpServerRequest &request,
                                    ResponderArgument responder) {
                     sendWhenFinished(server, handler(argument, request), std::move(responder));
                 });
}

#endif
