// SPDX-License-Identifier: MIT
// Promise 5: link.stop() is queued like a message; ctx.stop() closes at once and drains; stopped() ends when the
// service is destroyed.
#include "testsupport.h"

namespace {

struct Work
{
    using Response = int;
};
struct SlowWork
{
    using Response = int;
};
struct StopYourself
{
    Gate *gate;
};

struct Trace
{
    std::vector<QByteArray> steps;
    std::atomic<bool> destroyed{false};
};

template <Affinity A>
class Stoppable : public Service<Stoppable<A>>
{
public:
    static constexpr Affinity affinity = A;

    explicit Stoppable(Trace *trace) : m_trace(trace) { }
    Stoppable(Stoppable &&other) noexcept : m_trace(std::exchange(other.m_trace, nullptr)) { }
    ~Stoppable()
    {
        if (!m_trace)
            return;
        m_trace->steps.push_back("destroyed");
        m_trace->destroyed = true;
    }
    void started(ServiceContext<Stoppable> &) { m_trace->steps.push_back("started"); }
    void stopping() { m_trace->steps.push_back("stopping"); }
    int handle(Work)
    {
        m_trace->steps.push_back("work");
        return 1;
    }
    Task<int> handle(SlowWork, ServiceContext<Stoppable> &context)
    {
        co_await context.sleep(2ms);
        m_trace->steps.push_back("slow work");
        co_return 2;
    }
    void handle(StopYourself message, ServiceContext<Stoppable> &context)
    {
        context.stop();
        message.gate->pass();
    }

private:
    Trace *m_trace;
    Live m_live;
};
using Pinned = Stoppable<Affinity::Worker>;
using Floating = Stoppable<Affinity::Floating>;

} // namespace

class tst_Stopping : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasSentBeforeStopIsHandled() { sentBeforeStop<Pinned>(); }
    void whatWasSentBeforeStopIsHandledWhenFloating() { sentBeforeStop<Floating>(); }
    void contextStopClosesAtOnceAndDrains() { contextStop<Pinned>(); }
    void contextStopClosesAtOnceAndDrainsWhenFloating() { contextStop<Floating>(); }
    void stoppedEndsAfterDestruction();
    void stoppedCanBeAskedForByMany();
    void aSpawnedTaskIsDestroyedWhereItWaits();
    void stopTwiceIsStopOnce();
    void stoppingRunsOnceEvenIfATaskOfItsIsLate();
    void aConstructorThatThrowsEndsTheService();

private:
    template <typename S>
    void sentBeforeStop()
    {
        Trace trace;
        const auto link = S::start(&trace);
        Reply<int> before = link.send(Work());
        Reply<int> slow = link.send(SlowWork());
        link.stop();
        Reply<int> after = link.send(Work());
        QCOMPARE(value(std::move(before)), 1);
        QCOMPARE(value(std::move(slow)), 2);
        const LinkError late = outcome(std::move(after));
        QCOMPARE(late, LinkError::NoResponse);
        value(link.stopped());
        QVERIFY(link.isClosed());
        QCOMPARE(outcome(link.send(Work())), LinkError::Closed);
        const std::vector<QByteArray> expected{"started", "work", "slow work", "stopping", "destroyed"};
        QVERIFY(trace.steps == expected);
    }

    template <typename S>
    void contextStop()
    {
        Trace trace;
        const auto link = S::start(&trace);
        Gate gate;
        link.doSend(StopYourself{&gate});
        // Sent while it is open or while it closes: either handled or Closed, never dropped.
        std::vector<Reply<int>> replies;
        while (!link.isClosed()) {
            replies.push_back(link.send(Work()));
            if (replies.size() % 16 == 0)
                replies.push_back(link.send(SlowWork()));
        }
        QCOMPARE(outcome(link.send(Work())), LinkError::Closed);
        gate.open();
        for (size_t i = 0; i < replies.size(); ++i) {
            const LinkError error = outcome(std::move(replies[i]));
            QVERIFY(error == LinkError::NoError || error == LinkError::Closed);
        }
        value(link.stopped());
        QCOMPARE(trace.steps.back(), QByteArray("destroyed"));
    }
};

void tst_Stopping::stoppedEndsAfterDestruction()
{
    for (int i = 0; i < 200; ++i) {
        Trace trace;
        const auto link = Pinned::start(&trace);
        Reply<void> stopped = link.stopped();
        QVERIFY(!stopped.isFinished());
        link.stop();
        value(std::move(stopped));
        QVERIFY(trace.destroyed);
    }
}

void tst_Stopping::stoppedCanBeAskedForByMany()
{
    Trace trace;
    const auto link = Pinned::start(&trace);
    std::vector<Reply<void>> replies;
    for (int i = 0; i < 10; ++i)
        replies.push_back(link.stopped());
    link.stop();
    for (Reply<void> &reply : replies)
        value(std::move(reply));
    value(link.stopped()); // and afterwards
}

void tst_Stopping::aSpawnedTaskIsDestroyedWhereItWaits()
{
    Trace trace;
    const auto link = Pinned::start(&trace);
    auto frameGone = std::make_shared<int>();
    const std::weak_ptr<int> watch = frameGone;
    // A request that is answered by a spawned task.
    Reply<void> reply = link.exec([frameGone = std::move(frameGone)](ServiceContext<Pinned> &context) {
        return context.spawn([frameGone](ServiceContext<Pinned> &context) -> Task<> {
            for (;;)
                co_await context.sleep(1h);
        });
    });
    stopAndWait(link);
    QCOMPARE(outcome(std::move(reply)), LinkError::NoResponse);
    QVERIFY(watch.expired());
}

void tst_Stopping::stopTwiceIsStopOnce()
{
    Trace trace;
    const auto link = Pinned::start(&trace);
    link.stop();
    link.stop();
    value(link.stopped());
    link.stop();
    QCOMPARE(std::count(trace.steps.begin(), trace.steps.end(), QByteArray("stopping")), 1);
}

void tst_Stopping::stoppingRunsOnceEvenIfATaskOfItsIsLate()
{
    // The answer that its task waits for has come when stopping() returns, so that the task can't just be dropped.
    class LateAtWork : public Service<LateAtWork>
    {
    public:
        LateAtWork(Link<Pinned> colleague, std::atomic<int> *stops) : m_colleague(std::move(colleague)), m_stops(stops)
        {
        }
        void stopping(ServiceContext<LateAtWork> &context)
        {
            if (++*m_stops > 5)
                return; // enough to fail
            static_cast<void>(context.spawn([this]() -> Task<> { co_await m_colleague.send<Work>(); }));
            value(m_colleague.exec([] {})); // comes after that answer
        }

    private:
        Link<Pinned> m_colleague;
        std::atomic<int> *m_stops;
        Live m_live;
    };
    Trace trace;
    std::atomic<int> stops{0};
    const auto colleague = Pinned::start(Placement::dedicated(), &trace);
    const auto link = LateAtWork::start(Placement::dedicated(), colleague, &stops);
    stopAndWait(link);
    QCOMPARE(stops.load(), 1);
    stopAndWait(colleague);
    QCOMPARE(std::count(trace.steps.begin(), trace.steps.end(), QByteArray("work")), 1);
}

void tst_Stopping::aConstructorThatThrowsEndsTheService()
{
    class Unbuildable : public Service<Unbuildable>
    {
    public:
        explicit Unbuildable(int) { throw std::runtime_error("out of order"); }
        int handle(Work) { return 0; }
    };
    const Warnings warnings;
    const auto link = Unbuildable::start(1);
    const LinkError error = outcome(link.send(Work()));
    QVERIFY(error == LinkError::NoResponse || error == LinkError::Closed);
    value(link.stopped());
    QCOMPARE(warnings.texts().size(), 1);
    QVERIFY2(warnings.texts().first().contains(u"Unbuildable") && warnings.texts().first().contains(u"out of order"),
             qPrintable(warnings.texts().first()));
}

QTEST_GUILESS_MAIN(tst_Stopping)
#include "tst_stopping.moc"
