// SPDX-License-Identifier: MIT
// What Interlink's service context offers: its link, stop, run_later and run_interval, and the handle that aborts them.
#include "testsupport.h"

namespace {

class Ticker : public Service<Ticker>
{
public:
    int ticks = 0;
    TimerHandle timer;

private:
    Live m_live;
};

int ticksOf(const Link<Ticker> &link)
{
    return value(link.exec([](Ticker &service) { return service.ticks; }));
}

} // namespace

class tst_ContextTimers : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void theContextHandsOutItsLink();
    void theContextStopsItsService();
    void runLaterRunsOnce();
    void runLaterWaits();
    void runIntervalRunsAgainAndAgain();
    void cancelEndsAnInterval();
    void cancelBeforeTheFirstTime();
    void anActionMayCancelItself();
    void droppingTheHandleChangesNothing();
    void timersEndWithTheirService();
};

void tst_ContextTimers::theContextHandsOutItsLink()
{
    const auto link = Ticker::start();
    QVERIFY(value(link.exec([](ServiceContext<Ticker> &context) { return context.link(); })) == link);
    QVERIFY(value(link.exec([&link](ServiceContext<Ticker> &context) { return context.sharedLink() == link; })));
    QVERIFY(value(link.exec([](ServiceContext<Ticker> &context) { return context.weakLink(); })).lock() == link);
    stopAndWait(link);
}

// As in Interlink, what is in the mailbox is handled.
void tst_ContextTimers::theContextStopsItsService()
{
    const auto link = Ticker::start();
    Gate gate;
    link.doExec([&gate](ServiceContext<Ticker> &context) {
        gate.pass();
        context.stop();
    });
    Reply<int> waiting = link.exec([] { return 1; });
    gate.open();
    value(link.stopped());
    QCOMPARE(value(std::move(waiting)), 1);
    QVERIFY(link.isClosed());
}

void tst_ContextTimers::runLaterRunsOnce()
{
    const auto link = Ticker::start();
    const TimerHandle timer = value(link.exec([](ServiceContext<Ticker> &context) {
        return context.runLater(1ms, [](Ticker &service, ServiceContext<Ticker> &) { ++service.ticks; });
    }));
    TRY_COMPARE(ticksOf(link), 1);
    TRY_VERIFY(!timer.isActive());
    stopAndWait(link);
}

void tst_ContextTimers::runLaterWaits()
{
    const auto link = Ticker::start();
    QElapsedTimer clock;
    clock.start();
    std::atomic<qint64> after{-1};
    link.doExec([&](ServiceContext<Ticker> &context) { context.runLater(30ms, [&] { after = clock.elapsed(); }); });
    TRY_VERIFY(after >= 0);
    QVERIFY2(after >= 29, qPrintable(QString::number(after)));
    stopAndWait(link);
}

void tst_ContextTimers::runIntervalRunsAgainAndAgain()
{
    const auto link = Ticker::start();
    link.doExec([](ServiceContext<Ticker> &context) {
        context.runInterval(1ms, [](Ticker &service) { ++service.ticks; });
    });
    TRY_VERIFY(ticksOf(link) >= 5);
    stopAndWait(link);
}

// Interlink returns tokio's join handle, whose abort is cancel here.
void tst_ContextTimers::cancelEndsAnInterval()
{
    const auto link = Ticker::start();
    TimerHandle timer = value(link.exec([](ServiceContext<Ticker> &context) {
        return context.runInterval(1ms, [](Ticker &service) { ++service.ticks; });
    }));
    TRY_VERIFY(ticksOf(link) > 0);
    QVERIFY(timer.isActive());
    // On the service itself it works at once.
    const int ticks = value(link.exec([timer](Ticker &service) mutable {
        timer.cancel();
        return service.ticks;
    }));
    QVERIFY(!timer.isActive());
    // A later timer of the same service would come after one that was still there.
    std::atomic<bool> later{false};
    link.doExec([&later](ServiceContext<Ticker> &context) { context.runLater(10ms, [&later] { later = true; }); });
    TRY_VERIFY(later);
    QCOMPARE(ticksOf(link), ticks);
    stopAndWait(link);
}

void tst_ContextTimers::cancelBeforeTheFirstTime()
{
    const auto link = Ticker::start();
    TimerHandle timer = value(link.exec([](ServiceContext<Ticker> &context) {
        return context.runLater(1h, [live = Live()](Ticker &service) { ++service.ticks; });
    }));
    QVERIFY(timer.isActive());
    timer.cancel();
    QVERIFY(!timer.isActive());
    timer.cancel(); // once more does no harm
    QCOMPARE(ticksOf(link), 0);
    stopAndWait(link);
}

void tst_ContextTimers::anActionMayCancelItself()
{
    const auto link = Ticker::start();
    link.doExec([](Ticker &service, ServiceContext<Ticker> &context) {
        service.timer = context.runInterval(1ms, [](Ticker &ticker) {
            if (++ticker.ticks == 3)
                ticker.timer.cancel();
        });
    });
    TRY_VERIFY(ticksOf(link) >= 3);
    std::atomic<bool> later{false};
    link.doExec([&later](ServiceContext<Ticker> &context) { context.runLater(5ms, [&later] { later = true; }); });
    TRY_VERIFY(later);
    QCOMPARE(ticksOf(link), 3);
    stopAndWait(link);
}

void tst_ContextTimers::droppingTheHandleChangesNothing()
{
    const auto link = Ticker::start();
    value(link.exec([](ServiceContext<Ticker> &context) {
        static_cast<void>(context.runLater(1ms, [](Ticker &service) { ++service.ticks; }));
    }));
    TRY_COMPARE(ticksOf(link), 1);
    stopAndWait(link);
}

// A difference: in Interlink a timer's task lives on and only its message fails.
void tst_ContextTimers::timersEndWithTheirService()
{
    const auto link = Ticker::start();
    const TimerHandle timer = value(
            link.exec([](ServiceContext<Ticker> &context) { return context.runInterval(1h, [live = Live()] {}); }));
    stopAndWait(link);
    TRY_VERIFY(!timer.isActive());
}

QTEST_GUILESS_MAIN(tst_ContextTimers)
#include "tst_contexttimers.moc"
