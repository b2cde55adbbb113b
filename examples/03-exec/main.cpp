// SPDX-License-Identifier: MIT
// Closures instead of messages: code that is sent to where the state is, and has it for itself while it runs.
#include <QtCore/QCoreApplication>
#include <QtCore/QDebug>
#include <QtCore/QHash>
#include <QtInterlink/Service>

using namespace QtInterlink;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// A service needs no messages at all: here it is a lock that can't be forgotten, and that never blocks a thread.
class Accounts : public Service<Accounts>
{
public:
    QHash<QString, int> balance;
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const Link<Accounts> accounts = Accounts::start();

    // Without a reply. Closures run in the order in which they were sent, in turn with messages.
    accounts.doExec([](Accounts &service) { service.balance = {{u"Ann"_s, 100}, {u"Bob"_s, 0}}; });

    // With a reply: what the closure returns. result() blocks, which is fine in a main() that has nothing else to do.
    const qsizetype count = accounts.exec([](Accounts &service) { return service.balance.size(); }).result();
    qInfo() << count << "entries";

    // wait() takes a closure that is a coroutine. Whatever it awaits, nobody else sees the accounts before it ends:
    // no one can read them while the money is neither here nor there. Captures live as long as the coroutine.
    int amount = 30;
    Reply<int> left = accounts.wait([amount](Accounts &service, ServiceContext<Accounts> &context) -> Task<int> {
        service.balance[u"Ann"_s] -= amount;
        co_await context.sleep(10ms); // a slow bank
        service.balance[u"Bob"_s] += amount;
        co_return service.balance[u"Ann"_s];
    });

    // Sent while the transfer is on its way, run after it.
    Reply<QString> summary = accounts.exec([](Accounts &service) {
        return u"Ann has %1, Bob %2"_s.arg(service.balance[u"Ann"_s]).arg(service.balance[u"Bob"_s]);
    });

    left.then(&app, [amount](int rest) { qInfo().nospace() << "moved " << amount << ", " << rest << " left"; });
    summary.then(&app, [](QString text) {
        qInfo().noquote() << text;
        QCoreApplication::quit();
    });
    return app.exec();
}
