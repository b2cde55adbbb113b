// SPDX-License-Identifier: MIT
// Workers that end, because nothing lives on them any longer, and what counted on them.
#include "testsupport.h"

#include <functional>

namespace {

class Idle : public Service<Idle>
{
private:
    Live m_live;
};

class Drifter : public Service<Drifter>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;

private:
    Live m_live;
};

struct AskInTime
{
    using Response = int;
};
// Asks a service that doesn't answer, sets a timeout, and ends.
class Impatient : public Service<Impatient>
{
public:
    explicit Impatient(Reply<int> asked) : m_asked(std::move(asked)) { }
    Reply<int> handle(AskInTime, ServiceContext<Impatient> &context)
    {
        context.stop();
        m_asked.timeout(100ms);
        return std::move(m_asked);
    }

private:
    Reply<int> m_asked;
    Live m_live;
};

template <typename S>
QThread *threadOf(const Link<S> &link)
{
    return value(link.exec([] { return QThread::currentThread(); }));
}

} // namespace

class tst_Retiring : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void floatingServicesDoNotCountOnAWorkerThatHasEnded();
    void aWorkerDoesNotEndInTheMiddleOfAConversation();
    void workersThatEndAndBeginAllTheTime();
    void nearToADedicatedServiceThatHasEnded();
    void nearToADedicatedServiceThatEnds();
    void aTimeoutOutlivesTheDedicatedWorkerThatSetIt();
    void aTimeoutOutlivesThePoolThatSetIt();
    void aTimeoutOutlivesTheWorkerThatExpires();
};

void tst_Retiring::floatingServicesDoNotCountOnAWorkerThatHasEnded()
{
    for (int round = 0; round < 10; ++round) {
        WorkerPool pool;
        pool.setMaxWorkerCount(2);
        pool.setExpiryTimeout(10ms);
        const auto stays = Drifter::start(StartOptions{.pool = &pool});
        const auto goes = Idle::start(StartOptions{.pool = &pool});
        value(stays.exec([] {}));
        value(goes.exec([] {}));
        stopAndWait(goes);
        TRY_COMPARE(pool.activeWorkerCount(), 1); // which of the two is open
        // Whoever is to handle these must not be the one that isn't there.
        for (int i = 0; i < 4; ++i)
            QCOMPARE(value(stays.exec([i] { return i; })), i);
        stopAndWait(stays);
    }
}

void tst_Retiring::aWorkerDoesNotEndInTheMiddleOfAConversation()
{
    constexpr auto Expiry = 50ms;
    for (int round = 0; round < 4; ++round) {
        WorkerPool pool;
        pool.setMaxWorkerCount(2);
        pool.setExpiryTimeout(Expiry);
        const auto host = Idle::start(StartOptions{.pool = &pool});
        // All of them have their home on the first worker, as what a worker's own services start does.
        const auto ring = value(host.exec([&pool] {
            std::vector<Link<Drifter>> ring;
            for (int i = 0; i < 8; ++i)
                ring.push_back(Drifter::start(StartOptions{.pool = &pool}));
            return ring;
        }));
        // The second worker has nothing any longer.
        const auto guest = Idle::start(StartOptions{.pool = &pool});
        QVERIFY(threadOf(guest) != threadOf(host));
        stopAndWait(guest);
        // Most often, it sleeps by then, and its time has begun.
        std::this_thread::sleep_for(5ms);
        // The first is busy, so that the second has the whole conversation. One message goes round: there is always
        // one to handle and never another one. It does so for longer than the worker may be without a service.
        Gate begun, busy, over;
        host.doExec([&] {
            begun.open();
            busy.pass();
        });
        begun.pass();
        const QDeadlineTimer end(5 * Expiry);
        std::function<void(size_t)> hop = [&](size_t i) {
            if (end.hasExpired())
                over.open();
            else
                ring[(i + 1) % ring.size()].doExec([&hop, i] { hop(i + 1); });
        };
        ring.front().doExec([&hop] { hop(0); });
        over.pass();
        busy.open();
        for (const auto &link : ring)
            stopAndWait(link);
        stopAndWait(host);
    }
}

void tst_Retiring::workersThatEndAndBeginAllTheTime()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(3);
    pool.setExpiryTimeout(0ms);
    const auto drifter = Drifter::start(StartOptions{.pool = &pool});
    for (int round = 0; round < 300; ++round) {
        const auto idle = Idle::start(StartOptions{.pool = &pool});
        const auto another = Drifter::start(StartOptions{.pool = &pool});
        Reply<int> one = drifter.exec([another, round] { return another.exec([round] { return round; }); });
        Reply<int> two = idle.exec([drifter, round] { return drifter.exec([round] { return round; }); });
        QCOMPARE(value(std::move(one)), round);
        QCOMPARE(value(std::move(two)), round);
        stopAndWait(idle);
        stopAndWait(another);
    }
    stopAndWait(drifter);
}

void tst_Retiring::nearToADedicatedServiceThatHasEnded()
{
    WorkerPool pool;
    pool.setExpiryTimeout(1ms);
    for (int round = 0; round < 3; ++round) {
        const auto first = Idle::start(StartOptions{.placement = Placement::dedicated(), .pool = &pool});
        value(first.exec([] {}));
        stopAndWait(first);
        TRY_COMPARE(pool.activeWorkerCount(), 0);
        const auto near = Idle::start(StartOptions{.placement = Placement::nearTo(first), .pool = &pool});
        QVERIFY(threadOf(near));
        stopAndWait(near);
    }
}

void tst_Retiring::nearToADedicatedServiceThatEnds()
{
    // Whether it still finds the thread is a race; it works either way.
    for (int round = 0; round < 200; ++round) {
        const auto first = Idle::start(Placement::dedicated());
        value(first.exec([] {}));
        first.stop();
        if (round % 2)
            value(first.stopped());
        const auto near = Idle::start(Placement::nearTo(first));
        QCOMPARE(value(near.exec([round] { return round; })), round);
        stopAndWait(near);
        value(first.stopped());
    }
}

void tst_Retiring::aTimeoutOutlivesTheDedicatedWorkerThatSetIt()
{
    Gate gate;
    const auto silent = Idle::start(Placement::dedicated());
    const auto dedicated = Impatient::start(Placement::dedicated(), silent.exec([&gate] {
        gate.pass();
        return 1;
    }));
    Reply<int> reply = dedicated.send(AskInTime());
    value(dedicated.stopped());
    for (int i = 0; i < 10; ++i) // what ended is cleared away when another one begins
        stopAndWait(Idle::start(Placement::dedicated()));
    QCOMPARE(outcome(std::move(reply)), LinkError::TimedOut);
    gate.open();
    stopAndWait(silent);
}

void tst_Retiring::aTimeoutOutlivesThePoolThatSetIt()
{
    Gate gate;
    const auto silent = Idle::start(Placement::dedicated());
    Reply<int> reply;
    {
        WorkerPool pool;
        const auto impatient = Impatient::start(StartOptions{.pool = &pool}, silent.exec([&gate] {
            gate.pass();
            return 1;
        }));
        reply = impatient.send(AskInTime());
    }
    QCOMPARE(outcome(std::move(reply)), LinkError::TimedOut);
    gate.open();
    stopAndWait(silent);
}

void tst_Retiring::aTimeoutOutlivesTheWorkerThatExpires()
{
    Gate gate;
    const auto silent = Idle::start(Placement::dedicated());
    WorkerPool pool;
    pool.setExpiryTimeout(1ms);
    const auto impatient = Impatient::start(StartOptions{.pool = &pool}, silent.exec([&gate] {
        gate.pass();
        return 1;
    }));
    QCOMPARE(outcome(impatient.send(AskInTime())), LinkError::TimedOut);
    TRY_COMPARE(pool.activeWorkerCount(), 0);
    gate.open();
    stopAndWait(silent);
}

QTEST_GUILESS_MAIN(tst_Retiring)
#include "tst_retiring.moc"
