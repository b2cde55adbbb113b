// SPDX-License-Identifier: MIT
#ifndef HTTPAPI_H
#define HTTPAPI_H

#include "asyncroute.h"
#include "jobqueue.h"

#include <QtHttpServer/QHttpServer>
#include <QtNetwork/QHostAddress>

// The routes: each asks the queue, and returns the future of its answer.
class HttpApi
{
public:
    HttpApi(QtInterlink::Link<JobQueue> jobs, quint16 webSocketPort, qint64 maxBody);

    // Returns the port, or 0 with a complaint if there is none.
    quint16 listen(const QHostAddress &address, quint16 port);

private:
    void addRoutes();
    void refuseOtherMethods(const QString &pattern, const char *allowed);
    void setMissingHandler();

    // The answer to a client, made of the queue's.
    template <typename R, typename Respond>
    Answer answer(QtInterlink::Reply<R> reply, Respond respond);

    QtInterlink::Link<JobQueue> m_jobs;
    QByteArray m_page;
    qint64 m_maxBody;
    AsyncServer m_server;
};

#endif
