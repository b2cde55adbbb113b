// SPDX-License-Identifier: MIT
// Interlink's services: how they are started and created, and the hooks that run when they start and stop.
#include "testsupport.h"

namespace {

struct Greet
{
    using Response = QString;
    QString name;
};
struct WhichThread
{
    using Response = QThread *;
};

class Greeter : public Service<Greeter>
{
public:
    Greeter() = default;
    explicit Greeter(QString greeting) : m_greeting(std::move(greeting)) { }

    QString handle(Greet message) { return m_greeting + u' ' + message.name; }

private:
    QString m_greeting = QStringLiteral("Hello");
    Live m_live;
};

class Homebody : public Service<Homebody>
{
public:
    QThread *handle(WhichThread) { return m_birthplace == QThread::currentThread() ? m_birthplace : nullptr; }

private:
    QThread *m_birthplace = QThread::currentThread();
    Live m_live;
};

// Two services that hold links to each other.
struct Number
{
    using Response = int;
};
struct NumberOfTheOther
{
    using Response = int;
};
class First;
class Second : public Service<Second>
{
public:
    explicit Second(Link<First> owner) : m_owner(std::move(owner)) { }

    int handle(Number) { return 2; }
    Reply<int> handle(NumberOfTheOther);

private:
    Link<First> m_owner;
    Live m_live;
};
class First : public Service<First>
{
public:
    explicit First(Link<Second> second) : m_second(std::move(second)) { }
    ~First() { m_second.stop(); }
    First(First &&) = default;

    int handle(Number) { return 1; }
    Reply<int> handle(NumberOfTheOther) { return m_second.send(Number()); }
    Link<Second> second() const { return m_second; }

private:
    Link<Second> m_second;
    Live m_live;
};
Reply<int> Second::handle(NumberOfTheOther)
{
    return m_owner.send(Number());
}

struct Note
{
    QByteArray text;
};
using Diary = std::vector<QByteArray>;

class Diarist : public Service<Diarist>
{
public:
    explicit Diarist(Diary *diary) : m_diary(diary) { m_diary->push_back("constructed"); }
    ~Diarist() { m_diary->push_back("destroyed"); }

    void started(ServiceContext<Diarist> &context)
    {
        m_diary->push_back("started");
        context.link().doSend(Note{"from started"});
    }
    void stopping() { m_diary->push_back("stopping"); }
    void handle(Note message) { m_diary->push_back(message.text); }

private:
    Diary *m_diary;
    Live m_live;
};

class SlowStarter : public Service<SlowStarter>
{
public:
    Task<void> started(ServiceContext<SlowStarter> &context)
    {
        co_await context.sleep(5ms);
        m_ready = true;
    }
    int handle(Number) { return m_ready ? 1 : 0; }

private:
    bool m_ready = false;
};

class Immovable : public Service<Immovable>
{
public:
    explicit Immovable(int number) : m_number(number) { }
    Q_DISABLE_COPY_MOVE(Immovable)

    int handle(Number) { return m_number; }

private:
    int m_number;
    Live m_live;
};

} // namespace

class tst_Services : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void startGivesALinkAtOnce();
    void startTakesAReadyService();
    void startTakesTheConstructorsArguments();
    void startConstructsOnTheWorker();
    void freeStartDoesTheSame();
    void createHandsItsOwnLinkToASecondService();
    void createTakesTypesThatCannotMove();
    void aFactoryThatReturnsNullEndsTheService();
    void theHooksRunBeforeAndAfterAllMessages();
    void startedMayTakeItsTime();
};

void tst_Services::startGivesALinkAtOnce()
{
    const Link<Greeter> link = Greeter::start();
    QVERIFY(link);
    QVERIFY(!link.isClosed());
    QCOMPARE(value(link.send(Greet{QStringLiteral("you")})), QStringLiteral("Hello you"));
    stopAndWait(link);
}

// Interlink starts a value that exists; here that is one of the ways, and the value moves to its worker.
void tst_Services::startTakesAReadyService()
{
    Greeter greeter(QStringLiteral("Hi"));
    const auto link = Greeter::start(std::move(greeter));
    QCOMPARE(value(link.send(Greet{QStringLiteral("you")})), QStringLiteral("Hi you"));
    stopAndWait(link);
}

void tst_Services::startTakesTheConstructorsArguments()
{
    const auto link = Greeter::start(QStringLiteral("Good day"));
    QCOMPARE(value(link.send(Greet{QStringLiteral("you")})), QStringLiteral("Good day you"));
    stopAndWait(link);
}

// A difference: tokio's tasks have no thread of their own, QObject members do.
void tst_Services::startConstructsOnTheWorker()
{
    const auto link = Homebody::start();
    QThread *const thread = value(link.send(WhichThread()));
    QVERIFY(thread);
    QVERIFY(thread != QThread::currentThread());
    stopAndWait(link);
}

void tst_Services::freeStartDoesTheSame()
{
    const auto link = start<Greeter>(QStringLiteral("Ahoy"));
    QCOMPARE(value(link.send(Greet{QStringLiteral("you")})), QStringLiteral("Ahoy you"));
    stopAndWait(link);
}

void tst_Services::createHandsItsOwnLinkToASecondService()
{
    const auto first =
            First::create([](ServiceContext<First> &context) { return First(Second::start(context.link())); });
    QCOMPARE(value(first.send(NumberOfTheOther())), 2);
    const auto second = value(first.exec([](First &service) { return service.second(); }));
    QCOMPARE(value(second.send(NumberOfTheOther())), 1);
    stopAndWait(first);
    stopAndWait(second);
}

void tst_Services::createTakesTypesThatCannotMove()
{
    const auto link = Immovable::create([](ServiceContext<Immovable> &) { return std::make_unique<Immovable>(7); });
    QCOMPARE(value(link.send(Number())), 7);
    stopAndWait(link);
}

void tst_Services::aFactoryThatReturnsNullEndsTheService()
{
    const Warnings warnings;
    Gate gate;
    const auto link = Immovable::create([&gate](ServiceContext<Immovable> &) {
        gate.pass();
        return std::unique_ptr<Immovable>();
    });
    Reply<int> reply = link.send(Number());
    gate.open();
    const LinkError error = outcome(std::move(reply));
    QVERIFY(error == LinkError::NoResponse || error == LinkError::Closed);
    value(link.stopped());
    QVERIFY(link.isClosed());
    QCOMPARE(warnings.texts().size(), 1);
    QVERIFY2(warnings.texts().first().contains(u"Immovable"), qPrintable(warnings.texts().first()));
}

void tst_Services::theHooksRunBeforeAndAfterAllMessages()
{
    Diary diary;
    const auto link = Diarist::start(&diary);
    link.doSend(Note{"one"});
    link.doSend(Note{"two"});
    value(link.exec([] {}));
    stopAndWait(link);
    QCOMPARE(diary.size(), size_t(7));
    QCOMPARE(diary[0], "constructed");
    QCOMPARE(diary[1], "started");
    // Where the service's own note stands among the others is a race; ours keep their order.
    const auto one = std::find(diary.begin(), diary.end(), "one");
    QVERIFY(std::find(one, diary.end(), "two") != diary.end());
    QVERIFY(std::find(diary.begin(), diary.end(), "from started") != diary.end());
    QCOMPARE(diary[5], "stopping");
    QCOMPARE(diary[6], "destroyed");
}

// A difference: in Interlink started is a plain function. As a Task it holds back the first message.
void tst_Services::startedMayTakeItsTime()
{
    const auto link = SlowStarter::start();
    QCOMPARE(value(link.send(Number())), 1);
    stopAndWait(link);
}

QTEST_GUILESS_MAIN(tst_Services)
#include "tst_services.moc"
