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
    Task<int> handle(Ask ask, ServiceContext<Server> &ctx)
    {
        co_return co_await ctx.offload([text = ask.text] { return int(text.size()); });
    }
};
