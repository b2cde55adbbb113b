// SPDX-License-Identifier: MIT
// attachServer(): each connection that a server accepts becomes a service.
#include "streamsupport.h"

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtNetwork/QLocalSocket>
#ifdef TEST_WEBSOCKETS
#  include <QtWebSockets/QWebSocket>
#  include <QtWebSockets/QWebSocketServer>
#endif

#include <set>
#include <stdexcept>

namespace {

// What the connections of a test say of themselves.
struct Facts
{
    std::atomic<int> alive{0};
    std::atomic<int> made{0};
    std::atomic<int> elsewhere{0}; // sockets that lived in another thread than their service
    std::atomic<int> watchedByServer{0};
    QObject *webServer = nullptr;
    std::mutex mutex;
    std::set<QThread *> threads;

    void addThread()
    {
        const std::lock_guard lock(mutex);
        threads.insert(QThread::currentThread());
    }
    size_t threadCount()
    {
        const std::lock_guard lock(mutex);
        return threads.size();
    }
};

// Sends each line back, and ends with its connection.
template <typename Socket>
class Echo : public Service<Echo<Socket>>
{
public:
    using Context = ServiceContext<Echo>;

    Echo(std::unique_ptr<Socket> socket, Facts *facts, QByteArray greeting = {})
        : m_socket(std::move(socket)), m_facts(facts), m_greeting(std::move(greeting))
    {
        ++m_facts->alive;
        ++m_facts->made;
        m_facts->addThread();
        if (m_socket->thread() != QThread::currentThread())
            ++m_facts->elsewhere;
    }
    Echo(Echo &&other) noexcept
        : m_socket(std::move(other.m_socket)), m_facts(std::exchange(other.m_facts, nullptr)),
          m_greeting(std::move(other.m_greeting))
    {
    }
    ~Echo()
    {
        if (m_facts)
            --m_facts->alive;
    }

    void started(Context &context)
    {
        m_sink = context.attachSink(m_socket.get());
        if (!m_greeting.isEmpty())
            m_sink.feed(m_greeting + '\n');
        context.attachStream(m_socket.get(), LineFramer(), {.stopAtEnd = true});
    }
    void handleStream(QByteArray line) { m_sink.feed(line + '\n'); }
    ErrorAction handleError(StreamError) { return ErrorAction::Stop; }

private:
    std::unique_ptr<Socket> m_socket;
    Facts *m_facts;
    QByteArray m_greeting;
    SinkLink<QByteArray> m_sink;
    Live m_live;
};
using TcpEcho = Echo<QTcpSocket>;
using LocalEcho = Echo<QLocalSocket>;

// Can't move, so that a factory has to make it.
class Immovable : public Service<Immovable>
{
public:
    Immovable(std::unique_ptr<QTcpSocket> socket, Facts *facts, ServiceContext<Immovable> &context)
        : m_socket(std::move(socket)), m_facts(facts)
    {
        ++m_facts->alive;
        ++m_facts->made;
        context.attachStream(m_socket.get(), ChunkFramer(), {.stopAtEnd = true});
    }
    Q_DISABLE_COPY_MOVE(Immovable)
    ~Immovable() { --m_facts->alive; }
    void handleStream(QByteArray bytes) { m_socket->write(bytes); }
    ErrorAction handleError(StreamError) { return ErrorAction::Stop; }

private:
    std::unique_ptr<QTcpSocket> m_socket;
    Facts *m_facts;
};

class Failing : public Service<Failing>
{
public:
    explicit Failing(std::unique_ptr<QTcpSocket>) { throw std::runtime_error("no"); }
};

// Holds the server.
class Host : public Service<Host>
{
public:
    explicit Host(Record *record = nullptr) : m_record(record) { }
    void streamEnded()
    {
        if (m_record)
            m_record->add("end");
    }

    QPointer<QTcpServer> server;
    StreamHandle handle;

private:
    Record *m_record;
};
using Context = ServiceContext<Host>;

template <typename F>
auto in(const Link<Host> &link, F &&function)
{
    return value(link.exec(std::forward<F>(function)));
}

// Listens in the service and attaches; returns the port.
template <typename Attach>
quint16 listen(const Link<Host> &link, Attach &&attach)
{
    return in(link, [&](Host &service, Context &context) {
        service.server = new QTcpServer(context.object());
        service.server->listen(QHostAddress::LocalHost);
        service.handle = attach(context, service.server.data());
        return service.server->serverPort();
    });
}

std::unique_ptr<QTcpSocket> connectTo(quint16 port)
{
    auto socket = std::make_unique<QTcpSocket>();
    socket->connectToHost(QHostAddress::LocalHost, port);
    if (!socket->waitForConnected(60000))
        qFatal("can't connect: %s", qPrintable(socket->errorString()));
    return socket;
}
QByteArray readLine(QIODevice *socket)
{
    waitUntil([socket] { return socket->canReadLine(); });
    return socket->readLine().chopped(1);
}

} // namespace

class tst_Servers : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void aConstructorWithArguments();
    void aFactory();
    void aFactoryWithTheContextMakesWhatCannotMove();
    void aLocalServer();
#ifdef TEST_WEBSOCKETS
    void aWebSocketServer();
    void aWebSocketThatLeftBefore();
    void aWebSocketThatWaitsForRoomLosesNothing();
#endif
    void theSocketLivesOnItsServicesWorker();
    void connectionsSpreadOverTheWorkers();
    void connectionsStartWhereTheOptionsSay();
    void bytesThatCameEarlyAreNotLost();
    void connectionsThatWaitedBeforeTheServerWasAttached();
    void maxConnections();
    void aConstructorThatThrowsMakesRoom();
    void detachEndsAcceptingButNotConnections();
    void theServicesEndLeavesItsConnections();
    void aServerThatIsDestroyed();
    void aServerThatIsDestroyedStopsItsService();
    void aServerThatIsClosed();
    void twoThousandConnections();
    void connectionsWhileTheServiceEnds();
};

void tst_Servers::aConstructorWithArguments()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
        return context.attachServer<TcpEcho>(server, &facts, QByteArray("welcome"));
    });
    // Each connection gets a copy of the arguments.
    for (int i = 0; i < 3; ++i) {
        const auto socket = connectTo(port);
        QCOMPARE(readLine(socket.get()), "welcome");
        socket->write("hello\n");
        QCOMPARE(readLine(socket.get()), "hello");
    }
    TRY_COMPARE(facts.alive.load(), 0);
    QCOMPARE(facts.made.load(), 3);
    stopAndWait(link);
}

void tst_Servers::aFactory()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
        return context.attachServer(server, [&, live = Live()](std::unique_ptr<QTcpSocket> socket) {
            return TcpEcho(std::move(socket), &facts);
        });
    });
    {
        const auto socket = connectTo(port);
        socket->write("hello\n");
        QCOMPARE(readLine(socket.get()), "hello");
    }
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::aFactoryWithTheContextMakesWhatCannotMove()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
        return context.attachServer(server,
                                    [&](std::unique_ptr<QTcpSocket> socket, ServiceContext<Immovable> &connection) {
                                        return std::make_unique<Immovable>(std::move(socket), &facts, connection);
                                    });
    });
    {
        const auto socket = connectTo(port);
        socket->write("hello\n");
        QCOMPARE(readLine(socket.get()), "hello");
    }
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::aLocalServer()
{
    QTemporaryDir directory;
    const QString name = directory.filePath(QStringLiteral("socket"));
    Facts facts;
    const auto link = Host::start();
    in(link, [&](Context &context) {
        auto *const server = new QLocalServer(context.object());
        server->listen(name);
        context.attachServer<LocalEcho>(server, &facts);
    });
    {
        QLocalSocket socket;
        socket.connectToServer(name);
        QVERIFY(socket.waitForConnected(60000));
        socket.write("hello\n");
        QCOMPARE(readLine(&socket), "hello");
    }
    TRY_COMPARE(facts.alive.load(), 0);
    QCOMPARE(facts.made.load(), 1);
    QCOMPARE(facts.elsewhere.load(), 0);
    stopAndWait(link);
}

#ifdef TEST_WEBSOCKETS
namespace {

class WebEcho : public Service<WebEcho>
{
public:
    WebEcho(std::unique_ptr<QWebSocket> socket, Facts *facts) : m_socket(std::move(socket)), m_facts(facts)
    {
        ++m_facts->made;
        if (m_socket->thread() != QThread::currentThread())
            ++m_facts->elsewhere;
        for (const QObject *child : m_socket->findChildren<QObject *>()) {
            if (child->thread() != QThread::currentThread())
                ++m_facts->elsewhere;
            // It would delete the connection, from another thread than this one.
            if (QObject::disconnect(child, nullptr, m_facts->webServer, nullptr))
                ++m_facts->watchedByServer;
        }
    }
    void started(ServiceContext<WebEcho> &context) { context.attachStream(m_socket.get(), {.stopAtEnd = true}); }
    void handleStream(QString text) { m_socket->sendTextMessage(text); }

private:
    std::unique_ptr<QWebSocket> m_socket;
    Facts *m_facts;
    Live m_live;
};

// A browser, so to say, and what it was told.
struct WebClient
{
    explicit WebClient(const QUrl &url)
    {
        QObject::connect(&socket, &QWebSocket::textMessageReceived, [this](const QString &text) { texts << text; });
        socket.open(url);
        if (!QTest::qWaitFor([this] { return socket.state() == QAbstractSocket::ConnectedState; }, 60000))
            qFatal("can't connect");
    }
    QWebSocket socket;
    QStringList texts;
};

QUrl listenForWebSockets(const Link<Host> &link, Facts &facts, const ServerOptions &options)
{
    return in(link, [&](Context &context) {
        auto *const server =
                new QWebSocketServer(QStringLiteral("test"), QWebSocketServer::NonSecureMode, context.object());
        server->listen(QHostAddress::LocalHost);
        facts.webServer = server;
        context.attachServer<WebEcho>(server, options, &facts);
        return server->serverUrl();
    });
}

} // namespace

void tst_Servers::aWebSocketServer()
{
    Facts facts;
    const auto link = Host::start();
    const QUrl url = listenForWebSockets(link, facts, {});
    {
        WebClient client(url);
        for (int i = 0; i < 100; ++i)
            client.socket.sendTextMessage(QString::number(i));
        TRY_COMPARE(client.texts.count(), 100);
        QCOMPARE(client.texts.constLast(), QStringLiteral("99"));
    }
    TRY_COMPARE(Live::count.load(), 0);
    QCOMPARE(facts.made.load(), 1);
    QCOMPARE(facts.elsewhere.load(), 0);
    QCOMPARE(facts.watchedByServer.load(), 0);
    stopAndWait(link);
}

void tst_Servers::aWebSocketThatLeftBefore()
{
    Facts facts;
    const auto link = Host::start();
    const QUrl url = in(link, [&](Context &context) {
        auto *const server =
                new QWebSocketServer(QStringLiteral("test"), QWebSocketServer::NonSecureMode, context.object());
        server->listen(QHostAddress::LocalHost);
        facts.webServer = server;
        return server->serverUrl();
    });
    WebClient(url).socket.abort();
    waitUntil([&] { return in(link, [&] { return facts.webServer->findChildren<QAbstractSocket *>().isEmpty(); }); });
    in(link, [&](Context &context) {
        context.attachServer<WebEcho>(static_cast<QWebSocketServer *>(facts.webServer), {.maxConnections = 1}, &facts);
    });
    {
        WebClient client(url);
        client.socket.sendTextMessage(QStringLiteral("here"));
        TRY_COMPARE(client.texts, QStringList(QStringLiteral("here")));
    }
    TRY_COMPARE(Live::count.load(), 0);
    QCOMPARE(facts.made.load(), 1);
    stopAndWait(link);
}

void tst_Servers::aWebSocketThatWaitsForRoomLosesNothing()
{
    Facts facts;
    const auto link = Host::start();
    const QUrl url = listenForWebSockets(link, facts, {.maxConnections = 1});
    {
        auto first = std::make_unique<WebClient>(url);
        first->socket.sendTextMessage(QStringLiteral("first"));
        TRY_COMPARE(first->texts.count(), 1);
        WebClient second(url);
        second.socket.sendTextMessage(QStringLiteral("second"));
        QVERIFY(second.socket.flush());
        // Many turns of the server's event loop, in which it could read the message.
        for (int i = 0; i < 200; ++i) {
            first->socket.sendTextMessage(QStringLiteral("again"));
            waitUntil([&] { return first->texts.count() == i + 2; });
            in(link, [] {});
        }
        QCOMPARE(facts.made.load(), 1);
        first.reset();
        TRY_COMPARE(second.texts, QStringList(QStringLiteral("second")));
    }
    TRY_COMPARE(Live::count.load(), 0);
    stopAndWait(link);
}
#endif

void tst_Servers::theSocketLivesOnItsServicesWorker()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    std::vector<std::unique_ptr<QTcpSocket>> sockets;
    for (int i = 0; i < 20; ++i)
        sockets.push_back(connectTo(port));
    TRY_COMPARE(facts.alive.load(), 20);
    QCOMPARE(facts.elsewhere.load(), 0);
    sockets.clear();
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::connectionsSpreadOverTheWorkers()
{
    const int workers = WorkerPool::globalInstance()->maxWorkerCount();
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    std::vector<std::unique_ptr<QTcpSocket>> sockets;
    for (int i = 0; i < 4 * workers; ++i) {
        sockets.push_back(connectTo(port));
        TRY_COMPARE(facts.alive.load(), i + 1);
    }
    QCOMPARE(facts.threadCount(), size_t(workers));
    sockets.clear();
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::connectionsStartWhereTheOptionsSay()
{
    Facts facts;
    const auto link = Host::start();
    QThread *thread = nullptr;
    const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
        thread = QThread::currentThread();
        return context.attachServer<TcpEcho>(
                server, ServerOptions{.start = {.placement = Placement::nearTo(context.link())}}, &facts);
    });
    std::vector<std::unique_ptr<QTcpSocket>> sockets;
    for (int i = 0; i < 10; ++i)
        sockets.push_back(connectTo(port));
    TRY_COMPARE(facts.alive.load(), 10);
    QVERIFY(facts.threads == std::set<QThread *>{thread});
    sockets.clear();
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::bytesThatCameEarlyAreNotLost()
{
    Facts facts;
    Gate gate;
    const auto link = Host::start();
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    link.doExec([&] { gate.pass(); });
    std::vector<std::unique_ptr<QTcpSocket>> sockets;
    for (int i = 0; i < 20; ++i) {
        sockets.push_back(connectTo(port)); // by the system
        sockets.back()->write(QByteArray::number(i) + '\n');
        QVERIFY(sockets.back()->waitForBytesWritten(60000));
    }
    gate.open();
    for (int i = 0; i < 20; ++i)
        QCOMPARE(readLine(sockets[size_t(i)].get()), QByteArray::number(i));
    sockets.clear();
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::connectionsThatWaitedBeforeTheServerWasAttached()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(link, [](Context &, QTcpServer *) { return StreamHandle(); });
    const auto one = connectTo(port);
    const auto two = connectTo(port);
    TRY_VERIFY(in(link, [](Host &service) { return service.server->hasPendingConnections(); }));
    in(link, [&](Host &service, Context &context) { context.attachServer<TcpEcho>(service.server.data(), &facts); });
    for (QTcpSocket *socket : {one.get(), two.get()}) {
        socket->write("hello\n");
        QCOMPARE(readLine(socket), "hello");
        socket->abort();
    }
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::maxConnections()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
        return context.attachServer<TcpEcho>(server, {.maxConnections = 2}, &facts);
    });
    std::vector<std::unique_ptr<QTcpSocket>> sockets;
    for (int i = 0; i < 4; ++i) {
        sockets.push_back(connectTo(port));
        sockets.back()->write(QByteArray::number(i) + '\n');
        QVERIFY(sockets.back()->waitForBytesWritten(60000));
    }
    QCOMPARE(readLine(sockets[0].get()), "0");
    QCOMPARE(readLine(sockets[1].get()), "1");
    for (int i = 0; i < 100; ++i) // turns in which more could be taken
        QCOMPARE(in(link, [&] { return facts.alive.load(); }), 2);
    QCOMPARE(sockets[2]->bytesAvailable(), 0);
    sockets[0].reset();
    QCOMPARE(readLine(sockets[2].get()), "2");
    QVERIFY(facts.alive <= 2);
    sockets[1].reset();
    QCOMPARE(readLine(sockets[3].get()), "3");
    QVERIFY(facts.alive <= 2);
    sockets.clear();
    TRY_COMPARE(facts.alive.load(), 0);
    QCOMPARE(facts.made.load(), 4);
    stopAndWait(link);
}

void tst_Servers::aConstructorThatThrowsMakesRoom()
{
    const Warnings warnings;
    const auto link = Host::start();
    const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
        return context.attachServer<Failing>(server, ServerOptions{.maxConnections = 1});
    });
    for (int i = 0; i < 3; ++i) {
        const auto socket = connectTo(port);
        TRY_COMPARE(socket->state(), QAbstractSocket::UnconnectedState); // it was closed
    }
    TRY_COMPARE(warnings.texts().count(), 3);
    stopAndWait(link);
}

void tst_Servers::detachEndsAcceptingButNotConnections()
{
    Facts facts;
    Record record;
    const auto link = Host::start(&record);
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    const auto before = connectTo(port);
    TRY_COMPARE(facts.alive.load(), 1);
    in(link, [](Host &service) { service.handle.detach(); });
    const auto after = connectTo(port); // by the system, and by the server
    TRY_VERIFY(in(link, [](Host &service) { return service.server->hasPendingConnections(); }));
    before->write("hello\n");
    QCOMPARE(readLine(before.get()), "hello");
    QCOMPARE(facts.made.load(), 1);
    before->abort();
    TRY_COMPARE(facts.alive.load(), 0);
    QCOMPARE(record.count(), 0);
    stopAndWait(link);
}

void tst_Servers::theServicesEndLeavesItsConnections()
{
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    const auto socket = connectTo(port);
    TRY_COMPARE(facts.alive.load(), 1);
    stopAndWait(link);
    socket->write("hello\n");
    QCOMPARE(readLine(socket.get()), "hello");
    socket->abort();
    TRY_COMPARE(facts.alive.load(), 0);
}

void tst_Servers::aServerThatIsDestroyed()
{
    Facts facts;
    Record record;
    const auto link = Host::start(&record);
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    const auto socket = connectTo(port);
    TRY_COMPARE(facts.alive.load(), 1);
    in(link, [](Host &service) { delete service.server; });
    TRY_COMPARE(record.all(), QByteArrayList{"end"});
    QVERIFY(!in(link, [](Host &service) { return service.handle.isActive(); }));
    socket->write("hello\n");
    QCOMPARE(readLine(socket.get()), "hello");
    socket->abort();
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::aServerThatIsDestroyedStopsItsService()
{
    Facts facts;
    Record record;
    const auto link = Host::start(&record);
    listen(link, [&](Context &context, QTcpServer *server) {
        return context.attachServer<TcpEcho>(server, {.stopAtEnd = true}, &facts);
    });
    Reply<void> stopped = link.stopped();
    link.doExec([](Host &service) { delete service.server; });
    value(std::move(stopped));
    QCOMPARE(record.all(), QByteArrayList{"end"});
}

void tst_Servers::aServerThatIsClosed()
{
    Facts facts;
    Record record;
    const auto link = Host::start(&record);
    listen(link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    // It may listen again, so this is not the end.
    const quint16 port = in(link, [](Host &service) {
        service.server->close();
        service.server->listen(QHostAddress::LocalHost);
        return service.server->serverPort();
    });
    const auto socket = connectTo(port);
    socket->write("hello\n");
    QCOMPARE(readLine(socket.get()), "hello");
    QCOMPARE(record.count(), 0);
    socket->abort();
    TRY_COMPARE(facts.alive.load(), 0);
    stopAndWait(link);
}

void tst_Servers::twoThousandConnections()
{
    constexpr int Count = 2000;
    constexpr int AtOnce = 40; // fewer than the system lets wait
    Facts facts;
    const auto link = Host::start();
    const quint16 port = listen(
            link, [&](Context &context, QTcpServer *server) { return context.attachServer<TcpEcho>(server, &facts); });
    for (int i = 0; i < Count; i += AtOnce) {
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        for (int j = 0; j < AtOnce; ++j)
            sockets.push_back(connectTo(port));
        TRY_COMPARE(facts.made.load(), i + AtOnce);
        for (int j = 0; j < AtOnce; j += 2) { // some say something, and some of these don't wait for an answer
            sockets[size_t(j)]->write("hello\n");
            if (j % 4 == 0)
                QCOMPARE(readLine(sockets[size_t(j)].get()), "hello");
        }
        for (int j = 0; j < AtOnce; j += 3)
            sockets[size_t(j)]->abort();
    }
    TRY_COMPARE(facts.alive.load(), 0);
    QCOMPARE(facts.made.load(), Count);
    TRY_COMPARE(Live::count.load(), 0);
    stopAndWait(link);
}

void tst_Servers::connectionsWhileTheServiceEnds()
{
    for (int i = 0; i < 20; ++i) {
        Facts facts;
        const auto link = Host::start();
        const quint16 port = listen(link, [&](Context &context, QTcpServer *server) {
            return context.attachServer<TcpEcho>(server, {.maxConnections = 5}, &facts);
        });
        std::vector<std::unique_ptr<QTcpSocket>> sockets;
        for (int j = 0; j < 10; ++j)
            sockets.push_back(connectTo(port));
        link.stop();
        sockets.clear();
        value(link.stopped());
        QVERIFY(WorkerPool::globalInstance()->waitForDone(QDeadlineTimer(Patience))); // facts goes
    }
}

QTEST_GUILESS_MAIN(tst_Servers)
#include "tst_servers.moc"
