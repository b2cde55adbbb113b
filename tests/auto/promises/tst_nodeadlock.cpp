// SPDX-License-Identifier: MIT
// Promise 8: waiting for what depends on the one who waits fails with WouldDeadlock; it does not hang.
#include "testsupport.h"

namespace {

struct Ping
{
    using Response = int;
};
struct AskSelf
{
    using Response = int;
};
struct AskSelfBlocking
{
    using Response = int;
};
template <Affinity A>
class Partner;
template <Affinity A>
struct AskOther
{
    using Response = int;
    std::vector<Link<Partner<A>>> path; // the last one is asked to ping the first one
};
template <Affinity A>
struct Passed
{
    using Response = int;
    Link<Partner<A>> to;
};

template <Affinity A>
class Partner : public Service<Partner<A>>
{
public:
    static constexpr Affinity affinity = A;

    int handle(Ping) { return 7; }
    Task<int> handle(AskSelf, ServiceContext<Partner> &context)
    {
        co_return co_await context.link().template send<Ping>();
    }
    int handle(AskSelfBlocking, ServiceContext<Partner> &context) { return context.link().send(Ping()).result(); }
    Task<int> handle(AskOther<A> message)
    {
        auto path = std::move(message.path);
        const Link<Partner> next = path.front();
        path.erase(path.begin());
        if (path.empty())
            co_return co_await next.template send<Ping>();
        co_return co_await next.template send<AskOther<A>>(std::move(path));
    }
    Reply<int> handle(Passed<A> message) { return message.to.send(Ping()); }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

private:
    Live m_live;
};
using Pinned = Partner<Affinity::Worker>;

} // namespace

class tst_NoDeadlock : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void awaitingOneself();
    void blockingOnOneself();
    void blockingOnANeighbourOfTheSameWorker();
    void blockingOnTheOwnThreadsService();
    void circleOfTwo() { circle<Affinity::Worker>(2); }
    void circleOfFive() { circle<Affinity::Worker>(5); }
    void circleOfFiveFloating() { circle<Affinity::Floating>(5); }
    void circleThroughAForwardedReply();
    void circleThroughAReplyForwardedToTheBlockedWorker();
    void circleOfBlockedWorkers();
    void aChainIsNoCircle();
    void awaitingASpawnedTaskIsNoCircle();
    void aSpawnedTaskThatIsAwaitedMustNotAskBack();
    void floatingServicesMayBlockOnEachOther();
    void manyCirclesAtOnce();

private:
    template <Affinity A>
    void circle(int size)
    {
        std::vector<Link<Partner<A>>> links;
        for (int i = 0; i < size; ++i)
            links.push_back(Partner<A>::start());
        std::vector<Link<Partner<A>>> path(links.begin() + 1, links.end());
        path.push_back(links.front());
        QCOMPARE(outcome(links.front().template send<AskOther<A>>(path)), LinkError::WouldDeadlock);
        for (const auto &link : links) {
            QCOMPARE(value(link.send(Ping())), 7); // and all of them go on
            link.stop();
        }
    }
};

void tst_NoDeadlock::awaitingOneself()
{
    const auto link = Pinned::start();
    QCOMPARE(outcome(link.send(AskSelf())), LinkError::WouldDeadlock);
    QCOMPARE(value(link.send(Ping())), 7);
    QCOMPARE(outcome(link.wait([](Pinned &, ServiceContext<Pinned> &context) -> Task<int> {
                 const Link<Pinned> self = context.link();
                 co_return co_await self.send<Ping>();
             })),
             LinkError::WouldDeadlock);
    stopAndWait(link);
}

void tst_NoDeadlock::blockingOnOneself()
{
    const auto link = Pinned::start();
    QCOMPARE(outcome(link.send(AskSelfBlocking())), LinkError::WouldDeadlock);
    stopAndWait(link);
}

void tst_NoDeadlock::blockingOnANeighbourOfTheSameWorker()
{
    const auto link = Pinned::start();
    const auto neighbour = Pinned::start(Placement::nearTo(link));
    QCOMPARE(outcome(link.exec([neighbour] { return neighbour.send(Ping()).result(); })), LinkError::WouldDeadlock);
    stopAndWait(link);
    stopAndWait(neighbour);
}

void tst_NoDeadlock::blockingOnTheOwnThreadsService()
{
    const auto link = Pinned::start(Placement::onThread(thread()));
    QCOMPARE(outcome(link.send(Ping())), LinkError::WouldDeadlock);
    link.stop();
    Reply<void> stopped = link.stopped();
    TRY_VERIFY(stopped.isFinished());
}

void tst_NoDeadlock::circleThroughAForwardedReply()
{
    // One waits for two's answer, which two leaves to one.
    const auto one = Pinned::start();
    const auto two = Pinned::start();
    QCOMPARE(outcome(one.wait(
                     [one, two]() -> Task<int> { co_return co_await two.send<Passed<Affinity::Worker>>(one); })),
             LinkError::WouldDeadlock);
    // Without the circle it works.
    const auto three = Pinned::start();
    QCOMPARE(value(one.wait(
                     [two, three]() -> Task<int> { co_return co_await two.send<Passed<Affinity::Worker>>(three); })),
             7);
    for (const auto &link : {one, two, three})
        stopAndWait(link);
}

void tst_NoDeadlock::circleThroughAReplyForwardedToTheBlockedWorker()
{
    // One blocks its worker for two's answer, which two leaves to a neighbour of one.
    WorkerPool pool;
    pool.setMaxWorkerCount(2);
    const auto one = Pinned::start(StartOptions{.pool = &pool});
    const auto two = Pinned::start(StartOptions{.pool = &pool});
    const auto neighbour = Pinned::start(StartOptions{.placement = Placement::nearTo(one), .pool = &pool});
    for (int round = 0; round < 20; ++round) {
        Gate asked;
        Reply<int> reply = one.exec([&] {
            Reply<int> answer = two.exec([&] {
                asked.pass();
                // Most often, one waits by now. Should it not, it sees the circle itself.
                std::this_thread::sleep_for(round * 500us);
                return neighbour.send(Ping());
            });
            asked.open();
            return value(std::move(answer));
        });
        QCOMPARE(outcome(std::move(reply)), LinkError::WouldDeadlock);
        QCOMPARE(value(neighbour.send(Ping())), 7);
    }
    for (const auto &link : {one, two, neighbour})
        stopAndWait(link);
}

void tst_NoDeadlock::circleOfBlockedWorkers()
{
    // Each blocks its own thread for an answer of the other's.
    const auto one = Pinned::start(Placement::dedicated());
    const auto two = Pinned::start(Placement::dedicated());
    Gate gate;
    const auto ask = [&gate](const Link<Pinned> &from, const Link<Pinned> &other) {
        return from.exec([&gate, other] {
            gate.pass();
            return other.send(Ping()).result();
        });
    };
    Reply<int> first = ask(one, two);
    Reply<int> second = ask(two, one);
    gate.open();
    gate.open();
    const LinkError a = outcome(std::move(first)), b = outcome(std::move(second));
    // Usually one of the two is refused and the other gets its answer. If one was done before the other began,
    // there was no circle.
    QVERIFY(a == LinkError::NoError || a == LinkError::WouldDeadlock);
    QVERIFY(b == LinkError::NoError || b == LinkError::WouldDeadlock);
    stopAndWait(one);
    stopAndWait(two);
}

void tst_NoDeadlock::aChainIsNoCircle()
{
    std::vector<Link<Pinned>> links;
    for (int i = 0; i < 10; ++i)
        links.push_back(Pinned::start());
    const std::vector<Link<Pinned>> path(links.begin() + 1, links.end());
    for (int i = 0; i < 20; ++i)
        QCOMPARE(value(links.front().send<AskOther<Affinity::Worker>>(path)), 7);
    for (const auto &link : links)
        stopAndWait(link);
}

void tst_NoDeadlock::awaitingASpawnedTaskIsNoCircle()
{
    const auto link = Pinned::start();
    QCOMPARE(value(link.wait([](Pinned &, ServiceContext<Pinned> &context) -> Task<int> {
                 Reply<int> spawned = context.spawn([](ServiceContext<Pinned> &context) -> Task<int> {
                     co_await context.sleep(1ms);
                     co_return 5;
                 });
                 co_return co_await std::move(spawned);
             })),
             5);
    stopAndWait(link);
}

void tst_NoDeadlock::aSpawnedTaskThatIsAwaitedMustNotAskBack()
{
    const auto link = Pinned::start();
    QCOMPARE(outcome(link.wait([](Pinned &, ServiceContext<Pinned> &context) -> Task<int> {
                 Reply<int> spawned = context.spawn([](ServiceContext<Pinned> &context) -> Task<int> {
                     const Link<Pinned> self = context.link();
                     co_return co_await self.send<Ping>();
                 });
                 co_return co_await std::move(spawned);
             })),
             LinkError::WouldDeadlock);
    QCOMPARE(value(link.send(Ping())), 7);
    stopAndWait(link);
}

void tst_NoDeadlock::floatingServicesMayBlockOnEachOther()
{
    // More blocked handlers than workers: others must take over what waits behind them.
    using Floating = Partner<Affinity::Floating>;
    std::vector<Link<Floating>> links;
    for (int i = 0; i < 20; ++i)
        links.push_back(Floating::start());
    Reply<int> reply = links.back().send(Ping());
    std::function<int(size_t)> ask = [&](size_t i) -> int {
        return i + 1 == links.size() ? 7 : links[i + 1].exec([&ask, i] { return ask(i + 1); }).result();
    };
    QCOMPARE(value(links.front().exec([&ask] { return ask(0); })), 7);
    QCOMPARE(value(std::move(reply)), 7);
    for (const auto &link : links)
        stopAndWait(link);
}

void tst_NoDeadlock::manyCirclesAtOnce()
{
    // Five services that ask each other at random: every question ends.
    std::vector<Link<Pinned>> links;
    for (int i = 0; i < 5; ++i)
        links.push_back(Pinned::start());
    std::vector<Reply<int>> replies;
    for (int i = 0; i < 5000; ++i) {
        const auto &from = links[size_t(i) % 5];
        const auto to = links[size_t(i * 7 + i / 5) % 5];
        replies.push_back(from.wait([to]() -> Task<int> { co_return co_await to.send<Ping>(); }));
    }
    for (Reply<int> &reply : replies) {
        const LinkError error = outcome(std::move(reply));
        QVERIFY(error == LinkError::NoError || error == LinkError::WouldDeadlock);
    }
    for (const auto &link : links)
        stopAndWait(link);
}

QTEST_GUILESS_MAIN(tst_NoDeadlock)
#include "tst_nodeadlock.moc"
