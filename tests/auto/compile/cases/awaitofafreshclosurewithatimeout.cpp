// SPDX-License-Identifier: MIT
// expect: QtInterlink: GCC before 13 destroys a message or closure that is made inside a co_await expression twice.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Ask
{
    using Response = int;
    QString text;
};
class Server : public Service<Server>
{
public:
    int handle(Ask) { return 1; }
};

Task<int> use(Link<Server> link, QString text)
{
    co_return co_await link.exec([text] { return int(text.size()); }).timeout(std::chrono::seconds(1));
}
