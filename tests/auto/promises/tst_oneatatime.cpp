// SPDX-License-Identifier: MIT
// Promise 1: handlers, actions, timers and tasks of one service never overlap, and run on the thread of its worker
// from construction to destruction; a floating one on one worker at a time, each seeing all that the last did.
#include "testsupport.h"

namespace {

struct Touch
{
};
struct TouchTask
{
    using Response = void;
};
struct Count
{
    using Response = int;
};

// Notices when two of its functions run at once, or one on a wrong thread.
template <Affinity A>
class Watched : public Service<Watched<A>>
{
public:
    static constexpr Affinity affinity = A;

    explicit Watched(std::atomic<int> *errors) : m_errors(errors), m_thread(std::this_thread::get_id()) { visit(); }
    Watched(Watched &&) = default;
    ~Watched() { visit(); }

    void started(ServiceContext<Watched> &context)
    {
        visit();
        if constexpr (A == Affinity::Worker)
            m_timer = context.runInterval(100us, [this] { visit(); });
    }
    void stopping() { visit(); }
    void handle(Touch) { visit(); }
    Task<> handle(TouchTask, ServiceContext<Watched> &context)
    {
        visit();
        co_await context.sleep(1us);
        visit();
    }
    int handle(Count) { return m_visits; }
    void visit()
    {
        if (m_inside.exchange(true) || (A == Affinity::Worker && m_thread != std::this_thread::get_id()))
            ++*m_errors;
        ++m_visits; // plain: only safe if nobody else is here
        m_inside.store(false);
    }

private:
    struct Flag : std::atomic<bool>
    {
        Flag() : std::atomic<bool>(false) { }
        Flag(Flag &&) : std::atomic<bool>(false) { }
    };

    Live m_live;
    std::atomic<int> *m_errors;
    std::thread::id m_thread;
    Flag m_inside;
    int m_visits = 0;
    TimerHandle m_timer;
};

} // namespace

class tst_OneAtATime : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void handlersActionsTimersAndTasksDoNotOverlap() { hammer<Affinity::Worker>(); }
    void floatingServicesSeeWhatTheLastWorkerDid() { hammer<Affinity::Floating>(); }
    void aDedicatedServiceHasItsOwnThread();
    void aServiceOnTheMainThreadStaysThere();

private:
    template <Affinity A>
    void hammer()
    {
        constexpr int Senders = 4, Each = 2000;
        std::atomic<int> errors{0};
        std::vector<Link<Watched<A>>> links;
        for (int i = 0; i < 4; ++i)
            links.push_back(Watched<A>::start(&errors));
        std::vector<std::thread> senders;
        for (int s = 0; s < Senders; ++s) {
            senders.emplace_back([&links] {
                for (int i = 0; i < Each; ++i) {
                    const auto &link = links[size_t(i) % links.size()];
                    link.doSend(Touch());
                    link.doExec([](Watched<A> &service) { service.visit(); });
                    if (i % 16 == 0)
                        link.doSend(TouchTask());
                }
            });
        }
        for (std::thread &sender : senders)
            sender.join();
        int visits = 0;
        for (const auto &link : links)
            visits += value(link.send(Count()));
        QVERIFY(visits >= Senders * (2 * Each + 2 * Each / 16));
        for (const auto &link : links)
            stopAndWait(link);
        QCOMPARE(errors.load(), 0);
    }
};

void tst_OneAtATime::aDedicatedServiceHasItsOwnThread()
{
    std::atomic<int> errors{0};
    const auto one = Watched<Affinity::Worker>::start(Placement::dedicated(), &errors);
    const auto other = Watched<Affinity::Worker>::start(Placement::dedicated(), &errors);
    const auto threadOf = [](const auto &link) { return value(link.exec([] { return std::this_thread::get_id(); })); };
    QVERIFY(threadOf(one) != threadOf(other));
    QVERIFY(threadOf(one) != std::this_thread::get_id());
    stopAndWait(one);
    stopAndWait(other);
    QCOMPARE(errors.load(), 0);
}

void tst_OneAtATime::aServiceOnTheMainThreadStaysThere()
{
    std::atomic<int> errors{0};
    const auto link = Watched<Affinity::Worker>::start(Placement::onThread(thread()), &errors);
    for (int i = 0; i < 1000; ++i)
        link.doSend(Touch());
    Reply<std::thread::id> where = link.exec([] { return std::this_thread::get_id(); });
    TRY_VERIFY(where.isFinished());
    QCOMPARE(where.result(), std::this_thread::get_id());
    link.stop();
    Reply<void> stopped = link.stopped();
    TRY_VERIFY(stopped.isFinished());
    QCOMPARE(errors.load(), 0);
}

QTEST_GUILESS_MAIN(tst_OneAtATime)
#include "tst_oneatatime.moc"
