// SPDX-License-Identifier: MIT
// attachSink(): devices and callables that anybody may write to.
#include "streamsupport.h"

#include <QtCore/QBuffer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QPromise>
#include <QtCore/QTemporaryDir>

#include <functional>
#include <stdexcept>

namespace {

class Writer : public Service<Writer>
{
public:
    explicit Writer(Record *record) : m_record(record) { }

    ErrorAction handleError(StreamError error)
    {
        m_record->add(kindName(error.kind()));
        if (onError)
            onError();
        return action;
    }
    ErrorAction handleError(std::exception_ptr)
    {
        m_record->add("exception");
        return ErrorAction::Continue;
    }
    void stopping()
    {
        if (onStop)
            onStop();
    }

    void add(const QByteArray &entry) { m_record->add(entry); }

    std::function<void()> onError;
    std::function<void()> onStop;
    ErrorAction action = ErrorAction::Continue;
    SinkLink<QByteArray> sink;
    QTcpSocket *socket = nullptr;

private:
    Record *m_record;
    Live m_live;
};
using Context = ServiceContext<Writer>;
using Bytes = SinkLink<QByteArray>;

class Bare : public Service<Bare>
{
};

class Drifting : public Service<Drifting>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
};

template <typename F>
auto in(const Link<Writer> &link, F &&function)
{
    return value(link.exec(std::forward<F>(function)));
}

// A file of its own that a sink writes to.
class Target
{
public:
    Bytes attach(const Link<Writer> &link, const SinkOptions &options = {}) const
    {
        return in(link, [&](Context &context) {
            auto *const file = new QFile(path(), context.object());
            if (!file->open(QIODevice::WriteOnly))
                qFatal("can't open a file");
            return context.attachSink(file, options);
        });
    }
    QByteArray content() const
    {
        QFile file(path());
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    QString path() const { return m_directory.filePath(QStringLiteral("file")); }

private:
    QTemporaryDir m_directory;
};

// A sink to a socket that is connected to the peer.
Bytes attachSocket(const Link<Writer> &link, const Peer &peer, const SinkOptions &options = {})
{
    return in(link, [&](Writer &service, Context &context) {
        service.socket = new QTcpSocket(context.object());
        peer.connectSocket(service.socket);
        return context.attachSink(service.socket, options);
    });
}

// Feeds a peer that doesn't read until the system takes no more. Returns how often that went well.
int fill(const Bytes &sink, const QByteArray &item)
{
    int count = 0;
    for (;;) {
        const LinkError error = sink.feed(item);
        if (error == LinkError::NoError) {
            ++count;
            continue;
        }
        if (error != LinkError::MailboxFull)
            return -1;
        const qsizetype before = sink.pending();
        if (!QTest::qWaitFor([&] { return sink.pending() != before; }, 300))
            return count;
    }
}

} // namespace

class tst_Sinks : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    // devices
    void feed();
    void feedFromTheServiceItself();
    void feedFromASlotOfTheService();
    void sinkRepliesWhenItIsWritten();
    void sinkFromTheServiceItself();
    void flushRepliesWhenAllIsWritten();
    void stopTakesNothingMore();
    void stopFromTheServiceItself();
    void stopWithoutAnyItem();
    void secondStop();
    void manyThreadsKeepTheirOrders();
    void aTcpSocket();
    void aProcess();
    void aFileAsAnyDevice();
    void aTypedEncoder();
    void aWithdrawnItem();
    void aCopyIsTheSameSink();
    // limits
    void mailboxFullWhenThePeerDoesNotRead();
    void mailboxFullWhileTheServiceIsBusy();
    void anItemThatIsLargerThanTheLimit();
    // what breaks
    void aPeerThatGoesAway();
    void aPeerThatGoesAwayWhileStopIsOnItsWay();
    void aPeerThatClosesWhenAllIsWritten();
    void aBrokenSinkWithoutAHandlerWarns();
    void anErrorStopsTheService();
    void aDeviceThatIsClosedInHandleError();
    void aDeviceThatIsClosed();
    void aDeviceThatIsDestroyed();
    void aFullDisk_data();
    void aFullDisk();
    void aDeviceThatIsNotOpen();
    void aConnectionThatIsRefused();
    void aProcessThatDoesNotRead();
    void aProcessThatEnds();
    // ends
    void theServicesEndWritesWhatWasFed();
    void feedWhileTheServiceStops();
    void repliesEndWithTheService();
    void aLinkOutlivesItsService();
    void anEmptyLink();
    void theServiceEndsWhileOthersFeed();
    // waiting
    void awaitedInATaskOfTheService();
    void awaitedInATaskOfAnotherService();
    void waitingOnTheSameWorkerWouldDeadlock();
    // callables
    void aCallable();
    void aCallableWithTheService();
    void aCallableTakesItsItemsInTurn();
    void aCallableThatReturnsATask();
    void aCallableThatThrows();
    void aCallableIsFull();
    void aCallableHasRoomAfterItsReply();
    void aCallableThatIsStopped();
    void aCallableAwaitedInATaskOfTheServiceWouldDeadlock();
    void aCallableOutlivesItsService();
    void aFloatingServicesCallable();
};

// ---- devices ----

void tst_Sinks::feed()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    for (const QByteArray &number : numbers(1000))
        QCOMPARE(sink.feed(number + '\n'), LinkError::NoError);
    value(sink.flush());
    QVERIFY(target.content() == lines(numbers(1000)));
    QCOMPARE(sink.pending(), 0);
    stopAndWait(link);
}

void tst_Sinks::feedFromTheServiceItself()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    const bool fed = in(link, [&] {
        bool fed = true;
        for (const QByteArray &number : numbers(1000))
            fed &= sink.feed(number + '\n') == LinkError::NoError;
        return fed;
    });
    QVERIFY(fed);
    TRY_VERIFY(target.content() == lines(numbers(1000))); // without a flush
    stopAndWait(link);
}

// Code of the service's objects runs between its messages.
void tst_Sinks::feedFromASlotOfTheService()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    QMetaObject::invokeMethod(
            value(link.object()), [&] { sink.feed("slot"); }, Qt::BlockingQueuedConnection);
    value(sink.flush());
    QCOMPARE(target.content(), "slot");
    stopAndWait(link);
}

void tst_Sinks::sinkRepliesWhenItIsWritten()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    value(sink.sink("one"));
    QCOMPARE(target.content(), "one");
    value(sink.sink("two"));
    QCOMPARE(target.content(), "onetwo");
    stopAndWait(link);
}

void tst_Sinks::sinkFromTheServiceItself()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    Reply<void> reply;
    in(link, [&] {
        sink.feed("one ");
        reply = sink.sink("two");
    });
    value(std::move(reply));
    QCOMPARE(target.content(), "one two");
    stopAndWait(link);
}

void tst_Sinks::flushRepliesWhenAllIsWritten()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer, {.maxPending = 64 * 1024 * 1024});
    QTcpSocket *const socket = peer.accept();
    const QByteArray item(32 * 1024 * 1024, 'x');
    QCOMPARE(sink.feed(item), LinkError::NoError);
    Reply<void> flush = sink.flush();
    qsizetype got = 0;
    while (got < item.size()) {
        if (flush.isFinished())
            QCOMPARE(sink.pending(), 0);
        socket->waitForReadyRead(10);
        got += socket->readAll().size();
    }
    value(std::move(flush));
    QCOMPARE(sink.pending(), 0);
    stopAndWait(link);
}

void tst_Sinks::stopTakesNothingMore()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    QFile *file = nullptr;
    const Bytes sink = in(link, [&](Context &context) {
        file = new QFile(target.path(), context.object());
        file->open(QIODevice::WriteOnly);
        return context.attachSink(file);
    });
    QVERIFY(!sink.isClosed());
    sink.feed("one");
    Reply<void> stopped = sink.stop();
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.feed("two"), LinkError::Closed);
    QCOMPARE(outcome(sink.sink("two")), LinkError::Closed);
    value(std::move(stopped));
    QCOMPARE(target.content(), "one");
    QVERIFY(in(link, [&] { return file->isOpen(); }));
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    QCOMPARE(record.count(), 0);
    stopAndWait(link);
}

void tst_Sinks::stopFromTheServiceItself()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    Reply<void> stopped;
    const LinkError later = in(link, [&] {
        sink.feed("one");
        stopped = sink.stop();
        return sink.feed("two");
    });
    QCOMPARE(later, LinkError::Closed);
    value(std::move(stopped));
    QCOMPARE(target.content(), "one");
    stopAndWait(link);
}

void tst_Sinks::stopWithoutAnyItem()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    value(target.attach(link).stop());
    stopAndWait(link);
}

void tst_Sinks::secondStop()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    value(sink.stop());
    const LinkError error = outcome(sink.stop()); // it ends, one way or the other
    QVERIFY(error == LinkError::NoError || error == LinkError::Closed);
    stopAndWait(link);
}

void tst_Sinks::manyThreadsKeepTheirOrders()
{
    constexpr int Threads = 4;
    constexpr int Count = 1000;
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < Threads; ++thread) {
        threads.emplace_back([sink, thread] {
            for (int i = 0; i < Count; ++i) {
                const QByteArray item = QByteArray::number(thread * Count + i) + '\n';
                if (i % 100 == 99)
                    value(sink.sink(item));
                else
                    sink.feed(item);
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    value(sink.flush());
    std::vector<int> next(Threads, 0);
    const QByteArrayList all = target.content().chopped(1).split('\n');
    QCOMPARE(all.count(), Threads * Count);
    for (const QByteArray &entry : all) {
        const int number = entry.toInt();
        QCOMPARE(number % Count, next[size_t(number / Count)]++);
    }
    stopAndWait(link);
}

void tst_Sinks::aTcpSocket()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QCOMPARE(sink.feed("early "), LinkError::NoError); // maybe before it is connected
    QTcpSocket *const socket = peer.accept();
    value(sink.sink("late"));
    TRY_COMPARE(socket->bytesAvailable(), 10);
    QCOMPARE(socket->readAll(), "early late");
    stopAndWait(link);
}

void tst_Sinks::aProcess()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    Record record;
    const auto link = Writer::start(&record);
    QProcess *process = nullptr;
    const Bytes sink = in(link, [&](Context &context) {
        process = new QProcess(context.object());
        process->start(QStringLiteral("cat"), QStringList());
        return context.attachSink(process);
    });
    for (const QByteArray &number : numbers(1000))
        sink.feed(number + '\n');
    value(sink.flush());
    const QByteArray expected = lines(numbers(1000));
    TRY_COMPARE(in(link, [&] { return process->bytesAvailable(); }), expected.size());
    QVERIFY(in(link, [&] { return process->readAll(); }) == expected);
    in(link, [&] {
        process->closeWriteChannel();
        process->waitForFinished();
    });
    stopAndWait(link);
}

void tst_Sinks::aFileAsAnyDevice()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = in(link, [&](Context &context) {
        QIODevice *const device = new QFile(target.path(), context.object());
        device->open(QIODevice::WriteOnly);
        return context.attachSink(device);
    });
    value(sink.sink("one"));
    QCOMPARE(target.content(), "one");
    stopAndWait(link);
}

void tst_Sinks::aTypedEncoder()
{
    const Target target;
    Record record;
    QThread *encoding = nullptr;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) {
        auto *const file = new QFile(target.path(), context.object());
        file->open(QIODevice::WriteOnly);
        return context.attachSink<int>(file, [&, live = Live()](int number) {
            encoding = QThread::currentThread();
            return QByteArray::number(number) + '\n';
        });
    });
    for (int i = 1; i <= 100; ++i)
        QCOMPARE(sink.feed(i), LinkError::NoError);
    value(sink.sink(101));
    QCOMPARE(target.content(), lines(numbers(101)));
    QCOMPARE(in(link, [] { return QThread::currentThread(); }), encoding);
    stopAndWait(link);
}

void tst_Sinks::aWithdrawnItem()
{
    const Target target;
    Gate gate;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    link.doExec([&] { gate.pass(); });
    Reply<void> reply = sink.sink("one");
    sink.feed("two");
    reply.cancel();
    gate.open();
    QCOMPARE(outcome(std::move(reply)), LinkError::Canceled);
    value(sink.flush());
    QCOMPARE(target.content(), "two");
    QCOMPARE(sink.pending(), 0);
    stopAndWait(link);
}

void tst_Sinks::aCopyIsTheSameSink()
{
    const Target target;
    const Target another;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    const Bytes copy = sink;
    QVERIFY(copy == sink);
    QVERIFY(copy != another.attach(link));
    QVERIFY(copy != Bytes());
    copy.stop();
    QVERIFY(sink.isClosed());
    stopAndWait(link);
}

// ---- limits ----

void tst_Sinks::mailboxFullWhenThePeerDoesNotRead()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer, {.maxPending = 1024 * 1024});
    QTcpSocket *const socket = peer.accept();
    socket->setReadBufferSize(1);
    const QByteArray item(100'000, 'x');
    const int count = fill(sink, item);
    QVERIFY(count > 0);
    QCOMPARE(sink.feed(item), LinkError::MailboxFull);
    QCOMPARE(outcome(sink.sink(item)), LinkError::MailboxFull);
    QVERIFY(sink.pending() >= 1024 * 1024);
    TRY_VERIFY(sink.pending() <= 1024 * 1024 + item.size()); // an item counts twice while it goes over to the device
    const LinkError own = in(link, [&] { return sink.feed(item); });
    QCOMPARE(own, LinkError::MailboxFull);

    // It goes on where it was.
    socket->setReadBufferSize(0);
    Reply<void> flush = sink.flush();
    qint64 got = 0;
    TRY_VERIFY((got += socket->readAll().size()) == qint64(count) * item.size());
    value(std::move(flush));
    QCOMPARE(sink.pending(), 0);
    QCOMPARE(sink.feed("more"), LinkError::NoError);
    TRY_COMPARE(socket->bytesAvailable(), 4);
    QCOMPARE(socket->readAll(), "more");
    QCOMPARE(record.count(), 0);
    stopAndWait(link);
}

void tst_Sinks::mailboxFullWhileTheServiceIsBusy()
{
    const Target target;
    Gate gate;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link, {.maxPending = 10});
    link.doExec([&] { gate.pass(); });
    QCOMPARE(sink.feed("1234"), LinkError::NoError);
    QCOMPARE(sink.feed("5678"), LinkError::NoError);
    QCOMPARE(sink.pending(), 8);
    QCOMPARE(sink.feed("90ab"), LinkError::NoError);
    QCOMPARE(sink.feed("x"), LinkError::MailboxFull);
    QCOMPARE(outcome(sink.sink("x")), LinkError::MailboxFull);
    Reply<void> flush = sink.flush(); // is no item
    gate.open();
    value(std::move(flush));
    QCOMPARE(target.content(), "1234567890ab");
    QCOMPARE(sink.feed("x"), LinkError::NoError);
    stopAndWait(link);
}

void tst_Sinks::anItemThatIsLargerThanTheLimit()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link, {.maxPending = 10});
    const QByteArray item(100'000, 'x');
    value(sink.sink(item));
    value(sink.sink(item));
    QCOMPARE(target.content().size(), 200'000);
    stopAndWait(link);
}

// ---- what breaks ----

void tst_Sinks::aPeerThatGoesAway()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    socket->setReadBufferSize(1);
    QVERIFY(fill(sink, QByteArray(100'000, 'x')) > 0);
    Reply<void> flush = sink.flush();
    Reply<void> stop = sink.stop();
    socket->abort();
    QCOMPARE(outcome(std::move(flush)), LinkError::Closed);
    QCOMPARE(outcome(std::move(stop)), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.pending(), 0);
    QCOMPARE(sink.feed("more"), LinkError::Closed);
    QCOMPARE(outcome(sink.sink("more")), LinkError::Closed);
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    stopAndWait(link);
    QCOMPARE(record.count(), 1); // told once
}

// What can't be written must not be reported as written.
void tst_Sinks::aPeerThatGoesAwayWhileStopIsOnItsWay()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    socket->setReadBufferSize(1);
    QVERIFY(fill(sink, QByteArray(100'000, 'x')) > 0);
    Reply<void> before = sink.flush();
    // A task holds the messages back, while the event loop sees the connection break.
    QPromise<void> promise;
    promise.start();
    const QFuture<void> future = promise.future();
    std::atomic<bool> broken{false};
    in(link, [&](Writer &service) {
        QObject::connect(service.socket, &QTcpSocket::disconnected, service.socket, [&] { broken = true; });
    });
    link.doWait([future]() -> Task<> { co_await future; });
    Reply<void> stop = sink.stop();
    Reply<void> flush = sink.flush();
    socket->abort();
    TRY_VERIFY(broken);
    promise.finish();
    QCOMPARE(outcome(std::move(stop)), LinkError::Closed);
    QCOMPARE(outcome(std::move(flush)), LinkError::Closed);
    QCOMPARE(outcome(std::move(before)), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(link);
}

void tst_Sinks::aPeerThatClosesWhenAllIsWritten()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    value(sink.sink("hello"));
    socket->disconnectFromHost();
    TRY_VERIFY(sink.isClosed());
    QCOMPARE(sink.feed("more"), LinkError::Closed);
    stopAndWait(link);
    QCOMPARE(record.count(), 0); // nothing was lost
}

void tst_Sinks::aBrokenSinkWithoutAHandlerWarns()
{
    const Warnings warnings;
    const auto link = Bare::start();
    const Bytes sink = value(link.exec([](ServiceContext<Bare> &context) {
        auto *const file = new QFile(QStringLiteral("/dev/full"), context.object());
        file->open(QIODevice::WriteOnly);
        return context.attachSink(file);
    }));
    QCOMPARE(outcome(sink.sink("x")), LinkError::Closed);
    value(link.exec([] {})); // it goes on
    stopAndWait(link);
    QCOMPARE(warnings.texts().count(), 1);
    QVERIFY(warnings.texts().constFirst().contains(QLatin1String("Bare")));
}

void tst_Sinks::anErrorStopsTheService()
{
    Record record;
    const auto link = Writer::start(&record);
    Reply<void> stopped = link.stopped();
    const Bytes sink = in(link, [](Writer &service, Context &context) {
        service.action = ErrorAction::Stop;
        auto *const file = new QFile(QStringLiteral("/dev/full"), context.object());
        file->open(QIODevice::WriteOnly);
        return context.attachSink(file);
    });
    QCOMPARE(outcome(sink.sink("x")), LinkError::Closed);
    value(std::move(stopped));
    QCOMPARE(record.all(), QByteArrayList{"WriteFailed"});
}

void tst_Sinks::aDeviceThatIsClosedInHandleError()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    in(link, [](Writer &service) { service.onError = [&service] { service.socket->close(); }; });
    socket->setReadBufferSize(1);
    QVERIFY(fill(sink, QByteArray(100'000, 'x')) > 0);
    socket->abort();
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(link);

    // And a file.
    Record another;
    const auto second = Writer::start(&another);
    const Bytes full = in(second, [](Writer &service, Context &context) {
        auto *const file = new QFile(QStringLiteral("/dev/full"), context.object());
        file->open(QIODevice::WriteOnly);
        service.onError = [file] { file->close(); };
        return context.attachSink(file);
    });
    QCOMPARE(outcome(full.sink("x")), LinkError::Closed);
    TRY_COMPARE(another.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(second);
}

void tst_Sinks::aDeviceThatIsClosed()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    QFile *file = nullptr;
    const Bytes sink = in(link, [&](Context &context) {
        file = new QFile(target.path(), context.object());
        file->open(QIODevice::WriteOnly);
        return context.attachSink(file);
    });
    in(link, [&] {
        sink.feed("one");
        file->close();
    });
    QCOMPARE(target.content(), "one"); // what had been fed counts
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.feed("two"), LinkError::Closed);
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    QCOMPARE(record.count(), 0);
    stopAndWait(link);
}

void tst_Sinks::aDeviceThatIsDestroyed()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    socket->setReadBufferSize(1);
    QVERIFY(fill(sink, QByteArray(100'000, 'x')) > 0);
    Reply<void> flush = sink.flush();
    in(link, [&](Writer &service) { delete service.socket; });
    QCOMPARE(outcome(std::move(flush)), LinkError::Closed);
    QCOMPARE(sink.feed("more"), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(link);
}

void tst_Sinks::aFullDisk_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("anyDevice");
    QTest::newRow("little") << 1 << false; // stays in the file's buffer until it is flushed
    QTest::newRow("much") << 100'000 << false;
    QTest::newRow("little, as any device") << 1 << true;
}

void tst_Sinks::aFullDisk()
{
    QFETCH(const int, size);
    QFETCH(const bool, anyDevice);
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = in(link, [&](Context &context) {
        auto *const file = new QFile(QStringLiteral("/dev/full"), context.object());
        file->open(QIODevice::WriteOnly);
        return anyDevice ? context.attachSink(static_cast<QIODevice *>(file)) : context.attachSink(file);
    });
    sink.feed(QByteArray(size, 'x'));
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    QVERIFY(sink.isClosed());
    stopAndWait(link);
    QCOMPARE(record.count(), 1);
}

void tst_Sinks::aDeviceThatIsNotOpen()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink =
            in(link, [&](Context &context) { return context.attachSink(new QFile(target.path(), context.object())); });
    QCOMPARE(outcome(sink.sink("x")), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(link);
}

void tst_Sinks::aConnectionThatIsRefused()
{
    Record record;
    const auto link = Writer::start(&record);
    Reply<void> reply;
    const Bytes sink = in(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        socket->connectToHost(QHostAddress::LocalHost, deadPort());
        Bytes made = context.attachSink(socket);
        reply = made.sink("hello");
        return made;
    });
    QCOMPARE(outcome(std::move(reply)), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(link);
}

void tst_Sinks::aProcessThatDoesNotRead()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = in(link, [&](Context &context) {
        auto *const process = new QProcess(context.object());
        process->start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("exec <&-; sleep 1000")});
        process->waitForStarted();
        return context.attachSink(process, {.maxPending = 10'000'000});
    });
    sink.feed(QByteArray(1'000'000, 'x'));
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    stopAndWait(link);
}

void tst_Sinks::aProcessThatEnds()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = in(link, [&](Context &context) {
        auto *const process = new QProcess(context.object());
        process->start(QStringLiteral("sleep"), {QStringLiteral("1000")});
        process->waitForStarted();
        QObject::connect(process, &QProcess::bytesWritten, process, [process] { process->kill(); });
        return context.attachSink(process, {.maxPending = 10'000'000});
    });
    sink.feed(QByteArray(1'000'000, 'x')); // more than a pipe holds
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    TRY_COMPARE(record.all(), QByteArrayList{"WriteFailed"});
    QCOMPARE(sink.feed("x"), LinkError::Closed);
    stopAndWait(link);
}

// ---- ends ----

void tst_Sinks::theServicesEndWritesWhatWasFed()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    in(link, [&](Writer &service, Context &context) {
        service.onStop = [&] { sink.feed("three"); };
        sink.feed("one ");
        context.stop();
        sink.feed("two ");
    });
    value(link.stopped());
    QCOMPARE(target.content(), "one two three");
}

void tst_Sinks::feedWhileTheServiceStops()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = target.attach(link);
    Gate gate;
    link.doExec([&] { gate.pass(); });
    QCOMPARE(sink.feed("one"), LinkError::NoError);
    link.stop();
    QCOMPARE(sink.feed("two"), LinkError::NoError); // in the mailbox, and never handled
    Reply<void> reply = sink.sink("three");
    gate.open();
    const LinkError error = outcome(std::move(reply));
    QVERIFY(error == LinkError::NoResponse || error == LinkError::Closed);
    value(link.stopped());
    QCOMPARE(target.content(), "one");
    QCOMPARE(sink.pending(), 0);
}

void tst_Sinks::repliesEndWithTheService()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    socket->setReadBufferSize(1);
    QVERIFY(fill(sink, QByteArray(100'000, 'x')) > 0);
    Reply<void> flush = sink.flush();
    Reply<void> stop = sink.stop();
    stopAndWait(link);
    QVERIFY(outcome(std::move(flush)) != LinkError::NoError);
    QVERIFY(outcome(std::move(stop)) != LinkError::NoError);
}

void tst_Sinks::aLinkOutlivesItsService()
{
    const Target target;
    Record record;
    const auto link = Writer::start(Placement::dedicated(), &record); // its worker goes, too
    const Bytes sink = target.attach(link);
    stopAndWait(link);
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.pending(), 0);
    QCOMPARE(sink.feed("x"), LinkError::Closed);
    QCOMPARE(outcome(sink.sink("x")), LinkError::Closed);
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    QCOMPARE(outcome(sink.stop()), LinkError::Closed);
}

void tst_Sinks::anEmptyLink()
{
    const Bytes sink;
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.pending(), 0);
    QCOMPARE(sink.feed("x"), LinkError::Closed);
    QCOMPARE(outcome(sink.sink("x")), LinkError::Closed);
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    QCOMPARE(outcome(sink.stop()), LinkError::Closed);
}

void tst_Sinks::theServiceEndsWhileOthersFeed()
{
    for (int i = 0; i < 50; ++i) {
        Record record;
        const auto link = Writer::start(&record);
        const Bytes sink = in(link, [](Context &context) {
            auto *const buffer = new QBuffer(context.object());
            buffer->open(QIODevice::WriteOnly);
            return context.attachSink(buffer);
        });
        std::vector<std::thread> threads;
        std::atomic<int> running{0};
        for (int thread = 0; thread < 2; ++thread) {
            threads.emplace_back([sink, &running] {
                ++running;
                while (sink.feed("x") != LinkError::Closed) {
                    const LinkError error = outcome(sink.sink("y"));
                    Q_UNUSED(error) // it ends, and that is all
                }
            });
        }
        while (running < 2)
            std::this_thread::yield();
        stopAndWait(link);
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(sink.pending(), 0);
    }
}

// ---- waiting ----

void tst_Sinks::awaitedInATaskOfTheService()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const Bytes sink = attachSocket(link, peer, {.maxPending = 64 * 1024 * 1024});
    QTcpSocket *const socket = peer.accept();
    Reply<void> done = link.wait([&](Writer &service) -> Task<> {
        sink.feed(QByteArray(16 * 1024 * 1024, 'x'));
        co_await sink.flush();
        service.add("flushed");
        co_await sink.sink("y");
        service.add("sunk");
        co_await sink.stop();
        service.add("stopped");
    });
    qint64 got = 0;
    TRY_VERIFY((got += socket->readAll().size()) == 16 * 1024 * 1024 + 1);
    value(std::move(done));
    QCOMPARE(record.all(), (QByteArrayList{"flushed", "sunk", "stopped"}));
    stopAndWait(link);
}

void tst_Sinks::awaitedInATaskOfAnotherService()
{
    const Target target;
    Record record;
    const auto link = Writer::start(&record);
    const auto near = Writer::start(Placement::nearTo(link), &record);
    const Bytes sink = target.attach(link);
    value(near.wait([&]() -> Task<> {
        Reply<void> reply = sink.sink("x");
        co_await reply;
    }));
    QCOMPARE(target.content(), "x");
    stopAndWait(near);
    stopAndWait(link);
}

void tst_Sinks::waitingOnTheSameWorkerWouldDeadlock()
{
    Peer peer;
    Record record;
    const auto link = Writer::start(&record);
    const auto near = Writer::start(Placement::nearTo(link), &record);
    const Bytes sink = attachSocket(link, peer);
    QTcpSocket *const socket = peer.accept();
    socket->setReadBufferSize(1);
    QVERIFY(fill(sink, QByteArray(100'000, 'x')) > 0);
    for (const auto &service : {link, near}) {
        QCOMPARE(value(service.exec([&] { return outcome(sink.flush()); })), LinkError::WouldDeadlock);
        QCOMPARE(value(service.exec([&] { return outcome(sink.stop()); })), LinkError::WouldDeadlock);
    }
    stopAndWait(near);
    stopAndWait(link);
}

// ---- callables ----

void tst_Sinks::aCallable()
{
    Record record;
    const auto link = Writer::start(&record);
    QThread *const thread = in(link, [] { return QThread::currentThread(); });
    const auto sink = in(link, [&](Context &context) {
        return context.attachSink<int>([&, live = Live()](int number) {
            record.add(QThread::currentThread() == thread ? QByteArray::number(number) : "elsewhere");
        });
    });
    for (int i = 1; i <= 100; ++i)
        QCOMPARE(sink.feed(i), LinkError::NoError);
    value(sink.sink(101));
    QCOMPARE(record.all(), numbers(101));
    sink.feed(102);
    value(sink.flush());
    QCOMPARE(record.all(), numbers(102));
    QCOMPARE(sink.pending(), 0);
    stopAndWait(link);
}

void tst_Sinks::aCallableWithTheService()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [](Context &context) {
        return context.attachSink<std::unique_ptr<int>>(
                [](std::unique_ptr<int> number, Writer &service) { service.add(QByteArray::number(*number)); });
    });
    value(sink.sink(std::make_unique<int>(7)));
    QCOMPARE(record.all(), QByteArrayList{"7"});
    stopAndWait(link);
}

// Also what the service itself feeds has its turn after the handler that fed it.
void tst_Sinks::aCallableTakesItsItemsInTurn()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) {
        return context.attachSink<int>([&](int number) { record.add(QByteArray::number(number)); });
    });
    in(link, [&] {
        sink.feed(1);
        sink.feed(2);
        record.add("handler");
    });
    value(sink.flush());
    QCOMPARE(record.all(), (QByteArrayList{"handler", "1", "2"}));
    stopAndWait(link);
}

void tst_Sinks::aCallableThatReturnsATask()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) {
        return context.attachSink<int>([&](int number) -> Task<> {
            record.add("begin " + QByteArray::number(number));
            co_await Context::sleep(1ms);
            record.add("end " + QByteArray::number(number));
        });
    });
    sink.feed(1);
    value(sink.sink(2));
    QCOMPARE(record.all(), (QByteArrayList{"begin 1", "end 1", "begin 2", "end 2"}));
    QCOMPARE(sink.pending(), 0);
    sink.feed(3);
    value(sink.flush());
    QCOMPARE(record.last(), "end 3");
    stopAndWait(link);
}

void tst_Sinks::aCallableThatThrows()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) {
        return context.attachSink<int>([](int number) {
            if (number == 2)
                throw std::runtime_error("two");
        });
    });
    value(sink.sink(1));
    Reply<void> reply = sink.sink(2);
    QVERIFY_THROWS_EXCEPTION(std::runtime_error, reply.result());
    TRY_COMPARE(record.all(), QByteArrayList{"exception"});
    value(sink.sink(3));
    QVERIFY(!sink.isClosed());
    stopAndWait(link);
}

void tst_Sinks::aCallableIsFull()
{
    Gate gate;
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) {
        return context.attachSink<int>([&](int number) { record.add(QByteArray::number(number)); },
                                       SinkOptions{.maxPending = 2});
    });
    link.doExec([&] { gate.pass(); });
    QCOMPARE(sink.feed(1), LinkError::NoError);
    QCOMPARE(sink.feed(2), LinkError::NoError);
    QCOMPARE(sink.feed(3), LinkError::MailboxFull);
    QCOMPARE(outcome(sink.sink(3)), LinkError::MailboxFull);
    QCOMPARE(sink.pending(), 2);
    Reply<void> flush = sink.flush();
    gate.open();
    value(std::move(flush));
    QCOMPARE(record.all(), numbers(2));
    QCOMPARE(sink.feed(3), LinkError::NoError);
    stopAndWait(link);
}

// Whoever waits for its reply always finds room for the next.
void tst_Sinks::aCallableHasRoomAfterItsReply()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(
            link, [](Context &context) { return context.attachSink<int>([](int) {}, SinkOptions{.maxPending = 1}); });
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(outcome(sink.sink(i)), LinkError::NoError);
    stopAndWait(link);
}

void tst_Sinks::aCallableThatIsStopped()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) {
        return context.attachSink<int>([&](int number) { record.add(QByteArray::number(number)); });
    });
    sink.feed(1);
    Reply<void> stopped = sink.stop();
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.feed(2), LinkError::Closed);
    value(std::move(stopped));
    QCOMPARE(record.all(), numbers(1));
    QCOMPARE(outcome(sink.sink(2)), LinkError::Closed);
    stopAndWait(link);
}

// Its items wait behind the task that waits for them.
void tst_Sinks::aCallableAwaitedInATaskOfTheServiceWouldDeadlock()
{
    Record record;
    const auto link = Writer::start(&record);
    const auto sink = in(link, [&](Context &context) { return context.attachSink<int>([](int) {}); });
    value(link.wait([&](Writer &service) -> Task<> {
        try {
            co_await sink.flush();
        } catch (const LinkException &e) {
            service.add(toString(e.error()));
        }
    }));
    QCOMPARE(record.all(), QByteArrayList{"WouldDeadlock"});
    stopAndWait(link);
}

void tst_Sinks::aCallableOutlivesItsService()
{
    Record record;
    const auto link = Writer::start(&record);
    auto sink = in(link, [&](Context &context) { return context.attachSink<int>([live = Live()](int) {}); });
    stopAndWait(link);
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.feed(1), LinkError::Closed);
    QCOMPARE(outcome(sink.sink(1)), LinkError::Closed);
    QCOMPARE(outcome(sink.flush()), LinkError::Closed);
    QCOMPARE(outcome(sink.stop()), LinkError::Closed);
}

void tst_Sinks::aFloatingServicesCallable()
{
    std::atomic<int> sum{0};
    const auto link = Drifting::start();
    const auto sink = value(link.exec([&](ServiceContext<Drifting> &context) {
        return context.attachSink<int>([&](int number) { sum += number; });
    }));
    for (int i = 1; i <= 100; ++i)
        sink.feed(i);
    value(sink.flush());
    QCOMPARE(sum.load(), 5050);
    value(sink.stop());
    stopAndWait(link);
}

QTEST_GUILESS_MAIN(tst_Sinks)
#include "tst_sinks.moc"
