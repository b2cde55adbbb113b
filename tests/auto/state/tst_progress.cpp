// SPDX-License-Identifier: MIT
#include "testsupport.h"

// How far an answer is, and whether it is still wanted.

namespace {

struct Count
{
    using Response = int;
    int to = 0;
};
struct CountByTask
{
    using Response = int;
    int to = 0;
};
struct CountBeside
{
    using Response = int;
    int to = 0;
};
struct UntilCanceled
{
    using Response = bool;
};
struct UntilCanceledBeside
{
    using Response = bool;
};

class Counter : public Service<Counter>
{
public:
    int handle(Count message, ServiceContext<Counter> &ctx)
    {
        for (int i = 1; i <= message.to; ++i)
            ctx.progress(i, message.to);
        return message.to;
    }
    Task<int> handle(CountByTask message, ServiceContext<Counter> &ctx) { return count(message.to, ctx); }
    Reply<int> handle(CountBeside message, ServiceContext<Counter> &ctx) { return ctx.spawn(count(message.to, ctx)); }
    Task<bool> handle(UntilCanceled, ServiceContext<Counter> &ctx) { return untilCanceled(ctx); }
    Reply<bool> handle(UntilCanceledBeside, ServiceContext<Counter> &ctx) { return ctx.spawn(untilCanceled(ctx)); }

    static inline std::atomic<int> sawCancel{0};
    static inline std::atomic<int> begun{0};

private:
    static Task<int> count(int to, ServiceContext<Counter> &ctx)
    {
        for (int i = 1; i <= to; ++i) {
            ctx.progress(i, to);
            co_await ctx.sleep(0ms);
        }
        co_return to;
    }
    static Task<bool> untilCanceled(ServiceContext<Counter> &ctx)
    {
        ++begun;
        while (!ctx.isCanceled())
            co_await ctx.sleep(1ms);
        ++sawCancel;
        co_return true;
    }
};

class Narrow : public Service<Narrow>
{
public:
    int handle(Count message, ServiceContext<Narrow> &ctx)
    {
        ctx.progress(message.to, message.to);
        return message.to;
    }
};

struct Thrown
{
};

// Listens, and is counted as long as the reply keeps it.
auto listener(int *newest = nullptr)
{
    return [newest, live = Live()](int number, int) {
        if (newest)
            *newest = number;
    };
}

// Remembers what a display was told.
class Display : public QObject
{
    Q_OBJECT
public:
    void setMaximum(int newMaximum) { maximum = newMaximum; }
    void setValue(int newValue)
    {
        QVERIFY(newValue >= value);
        value = newValue;
    }
    int maximum = 0;
    int value = 0;

Q_SIGNALS:
    void canceled();
};

} // namespace

class tst_Progress : public InterlinkTest
{
    Q_OBJECT
private:
    template <typename M>
    void arrives()
    {
        const auto link = Counter::start();
        Display display;
        int result = 0;
        int atEnd = 0;
        link.send<M>(200).onProgress(&display).then(&display, [&](int number) {
            result = number;
            atEnd = display.value;
        });
        TRY_COMPARE(result, 200);
        QCOMPARE(atEnd, 200); // the last progress comes before the outcome
        QCOMPARE(display.maximum, 200);
        stopAndWait(link);
    }
    template <typename M, typename Cancel>
    void cancelReaches(Cancel cancel)
    {
        Counter::begun = 0;
        Counter::sawCancel = 0;
        const auto link = Counter::start();
        cancel(link.send<M>());
        TRY_COMPARE(Counter::sawCancel.load(), 1);
        stopAndWait(link);
    }
    // One step is done, and the handler waits until the test lets it go on to its end.
    template <typename End>
    static auto inTwoSteps(const Link<Counter> &link, Gate &first, Gate &second, End end)
    {
        return link.exec([&first, &second, end](ServiceContext<Counter> &ctx) {
            ctx.progress(1, 2);
            first.open();
            second.pass();
            ctx.progress(2, 2);
            return end();
        });
    }
    static void untilBegun() { TRY_COMPARE(Counter::begun.load(), 1); }

private Q_SLOTS:
    void ofAHandler() { arrives<Count>(); }
    void ofATask() { arrives<CountByTask>(); }
    void ofATaskBesideTheMessages() { arrives<CountBeside>(); }
    void throughThen()
    {
        const auto link = Counter::start();
        Display display;
        int result = 0;
        link.send<CountByTask>(50)
                .then(&display, [](int number) { return number * 2; })
                .onProgress(&display)
                .then(&display, [&](int number) { result = number; });
        TRY_COMPARE(result, 100);
        QCOMPARE(display.value, 50);
        stopAndWait(link);
    }
    void twoListeners()
    {
        const auto link = Counter::start();
        Display first;
        Display second;
        int result = 0;
        link.send<CountByTask>(20).onProgress(&first).onProgress(&second).then(this,
                                                                               [&](int number) { result = number; });
        TRY_COMPARE(result, 20);
        QCOMPARE(first.value, 20);
        QCOMPARE(second.value, 20);
        stopAndWait(link);
    }
    void inAFuture()
    {
        const auto link = Counter::start();
        const QFuture<int> future = link.send<Count>(30).future();
        TRY_COMPARE(future.isFinished(), true);
        QCOMPARE(future.result(), 30);
        QCOMPARE(future.progressMaximum(), 30);
        QCOMPARE(future.progressValue(), 30);
        stopAndWait(link);
    }
    void whoListensLateHearsTheLast()
    {
        const auto link = Counter::start();
        auto reply = link.send<Count>(40);
        QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience)));
        Display display;
        int result = 0;
        std::move(reply).onProgress(&display).then(&display, [&result](int number) { result = number; });
        TRY_COMPARE(result, 40);
        QCOMPARE(display.value, 40);
        stopAndWait(link);
    }
    // While the answering side tells of the first progress, mostly.
    void listensRightAfterSending()
    {
        constexpr int Requests = 5000;
        const auto link = Counter::start();
        std::vector<int> newest(Requests);
        int done = 0;
        int told = 0;
        for (int i = 0; i < Requests; ++i) {
            link.send<Count>(3).onProgress(this, listener(&newest[i])).then(this, [&, i](int result) {
                ++done;
                told += newest[i] == result;
            });
        }
        TRY_COMPARE(done, Requests);
        QCOMPARE(told, Requests);
        stopAndWait(link);
    }
    void oneBeforeAndOneAfterTheFirstProgress()
    {
        const auto link = Counter::start();
        Gate first, second;
        int early = 0;
        int late = 0;
        auto reply = inTwoSteps(link, first, second, [] { return true; });
        reply.onProgress(this, listener(&early));
        first.pass();
        reply.onProgress(this, listener(&late));
        TRY_COMPARE(early, 1);
        TRY_COMPARE(late, 1);
        second.open();
        QVERIFY(value(std::move(reply)));
        TRY_COMPARE(early, 2);
        TRY_COMPARE(late, 2);
        stopAndWait(link);
    }
    void aFutureAfterTheFirstProgress()
    {
        const auto link = Counter::start();
        Gate first, second;
        int newest = 0;
        auto reply = inTwoSteps(link, first, second, [] { return true; });
        reply.onProgress(this, listener(&newest)); // and goes on listening
        first.pass();
        const QFuture<bool> future = reply.future();
        QCOMPARE(future.progressValue(), 1);
        TRY_COMPARE(newest, 1);
        second.open();
        TRY_COMPARE(future.isFinished(), true);
        QCOMPARE(future.progressValue(), 2);
        TRY_COMPARE(newest, 2);
        stopAndWait(link);
    }
    void futuresRightAfterSending()
    {
        constexpr int Requests = 5000;
        const auto link = Counter::start();
        std::vector<QFuture<int>> futures;
        for (int i = 0; i < Requests; ++i)
            futures.push_back(link.send<Count>(3));
        int told = 0;
        for (QFuture<int> &future : futures) {
            TRY_COMPARE(future.isFinished(), true);
            told += future.progressValue() == future.result();
        }
        QCOMPARE(told, Requests);
        stopAndWait(link);
    }
    void threeListeners()
    {
        const auto link = Counter::start();
        int newest[3] = {};
        auto reply = link.send<CountByTask>(20);
        for (int &one : newest)
            reply.onProgress(this, listener(&one));
        QCOMPARE(value(std::move(reply)), 20);
        for (const int &one : newest)
            TRY_COMPARE(one, 20);
        stopAndWait(link);
    }
    void theHandlerThrows()
    {
        const auto link = Counter::start();
        const Warnings warnings; // it stops, and says so
        Gate first, second;
        int newest = 0;
        auto reply = inTwoSteps(link, first, second, []() -> int { throw Thrown(); });
        reply.onProgress(this, listener(&newest));
        first.pass();
        reply.timeout(Patience);
        second.open();
        QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience)));
        QVERIFY_THROWS_EXCEPTION(Thrown, reply.result());
        TRY_COMPARE(newest, 2);
        stopAndWait(link);
    }
    void theServiceNeverGetsThere()
    {
        const auto link = Counter::start();
        Gate begun, gate;
        link.doExec([&] {
            begun.open();
            gate.pass();
        });
        begun.pass();
        link.stop();
        auto behindTheStop = link.send<Count>(1);
        int newest = -1;
        behindTheStop.onProgress(this, listener(&newest));
        gate.open();
        QCOMPARE(outcome(std::move(behindTheStop)), LinkError::NoResponse);
        value(link.stopped());
        auto tooLate = link.send<Count>(1);
        tooLate.onProgress(this, listener(&newest));
        QCOMPARE(outcome(std::move(tooLate)), LinkError::Closed);
        QCoreApplication::processEvents();
        QCOMPARE(newest, -1);
    }
    void aTimeoutThatExpires()
    {
        const auto link = Counter::start(Placement::dedicated()); // its handler blocks
        Gate first, second;
        int newest = 0;
        auto reply = inTwoSteps(link, first, second, [] { return true; });
        reply.onProgress(this, listener(&newest));
        first.pass();
        TRY_COMPARE(newest, 1);
        reply.timeout(1ms);
        QCOMPARE(outcome(std::move(reply)), LinkError::TimedOut);
        second.open();
        value(link.exec([] {}));
        QCoreApplication::processEvents();
        QCOMPARE(newest, 1); // nobody is told once there is an outcome
        stopAndWait(link);
    }
    void aTimeoutThatIsCalledOff()
    {
        const auto link = Counter::start();
        int newest = 0;
        auto reply = link.send<CountByTask>(10);
        reply.timeout(Patience).onProgress(this, listener(&newest));
        QCOMPARE(value(std::move(reply)), 10);
        TRY_COMPARE(newest, 10);
        stopAndWait(link);
    }
    void aTimeoutThatIsClose()
    {
        const auto link = Counter::start();
        for (int i = 0; i < 1000; ++i) {
            auto reply = link.send<Count>(3);
            reply.timeout(std::chrono::microseconds(i % 50));
            reply.onProgress(this, listener());
            const LinkError end = outcome(std::move(reply));
            QVERIFY(end == LinkError::NoError || end == LinkError::TimedOut);
        }
        stopAndWait(link);
    }
    void onesThatWaitForRoom()
    {
        const auto link = Narrow::start(StartOptions{.mailboxCapacity = 1});
        Gate begun, gate;
        link.doExec([&] {
            begun.open();
            gate.pass();
        });
        begun.pass();
        QCOMPARE(link.doSend(Count{0}), LinkError::NoError);
        int newest = 0;
        auto refused = link.send<Count>(5);
        refused.onProgress(this, listener(&newest));
        QVERIFY(refused.isFinished()); // whoever asks waits for no room
        QCOMPARE(outcome(std::move(refused)), LinkError::MailboxFull);
        Gate listens;
        std::thread sender([&] {
            auto patient = link.send<Count>(7);
            patient.onProgress(this, listener(&newest));
            listens.open();
            QCOMPARE(value(std::move(patient)), 7);
        });
        listens.pass();
        gate.open();
        sender.join();
        TRY_COMPARE(newest, 7);
        stopAndWait(link);
    }
    void nobodyListens()
    {
        const auto link = Counter::start();
        QCOMPARE(value(link.send(Count{10})), 10);
        QCOMPARE(link.doSend(Count{10}), LinkError::NoError);
        stopAndWait(link);
    }
    void aDisplayThatDied()
    {
        const auto link = Counter::start();
        auto display = std::make_unique<Display>();
        auto reply = link.send<CountByTask>(100);
        reply.onProgress(display.get());
        display.reset();
        QCOMPARE(value(std::move(reply)), 100);
        stopAndWait(link);
        QCoreApplication::processEvents();
    }
    void newestWinsUnderAFlood()
    {
        const auto link = Counter::start();
        int calls = 0;
        int last = 0;
        auto reply = link.send<Count>(100000);
        reply.onProgress(this, [&](int number, int) {
            ++calls;
            last = number;
        });
        QVERIFY(reply.waitForFinished(QDeadlineTimer(Patience))); // this thread takes no turn meanwhile
        QCOMPARE(calls, 0);
        TRY_COMPARE(last, 100000);
        QCOMPARE(calls, 1);
        stopAndWait(link);
    }

    void cancelReachesATask()
    {
        cancelReaches<UntilCanceled>([](Reply<bool> reply) {
            untilBegun();
            reply.cancel();
            QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
        });
    }
    void cancelReachesATaskBesideTheMessages()
    {
        cancelReaches<UntilCanceledBeside>([](Reply<bool> reply) {
            untilBegun();
            reply.cancel();
            QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
        });
    }
    void aTimeoutIsACancel()
    {
        cancelReaches<UntilCanceled>([](Reply<bool> reply) {
            untilBegun();
            reply.timeout(1ms);
            QCOMPARE(outcome(std::move(reply)), LinkError::TimedOut);
        });
    }
    void aCanceledFutureIsACancel()
    {
        cancelReaches<UntilCanceledBeside>([](Reply<bool> reply) {
            untilBegun();
            QFuture<bool> future = reply.future();
            future.cancel();
        });
    }
    void aCanceledDisplayIsACancel()
    {
        cancelReaches<UntilCanceled>([](Reply<bool> reply) {
            untilBegun();
            Display display;
            reply.onProgress(&display);
            Q_EMIT display.canceled();
            QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
        });
    }
    void whatWasMadeOfItIsCanceled()
    {
        cancelReaches<UntilCanceled>([this](Reply<bool> reply) {
            untilBegun();
            Reply<void> chained = reply.then(this, [](bool) {});
            chained.cancel();
            QCOMPARE(outcome(std::move(chained)), LinkError::Canceled);
        });
    }
    void canceledAfterProgress_data()
    {
        QTest::addColumn<bool>("listens");
        QTest::newRow("nobody listens") << false;
        QTest::newRow("somebody listens") << true;
    }
    void canceledAfterProgress()
    {
        QFETCH(const bool, listens);
        const auto link = Counter::start();
        Gate first, second;
        std::atomic<int> sawCancel{-1};
        auto reply = link.exec([&](ServiceContext<Counter> &ctx) {
            ctx.progress(1, 2);
            QVERIFY(!ctx.isCanceled());
            first.open();
            second.pass();
            sawCancel = ctx.isCanceled();
        });
        if (listens)
            reply.onProgress(this, listener());
        first.pass();
        reply.cancel();
        second.open();
        TRY_COMPARE(sawCancel.load(), 1);
        stopAndWait(link);
    }
    void outsideOfAnyMessage()
    {
        const auto link = Counter::start();
        const bool canceled = value(link.exec([](ServiceContext<Counter> &ctx) {
            ctx.progress(1, 2);
            return ctx.isCanceled();
        }));
        QVERIFY(!canceled);
        Gate fired;
        link.doExec([&](ServiceContext<Counter> &ctx) {
            ctx.runLater(0ms, [&](ServiceContext<Counter> &context) {
                context.progress(1, 2);
                if (!context.isCanceled())
                    fired.open();
            });
        });
        fired.pass();
        stopAndWait(link);
    }
};

QTEST_GUILESS_MAIN(tst_Progress)
#include "tst_progress.moc"
