// SPDX-License-Identifier: MIT
// QCoro's coroutines await our replies, and our tasks await QCoro's.
#include "testsupport.h"

#include <QCoro/QCoroFuture>
#include <QCoro/QCoroTask>
#include <QCoro/QCoroTimer>

#include <stdexcept>

namespace {

struct Echo
{
    using Response = int;
    int value;
};

class Answerer : public Service<Answerer>
{
public:
    int handle(Echo message) { return message.value; }

private:
    Live m_live;
};

QCoro::Task<int> ask(Link<Answerer> link, int number)
{
    const int first = co_await link.send<Echo>(number);
    Reply<int> reply = link.send<Echo>(1);
    co_return first + co_await std::move(reply);
}

QCoro::Task<QByteArray> askAClosedOne()
{
    try {
        co_await Link<Answerer>().send<Echo>(1);
    } catch (const LinkException &e) {
        co_return QByteArray(toString(e.error()));
    }
    co_return QByteArray();
}

QCoro::Task<int> sleepAndReturn(int number)
{
    co_await QCoro::sleepFor(1ms);
    co_return number;
}
QCoro::Task<int> sleepAndThrow()
{
    co_await QCoro::sleepFor(1ms);
    throw std::runtime_error("no");
}
QCoro::Task<void> sleepOnly()
{
    co_await QCoro::sleepFor(1ms);
}
QCoro::Task<int> atOnce(int number)
{
    co_return number;
}

} // namespace

class tst_QCoro : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aCoroutineOfTheirsAwaitsAReply();
    void aCoroutineOfTheirsSeesAFailure();
    void aCoroutineOfTheirsAwaitsTheFuture();
    void aTaskAwaitsOneOfTheirs();
    void aTaskAwaitsOneThatIsReady();
    void aTaskAwaitsOneWithoutAValue();
    void aTaskSeesTheirException();
    void aTaskDestroyedWhileItAwaitsOneOfTheirs();
};

void tst_QCoro::aCoroutineOfTheirsAwaitsAReply()
{
    const auto link = Answerer::start();
    QCOMPARE(QCoro::waitFor(ask(link, 41)), 42);
    QThread *thread = nullptr;
    ask(link, 1).then([&](int) { thread = QThread::currentThread(); });
    TRY_COMPARE(thread, QThread::currentThread());
    stopAndWait(link);
}

void tst_QCoro::aCoroutineOfTheirsSeesAFailure()
{
    QCOMPARE(QCoro::waitFor(askAClosedOne()), QByteArray("Closed"));
}

void tst_QCoro::aCoroutineOfTheirsAwaitsTheFuture()
{
    const auto link = Answerer::start();
    QFuture<int> future = link.send(Echo{5});
    const auto awaitIt = [](QFuture<int> future) -> QCoro::Task<int> { co_return co_await future; };
    QCOMPARE(QCoro::waitFor(awaitIt(future)), 5);
    stopAndWait(link);
}

void tst_QCoro::aTaskAwaitsOneOfTheirs()
{
    const auto link = Answerer::start();
    const auto [number, sameThread] = value(link.wait([]() -> Task<std::pair<int, bool>> {
        QThread *const here = QThread::currentThread();
        const int number = co_await sleepAndReturn(7);
        co_return std::pair(number, QThread::currentThread() == here);
    }));
    QCOMPARE(number, 7);
    QVERIFY(sameThread);
    stopAndWait(link);
}

void tst_QCoro::aTaskAwaitsOneThatIsReady()
{
    const auto link = Answerer::start();
    QCOMPARE(value(link.wait([]() -> Task<int> { co_return co_await atOnce(7); })), 7);
    stopAndWait(link);
}

void tst_QCoro::aTaskAwaitsOneWithoutAValue()
{
    const auto link = Answerer::start();
    QCOMPARE(value(link.wait([]() -> Task<int> {
                 co_await sleepOnly();
                 co_return 7;
             })),
             7);
    stopAndWait(link);
}

void tst_QCoro::aTaskSeesTheirException()
{
    const auto link = Answerer::start();
    QCOMPARE(value(link.wait([]() -> Task<QByteArray> {
                 QByteArray text;
                 try {
                     co_await sleepAndThrow();
                 } catch (const std::runtime_error &e) {
                     text = e.what();
                 }
                 co_return text;
             })),
             QByteArray("no"));
    stopAndWait(link);
}

void tst_QCoro::aTaskDestroyedWhileItAwaitsOneOfTheirs()
{
    const auto link = Answerer::start();
    const auto neighbour = Answerer::start(Placement::nearTo(link));
    Reply<int> reply = link.exec([](ServiceContext<Answerer> &context) {
        return context.spawn([live = Live()]() -> Task<int> { co_return co_await sleepAndReturn(7); });
    });
    value(link.exec([] {}));
    stopAndWait(link);
    const LinkError error = outcome(std::move(reply));
    QVERIFY(error == LinkError::NoResponse || error == LinkError::NoError);
    // Their coroutine can't be destroyed from here; it ends by itself, before a later one on the same thread.
    QCOMPARE(value(neighbour.wait([]() -> Task<int> { co_return co_await sleepAndReturn(8); })), 8);
    stopAndWait(neighbour);
}

QTEST_GUILESS_MAIN(tst_QCoro)
#include "tst_qcoro.moc"
