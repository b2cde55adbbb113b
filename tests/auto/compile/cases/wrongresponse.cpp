// SPDX-License-Identifier: MIT
// expect: QtInterlink: the handler's return type doesn't fit the message's Response.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Ask
{
    using Response = int;
};
class Server : public Service<Server>
{
public:
    Task<QString> handle(Ask) { co_return QString(); }
};

void use(const Link<Server> &link)
{
    static_cast<void>(link.send(Ask()));
}
