// SPDX-License-Identifier: MIT
// Promise 3: exactly one outcome for every reply, whatever races.
#include "testsupport.h"

#include <QtCore/QRandomGenerator>

#include <stdexcept>

namespace {

struct Echo
{
    using Response = int;
    int value;
};
struct Fail
{
    using Response = int;
};
struct Keep
{
    using Response = int;
};
struct Hold
{
    using Response = void;
    Gate *gate;
};
struct Nothing
{
    using Response = int;
};

template <Affinity A>
class Answerer : public Service<Answerer<A>>
{
public:
    static constexpr Affinity affinity = A;

    int handle(Echo message) { return message.value; }
    int handle(Fail) { throw std::runtime_error("no"); }
    void handle(Hold message) { message.gate->pass(); }
    std::optional<int> handle(Nothing) { return std::nullopt; }
    QFuture<int> handle(Keep)
    {
        QPromise<int> promise; // dropped: the future ends cancelled
        promise.start();
        return promise.future();
    }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

private:
    Live m_live;
};
using Pinned = Answerer<Affinity::Worker>;

// Counts its outcomes, one by one.
struct Ledger
{
    std::atomic<qint64> values{0}, errors{0}, exceptions{0};
    qint64 sum() const { return values + errors + exceptions; }

    template <typename R>
    void enter(Reply<R> &reply)
    {
        try {
            static_cast<void>(reply.result());
            ++values;
        } catch (const LinkException &) {
            ++errors;
        } catch (const std::exception &) {
            ++exceptions;
        }
    }
};

} // namespace

class tst_ExactlyOneOutcome : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aValue();
    void anException();
    void noResponseFromAnEmptyOptional();
    void canceledFromADroppedPromise();
    void closedAfterStop();
    void noResponseWhenTheServiceStopsFirst();
    void canceledBeforeItBegan();
    void canceledWhileInProgressRunsToItsEnd();
    void timedOut();
    void aTimeoutThatIsNotReachedChangesNothing();
    void ledgerOfAMillionRequests_data();
    void ledgerOfAMillionRequests();
};

void tst_ExactlyOneOutcome::aValue()
{
    const auto link = Pinned::start();
    QCOMPARE(value(link.send<Echo>(42)), 42);
    stopAndWait(link);
}

void tst_ExactlyOneOutcome::anException()
{
    const auto link = Pinned::start();
    Reply<int> reply = link.send(Fail());
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, static_cast<void>(reply.result()));
    QVERIFY(!reply.isValid());
    stopAndWait(link);
}

void tst_ExactlyOneOutcome::noResponseFromAnEmptyOptional()
{
    const auto link = Pinned::start();
    QCOMPARE(outcome(link.send(Nothing())), LinkError::NoResponse);
    stopAndWait(link);
}

void tst_ExactlyOneOutcome::canceledFromADroppedPromise()
{
    const auto link = Pinned::start();
    QCOMPARE(outcome(link.send(Keep())), LinkError::Canceled);
    stopAndWait(link);
}

void tst_ExactlyOneOutcome::closedAfterStop()
{
    const auto link = Pinned::start();
    stopAndWait(link);
    QCOMPARE(outcome(link.send<Echo>(1)), LinkError::Closed);
    QCOMPARE(outcome(link.exec([] { return 1; })), LinkError::Closed);
    QCOMPARE(link.doSend(Echo{1}), LinkError::Closed);
    QCOMPARE(link.doExec([] {}), LinkError::Closed);
    QCOMPARE(outcome(Link<Pinned>().send<Echo>(1)), LinkError::Closed);
}

void tst_ExactlyOneOutcome::noResponseWhenTheServiceStopsFirst()
{
    const auto link = Pinned::start();
    Gate gate;
    link.doSend(Hold{&gate});
    link.stop();
    std::vector<Reply<int>> late;
    for (int i = 0; i < 100; ++i)
        late.push_back(link.send<Echo>(i));
    gate.open();
    for (Reply<int> &reply : late)
        QCOMPARE(outcome(std::move(reply)), LinkError::NoResponse);
    value(link.stopped());
}

void tst_ExactlyOneOutcome::canceledBeforeItBegan()
{
    const auto link = Pinned::start();
    Gate gate;
    std::atomic<bool> ran{false};
    link.doSend(Hold{&gate});
    Reply<void> reply = link.exec([&ran] { ran = true; });
    reply.cancel();
    QVERIFY(reply.isFinished());
    gate.open();
    stopAndWait(link);
    QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
    QVERIFY(!ran);
}

void tst_ExactlyOneOutcome::canceledWhileInProgressRunsToItsEnd()
{
    const auto link = Pinned::start();
    Gate begun, gate;
    std::atomic<bool> ended{false};
    Reply<int> reply = link.exec([&] {
        begun.open();
        gate.pass();
        ended = true;
        return 1;
    });
    begun.pass();
    reply.cancel();
    gate.open();
    QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
    stopAndWait(link);
    QVERIFY(ended);
}

void tst_ExactlyOneOutcome::timedOut()
{
    const auto link = Pinned::start(Placement::dedicated()); // its handler blocks
    Gate gate;
    link.doSend(Hold{&gate});
    QCOMPARE(outcome(link.send<Echo>(1).timeout(1ms)), LinkError::TimedOut);
    gate.open();
    stopAndWait(link);
}

void tst_ExactlyOneOutcome::aTimeoutThatIsNotReachedChangesNothing()
{
    const auto link = Pinned::start();
    QCOMPARE(value(Reply<int>(link.send<Echo>(1).timeout(1h))), 1);
    stopAndWait(link);
}

void tst_ExactlyOneOutcome::ledgerOfAMillionRequests_data()
{
    QTest::addColumn<bool>("floating");
    QTest::newRow("pinned") << false;
    QTest::newRow("floating") << true;
}

// Requests race stop, cancel, timeout and destruction; afterwards value + error = sent, nothing is pending.
template <Affinity A>
void runLedger(qint64 requests)
{
    constexpr int Threads = 4;
    Ledger ledger;
    std::atomic<qint64> sent{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < Threads; ++t) {
        threads.emplace_back([&, t] {
            QRandomGenerator random(quint32(t + 1));
            const qint64 mine = requests / Threads;
            qint64 done = 0;
            while (done < mine) {
                const auto link = Answerer<A>::start();
                const int burst = int(std::min<qint64>(200, mine - done));
                std::thread stopper;
                const bool stops = random.bounded(4) == 0;
                if (stops && random.bounded(8) == 0)
                    stopper = std::thread([link] { link.stop(); });
                std::vector<Reply<int>> replies;
                for (int i = 0; i < burst; ++i) {
                    Reply<int> reply;
                    if (random.bounded(50) == 0)
                        reply = link.send(Fail());
                    else if (random.bounded(50) == 0)
                        reply = link.send(Nothing());
                    else
                        reply = link.template send<Echo>(i);
                    ++sent;
                    switch (random.bounded(16)) {
                    case 0:
                        reply.cancel();
                        break;
                    case 1:
                        reply.timeout(std::chrono::microseconds(random.bounded(50)));
                        break;
                    case 2:
                        if (stops)
                            link.stop();
                        break;
                    default:
                        break;
                    }
                    replies.push_back(std::move(reply));
                }
                done += burst;
                if (stopper.joinable())
                    stopper.join();
                link.stop();
                for (Reply<int> &reply : replies)
                    ledger.enter(reply);
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(ledger.sum(), sent.load());
    QCOMPARE(sent.load(), requests);
    QVERIFY(ledger.values > 0 && ledger.errors > 0 && ledger.exceptions > 0);
}

void tst_ExactlyOneOutcome::ledgerOfAMillionRequests()
{
    QFETCH(bool, floating);
#ifdef TEST_SANITIZED
    constexpr qint64 Half = 50'000; // an exception takes AddressSanitizer some hundred times as long
#else
    constexpr qint64 Half = 500'000;
#endif
    if (floating)
        runLedger<Affinity::Floating>(Half);
    else
        runLedger<Affinity::Worker>(Half);
}

QTEST_GUILESS_MAIN(tst_ExactlyOneOutcome)
#include "tst_exactlyoneoutcome.moc"
