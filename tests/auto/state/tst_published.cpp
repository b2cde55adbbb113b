// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <QtCore/QPointer>

// What a service publishes, as others see it.

namespace {

struct Status
{
    int number = 0;
    QString text;
    std::shared_ptr<Live> live = {}; // of those that were published
};

struct Publish
{
    int number = 0;
};
struct PublishMany
{
    int count = 0;
};
struct PublishText
{
    QString text;
};

class Publisher : public Service<Publisher>
{
public:
    void handle(Publish message, ServiceContext<Publisher> &ctx)
    {
        ctx.publish(Status{message.number, {}, std::make_shared<Live>()});
    }
    void handle(const PublishMany &message, ServiceContext<Publisher> &ctx)
    {
        for (int i = 1; i <= message.count; ++i)
            ctx.publish(Status{i, {}, std::make_shared<Live>()});
    }
    void handle(const PublishText &message, ServiceContext<Publisher> &ctx) { ctx.publish(message.text); }
};

class FloatingPublisher : public Service<FloatingPublisher>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
    void handle(Publish message, ServiceContext<FloatingPublisher> &ctx) { ctx.publish(message.number); }
};

class LastWords : public Service<LastWords>
{
public:
    void started(ServiceContext<LastWords> &ctx) { m_context = &ctx; }
    void stopping() { m_context->publish(QStringLiteral("goodbye")); }

private:
    ServiceContext<LastWords> *m_context = nullptr;
};

} // namespace

class tst_Published : public InterlinkTest
{
    Q_OBJECT
private Q_SLOTS:
    void whatWasPublishedBeforeIsThereAtOnce()
    {
        const auto link = Publisher::start();
        value(link.exec([](ServiceContext<Publisher> &ctx) {
            ctx.publish(Status{7, QStringLiteral("seven"), std::make_shared<Live>()});
        }));
        const Observed<Status> status = link.observe<Status>();
        QVERIFY(status.hasValue());
        QCOMPARE(status->number, 7);
        QCOMPARE(status->text, QStringLiteral("seven"));
        stopAndWait(link);
    }
    void nothingYet()
    {
        const auto link = Publisher::start();
        const Observed<Status> status = link.observe<Status>();
        QVERIFY(!status.hasValue());
        QVERIFY(status.isActive());
        QCOMPARE(status->number, 0);
        stopAndWait(link);
    }
    void aNewStateIsNotified()
    {
        const auto link = Publisher::start();
        const Observed<Status> status = link.observe<Status>();
        QSignalSpy changed(status.notifier(), &StateObserver::changed);
        link.doSend(Publish{1});
        TRY_COMPARE(status->number, 1);
        QCOMPARE(changed.count(), 1);
        link.doSend(Publish{2});
        TRY_COMPARE(status->number, 2);
        QCOMPARE(changed.count(), 2);
        stopAndWait(link);
    }
    void statesThatWereReplacedAreSkipped()
    {
        const auto link = Publisher::start();
        const Observed<Status> status = link.observe<Status>();
        QSignalSpy changed(status.notifier(), &StateObserver::changed);
        value(link.send(PublishMany{100000})); // blocks: this thread takes no turn meanwhile
        QCOMPARE(changed.count(), 0);
        TRY_COMPARE(status->number, 100000);
        QCOMPARE(changed.count(), 1);
        stopAndWait(link);
    }
    void atMostOneNotificationATurn()
    {
        const auto link = Publisher::start();
        const Observed<Status> status = link.observe<Status>();
        QSignalSpy changed(status.notifier(), &StateObserver::changed);
        link.doSend(PublishMany{200000});
        int turns = 0;
        while (status->number < 200000) {
            QCoreApplication::processEvents();
            ++turns;
        }
        QVERIFY2(changed.count() <= turns, qPrintable(QStringLiteral("%1 in %2").arg(changed.count()).arg(turns)));
        stopAndWait(link);
    }
    void itGoesForwardOnlyAndEndsWithTheLast()
    {
        const auto link = Publisher::start();
        Observed<Status> status = link.observe<Status>();
        QObject context;
        int last = 0;
        status.onChanged(&context, [&last](const Status &state) {
            QVERIFY(state.number > last);
            last = state.number;
        });
        link.doSend(PublishMany{50000});
        TRY_COMPARE(last, 50000);
        stopAndWait(link);
    }
    void anotherTypeIsAnotherState()
    {
        const auto link = Publisher::start();
        const Observed<Status> status = link.observe<Status>();
        const Observed<QString> text = link.observe<QString>();
        link.doSend(PublishText{QStringLiteral("hello")});
        TRY_COMPARE(text.value(), QStringLiteral("hello"));
        QVERIFY(!status.hasValue());
        link.doSend(Publish{3});
        TRY_COMPARE(status->number, 3);
        QCOMPARE(text.value(), QStringLiteral("hello"));
        stopAndWait(link);
    }
    void aBindableProperty()
    {
        const auto link = Publisher::start();
        Observed<QString> text = link.observe<QString>();
        QBindable<QString> bindable = text.bindable();
        QProperty<QString> shout;
        shout.setBinding([bindable] { return bindable.value().toUpper(); });
        QCOMPARE(shout.value(), QString());
        link.doSend(PublishText{QStringLiteral("hello")});
        TRY_COMPARE(shout.value(), QStringLiteral("HELLO"));
        QVERIFY(bindable.isReadOnly());
        stopAndWait(link);
    }
    void onChangedBeginsWithWhatIsThere()
    {
        const auto link = Publisher::start();
        value(link.send(Publish{5}));
        Observed<Status> status = link.observe<Status>();
        QList<int> seen;
        QObject context;
        status.onChanged(&context, [&seen](const Status &state) { seen << state.number; });
        QCOMPARE(seen, QList<int>{5});
        link.doSend(Publish{6});
        TRY_COMPARE(seen, (QList<int>{5, 6}));
        stopAndWait(link);
    }
    void onChangedEndsWithItsContext()
    {
        const auto link = Publisher::start();
        Observed<Status> status = link.observe<Status>();
        int calls = 0;
        {
            QObject context;
            status.onChanged(&context, [&calls](const Status &) { ++calls; });
        }
        link.doSend(Publish{1});
        TRY_COMPARE(status->number, 1);
        QCOMPARE(calls, 0);
        stopAndWait(link);
    }
    void theObserverMayGoInItsOwnNotification()
    {
        const auto link = Publisher::start();
        auto status = std::make_unique<Observed<Status>>(link.observe<Status>());
        QObject context;
        connect(status->notifier(), &StateObserver::changed, &context, [&status] { status.reset(); });
        link.doSend(Publish{1});
        TRY_VERIFY(!status);
        stopAndWait(link);
    }
    void anObserverThatIsMovedGoesOn()
    {
        const auto link = Publisher::start();
        Observed<Status> first = link.observe<Status>();
        Observed<Status> second = std::move(first);
        QVERIFY(!first.isActive());
        link.doSend(Publish{4});
        TRY_COMPARE(second->number, 4);
        stopAndWait(link);
    }
    void theServicesEnd()
    {
        const auto link = LastWords::start();
        const Observed<QString> words = link.observe<QString>();
        QStringList order;
        connect(words.notifier(), &StateObserver::changed, this, [&order] { order << QStringLiteral("changed"); });
        connect(words.notifier(), &StateObserver::ended, this, [&order] { order << QStringLiteral("ended"); });
        link.stop();
        TRY_COMPARE(order, (QStringList{QStringLiteral("changed"), QStringLiteral("ended")}));
        QCOMPARE(words.value(), QStringLiteral("goodbye")); // stays readable
        QVERIFY(!words.isActive());
    }
    void observingOneThatHasEnded()
    {
        const auto link = Publisher::start();
        stopAndWait(link);
        const Observed<Status> status = link.observe<Status>();
        QVERIFY(!status.isActive());
        QVERIFY(!status.hasValue());
        QVERIFY(!Link<Publisher>().observe<Status>().isActive());
    }
    void whateverTypeComesFirst()
    {
        const auto link = Publisher::start();
        StateObserver observer(link.core());
        QVERIFY(!observer.stateType().isValid());
        value(link.send(PublishText{QStringLiteral("first")}));
        value(link.send(Publish{9}));
        TRY_VERIFY(observer.state());
        QCOMPARE(observer.stateType(), QMetaType::fromType<QString>());
        QCOMPARE(observer.stateVariant().toString(), QStringLiteral("first"));
        stopAndWait(link);
    }
    void manualDeliveryKeepsItsOwnRhythm()
    {
        const auto link = Publisher::start();
        StateObserver observer(link.core(), QMetaType::fromType<Status>());
        observer.setManualDelivery(true);
        QSignalSpy pending(&observer, &StateObserver::changePending);
        QSignalSpy changed(&observer, &StateObserver::changed);
        value(link.send(Publish{1}));
        TRY_COMPARE(pending.count(), 1);
        value(link.send(Publish{2}));
        QCoreApplication::processEvents();
        QCOMPARE(pending.count(), 1); // told once, until it is taken
        QCOMPARE(changed.count(), 0);
        QVERIFY(observer.deliver());
        QCOMPARE(changed.count(), 1);
        QCOMPARE(static_cast<const Status *>(observer.state())->number, 2);
        QVERIFY(!observer.deliver());
        value(link.send(Publish{3}));
        TRY_COMPARE(pending.count(), 2);
        stopAndWait(link);
    }
    void aFloatingServicePublishes()
    {
        const auto link = FloatingPublisher::start();
        const Observed<int> number = link.observe<int>();
        for (int i = 1; i <= 1000; ++i)
            link.doSend(Publish{i});
        TRY_COMPARE(number.value(), 1000);
        stopAndWait(link);
    }
    void manyThreadsObserve()
    {
        const auto link = Publisher::start();
        std::vector<std::unique_ptr<QThread>> threads;
        std::atomic<int> sawLast{0};
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back(QThread::create([&link, &sawLast] {
                Observed<Status> status = link.observe<Status>();
                QEventLoop loop;
                const auto look = [&] {
                    if (status->number == 20000) {
                        ++sawLast;
                        loop.quit();
                    }
                };
                connect(status.notifier(), &StateObserver::changed, &loop, look);
                if (status->number != 20000)
                    loop.exec();
                else
                    ++sawLast;
            }));
            threads.back()->start();
        }
        for (int i = 1; i <= 20000; ++i)
            link.doSend(Publish{i});
        for (const auto &thread : threads)
            QVERIFY(thread->wait(QDeadlineTimer(Patience)));
        QCOMPARE(sawLast.load(), 4);
        stopAndWait(link);
    }
    void observersThatComeAndGoUnderAFlood()
    {
        const auto link = Publisher::start();
        const auto flood = link.send(PublishMany{300000});
        while (!flood.isFinished()) {
            const Observed<Status> status = link.observe<Status>();
            QCoreApplication::processEvents();
        }
        stopAndWait(link);
    }
};

QTEST_GUILESS_MAIN(tst_Published)
#include "tst_published.moc"
