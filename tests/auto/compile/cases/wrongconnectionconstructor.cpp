// SPDX-License-Identifier: MIT
// expect: QtInterlink: a connection's service needs a public constructor that takes a std::unique_ptr to the socket
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

// Looks like a server of Qt Network.
class Server : public QObject
{
public:
    QObject *nextPendingConnection() { return nullptr; }
    void newConnection() { }
};
class Connection : public Service<Connection>
{
public:
    explicit Connection(QObject *socket) : m_socket(socket) { }

private:
    QObject *m_socket;
};
class Host : public Service<Host>
{
};

void use(ServiceContext<Host> &context, Server *server)
{
    context.attachServer<Connection>(server);
}
