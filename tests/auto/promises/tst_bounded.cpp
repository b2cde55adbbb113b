// SPDX-License-Identifier: MIT
// Promise 14: with a mailbox capacity set, doSend reports MailboxFull, and an awaiting sender waits for room.
#include "testsupport.h"

namespace {

struct Hold
{
    Gate *begun;
    Gate *gate;
};
struct Item
{
    using Response = int;
    int number;
};

class Bounded : public Service<Bounded>
{
public:
    void handle(Hold message)
    {
        message.begun->open();
        message.gate->pass();
    }
    int handle(Item message)
    {
        order.push_back(message.number);
        return message.number;
    }
    std::vector<int> order;

private:
    Live m_live;
};

class Sender : public Service<Sender>
{
};

// A service with room for three, which is held up.
struct Full
{
    Full() : link(Bounded::start(StartOptions{.placement = Placement::dedicated(), .mailboxCapacity = 3}))
    {
        link.doSend(Hold{&begun, &gate});
        begun.pass();
        for (int i = 0; i < 3; ++i)
            QCOMPARE(link.doSend(Item{i}), LinkError::NoError);
    }
    Gate begun, gate;
    Link<Bounded> link;
};

} // namespace

class tst_Bounded : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void doSendReportsAFullMailbox();
    void aRequestThatNobodyAwaitsIsRefused();
    void anAwaitingSenderWaitsForRoom();
    void aBlockingSenderWaitsForRoom();
    void sendersOnTheSameWorker();
    void stopAndTimersNeedNoRoom();
    void thoseWhoWaitForRoomLearnOfTheEnd();
    void roomIsNeverLost();
    void roomForOneIsNeverLost();
};

void tst_Bounded::doSendReportsAFullMailbox()
{
    Full full;
    QCOMPARE(full.link.doSend(Item{9}), LinkError::MailboxFull);
    QCOMPARE(full.link.doExec([] {}), LinkError::MailboxFull);
    full.gate.open();
    while (full.link.doSend(Item{3}) == LinkError::MailboxFull)
        std::this_thread::yield();
    QCOMPARE(value(full.link.exec([](Bounded &service) { return service.order; })), (std::vector<int>{0, 1, 2, 3}));
    stopAndWait(full.link);
    QCOMPARE(full.link.doSend(Item{9}), LinkError::Closed);
}

void tst_Bounded::aRequestThatNobodyAwaitsIsRefused()
{
    Full full;
    Reply<int> polled = full.link.send(Item{9});
    QVERIFY(polled.isFinished());
    QCOMPARE(outcome(std::move(polled)), LinkError::MailboxFull);
    QFuture<int> future = full.link.send(Item{9});
    QVERIFY(future.isFinished());
    QVERIFY_THROWS_EXCEPTION(LinkException, future.waitForFinished());
    std::optional<LinkError> error;
    full.link.send(Item{9}).then(this, [](int) {}).onFailed(this, [&error](LinkError e) { error = e; });
    TRY_VERIFY(error.has_value());
    QCOMPARE(*error, LinkError::MailboxFull);
    static_cast<void>(full.link.send(Item{9})); // dropped: neither sent nor leaked
    full.gate.open();
    stopAndWait(full.link);
}

void tst_Bounded::anAwaitingSenderWaitsForRoom()
{
    Full full;
    const auto sender = Sender::start();
    Reply<int> sum = sender.wait([link = full.link]() -> Task<int> {
        int sum = 0;
        for (int i = 3; i < 10; ++i)
            sum += co_await link.send<Item>(i);
        co_return sum;
    });
    // It waits while nothing moves, and goes on when something does.
    QCOMPARE(full.link.doSend(Item{99}), LinkError::MailboxFull);
    QVERIFY(!sum.isFinished());
    full.gate.open();
    QCOMPARE(value(std::move(sum)), 3 + 4 + 5 + 6 + 7 + 8 + 9);
    stopAndWait(sender);
    stopAndWait(full.link);
}

void tst_Bounded::aBlockingSenderWaitsForRoom()
{
    Full full;
    std::thread sender([&] { QCOMPARE(full.link.send(Item{7}).result(), 7); });
    full.gate.open();
    sender.join();
    stopAndWait(full.link);
}

void tst_Bounded::sendersOnTheSameWorker()
{
    const auto link = Bounded::start(StartOptions{.mailboxCapacity = 3});
    const auto sender = Sender::start(Placement::nearTo(link));
    value(sender.exec([link] {
        for (int i = 0; i < 3; ++i)
            QCOMPARE(link.doSend(Item{i}), LinkError::NoError);
        QCOMPARE(link.doSend(Item{9}), LinkError::MailboxFull);
    }));
    Reply<int> sum = sender.exec([link]() -> Task<int> {
        std::vector<Reply<int>> replies; // more than there is room for
        for (int i = 3; i < 20; ++i)
            replies.push_back(link.send(Item{i}));
        int taken = 0;
        for (Reply<int> &reply : replies) {
            static_cast<void>(co_await std::move(reply));
            ++taken;
        }
        co_return taken;
    });
    QCOMPARE(value(std::move(sum)), 17);
    const auto order = value(link.exec([](Bounded &service) { return service.order; }));
    QCOMPARE(int(order.size()), 20);
    stopAndWait(sender);
    stopAndWait(link);
}

void tst_Bounded::stopAndTimersNeedNoRoom()
{
    const auto link = Bounded::start(StartOptions{.mailboxCapacity = 1});
    std::atomic<int> ticks{0};
    value(link.exec([&](ServiceContext<Bounded> &context) { context.runInterval(100us, [&ticks] { ++ticks; }); }));
    TRY_VERIFY(ticks > 5);
    Gate begun, gate;
    while (link.doSend(Hold{&begun, &gate}) == LinkError::MailboxFull)
        std::this_thread::yield();
    begun.pass();
    QCOMPARE(link.doSend(Item{1}), LinkError::NoError);
    QCOMPARE(link.doSend(Item{2}), LinkError::MailboxFull);
    link.stop();
    gate.open();
    value(link.stopped());
}

void tst_Bounded::thoseWhoWaitForRoomLearnOfTheEnd()
{
    Full full;
    const auto sender = Sender::start();
    std::vector<Reply<int>> replies;
    for (int i = 0; i < 10; ++i) {
        replies.push_back(sender.exec([link = full.link](ServiceContext<Sender> &context) {
            return context.spawn([link]() -> Task<int> { co_return co_await link.send<Item>(1); });
        }));
    }
    value(sender.exec([] {})); // all of them wait
    full.link.stop();
    full.gate.open();
    for (Reply<int> &reply : replies) {
        const LinkError error = outcome(std::move(reply));
        QVERIFY(error == LinkError::Closed || error == LinkError::NoResponse || error == LinkError::NoError);
    }
    value(full.link.stopped());
    stopAndWait(sender);
}

void tst_Bounded::roomIsNeverLost()
{
    const auto link = Bounded::start(StartOptions{.mailboxCapacity = 4});
    std::atomic<int> accepted{0};
    std::vector<std::thread> senders;
    for (int s = 0; s < 4; ++s) {
        senders.emplace_back([&, s] {
            for (int i = 0; i < 2000; ++i) {
                if (s % 2)
                    accepted += link.send(Item{i}).result() == i;
                else if (link.doSend(Item{i}) == LinkError::NoError)
                    ++accepted;
            }
        });
    }
    for (std::thread &sender : senders)
        sender.join();
    QCOMPARE(value(link.exec([](Bounded &service) { return int(service.order.size()); })), accepted.load());
    QVERIFY(accepted >= 4000);
    stopAndWait(link);
}

void tst_Bounded::roomForOneIsNeverLost()
{
    // In each round some find the mailbox full while others begin to wait for room, and then nobody posts any more:
    // whoever waits is not saved by what comes later.
    constexpr int Rounds = 20'000;
    const auto link = Bounded::start(StartOptions{.mailboxCapacity = 1});
    const auto sender = Sender::start();
    std::atomic<int> round{0};
    std::vector<std::thread> posters;
    for (int p = 0; p < 2; ++p) {
        posters.emplace_back([&] {
            for (int seen = 0; seen < Rounds;) {
                round.wait(seen);
                seen = round.load();
                for (int i = 0; i < 8; ++i)
                    static_cast<void>(link.doSend(Item{i}));
            }
        });
    }
    for (int i = 1; i <= Rounds; ++i) {
        Reply<int> awaited =
                i % 2 ? Reply<int>() : sender.wait([link, i]() -> Task<int> { co_return co_await link.send<Item>(i); });
        round.store(i);
        round.notify_all();
        QCOMPARE(value(link.send<Item>(i)), i);
        if (awaited.isValid())
            QCOMPARE(value(std::move(awaited)), i);
    }
    for (std::thread &poster : posters)
        poster.join();
    stopAndWait(sender);
    stopAndWait(link);
}

QTEST_GUILESS_MAIN(tst_Bounded)
#include "tst_bounded.moc"
