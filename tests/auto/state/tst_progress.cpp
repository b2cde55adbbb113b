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
