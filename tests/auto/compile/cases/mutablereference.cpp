// SPDX-License-Identifier: MIT
// expect: not by mutable reference: it alone owns it.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Tell
{
    QString text;
};
class Server : public Service<Server>
{
public:
    void handle(Tell &message) { message.text.clear(); }
};

void use(const Link<Server> &link)
{
    link.doSend(Tell());
}
