// SPDX-License-Identifier: MIT
#include "lobby.h"

#include "viewer.h"

#include <stdexcept>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

static constexpr int MaxViewers = 100;

quint16 Lobby::handle(Listen message, ServiceContext<Lobby> &context)
{
    m_server = std::make_unique<QWebSocketServer>(u"httpapi"_s, QWebSocketServer::NonSecureMode);
    if (!m_server->listen(message.address, message.port)) {
        throw std::runtime_error(qPrintable(
                u"%1 port %2: %3"_s.arg(message.address.toString()).arg(message.port).arg(m_server->errorString())));
    }
    context.attachServer<Viewer>(m_server.get(), ServerOptions{.maxConnections = MaxViewers}, m_jobs);
    return m_server->serverPort();
}
