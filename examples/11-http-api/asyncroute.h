// SPDX-License-Identifier: MIT
#ifndef ASYNCROUTE_H
#define ASYNCROUTE_H

#include "boundedserver.h"

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

// A QHttpServer that knows which connection a request came from.
class AsyncServer
{
public:
    QHttpServer &http() { return m_http; }
    void accept(std::unique_ptr<BoundedServer> connections)
    {
        m_connections = connections.get();
        m_http.bind(connections.release());
    }
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
    QPointer<QTcpSocket> connection(const QHttpServerRequest &, const QHttpServerResponder &responder) const
    {
        return responder.socket();
    }
#else
    QPointer<QTcpSocket> connection(const QHttpServerRequest &request, const QHttpServerResponder &) const
    {
        return m_connections->connection(request.remoteAddress(), request.remotePort());
    }
#endif

private:
    QHttpServer m_http;
    BoundedServer *m_connections = nullptr; // which it owns
};

// The way back to a client, who may be gone when the answer is there. Then the responder must not be touched: that of
// Qt 6.4 writes to the socket nevertheless; those of Qt 6.8 and 6.11 work with an object that went with the socket, if
// more than one request was under way, even as they are destroyed.
class Client
{
public:
    Client(QPointer<QTcpSocket> socket, QHttpServerResponder &&responder)
        : m_way(std::make_shared<Way>(std::move(socket), std::make_unique<QHttpServerResponder>(std::move(responder))))
    {
    }
    void send(const QHttpServerResponse &response) const
    {
        if (!m_way->socket)
            return;
#if QT_VERSION < QT_VERSION_CHECK(6, 5, 0)
        response.write(std::move(*m_way->responder));
#else
        m_way->responder->sendResponse(response);
#endif
    }

private:
    struct Way
    {
        Way(QPointer<QTcpSocket> from, std::unique_ptr<QHttpServerResponder> back)
            : socket(std::move(from)), responder(std::move(back))
        {
        }
        ~Way()
        {
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
            if (!socket)
                static_cast<void>(responder.release()); // some bytes, which are better lost
#endif
        }
        QPointer<QTcpSocket> socket;
        std::unique_ptr<QHttpServerResponder> responder;
    };
    std::shared_ptr<Way> m_way; // since QFuture keeps copies of functions
};

// QHttpServer takes futures, too, but leaves a client alone if there is an exception in one. The response is looked at
// and not taken, since in Qt 6.4 a QPromise whose future was emptied by a continuation believes that it never finished,
// and runs the continuation once more.
inline void sendWhenFinished(AsyncServer &server, Answer answer, Client to)
{
    answer.then(QtFuture::Launch::Sync,
                [context = QPointer<QObject>(&server.http()), client = std::move(to)](Answer finished) {
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
void addRoute(AsyncServer &server, const QString &pattern, QHttpServerRequest::Methods methods, Handler handler)
{
    server.http().route(pattern, methods,
                        [&server, handler](const QHttpServerRequest &request, ResponderArgument responder) {
                            sendWhenFinished(server, handler(request),
                                             {server.connection(request, responder), std::move(responder)});
                        });
}

// The same for a pattern with a placeholder, which the handler gets first.
template <typename Handler>
void addRouteWithArgument(AsyncServer &server, const QString &pattern, QHttpServerRequest::Methods methods,
                          Handler handler)
{
    server.http().route(pattern, methods,
                        [&server, handler](const QString &argument, const QHttpServerRequest &request,
                                           ResponderArgument responder) {
                            sendWhenFinished(server, handler(argument, request),
                                             {server.connection(request, responder), std::move(responder)});
                        });
}

#endif
