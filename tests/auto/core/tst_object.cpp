// SPDX-License-Identifier: MIT
// A service's QObject: parent of timers, target of event filters and of posted messages.
#include "testsupport.h"

#include <QtCore/QTimer>

#include <stdexcept>

namespace {

struct Add
{
    using Response = int;
    int number;
    Live live = {};
};
struct Throw
{
    using Response = int;
};

using Order = std::vector<QByteArray>;

class Adder : public Service<Adder>
{
public:
    explicit Adder(Order *order = nullptr) : m_order(order) { }
    Adder(Adder &&other) noexcept : m_order(std::exchange(other.m_order, nullptr)) { }
    ~Adder()
    {
        if (m_order)
            m_order->push_back("service");
    }

    int handle(Add message)
    {
        if (birthplace != QThread::currentThread())
            return -1;
        numbers.push_back(message.number);
        return message.number;
    }
    int handle(Throw) { throw std::runtime_error("thrown"); }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

    std::vector<int> numbers;
    QThread *birthplace = QThread::currentThread();

private:
    Order *m_order;
    Live m_live;
};

QEvent::Type messageType()
{
    return Link<Adder>::messageEvent<Add>(0)->type();
}

// Belongs to the service's object, and so to its thread.
class Filter : public QObject
{
public:
    explicit Filter(QObject *watched) : QObject(watched) { watched->installEventFilter(this); }

    std::atomic<int> seen{0};
    std::atomic<bool> swallows{false};

    bool eventFilter(QObject *watched, QEvent *event) override
    {
        Q_UNUSED(watched)
        if (event->type() != messageType())
            return false;
        ++seen;
        return swallows;
    }

private:
    Live m_live;
};

Filter *filterOf(const Link<Adder> &link)
{
    return value(link.exec([](ServiceContext<Adder> &context) { return new Filter(context.object()); }));
}
std::vector<int> numbersOf(const Link<Adder> &link)
{
    return value(link.exec([](Adder &service) { return service.numbers; }));
}
size_t countOf(const Link<Adder> &link)
{
    return numbersOf(link).size();
}

} // namespace

class tst_Object : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void itIsMadeOnceOnTheServicesWorker();
    void aServiceThatIsGoneHasNone();
    void aServiceOfTheMainThreadHasItsObjectThere();
    void itIsTheParentOfATimer();
    void itIsTheContextOfAConnection();
    void anEventFilterSeesEveryMessage();
    void anEventFilterSwallowsAMessage();
    void anExceptionPassesThroughIt();
    void aPostedMessageIsHandledLikeAnyOther();
    void aPostedMessageIsFilteredOnce();
    void aPostedMessageAfterTheEndIsDropped();
    void aMessageEventThatIsNeverPosted();
    void itIsDestroyedAfterTheServiceOnItsThread();
};

void tst_Object::itIsMadeOnceOnTheServicesWorker()
{
    const auto link = Adder::start();
    QObject *const object = value(link.object());
    QVERIFY(object);
    QCOMPARE(value(link.object()), object);
    QCOMPARE(value(link.exec([](ServiceContext<Adder> &context) { return context.object(); })), object);
    QCOMPARE(object->thread(), value(link.exec([](Adder &service) { return service.birthplace; })));
    stopAndWait(link);
}

void tst_Object::aServiceThatIsGoneHasNone()
{
    const auto link = Adder::start();
    stopAndWait(link);
    QCOMPARE(outcome(link.object()), LinkError::Closed);
    QCOMPARE(outcome(Link<Adder>().object()), LinkError::Closed);
}

void tst_Object::aServiceOfTheMainThreadHasItsObjectThere()
{
    const auto link = Adder::start(Placement::onThread(QThread::currentThread()));
    QObject *object = nullptr;
    link.object().then(this, [&](QObject *made) { object = made; });
    TRY_VERIFY(object);
    QCOMPARE(object->thread(), QThread::currentThread());
    QPointer<QObject> watch(object);
    link.stop();
    TRY_VERIFY(!watch);
    value(link.stopped());
}

void tst_Object::itIsTheParentOfATimer()
{
    const auto link = Adder::start();
    std::atomic<int> ticks{0};
    std::atomic<QThread *> thread{nullptr};
    value(link.exec([&](ServiceContext<Adder> &context) {
        auto *const timer = new QTimer(context.object());
        QObject::connect(timer, &QTimer::timeout, context.object(), [&] {
            thread = QThread::currentThread();
            ++ticks;
        });
        timer->start(1);
    }));
    TRY_VERIFY(ticks >= 3);
    QCOMPARE(thread.load(), value(link.exec([](Adder &service) { return service.birthplace; })));
    stopAndWait(link);
}

void tst_Object::itIsTheContextOfAConnection()
{
    const auto link = Adder::start();
    QObject *const object = value(link.object());
    QObject sender;
    std::atomic<QThread *> thread{nullptr};
    connect(&sender, &QObject::objectNameChanged, object, [&] { thread = QThread::currentThread(); });
    sender.setObjectName(QStringLiteral("new"));
    TRY_VERIFY(thread);
    QCOMPARE(thread.load(), value(link.exec([](Adder &service) { return service.birthplace; })));
    stopAndWait(link);
}

void tst_Object::anEventFilterSeesEveryMessage()
{
    const auto link = Adder::start();
    Filter *const filter = filterOf(link);
    filter->seen = 0;
    for (int i = 0; i < 100; ++i)
        link.doSend(Add{i});
    QCOMPARE(value(link.send(Add{100})), 100);
    QCOMPARE(filter->seen.load(), 101);
    value(link.exec([] {})); // actions are messages, too
    QCOMPARE(filter->seen.load(), 102);
    QCOMPARE(countOf(link), size_t(101));
    stopAndWait(link);
}

void tst_Object::anEventFilterSwallowsAMessage()
{
    const auto link = Adder::start();
    Filter *const filter = filterOf(link);
    filter->swallows = true;
    QCOMPARE(outcome(link.send(Add{1})), LinkError::NoResponse);
    QCOMPARE(outcome(link.exec([] { return 1; })), LinkError::NoResponse);
    filter->swallows = false;
    QCOMPARE(value(link.send(Add{2})), 2);
    QCOMPARE(numbersOf(link), std::vector<int>{2});
    stopAndWait(link);
}

void tst_Object::anExceptionPassesThroughIt()
{
    const auto link = Adder::start();
    filterOf(link);
    Reply<int> reply = link.send(Throw());
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, static_cast<void>(reply.result()));
    QCOMPARE(value(link.send(Add{2})), 2);
    stopAndWait(link);
}

void tst_Object::aPostedMessageIsHandledLikeAnyOther()
{
    const auto link = Adder::start();
    QObject *const object = value(link.object());
    for (int i = 0; i < 10; ++i)
        QCoreApplication::postEvent(object, Link<Adder>::messageEvent<Add>(i).release());
    TRY_COMPARE(countOf(link), size_t(10));
    QCOMPARE(numbersOf(link), (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
    stopAndWait(link);
}

void tst_Object::aPostedMessageIsFilteredOnce()
{
    const auto link = Adder::start();
    QObject *const object = value(link.object());
    Filter *const filter = filterOf(link);
    filter->seen = 0;
    QCoreApplication::postEvent(object, Link<Adder>::messageEvent<Add>(1).release());
    // Posted to the same object, so it comes after the message.
    QMetaObject::invokeMethod(
            object, [] {}, Qt::BlockingQueuedConnection);
    const std::vector<int> numbers = numbersOf(link);
    const int seen = filter->seen;
    stopAndWait(link);
    QCOMPARE(numbers, std::vector<int>{1});
    QCOMPARE(seen, 2); // the message, and the question for the numbers
}

void tst_Object::aPostedMessageAfterTheEndIsDropped()
{
    const auto link = Adder::start();
    QObject *const object = value(link.object());
    Gate gate;
    link.doExec([&] {
        QCoreApplication::postEvent(object, Link<Adder>::messageEvent<Add>(1).release());
        gate.pass();
    });
    link.stop();
    gate.open();
    value(link.stopped()); // cleanup() sees that nothing was leaked
}

void tst_Object::aMessageEventThatIsNeverPosted()
{
    auto event = Link<Adder>::messageEvent<Add>(1);
    QVERIFY(event->type() >= QEvent::User);
    QVERIFY(Live::count > 0);
    event.reset();
    QCOMPARE(Live::count.load(), 0);
}

void tst_Object::itIsDestroyedAfterTheServiceOnItsThread()
{
    Order order;
    std::atomic<QThread *> thread{nullptr};
    const auto link = Adder::start(&order);
    QObject *const object = value(link.object());
    QThread *const birthplace = value(link.exec([](Adder &service) { return service.birthplace; }));
    connect(object, &QObject::destroyed, [&] {
        order.push_back("object");
        thread = QThread::currentThread();
    });
    stopAndWait(link);
    TRY_VERIFY(thread);
    QCOMPARE(thread.load(), birthplace);
    QVERIFY(order == (Order{"service", "object"}));
}

QTEST_GUILESS_MAIN(tst_Object)
#include "tst_object.moc"
