// SPDX-License-Identifier: MIT
// expect: QtInterlink: spawn() takes a Task or a callable that returns one.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
public:
    void started(ServiceContext<Server> &context)
    {
        static_cast<void>(context.spawn([] { return 1; }));
    }
};

void use()
{
    Server::start();
}
