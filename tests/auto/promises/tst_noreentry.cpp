// SPDX-License-Identifier: MIT
// Promise 9: a nested event loop inside a handler lets the worker's other services run, not this one.
#include "testsupport.h"

namespace {

struct Nest
{
    using Response = int;
    Reply<void> *until;
};
struct Ping
{
    using Response = int;
};

class Nesting : public Service<Nesting>
{
public:
    int handle(Nest message)
    {
        m_nested = true;
        const int before = m_pings;
        QEventLoop loop;
        message.until->then(&loop, [&loop] { loop.quit(); });
        loop.exec();
        m_nested = false;
        return m_pings - before;
    }
    int handle(Ping)
    {
        if (m_nested)
            qFatal("re-entered");
        return ++m_pings;
    }

private:
    bool m_nested = false;
    int m_pings = 0;
    Live m_live;
};

class Drifter : public Service<Drifter>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
    int handle(Ping) { return ++m_pings; }

private:
    int m_pings = 0;
    Live m_live;
};

} // namespace

class tst_NoReentry : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void othersRunWhileOneIsNested();
    void onAThreadThatIsNotOurs();
    void processEventsInAHandlerServesTheOthers();
    void whoHasLeftItsLoopIsNotAskedToHelp();
    void whoLeavesItsLoopPassesOnWhatItWasAskedFor();
    void timersThatASlotOfTheLoopSets();
    void messagesThatASlotOfTheLoopSends();
};

// The loop has come to rest when its slots run.
void tst_NoReentry::timersThatASlotOfTheLoopSets()
{
    const auto nesting = Nesting::start();
    const auto neighbour = Nesting::start(Placement::nearTo(nesting));
    const auto silent = Nesting::start(Placement::dedicated());
    Gate gate;
    silent.doExec([&gate] { gate.pass(); });
    const LinkError error = value(nesting.exec([&silent] {
        LinkError error = LinkError::NoError;
        QEventLoop loop;
        QTimer::singleShot(20, &loop, [&] {
            silent.exec([] { return 1; }).timeout(1ms).onFailed(&loop, [&](LinkError e) {
                error = e;
                loop.quit();
                return 0;
            });
        });
        loop.exec();
        return error;
    }));
    QCOMPARE(error, LinkError::TimedOut);
    const bool fired = value(nesting.exec([&neighbour] {
        bool fired = false;
        QEventLoop loop;
        QTimer::singleShot(20, &loop, [&] {
            neighbour.doExec([&](ServiceContext<Nesting> &context) {
                context.runLater(1ms, [&] {
                    fired = true;
                    loop.quit();
                });
            });
        });
        loop.exec();
        return fired;
    }));
    QVERIFY(fired);
    gate.open();
    stopAndWait(nesting);
    stopAndWait(neighbour);
    stopAndWait(silent);
}

void tst_NoReentry::messagesThatASlotOfTheLoopSends()
{
    const auto nesting = Nesting::start();
    const auto neighbour = Nesting::start(Placement::nearTo(nesting));
    std::atomic<QObject *> target{nullptr};
    Reply<int> reply = nesting.exec([&] {
        int handled = 0;
        QEventLoop loop;
        target = &loop;
        loop.exec();
        handled = loop.property("handled").toInt();
        return handled;
    });
    while (!target)
        std::this_thread::yield();
    QObject *const loop = target;
    QMetaObject::invokeMethod(
            loop,
            [loop, &neighbour] {
                neighbour.doExec([loop] {
                    loop->setProperty("handled", 1);
                    static_cast<QEventLoop *>(loop)->quit();
                });
            },
            Qt::QueuedConnection);
    QCOMPARE(value(std::move(reply)), 1);
    stopAndWait(nesting);
    stopAndWait(neighbour);
}

void tst_NoReentry::othersRunWhileOneIsNested()
{
    const auto nesting = Nesting::start();
    const auto neighbour = Nesting::start(Placement::nearTo(nesting));
    for (int round = 0; round < 20; ++round) {
        // The loop ends when the neighbour, on the same worker, has answered.
        Reply<void> neighbourDone;
        Gate set;
        nesting.doExec([&] { set.pass(); }); // the worker is busy until everything is posted
        Reply<int> nested = nesting.send<Nest>(&neighbourDone);
        std::vector<Reply<int>> pings;
        for (int i = 0; i < 10; ++i)
            pings.push_back(nesting.send(Ping()));
        neighbourDone = neighbour.exec([] {});
        set.open();
        QCOMPARE(value(std::move(nested)), 0);
        for (Reply<int> &ping : pings)
            value(std::move(ping));
    }
    stopAndWait(nesting);
    stopAndWait(neighbour);
}

void tst_NoReentry::onAThreadThatIsNotOurs()
{
    const auto nesting = Nesting::start(Placement::onThread(thread()));
    const auto neighbour = Nesting::start(Placement::onThread(thread()));
    Reply<void> neighbourDone;
    Reply<int> nested = nesting.send<Nest>(&neighbourDone);
    Reply<int> ping = nesting.send(Ping());
    neighbourDone = neighbour.exec([] {});
    TRY_VERIFY(nested.isFinished() && ping.isFinished());
    QCOMPARE(nested.result(), 0);
    nesting.stop();
    neighbour.stop();
    Reply<void> stopped = nesting.stopped();
    TRY_VERIFY(stopped.isFinished());
}

void tst_NoReentry::processEventsInAHandlerServesTheOthers()
{
    const auto nesting = Nesting::start();
    const auto neighbour = Nesting::start(Placement::nearTo(nesting));
    Gate begun, posted;
    Reply<int> handled = nesting.exec([&] {
        begun.open();
        posted.pass();
        int rounds = 0;
        while (!neighbour.isClosed()) {
            QCoreApplication::processEvents();
            ++rounds;
        }
        return rounds;
    });
    begun.pass(); // else the neighbour may be faster
    neighbour.stop();
    posted.open();
    QVERIFY(value(std::move(handled)) > 0);
    stopAndWait(nesting);
}

// A worker that waits in a loop inside a handler can help with floating services, one whose handler goes on can't.
void tst_NoReentry::whoHasLeftItsLoopIsNotAskedToHelp()
{
    for (int round = 0; round < 10; ++round) {
        WorkerPool pool;
        pool.setMaxWorkerCount(2);
        const auto nesting = Nesting::start(StartOptions{.pool = &pool});
        const auto drifter = Drifter::start(StartOptions{.pool = &pool});
        const auto other = Nesting::start(StartOptions{.pool = &pool});
        value(other.send(Ping()));
        if (round % 2)
            value(drifter.send(Ping()));
        Gate left, gate;
        Reply<void> handled = nesting.exec([&] {
            QEventLoop loop;
            QTimer::singleShot(2ms, &loop, &QEventLoop::quit);
            loop.exec();
            left.open();
            gate.pass();
        });
        left.pass();
        for (int i = 0; i < 5; ++i)
            value(drifter.send(Ping()));
        gate.open();
        value(std::move(handled));
        stopAndWait(drifter);
        stopAndWait(nesting);
        stopAndWait(other);
    }
}

void tst_NoReentry::whoLeavesItsLoopPassesOnWhatItWasAskedFor()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(2);
    const auto nesting = Nesting::start(StartOptions{.pool = &pool});
    const auto neighbour = Nesting::start(StartOptions{.placement = Placement::nearTo(nesting), .pool = &pool});
    const auto other = Nesting::start(StartOptions{.pool = &pool});
    std::vector<Link<Drifter>> drifters;
    for (int i = 0; i < 4; ++i)
        drifters.push_back(Drifter::start(StartOptions{.pool = &pool}));
    for (int round = 0; round < 200; ++round) {
        // The loop ends while the messages come; where the handler goes on they are not handled.
        Gate inLoop, posted, gate;
        Reply<void> end;
        Reply<void> handled = nesting.exec([&] {
            posted.pass();
            QEventLoop loop;
            end.then(&loop, [&loop] { loop.quit(); });
            QTimer::singleShot(0, &loop, [&inLoop] { inLoop.open(); });
            loop.exec();
            gate.pass();
        });
        Gate go;
        end = other.exec([&go] { go.pass(); });
        posted.open();
        inLoop.pass();
        go.open();
        std::vector<Reply<int>> replies;
        for (const auto &drifter : drifters)
            replies.push_back(drifter.send(Ping()));
        for (Reply<int> &reply : replies)
            value(std::move(reply));
        gate.open();
        value(std::move(handled));
        value(neighbour.send(Ping()));
    }
    for (const auto &drifter : drifters)
        stopAndWait(drifter);
    for (const auto &link : {nesting, neighbour, other})
        stopAndWait(link);
}

QTEST_GUILESS_MAIN(tst_NoReentry)
#include "tst_noreentry.moc"
