// SPDX-License-Identifier: MIT
// Promise 13: when the application quits or the pool is destroyed, all services stop in an orderly way within a
// deadline; one that hangs is named in a warning; nothing crashes, nothing leaks, every pending reply ends.
#include "testsupport.h"

namespace {

struct Work
{
    using Response = int;
};
struct Wait
{
    using Response = int;
};
struct Block
{
    using Response = int;
    Gate *begun;
    Gate *gate;
};

template <Affinity A>
class Busy : public Service<Busy<A>>
{
public:
    static constexpr Affinity affinity = A;

    explicit Busy(std::atomic<int> *stops = nullptr) : m_stops(stops) { }
    int handle(Work) { return 1; }
    Task<int> handle(Wait, ServiceContext<Busy> &context)
    {
        co_await context.sleep(1h);
        co_return 1;
    }
    int handle(Block message)
    {
        message.begun->open();
        message.gate->pass();
        return 1;
    }
    void stopping()
    {
        if (m_stops)
            ++*m_stops;
    }

private:
    std::atomic<int> *m_stops;
    Live m_live;
};
using Pinned = Busy<Affinity::Worker>;
using Floating = Busy<Affinity::Floating>;

} // namespace

class tst_Shutdown : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aPoolStopsItsServices();
    void tasksThatWaitAreEnded();
    void servicesOnTheCallingThreadAreStoppedToo();
    void aServiceThatHangsIsNamedAndAnsweredFor();
    void threadLocalDataThatStaysIsNoObstacle();
    void startingDuringTheEndIsRefusedOrStopped();
};

void tst_Shutdown::aPoolStopsItsServices()
{
    std::atomic<int> stops{0};
    std::vector<Reply<int>> replies;
    {
        WorkerPool pool;
        for (int i = 0; i < 50; ++i) {
            const StartOptions options{.placement = i % 10 ? Placement::leastLoaded() : Placement::dedicated(),
                                       .pool = &pool};
            const auto pinned = Pinned::start(options, &stops);
            const auto floating = Floating::start(options, &stops);
            for (int k = 0; k < 10; ++k) {
                replies.push_back(pinned.send(Work()));
                replies.push_back(floating.send(Work()));
            }
        }
        QCOMPARE(pool.serviceCount(), 100);
    }
    QCOMPARE(stops.load(), 100);
    QCOMPARE(Live::count.load(), 0);
    for (Reply<int> &reply : replies)
        QCOMPARE(value(std::move(reply)), 1); // sent before the end, so handled
}

void tst_Shutdown::tasksThatWaitAreEnded()
{
    Reply<int> waiting, behind;
    {
        WorkerPool pool;
        pool.setShutdownTimeout(2s); // a tenth of it is left to end what was aborted
        const auto link = Pinned::start(StartOptions{.pool = &pool});
        waiting = link.send(Wait());
        behind = link.send(Work());
    }
    QCOMPARE(outcome(std::move(waiting)), LinkError::NoResponse);
    QCOMPARE(outcome(std::move(behind)), LinkError::NoResponse);
    QCOMPARE(Live::count.load(), 0);
}

void tst_Shutdown::servicesOnTheCallingThreadAreStoppedToo()
{
    std::atomic<int> stops{0};
    Reply<int> reply;
    {
        WorkerPool pool;
        const auto link =
                Pinned::start(StartOptions{.placement = Placement::onThread(thread()), .pool = &pool}, &stops);
        reply = link.send(Work());
    }
    QCOMPARE(stops.load(), 1);
    QVERIFY(reply.isFinished());
    QCOMPARE(reply.result(), 1);
}

void tst_Shutdown::aServiceThatHangsIsNamedAndAnsweredFor()
{
    // Leaked on purpose, as the service's thread is: they outlive the pool.
    auto *const begun = new Gate, *const gate = new Gate;
    const Warnings warnings;
    Reply<int> inProgress;
    std::vector<Reply<int>> behind;
    {
        WorkerPool pool;
        pool.setShutdownTimeout(50ms);
        const auto link = Pinned::start(StartOptions{.pool = &pool, .name = QStringLiteral("the hanging one")});
        inProgress = link.send(Block{begun, gate});
        begun->pass();
        for (int i = 0; i < 100; ++i)
            behind.push_back(link.send(Work()));
    }
    QCOMPARE(warnings.texts().size(), 1);
    QVERIFY2(warnings.texts().first().contains(u"the hanging one"), qPrintable(warnings.texts().first()));
    QCOMPARE(outcome(std::move(inProgress)), LinkError::NoResponse);
    for (Reply<int> &reply : behind)
        QCOMPARE(outcome(std::move(reply)), LinkError::NoResponse);
    QCOMPARE(Live::count.load(), 1);
    --Live::count; // the one that hangs
}

void tst_Shutdown::threadLocalDataThatStaysIsNoObstacle()
{
    struct Stays
    {
        ~Stays() { gate->pass(); }
        std::shared_ptr<Gate> gate = std::make_shared<Gate>();
    };
    std::shared_ptr<Gate> gate;
    const Warnings warnings;
    {
        WorkerPool pool;
        pool.setShutdownTimeout(50ms);
        gate = value(Pinned::start(StartOptions{.pool = &pool}).exec([] {
            static thread_local Stays stays;
            return stays.gate;
        }));
    }
    QCOMPARE(warnings.texts().size(), 1);
    QVERIFY2(warnings.texts().first().contains(u"thread-local data"), qPrintable(warnings.texts().first()));
    gate->open();
}

void tst_Shutdown::startingDuringTheEndIsRefusedOrStopped()
{
    for (int round = 0; round < 50; ++round) {
        auto pool = std::make_unique<WorkerPool>();
        std::atomic<int> sent{0}, ended{0};
        const auto seed = Pinned::start(StartOptions{.pool = pool.get()});
        // From inside the pool, which is what can still happen while it ends.
        seed.doExec([&, pool = pool.get()] {
            for (int i = 0; i < 200; ++i) {
                const auto link = Pinned::start(StartOptions{.pool = pool});
                ++sent;
                static_cast<void>(link.send(Work()));
                ++ended;
            }
        });
        pool.reset();
        QCOMPARE(sent.load(), ended.load());
        QCOMPARE(Live::count.load(), 0);
    }
}

QTEST_GUILESS_MAIN(tst_Shutdown)
#include "tst_shutdown.moc"
