// SPDX-License-Identifier: MIT
// A soak of example 10: 200 clients that connect, talk, stall and vanish at random. No wrong answer, no error, memory
// flat, descriptors back at the base line. Lasts INTERLINK_SOAK_SECONDS, by default a few.
#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <QtCore/QRandomGenerator>
#include <QtCore/QTimer>
#include <QtNetwork/QTcpSocket>
#include <QtTest/QtTest>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <deque>
#include <memory>
#include <vector>

using namespace std::chrono_literals;

namespace {

constexpr int Clients = 200;
constexpr int WarmUpShare = 4; // a quarter of the time
#ifdef TEST_SANITIZED
constexpr qint64 MemorySlack = 96 * 1024 * 1024; // freed memory stays in the sanitizer's quarantine
#else
constexpr qint64 MemorySlack = 24 * 1024 * 1024;
#endif

// One client after another in the same place: each lives for a while, in a way of its own.
class Client final : public QObject
{
    Q_OBJECT

public:
    Client(int number, quint16 port, QObject *parent)
        : QObject(parent), m_random(quint32(number) + 1), m_port(port), m_key("key" + QByteArray::number(number))
    {
        connect(&m_next, &QTimer::timeout, this, &Client::act);
        m_next.setSingleShot(true);
        m_next.start(m_random.bounded(200));
    }

    int mistakes() const noexcept { return m_mistakes; }
    qint64 answers() const noexcept { return m_answers; }
    // For a connection, or an answer.
    bool isWaiting() const
    {
        return m_socket && m_way == Way::Talk
                && (m_socket->state() != QAbstractSocket::ConnectedState || !m_expected.empty());
    }
    void leave()
    {
        m_left = true;
        m_next.stop();
        m_socket.reset();
    }

private:
    enum class Way { Talk, Stall, HalfACommand, Vanish };

    void act()
    {
        if (!m_socket) {
            come();
            return;
        }
        switch (m_way) {
        case Way::Talk:
            talk();
            break;
        case Way::Stall: // sends, and doesn't read for a while
            m_socket->setReadBufferSize(1);
            for (int i = 0; i < 20; ++i)
                m_socket->write("*2\r\n$3\r\nGET\r\n$5\r\nlarge\r\n");
            break;
        case Way::HalfACommand:
            m_socket->write("*3\r\n$3\r\nSET\r\n$10\r\nabc");
            break;
        case Way::Vanish:
            m_socket->abort();
            break;
        }
        if (m_way != Way::Talk || --m_turns <= 0) {
            m_turns = 0;
            QTimer::singleShot(m_random.bounded(300), this, [this] {
                m_socket.reset();
                m_expected.clear();
                if (!m_left)
                    m_next.start(m_random.bounded(100));
            });
        }
    }

    void come()
    {
        m_socket = std::make_unique<QTcpSocket>();
        m_way = Way(std::max(0, int(m_random.bounded(8)) - 4)); // half of them talk
        m_turns = m_random.bounded(1, 40);
        connect(m_socket.get(), &QTcpSocket::connected, this, [this] { act(); });
        connect(m_socket.get(), &QTcpSocket::readyRead, this, &Client::read);
        connect(m_socket.get(), &QTcpSocket::errorOccurred, this, [this](QAbstractSocket::SocketError) {
            if (m_way != Way::Talk)
                return;
            qWarning("a talking client lost its connection: %s", qPrintable(m_socket->errorString()));
            ++m_mistakes;
        });
        m_socket->connectToHost(QHostAddress::LocalHost, m_port);
    }

    void talk()
    {
        for (int i = m_random.bounded(1, 6); i > 0; --i) {
            const QByteArray value(m_random.bounded(1, 2000), char('a' + m_random.bounded(26)));
            command({"SET", m_key, value}, "+OK\r\n");
            command({"GET", m_key}, '$' + QByteArray::number(value.size()) + "\r\n" + value + "\r\n");
            command({"STRLEN", m_key}, ':' + QByteArray::number(value.size()) + "\r\n");
        }
    }
    void command(const std::vector<QByteArray> &words, const QByteArray &answer)
    {
        QByteArray bytes = '*' + QByteArray::number(qsizetype(words.size())) + "\r\n";
        for (const QByteArray &word : words)
            bytes += '$' + QByteArray::number(word.size()) + "\r\n" + word + "\r\n";
        m_socket->write(bytes);
        m_expected.push_back(answer);
    }
    void read()
    {
        if (m_way != Way::Talk)
            return;
        while (!m_expected.empty() && m_socket->bytesAvailable() >= m_expected.front().size()) {
            const QByteArray got = m_socket->read(m_expected.front().size());
            if (got != m_expected.front()) {
                qWarning("expected %s, got %s", m_expected.front().left(40).constData(), got.left(40).constData());
                ++m_mistakes;
            }
            m_expected.pop_front();
            ++m_answers;
        }
        if (m_expected.empty() && m_turns > 0)
            m_next.start(m_random.bounded(10, 60));
    }

    QRandomGenerator m_random;
    const quint16 m_port;
    const QByteArray m_key;
    std::unique_ptr<QTcpSocket> m_socket;
    QTimer m_next;
    Way m_way = Way::Talk;
    int m_turns = 0;
    bool m_left = false;
    int m_mistakes = 0;
    qint64 m_answers = 0;
    std::deque<QByteArray> m_expected;
};

} // namespace

class tst_Soak : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void clientsComeAndGo();

private:
    qint64 residentBytes() const
    {
        QFile file(QStringLiteral("/proc/%1/statm").arg(m_server.processId()));
        return file.open(QIODevice::ReadOnly) ? file.readAll().split(' ').value(1).toLongLong() * 4096 : 0;
    }
    qsizetype descriptors() const
    {
        return QDir(QStringLiteral("/proc/%1/fd").arg(m_server.processId()))
                .entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot)
                .size();
    }

    QProcess m_server;
};

void tst_Soak::clientsComeAndGo()
{
    bool isSet = false;
    const int asked = qEnvironmentVariableIntValue("INTERLINK_SOAK_SECONDS", &isSet);
    const std::chrono::milliseconds time = std::chrono::seconds(isSet ? std::max(asked, 1) : 8);

#ifdef TEST_SANITIZED
    // Freed memory is kept for a while; less of it, so that growth shows.
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const QString options = environment.value(QStringLiteral("ASAN_OPTIONS"));
    environment.insert(QStringLiteral("ASAN_OPTIONS"), options + QStringLiteral(":quarantine_size_mb=16"));
    m_server.setProcessEnvironment(environment);
#endif
    m_server.start(QStringLiteral(PROGRAM_PATH), {QStringLiteral("--port"), QStringLiteral("0")});
    QVERIFY(m_server.waitForStarted());
    QVERIFY(m_server.waitForReadyRead(60000));
    const quint16 port = m_server.readLine().trimmed().split(' ').last().toUShort();
    QVERIFY(port != 0);
    {
        QTcpSocket socket;
        socket.connectToHost(QHostAddress::LocalHost, port);
        const QByteArray large(20'000, 'x');
        socket.write("*3\r\n$3\r\nSET\r\n$5\r\nlarge\r\n$20000\r\n" + large + "\r\n");
        QVERIFY(socket.waitForReadyRead(60000));
        QCOMPARE(socket.readAll(), QByteArray("+OK\r\n"));
    }

    std::vector<Client *> clients;
    const qsizetype before = descriptors();
    for (int i = 0; i < Clients; ++i)
        clients.push_back(new Client(i, port, this));
    QTest::qWait(int(time.count() / WarmUpShare));
    const qint64 warm = residentBytes();
    QTest::qWait(int(time.count() - time.count() / WarmUpShare));
    const qint64 end = residentBytes();

    for (const Client *client : clients)
        QTRY_VERIFY_WITH_TIMEOUT(!client->isWaiting(), 60000); // nobody was forgotten
    qint64 answers = 0;
    for (Client *client : clients) {
        QCOMPARE(client->mistakes(), 0);
        answers += client->answers();
        client->leave();
    }
    QVERIFY2(answers > Clients, qPrintable(QString::number(answers)));
    qInfo("%lld answers, server's memory %lld to %lld kB", answers, warm / 1024, end / 1024);
#ifdef Q_OS_LINUX
    QVERIFY(warm > 0);
    QVERIFY2(end < warm + MemorySlack, qPrintable(QStringLiteral("%1 to %2").arg(warm).arg(end)));
    QTRY_VERIFY_WITH_TIMEOUT(descriptors() <= before, 60000);
#endif
    qDeleteAll(clients);

    ::kill(pid_t(m_server.processId()), SIGTERM);
    QVERIFY(m_server.waitForFinished(60000));
    QCOMPARE(m_server.readAllStandardError(), QByteArray());
    QCOMPARE(m_server.exitStatus(), QProcess::NormalExit);
    QCOMPARE(m_server.exitCode(), 0);
}

int main(int argc, char **argv)
{
    // Qt Test ends a function after five minutes.
    const int seconds = qEnvironmentVariableIntValue("INTERLINK_SOAK_SECONDS") + 300;
    if (!qEnvironmentVariableIsSet("QTEST_FUNCTION_TIMEOUT"))
        qputenv("QTEST_FUNCTION_TIMEOUT", QByteArray::number(seconds * 1000));
    QCoreApplication app(argc, argv);
    tst_Soak test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_soak.moc"
