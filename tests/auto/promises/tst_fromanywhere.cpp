// SPDX-License-Identifier: MIT
// Promise 12: links are usable from any thread, std::thread included, before and after QCoreApplication. Everything
// before send is visible to the handler.
#include "testsupport.h"

#include <QtCore/QTimer>

namespace {

struct Add
{
    using Response = int;
    int value;
};
struct Read
{
    using Response = int;
    const int *plain;
};

template <Affinity A>
class Adder : public Service<Adder<A>>
{
public:
    static constexpr Affinity affinity = A;

    int handle(Add message) { return m_sum += message.value; }
    int handle(Read message) { return *message.plain; }

private:
    int m_sum = 0;
    Live m_live;
};
using Pinned = Adder<Affinity::Worker>;

} // namespace

class tst_FromAnywhere : public QObject
{
    Q_OBJECT

public:
    // What was tried before there was an application.
    int sumBefore = 0;
    bool timerBefore = false;
    Link<Pinned> link;

private Q_SLOTS:
    void beforeTheApplication()
    {
        QCOMPARE(sumBefore, 3);
        QVERIFY(timerBefore);
    }

    void aServiceFromBeforeHasAnEventLoopNow()
    {
        QCOMPARE(value(link.send(Add{4})), 7);
        Gate rang;
        value(link.exec([&rang](ServiceContext<Pinned> &context) {
            QTimer::singleShot(1, context.object(), [&rang] { rang.open(); });
        }));
        rang.pass();
    }

    void fromPlainThreads()
    {
        const auto adder = Pinned::start();
        std::vector<std::thread> threads;
        for (int i = 0; i < 8; ++i) {
            threads.emplace_back([adder] {
                const auto copy = adder;
                for (int k = 0; k < 1000; ++k)
                    copy.doSend(Add{1});
                value(copy.send(Add{0}));
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(value(adder.send(Add{0})), 8000);
        stopAndWait(adder);
    }

    void whatWasWrittenBeforeIsSeen()
    {
        const auto pinned = Pinned::start();
        const auto floating = Adder<Affinity::Floating>::start();
        for (int i = 0; i < 2000; ++i) {
            const auto plain = std::make_unique<int>(i); // written without any synchronisation of its own
            QCOMPARE(value(pinned.send(Read{plain.get()})), i);
            QCOMPARE(value(floating.send(Read{plain.get()})), i);
        }
        stopAndWait(pinned);
        stopAndWait(floating);
    }

    void linksAreValues()
    {
        const auto one = Pinned::start(), other = Pinned::start();
        QVERIFY(one == Link<Pinned>(one) && one != other);
        QSet<Link<Pinned>> set{one, other, one};
        QCOMPARE(set.size(), 2);
        QVERIFY(!Link<Pinned>() && Link<Pinned>().isClosed());
        stopAndWait(one);
        stopAndWait(other);
    }
};

int main(int argc, char **argv)
{
    tst_FromAnywhere test;
    {
        test.link = Pinned::start();
        test.link.doSend(Add{1});
        test.sumBefore = value(test.link.send(Add{2}));
        Gate rang;
        test.link.doExec([&](ServiceContext<Pinned> &context) { context.runLater(1ms, [&rang] { rang.open(); }); });
        rang.pass();
        test.timerBefore = true;
    }
    int failures = 0;
    {
        QCoreApplication app(argc, argv);
        failures = QTest::qExec(&test, argc, argv);
    }
    // The application stopped what was left.
    if (!test.link.isClosed() || outcome(test.link.send(Add{1})) != LinkError::Closed || Live::count != 0)
        qFatal("a service outlived the application");
    // And one can start anew.
    const auto after = Pinned::start();
    if (value(after.send(Add{5})) != 5)
        qFatal("a service after the application gave a wrong answer");
    stopAndWait(after);
    return failures;
}

#include "tst_fromanywhere.moc"
