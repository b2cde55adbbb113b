// SPDX-License-Identifier: MIT
// expect: QtInterlink: a handler returns an expected, so the service needs
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

struct Parse
{
    using Response = int;
};
struct ParseError
{
};
struct ParseResult // looks like an expected
{
    using value_type = int;
    using error_type = ParseError;
    bool has_value() const { return true; }
    int &operator*() { return number; }
    ParseError &error() { return failure; }
    int number = 0;
    ParseError failure;
};
class Server : public Service<Server>
{
public:
    ParseResult handle(Parse) { return {}; }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; } // not for this error
};

void use(const Link<Server> &link)
{
    static_cast<void>(link.send(Parse()));
}
