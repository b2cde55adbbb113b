// SPDX-License-Identifier: MIT
// attachStream(): every source, its end and its errors, and that nobody runs ahead of a service that is busy.
#include "generator.h"
#include "streamsupport.h"

#include <QtConcurrent/QtConcurrentRun>
#include <QtCore/QBuffer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QPromise>
#include <QtCore/QTemporaryDir>
#include <QtCore/QTimer>
#include <QtNetwork/QLocalServer>
#include <QtNetwork/QLocalSocket>
#ifdef TEST_WEBSOCKETS
#  include <QtWebSockets/QWebSocket>
#  include <QtWebSockets/QWebSocketServer>
#endif

#include <functional>
#include <numeric>
#include <stdexcept>

namespace {

class Source : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void plain();
    void number(int number);
    void pair(int number, const QString &text);
    void over();
};

// Takes everything, and writes down what came.
class Collector : public Service<Collector>
{
public:
    using Context = ServiceContext<Collector>;
    using Hook = std::function<void(const QByteArray &, Context &)>;

    explicit Collector(Record *record) : m_record(record) { }

    void handleStream(QByteArray item, Context &context) { take(item, context); }
    void handleStream(int number, Context &context) { take(QByteArray::number(number), context); }
    void handleStream(QString text, Context &context) { take("text " + text.toUtf8(), context); }
    void handleStream(std::tuple<>, Context &context) { take("()", context); }
    void handleStream(std::tuple<int, QString> pair, Context &context)
    {
        take(QByteArray::number(std::get<0>(pair)) + ' ' + std::get<1>(pair).toUtf8(), context);
    }
    void handleStream(std::unique_ptr<int> number, Context &context) { take(QByteArray::number(*number), context); }
    void streamEnded() { m_record->add("end"); }
    ErrorAction handleError(StreamError error)
    {
        m_record->add(kindName(error.kind()));
        message = error.message();
        return onError;
    }
    ErrorAction handleError(std::exception_ptr)
    {
        m_record->add("exception");
        return onError;
    }

    Hook hook;
    ErrorAction onError = ErrorAction::Continue;
    StreamHandle handle;
    QString message;

private:
    void take(const QByteArray &item, Context &context)
    {
        m_record->add(item);
        if (hook)
            hook(item, context);
    }

    Record *m_record;
    Live m_live;
};
using Context = ServiceContext<Collector>;

// Handles bytes only by counting them; what it does then waits until the test lets it go on.
class Waiting : public Service<Waiting>
{
public:
    explicit Waiting(std::atomic<qint64> *bytes) : m_bytes(bytes) { }

    Task<> handleStream(QByteArray item)
    {
        *m_bytes += item.size();
        if (!std::exchange(m_hasWaited, true))
            co_await gate.future();
    }
    Task<> handleStream(QString item)
    {
        *m_bytes += item.size();
        if (!std::exchange(m_hasWaited, true))
            co_await gate.future();
    }
    void streamEnded() { m_ended = true; }
    ErrorAction handleError(StreamError) { return ErrorAction::Continue; }
    bool hasEnded() const { return m_ended; }

    QPromise<void> gate;

private:
    std::atomic<qint64> *m_bytes;
    bool m_hasWaited = false;
    bool m_ended = false;
};

// The four forms of streamEnded().
class EndAlone : public Service<EndAlone>
{
public:
    explicit EndAlone(Record *record) : m_record(record) { }
    void handleStream(int) { }
    void streamEnded() { m_record->add("end"); }

private:
    Record *m_record;
};
class EndWithHandle : public Service<EndWithHandle>
{
public:
    explicit EndWithHandle(Record *record) : m_record(record) { }
    void handleStream(int) { }
    void streamEnded(StreamHandle handle)
    {
        m_record->add(handle == expected && !handle.isActive() ? "end" : "wrong handle");
    }
    StreamHandle expected;

private:
    Record *m_record;
};
class EndWithContext : public Service<EndWithContext>
{
public:
    explicit EndWithContext(Record *record) : m_record(record) { }
    void handleStream(int) { }
    void streamEnded(ServiceContext<EndWithContext> &context)
    {
        m_record->add(&context.service() == this ? "end" : "wrong context");
    }

private:
    Record *m_record;
};
class EndWithBoth : public Service<EndWithBoth>
{
public:
    explicit EndWithBoth(Record *record) : m_record(record) { }
    void handleStream(int) { }
    void streamEnded(const StreamHandle &handle, ServiceContext<EndWithBoth> &context)
    {
        m_record->add(handle == expected && &context.service() == this ? "end" : "wrong");
    }
    StreamHandle expected;

private:
    Record *m_record;
};

// Says nothing of errors and ends.
class Bare : public Service<Bare>
{
public:
    explicit Bare(Record *record) : m_record(record) { }
    void handleStream(QByteArray item) { m_record->add(item); }

private:
    Record *m_record;
};

// Each item is a task: it waits for an answer of its own.
class Slow : public Service<Slow>
{
public:
    explicit Slow(Record *record) : m_record(record) { }
    Task<> handleStream(int number, ServiceContext<Slow> &context)
    {
        m_record->add("begin " + QByteArray::number(number));
        co_await context.sleep(1ms);
        m_record->add("middle " + QByteArray::number(number));
        if (number == 2)
            throw std::runtime_error("two");
        co_await context.sleep(1ms);
        m_record->add("end " + QByteArray::number(number));
    }
    Task<> streamEnded(ServiceContext<Slow> &context)
    {
        co_await context.sleep(1ms);
        m_record->add("over");
    }
    ErrorAction handleError(std::exception_ptr)
    {
        m_record->add("exception");
        return ErrorAction::Continue;
    }

private:
    Record *m_record;
};

// A floating service may have streams that need no device.
class Drifting : public Service<Drifting>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;
    explicit Drifting(Record *record) : m_record(record) { }
    void handleStream(int number) { m_record->add(QByteArray::number(number)); }
    void streamEnded() { m_record->add("end"); }

private:
    Record *m_record;
};

#ifdef TEST_WEBSOCKETS
class Texts : public Service<Texts>
{
public:
    explicit Texts(Record *record) : m_record(record) { }
    void handleStream(QString text) { m_record->add(text.toUtf8()); }
    void streamEnded() { m_record->add("end"); }
    ErrorAction handleError(StreamError error)
    {
        m_record->add(kindName(error.kind()));
        return ErrorAction::Continue;
    }

private:
    Record *m_record;
};
#endif

// Yields 1 to last, then ends or throws.
Generator<int> count(int last, bool throws = false)
{
    const Live live;
    for (int i = 1; i <= last; ++i)
        co_yield i;
    if (throws)
        throw std::runtime_error("after the last");
}

template <typename S, typename Attach>
auto attach(const Link<S> &link, Attach &&attach)
{
    return value(link.exec(std::forward<Attach>(attach)));
}

QFuture<int> readyNumbers(int last)
{
    QPromise<int> promise;
    QFuture<int> future = promise.future();
    promise.start();
    for (int i = 1; i <= last; ++i)
        promise.addResult(i);
    promise.finish();
    return future;
}

} // namespace

class tst_Streams : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    // sources
    void aFile();
    void aBuffer();
    void aTcpSocket();
    void aTcpSocketByteByByte();
    void aLocalSocket();
    void aProcess();
    void aSignal();
    void aSignalWithoutArguments();
    void aSignalWithTwoArguments();
    void aPrivateSignal();
    void aSignalOfAnotherThread();
    void aFuture();
    void aFutureWhoseResultsComeLater();
    void aFutureOfOffload();
    void aGenerator();
    void aContainerAndAView();
    void itemsThatOnlyMove();
    void aRangeOfManyItemsLeavesRoomForMessages();
    void aFloatingServiceHasStreams();
    void twoStreamsKeepTheirOrders();
    // ends
    void streamEndedInAllFourForms();
    void stopAtEnd();
    void stopAtEndAfterATask();
    void aSignalEndsWithItsSender();
    void aSignalEndsWithItsEndSignal();
    void aCanceledFutureEnds();
    void aSocketThatClosedBeforeItWasAttached();
    void theLastBytesOfAConnectionCount();
    void aDeviceThatIsClosed();
    void aDeviceThatIsDestroyed();
    void aServiceThatStops();
    void aHandleOutlivesItsService();
    // control
    void pauseAndResume();
    void pauseFromInside();
    void detach();
    void detachFromInside();
    void detachInStreamEnded();
    void aDetachedDeviceCanBeAttachedAgain();
    void stopFromInside();
    void anEventFilterDoesNotStopAStream();
    // tasks, exceptions, errors
    void aTaskHoldsBackTheNextItem();
    void anExceptionAndContinue();
    void anExceptionAndStop();
    void anExceptionInARange();
    void anExceptionInAFuture();
    void aFrameThatIsTooLong();
    void anErrorStopsTheService();
    void anErrorWithoutAHandlerWarns();
    void anUnfinishedFrame();
    void aFileThatCannotBeRead();
    void aConnectionThatIsRefused();
    void aProcessThatDoesNotStart();
    void aProcessThatCrashes();
    // back-pressure
    void aTcpSenderIsHeldBack_data();
    void aTcpSenderIsHeldBack();
    void aProcessIsHeldBack_data();
    void aProcessIsHeldBack();
    void aFutureIsSuspended();
    void aFutureOfADetachedStreamGoesOn();
    void aSignalOverflows();
#ifdef TEST_WEBSOCKETS
    void aWebSocket();
    void aWebSocketsWrongKindOfMessage();
    void aWebSocketIsHeldBack();
#endif
    // races
    void signalsOfManyThreadsKeepTheirOrders();
    void signalsWhileTheServiceEnds();
    void aSenderThatDiesWhileItsServiceEnds();
};

// ---- sources ----

void tst_Streams::aFile()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("numbers"));
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(lines(numbers(50000)));
    }
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const file = new QFile(path, context.object());
        if (file->open(QIODevice::ReadOnly))
            context.attachStream(file, LineFramer());
    });
    TRY_COMPARE(record.last(), "end");
    QVERIFY(record.all() == numbers(50000) << "end");
    stopAndWait(link);
}

void tst_Streams::aBuffer()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) {
        auto *const buffer = new QBuffer(context.object());
        buffer->setData("1\n2\n3");
        buffer->open(QIODevice::ReadOnly);
        context.attachStream(static_cast<QIODevice *>(buffer), LineFramer());
    });
    TRY_COMPARE(record.all(), numbers(3) << "end");
    stopAndWait(link);
}

void tst_Streams::aTcpSocket()
{
    const QByteArrayList many = numbers(50000);
    Peer peer;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        context.attachStream(socket, LineFramer());
    });
    QTcpSocket *const socket = peer.accept();
    socket->write(lines(many));
    TRY_COMPARE(record.count(), many.count());
    QVERIFY(record.all() == many);
    socket->disconnectFromHost();
    TRY_COMPARE(record.last(), "end"); // and no error
    QCOMPARE(record.count(), many.count() + 1);
    stopAndWait(link);
}

void tst_Streams::aTcpSocketByteByByte()
{
    Peer peer;
    Record record;
    const auto link = Collector::start(&record);
    const LengthPrefixFramer framer(LengthPrefixFramer::TwoBytes);
    attach(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        context.attachStream(socket, framer);
    });
    QTcpSocket *const socket = peer.accept();
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    const QByteArray bytes = framer.framed("one") + framer.framed("") + framer.framed("three");
    for (const char byte : bytes) {
        socket->write(&byte, 1);
        QVERIFY(socket->flush());
    }
    TRY_COMPARE(record.all(), (QByteArrayList{"one", "", "three"}));
    stopAndWait(link);
}

void tst_Streams::aLocalSocket()
{
    QTemporaryDir directory;
    QLocalServer server;
    QVERIFY(server.listen(directory.filePath(QStringLiteral("socket"))));
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const socket = new QLocalSocket(context.object());
        socket->connectToServer(server.fullServerName());
        context.attachStream(socket, FixedSizeFramer(2));
    });
    TRY_VERIFY(server.hasPendingConnections());
    const std::unique_ptr<QLocalSocket> socket(server.nextPendingConnection());
    socket->write("abcdef");
    TRY_COMPARE(record.all(), (QByteArrayList{"ab", "cd", "ef"}));
    socket->disconnectFromServer();
    TRY_COMPARE(record.last(), "end");
    QCOMPARE(record.count(), 4);
    stopAndWait(link);
}

void tst_Streams::aProcess()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) {
        auto *const process = new QProcess(context.object());
        process->start(QStringLiteral("seq"), {QStringLiteral("50000")});
        context.attachStream(process, LineFramer());
    });
    TRY_COMPARE(record.last(), "end");
    QVERIFY(record.all() == numbers(50000) << "end");
    stopAndWait(link);
}

void tst_Streams::aSignal()
{
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(&source, &Source::number); });
    for (int i = 1; i <= 1000; ++i)
        Q_EMIT source.number(i);
    TRY_COMPARE(record.count(), 1000);
    QVERIFY(record.all() == numbers(1000));
    stopAndWait(link);
}

void tst_Streams::aSignalWithoutArguments()
{
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(&source, &Source::plain); });
    Q_EMIT source.plain();
    TRY_COMPARE(record.all(), QByteArrayList{"()"});
    stopAndWait(link);
}

void tst_Streams::aSignalWithTwoArguments()
{
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(&source, &Source::pair); });
    Q_EMIT source.pair(7, QStringLiteral("seven"));
    TRY_COMPARE(record.all(), QByteArrayList{"7 seven"});
    stopAndWait(link);
}

void tst_Streams::aPrivateSignal()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const timer = new QTimer(context.object());
        timer->setSingleShot(true);
        context.attachStream(timer, &QTimer::timeout);
        context.attachStream(timer, &QObject::objectNameChanged);
        timer->setObjectName(QStringLiteral("clock"));
        timer->start(0);
    });
    TRY_COMPARE(record.count(), 2);
    QVERIFY(record.contains("()"));
    QVERIFY(record.contains("text clock"));
    stopAndWait(link);
}

void tst_Streams::aSignalOfAnotherThread()
{
    QThread thread;
    thread.start();
    auto *const source = new Source;
    source->moveToThread(&thread);
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(source, &Source::number); });
    QMetaObject::invokeMethod(source, [source] {
        for (int i = 1; i <= 100; ++i)
            Q_EMIT source->number(i);
        source->deleteLater();
    });
    TRY_COMPARE(record.last(), "end");
    QCOMPARE(record.all(), numbers(100) << "end");
    thread.quit();
    QVERIFY(thread.wait());
    stopAndWait(link);
}

void tst_Streams::aFuture()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) { context.attachStream(readyNumbers(100)); });
    TRY_COMPARE(record.last(), "end");
    QCOMPARE(record.all(), numbers(100) << "end");
    stopAndWait(link);
}

void tst_Streams::aFutureWhoseResultsComeLater()
{
    Record record;
    QPromise<int> promise;
    promise.start();
    const auto link = Collector::start(&record);
    const QFuture<int> future = promise.future();
    attach(link, [&](Context &context) { context.attachStream(future); });
    for (int i = 1; i <= 5; ++i) {
        promise.addResult(i);
        TRY_COMPARE(record.count(), i);
    }
    promise.finish();
    TRY_COMPARE(record.all(), numbers(5) << "end");
    stopAndWait(link);
}

// The stream must not wait for the future: what it waits for comes through the same worker.
void tst_Streams::aFutureOfOffload()
{
    Gate gate;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        const QString keep = QStringLiteral("a capture that is not trivial");
        context.attachStream(context.offload([&gate, keep](QPromise<int> &promise) {
            promise.addResult(1);
            gate.pass();
            promise.addResult(int(keep.size()));
        }));
    });
    TRY_COMPARE(record.all(), QByteArrayList{"1"});
    value(link.exec([&] { gate.open(); }));
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "29", "end"}));
    stopAndWait(link);
}

void tst_Streams::aGenerator()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) { context.attachStream(count(100)); });
    TRY_COMPARE(record.last(), "end");
    QCOMPARE(record.all(), numbers(100) << "end");
    attach(link, [](Context &context) { context.attachStream(count(0)); });
    TRY_COMPARE(record.all(),
                numbers(100) << "end"
                             << "end");
    stopAndWait(link);
}

void tst_Streams::aContainerAndAView()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) {
        const std::vector<int> list = {1, 2, 3};
        context.attachStream(list);
    });
    TRY_COMPARE(record.all(), numbers(3) << "end");
    attach(link, [](Context &context) { context.attachStream(Numbers(4, 6)); });
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "2", "3", "end", "4", "5", "end"}));
    stopAndWait(link);
}

void tst_Streams::itemsThatOnlyMove()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) {
        std::vector<std::unique_ptr<int>> list;
        list.push_back(std::make_unique<int>(1));
        list.push_back(std::make_unique<int>(2));
        context.attachStream(std::move(list));
    });
    TRY_COMPARE(record.all(), numbers(2) << "end");
    stopAndWait(link);
}

void tst_Streams::aRangeOfManyItemsLeavesRoomForMessages()
{
    Record record;
    const auto link = Collector::start(&record);
    StreamHandle handle = attach(link, [](Context &context) { return context.attachStream(Numbers(0)); }); // never ends
    TRY_VERIFY(record.count() > 100);
    value(link.exec([&] { handle.detach(); }));
    const qsizetype count = record.count();
    value(link.exec([] {}));
    QCOMPARE(record.count(), count);
    stopAndWait(link);
}

void tst_Streams::aFloatingServiceHasStreams()
{
    Source source;
    Record record;
    const auto link = Drifting::start(&record);
    attach(link, [&](ServiceContext<Drifting> &context) {
        context.attachStream(count(100));
        context.attachStream(&source, &Source::number, &Source::over);
    });
    TRY_COMPARE(record.all(), numbers(100) << "end");
    for (int i = 1; i <= 100; ++i)
        Q_EMIT source.number(i);
    Q_EMIT source.over();
    TRY_COMPARE(record.all(), numbers(100) << "end" << numbers(100) << "end");
    stopAndWait(link);
}

void tst_Streams::twoStreamsKeepTheirOrders()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) {
        context.attachStream(Numbers(1, 1001));
        context.attachStream(Numbers(1001, 2001));
    });
    TRY_COMPARE(record.count(), 2002);
    QByteArrayList first;
    QByteArrayList second;
    for (const QByteArray &entry : record.all()) {
        if (entry != "end")
            (entry.toInt() <= 1000 ? first : second) << entry;
    }
    QVERIFY(first == numbers(1000));
    QVERIFY(second == numbers(2000, 1001));
    stopAndWait(link);
}

// ---- ends ----

void tst_Streams::streamEndedInAllFourForms()
{
    Record record;
    const auto one = EndAlone::start(&record);
    attach(one, [](ServiceContext<EndAlone> &context) { context.attachStream(count(1)); });
    TRY_COMPARE(record.count(), 1);
    const auto two = EndWithHandle::start(&record);
    attach(two, [](EndWithHandle &service, ServiceContext<EndWithHandle> &context) {
        service.expected = context.attachStream(count(1));
    });
    TRY_COMPARE(record.count(), 2);
    const auto three = EndWithContext::start(&record);
    attach(three, [](ServiceContext<EndWithContext> &context) { context.attachStream(count(1)); });
    TRY_COMPARE(record.count(), 3);
    const auto four = EndWithBoth::start(&record);
    attach(four, [](EndWithBoth &service, ServiceContext<EndWithBoth> &context) {
        service.expected = context.attachStream(count(1));
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"end", "end", "end", "end"}));
    stopAndWait(one);
    stopAndWait(two);
    stopAndWait(three);
    stopAndWait(four);
}

void tst_Streams::stopAtEnd()
{
    Record record;
    const auto link = Collector::start(&record);
    Reply<void> stopped = link.stopped();
    attach(link, [](Context &context) { context.attachStream(count(3), {.stopAtEnd = true}); });
    value(std::move(stopped));
    QCOMPARE(record.all(), numbers(3) << "end");
}

void tst_Streams::stopAtEndAfterATask()
{
    Record record;
    const auto link = Slow::start(&record);
    Reply<void> stopped = link.stopped();
    attach(link, [](ServiceContext<Slow> &context) { context.attachStream(count(1), {.stopAtEnd = true}); });
    value(std::move(stopped));
    QCOMPARE(record.all(), (QByteArrayList{"begin 1", "middle 1", "end 1", "over"}));
}

void tst_Streams::aSignalEndsWithItsSender()
{
    auto source = std::make_unique<Source>();
    Record record;
    const auto link = Collector::start(&record);
    const StreamHandle handle =
            attach(link, [&](Context &context) { return context.attachStream(source.get(), &Source::number); });
    Q_EMIT source->number(1);
    source.reset();
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "end"}));
    QVERIFY(!handle.isActive());
    stopAndWait(link);
}

void tst_Streams::aSignalEndsWithItsEndSignal()
{
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(&source, &Source::number, &Source::over); });
    Q_EMIT source.number(1);
    Q_EMIT source.over();
    Q_EMIT source.number(2);
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "end"}));
    value(link.exec([] {}));
    QCOMPARE(record.count(), 2);
    stopAndWait(link);
}

void tst_Streams::aCanceledFutureEnds()
{
    Record record;
    QPromise<int> promise;
    promise.start();
    QFuture<int> future = promise.future();
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(future); });
    promise.addResult(1);
    TRY_COMPARE(record.count(), 1);
    future.cancel();
    promise.finish();
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "end"}));
    stopAndWait(link);
}

void tst_Streams::aSocketThatClosedBeforeItWasAttached()
{
    Peer peer;
    Record record;
    const auto link = Collector::start(&record);
    std::atomic<QTcpSocket *> socket{nullptr};
    std::atomic<bool> closed{false};
    attach(link, [&](Context &context) {
        auto *const made = new QTcpSocket(context.object());
        QObject::connect(made, &QTcpSocket::disconnected, made, [&] { closed = true; });
        peer.connectSocket(made);
        socket = made;
    });
    QTcpSocket *const other = peer.accept();
    other->write("1\n2\n3");
    other->disconnectFromHost();
    TRY_VERIFY(closed);
    attach(link, [&](Context &context) { context.attachStream(socket.load(), LineFramer()); });
    TRY_COMPARE(record.all(), numbers(3) << "end");
    stopAndWait(link);
}

void tst_Streams::theLastBytesOfAConnectionCount()
{
    for (int i = 0; i < 20; ++i) {
        Peer peer;
        Record record;
        const auto link = Collector::start(&record);
        attach(link, [&](Context &context) {
            auto *const socket = new QTcpSocket(context.object());
            peer.connectSocket(socket);
            context.attachStream(socket, LineFramer(), {.stopAtEnd = true, .bufferSize = 100});
        });
        QTcpSocket *const socket = peer.accept();
        socket->write(lines(numbers(10000)));
        socket->disconnectFromHost();
        Reply<void> stopped = link.stopped();
        TRY_VERIFY(stopped.isFinished());
        QVERIFY(record.all() == numbers(10000) << "end");
    }
}

void tst_Streams::aDeviceThatIsClosed()
{
    Record record;
    Peer peer;
    const auto link = Collector::start(&record);
    QTcpSocket *socket = nullptr;
    attach(link, [&](Collector &service, Context &context) {
        socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        service.handle = context.attachStream(socket, LineFramer());
        service.handle.pause();
    });
    peer.accept()->write("1\n2\n3\n");
    TRY_COMPARE(value(link.exec([&] { return socket->bytesAvailable(); })), 6);
    attach(link, [&](Collector &service) {
        socket->close();
        service.handle.resume();
    });
    TRY_COMPARE(record.all(), numbers(3) << "end"); // what had arrived counts
    stopAndWait(link);
}

void tst_Streams::aDeviceThatIsDestroyed()
{
    Record record;
    Peer peer;
    const auto link = Collector::start(&record);
    QTcpSocket *socket = nullptr;
    attach(link, [&](Collector &service, Context &context) {
        socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        service.handle = context.attachStream(socket, LineFramer());
    });
    peer.accept()->write("1\n");
    TRY_COMPARE(record.count(), 1);
    attach(link, [&] { delete socket; });
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "end"}));
    QVERIFY(!value(link.exec([](Collector &service) { return service.handle.isActive(); })));

    // From inside a handler, while there is more.
    attach(link, [&](Collector &service, Context &context) {
        auto *const buffer = new QBuffer(context.object());
        buffer->setData("2\n3\n");
        buffer->open(QIODevice::ReadOnly);
        service.handle = context.attachStream(buffer, FixedSizeFramer(2));
        service.hook = [buffer, done = false](const QByteArray &, Context &) mutable {
            if (!std::exchange(done, true))
                delete buffer;
        };
    });
    TRY_COMPARE(record.count(), 5); // both were read before it went
    QCOMPARE(record.last(), QByteArray("end"));
    stopAndWait(link);
}

void tst_Streams::aServiceThatStops()
{
    Source source;
    Peer peer;
    Record record;
    QPromise<int> promise;
    promise.start();
    const auto link = Collector::start(&record);
    const QFuture<int> future = promise.future();
    attach(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        context.attachStream(socket, LineFramer());
        context.attachStream(&source, &Source::number);
        context.attachStream(future);
        context.attachStream(Numbers(0));
    });
    peer.accept()->write("hello\n");
    TRY_VERIFY(record.contains("hello"));
    stopAndWait(link);
    const qsizetype count = record.count();
    Q_EMIT source.number(1);
    promise.addResult(1);
    promise.finish();
    QCOMPARE(record.count(), count);
    QVERIFY(!record.contains("end"));
}

void tst_Streams::aHandleOutlivesItsService()
{
    Record record;
    const auto link = Collector::start(&record);
    StreamHandle handle;
    QVERIFY(!handle.isActive());
    handle.pause(); // an empty one does nothing
    handle.resume();
    handle.detach();
    handle = attach(link, [](Context &context) { return context.attachStream(Numbers(0)); });
    const StreamHandle copy = handle;
    QVERIFY(copy == handle);
    QVERIFY(copy.isActive());
    stopAndWait(link);
    QVERIFY(!copy.isActive());
}

// ---- control ----

void tst_Streams::pauseAndResume()
{
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Collector &service, Context &context) {
        service.handle = context.attachStream(&source, &Source::number);
        service.handle.pause();
    });
    Q_EMIT source.number(1);
    Q_EMIT source.number(2);
    value(link.exec([] {}));
    value(link.exec([] {}));
    QCOMPARE(record.count(), 0);
    attach(link, [](Collector &service) { service.handle.resume(); });
    TRY_COMPARE(record.all(), numbers(2));
    attach(link, [](Collector &service) {
        service.handle.pause();
        service.handle.resume();
        service.handle.resume();
    });
    Q_EMIT source.number(3);
    TRY_COMPARE(record.all(), numbers(3));
    stopAndWait(link);
}

void tst_Streams::pauseFromInside()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Collector &service, Context &context) {
        service.hook = [&service](const QByteArray &item, Context &) {
            if (item == "2")
                service.handle.pause();
        };
        service.handle = context.attachStream(count(4));
    });
    TRY_COMPARE(record.count(), 2);
    value(link.exec([] {}));
    value(link.exec([] {}));
    QCOMPARE(record.all(), numbers(2));
    attach(link, [](Collector &service) { service.handle.resume(); });
    TRY_COMPARE(record.all(), numbers(4) << "end");
    stopAndWait(link);
}

void tst_Streams::detach()
{
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    const StreamHandle handle = attach(link, [&](Collector &service, Context &context) {
        service.handle = context.attachStream(&source, &Source::number);
        return service.handle;
    });
    Q_EMIT source.number(1);
    TRY_COMPARE(record.count(), 1);
    attach(link, [](Collector &service) {
        service.handle.detach();
        service.handle.detach();
        service.handle.resume();
    });
    QVERIFY(!handle.isActive());
    Q_EMIT source.number(2);
    value(link.exec([] {}));
    QCOMPARE(record.all(), numbers(1)); // nor the end
    stopAndWait(link);
}

void tst_Streams::detachFromInside()
{
    for (int source = 0; source < 3; ++source) {
        Source sender;
        Record record;
        const auto link = Collector::start(&record);
        attach(link, [&](Collector &service, Context &context) {
            service.hook = [&service](const QByteArray &item, Context &) {
                if (item == "2")
                    std::exchange(service.handle, StreamHandle()).detach(); // with the last handle
            };
            if (source == 0) {
                service.handle = context.attachStream(count(4));
            } else if (source == 1) {
                service.handle = context.attachStream(readyNumbers(4));
            } else {
                service.handle = context.attachStream(&sender, &Source::number);
                for (int i = 1; i <= 4; ++i)
                    Q_EMIT sender.number(i);
            }
        });
        TRY_COMPARE(record.count(), 2);
        value(link.exec([] {}));
        value(link.exec([] {}));
        QCOMPARE(record.all(), numbers(2));
        stopAndWait(link);
    }
}

void tst_Streams::detachInStreamEnded()
{
    Record record;
    const auto link = EndWithHandle::start(&record);
    attach(link, [](EndWithHandle &service, ServiceContext<EndWithHandle> &context) {
        service.expected = context.attachStream(count(1));
    });
    TRY_COMPARE(record.count(), 1);
    attach(link, [](EndWithHandle &service) { service.expected.detach(); });
    stopAndWait(link);
    QCOMPARE(record.count(), 1);
}

void tst_Streams::aDetachedDeviceCanBeAttachedAgain()
{
    Peer peer;
    Record record;
    const auto link = Collector::start(&record);
    QTcpSocket *socket = nullptr;
    attach(link, [&](Collector &service, Context &context) {
        socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        service.handle = context.attachStream(socket, LineFramer());
    });
    QTcpSocket *const other = peer.accept();
    other->write("1\n");
    TRY_COMPARE(record.count(), 1);
    attach(link, [](Collector &service) { service.handle.detach(); });
    other->write("abcd");
    TRY_COMPARE(value(link.exec([&] { return socket->bytesAvailable(); })), 4);
    attach(link, [&](Collector &service, Context &context) {
        service.handle = context.attachStream(socket, FixedSizeFramer(2));
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "ab", "cd"}));
    stopAndWait(link);
}

void tst_Streams::stopFromInside()
{
    Record record;
    const auto link = Collector::start(&record);
    Reply<void> stopped = link.stopped();
    attach(link, [](Collector &service, Context &context) {
        service.hook = [](const QByteArray &item, Context &inner) {
            if (item == "2")
                inner.stop();
        };
        context.attachStream(Numbers(1));
    });
    value(std::move(stopped));
    QVERIFY(record.all().mid(0, 2) == numbers(2));
}

// Filters see messages. A stream that lost its turn to one would never come again.
void tst_Streams::anEventFilterDoesNotStopAStream()
{
    class Swallow : public QObject
    {
    public:
        using QObject::QObject;
        bool eventFilter(QObject *, QEvent *event) override { return swallows && event->type() >= QEvent::User; }
        bool swallows = true;
    };
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    Swallow *filter = nullptr;
    attach(link, [&](Context &context) {
        context.attachStream(&source, &Source::number);
        filter = new Swallow(context.object());
        context.object()->installEventFilter(filter);
    });
    Q_EMIT source.number(1);
    QCOMPARE(outcome(link.exec([] {})), LinkError::NoResponse); // the filter works
    QObject *const object = filter;
    QMetaObject::invokeMethod(
            object, [&] { filter->swallows = false; }, Qt::BlockingQueuedConnection);
    Q_EMIT source.number(2);
    TRY_COMPARE(record.all(), numbers(2));
    stopAndWait(link);
}

// ---- tasks, exceptions, errors ----

void tst_Streams::aTaskHoldsBackTheNextItem()
{
    Record record;
    const auto link = Slow::start(&record);
    attach(link, [](ServiceContext<Slow> &context) { context.attachStream(count(3)); });
    TRY_COMPARE(record.all(),
                (QByteArrayList{"begin 1", "middle 1", "end 1", "begin 2", "middle 2", "exception", "begin 3",
                                "middle 3", "end 3", "over"}));
    stopAndWait(link);
}

void tst_Streams::anExceptionAndContinue()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Collector &service, Context &context) {
        service.hook = [](const QByteArray &item, Context &) {
            if (item == "2")
                throw std::runtime_error("two");
        };
        context.attachStream(count(3));
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "2", "exception", "3", "end"}));
    stopAndWait(link);
}

void tst_Streams::anExceptionAndStop()
{
    Record record;
    const auto link = Collector::start(&record);
    Reply<void> stopped = link.stopped();
    attach(link, [](Collector &service, Context &context) {
        service.onError = ErrorAction::Stop;
        service.hook = [](const QByteArray &item, Context &) {
            if (item == "2")
                throw std::runtime_error("two");
        };
        context.attachStream(count(3));
    });
    value(std::move(stopped));
    QCOMPARE(record.all(), (QByteArrayList{"1", "2", "exception"}));
}

void tst_Streams::anExceptionInARange()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [](Context &context) { context.attachStream(count(2, true)); });
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "2", "exception", "end"}));
    stopAndWait(link);
}

void tst_Streams::anExceptionInAFuture()
{
    Record record;
    const auto link = Collector::start(&record);
    QPromise<int> promise;
    promise.start();
    const QFuture<int> future = promise.future();
    attach(link, [&](Context &context) { context.attachStream(future); });
    promise.addResult(1);
    TRY_COMPARE(record.count(), 1);
    promise.setException(std::make_exception_ptr(std::runtime_error("in the future")));
    promise.finish();
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "exception", "end"}));

    // Results that nobody took before it are gone with Qt's future; it is told of once all the same.
    Gate gate;
    QPromise<int> another;
    another.start();
    const QFuture<int> anotherFuture = another.future();
    link.doExec([&](Context &context) {
        context.attachStream(anotherFuture);
        gate.pass();
    });
    for (int i = 0; i < 10; ++i)
        another.addResult(i);
    another.setException(std::make_exception_ptr(std::runtime_error("in the future")));
    another.finish();
    gate.open();
    TRY_COMPARE(record.all().mid(3), (QByteArrayList{"exception", "end"}));
    stopAndWait(link);
}

void tst_Streams::aFrameThatIsTooLong()
{
    Record record;
    Peer peer;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        context.attachStream(socket, LineFramer(3));
    });
    peer.accept()->write("abc\nabcd\nx\n");
    TRY_COMPARE(record.all(), (QByteArrayList{"abc", "FrameTooLong", "end"}));
    const QString message = value(link.exec([](Collector &service) { return service.message; }));
    QVERIFY2(message.contains(QLatin1String("byte 4")), qPrintable(message));
    stopAndWait(link);
}

void tst_Streams::anErrorStopsTheService()
{
    Record record;
    const auto link = Collector::start(&record);
    Reply<void> stopped = link.stopped();
    attach(link, [](Collector &service, Context &context) {
        service.onError = ErrorAction::Stop;
        auto *const buffer = new QBuffer(context.object());
        buffer->setData("abcd\n");
        buffer->open(QIODevice::ReadOnly);
        context.attachStream(buffer, LineFramer(3));
    });
    value(std::move(stopped));
    QCOMPARE(record.all().mid(0, 1), QByteArrayList{"FrameTooLong"});
}

void tst_Streams::anErrorWithoutAHandlerWarns()
{
    const Warnings warnings;
    Record record;
    const auto link = Bare::start(&record);
    Reply<void> stopped = link.stopped();
    attach(link, [](ServiceContext<Bare> &context) {
        auto *const buffer = new QBuffer(context.object());
        buffer->setData("abc\nabcd\n");
        buffer->open(QIODevice::ReadOnly);
        context.attachStream(buffer, LineFramer(3), {.stopAtEnd = true});
    });
    value(std::move(stopped));
    QCOMPARE(record.all(), QByteArrayList{"abc"});
    QCOMPARE(warnings.texts().count(), 1);
    QVERIFY(warnings.texts().constFirst().contains(QLatin1String("Bare")));
    QVERIFY(warnings.texts().constFirst().contains(QLatin1String("handleError(StreamError)")));
}

void tst_Streams::anUnfinishedFrame()
{
    Record record;
    Peer peer;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        context.attachStream(socket, FixedSizeFramer(3));
    });
    QTcpSocket *const socket = peer.accept();
    socket->write("abcde");
    socket->disconnectFromHost();
    TRY_COMPARE(record.all(), (QByteArrayList{"abc", "Truncated", "end"}));
    stopAndWait(link);
}

void tst_Streams::aFileThatCannotBeRead()
{
    QTemporaryDir directory;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const file = new QFile(directory.filePath(QStringLiteral("new")), context.object());
        file->open(QIODevice::WriteOnly);
        context.attachStream(file, LineFramer());
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"ReadFailed", "end"}));
    stopAndWait(link);
}

void tst_Streams::aConnectionThatIsRefused()
{
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const socket = new QTcpSocket(context.object());
        socket->connectToHost(QHostAddress::LocalHost, deadPort());
        context.attachStream(socket, LineFramer());
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"ReadFailed", "end"}));
    stopAndWait(link);
}

void tst_Streams::aProcessThatDoesNotStart()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const process = new QProcess(context.object());
        context.attachStream(process, LineFramer());
        process->start(QStringLiteral("/nonexistent/program"), QStringList());
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"ReadFailed", "end"}));
    stopAndWait(link);
}

void tst_Streams::aProcessThatCrashes()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const process = new QProcess(context.object());
        process->start(QStringLiteral("sh"), {QStringLiteral("-c"), QStringLiteral("echo 1; kill -9 $$")});
        context.attachStream(process, LineFramer());
    });
    TRY_COMPARE(record.all(), (QByteArrayList{"1", "ReadFailed", "end"}));
    stopAndWait(link);
}

// ---- back-pressure ----

void tst_Streams::aTcpSenderIsHeldBack_data()
{
    QTest::addColumn<QByteArray>("how");
    QTest::newRow("a handler that blocks") << QByteArray("gate");
    QTest::newRow("a task that waits") << QByteArray("task");
    QTest::newRow("a paused stream") << QByteArray("pause");
}

void tst_Streams::aTcpSenderIsHeldBack()
{
    QFETCH(const QByteArray, how);
    constexpr qint64 Total = 64 * 1024 * 1024;
    Gate gate;
    Peer peer;
    std::atomic<qint64> bytes{0};
    const auto link = Waiting::start(Placement::dedicated(), &bytes);
    StreamHandle handle;
    QPromise<void> *promise = nullptr;
    attach(link, [&](Waiting &service, ServiceContext<Waiting> &context) {
        auto *const socket = new QTcpSocket(context.object());
        peer.connectSocket(socket);
        handle = context.attachStream(socket, ChunkFramer());
        promise = &service.gate;
        if (how != "task")
            promise->finish();
        if (how == "pause")
            handle.pause();
    });
    if (how == "gate")
        link.doExec([&] { gate.pass(); });
    QTcpSocket *const socket = peer.accept();
    const qint64 written = pushUntilStuck(socket, Total);
    QVERIFY2(written < Total / 2, QByteArray::number(written).constData()); // what the system buffers is less than that
    QVERIFY(bytes <= 64 * 1024);
    if (how == "gate")
        gate.open();
    else if (how == "task")
        promise->finish();
    else
        value(link.exec([&] { handle.resume(); }));
    TRY_COMPARE(bytes.load(), Total);
    handle = StreamHandle();
    stopAndWait(link);
}

void tst_Streams::aProcessIsHeldBack_data()
{
    QTest::addColumn<qsizetype>("bufferSize");
    QTest::newRow("1 byte") << qsizetype(1);
    QTest::newRow("64 KiB") << qsizetype(64 * 1024);
}

void tst_Streams::aProcessIsHeldBack()
{
    NEEDS_A_PROCESS();
    SKIP_IF_FORKING_IS_UNSEEN();
    QFETCH(const qsizetype, bufferSize);
    constexpr qint64 Total = 10'000'000;
    std::atomic<qint64> bytes{0};
    const auto link = Waiting::start(&bytes);
    StreamHandle handle;
    QProcess *process = nullptr;
    attach(link, [&](Waiting &service, ServiceContext<Waiting> &context) {
        service.gate.finish();
        process = new QProcess(context.object());
        process->start(QStringLiteral("head"),
                       {QStringLiteral("-c"), QString::number(Total), QStringLiteral("/dev/zero")});
        handle = context.attachStream(process, ChunkFramer(), {.bufferSize = bufferSize});
        handle.pause();
    });
    const auto available = [&] { return value(link.exec([&] { return process->bytesAvailable(); })); };
    TRY_VERIFY(available() >= bufferSize);
    // Many turns of the event loop in which it could read on.
    for (int i = 0; i < 1000; ++i)
        QVERIFY(available() < Total / 10);
    QVERIFY(value(link.exec([&] { return process->state() == QProcess::Running; })));
    value(link.exec([&] { handle.resume(); }));
    TRY_COMPARE(bytes.load(), Total);
    TRY_VERIFY(value(link.exec([](Waiting &service) { return service.hasEnded(); })));
    handle = StreamHandle();
    stopAndWait(link);
}

// A producer that can be suspended, and never ends by itself.
// Its count may be touched once more after the cancel.
using SharedCount = std::shared_ptr<std::atomic<int>>;
static QFuture<int> countUntilCanceled(const SharedCount &produced)
{
    return QtConcurrent::run([produced](QPromise<int> &promise) {
        while (!promise.isCanceled()) {
            promise.suspendIfRequested();
            promise.addResult(++*produced);
        }
    });
}

void tst_Streams::aFutureIsSuspended()
{
    const auto produced = std::make_shared<std::atomic<int>>(0);
    QFuture<int> future = countUntilCanceled(produced);
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Collector &service, Context &context) {
        service.handle = context.attachStream(future, {.maxPending = 10});
        service.handle.pause();
    });
    TRY_VERIFY(future.isSuspended());
    const int before = *produced;
    QVERIFY(before >= 10);
    QCOMPARE(record.count(), 0);
    attach(link, [](Collector &service) { service.handle.resume(); });
    TRY_VERIFY(record.count() > before); // it went on
    future.cancel();
    future.resume();
    TRY_COMPARE(record.last(), "end");
    const int last = int(record.count()) - 1;
    QVERIFY(record.all() == numbers(last) << "end");
    stopAndWait(link);
}

void tst_Streams::aFutureOfADetachedStreamGoesOn()
{
    const auto produced = std::make_shared<std::atomic<int>>(0);
    QFuture<int> future = countUntilCanceled(produced);
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Collector &service, Context &context) {
        service.handle = context.attachStream(future, {.maxPending = 10});
        service.handle.pause();
    });
    TRY_VERIFY(future.isSuspended());
    const int before = *produced;
    stopAndWait(link);
    TRY_VERIFY(*produced > before);
    future.cancel();
    future.waitForFinished();
}

void tst_Streams::aSignalOverflows()
{
    Gate entered;
    Gate gate;
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Collector &service, Context &context) {
        service.hook = [&](const QByteArray &item, Context &) {
            if (item == "1") {
                entered.open();
                gate.pass();
            }
        };
        context.attachStream(&source, &Source::number, {.maxPending = 4});
    });
    Q_EMIT source.number(1);
    entered.pass();
    for (int i = 2; i <= 10; ++i)
        Q_EMIT source.number(i);
    gate.open();
    TRY_COMPARE(record.all(),
                numbers(5) << "Overflow"
                           << "end");
    stopAndWait(link);
}

#ifdef TEST_WEBSOCKETS
namespace {

// A web server on the test's thread, and who came to it.
struct WebPeer
{
    WebPeer() : server(QStringLiteral("test"), QWebSocketServer::NonSecureMode)
    {
        server.listen(QHostAddress::LocalHost);
    }
    std::unique_ptr<QWebSocket> accept()
    {
        if (!QTest::qWaitFor([this] { return server.hasPendingConnections(); }, 60000))
            qFatal("nobody connected");
        return std::unique_ptr<QWebSocket>(server.nextPendingConnection());
    }
    QWebSocketServer server;
};

} // namespace

void tst_Streams::aWebSocket()
{
    WebPeer peer;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) {
        auto *const socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, context.object());
        context.attachStream(socket);
        socket->open(peer.server.serverUrl());
    });
    const auto socket = peer.accept();
    socket->sendTextMessage(QStringLiteral("hello"));
    socket->sendBinaryMessage("bytes");
    TRY_COMPARE(record.all(), (QByteArrayList{"text hello", "bytes"}));
    socket->close();
    TRY_COMPARE(record.last(), "end");
    QCOMPARE(record.count(), 3);
    stopAndWait(link);
}

void tst_Streams::aWebSocketsWrongKindOfMessage()
{
    WebPeer peer;
    Record record;
    const auto link = Texts::start(&record);
    attach(link, [&](ServiceContext<Texts> &context) {
        auto *const socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, context.object());
        context.attachStream(socket);
        socket->open(peer.server.serverUrl());
    });
    const auto socket = peer.accept();
    socket->sendTextMessage(QStringLiteral("hello"));
    socket->sendBinaryMessage("bytes");
    socket->sendTextMessage(QStringLiteral("too late"));
    TRY_COMPARE(record.all(), (QByteArrayList{"hello", "Malformed", "end"}));
    stopAndWait(link);
}

void tst_Streams::aWebSocketIsHeldBack()
{
    constexpr int Messages = 1000;
    const QByteArray message(64 * 1024, 'x');
    WebPeer peer;
    std::atomic<qint64> bytes{0};
    const auto link = Waiting::start(&bytes);
    QPromise<void> *promise = nullptr;
    attach(link, [&](Waiting &service, ServiceContext<Waiting> &context) {
        promise = &service.gate;
        auto *const socket = new QWebSocket(QString(), QWebSocketProtocol::VersionLatest, context.object());
        context.attachStream(socket, {.maxPending = 4});
        socket->open(peer.server.serverUrl());
    });
    const auto socket = peer.accept();
    for (int i = 0; i < Messages; ++i)
        socket->sendBinaryMessage(message);
    // Until it moves no more.
    qint64 left = -1;
    while (left != socket->bytesToWrite()) {
        left = socket->bytesToWrite();
        QTest::qWait(300);
    }
    QVERIFY2(left > qint64(Messages) * message.size() / 2, QByteArray::number(left).constData());
    TRY_COMPARE(bytes.load(), message.size());
    promise->finish();
    TRY_COMPARE(bytes.load(), qint64(Messages) * message.size());
    stopAndWait(link);
}
#endif

// ---- races ----

void tst_Streams::signalsOfManyThreadsKeepTheirOrders()
{
    constexpr int Threads = 4;
    constexpr int Count = 2000;
    Source source;
    Record record;
    const auto link = Collector::start(&record);
    attach(link, [&](Context &context) { context.attachStream(&source, &Source::number); });
    std::vector<std::thread> threads;
    for (int thread = 0; thread < Threads; ++thread) {
        threads.emplace_back([&source, thread] {
            for (int i = 0; i < Count; ++i)
                Q_EMIT source.number(thread * Count + i);
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    TRY_COMPARE(record.count(), Threads * Count);
    std::vector<int> next(Threads, 0);
    for (const QByteArray &entry : record.all()) {
        const int number = entry.toInt();
        QCOMPARE(number % Count, next[size_t(number / Count)]++);
    }
    stopAndWait(link);
}

void tst_Streams::signalsWhileTheServiceEnds()
{
    Source source;
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 2; ++i) {
        threads.emplace_back([&] {
            while (!done) {
                Q_EMIT source.number(1);
                std::this_thread::yield();
            }
        });
    }
    for (int i = 0; i < 100; ++i) {
        Record record;
        const auto link = Collector::start(&record);
        attach(link, [&](Context &context) { context.attachStream(&source, &Source::number); });
        TRY_VERIFY(record.count() > 0);
        stopAndWait(link);
    }
    done = true;
    for (std::thread &thread : threads)
        thread.join();
}

void tst_Streams::aSenderThatDiesWhileItsServiceEnds()
{
    for (int i = 0; i < 200; ++i) {
        QThread thread;
        thread.start();
        auto *const source = new Source;
        source->moveToThread(&thread);
        Record record;
        const auto link = Collector::start(&record);
        attach(link, [&](Context &context) { context.attachStream(source, &Source::number); });
        QMetaObject::invokeMethod(source, [source] {
            Q_EMIT source->number(1);
            delete source;
            QThread::currentThread()->quit();
        });
        stopAndWait(link);
        QVERIFY(thread.wait());
    }
}

QTEST_GUILESS_MAIN(tst_Streams)
#include "tst_streams.moc"
