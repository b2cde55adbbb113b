// SPDX-License-Identifier: MIT
// expect: QtInterlink: a message must be movable, since it moves into the service's mailbox.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Fixed
{
    Fixed() = default;
    Q_DISABLE_COPY_MOVE(Fixed)
};
class Server : public Service<Server>
{
public:
    void handle(const Fixed &) { }
};

void use(const Link<Server> &link)
{
    static_cast<void>(link.send<Fixed>());
}
