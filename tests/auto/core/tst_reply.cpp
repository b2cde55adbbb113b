// SPDX-License-Identifier: MIT
// The reply as its sender sees it: continuations, failures, futures, cancelling. tst_awaiting has the coroutines.
#include "testsupport.h"

#include <array>
#include <cstdint>
#include <stdexcept>
#include <thread>

namespace {

struct Echo
{
    using Response = int;
    int value;
};
struct Hold
{
    Gate *gate;
};
struct Throw
{
    using Response = int;
};
struct ThrowInsteadOfATask
{
    using Response = int;
};
struct ThrowInsteadOfAReply
{
    using Response = int;
};
struct alignas(128) Aligned
{
    using Response = bool;
    int value = 0;
};
struct AlignedResponse
{
    alignas(32) int value = 0;
};
struct Large
{
    using Response = AlignedResponse;
    std::array<int, 1000> values = {};
};
struct Later
{
    using Response = int;
    QFuture<int> future;
    Live live = {};
};
struct Box
{
    using Response = std::unique_ptr<int>;
    std::unique_ptr<int> content;
};

class Custom : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

class Answerer : public Service<Answerer>
{
public:
    int handle(Echo message) { return message.value; }
    void handle(Hold message) { message.gate->pass(); }
    int handle(Throw) { throw Custom("thrown"); }
    // Not coroutines: these throw before there is a Task or a Reply.
    Task<int> handle(ThrowInsteadOfATask)
    {
        if (m_fails)
            throw Custom("no task");
        return one();
    }
    Reply<int> handle(ThrowInsteadOfAReply)
    {
        if (m_fails)
            throw Custom("no reply");
        return Reply<int>::ready(1);
    }
    bool handle(const Aligned &message)
    {
        return message.value == 1 && reinterpret_cast<std::uintptr_t>(&message) % alignof(Aligned) == 0;
    }
    AlignedResponse handle(const Large &message) { return {message.values.back()}; }
    QFuture<int> handle(const Later &message) { return message.future; }
    std::unique_ptr<int> handle(Box message) { return std::move(message.content); }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

private:
    static Task<int> one() { co_return 1; }

    bool m_fails = true;
    Live m_live;
};

// A thread with an event loop.
class LoopThread
{
public:
    LoopThread() { m_thread.start(); }
    ~LoopThread()
    {
        m_thread.quit();
        m_thread.wait();
    }
    QThread *get() { return &m_thread; }

    // An object that lives there; it is destroyed when the thread ends.
    QObject *object()
    {
        auto *const object = new QObject;
        object->moveToThread(&m_thread);
        connectToEnd(object);
        return object;
    }
    void connectToEnd(QObject *object)
    {
        QObject::connect(&m_thread, &QThread::finished, object, &QObject::deleteLater);
    }

private:
    QThread m_thread;
};

// A service whose handler is held up until the test says so.
struct Held
{
    Held() : link(Answerer::start(Placement::dedicated())) { link.doSend(Hold{&gate}); }
    ~Held()
    {
        gate.open(); // once more does no harm
        stopAndWait(link);
    }
    Gate gate;
    Link<Answerer> link;
};

// As outcome(), for replies that need the event loop of this thread.
template <typename R>
LinkError eventualOutcome(Reply<R> reply)
{
    const QDeadlineTimer deadline(Patience);
    while (!reply.isFinished() && !deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::AllEvents, 10);
    return outcome(std::move(reply));
}

} // namespace

class tst_Reply : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void ready();
    void readyWithNothing();
    void failed();
    void fromAFuture();
    void fromAFutureThatFails();
    void fromAFutureThatIsCanceled();
    void fromAFutureThatFinishesMeanwhile();
    void anInvalidReply();
    void anOutcomeIsTakenOnce();
    void waitingUntilADeadline();
    void aHandlerThatThrowsBeforeItReturnsItsTask() { throws<ThrowInsteadOfATask>("no task"); }
    void aHandlerThatThrowsBeforeItReturnsItsReply() { throws<ThrowInsteadOfAReply>("no reply"); }

    void thenRunsInTheContextsThread();
    void thenOnAReadyReplyRunsLater();
    void thenGivesAReplyToItsResult();
    void thenOfNothing();
    void anExceptionInThenIsTheNextOnesFailure();
    void aFailureSkipsThen();
    void thenInAnotherThread();
    void thenFollowsAContextThatMoves();
    void thenFollowsAContextThatMovesAfterTheOutcome();
    void aContextThatDiesFirst();
    void aContextThatDiesAfterTheOutcome();
    void aContextThatDiesWithItsThread();

    void onFailedTakesALinkError();
    void onFailedTakesAnExceptionPointer();
    void onFailedTakesAnExceptionType();
    void onFailedLetsOtherExceptionsPass();
    void onFailedLetsAValuePass();
    void onFailedOfNothing();
    void onFailedInAnotherThread();

    void itIsAFuture();
    void itBecomesAFutureByItself();
    void aFutureOfNothing();
    void aFailureIsAnExceptionInTheFuture();
    void aFutureHasThen();
    void aFutureInAContainer();

    void moveOnlyValues();
    void moveOnlyClosures();
    void messagesOfAnySizeAndAlignment();
    void theMessageGoesBeforeTheReply();

    void cancelEndsItAtOnce();
    void cancelAfterTheOutcomeChangesNothing();
    void cancelOfAContinuation();
    void timeoutIsChained();
    void timeoutThenFailure();
    void timeoutIsSetAnew();
    void theLongestTimeout();
    void theLongestDelays();

private:
    template <typename Message>
    void throws(const char *text)
    {
        Reply<int> reply = m_link.send(Message());
        QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience)));
        try {
            static_cast<void>(reply.result());
            QFAIL("nothing was thrown");
        } catch (const Custom &e) {
            QCOMPARE(e.what(), text);
        } catch (const LinkException &e) {
            QFAIL(toString(e.error()));
        }
        QCOMPARE(value(m_link.send(Echo{1})), 1);
    }

    Link<Answerer> m_link;
};

void tst_Reply::init()
{
    InterlinkTest::init();
    m_link = Answerer::start();
}

void tst_Reply::cleanup()
{
    stopAndWait(m_link);
    m_link = {};
    InterlinkTest::cleanup();
}

// ---- without a service ----

void tst_Reply::ready()
{
    auto reply = Reply<QString>::ready(QStringLiteral("here"));
    QVERIFY(reply.isValid());
    QVERIFY(reply.isFinished());
    QCOMPARE(reply.result(), QStringLiteral("here"));
    QCOMPARE(value(Reply<QByteArray>::ready(3, 'x')), QByteArray("xxx"));
    QCOMPARE(value(Reply<int>::ready()), 0);
}

void tst_Reply::readyWithNothing()
{
    auto reply = Reply<void>::ready();
    QVERIFY(reply.isFinished());
    reply.result();
    QVERIFY(!reply.isValid());
}

void tst_Reply::failed()
{
    auto reply = Reply<int>::failed(LinkError::MailboxFull);
    QVERIFY(reply.isFinished());
    try {
        static_cast<void>(reply.result());
        QFAIL("nothing was thrown");
    } catch (const LinkException &e) {
        QCOMPARE(e.error(), LinkError::MailboxFull);
        QCOMPARE(linkError(std::current_exception()), LinkError::MailboxFull);
    }
    QCOMPARE(outcome(Reply<void>::failed(LinkError::Closed)), LinkError::Closed);
}

void tst_Reply::fromAFuture()
{
    QPromise<int> promise;
    promise.start();
    auto reply = Reply<int>::fromFuture(promise.future());
    QVERIFY(!reply.isFinished());
    promise.addResult(5);
    promise.finish();
    QCOMPARE(value(std::move(reply)), 5);

    QPromise<void> nothing;
    nothing.start();
    auto empty = Reply<void>::fromFuture(nothing.future());
    nothing.finish();
    QCOMPARE(outcome(std::move(empty)), LinkError::NoError);
}

void tst_Reply::fromAFutureThatFails()
{
    QPromise<int> promise;
    promise.start();
    auto reply = Reply<int>::fromFuture(promise.future());
    promise.setException(std::make_exception_ptr(Custom("no")));
    promise.finish();
    QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience)));
    QVERIFY_THROWS_EXCEPTION(Custom, static_cast<void>(reply.result()));
}

// Asking such a future for its result would crash.
void tst_Reply::fromAFutureThatIsCanceled()
{
    std::optional<QPromise<int>> promise(std::in_place);
    promise->start();
    auto dropped = Reply<int>::fromFuture(promise->future());
    promise.reset();
    QCOMPARE(outcome(std::move(dropped)), LinkError::Canceled);

    QPromise<void> another;
    another.start();
    another.future().cancel();
    auto canceled = Reply<void>::fromFuture(another.future());
    another.finish();
    QCOMPARE(outcome(std::move(canceled)), LinkError::Canceled);
}

// With Qt up to 6.8 at least, a continuation of Qt's that is attached then may run twice, which crashes within some
// thousand times.
void tst_Reply::fromAFutureThatFinishesMeanwhile()
{
    constexpr int Times = 50'000;
    std::atomic<QPromise<int> *> next{nullptr};
    std::thread other([&next] {
        for (int i = 0; i < Times; ++i) {
            QPromise<int> *taken = nullptr;
            while (!(taken = next.exchange(nullptr, std::memory_order_acquire)))
                std::this_thread::yield();
            const std::unique_ptr<QPromise<int>> promise(taken);
            for (std::atomic<int> left{i % 40}; left > 0; --left) { } // at this or that point of what goes on there
            if (i % 100 == 1)
                promise->setException(std::make_exception_ptr(std::runtime_error("no")));
            else if (i % 100 == 2)
                promise->future().cancel();
            else
                promise->addResult(i);
            promise->finish();
        }
    });
    int values = 0, exceptions = 0, canceled = 0;
    for (int i = 0; i < Times; ++i) {
        auto promise = std::make_unique<QPromise<int>>();
        promise->start();
        const QFuture<int> future = promise->future();
        next.store(promise.release(), std::memory_order_release);
        auto reply = Reply<int>::fromFuture(future);
        try {
            values += reply.result() == i;
        } catch (const LinkException &e) {
            canceled += e.error() == LinkError::Canceled;
        } catch (const std::runtime_error &) {
            ++exceptions;
        }
    }
    other.join();
    QCOMPARE(values, Times / 100 * 98);
    QCOMPARE(exceptions, Times / 100);
    QCOMPARE(canceled, Times / 100);
}

void tst_Reply::anInvalidReply()
{
    Reply<int> reply;
    QVERIFY(!reply.isValid());
    QVERIFY(!reply.isFinished());
    reply.cancel();
    reply.timeout(1ms);
    QVERIFY_THROWS_EXCEPTION(LinkException, static_cast<void>(reply.result()));
    QVERIFY_THROWS_EXCEPTION(LinkException, Reply<int>().future().waitForFinished());
}

void tst_Reply::anOutcomeIsTakenOnce()
{
    Reply<int> reply = m_link.send(Echo{1});
    QCOMPARE(reply.result(), 1);
    QVERIFY(!reply.isValid());
    reply = m_link.send(Echo{2});
    Reply<int> moved = std::move(reply);
    QVERIFY(!reply.isValid());
    QCOMPARE(moved.result(), 2);
}

void tst_Reply::waitingUntilADeadline()
{
    Held held;
    Reply<int> reply = held.link.send(Echo{1});
    QVERIFY(!reply.waitForFinished(QDeadlineTimer(1)));
    QVERIFY(!reply.isFinished());
    held.gate.open();
    QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience)));
    QVERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 1);
}

// ---- then ----

void tst_Reply::thenRunsInTheContextsThread()
{
    QThread *thread = nullptr;
    int got = 0;
    m_link.send(Echo{7}).then(this, [&](int value) {
        thread = QThread::currentThread();
        got = value;
    });
    TRY_COMPARE(got, 7);
    QCOMPARE(thread, QThread::currentThread());
}

// The function never runs inside of then(): what follows it may count on that.
void tst_Reply::thenOnAReadyReplyRunsLater()
{
    bool ran = false;
    Reply<int>::ready(1).then(this, [&](int) { ran = true; });
    QVERIFY(!ran);
    TRY_VERIFY(ran);
}

void tst_Reply::thenGivesAReplyToItsResult()
{
    QString text;
    m_link.send(Echo{7})
            .then(this, [](int value) { return value * 6; })
            .then(this, [](int value) { return QString::number(value); })
            .then(this, [&](QString result) { text = result; });
    TRY_COMPARE(text, QStringLiteral("42"));
}

void tst_Reply::thenOfNothing()
{
    int got = 0;
    m_link.exec([] {}).then(this, [] { return 3; }).then(this, [&](int value) { got = value; });
    TRY_COMPARE(got, 3);
}

void tst_Reply::anExceptionInThenIsTheNextOnesFailure()
{
    QString text;
    m_link.send(Echo{7}).then(this, [](int) -> int { throw Custom("in then"); }).onFailed(this, [&](const Custom &e) {
        text = QString::fromLatin1(e.what());
        return 0;
    });
    TRY_COMPARE(text, QStringLiteral("in then"));
}

void tst_Reply::aFailureSkipsThen()
{
    bool ran = false;
    auto reply = Reply<int>::failed(LinkError::NoResponse).then(this, [&](int) { ran = true; });
    QCOMPARE(eventualOutcome(std::move(reply)), LinkError::NoResponse);
    QVERIFY(!ran);
}

void tst_Reply::thenInAnotherThread()
{
    LoopThread thread;
    QObject *const context = thread.object();
    for (bool late : {false, true}) {
        Reply<int> reply = m_link.send(Echo{7});
        if (late)
            QVERIFY(reply.waitForFinished());
        auto ran = reply.then(context, [](int value) { return std::pair(value, QThread::currentThread()); });
        QCOMPARE(value(std::move(ran)), std::pair(7, thread.get()));
    }
}

void tst_Reply::thenFollowsAContextThatMoves()
{
    LoopThread thread;
    auto *const context = new QObject;
    Held held;
    auto ran = held.link.send(Echo{1}).then(context, [](int) { return QThread::currentThread(); });
    context->moveToThread(thread.get());
    thread.connectToEnd(context);
    held.gate.open();
    QCOMPARE(eventualOutcome(ran.then(this, [&](QThread *in) { QCOMPARE(in, thread.get()); })), LinkError::NoError);
}

void tst_Reply::thenFollowsAContextThatMovesAfterTheOutcome()
{
    LoopThread thread;
    auto *const context = new QObject;
    Reply<int> reply = m_link.send(Echo{1});
    QVERIFY(reply.waitForFinished());
    auto ran = reply.then(context, [](int) { return QThread::currentThread(); });
    context->moveToThread(thread.get()); // the outcome is on its way to this thread
    thread.connectToEnd(context);
    QCOMPARE(eventualOutcome(ran.then(this, [&](QThread *in) { QCOMPARE(in, thread.get()); })), LinkError::NoError);
}

void tst_Reply::aContextThatDiesFirst()
{
    Held held;
    bool ran = false;
    auto context = std::make_unique<QObject>();
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> closure = token;
    auto reply = held.link.send(Echo{1}).then(context.get(), [&ran, token = std::move(token)](int) { ran = true; });
    QVERIFY(!closure.expired());
    context.reset();
    held.gate.open();
    QCOMPARE(eventualOutcome(std::move(reply)), LinkError::Canceled);
    TRY_VERIFY(closure.expired());
    QVERIFY(!ran);
}

void tst_Reply::aContextThatDiesAfterTheOutcome()
{
    bool ran = false;
    auto context = std::make_unique<QObject>();
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> closure = token;
    Reply<int> reply = m_link.send(Echo{1});
    QVERIFY(reply.waitForFinished());
    auto next = reply.then(context.get(), [&ran, token = std::move(token)](int) { ran = true; });
    context.reset();
    QCOMPARE(eventualOutcome(std::move(next)), LinkError::Canceled);
    TRY_VERIFY(closure.expired());
    QVERIFY(!ran);
}

void tst_Reply::aContextThatDiesWithItsThread()
{
    Held held;
    std::atomic<bool> ran{false};
    auto token = std::make_shared<int>();
    const std::weak_ptr<int> closure = token;
    Reply<void> reply;
    {
        LoopThread thread;
        reply = held.link.send(Echo{1}).then(thread.object(), [&ran, token = std::move(token)](int) { ran = true; });
    }
    held.gate.open();
    QCOMPARE(eventualOutcome(std::move(reply)), LinkError::Canceled);
    TRY_VERIFY(closure.expired());
    QVERIFY(!ran);
}

// ---- onFailed ----

void tst_Reply::onFailedTakesALinkError()
{
    std::optional<LinkError> error;
    auto reply = Reply<int>::failed(LinkError::Closed).onFailed(this, [&](LinkError e) {
        error = e;
        return 9;
    });
    TRY_VERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 9);
    QCOMPARE(*error, LinkError::Closed);

    // An exception of the handler's own is no LinkError.
    reply = m_link.send(Throw()).onFailed(this, [&](LinkError e) {
        error = e;
        return 10;
    });
    TRY_VERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 10);
    QCOMPARE(*error, LinkError::NoError);
}

void tst_Reply::onFailedTakesAnExceptionPointer()
{
    std::exception_ptr exception;
    auto reply = m_link.send(Throw()).onFailed(this, [&](std::exception_ptr e) {
        exception = e;
        return 9;
    });
    TRY_VERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 9);
    QVERIFY_THROWS_EXCEPTION(Custom, std::rethrow_exception(exception));
}

void tst_Reply::onFailedTakesAnExceptionType()
{
    QString text;
    auto reply = m_link.send(Throw()).onFailed(this, [&](const std::runtime_error &e) {
        text = QString::fromLatin1(e.what());
        return 9;
    });
    TRY_VERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 9);
    QCOMPARE(text, QStringLiteral("thrown"));

    reply = m_link.send(Throw()).onFailed(this, [calls = 0](const Custom &) mutable { return ++calls; });
    TRY_VERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 1);
}

void tst_Reply::onFailedLetsOtherExceptionsPass()
{
    bool wrong = false;
    int right = 0;
    m_link.send(Throw())
            .onFailed(this,
                      [&](const std::bad_alloc &) {
                          wrong = true;
                          return 0;
                      })
            .onFailed(this, [&](const Custom &) { return 5; })
            .then(this, [&](int value) { right = value; });
    TRY_COMPARE(right, 5);
    QVERIFY(!wrong);
}

void tst_Reply::onFailedLetsAValuePass()
{
    bool wrong = false;
    int right = 0;
    m_link.send(Echo{5})
            .onFailed(this,
                      [&](LinkError) {
                          wrong = true;
                          return 0;
                      })
            .then(this, [&](int value) { right = value; });
    TRY_COMPARE(right, 5);
    QVERIFY(!wrong);
}

void tst_Reply::onFailedOfNothing()
{
    std::optional<LinkError> error;
    auto reply = Reply<void>::failed(LinkError::TimedOut).onFailed(this, [&](LinkError e) { error = e; });
    QCOMPARE(eventualOutcome(std::move(reply)), LinkError::NoError);
    QCOMPARE(*error, LinkError::TimedOut);
}

void tst_Reply::onFailedInAnotherThread()
{
    LoopThread thread;
    std::atomic<QThread *> ran{nullptr};
    auto reply = m_link.send(Throw()).onFailed(thread.object(), [&](std::exception_ptr) {
        ran = QThread::currentThread();
        return 1;
    });
    QCOMPARE(value(std::move(reply)), 1);
    QCOMPARE(ran.load(), thread.get());
}

// ---- as a future ----

void tst_Reply::itIsAFuture()
{
    Held held;
    Reply<int> reply = held.link.send(Echo{4});
    QFuture<int> future = reply.future();
    QVERIFY(!reply.isValid());
    QVERIFY(future.isStarted() && !future.isFinished());
    held.gate.open();
    QCOMPARE(future.result(), 4);
    QVERIFY(!future.isCanceled());
}

void tst_Reply::itBecomesAFutureByItself()
{
    const auto ask = [this]() -> QFuture<int> { return m_link.send(Echo{4}); };
    QCOMPARE(ask().result(), 4);
    QFuture<int> future = m_link.send(Echo{5});
    QCOMPARE(future.result(), 5);
}

void tst_Reply::aFutureOfNothing()
{
    QFuture<void> future = m_link.exec([] {});
    future.waitForFinished();
    QVERIFY(future.isFinished() && !future.isCanceled());
    QFuture<void> failed = Reply<void>::failed(LinkError::Closed);
    QVERIFY_THROWS_EXCEPTION(LinkException, failed.waitForFinished());
}

void tst_Reply::aFailureIsAnExceptionInTheFuture()
{
    QFuture<int> future = Reply<int>::failed(LinkError::NoResponse);
    try {
        static_cast<void>(future.result());
        QFAIL("nothing was thrown");
    } catch (const LinkException &e) {
        QCOMPARE(e.error(), LinkError::NoResponse);
    }
    QFuture<int> thrown = m_link.send(Throw());
    QVERIFY_THROWS_EXCEPTION(Custom, static_cast<void>(thrown.result()));
}

void tst_Reply::aFutureHasThen()
{
    QFuture<int> future = m_link.send(Echo{4});
    QFuture<QString> text = future.then([](int value) { return QString::number(value); });
    QCOMPARE(text.result(), QStringLiteral("4"));

    LinkError error = LinkError::NoError;
    QFuture<int> failed = Reply<int>::failed(LinkError::Canceled);
    QFuture<int> mended = failed.then([](int value) { return value; }).onFailed([&](const LinkException &e) {
        error = e.error();
        return 8;
    });
    QCOMPARE(mended.result(), 8);
    QCOMPARE(error, LinkError::Canceled);
}

void tst_Reply::aFutureInAContainer()
{
    QList<QFuture<int>> futures;
    for (int i = 0; i < 20; ++i)
        futures << m_link.send(Echo{i});
    int sum = 0;
    for (const QFuture<int> &future : std::as_const(futures))
        sum += future.result();
    QCOMPARE(sum, 190);
}

// ---- what can't be copied ----

void tst_Reply::moveOnlyValues()
{
    auto content = value(m_link.send(Box{std::make_unique<int>(3)}));
    QCOMPARE(*content, 3);
    QFuture<std::unique_ptr<int>> future = m_link.send(Box{std::make_unique<int>(4)});
    QCOMPARE(*future.takeResult(), 4);
    int got = 0;
    m_link.send(Box{std::make_unique<int>(5)})
            .then(this, [](std::unique_ptr<int> content) { return content; })
            .onFailed(this, [](LinkError) { return std::unique_ptr<int>(); })
            .then(this, [&](std::unique_ptr<int> content) { got = *content; });
    TRY_COMPARE(got, 5);
    QCOMPARE(*Reply<std::unique_ptr<int>>::ready(std::make_unique<int>(6)).result(), 6);
}

// ---- a message lies in its reply's block ----

void tst_Reply::messagesOfAnySizeAndAlignment()
{
    QVERIFY(value(m_link.send<Aligned>(1)));
    QVERIFY(value(m_link.messageLink<Aligned>().send(Aligned{1})));
    Large large;
    large.values.back() = 7;
    const AlignedResponse response = value(m_link.send(large));
    QCOMPARE(response.value, 7);
    QCOMPARE(reinterpret_cast<std::uintptr_t>(&response) % alignof(AlignedResponse), std::uintptr_t(0));
    const QFuture<AlignedResponse> future = m_link.send(large);
    TRY_COMPARE(future.isFinished(), true);
    QCOMPARE(future.result().value, 7);
}

void tst_Reply::theMessageGoesBeforeTheReply()
{
    value(m_link.exec([] {})); // the service is there
    const int before = Live::count;
    QPromise<int> promise;
    promise.start();
    Reply<int> reply = m_link.send(Later{promise.future()});
    value(m_link.exec([] {})); // is handled after it
    QCOMPARE(Live::count, before);
    promise.addResult(3);
    promise.finish();
    QCOMPARE(value(std::move(reply)), 3);
}

void tst_Reply::moveOnlyClosures()
{
    int got = 0;
    m_link.exec([number = std::make_unique<int>(5)] {
              return *number;
          }).then(this, [&got, more = std::make_unique<int>(2)](int value) { got = value + *more; });
    TRY_COMPARE(got, 7);
}

// ---- cancel and timeout ----

void tst_Reply::cancelEndsItAtOnce()
{
    Held held;
    std::atomic<bool> ran{false};
    Reply<void> reply = held.link.exec([&ran, live = Live()] { ran = true; });
    reply.cancel();
    QVERIFY(reply.isFinished());
    QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
    held.gate.open();
    value(held.link.exec([] {}));
    QVERIFY(!ran);
}

void tst_Reply::cancelAfterTheOutcomeChangesNothing()
{
    Reply<int> reply = m_link.send(Echo{1});
    QVERIFY(reply.waitForFinished());
    reply.cancel();
    QCOMPARE(reply.result(), 1);
}

void tst_Reply::cancelOfAContinuation()
{
    Held held;
    auto reply = held.link.send(Echo{1}).then(this, [](int value) { return value; });
    reply.cancel();
    QVERIFY(reply.isFinished());
    held.gate.open();
    QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
}

void tst_Reply::timeoutIsChained()
{
    Held held;
    Reply<int> reply = held.link.send(Echo{1}).timeout(1ms);
    QCOMPARE(outcome(std::move(reply)), LinkError::TimedOut);
    Reply<int> another = held.link.send(Echo{1});
    QCOMPARE(&another.timeout(1ms), &another);
    QCOMPARE(outcome(std::move(another)), LinkError::TimedOut);
    QFuture<int> future = held.link.send(Echo{1}).timeout(1ms).future();
    QVERIFY_THROWS_EXCEPTION(LinkException, future.waitForFinished());
    Reply<int> canceled = held.link.send(Echo{1}).timeout(1h);
    canceled.cancel();
    QCOMPARE(outcome(std::move(canceled)), LinkError::Canceled);
    held.gate.open();
}

void tst_Reply::timeoutThenFailure()
{
    Held held;
    std::optional<LinkError> error;
    held.link.send(Echo{1}).timeout(1ms).then(this, [](int) {}).onFailed(this, [&](LinkError e) { error = e; });
    TRY_VERIFY(error.has_value());
    QCOMPARE(*error, LinkError::TimedOut);
    held.gate.open();
}

// While the outcome, which stops the timer, is on its way.
void tst_Reply::timeoutIsSetAnew()
{
    for (int i = 0; i < 20000; ++i) {
        Reply<int> reply = m_link.send(Echo{i});
        reply.timeout(1h);
        reply.timeout(2h);
        if (i % 3 == 0)
            reply.timeout(3h);
        QCOMPARE(value(std::move(reply)), i);
    }
}

// More than what fits into nanoseconds is for ever, not for no time.
void tst_Reply::theLongestTimeout()
{
    Held held;
    std::vector<Reply<int>> replies;
    const auto ask = [&] { return held.link.send(Echo{1}); };
    replies.push_back(ask().timeout(std::chrono::nanoseconds::max()));
    replies.push_back(ask().timeout(std::chrono::milliseconds::max()));
    replies.push_back(ask().timeout(std::chrono::hours::max()));
    replies.push_back(ask().timeout(std::chrono::duration<double>::max()));
    Reply<int> another = ask();
    another.timeout(std::chrono::milliseconds::max());
    replies.push_back(std::move(another));
    QCOMPARE(outcome(Reply<int>(ask()).timeout(1ms)), LinkError::TimedOut); // the others had their chance
    QCOMPARE(outcome(Reply<int>(ask()).timeout(std::chrono::hours::min())), LinkError::TimedOut);
    held.gate.open();
    for (Reply<int> &reply : replies)
        QCOMPARE(value(std::move(reply)), 1);
}

void tst_Reply::theLongestDelays()
{
    std::atomic<int> early{0};
    Gate later;
    m_link.doExec([&](ServiceContext<Answerer> &context) {
        context.runLater(std::chrono::hours::max(), [&early] { ++early; });
        context.runInterval(std::chrono::hours::max(), [&early] { ++early; });
        context.runLater(std::chrono::milliseconds::max(), [&early] { ++early; });
        static_cast<void>(context.spawn([&early](ServiceContext<Answerer> &context) -> Task<> {
            co_await context.sleep(std::chrono::hours::max());
            ++early;
        }));
        context.runLater(1ms, [&later] { later.open(); });
    });
    later.pass();
    value(m_link.exec([] {}));
    QCOMPARE(early.load(), 0);
}

QTEST_GUILESS_MAIN(tst_Reply)
#include "tst_reply.moc"
