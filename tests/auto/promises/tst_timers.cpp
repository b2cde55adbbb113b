// SPDX-License-Identifier: MIT
// Promise 11: timers are dropped with their service; an interval that was blocked fires once, not in a burst.
#include "testsupport.h"

namespace {

struct Ping
{
    using Response = void;
};
template <Affinity A>
class Timed : public Service<Timed<A>>
{
public:
    static constexpr Affinity affinity = A;
    void handle(Ping) { }
    Live live;
};
using Pinned = Timed<Affinity::Worker>;

} // namespace

class tst_Timers : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aTimerRunsOnce_data() { modes(); }
    void aTimerRunsOnce();
    void timersRunInTheOrderOfTheirTimes();
    void anIntervalRunsUntilItIsCancelled_data() { modes(); }
    void anIntervalRunsUntilItIsCancelled();
    void aCancelledTimerDoesNotRun();
    void cancelledFromElsewhere();
    void aBlockedIntervalMakesUpOnce();
    void timersAreDroppedWithTheirService();
    void timersWaitForATaskInProgress();
    void manyTimers();

private:
    void modes()
    {
        QTest::addColumn<bool>("floating");
        QTest::newRow("pinned") << false;
        QTest::newRow("floating") << true;
    }
    template <typename Run>
    void inMode(Run &&run)
    {
        QFETCH(bool, floating);
        if (floating)
            run(Timed<Affinity::Floating>::start());
        else
            run(Pinned::start());
    }
};

void tst_Timers::aTimerRunsOnce()
{
    inMode([](auto link) {
        Gate rang;
        std::atomic<int> runs{0};
        TimerHandle handle = value(link.exec([&](auto &, auto &context) {
            return context.runLater(1ms, [&] {
                ++runs;
                rang.open();
            });
        }));
        rang.pass();
        QVERIFY(!handle.isActive());
        value(link.send(Ping()));
        QCOMPARE(runs.load(), 1);
        stopAndWait(link);
    });
}

void tst_Timers::timersRunInTheOrderOfTheirTimes()
{
    const auto link = Pinned::start();
    std::vector<int> order;
    Gate done;
    link.doExec([&](ServiceContext<Pinned> &context) {
        for (int i : {5, 1, 4, 2, 3})
            context.runLater(i * 40ms, [&order, i] { order.push_back(i); });
        context.runLater(240ms, [&done] { done.open(); });
    });
    done.pass();
    const std::vector<int> expected{1, 2, 3, 4, 5};
    QVERIFY(order == expected);
    stopAndWait(link);
}

void tst_Timers::anIntervalRunsUntilItIsCancelled()
{
    inMode([](auto link) {
        Gate rang;
        TimerHandle handle = value(
                link.exec([&](auto &, auto &context) { return context.runInterval(100us, [&rang] { rang.open(); }); }));
        for (int i = 0; i < 10; ++i)
            rang.pass();
        QVERIFY(handle.isActive());
        handle.cancel();
        QVERIFY(!handle.isActive());
        stopAndWait(link);
    });
}

void tst_Timers::aCancelledTimerDoesNotRun()
{
    const auto link = Pinned::start();
    std::atomic<int> runs{0};
    Gate later;
    link.doExec([&](ServiceContext<Pinned> &context) {
        TimerHandle never = context.runLater(1ms, [&runs] { ++runs; });
        context.runLater(5ms, [&later] { later.open(); });
        never.cancel();
        never.cancel();
    });
    later.pass();
    QCOMPARE(runs.load(), 0);
    stopAndWait(link);
}

void tst_Timers::cancelledFromElsewhere()
{
    const auto link = Pinned::start();
    const auto live = std::make_shared<int>();
    for (int i = 0; i < 500; ++i) {
        TimerHandle handle = value(
                link.exec([live](ServiceContext<Pinned> &context) { return context.runInterval(10us, [live] {}); }));
        handle.cancel();
    }
    value(link.send(Ping()));
    TRY_COMPARE(live.use_count(), 1); // the actions are gone while the service lives
    stopAndWait(link);
}

void tst_Timers::aBlockedIntervalMakesUpOnce()
{
    using Clock = std::chrono::steady_clock;
    const auto link = Pinned::start(Placement::dedicated());
    std::vector<Clock::time_point> runs; // the service's alone
    Gate enough;
    link.doExec([&](ServiceContext<Pinned> &context) {
        context.runInterval(1ms, [&] {
            runs.push_back(Clock::now());
            enough.open();
        });
    });
    enough.pass();
    // Blocked until many intervals have passed, by the clock that the timers go by.
    const Clock::time_point unblocked = value(link.exec([&] {
        const auto end = Clock::now() + 50ms;
        while (Clock::now() < end)
            std::this_thread::yield();
        runs.clear();
        return Clock::now();
    }));
    for (int i = 0; i < 60; ++i)
        enough.pass();
    // From then on one a millisecond at the most, and the one that makes up.
    const auto early = value(link.exec(
            [&] { return std::count_if(runs.begin(), runs.end(), [&](auto run) { return run < unblocked + 20ms; }); }));
    QVERIFY2(early <= 22, qPrintable(QString::number(early)));
    stopAndWait(link);
}

void tst_Timers::timersAreDroppedWithTheirService()
{
    const auto captured = std::make_shared<int>();
    const auto link = Pinned::start();
    value(link.exec([captured](ServiceContext<Pinned> &context) {
        for (int i = 0; i < 100; ++i)
            context.runLater(1h, [captured] {});
        context.runInterval(10us, [captured] {});
    }));
    QVERIFY(captured.use_count() > 1);
    stopAndWait(link);
    TRY_COMPARE(captured.use_count(), 1);
}

void tst_Timers::timersWaitForATaskInProgress()
{
    const auto link = Pinned::start();
    bool inTask = false, overlapped = false;
    Gate rang;
    value(link.wait([&](Pinned &, ServiceContext<Pinned> &context) -> Task<> {
        context.runLater(0ms, [&] {
            overlapped = inTask;
            rang.open();
        });
        inTask = true;
        co_await context.sleep(5ms);
        inTask = false;
    }));
    rang.pass();
    QVERIFY(!overlapped);
    stopAndWait(link);
}

void tst_Timers::manyTimers()
{
    constexpr int Count = 20000;
    const auto link = Pinned::start();
    int runs = 0; // the service's alone
    Gate done;
    link.doExec([&](ServiceContext<Pinned> &context) {
        for (int i = 0; i < Count; ++i) {
            context.runLater(std::chrono::microseconds((i * 7919) % 20000), [&] {
                if (++runs == Count)
                    done.open();
            });
        }
    });
    done.pass();
    stopAndWait(link);
    QCOMPARE(runs, Count);
}

QTEST_GUILESS_MAIN(tst_Timers)
#include "tst_timers.moc"
