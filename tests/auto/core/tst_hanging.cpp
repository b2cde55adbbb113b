// SPDX-License-Identifier: MIT
// Handlers that hang beyond the pool's deadline: all that waits for them ends, they are named, and when they go on
// after all, the pool being gone, they do no harm.
#include "testsupport.h"

#include <stdexcept>

namespace {

// Where a handler hangs. A thread that has been here is gone when this is.
class Trap
{
public:
    Trap() = default;
    ~Trap() { release(); }
    Q_DISABLE_COPY_MOVE(Trap)

    void spring()
    {
        QObject::connect(QThread::currentThread(), &QThread::finished, [this] { m_threadEnded.open(); });
        m_begun.open();
        m_gate.pass();
    }
    void waitForPrey()
    {
        m_begun.pass();
        m_caught = true;
    }
    void open() { m_gate.open(); }
    void release()
    {
        if (!std::exchange(m_caught, false))
            return;
        m_gate.open();
        m_threadEnded.pass();
    }

private:
    Gate m_begun, m_gate, m_threadEnded;
    bool m_caught = false;
};

struct Work
{
    using Response = int;
    Live live = {};
};
struct Hang
{
    using Response = int;
    Trap *trap;
};
struct HangAndThrow
{
    using Response = int;
    Trap *trap;
};
struct HangAndGoOn
{
    using Response = int;
    Trap *trap;
};
struct HangInATask
{
    using Response = int;
    Trap *trap;
};
struct HangInATaskAndSuspend
{
    using Response = int;
    Trap *trap;
};
struct HangWhenResumed
{
    using Response = int;
    Trap *trap;
};
struct HangInASpawnedTask
{
    using Response = int;
    Trap *trap;
};

template <Affinity A>
class Prey : public Service<Prey<A>>
{
public:
    using Context = ServiceContext<Prey>;
    static constexpr Affinity affinity = A;

    int handle(Work) { return 1; }
    int handle(Hang message)
    {
        message.trap->spring();
        return 2;
    }
    int handle(HangAndThrow message)
    {
        message.trap->spring();
        throw std::runtime_error("too late");
    }
    int handle(HangAndGoOn message, Context &context)
    {
        message.trap->spring();
        // As if nothing had happened.
        context.link().doSend(Work());
        context.runLater(0ms, [] {});
        context.runInterval(1ms, [] {});
        static_cast<void>(context.spawn([](Context &context) -> Task<> { co_await context.sleep(1h); }));
        context.stop();
        return 2;
    }
    Task<int> handle(HangInATask message)
    {
        message.trap->spring();
        co_return 2;
    }
    Task<int> handle(HangInATaskAndSuspend message, Context &context)
    {
        message.trap->spring();
        co_await context.sleep(0ms);
        co_return 2;
    }
    Task<int> handle(HangWhenResumed message, Context &context)
    {
        co_await context.sleep(1ms);
        message.trap->spring();
        co_return 2;
    }
    Reply<int> handle(HangInASpawnedTask message, Context &context)
    {
        return context.spawn([message]() -> Task<int> {
            message.trap->spring();
            co_return 2;
        });
    }
};
using Pinned = Prey<Affinity::Worker>;
using Floating = Prey<Affinity::Floating>;

class HangsInStopping : public Service<HangsInStopping>
{
public:
    explicit HangsInStopping(Trap *trap) : m_trap(trap) { }
    int handle(Work) { return 1; }
    void stopping() { m_trap->spring(); }

private:
    Trap *m_trap;
};

class HangsInItsDestructor : public Service<HangsInItsDestructor>
{
public:
    explicit HangsInItsDestructor(Trap *trap) : m_trap(trap) { }
    HangsInItsDestructor(HangsInItsDestructor &&other) noexcept : m_trap(std::exchange(other.m_trap, nullptr)) { }
    ~HangsInItsDestructor()
    {
        if (m_trap)
            m_trap->spring();
    }
    int handle(Work) { return 1; }

private:
    Trap *m_trap;
};

// What hung belongs to nobody afterwards. Its link is kept, so that a leak checker finds all of it.
template <typename S>
const Link<S> &keep(const Link<S> &link)
{
    static auto *const kept = new std::vector<Link<S>>;
    kept->push_back(link);
    return link;
}

std::unique_ptr<WorkerPool> impatientPool()
{
    auto pool = std::make_unique<WorkerPool>();
    pool->setMaxWorkerCount(1);
    pool->setShutdownTimeout(10ms);
    return pool;
}

} // namespace

class tst_Hanging : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void inAHandler() { hangs<Pinned, Hang>(); }
    void inAHandlerOfADedicatedService() { hangs<Pinned, Hang>(Placement::dedicated()); }
    void inAHandlerOfAFloatingService() { hangs<Floating, Hang>(); }
    void inAHandlerAfterMany() { hangs<Pinned, Hang>(Placement::leastLoaded(), 20'000); }
    void inAHandlerOfAFloatingServiceAfterMany() { hangs<Floating, Hang>(Placement::leastLoaded(), 20'000); }
    void inAHandlerThatThrowsThen() { hangs<Pinned, HangAndThrow>(); }
    void inAHandlerThatUsesItsContextThen() { hangs<Pinned, HangAndGoOn>(); }
    void inAHandlerThatUsesItsContextThenFloating() { hangs<Floating, HangAndGoOn>(); }
    void inATask() { hangs<Pinned, HangInATask>(); }
    void inATaskOfADedicatedService() { hangs<Pinned, HangInATask>(Placement::dedicated()); }
    void inATaskOfAFloatingService() { hangs<Floating, HangInATask>(); }
    void inATaskThatSuspendsThen() { hangs<Pinned, HangInATaskAndSuspend>(); }
    void inATaskThatWasResumed() { hangs<Pinned, HangWhenResumed>(); }
    void inATaskThatWasResumedFloating() { hangs<Floating, HangWhenResumed>(); }
    void inASpawnedTask() { hangs<Pinned, HangInASpawnedTask>(); }
    void inStopping();
    void inADestructor();
    void onAThreadThatIsNotOurs();
    void whatWaitedBehindItHasStoppedToo();
    void offloadedWork();
    void aboutAsLongAsTheDeadline();

private:
    template <typename S, typename Message>
    void hangs(const Placement &placement = Placement::leastLoaded(), int before = 0)
    {
        const Warnings warnings;
        Trap trap;
        auto pool = impatientPool();
        const auto link = keep(S::start(
                StartOptions{.placement = placement, .pool = pool.get(), .name = QStringLiteral("the hanging one")}));
        for (int i = 0; i < before; ++i)
            link.doSend(Work());
        Reply<int> hung = link.template send<Message>(&trap);
        Reply<int> more = link.template send<Work>();
        trap.waitForPrey();
        std::vector<Reply<int>> behind;
        for (int i = 0; i < 10; ++i)
            behind.push_back(link.template send<Work>());
        Reply<void> stopped = link.stopped();
        pool.reset();
        QCOMPARE(outcome(std::move(hung)), LinkError::NoResponse);
        QCOMPARE(outcome(std::move(more)), LinkError::NoResponse);
        for (Reply<int> &reply : behind)
            QCOMPARE(outcome(std::move(reply)), LinkError::NoResponse);
        value(std::move(stopped));
        value(link.stopped());
        QVERIFY(link.isClosed());
        QCOMPARE(outcome(link.template send<Work>()), LinkError::Closed);
        QCOMPARE(warnings.texts().size(), 1);
        QVERIFY2(warnings.texts().first().contains(u"the hanging one"), qPrintable(warnings.texts().first()));
        trap.release();
        value(link.stopped());
        QCOMPARE(outcome(link.template send<Work>()), LinkError::Closed);
        QCOMPARE(warnings.texts().size(), 1);
    }

    template <typename S>
    void hangsAtItsEnd()
    {
        const Warnings warnings;
        Trap trap;
        auto pool = impatientPool();
        const auto link = keep(S::start(StartOptions{.pool = pool.get()}, &trap));
        QCOMPARE(value(link.template send<Work>()), 1);
        Reply<void> stopped = link.stopped();
        link.stop();
        trap.waitForPrey();
        Reply<int> behind = link.template send<Work>();
        QVERIFY(!stopped.isFinished());
        pool.reset();
        value(std::move(stopped));
        value(link.stopped());
        const LinkError error = outcome(std::move(behind));
        QVERIFY(error == LinkError::Closed || error == LinkError::NoResponse);
        QCOMPARE(warnings.texts().size(), 1);
        trap.release();
        value(link.stopped());
        QCOMPARE(warnings.texts().size(), 1);
    }
};

void tst_Hanging::inStopping()
{
    hangsAtItsEnd<HangsInStopping>();
}

void tst_Hanging::inADestructor()
{
    hangsAtItsEnd<HangsInItsDestructor>();
}

void tst_Hanging::onAThreadThatIsNotOurs()
{
    const Warnings warnings;
    QThread thread;
    thread.start();
    Trap trap;
    auto pool = impatientPool();
    const auto link = keep(Pinned::start(StartOptions{.placement = Placement::onThread(&thread), .pool = pool.get()}));
    const auto neighbour = Pinned::start(Placement::onThread(&thread)); // of another pool
    Reply<int> hung = link.send<Hang>(&trap);
    trap.waitForPrey();
    Reply<int> behind = link.send<Work>();
    Reply<int> other = neighbour.send<Work>();
    pool.reset();
    QCOMPARE(outcome(std::move(hung)), LinkError::NoResponse);
    QCOMPARE(outcome(std::move(behind)), LinkError::NoResponse);
    value(link.stopped());
    QCOMPARE(warnings.texts().size(), 1);
    // The thread isn't ours to leave alone: the others there go on.
    QVERIFY(!other.isFinished());
    trap.open();
    QCOMPARE(value(std::move(other)), 1);
    stopAndWait(neighbour);
    thread.quit();
    trap.release();
    thread.wait();
}

void tst_Hanging::whatWaitedBehindItHasStoppedToo()
{
    const Warnings warnings;
    Trap trap;
    auto pool = impatientPool();
    const auto hanging = keep(Pinned::start(StartOptions{.pool = pool.get()}));
    const auto waiting = keep(Pinned::start(StartOptions{.pool = pool.get()}));
    const auto quiet = keep(Floating::start(StartOptions{.pool = pool.get()}));
    QCOMPARE(value(waiting.send<Work>()), 1);
    QCOMPARE(value(quiet.send<Work>()), 1);
    Reply<int> hung = hanging.send<Hang>(&trap);
    trap.waitForPrey();
    Reply<int> behind = waiting.send<Work>();
    pool.reset();
    QCOMPARE(outcome(std::move(hung)), LinkError::NoResponse);
    QCOMPARE(outcome(std::move(behind)), LinkError::NoResponse);
    for (const bool gone : {false, true}) {
        for (const auto &link : {hanging, waiting}) {
            value(link.stopped());
            QVERIFY(link.isClosed());
            QCOMPARE(outcome(link.send<Work>()), LinkError::Closed);
        }
        value(quiet.stopped());
        QCOMPARE(outcome(quiet.send<Work>()), LinkError::Closed);
        if (!gone)
            trap.release();
    }
}

void tst_Hanging::offloadedWork()
{
    const Warnings warnings;
    Gate begun, gate, ended;
    const auto hang = [&] {
        begun.open();
        gate.pass();
        ended.open();
        return 3;
    };
    auto pool = impatientPool();
    pool->setShutdownTimeout(2s); // nothing but the offloaded work outlasts that
    const auto link = keep(Pinned::start(StartOptions{.pool = pool.get()}));
    Reply<int> awaited = link.wait([&hang](Pinned &, ServiceContext<Pinned> &context) -> Task<int> {
        QFuture<int> future = context.offload(hang);
        co_return co_await future;
    });
    begun.pass();
    pool.reset();
    QCOMPARE(outcome(std::move(awaited)), LinkError::NoResponse);
    value(link.stopped());
    QCOMPARE(warnings.texts().size(), 1);
    QVERIFY2(warnings.texts().first().contains(u"offload()"), qPrintable(warnings.texts().first()));
    gate.open();
    ended.pass();
}

void tst_Hanging::aboutAsLongAsTheDeadline()
{
    // Whether it is in time is a race. All ends either way, once.
    for (int round = 0; round < 12; ++round) {
        const Warnings warnings;
        Trap trap;
        auto pool = impatientPool();
        const auto link = keep(Pinned::start(StartOptions{.pool = pool.get()}));
        Reply<int> hung = round % 2 ? Reply<int>(link.send<Hang>(&trap)) : Reply<int>(link.send<HangInATask>(&trap));
        trap.waitForPrey();
        Reply<int> behind = link.send<Work>();
        std::thread opener([&] {
            std::this_thread::sleep_for(round * 25ms); // all over the deadline and what is added to it
            trap.open();
        });
        pool.reset();
        opener.join();
        const LinkError one = outcome(std::move(hung)), two = outcome(std::move(behind));
        QVERIFY(one == LinkError::NoError || one == LinkError::NoResponse);
        QVERIFY(two == LinkError::NoError || two == LinkError::NoResponse);
        value(link.stopped());
        QVERIFY(warnings.texts().size() <= 1);
    }
}

QTEST_GUILESS_MAIN(tst_Hanging)
#include "tst_hanging.moc"
