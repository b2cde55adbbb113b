// SPDX-License-Identifier: MIT
#ifndef LOBBY_H
#define LOBBY_H

#include "job.h"

#include <QtInterlink/Service>
#include <QtNetwork/QHostAddress>
#include <QtWebSockets/QWebSocketServer>

#include <memory>

// Opens the port for the pages; answered with the port's number.
struct Listen
{
    using Response = quint16;
    QHostAddress address;
    quint16 port;
};

// Lets the pages in: each gets a Viewer.
class Lobby : public QtInterlink::Service<Lobby>
{
public:
    explicit Lobby(QtInterlink::MessageLink<NextChanges> jobs) : m_jobs(std::move(jobs)) { }

    quint16 handle(Listen message, QtInterlink::ServiceContext<Lobby> &context);

private:
    QtInterlink::MessageLink<NextChanges> m_jobs;
    std::unique_ptr<QWebSocketServer> m_server;
};

#endif
