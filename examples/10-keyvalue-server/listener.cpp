// SPDX-License-Identifier: MIT
#include "listener.h"

#include "connection.h"

using namespace QtInterlink;

// How many clients may wait for being accepted; Qt's own default is too few for those who come by the thousand.
static constexpr int Backlog = 511;
// How much may wait for one connection: a subscriber that is so far behind is given up.
static constexpr int MaxMessages = 100'000;

Listener::Listener(std::shared_ptr<const Environment> environment)
    : m_environment(std::move(environment)), m_server(std::make_unique<QTcpServer>())
{
}

Listener::~Listener() = default;

Listen::Response Listener::handle(Listen, Context &context)
{
    m_server->setListenBacklogSize(Backlog);
    m_server->setMaxPendingConnections(Backlog);
    if (!m_server->listen(m_environment->options.address, m_environment->options.port))
        return {0, m_server->errorString()};
    ServerOptions options;
    options.start.mailboxCapacity = MaxMessages;
    context.attachServer<Connection>(m_server.get(), options, m_environment, context.link());
    return {m_server->serverPort(), {}};
}

void Listener::handle(Opened message)
{
    m_connections.insert(message.connection);
    if (m_isFinishing)
        message.connection.doSend(Finish());
}

void Listener::handle(Ended message, Context &context)
{
    m_connections.remove(message.connection);
    if (m_isFinishing && m_connections.isEmpty())
        context.stop();
}

void Listener::handle(FinishAll, Context &context)
{
    m_isFinishing = true;
    m_server->close();
    for (const ConnectionLink &connection : std::as_const(m_connections))
        connection.doSend(Finish());
    if (m_connections.isEmpty())
        context.stop();
}
