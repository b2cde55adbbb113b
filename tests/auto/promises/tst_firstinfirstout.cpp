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

} // namespace

class tst_FirstInFirstOut : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void allWaysOfSendingKeepOneOrder() { allWays<Affinity::Worker>(); }
    void allWaysOfSendingKeepOneOrderWhenFloating() { allWays<Affinity::Floating>(); }
    void eachOfManySendersKeepsItsOrder();

private:
    template <Affinity A>
    void allWays()
    {
        std::vector<int> order;
        const auto link = Recorder<A>::start(&order);
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
        value(link.stopped());
        QCOMPARE(int(order.size()), next);
        for (int i = 0; i < next; ++i)
            QCOMPARE(order[size_t(i)], i);
    }
};

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
    std::vector<int> last(Senders, -1);
    for (int number : order) {
        QVERIFY(number > last[size_t(number % Senders)]);
        last[size_t(number % Senders)] = number;
    }
}

QTEST_GUILESS_MAIN(tst_FirstInFirstOut)
#include "tst_firstinfirstout.moc"
