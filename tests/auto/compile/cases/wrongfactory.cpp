// SPDX-License-Identifier: MIT
// expect: QtInterlink: a factory returns the service, or a std::unique_ptr to it.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
};

void use()
{
    Server::create([](ServiceContext<Server> &) { return 1; });
}
