// SPDX-License-Identifier: MIT
// The program of examples/10-keyvalue-server, compared with a redis-server beside it.
#include <QtCore/QRandomGenerator>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QtTest>

#include <csignal>

using namespace Qt::StringLiterals;

#ifdef TEST_SANITIZED
static constexpr bool MemoryIsComparable = false; // sanitizers keep what is freed
#else
static constexpr bool MemoryIsComparable = true;
#endif
static constexpr int Patience = 120'000; // never reached where things are right

using Words = QByteArrayList;

static Words split(const char *line)
{
    return QByteArray(line).split(' ');
}

static QByteArray request(const Words &words)
{
    QByteArray bytes = '*' + QByteArray::number(words.size()) + "\r\n";
    for (const QByteArray &word : words)
        bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
    return bytes;
}

// A server's process, at a port of its own.
class Server
{
public:
    Server(const QString &program, const QStringList &arguments, const QByteArray &ready)
    {
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start(program, arguments);
        QByteArray output;
        while (!output.contains(ready) && m_process.waitForReadyRead(Patience))
            output += m_process.readAll();
        while (output.contains(ready) && !output.mid(output.indexOf(ready)).contains('\n')
               && m_process.waitForReadyRead(Patience))
            output += m_process.readAll();
        m_isReady = output.contains(ready);
        const qsizetype at = output.indexOf("at port ");
        if (at >= 0)
            m_port = quint16(output.mid(at + 8).trimmed().toInt());
    }
    ~Server()
    {
        terminate();
        wait();
    }
    bool isReady() const { return m_isReady; }
    quint16 port() const { return m_port; }
    void setPort(quint16 port) { m_port = port; }
    void terminate()
    {
        if (m_process.state() == QProcess::Running)
            ::kill(pid_t(m_process.processId()), SIGTERM);
    }
    int wait()
    {
        if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(Patience))
            qFatal("a server never ended");
        return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }

    qsizetype descriptors() const { return QDir(proc(u"fd"_s)).entryList(QDir::Files | QDir::System).size(); }
    qint64 memory() const // in bytes, what is resident
    {
        QFile file(proc(u"statm"_s));
        if (!file.open(QIODevice::ReadOnly))
            return -1;
        return file.readAll().split(' ').value(1).toLongLong() * 4096;
    }

private:
    QString proc(const QString &name) const { return u"/proc/%1/%2"_s.arg(m_process.processId()).arg(name); }

    QProcess m_process;
    bool m_isReady = false;
    quint16 m_port = 0;
};

static std::unique_ptr<Server> startOurs(const QStringList &arguments = {})
{
    return std::make_unique<Server>(QStringLiteral(PROGRAM_PATH), QStringList{u"--port"_s, u"0"_s} + arguments,
                                    "Ready to accept");
}

// A connection that speaks the protocol, as raw as can be.
class Client
{
public:
    explicit Client(const Server &server)
    {
        m_socket.connectToHost(QHostAddress(QHostAddress::LocalHost), server.port());
        if (!m_socket.waitForConnected(Patience))
            qWarning("can't connect: %s", qPrintable(m_socket.errorString()));
    }
    QTcpSocket &socket() { return m_socket; }

    void send(const QByteArray &bytes)
    {
        m_socket.write(bytes);
        m_socket.flush();
    }
    QByteArray ask(const Words &words)
    {
        send(request(words));
        return reply();
    }
    QByteArray ask(const char *line) { return ask(split(line)); }

    // The next reply as it came over the network; empty if the connection ended.
    QByteArray reply()
    {
        qsizetype size = 0;
        while ((size = sizeOfReply(0)) < 0) {
            if (!m_socket.waitForReadyRead(Patience))
                return {};
            m_bytes += m_socket.readAll();
        }
        const QByteArray reply = m_bytes.first(size);
        m_bytes.remove(0, size);
        return reply;
    }
    // All that comes until the server closes the connection.
    QByteArray rest()
    {
        while (m_socket.waitForReadyRead(Patience))
            m_bytes += m_socket.readAll();
        m_bytes += m_socket.readAll();
        return std::exchange(m_bytes, {});
    }
    bool isClosed()
    {
        rest();
        return m_socket.state() == QAbstractSocket::UnconnectedState;
    }

private:
    // Where the reply that begins at \a begin ends; -1: not here yet.
    qsizetype sizeOfReply(qsizetype begin) const
    {
        const qsizetype lineEnd = m_bytes.indexOf("\r\n", begin);
        if (lineEnd < 0)
            return -1;
        const qint64 number = m_bytes.mid(begin + 1, lineEnd - begin - 1).toLongLong();
        qsizetype end = lineEnd + 2;
        if (m_bytes[begin] == '$' && number >= 0)
            return m_bytes.size() >= end + number + 2 ? end + number + 2 : -1;
        for (qint64 i = 0; m_bytes[begin] == '*' && i < number && end >= 0; ++i)
            end = end < m_bytes.size() ? sizeOfReply(end) : -1;
        return end;
    }

    QTcpSocket m_socket;
    QByteArray m_bytes;
};

class tst_keyvalue : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanupTestCase();

    void agreesWithRedis_data();
    void agreesWithRedis();
    void agreesWithRedisOnRandomCommands_data();
    void agreesWithRedisOnRandomCommands();
    void agreesWithRedisOnProtocolErrors_data();
    void agreesWithRedisOnProtocolErrors();
    void takesBytesOneByOne();
    void takesBinaryKeysAndLargeValues();
    void repliesInOrderOverShards();
    void scanSeesWhatStays();
    void asksForPassword();
    void publishesToSubscribers();
    void subscriberTakesNoOtherCommands();
    void expiresByItself();
    void refusesTooManyClients();
    void slowReaderDisturbsNobody();
    void slowSubscriberIsClosed();
    void tenThousandDroppedConnections();
    void announcedBulkCostsNothing();
    void sigtermAnswersWhatIsInFlight();
    void redisCli();
    void redisBenchmark_data();
    void redisBenchmark();
    void wrongUsage();

private:
    std::unique_ptr<Server> m_ours;
    std::unique_ptr<Server> m_redis;
};

void tst_keyvalue::initTestCase()
{
    m_ours = startOurs({u"--workers"_s, u"2"_s, u"--shards"_s, u"4"_s});
    QVERIFY(m_ours->isReady());
    const QString program = QStandardPaths::findExecutable(u"redis-server"_s);
    if (program.isEmpty()) {
        qWarning("there is no redis-server: nothing is compared with it");
        return;
    }
    QTcpServer probe;
    QVERIFY(probe.listen(QHostAddress::LocalHost));
    const quint16 port = probe.serverPort();
    probe.close();
    m_redis = std::make_unique<Server>(program,
                                       QStringList{u"--port"_s, QString::number(port), u"--save"_s, QString(),
                                                   u"--appendonly"_s, u"no"_s, u"--databases"_s, u"1"_s},
                                       "Ready to accept");
    m_redis->setPort(port);
    QVERIFY(m_redis->isReady());
}

void tst_keyvalue::init()
{
    QCOMPARE(Client(*m_ours).ask("FLUSHALL"), "+OK\r\n");
    if (m_redis)
        QCOMPARE(Client(*m_redis).ask("FLUSHALL"), "+OK\r\n");
}

void tst_keyvalue::cleanupTestCase()
{
    m_ours->terminate();
    QCOMPARE(m_ours->wait(), 0);
}

// ---- compared with redis-server ----

// What may come in any order, sorted; what depends on the clock, made alike.
static QByteArray comparable(const Words &command, const QByteArray &reply)
{
    const QByteArray name = command.first().toUpper();
    if (name == "TTL" && reply.startsWith(':') && !reply.startsWith(":-"))
        return ":some time\r\n";
    if (name == "KEYS" || name == "SMEMBERS" || name == "HGETALL" || name == "SPOP") {
        QByteArrayList lines = reply.split('\n');
        std::sort(lines.begin(), lines.end());
        return lines.join('\n');
    }
    return reply;
}

void tst_keyvalue::agreesWithRedis_data()
{
    QTest::addColumn<QByteArrayList>("lines");
    QTest::newRow("strings") << QByteArrayList{"SET a 1",
                                               "GET a",
                                               "GET nothing",
                                               "SET a 2 NX",
                                               "SET b 2 NX",
                                               "SET c 2 XX",
                                               "SET a 3 XX",
                                               "SET a 3 XX NX",
                                               "SET a 1 EX",
                                               "SET a 1 EX 0",
                                               "SET a 1 EX x",
                                               "SET a 1 FO",
                                               "SET a 1 EX 5",
                                               "TTL a",
                                               "SET a 2",
                                               "TTL a",
                                               "APPEND a xyz",
                                               "APPEND n xyz",
                                               "STRLEN a",
                                               "STRLEN nothing",
                                               "GETDEL a",
                                               "GETDEL a",
                                               "MSET a 1 b 2 c 3 d 4 e 5",
                                               "MGET a nothing c d e b a",
                                               "MSET a",
                                               "MSET a 1 b",
                                               "MGET",
                                               "set A lower",
                                               "sEt a mixed",
                                               "GET a",
                                               "SET a 1 EX 9223372036854775807",
                                               "SET a 1 EX 1 PX 1",
                                               "SET a 1 PX -1",
                                               "SET a 1 EX 10 NX",
                                               "get",
                                               "GET a b",
                                               "MSET a 1 a 2",
                                               "GET a"};
    QTest::newRow("numbers") << QByteArrayList{"INCR n",
                                               "INCR n",
                                               "DECR n",
                                               "INCRBY n 40",
                                               "INCRBY n -100",
                                               "INCRBY n x",
                                               "INCRBY n 1.5",
                                               "SET s abc",
                                               "INCR s",
                                               "SET n 9223372036854775807",
                                               "INCR n",
                                               "DECR n",
                                               "SET n -9223372036854775808",
                                               "DECR n",
                                               "INCRBY n -1",
                                               "SET n 01",
                                               "INCR n",
                                               "SET n +1",
                                               "INCR n",
                                               "INCRBY n 9223372036854775808",
                                               "SET n -0",
                                               "INCR n",
                                               "SET n 5 EX 100",
                                               "INCR n",
                                               "TTL n"};
    QTest::newRow("lists") << QByteArrayList{"LPUSH l 1 2 3",  "RPUSH l 4 5",      "LRANGE l 0 -1", "LRANGE l 1 2",
                                             "LRANGE l -2 -1", "LRANGE l 5 9",     "LRANGE l 3 1",  "LRANGE l -100 100",
                                             "LRANGE l a 1",   "LRANGE none 0 -1", "LLEN l",        "LLEN none",
                                             "LPOP l",         "RPOP l",           "LPOP l 2",      "LPOP l 0",
                                             "LPOP l 9",       "EXISTS l",         "LPOP l",        "LPOP l 1",
                                             "LPOP l -1",      "LPOP l x",         "LPOP l 1 2",    "RPOP none 0",
                                             "LPUSH l",        "SET s x",          "LPUSH s 1",     "LPOP s",
                                             "LRANGE s 0 1",   "LLEN s",           "RPUSH l 1",     "RPOP l",
                                             "TYPE l"};
    QTest::newRow("hashes") << QByteArrayList{
            "HSET h a 1 b 2", "HSET h a 3 c 4", "HGET h a",   "HGET h x",       "HGET none a", "HGETALL h",
            "HGETALL none",   "HLEN h",         "HDEL h a x", "HDEL h b c",     "EXISTS h",    "HSET h a",
            "HSET h a 1 b",   "SET s x",        "HSET s a 1", "HGET s a",       "HGETALL s",   "HLEN s",
            "HDEL s a",       "HDEL none a",    "HLEN none",  "HSET h a 1 a 2", "HGET h a",    "GET h"};
    QTest::newRow("sets") << QByteArrayList{
            "SADD s a b c a", "SADD s a d",  "SCARD s",    "SMEMBERS s", "SREM s a x", "SPOP s 0",   "SPOP s 10",
            "SPOP s",         "SPOP s 3",    "EXISTS s",   "SPOP s -1",  "SPOP s x",   "SCARD none", "SMEMBERS none",
            "SET t x",        "SADD t a",    "SCARD t",    "SREM t a",   "SPOP t",     "SMEMBERS t", "SADD s",
            "SPOP s 1 2",     "SREM none a", "SADD s one", "SPOP s",     "TYPE s"};
    QTest::newRow("keys") << QByteArrayList{"MSET one 1 two 2 three 3 four 4",
                                            "KEYS *",
                                            "KEYS t*",
                                            "KEYS ?o*",
                                            "KEYS [ot]*e",
                                            "KEYS [^o]*",
                                            "KEYS [a-g]*",
                                            "KEYS none",
                                            "KEYS t\\*",
                                            "KEYS",
                                            "DBSIZE",
                                            "DBSIZE x",
                                            "EXISTS one two none one",
                                            "DEL one two none one",
                                            "DBSIZE",
                                            "TYPE three",
                                            "TYPE none",
                                            "HSET h a 1",
                                            "TYPE h",
                                            "EXPIRE three 100",
                                            "TTL three",
                                            "PERSIST three",
                                            "PERSIST three",
                                            "PERSIST none",
                                            "TTL three",
                                            "TTL none",
                                            "PTTL none",
                                            "PTTL three",
                                            "EXPIRE none 1",
                                            "EXPIRE three x",
                                            "EXPIRE three 9223372036854775807",
                                            "PEXPIRE three 100000",
                                            "TTL three",
                                            "EXPIRE three -1",
                                            "EXISTS three",
                                            "EXPIRE four 0",
                                            "DBSIZE",
                                            "PEXPIRE h -5",
                                            "EXISTS h",
                                            "FLUSHALL x",
                                            "FLUSHALL ASYNC",
                                            "DBSIZE",
                                            "SCAN x",
                                            "SCAN 0 COUNT 0",
                                            "SCAN 0 COUNT x",
                                            "SCAN 0 FOO",
                                            "SCAN 0 MATCH",
                                            "SCAN 0",
                                            "SET a 1",
                                            "SCAN 0",
                                            "SCAN 0 MATCH b*",
                                            "SCAN 0 TYPE string",
                                            "SCAN 0 TYPE list",
                                            "SCAN 0 COUNT 100 MATCH a"};
    QTest::newRow("connection") << QByteArrayList{"PING",
                                                  "PING hello",
                                                  "PING a b",
                                                  "ECHO hello",
                                                  "ECHO",
                                                  "SELECT 0",
                                                  "SELECT 1",
                                                  "SELECT x",
                                                  "AUTH x",
                                                  "AUTH a b c",
                                                  "AUTH default x",
                                                  "AUTH foo x",
                                                  "FOO",
                                                  "FOO a b c",
                                                  "CONFIG",
                                                  "CONFIG GET",
                                                  "CONFIG FOO",
                                                  "CONFIG GET save",
                                                  "CONFIG GET appendonly",
                                                  "CONFIG GET nothing",
                                                  "COMMAND FOO",
                                                  "PUBLISH a",
                                                  "PUBLISH a b",
                                                  "UNSUBSCRIBE",
                                                  "SUBSCRIBE",
                                                  "QUIT"};
}

void tst_keyvalue::agreesWithRedis()
{
    if (!m_redis)
        QSKIP("there is no redis-server");
    QFETCH(const QByteArrayList, lines);
    Client ours(*m_ours);
    Client redis(*m_redis);
    for (const QByteArray &line : lines) {
        const Words command = line.split(' ');
        const QByteArray expected = comparable(command, redis.ask(command));
        const QByteArray actual = comparable(command, ours.ask(command));
        QVERIFY2(actual == expected, (line + ": " + actual + " instead of " + expected).constData());
    }
}

static Words randomCommand(QRandomGenerator &random)
{
    static const char *const templates[] = {
            "SET K V",      "SET K V EX 1000", "SET K V NX",   "SET K V XX",     "GET K",         "GETDEL K",
            "APPEND K V",   "STRLEN K",        "INCR K",       "DECR K",         "INCRBY K N",    "MSET K V K V K V",
            "MGET K K K K", "DEL K K",         "EXISTS K K K", "TYPE K",         "EXPIRE K 1000", "PERSIST K",
            "TTL K",        "LPUSH K V V",     "RPUSH K V",    "LPOP K",         "RPOP K",        "LPOP K 2",
            "LLEN K",       "LRANGE K N N",    "HSET K V V",   "HSET K V V V V", "HGET K V",      "HGETALL K",
            "HDEL K V V",   "HLEN K",          "SADD K V V V", "SREM K V",       "SPOP K 1000",   "SMEMBERS K",
            "SCARD K",      "DBSIZE",          "KEYS *",       "LRANGE K 0 -1"};
    Words words = split(templates[random.bounded(quint32(std::size(templates)))]);
    for (QByteArray &word : words) {
        if (word == "K")
            word = "key" + QByteArray::number(random.bounded(12));
        else if (word == "V")
            word = random.bounded(2) ? QByteArray::number(random.bounded(5)) : QByteArray(random.bounded(40), 'v');
        else if (word == "N")
            word = QByteArray::number(random.bounded(-4, 5));
    }
    return words;
}

void tst_keyvalue::agreesWithRedisOnRandomCommands_data()
{
    QTest::addColumn<int>("pipelined");
    QTest::addColumn<quint32>("seed");
    QTest::newRow("one by one") << 1 << quint32(1);
    QTest::newRow("16 at a time") << 16 << quint32(2);
    QTest::newRow("1000 at a time") << 1000 << quint32(3);
}

void tst_keyvalue::agreesWithRedisOnRandomCommands()
{
    if (!m_redis)
        QSKIP("there is no redis-server");
    QFETCH(const int, pipelined);
    QFETCH(const quint32, seed);
    QRandomGenerator random(seed);
    Client ours(*m_ours);
    Client redis(*m_redis);
    for (int done = 0; done < 20'000; done += pipelined) {
        QList<Words> commands;
        QByteArray bytes;
        for (int i = 0; i < pipelined; ++i) {
            commands.append(randomCommand(random));
            bytes += request(commands.last());
        }
        ours.send(bytes);
        redis.send(bytes);
        for (const Words &command : std::as_const(commands)) {
            const QByteArray expected = comparable(command, redis.reply());
            const QByteArray actual = comparable(command, ours.reply());
            QVERIFY2(actual == expected, (command.join(' ') + ": " + actual + " instead of " + expected).constData());
        }
    }
}

void tst_keyvalue::agreesWithRedisOnProtocolErrors_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("not a bulk") << QByteArray("*1\r\n:1\r\n");
    QTest::newRow("count is no number") << QByteArray("*x\r\n");
    QTest::newRow("count is nothing") << QByteArray("*\r\n");
    QTest::newRow("count too large") << QByteArray("*3000000000\r\n");
    QTest::newRow("negative count") << QByteArray("*-5\r\nPING\r\nQUIT\r\n");
    QTest::newRow("count of nothing") << QByteArray("*0\r\nPING\r\nQUIT\r\n");
    QTest::newRow("negative length") << QByteArray("*1\r\n$-1\r\n");
    QTest::newRow("length is no number") << QByteArray("*1\r\n$abc\r\n");
    QTest::newRow("length too large") << QByteArray("*2\r\n$3\r\nGET\r\n$536870913\r\n");
    QTest::newRow("length beyond numbers") << QByteArray("*2\r\n$3\r\nGET\r\n$99999999999999999999\r\n");
    QTest::newRow("unbalanced quotes") << QByteArray("SET a \"b\r\n");
    QTest::newRow("quotes inside a word") << QByteArray("SET a \"b\"c\r\n");
    QTest::newRow("answered up to the error") << QByteArray("PING\r\nSET a 1\r\nGET a\r\n*1\r\nx\r\nPING\r\n");
    QTest::newRow("endless line") << QByteArray(70'000, 'x');
    QTest::newRow("endless count") << '*' + QByteArray(70'000, '1');
    QTest::newRow("endless length") << "*1\r\n$" + QByteArray(70'000, '1');
    QTest::newRow("inline commands") << QByteArray("\r\n  \r\nset a 'it\\'s' \r\nget a\nSET \"b\\x41\\n\\\"\" "
                                                   "\"\"\r\nGET bA\r\nECHO \"b\\x41\\n\\\"\"\nQUIT\r\n");
    QTest::newRow("newlines in an unknown command") << QByteArray("*2\r\n$3\r\nF\nO\r\n$2\r\n\r\n\r\nQUIT\r\n");
    QTest::newRow("long unknown command") << QByteArray(300, 'x') + ' ' + QByteArray(300, 'y') + " z\r\nQUIT\r\n";
}

void tst_keyvalue::agreesWithRedisOnProtocolErrors()
{
    if (!m_redis)
        QSKIP("there is no redis-server");
    QFETCH(const QByteArray, bytes);
    Client ours(*m_ours);
    Client redis(*m_redis);
    ours.send(bytes);
    redis.send(bytes);
    QCOMPARE(ours.rest(), redis.rest());
    QCOMPARE(Client(*m_ours).ask("PING"), "+PONG\r\n");
}

// ---- requests ----

void tst_keyvalue::takesBytesOneByOne()
{
    Client client(*m_ours);
    client.socket().setSocketOption(QAbstractSocket::LowDelayOption, 1);
    const QByteArray bytes = request(split("SET key value")) + "GET key\r\n" + request(split("STRLEN key"));
    for (const char byte : bytes)
        client.send(QByteArray(1, byte));
    QCOMPARE(client.reply(), "+OK\r\n");
    QCOMPARE(client.reply(), "$5\r\nvalue\r\n");
    QCOMPARE(client.reply(), ":5\r\n");
}

void tst_keyvalue::takesBinaryKeysAndLargeValues()
{
    Client client(*m_ours);
    QByteArray key;
    for (int c = 0; c < 256; ++c)
        key += char(c);
    const QByteArray value = key.repeated(64 * 1024); // 16 MiB
    QCOMPARE(client.ask({"SET", key, value}), "+OK\r\n");
    QCOMPARE(client.ask({"SET", QByteArray(""), QByteArray("")}), "+OK\r\n");
    QCOMPARE(client.ask({"GET", QByteArray("")}), "$0\r\n\r\n");
    QVERIFY(client.ask({"GET", key}) == '$' + QByteArray::number(value.size()) + "\r\n" + value + "\r\n");
    QCOMPARE(client.ask({"DEL", key, ""}), ":2\r\n");
}

void tst_keyvalue::repliesInOrderOverShards()
{
    constexpr int Count = 20'000;
    Client client(*m_ours);
    QByteArray bytes;
    for (int i = 0; i < Count; ++i) {
        const QByteArray number = QByteArray::number(i);
        bytes += request({"SET", "key" + number, number}) + request({"GET", "key" + number})
                + request({"MGET", "key" + number, "none", "key" + QByteArray::number(i / 2)})
                + request({"ECHO", number});
    }
    client.send(bytes);
    for (int i = 0; i < Count; ++i) {
        const auto bulk = [](int value) {
            const QByteArray text = QByteArray::number(value);
            return '$' + QByteArray::number(text.size()) + "\r\n" + text + "\r\n";
        };
        QCOMPARE(client.reply(), "+OK\r\n");
        QCOMPARE(client.reply(), bulk(i));
        QCOMPARE(client.reply(), "*3\r\n" + bulk(i) + "$-1\r\n" + bulk(i / 2));
        QCOMPARE(client.reply(), bulk(i));
    }
    QCOMPARE(client.ask("DBSIZE"), ':' + QByteArray::number(Count) + "\r\n");
}

void tst_keyvalue::scanSeesWhatStays()
{
    Client client(*m_ours);
    for (int i = 0; i < 1000; ++i)
        client.send(request({"SET", "stays" + QByteArray::number(i), "x"}));
    for (int i = 0; i < 1000; ++i)
        QCOMPARE(client.reply(), "+OK\r\n");
    QSet<QByteArray> seen;
    QByteArray cursor = "0";
    int round = 0;
    do {
        const Words lines = client.ask({"SCAN", cursor, "MATCH", "stays*", "COUNT", "7"}).split('\n');
        cursor = lines[2].trimmed();
        for (const QByteArray &line : lines) {
            if (line.startsWith("stays"))
                seen.insert(line.trimmed());
        }
        for (int i = 0; i < 20; ++i) // what comes and goes meanwhile
            client.ask({round % 3 == 0 ? "DEL" : "SET", "comes" + QByteArray::number(i + round), "x"});
        ++round;
    } while (cursor != "0");
    QCOMPARE(seen.size(), 1000);
}

void tst_keyvalue::asksForPassword()
{
    const auto server = startOurs({u"--requirepass"_s, u"secret"_s});
    Client client(*server);
    QCOMPARE(client.ask("GET a"), "-NOAUTH Authentication required.\r\n");
    QCOMPARE(client.ask("PING"), "-NOAUTH Authentication required.\r\n");
    QCOMPARE(client.ask("AUTH wrong"), "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
    QCOMPARE(client.ask("AUTH other secret"), "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
    QCOMPARE(client.ask("GET a"), "-NOAUTH Authentication required.\r\n");
    QCOMPARE(client.ask("AUTH secret"), "+OK\r\n");
    QCOMPARE(client.ask("GET a"), "$-1\r\n");
    QCOMPARE(Client(*server).ask("AUTH default secret"), "+OK\r\n");

    Client stranger(*server);
    stranger.send("*2\r\n$3\r\nGET\r\n$20000\r\n");
    QCOMPARE(stranger.rest(), "-ERR Protocol error: unauthenticated bulk length\r\n");
    Client another(*server);
    another.send("*11\r\n");
    QCOMPARE(another.rest(), "-ERR Protocol error: unauthenticated multibulk length\r\n");
}

// ---- channels ----

void tst_keyvalue::publishesToSubscribers()
{
    Client first(*m_ours);
    Client second(*m_ours);
    Client publisher(*m_ours);
    QCOMPARE(first.ask("SUBSCRIBE news"), "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    QCOMPARE(second.ask("SUBSCRIBE news other"), "*3\r\n$9\r\nsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    QCOMPARE(second.reply(), "*3\r\n$9\r\nsubscribe\r\n$5\r\nother\r\n:2\r\n");
    QCOMPARE(publisher.ask("PUBLISH news 1"), ":2\r\n");
    QCOMPARE(publisher.ask("PUBLISH other 2"), ":1\r\n");
    QCOMPARE(publisher.ask("PUBLISH nobody 3"), ":0\r\n");
    QCOMPARE(first.reply(), "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\n1\r\n");
    QCOMPARE(second.reply(), "*3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$1\r\n1\r\n");
    QCOMPARE(second.reply(), "*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$1\r\n2\r\n");
    QCOMPARE(second.ask("UNSUBSCRIBE news"), "*3\r\n$11\r\nunsubscribe\r\n$4\r\nnews\r\n:1\r\n");
    QCOMPARE(publisher.ask("PUBLISH news 4"), ":1\r\n");
    QCOMPARE(second.ask("UNSUBSCRIBE"), "*3\r\n$11\r\nunsubscribe\r\n$5\r\nother\r\n:0\r\n");
    QCOMPARE(second.ask("GET a"), "$-1\r\n");
    first.socket().abort(); // who is gone is forgotten
    QTRY_COMPARE_WITH_TIMEOUT(publisher.ask("PUBLISH news 5"), ":0\r\n", Patience);
}

void tst_keyvalue::subscriberTakesNoOtherCommands()
{
    if (!m_redis)
        QSKIP("there is no redis-server");
    Client ours(*m_ours);
    Client redis(*m_redis);
    for (const char *line : {"SUBSCRIBE a", "PING", "PING x", "GET a", "SET a 1", "PUBLISH a b", "FOO", "UNSUBSCRIBE b",
                             "UNSUBSCRIBE a", "PING", "GET a", "QUIT"})
        QCOMPARE(ours.ask(line), redis.ask(line));
}

// ---- time, numbers and memory ----

void tst_keyvalue::expiresByItself()
{
    Client client(*m_ours);
    for (int i = 0; i < 5000; ++i)
        client.send(request({"SET", "key" + QByteArray::number(i), "x", "PX", "20"}));
    for (int i = 0; i < 5000; ++i)
        QCOMPARE(client.reply(), "+OK\r\n");
    QCOMPARE(client.ask("SET stays x EX 1000"), "+OK\r\n");
    QCOMPARE(client.ask("SET other x PX 1"), "+OK\r\n");
    QTRY_COMPARE_WITH_TIMEOUT(client.ask("GET other"), "$-1\r\n", Patience);
    QTRY_COMPARE_WITH_TIMEOUT(client.ask("DBSIZE"), ":1\r\n", Patience); // nobody asked for the others
    const int left = client.ask("TTL stays").mid(1).trimmed().toInt();
    QVERIFY2(left > 800 && left <= 1000, QByteArray::number(left).constData());
}

void tst_keyvalue::refusesTooManyClients()
{
    const auto server = startOurs({u"--maxclients"_s, u"2"_s});
    Client first(*server);
    QCOMPARE(first.ask("PING"), "+PONG\r\n");
    {
        Client second(*server);
        QCOMPARE(second.ask("PING"), "+PONG\r\n");
        Client third(*server);
        QCOMPARE(third.rest(), "-ERR max number of clients reached\r\n");
        QCOMPARE(first.ask("PING"), "+PONG\r\n");
    }
    QTRY_VERIFY_WITH_TIMEOUT(first.ask("INFO clients").contains("connected_clients:1\r\n"), Patience);
    QCOMPARE(Client(*server).ask("PING"), "+PONG\r\n");
}

void tst_keyvalue::slowReaderDisturbsNobody()
{
    const auto server = startOurs();
    Client client(*server);
    QCOMPARE(client.ask({"SET", "large", QByteArray(1 << 20, 'x')}), "+OK\r\n");
    {
        Client lazy(*server);
        lazy.socket().setReadBufferSize(1);
        for (int i = 0; i < 10'000; ++i) // 10 GB, were it all made at once
            lazy.socket().write("GET large\r\n");
        lazy.socket().flush();
        for (int i = 0; i < 2000; ++i)
            QCOMPARE(client.ask("INCR n"), ':' + QByteArray::number(i + 1) + "\r\n");
        QVERIFY2(!MemoryIsComparable || server->memory() < 800'000'000,
                 QByteArray::number(server->memory()).constData());
    }
    QTRY_VERIFY_WITH_TIMEOUT(client.ask("INFO clients").contains("connected_clients:1\r\n"), Patience);
}

void tst_keyvalue::slowSubscriberIsClosed()
{
    const auto server = startOurs();
    Client lazy(*server);
    lazy.socket().setReadBufferSize(16);
    QVERIFY(!lazy.ask("SUBSCRIBE c").isEmpty());
    Client client(*server);
    const QByteArray message = request({"PUBLISH", "c", QByteArray(1 << 20, 'x')});
    bool isClosed = false;
    for (int i = 0; i < 1000 && !isClosed; ++i) {
        client.send(message);
        isClosed = client.reply() == ":0\r\n";
    }
    QVERIFY(isClosed);
    QVERIFY2(!MemoryIsComparable || server->memory() < 800'000'000, QByteArray::number(server->memory()).constData());
}

void tst_keyvalue::tenThousandDroppedConnections()
{
    const auto server = startOurs();
    Client client(*server);
    const auto openAndDrop = [&](int count) {
        for (int i = 0; i < count; ++i) {
            Client brief(*server);
            if (i % 2)
                brief.send("*2\r\n$3\r\nGE"); // half a request
            if (i % 3)
                brief.socket().abort();
        }
    };
    // All of them were accepted, and are gone again.
    const auto isAloneAfter = [&](int count) {
        const QByteArray info = client.ask("INFO");
        return info.contains("total_connections_received:" + QByteArray::number(count) + "\r\n")
                && info.contains("connected_clients:1\r\n");
    };
    openAndDrop(1000); // what is made once and kept
    QTRY_VERIFY_WITH_TIMEOUT(isAloneAfter(1001), Patience);
    const qsizetype descriptors = server->descriptors();
    const qint64 memory = server->memory();
    openAndDrop(10'000);
    QTRY_VERIFY_WITH_TIMEOUT(isAloneAfter(11'001), Patience);
    QTRY_COMPARE_WITH_TIMEOUT(server->descriptors(), descriptors, Patience);
    QVERIFY2(!MemoryIsComparable || server->memory() < memory + 20'000'000,
             QByteArray::number(server->memory() - memory).constData());
}

void tst_keyvalue::announcedBulkCostsNothing()
{
    const auto server = startOurs();
    Client client(*server);
    QCOMPARE(client.ask("PING"), "+PONG\r\n");
    const qint64 memory = server->memory();
    std::vector<std::unique_ptr<Client>> others;
    for (int i = 0; i < 100; ++i) {
        others.push_back(std::make_unique<Client>(*server));
        others.back()->send("*2000000000\r\n$3\r\nSET\r\n$536870912\r\n" + QByteArray(100'000, 'x'));
    }
    QCOMPARE(client.ask("PING"), "+PONG\r\n");
    QVERIFY2(!MemoryIsComparable || server->memory() < memory + 200'000'000,
             QByteArray::number(server->memory() - memory).constData());
}

void tst_keyvalue::sigtermAnswersWhatIsInFlight()
{
    const auto server = startOurs();
    Client idle(*server);
    QCOMPARE(idle.ask("PING"), "+PONG\r\n");
    Client client(*server);
    constexpr int Count = 1000;
    QByteArray bytes;
    for (int i = 0; i < Count; ++i)
        bytes += request({"INCR", "n"});
    client.send(bytes);
    QCOMPARE(client.reply(), ":1\r\n");
    server->terminate();
    for (int i = 1; i < Count; ++i)
        QCOMPARE(client.reply(), ':' + QByteArray::number(i + 1) + "\r\n");
    QCOMPARE(client.rest(), QByteArray());
    QVERIFY(idle.isClosed());
    QCOMPARE(server->wait(), 0);
}

// ---- programs ----

static QByteArray run(const QString &program, const QStringList &arguments, int *exitCode)
{
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(program, arguments);
    process.closeWriteChannel();
    if (!process.waitForFinished(Patience)) {
        process.kill();
        process.waitForFinished();
    }
    *exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    return process.readAll();
}

void tst_keyvalue::redisCli()
{
    if (QStandardPaths::findExecutable(u"redis-cli"_s).isEmpty())
        QSKIP("there is no redis-cli");
    const auto cli = [&](const QStringList &arguments) {
        int exitCode = 0;
        const QByteArray output = run(
                u"redis-cli"_s, QStringList{u"-e"_s, u"-p"_s, QString::number(m_ours->port())} + arguments, &exitCode);
        return exitCode == 0 ? output : "failed: " + output;
    };
    QCOMPARE(cli({u"SET"_s, u"greeting"_s, u"hello"_s}), "OK\n");
    QCOMPARE(cli({u"GET"_s, u"greeting"_s}), "hello\n");
    QCOMPARE(cli({u"-r"_s, u"3"_s, u"RPUSH"_s, u"l"_s, u"x"_s}), "1\n2\n3\n");
    Words found = cli({u"--scan"_s}).trimmed().split('\n');
    std::sort(found.begin(), found.end());
    QCOMPARE(found, (Words{"greeting", "l"}));
    QVERIFY(cli({u"FOO"_s}).contains("ERR unknown command 'FOO'"));
}

void tst_keyvalue::redisBenchmark_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("one by one") << QStringList{};
    QTest::newRow("pipelined") << QStringList{u"-P"_s, u"16"_s};
    QTest::newRow("random keys") << QStringList{u"-P"_s, u"16"_s, u"-r"_s, u"10000"_s};
}

void tst_keyvalue::redisBenchmark()
{
    if (QStandardPaths::findExecutable(u"redis-benchmark"_s).isEmpty())
        QSKIP("there is no redis-benchmark");
    QFETCH(const QStringList, arguments);
    int exitCode = -1;
    const QByteArray output =
            run(u"redis-benchmark"_s,
                QStringList{u"-p"_s, QString::number(m_ours->port()), u"-c"_s, u"50"_s, u"-n"_s, u"2000"_s, u"--csv"_s,
                            u"-t"_s, u"ping,set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,lrange_100,mset"_s}
                        + arguments,
                &exitCode);
    QCOMPARE(exitCode, 0);
    QVERIFY2(!output.toLower().contains("error") && output.count('\n') >= 15, output.constData());
}

void tst_keyvalue::wrongUsage()
{
    for (const QStringList &arguments :
         {QStringList{u"--port"_s, u"70000"_s}, QStringList{u"--workers"_s, u"0"_s},
          QStringList{u"--bind"_s, u"nowhere"_s}, QStringList{u"--nothing"_s}, QStringList{u"extra"_s}}) {
        int exitCode = -1;
        QVERIFY(!run(QStringLiteral(PROGRAM_PATH), arguments, &exitCode).isEmpty());
        QCOMPARE(exitCode, 2);
    }
    int exitCode = -1;
    const QString port = QString::number(m_ours->port());
    QVERIFY(run(QStringLiteral(PROGRAM_PATH), {u"--port"_s, port}, &exitCode).contains("in use"));
    QCOMPARE(exitCode, 1);
}

QTEST_GUILESS_MAIN(tst_keyvalue)
#include "tst_keyvalue.moc"
