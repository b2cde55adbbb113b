// SPDX-License-Identifier: MIT
// Promise 4: the message is posted when send is called; dropping the reply does not withdraw it.
#include "testsupport.h"

namespace {

struct Increment
{
    using Response = int;
};

class Counter : public Service<Counter>
{
public:
    int handle(Increment) { return ++value; }
    int value = 0;
};

} // namespace

class tst_Eager : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aDroppedReplyDoesNotWithdrawItsMessage()
    {
        const auto link = Counter::start();
        for (int i = 0; i < 1000; ++i)
            static_cast<void>(link.send(Increment()));
        QCOMPARE(value(link.send(Increment())), 1001);
        stopAndWait(link);
    }

    void nothingNeedsToBeAwaited()
    {
        const auto link = Counter::start();
        Reply<int> first = link.send(Increment()); // never asked for its outcome
        QCOMPARE(value(link.exec([](Counter &counter) { return counter.value; })), 1);
        stopAndWait(link);
    }
};

QTEST_GUILESS_MAIN(tst_Eager)
#include "tst_eager.moc"
