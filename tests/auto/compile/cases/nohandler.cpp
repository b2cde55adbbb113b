// SPDX-License-Identifier: MIT
// expect: QtInterlink: the service has no handler for this message.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Known
{
};
struct Unknown
{
};
class Server : public Service<Server>
{
public:
    void handle(Known) { }
};

void use(const Link<Server> &link)
{
    link.doSend(Unknown());
}
