// SPDX-License-Identifier: MIT
// expect: QtInterlink: the service has no constructor for the arguments given to start().
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
public:
    explicit Server(QString name) : m_name(std::move(name)) { }

private:
    QString m_name;
};

void use()
{
    Server::start(QStringLiteral("name"), 3);
}
