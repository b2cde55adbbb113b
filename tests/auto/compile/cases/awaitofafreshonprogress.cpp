// SPDX-License-Identifier: MIT
// expect: QtInterlink: GCC before 13 destroys a message or closure that is made inside a co_await expression twice.
#include <QtInterlink/QtInterlink>

using namespace QtInterlink;

class Server : public Service<Server>
{
};

Task<int> use(Link<Server> link, QObject *context, QString text)
{
    co_return co_await link.exec([] { return 1; }).onProgress(context, [text](int, int) { qDebug() << text; });
}
