// SPDX-License-Identifier: MIT
// A pool's threads, order and time can be replaced: here by one thread, a seed, and a clock that is set.
#include "seededscheduler.h"
#include "testsupport.h"

#include <functional>
#include <random>
#include <set>

namespace {

using Trace = std::vector<QString>; // one thread only, so that it needs no lock

struct Visit
{
    int stops = 0; // how many follow
};

template <Affinity Kind>
class Place : public Service<Place<Kind>>
{
public:
    static constexpr Affinity affinity = Kind;

    Place(QString name, Trace *trace) : m_name(std::move(name)), m_trace(trace) { }
    void handle(Visit visit, ServiceContext<Place> &)
    {
        m_trace->push_back(QStringLiteral("%1.%2").arg(m_name).arg(visit.stops));
        if (visit.stops > 0)
            next.doSend(Visit{visit.stops - 1});
    }

    MessageLink<Visit> next;

private:
    QString m_name;
    Trace *m_trace;
    Live m_live;
};
using Pinned = Place<Affinity::Worker>;
using Floating = Place<Affinity::Floating>;

// Rings of pinned and floating services, with messages that go round in each.
Trace traceOf(unsigned seed)
{
    Trace trace;
    SeededScheduler scheduler(seed);
    WorkerPool pool(std::make_unique<detail::WorkerPoolData>(scheduler));
    pool.setMaxWorkerCount(3);
    std::vector<Link<Pinned>> pinned;
    std::vector<Link<Floating>> floating;
    for (int i = 0; i < 4; ++i) {
        pinned.push_back(Pinned::start(StartOptions{.pool = &pool}, QStringLiteral("p%1").arg(i), &trace));
        floating.push_back(Floating::start(StartOptions{.pool = &pool}, QStringLiteral("f%1").arg(i), &trace));
    }
    for (size_t i = 0; i < 4; ++i) {
        pinned[i].doExec([next = floating[(i + 1) % 4].messageLink<Visit>()](Pinned &self) { self.next = next; });
        floating[i].doExec([next = pinned[i].messageLink<Visit>()](Floating &self) { self.next = next; });
    }
    for (const auto &link : pinned) {
        for (int i = 0; i < 3; ++i)
            link.doSend(Visit{20});
    }
    const size_t all = 4 * 3 * 21;
    if (!scheduler.runUntil([&] { return trace.size() == all; }))
        qFatal("some messages were never handled");
    return trace;
}

struct Read
{
    using Response = int;
};
struct Write
{
    int value;
};
class Account : public Service<Account>
{
public:
    int handle(Read) { return m_value; }
    void handle(Write message) { m_value = message.value; }

private:
    int m_value = 0;
};

struct Deposit
{
};
// Reads, adds and writes back, as if nobody else did.
class Careless : public Service<Careless>
{
public:
    explicit Careless(Link<Account> account) : m_account(std::move(account)) { }
    Task<void> handle(Deposit)
    {
        const int before = co_await m_account.send<Read>();
        m_account.doSend(Write{before + 1});
    }

private:
    Link<Account> m_account;
};

int balanceAfterTwoDeposits(unsigned seed)
{
    SeededScheduler scheduler(seed);
    WorkerPool pool(std::make_unique<detail::WorkerPoolData>(scheduler));
    pool.setMaxWorkerCount(2);
    const StartOptions options{.pool = &pool};
    const Link<Account> account = Account::start(options);
    const Link<Careless> first = Careless::start(options, account);
    const Link<Careless> second = Careless::start(options, account);
    first.doSend(Deposit{});
    second.doSend(Deposit{});
    while (scheduler.runHere()) { }
    Reply<int> balance = account.send<Read>();
    scheduler.runUntil([&] { return balance.isFinished(); });
    return balance.result();
}

class Sleeper : public Service<Sleeper>
{
public:
    explicit Sleeper(const detail::Clock *clock) : m_clock(clock) { }
    Task<void> handle(Visit visit, ServiceContext<Sleeper> &context)
    {
        co_await context.sleep(std::chrono::hours(visit.stops));
        woke.push_back(m_clock->now());
    }

    std::vector<std::chrono::nanoseconds> woke;

private:
    const detail::Clock *m_clock;
};

} // namespace

class tst_Scheduler : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void theSameSeedGivesTheSameOrder();
    void otherSeedsGiveOthers();
    void messagesOfOneSenderKeepTheirOrder();
    void aSeedFindsARaceAndReplaysIt();
    void timersGoByItsClock();
    void servicesStopWithTheirPool();
};

void tst_Scheduler::theSameSeedGivesTheSameOrder()
{
    for (unsigned seed = 1; seed <= 20; ++seed)
        QCOMPARE(traceOf(seed), traceOf(seed));
}

void tst_Scheduler::otherSeedsGiveOthers()
{
    std::set<Trace> traces;
    for (unsigned seed = 1; seed <= 20; ++seed)
        traces.insert(traceOf(seed));
    QVERIFY(traces.size() > 15);
}

void tst_Scheduler::messagesOfOneSenderKeepTheirOrder()
{
    for (unsigned seed = 1; seed <= 50; ++seed) {
        SeededScheduler scheduler(seed);
        WorkerPool pool(std::make_unique<detail::WorkerPoolData>(scheduler));
        pool.setMaxWorkerCount(2);
        Trace trace;
        const auto here = Pinned::start(StartOptions{.pool = &pool}, QStringLiteral("p"), &trace);
        const auto there = Floating::start(StartOptions{.pool = &pool}, QStringLiteral("f"), &trace);
        std::vector<int> order[2];
        for (int i = 0; i < 20; ++i) {
            here.doExec([&order, i] { order[0].push_back(i); });
            there.doExec([&order, i] { order[1].push_back(i); });
        }
        QVERIFY(scheduler.runUntil([&] { return order[0].size() + order[1].size() == 40; }));
        for (const std::vector<int> &each : order)
            QVERIFY(std::is_sorted(each.begin(), each.end()));
    }
}

void tst_Scheduler::aSeedFindsARaceAndReplaysIt()
{
    std::vector<unsigned> lost;
    std::vector<unsigned> kept;
    for (unsigned seed = 1; seed <= 100; ++seed)
        (balanceAfterTwoDeposits(seed) == 2 ? kept : lost).push_back(seed);
    QVERIFY(!lost.empty());
    QVERIFY(!kept.empty());
    for (int again = 0; again < 10; ++again) {
        QCOMPARE(balanceAfterTwoDeposits(lost.front()), 1);
        QCOMPARE(balanceAfterTwoDeposits(kept.front()), 2);
    }
}

void tst_Scheduler::timersGoByItsClock()
{
    SeededScheduler scheduler(1);
    WorkerPool pool(std::make_unique<detail::WorkerPoolData>(scheduler));
    const auto sleeper = Sleeper::start(StartOptions{.pool = &pool}, &scheduler.clock());
    std::vector<std::chrono::nanoseconds> woke;
    std::vector<std::chrono::nanoseconds> rang;
    sleeper.doExec([&](Sleeper &, ServiceContext<Sleeper> &context) {
        context.runLater(30min, [&] { rang.push_back(scheduler.clock().now()); });
        context.runInterval(12h, [&] { rang.push_back(scheduler.clock().now()); });
    });
    sleeper.doSend(Visit{8});
    sleeper.doSend(Visit{16});
    sleeper.doExec([&](Sleeper &self) { woke = self.woke; });
    QVERIFY(scheduler.runUntil([&] { return !woke.empty(); }));
    QCOMPARE(woke, (std::vector<std::chrono::nanoseconds>{8h, 24h}));
    // Both were due before, and waited for the tasks like any message; the interval that was missed came once.
    QVERIFY(scheduler.runUntil([&] { return rang.size() == 4; }));
    QCOMPARE(rang, (std::vector<std::chrono::nanoseconds>{24h, 24h, 36h, 48h}));
}

void tst_Scheduler::servicesStopWithTheirPool()
{
    Trace trace;
    Link<Pinned> link;
    {
        SeededScheduler scheduler(1);
        WorkerPool pool(std::make_unique<detail::WorkerPoolData>(scheduler));
        link = Pinned::start(StartOptions{.pool = &pool}, QStringLiteral("p"), &trace);
        const auto alone = Pinned::start(StartOptions{.placement = Placement::dedicated(), .pool = &pool},
                                         QStringLiteral("d"), &trace);
        link.doSend(Visit{0});
        alone.doSend(Visit{0});
        QCOMPARE(pool.activeWorkerCount(), 2);
        QCOMPARE(pool.serviceCount(), 2);
    }
    QCOMPARE(trace.size(), 2u);
    QVERIFY(link.isClosed());
    QCOMPARE(Live::count, 0);
}

QTEST_GUILESS_MAIN(tst_Scheduler)
#include "tst_scheduler.moc"
