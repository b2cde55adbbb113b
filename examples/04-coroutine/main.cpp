// SPDX-License-Identifier: MIT
// A handler that needs others: it awaits their replies, a pause and a computation, and reads from top to bottom.
#include <QtCore/QCoreApplication>
#include <QtCore/QCryptographicHash>
#include <QtCore/QDebug>
#include <QtInterlink/Service>

#include <stdexcept>

using namespace QtInterlink;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

struct Price
{
    using Response = int;
    QString article;
};

struct ExchangeRate
{
    using Response = double;
};

struct Order
{
    using Response = QString;
    QString article;
    int count;
};

class Catalogue : public Service<Catalogue>
{
public:
    int handle(Price) { return 20; }
};

// Stands for a server far away, that doesn't answer at the first call.
class Bank : public Service<Bank>
{
public:
    double handle(ExchangeRate)
    {
        if (m_calls++ == 0)
            throw std::runtime_error("line busy");
        return 1.25;
    }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; } // the caller has it, go on

private:
    int m_calls = 0;
};

class Shop : public Service<Shop>
{
public:
    Shop(Link<Catalogue> catalogue, Link<Bank> bank) : m_catalogue(std::move(catalogue)), m_bank(std::move(bank)) { }

    // No thread is blocked while this waits; the next order is not begun before it ends. (To serve many at a time,
    // return context.spawn(task) instead.) After each co_await we are on the service's own worker again.
    Task<QString> handle(Order order, ServiceContext<Shop> &context)
    {
        const int price = co_await m_catalogue.send<Price>(order.article);
        const double rate = co_await askBank(context);

        // Work that would hold up the worker goes to a thread pool, and comes back as a QFuture. (In a variable
        // first: GCC before 13 destroys a capturing lambda that is made inside a co_await expression twice.)
        QFuture<QByteArray> computed = context.offload([text = order.article.toUtf8()] {
            return QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex();
        });
        const QByteArray receipt = co_await computed;

        co_return u"%1 %2 for %3 dollars, receipt %4"_s.arg(order.count)
                .arg(order.article)
                .arg(order.count * price * rate)
                .arg(QLatin1StringView(receipt));
    }

private:
    // Tasks can await tasks. A failure arrives as an exception: what the other service threw, or a LinkException.
    Task<double> askBank(ServiceContext<Shop> &context)
    {
        for (int attempt = 0; attempt < 3; ++attempt) {
            try {
                co_return co_await m_bank.send<ExchangeRate>();
            } catch (const std::exception &e) {
                qInfo() << "Bank:" << e.what();
            }
            co_await context.sleep(10ms * (attempt + 1)); // not allowed inside a catch, therefore here
        }
        throw std::runtime_error("the bank doesn't answer");
    }

    Link<Catalogue> m_catalogue;
    Link<Bank> m_bank;
};

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    const Link<Shop> shop = Shop::start(Catalogue::start(), Bank::start());

    shop.send(Order{u"lamps"_s, 12}).then(&app, [](QString text) {
        qInfo().noquote() << text;
        QCoreApplication::quit();
    });
    return app.exec();
}
