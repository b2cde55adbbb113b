// SPDX-License-Identifier: MIT
// Promise 10: a flooded service gets a bounded slice, then the worker's other services, timers and sockets have their
// turn; on a thread that isn't ours the slice is bounded in time.
#include "testsupport.h"

#include <QtCore/QTimer>

namespace {

struct Spin
{
};
struct Ping
{
    using Response = int;
};

// Keeps itself busy for ever: each message sends the next.
template <Affinity A>
class Flooded : public Service<Flooded<A>>
{
public:
    static constexpr Affinity affinity = A;

    void handle(Spin, ServiceContext<Flooded> &context)
    {
        ++handled;
        context.sharedLink().doSend(Spin());
    }
    int handle(Ping) { return 1; }
    static inline std::atomic<qint64> handled{0};
};
using Pinned = Flooded<Affinity::Worker>;

template <typename S>
void flood(const Link<S> &link)
{
    for (int i = 0; i < 100; ++i)
        link.doSend(Spin());
}

} // namespace

class tst_Fairness : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void neighboursHaveTheirTurn();
    void floatingServicesHaveTheirTurn();
    void timersHaveTheirTurn();
    void theWorkersEventLoopHasItsTurn();
    void aConversationDoesNotStarveTheOthers();
    void theMainThreadsEventLoopHasItsTurn();
};

void tst_Fairness::neighboursHaveTheirTurn()
{
    const auto flooded = Pinned::start();
    const auto neighbour = Pinned::start(Placement::nearTo(flooded));
    flood(flooded);
    for (int i = 0; i < 200; ++i)
        QCOMPARE(value(neighbour.send(Ping())), 1);
    stopAndWait(flooded);
    stopAndWait(neighbour);
}

void tst_Fairness::floatingServicesHaveTheirTurn()
{
    using Floating = Flooded<Affinity::Floating>;
    std::vector<Link<Floating>> flooded;
    for (int i = 0; i < 16; ++i) { // more than there are workers
        flooded.push_back(Floating::start());
        flood(flooded.back());
    }
    const auto other = Floating::start();
    for (int i = 0; i < 200; ++i)
        QCOMPARE(value(other.send(Ping())), 1);
    for (const auto &link : flooded)
        QCOMPARE(value(link.send(Ping())), 1);
    for (const auto &link : flooded)
        stopAndWait(link);
    stopAndWait(other);
}

void tst_Fairness::timersHaveTheirTurn()
{
    const auto flooded = Pinned::start();
    const auto neighbour = Pinned::start(Placement::nearTo(flooded));
    flood(flooded);
    Gate rang;
    neighbour.doExec([&](ServiceContext<Pinned> &context) { context.runLater(1ms, [&rang] { rang.open(); }); });
    rang.pass();
    Gate rangInside;
    flooded.doExec(
            [&](ServiceContext<Pinned> &context) { context.runLater(1ms, [&rangInside] { rangInside.open(); }); });
    rangInside.pass();
    stopAndWait(flooded);
    stopAndWait(neighbour);
}

void tst_Fairness::theWorkersEventLoopHasItsTurn()
{
    // A plain QTimer of a flooded service.
    const auto flooded = Pinned::start();
    flood(flooded);
    Gate rang;
    flooded.doExec([&](ServiceContext<Pinned> &context) {
        QTimer::singleShot(0, context.object(), [&rang] { rang.open(); });
    });
    rang.pass();
    stopAndWait(flooded);
}

void tst_Fairness::aConversationDoesNotStarveTheOthers()
{
    // Two that talk to each other without end, on the worker on which a third one waits.
    using Floating = Flooded<Affinity::Floating>;
    WorkerPool pool;
    pool.setMaxWorkerCount(1);
    const auto first = Floating::start(StartOptions{.pool = &pool});
    const auto second = Floating::start(StartOptions{.pool = &pool});
    std::function<void(Link<Floating>, Link<Floating>)> talk = [&talk](Link<Floating> to, Link<Floating> back) {
        to.doExec([&talk, to, back] { talk(back, to); });
    };
    talk(first, second);
    const auto third = Floating::start(StartOptions{.pool = &pool});
    for (int i = 0; i < 100; ++i)
        QCOMPARE(value(third.send(Ping())), 1);
    for (const auto &link : {first, second, third})
        stopAndWait(link);
}

void tst_Fairness::theMainThreadsEventLoopHasItsTurn()
{
    const auto flooded = Pinned::start(Placement::onThread(thread()));
    flood(flooded);
    int rings = 0;
    QTimer timer;
    connect(&timer, &QTimer::timeout, this, [&rings] { ++rings; });
    timer.start(1);
    TRY_VERIFY(rings >= 20);
    QVERIFY(Pinned::handled > 0);
    flooded.stop();
    Reply<void> stopped = flooded.stopped();
    TRY_VERIFY(stopped.isFinished());
}

QTEST_GUILESS_MAIN(tst_Fairness)
#include "tst_fairness.moc"
