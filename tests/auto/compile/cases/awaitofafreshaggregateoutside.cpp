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

struct Detached
{
    struct promise_type
    {
        Detached get_return_object() { return {}; }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_never final_suspend() noexcept { return {}; }
        void return_void() { }
        void unhandled_exception() { }
    };
};

Detached use(Link<Server> link)
{
    co_await link.send(Ask{QStringLiteral("text")});
}
