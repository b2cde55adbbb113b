// SPDX-License-Identifier: MIT
// expect: QtInterlink: the action of wait() returns a Task. Use exec() for one that doesn't.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
};

void use(const Link<Server> &link)
{
    static_cast<void>(link.wait([](Server &) { return 12; }));
}
