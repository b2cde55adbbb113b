// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <QtCore/QStringListModel>

// Signals that become messages, and services that emit signals.

namespace {

struct SetVolume
{
    int volume = 0;
};
struct SetRange
{
    int from = 0;
    int to = 0;
};
struct Volumes
{
    using Response = QList<int>;
};

class Mixer : public Service<Mixer>
{
public:
    void handle(SetVolume message) { m_volumes << message.volume; }
    void handle(SetRange message) { m_volumes << message.from << message.to; }
    void handle(QString text) { m_volumes << int(text.size()); }
    QList<int> handle(Volumes) { return m_volumes; }

private:
    QList<int> m_volumes;
};

class Panel : public QObject
{
    Q_OBJECT
Q_SIGNALS:
    void volumeChanged(int volume);
    void rangeChanged(int from, int to);
    void named(const QString &name);
    void pressed();
};

class Speaker : public QObject
{
    Q_OBJECT
public:
    QList<int> heard;
    QThread *heardIn = nullptr;

    Speaker()
    {
        connect(this, &Speaker::said, this, [this](int number, const QString &) {
            heard << number;
            heardIn = QThread::currentThread();
        });
    }

Q_SIGNALS:
    void said(int number, const QString &text);
};

struct Say
{
    int count = 0;
};
class Talker : public Service<Talker>
{
public:
    explicit Talker(SignalEmitter<Speaker> speaker) : m_speaker(std::move(speaker)) { }
    void handle(Say message)
    {
        for (int i = 1; i <= message.count; ++i)
            m_speaker.emitSignal(&Speaker::said, i, QStringLiteral("text"));
    }

private:
    SignalEmitter<Speaker> m_speaker;
};

} // namespace

class tst_Signals : public InterlinkTest
{
    Q_OBJECT
private Q_SLOTS:
    void aSignalIsAMessage()
    {
        const auto link = Mixer::start();
        Panel panel;
        connectTo(&panel, &Panel::volumeChanged, link, [](int volume) { return SetVolume{volume}; });
        for (int i = 0; i < 100; ++i)
            Q_EMIT panel.volumeChanged(i);
        const QList<int> volumes = value(link.send(Volumes()));
        QCOMPARE(volumes.size(), 100);
        QVERIFY(std::is_sorted(volumes.begin(), volumes.end()));
        stopAndWait(link);
    }
    void aMessageOfTheArguments()
    {
        const auto link = Mixer::start();
        Panel panel;
        connectTo<SetVolume>(&panel, &Panel::volumeChanged, link);
        connectTo<SetRange>(&panel, &Panel::rangeChanged, link);
        connectTo<QString>(&panel, &Panel::named, link);
        Q_EMIT panel.volumeChanged(1);
        Q_EMIT panel.rangeChanged(2, 3);
        Q_EMIT panel.named(QStringLiteral("four"));
        QCOMPARE(value(link.send(Volumes())), (QList<int>{1, 2, 3, 4}));
        stopAndWait(link);
    }
    void aMapperThatTakesLess()
    {
        const auto link = Mixer::start();
        Panel panel;
        connectTo(&panel, &Panel::rangeChanged, link, [](int from) { return SetVolume{from}; });
        connectTo(&panel, &Panel::pressed, link, [] { return SetVolume{7}; });
        Q_EMIT panel.rangeChanged(5, 6);
        Q_EMIT panel.pressed();
        QCOMPARE(value(link.send(Volumes())), (QList<int>{5, 7}));
        stopAndWait(link);
    }
    void aMapperThatSendsSometimes()
    {
        const auto link = Mixer::start();
        Panel panel;
        connectTo(&panel, &Panel::volumeChanged, link, [](int volume) {
            return volume % 2 ? std::optional<SetVolume>() : std::optional<SetVolume>(SetVolume{volume});
        });
        for (int i = 0; i < 5; ++i)
            Q_EMIT panel.volumeChanged(i);
        QCOMPARE(value(link.send(Volumes())), (QList<int>{0, 2, 4}));
        stopAndWait(link);
    }
    void itEndsByDisconnect()
    {
        const auto link = Mixer::start();
        Panel panel;
        const QMetaObject::Connection connection = connectTo<SetVolume>(&panel, &Panel::volumeChanged, link);
        Q_EMIT panel.volumeChanged(1);
        QVERIFY(QObject::disconnect(connection));
        Q_EMIT panel.volumeChanged(2);
        QCOMPARE(value(link.send(Volumes())), QList<int>{1});
        stopAndWait(link);
    }
    void itEndsWithTheService()
    {
        const auto link = Mixer::start();
        Panel panel;
        const QMetaObject::Connection connection = connectTo<SetVolume>(&panel, &Panel::volumeChanged, link);
        stopAndWait(link);
        Q_EMIT panel.volumeChanged(1);
        QVERIFY(!QObject::disconnect(connection)); // it is gone already
    }
    void itEndsWithTheSender()
    {
        const auto link = Mixer::start(StartOptions{.stopWhenUnlinked = true});
        const Reply<void> stopped = link.stopped();
        auto panel = std::make_unique<Panel>();
        connectTo<SetVolume>(panel.get(), &Panel::volumeChanged, link);
        Q_EMIT panel->volumeChanged(1);
        QCOMPARE(value(link.send(Volumes())), QList<int>{1});
        panel.reset(); // with the link that it held
        stopAndWait(link);
    }
    void aFullMailboxIsWarnedOfOnce()
    {
        const Warnings warnings;
        const auto link = Mixer::start(StartOptions{.mailboxCapacity = 2, .name = QStringLiteral("mixer")});
        Gate gate;
        link.doExec([&gate] { gate.pass(); });
        Panel panel;
        connectTo<SetVolume>(&panel, &Panel::volumeChanged, link);
        for (int i = 0; i < 10; ++i)
            Q_EMIT panel.volumeChanged(i);
        gate.open();
        stopAndWait(link);
        QCOMPARE(warnings.texts().size(), 1);
        QVERIFY(warnings.texts().first().startsWith(QStringLiteral("mixer: its mailbox is full")));
    }
    void aSignalOfAnotherThread()
    {
        const auto link = Mixer::start();
        std::unique_ptr<QThread> thread(QThread::create([&link] {
            Panel panel;
            connectTo<SetVolume>(&panel, &Panel::volumeChanged, link);
            for (int i = 0; i < 1000; ++i)
                Q_EMIT panel.volumeChanged(i);
        }));
        thread->start();
        QVERIFY(thread->wait(QDeadlineTimer(Patience)));
        QCOMPARE(value(link.send(Volumes())).size(), 1000);
        stopAndWait(link);
    }

    void aServiceEmitsInTheObjectsThread()
    {
        Speaker speaker;
        const auto link = Talker::start(SignalEmitter<Speaker>(&speaker));
        link.doSend(Say{1000});
        TRY_COMPARE(speaker.heard.size(), 1000);
        QVERIFY(std::is_sorted(speaker.heard.begin(), speaker.heard.end()));
        QCOMPARE(speaker.heardIn, QThread::currentThread());
        stopAndWait(link);
    }
    void anObjectThatDied()
    {
        auto speaker = std::make_unique<Speaker>();
        const auto link = Talker::start(SignalEmitter<Speaker>(speaker.get()));
        value(link.exec([](Talker &talker) { talker.handle(Say{100}); })); // on their way
        speaker.reset();
        value(link.exec([](Talker &talker) { talker.handle(Say{100}); }));
        QCoreApplication::processEvents();
        stopAndWait(link);
    }
    void anEmitterOfNothing()
    {
        const SignalEmitter<Speaker> none;
        none.emitSignal(&Speaker::said, 1, QString());
        const SignalEmitter<Speaker> null(nullptr);
        null.emitSignal(&Speaker::said, 1, QString());
    }

    void guardedRunsWhileTheObjectLives()
    {
        const auto link = Mixer::start(Placement::onThread(QThread::currentThread()));
        auto panel = std::make_unique<Panel>();
        panel->setObjectName(QStringLiteral("panel"));
        QString name;
        link.exec(guarded(panel.get(), [](Panel &panel) {
                return panel.objectName();
            })).then(this, [&name](const QString &text) { name = text; });
        TRY_COMPARE(name, QStringLiteral("panel"));

        LinkError error = LinkError::NoError;
        bool ran = false;
        link.exec(guarded(panel.get(), [&ran](Panel &) { ran = true; })).onFailed(this, [&error](LinkError e) {
            error = e;
        });
        panel.reset();
        TRY_COMPARE(error, LinkError::Canceled);
        QVERIFY(!ran);
        QVERIFY(!link.isClosed());
        stopAndWaitHere(link);
    }
    void guardedRefusesAnotherThread()
    {
        const auto link = Mixer::start();
        Panel panel;
        QCOMPARE(outcome(Reply<void>(link.exec(guarded(&panel, [](Panel &) {})).release())), LinkError::Canceled);
        stopAndWait(link);
    }

private:
    // Of a service on this thread, which must not block.
    template <typename S>
    void stopAndWaitHere(const Link<S> &link)
    {
        bool gone = false;
        link.stop();
        link.stopped().then(this, [&gone] { gone = true; });
        TRY_VERIFY(gone);
    }
};

QTEST_GUILESS_MAIN(tst_Signals)
#include "tst_signals.moc"
