// SPDX-License-Identifier: MIT
// Replies and futures that coroutines await, in a service's Task and outside of services.
#include "coroutines.h"
#include "testsupport.h"

#include <stdexcept>

namespace {

struct Echo
{
    using Response = int;
    int value;
};
struct Throw
{
    using Response = int;
};

class Answerer : public Service<Answerer>
{
public:
    int handle(Echo message) { return message.value; }
    int handle(Throw) { throw std::runtime_error("thrown"); }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

private:
    Live m_live;
};

// A service that is held up until the test says so.
struct Held
{
    Held() : link(Answerer::start(Placement::dedicated()))
    {
        link.doExec([this] { gate.pass(); });
    }
    ~Held()
    {
        gate.open(); // once more does no harm
        stopAndWait(link);
    }
    Gate gate;
    Link<Answerer> link;
};

struct Seen
{
    int value = 0;
    LinkError error = LinkError::NoError;
    QThread *thread = nullptr;
    std::thread::id threadId;
    std::atomic<bool> done{false};

    void end()
    {
        thread = QThread::currentThread();
        threadId = std::this_thread::get_id();
        done = true;
    }
};

Detached ask(Link<Answerer> link, int number, Seen *seen)
{
    const Live live;
    seen->value = co_await link.send<Echo>(number);
    seen->end();
}

Detached askTwice(Link<Answerer> link, Seen *seen)
{
    const int first = co_await link.send<Echo>(1);
    Reply<int> reply = link.send<Echo>(2);
    const int second = co_await reply; // a reply in a variable needs no move
    seen->value = first + second;
    seen->end();
}

template <typename R>
Detached awaitFailure(Reply<R> reply, Seen *seen)
{
    try {
        co_await std::move(reply);
    } catch (const LinkException &e) {
        seen->error = e.error();
    } catch (const std::runtime_error &) {
        seen->value = -1;
    }
    seen->end();
}

Owned askOwned(Link<Answerer> link, std::shared_ptr<int> token, std::atomic<bool> *wentOn)
{
    const std::shared_ptr<int> local = token;
    co_await link.send<Echo>(1);
    *wentOn = true;
}

Task<int> awaitFuture(QFuture<int> future)
{
    const Live live;
    co_return co_await future;
}

// An awaitable of nobody we know: it goes on in a thread of its own.
struct Elsewhere
{
    std::thread *thread;
    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle)
    {
        std::thread *const started = thread; // we may be gone as soon as the other thread runs
        *started = std::thread([handle] { handle.resume(); });
    }
    int await_resume() const noexcept { return 3; }
};

} // namespace

class tst_Awaiting : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void inTheMainThreadItGoesOnThere();
    void inAThreadWithAnEventLoopItGoesOnThere();
    void inAThreadWithoutOneItGoesOnSomewhere();
    void oneCoroutineMayAwaitMany();
    void aReadyReplyIsNotWaitedFor();
    void aFailureIsThrown();
    void aCoroutineDestroyedWhileItWaits();
    void aCoroutineDestroyedAfterTheOutcome();
    void manyCoroutinesAtOnce();

    void aTaskGoesOnOnItsWorker();
    void aTaskAwaitsAFuture();
    void aTaskAwaitsAReadyFuture();
    void aTaskAwaitsAFutureThatFails();
    void aTaskAwaitsAFutureThatIsCanceled();
    void aTaskAwaitsWorkThatWasOffloaded();
    void aTaskAwaitsAForeignAwaitable();
    void aTaskAwaitsAnotherTask();
    void aTaskDestroyedWhileItWaits();
    void aTaskWhosePartnersEnd();
};

void tst_Awaiting::inTheMainThreadItGoesOnThere()
{
    Held held;
    Seen seen;
    ask(held.link, 5, &seen);
    QVERIFY(!seen.done);
    held.gate.open();
    TRY_VERIFY(seen.done);
    QCOMPARE(seen.value, 5);
    QCOMPARE(seen.thread, QThread::currentThread());
}

void tst_Awaiting::inAThreadWithAnEventLoopItGoesOnThere()
{
    Held held;
    Seen seen;
    QThread thread;
    thread.start();
    QObject *const there = new QObject;
    there->moveToThread(&thread);
    connect(&thread, &QThread::finished, there, &QObject::deleteLater);
    QMetaObject::invokeMethod(
            there, [&] { ask(held.link, 5, &seen); }, Qt::BlockingQueuedConnection);
    held.gate.open();
    TRY_VERIFY(seen.done);
    QCOMPARE(seen.value, 5);
    QCOMPARE(seen.thread, &thread);
    thread.quit();
    thread.wait();
}

void tst_Awaiting::inAThreadWithoutOneItGoesOnSomewhere()
{
    Held held;
    Seen seen;
    std::thread::id began;
    std::thread thread([&] {
        began = std::this_thread::get_id();
        ask(held.link, 5, &seen);
    });
    thread.join(); // the thread is gone before there is an outcome
    QVERIFY(!seen.done);
    held.gate.open();
    TRY_VERIFY(seen.done);
    QCOMPARE(seen.value, 5);
    QVERIFY(seen.threadId != began);
}

void tst_Awaiting::oneCoroutineMayAwaitMany()
{
    const auto link = Answerer::start();
    Seen seen;
    askTwice(link, &seen);
    TRY_VERIFY(seen.done);
    QCOMPARE(seen.value, 3);
    QCOMPARE(seen.thread, QThread::currentThread());
    stopAndWait(link);
}

void tst_Awaiting::aReadyReplyIsNotWaitedFor()
{
    Seen seen;
    awaitFailure(Reply<int>::ready(1), &seen);
    QVERIFY(seen.done);
    QCOMPARE(seen.error, LinkError::NoError);
}

void tst_Awaiting::aFailureIsThrown()
{
    const auto link = Answerer::start();
    Seen closed, thrown, timedOut, canceled;
    awaitFailure(Link<Answerer>().send<Echo>(1), &closed);
    QVERIFY(closed.done);
    QCOMPARE(closed.error, LinkError::Closed);
    awaitFailure(link.send(Throw()), &thrown);
    TRY_VERIFY(thrown.done);
    QCOMPARE(thrown.value, -1);
    {
        Held held;
        awaitFailure(Reply<int>(held.link.send<Echo>(1).timeout(1ms)), &timedOut);
        TRY_VERIFY(timedOut.done);
        QCOMPARE(timedOut.error, LinkError::TimedOut);
    }
    QPromise<int> promise;
    promise.start();
    awaitFailure(Reply<int>::fromFuture(promise.future()), &canceled);
    promise.future().cancel();
    promise.finish();
    TRY_VERIFY(canceled.done);
    QCOMPARE(canceled.error, LinkError::Canceled);
    stopAndWait(link);
}

void tst_Awaiting::aCoroutineDestroyedWhileItWaits()
{
    Held held;
    std::atomic<bool> wentOn{false};
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> frame = token;
    Owned coroutine = askOwned(held.link, std::move(token), &wentOn);
    QVERIFY(!frame.expired());
    coroutine.destroy();
    QVERIFY(frame.expired());
    held.gate.open();
    QCOMPARE(value(held.link.send<Echo>(2)), 2);
    QCoreApplication::processEvents();
    QVERIFY(!wentOn);
}

void tst_Awaiting::aCoroutineDestroyedAfterTheOutcome()
{
    Held held;
    std::atomic<bool> wentOn{false};
    Owned coroutine = askOwned(held.link, {}, &wentOn);
    held.gate.open();
    QCOMPARE(value(held.link.send<Echo>(2)), 2); // so the first one's outcome is there, on its way to this thread
    const bool done = coroutine.isDone();
    coroutine.destroy();
    QCoreApplication::processEvents();
    QCOMPARE(wentOn.load(), done);
}

void tst_Awaiting::manyCoroutinesAtOnce()
{
    const auto link = Answerer::start();
    constexpr int Many = 1000;
    std::vector<Seen> all(Many);
    for (int i = 0; i < Many; ++i)
        ask(link, i, &all[size_t(i)]);
    for (int i = 0; i < Many; ++i) {
        TRY_VERIFY(all[size_t(i)].done);
        QCOMPARE(all[size_t(i)].value, i);
    }
    stopAndWait(link);
}

void tst_Awaiting::aTaskGoesOnOnItsWorker()
{
    const auto other = Answerer::start(Placement::dedicated());
    const auto link = Answerer::start();
    QVERIFY(value(link.wait([other]() -> Task<bool> {
        QThread *const before = QThread::currentThread();
        const int number = co_await other.send<Echo>(4);
        co_return number == 4 && QThread::currentThread() == before;
    })));
    stopAndWait(other);
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsAFuture()
{
    const auto link = Answerer::start();
    QPromise<int> promise;
    promise.start();
    Reply<int> reply = link.exec([future = promise.future()] { return awaitFuture(future); });
    QVERIFY(!reply.isFinished());
    promise.addResult(6);
    promise.finish();
    QCOMPARE(value(std::move(reply)), 6);

    QPromise<void> nothing;
    nothing.start();
    Reply<bool> sameThread = link.exec([future = nothing.future()]() -> Task<bool> {
        QThread *const before = QThread::currentThread();
        co_await future;
        co_return QThread::currentThread() == before;
    });
    nothing.finish();
    QVERIFY(value(std::move(sameThread)));
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsAReadyFuture()
{
    const auto link = Answerer::start();
    QPromise<int> promise;
    promise.start();
    promise.addResult(6);
    promise.finish();
    QCOMPARE(value(link.exec([future = promise.future()] { return awaitFuture(future); })), 6);
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsAFutureThatFails()
{
    const auto link = Answerer::start();
    QPromise<int> promise;
    promise.start();
    Reply<int> reply = link.exec([future = promise.future()] { return awaitFuture(future); });
    promise.setException(std::make_exception_ptr(std::runtime_error("no")));
    promise.finish();
    QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience)));
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, static_cast<void>(reply.result()));
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsAFutureThatIsCanceled()
{
    const auto link = Answerer::start();
    std::optional<QPromise<int>> promise(std::in_place);
    promise->start();
    Reply<int> reply = link.exec([future = promise->future()] { return awaitFuture(future); });
    promise.reset();
    QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsWorkThatWasOffloaded()
{
    const auto link = Answerer::start();
    QVERIFY(value(link.wait([](ServiceContext<Answerer> &context) -> Task<bool> {
        QThread *const here = QThread::currentThread();
        QFuture<QThread *> future = context.offload([] { return QThread::currentThread(); });
        QThread *const there = co_await future;
        co_return there != here &&QThread::currentThread() == here;
    })));
    const QString text = QStringLiteral("not trivially destroyed");
    QVERIFY(value(link.wait([text](ServiceContext<Answerer> &context) -> Task<bool> {
        auto size = context.offload([text] { return text.size(); });
        co_return co_await size == text.size();
    })));
    QCOMPARE(value(link.exec([text](ServiceContext<Answerer> &context) {
                 return context.offload([text](const QString &more) { return text + more; }, text);
             })),
             text + text);
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsAForeignAwaitable()
{
    const auto link = Answerer::start();
    std::thread thread;
    QVERIFY(value(link.wait([&thread]() -> Task<bool> {
        QThread *const here = QThread::currentThread();
        const int three = co_await Elsewhere{&thread};
        co_return three == 3 && QThread::currentThread() == here;
    })));
    thread.join();
    stopAndWait(link);
}

void tst_Awaiting::aTaskAwaitsAnotherTask()
{
    const auto link = Answerer::start();
    QPromise<int> promise;
    promise.start();
    Reply<int> reply =
            link.exec([future = promise.future()]() -> Task<int> { co_return 1 + co_await awaitFuture(future); });
    promise.addResult(6);
    promise.finish();
    QCOMPARE(value(std::move(reply)), 7);
    stopAndWait(link);
}

void tst_Awaiting::aTaskDestroyedWhileItWaits()
{
    const auto link = Answerer::start();
    QPromise<int> promise;
    promise.start();
    Reply<int> reply = link.exec([future = promise.future()](ServiceContext<Answerer> &context) {
        return context.spawn(awaitFuture(future));
    });
    value(link.exec([] {})); // the task waits
    QVERIFY(!reply.isFinished());
    stopAndWait(link);
    QCOMPARE(outcome(std::move(reply)), LinkError::NoResponse);
    TRY_COMPARE(Live::count.load(), 0);
    promise.addResult(1); // nobody is there any more
    promise.finish();
}

// What a worker has noted of a conversation is gone when it looks for the next word: it must not be read.
void tst_Awaiting::aTaskWhosePartnersEnd()
{
    const auto asker = Answerer::start(Placement::dedicated());
    for (int i = 0; i < 200; ++i) {
        const auto partner = Answerer::start(Placement::dedicated());
        Reply<int> sum = asker.exec([partner]() -> Task<int> {
            int sum = 0;
            for (int word = 1; word <= 5; ++word)
                sum += co_await partner.send<Echo>(word);
            co_return sum;
        });
        QCOMPARE(value(std::move(sum)), 15);
        stopAndWait(partner);
        QCOMPARE(value(asker.send(Echo{i})), i);
    }
    stopAndWait(asker);
}

QTEST_GUILESS_MAIN(tst_Awaiting)
#include "tst_awaiting.moc"
