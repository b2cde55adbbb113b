// SPDX-License-Identifier: MIT
// Promise 6: dropping the last link does not stop a service; WeakLink does not keep one alive; a start option stops
// it when no Link is left.
#include "testsupport.h"

namespace {

struct Ping
{
    using Response = int;
};
class Idle : public Service<Idle>
{
public:
    int handle(Ping) { return 1; }
    void started(ServiceContext<Idle> &context)
    {
        // The context's link, its timers and tasks must not count.
        m_timer = context.runInterval(1h, [] {});
    }

private:
    Live m_live;
    TimerHandle m_timer;
};

} // namespace

class tst_Lifetime : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aServiceOutlivesItsLastLink();
    void aWeakLinkFindsALivingService();
    void theLastLinkStopsTheServiceIfToldSo();
    void messageLinksCountAsLinks();
    void aWeakLinkDoesNotReviveAnUnlinkedService();
    void memoryOfALargeServiceGoesWhenItEnds();
};

void tst_Lifetime::aServiceOutlivesItsLastLink()
{
    WeakLink<Idle> weak;
    {
        const auto link = Idle::start();
        weak = WeakLink(link);
        QCOMPARE(value(link.send(Ping())), 1);
    }
    const Link<Idle> again = weak.lock();
    QVERIFY(again);
    QCOMPARE(value(again.send(Ping())), 1);
    stopAndWait(again);
}

void tst_Lifetime::aWeakLinkFindsALivingService()
{
    const auto link = Idle::start();
    const WeakLink weak(link);
    QVERIFY(weak.lock() == link);
    stopAndWait(link);
    QVERIFY(!weak.lock());
    QVERIFY(!WeakLink<Idle>().lock());
}

void tst_Lifetime::theLastLinkStopsTheServiceIfToldSo()
{
    Reply<void> stopped;
    Reply<int> last;
    {
        const auto link = Idle::start(StartOptions{.stopWhenUnlinked = true});
        stopped = link.stopped();
        const auto copy = link;
        last = copy.send(Ping());
    }
    QCOMPARE(value(std::move(last)), 1); // what was sent before is handled
    value(std::move(stopped));
}

void tst_Lifetime::messageLinksCountAsLinks()
{
    auto link = Idle::start(StartOptions{.stopWhenUnlinked = true});
    Reply<void> stopped = link.stopped();
    auto messages = link.messageLink<Ping>();
    link = {};
    QCOMPARE(value(messages.send(Ping())), 1);
    QVERIFY(!stopped.isFinished());
    messages = {};
    value(std::move(stopped));
}

void tst_Lifetime::aWeakLinkDoesNotReviveAnUnlinkedService()
{
    auto link = Idle::start(StartOptions{.stopWhenUnlinked = true});
    Reply<void> stopped = link.stopped();
    const WeakLink weak(link);
    QVERIFY(weak.lock());
    link = {};
    QVERIFY(!weak.lock());
    value(std::move(stopped));
}

void tst_Lifetime::memoryOfALargeServiceGoesWhenItEnds()
{
    struct Large : Service<Large>
    {
        int handle(Ping) { return int(bulk.size()); }
        std::array<char, 4096> bulk{};
        Live live;
    };
    const auto link = Large::start();
    QCOMPARE(value(link.send(Ping())), 4096);
    stopAndWait(link);
    QCOMPARE(Live::count.load(), 0); // though the link is still here
}

QTEST_GUILESS_MAIN(tst_Lifetime)
#include "tst_lifetime.moc"
