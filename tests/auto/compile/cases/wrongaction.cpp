// SPDX-License-Identifier: MIT
// expect: QtInterlink: an action takes nothing, (Service &), (ServiceContext<Service> &) or
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
};

void use(const Link<Server> &link)
{
    link.doExec([](QString) {});
}
