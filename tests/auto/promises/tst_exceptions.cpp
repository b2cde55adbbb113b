// SPDX-License-Identifier: MIT
// Promise 7: exceptions never leave a handler. The caller gets the exception, then handleError() decides; without one
// the service stops with a warning that names it. The worker and the other services on it go on.
#include "testsupport.h"

#include <stdexcept>

#if __has_include(<tl/expected.hpp>)
#  include <tl/expected.hpp>
#endif

namespace {

struct Throw
{
    using Response = int;
    const char *text;
};
struct ThrowInTask
{
    using Response = int;
};
struct Ping
{
    using Response = int;
};

class Fragile : public Service<Fragile>
{
public:
    int handle(Throw message) { throw std::runtime_error(message.text); }
    Task<int> handle(ThrowInTask, ServiceContext<Fragile> &context)
    {
        co_await context.sleep(1us);
        throw std::logic_error("in a task");
    }
    int handle(Ping) { return 1; }
    void stopping() { ++stops; }
    static inline std::atomic<int> stops{0};

private:
    Live m_live;
};

class Deciding : public Service<Deciding>
{
public:
    explicit Deciding(std::vector<QByteArray> *seen) : m_seen(seen) { }
    int handle(Throw message) { throw std::runtime_error(message.text); }
    int handle(Ping) { return 1; }
    ErrorAction handleError(std::exception_ptr error, ServiceContext<Deciding> &)
    {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception &e) {
            m_seen->push_back(e.what());
            return qstrcmp(e.what(), "fatal") == 0 ? ErrorAction::Stop : ErrorAction::Continue;
        }
    }

private:
    std::vector<QByteArray> *m_seen;
    Live m_live;
};

} // namespace

class tst_Exceptions : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void withoutAHandlerTheServiceStopsWithAWarning();
    void neighboursOnTheSameWorkerGoOn();
    void handleErrorDecides();
    void anExceptionInATaskIsTreatedAlike();
    void anExceptionInATimerOrActionIsTreatedAlike();
    void stoppingMayThrow();
#if __has_include(<tl/expected.hpp>)
    void anExpectedsErrorGoesToItsOwnHandler();
#endif
};

void tst_Exceptions::withoutAHandlerTheServiceStopsWithAWarning()
{
    const Warnings warnings;
    Fragile::stops = 0;
    const auto link = Fragile::start(StartOptions{.name = QStringLiteral("the fragile one")});
    Reply<int> thrown = link.send(Throw{"bang"});
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, static_cast<void>(thrown.result()));
    value(link.stopped());
    QCOMPARE(Fragile::stops.load(), 1);
    QCOMPARE(warnings.texts().size(), 1);
    const QString text = warnings.texts().first();
    QVERIFY2(text.contains(u"the fragile one") && text.contains(u"bang") && text.contains(u"handleError"),
             qPrintable(text));
}

void tst_Exceptions::neighboursOnTheSameWorkerGoOn()
{
    const Warnings warnings;
    const auto fragile = Fragile::start();
    const auto neighbour = Fragile::start(Placement::nearTo(fragile));
    static_cast<void>(fragile.send(Throw{"bang"}));
    value(fragile.stopped());
    QCOMPARE(value(neighbour.send(Ping())), 1);
    stopAndWait(neighbour);
}

void tst_Exceptions::handleErrorDecides()
{
    const Warnings warnings;
    std::vector<QByteArray> seen;
    const auto link = Deciding::start(&seen);
    static_cast<void>(link.send(Throw{"one"}));
    link.doSend(Throw{"two"});
    QCOMPARE(value(link.send(Ping())), 1);
    link.doSend(Throw{"fatal"});
    value(link.stopped());
    const std::vector<QByteArray> expected{"one", "two", "fatal"};
    QVERIFY(seen == expected);
    QVERIFY(warnings.texts().isEmpty());
}

void tst_Exceptions::anExceptionInATaskIsTreatedAlike()
{
    const Warnings warnings;
    const auto link = Fragile::start();
    Reply<int> reply = link.send(ThrowInTask());
    QVERIFY_THROWS_EXCEPTION(std::logic_error, static_cast<void>(reply.result()));
    value(link.stopped());
    QCOMPARE(warnings.texts().size(), 1);
}

void tst_Exceptions::anExceptionInATimerOrActionIsTreatedAlike()
{
    const Warnings warnings;
    std::vector<QByteArray> seen;
    const auto link = Deciding::start(&seen);
    Reply<void> action = link.exec([] { throw std::runtime_error("action"); });
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, action.result());
    link.doExec([](ServiceContext<Deciding> &context) {
        context.runLater(1us, [] { throw std::runtime_error("fatal"); });
    });
    value(link.stopped());
    const std::vector<QByteArray> expected{"action", "fatal"};
    QVERIFY(seen == expected);
}

void tst_Exceptions::stoppingMayThrow()
{
    class Rude : public Service<Rude>
    {
    public:
        void handle(Ping) { }
        void stopping() { throw std::runtime_error("never"); }
        Live live;
    };
    const Warnings warnings;
    const auto link = Rude::start();
    stopAndWait(link);
    QCOMPARE(warnings.texts().size(), 1);
    QVERIFY(warnings.texts().first().contains(u"stopping()"));
}

#if __has_include(<tl/expected.hpp>)
namespace {
struct Divide
{
    using Response = int;
    int by;
};
struct DivisionError
{
    bool fatal;
};
class Divider : public Service<Divider>
{
public:
    explicit Divider(int *errors) : m_errors(errors) { }
    tl::expected<int, DivisionError> handle(Divide message)
    {
        if (message.by <= 0)
            return tl::make_unexpected(DivisionError{message.by < 0});
        return 100 / message.by;
    }
    ErrorAction handleError(DivisionError error)
    {
        ++*m_errors;
        return error.fatal ? ErrorAction::Stop : ErrorAction::Continue;
    }

private:
    int *m_errors;
};
} // namespace

void tst_Exceptions::anExpectedsErrorGoesToItsOwnHandler()
{
    int errors = 0;
    const auto link = Divider::start(&errors);
    QCOMPARE(value(link.send(Divide{4})), 25);
    QCOMPARE(outcome(link.send(Divide{0})), LinkError::NoResponse);
    QCOMPARE(value(link.send(Divide{5})), 20);
    QCOMPARE(outcome(link.send(Divide{-1})), LinkError::NoResponse);
    value(link.stopped());
    QCOMPARE(errors, 2);
}
#endif

QTEST_GUILESS_MAIN(tst_Exceptions)
#include "tst_exceptions.moc"
