// SPDX-License-Identifier: MIT
// expect: QtInterlink: a message is a value: a class, an enum or a number, not a pointer.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
public:
    void handle(const char *) { }
};

void use(const Link<Server> &link)
{
    link.doSend("text");
}
