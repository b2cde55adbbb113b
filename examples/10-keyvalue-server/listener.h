// SPDX-License-Identifier: MIT
#ifndef LISTENER_H
#define LISTENER_H

#include "environment.h"

#include <QtCore/QSet>
#include <QtInterlink/Service>
#include <QtNetwork/QTcpServer>

#include <memory>

struct Listen
{
    struct Response
    {
        quint16 port = 0;
        QString problem; // empty: none
    };
};

// From the connections, so that they can be told when all is about to end.
struct Opened
{
    ConnectionLink connection;
};
struct Ended
{
    ConnectionLink connection;
};

// Stops accepting, lets the connections finish, and stops when the last one has ended.
struct FinishAll
{
};

class Listener : public QtInterlink::Service<Listener>
{
public:
    using Context = QtInterlink::ServiceContext<Listener>;

    explicit Listener(std::shared_ptr<const Environment> environment);
    ~Listener();

    Listen::Response handle(Listen, Context &context);
    void handle(Opened message);
    void handle(Ended message, Context &context);
    void handle(FinishAll, Context &context);

private:
    std::shared_ptr<const Environment> m_environment;
    std::unique_ptr<QTcpServer> m_server;
    QSet<ConnectionLink> m_connections;
    bool m_isFinishing = false;
};

#endif
