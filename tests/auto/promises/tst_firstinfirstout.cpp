// SPDX-License-Identifier: MIT
// Promise 2: first in, first out from one sender to one service, over send, doSend, exec, doExec, wait, doWait and
// stop together. A Task handler goes on in place; the next message waits.
#include "testsupport.h"

namespace {

struct Number
{
    int value;
};
struct Asked
{
    using Response = void;
    int value;
};
struct Slow
{
    using Response = void;
    int value;
};

template <Affinity A>
class Recorder : public Service<Recorder<A>>
{
public:
    static constexpr Affinity affinity = A;

    explicit Recorder(std::vector<int> *order) : m_order(order) { }
    void handle(Number message) { note(message.value); }
    void handle(Asked message) { note(message.value); }
    Task<> handle(Slow message, ServiceContext<Recorder> &context)
    {
        note(message.value);
        co_await context.sleep(1ms);
        note(message.value + 1);
    }
    void note(int value) { m_order->push_back(value); }

private:
    std::vector<int> *m_order;
};

class Neighbour;
struct Send
{
    Link<Recorder<Affinity::Worker>> to;
    Link<Neighbour> next;
    int value;
    int end;
    Gate *done;
};

class Neighbour : public Service<Neighbour>
{
public:
    // One at a time, in turn with another neighbour: the receiver has its turn in between, and rests.
    void handle(Send message, ServiceContext<Neighbour> &context)
    {
        message.to.doSend(Number{message.value});
        message.value += 2; // the odd ones come from elsewhere
        if (message.value < message.end)
            std::exchange(message.next, context.link()).doSend(message);
        else
            message.done->open();
    }
};

} // namespace

class tst_FirstInFirstOut : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void allWaysOfSendingKeepOneOrder() { allWays<Affinity::Worker>(); }
    void allWaysOfSendingKeepOneOrderWhenFloating() { allWays<Affinity::Floating>(); }
    void allWaysOfSendingKeepOneOrderOnOneWorker();
    void allWaysOfSendingKeepOneOrderOnThisThread();
    void whatCameFromElsewhereIsNotOvertaken();
    void eachOfManySendersKeepsItsOrder();
    void oneOnItsWorkerAndOneElsewhereKeepTheirOrder();

private:
    template <Affinity A>
    void allWays()
    {
        std::vector<int> order;
        const auto link = Recorder<A>::start(&order);
        const int sent = sendAllWays(link);
        value(link.stopped());
        check(order, sent);
    }
    template <Affinity A>
    static int sendAllWays(const Link<Recorder<A>> &link)
    {
        int next = 0;
        for (int round = 0; round < 50; ++round) {
            link.doSend(Number{next++});
            link.template send<Asked>(next++);
            link.template doSend<Number>(next++);
            link.exec([value = next++](Recorder<A> &service) { service.note(value); });
            link.doExec([value = next++](Recorder<A> &service) { service.note(value); });
            link.doSend(Slow{next});
            next += 2;
            link.wait([value = next++](Recorder<A> &service, ServiceContext<Recorder<A>> &context) -> Task<> {
                co_await context.sleep(10us);
                service.note(value);
            });
            link.doWait([value = next++](Recorder<A> &service) -> Task<> {
                service.note(value);
                co_return;
            });
        }
        link.stop();
        link.doSend(Number{-1});
        return next;
    }
    static void check(const std::vector<int> &order, int count)
    {
        QCOMPARE(int(order.size()), count);
        for (int i = 0; i < count; ++i)
            QCOMPARE(order[size_t(i)], i);
    }
    // Each sender sent its number, and in steps of their count what follows.
    static void checkEach(const std::vector<int> &order, int senders)
    {
        std::vector<int> last(size_t(senders), -1);
        for (int number : order) {
            QVERIFY(number > last[size_t(number % senders)]);
            last[size_t(number % senders)] = number;
        }
    }
};

void tst_FirstInFirstOut::allWaysOfSendingKeepOneOrderOnOneWorker()
{
    std::vector<int> order;
    const auto link = Recorder<Affinity::Worker>::start(&order);
    const auto neighbour = Neighbour::start(Placement::nearTo(link));
    const int sent = value(neighbour.exec([link] { return sendAllWays(link); }));
    value(link.stopped());
    check(order, sent);
    stopAndWait(neighbour);
}

void tst_FirstInFirstOut::allWaysOfSendingKeepOneOrderOnThisThread()
{
    std::vector<int> order;
    const auto here = Placement::onThread(QThread::currentThread());
    const auto link = Recorder<Affinity::Worker>::start(here, &order);
    const auto neighbour = Neighbour::start(here);
    int sent = 0;
    int ended = 0;
    neighbour.doExec([&] { sent = sendAllWays(link); });
    link.stopped().then(this, [&ended] { ++ended; });
    TRY_COMPARE(ended, 1);
    check(order, sent);
    neighbour.stop();
    neighbour.stopped().then(this, [&ended] { ++ended; });
    TRY_COMPARE(ended, 2);
}

// A message from the service's own worker takes a shorter way, but only where nothing waits on the longer one.
void tst_FirstInFirstOut::whatCameFromElsewhereIsNotOvertaken()
{
    constexpr int Rounds = 100;
    std::vector<int> order;
    const auto link = Recorder<Affinity::Worker>::start(&order);
    const auto neighbour = Neighbour::start(Placement::nearTo(link));
    for (int round = 0; round < Rounds; ++round) {
        value(neighbour.exec([link, next = round * 5] {
            link.doSend(Number{next});
            link.doSend(Number{next + 1});
            std::thread([link, next] { link.doSend(Number{next + 2}); }).join();
            link.doSend(Number{next + 3});
            link.doSend(Number{next + 4});
        }));
    }
    stopAndWait(link);
    check(order, Rounds * 5);
    stopAndWait(neighbour);
}

void tst_FirstInFirstOut::eachOfManySendersKeepsItsOrder()
{
    constexpr int Senders = 4, Each = 20000;
    std::vector<int> order;
    const auto link = Recorder<Affinity::Worker>::start(&order);
    std::vector<std::thread> senders;
    for (int s = 0; s < Senders; ++s) {
        senders.emplace_back([link, s] {
            for (int i = 0; i < Each; ++i)
                link.doSend(Number{i * Senders + s});
        });
    }
    for (std::thread &sender : senders)
        sender.join();
    stopAndWait(link);
    QCOMPARE(int(order.size()), Senders * Each);
    checkEach(order, Senders);
}

// Both find it at rest most of the time, and wake it up at the same time now and then.
void tst_FirstInFirstOut::oneOnItsWorkerAndOneElsewhereKeepTheirOrder()
{
    constexpr int Near = 200000, Far = 20000;
    std::vector<int> order;
    const auto link = Recorder<Affinity::Worker>::start(&order);
    const auto neighbour = Neighbour::start(Placement::nearTo(link));
    const auto other = Neighbour::start(Placement::nearTo(link));
    Gate done;
    neighbour.doSend(Send{link, other, 0, 2 * Near, &done});
    for (int i = 0; i < Far; ++i)
        value(link.send(Asked{2 * i + 1}));
    done.pass();
    stopAndWait(neighbour);
    stopAndWait(other);
    stopAndWait(link);
    QCOMPARE(int(order.size()), Near + Far);
    checkEach(order, 2);
}

QTEST_GUILESS_MAIN(tst_FirstInFirstOut)
#include "tst_firstinfirstout.moc"
