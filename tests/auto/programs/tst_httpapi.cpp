// SPDX-License-Identifier: MIT
// The program of examples/11-http-api, asked by curl, watched through its WebSocket and by a browser.
#include <QtTest/QtTest>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtNetwork/QTcpSocket>
#include <QtWebSockets/QWebSocket>

#include <csignal>

using namespace Qt::StringLiterals;

static constexpr int Patience = 120'000; // never reached where things are right

// Never ends by itself while anybody waits.
static const QByteArray EndlessJob = R"({"kind": "hash", "text": "endless", "zeros": 12})";
static const QByteArray ShortJob = R"({"kind": "primes", "limit": 1000})";

struct Response
{
    int status = 0;
    QByteArray header;
    QByteArray body;

    // Names of fields are in lower case since Qt 6.11.
    bool hasField(const QByteArray &name, const QByteArray &value) const
    {
        const QByteArray lines = "\r\n" + header + "\r\n";
        return lines.contains("\r\n" + name + ": " + value) || lines.contains("\r\n" + name.toLower() + ": " + value);
    }
    QJsonObject json() const { return QJsonDocument::fromJson(body).object(); }
    // What the error says, if it is one as it should be.
    QString error() const
    {
        const QJsonObject error = json().value(u"error"_s).toObject();
        return error.value(u"status"_s).toInt() == status ? error.value(u"message"_s).toString() : QString();
    }
};

class tst_httpapi : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init() { start({}); }
    void cleanup();

    void submitsAndFinishes();
    void findsHash();
    void answersOthersWhileComputing();
    void listsNewestFirst();
    void cancelsRunningJob();
    void cancelsQueuedJob();
    void refusesToCancelWhatIsOver();
    void startsNextWhenOneIsCanceled();
    void countsStatistics();
    void reportsUnknown_data();
    void reportsUnknown();
    void refusesOtherMethods_data();
    void refusesOtherMethods();
    void refusesBadBodies_data();
    void refusesBadBodies();
    void refusesOversizedBodies_data();
    void refusesOversizedBodies();
    void refusesFullQueue();
    void survivesClientsThatLeave();
    void pushesChanges();
    void pushesToManyAndSurvivesTheirLeaving();
    void showsJobsInBrowser();
    void signalsEndIt_data();
    void signalsEndIt();
    void reportsPortInUse();
    void wrongUsage_data();
    void wrongUsage();
    void helpTellsTheRoutes();

private:
    void start(const QStringList &arguments);
    void stop();
    Response curl(const QByteArray &method, const QString &path, const QByteArray &body = {},
                  const QStringList &more = {}) const;
    Response get(const QString &path) const { return curl("GET", path); }
    Response post(const QByteArray &body) const { return curl("POST", u"jobs"_s, body); }
    QString stateOf(int id) const { return get(u"jobs/%1"_s.arg(id)).json().value(u"state"_s).toString(); }

    std::unique_ptr<QProcess> m_server;
    QString m_address;
    quint16 m_port = 0;
    quint16 m_webSocketPort = 0;
};

void tst_httpapi::initTestCase()
{
    if (QStandardPaths::findExecutable(u"curl"_s).isEmpty())
        QSKIP("curl is not installed");
}

void tst_httpapi::start(const QStringList &arguments)
{
    stop();
    m_server = std::make_unique<QProcess>();
    m_server->setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_server->start(QStringLiteral(PROGRAM_PATH),
                    QStringList{u"--port"_s, u"0"_s, u"--ws-port"_s, u"0"_s, u"--jobs"_s, u"2"_s} + arguments);
    QByteArray line;
    while (!line.endsWith('\n')) {
        if (!m_server->waitForReadyRead(Patience))
            qFatal("the server doesn't start");
        line += m_server->readAllStandardOutput();
    }
    static const QRegularExpression pattern(u"^(http://127.0.0.1:(\\d+)/) \\(WebSocket port (\\d+)\\)\n$"_s);
    const QRegularExpressionMatch match = pattern.match(QString::fromUtf8(line));
    QVERIFY2(match.hasMatch(), line.constData());
    m_address = match.captured(1);
    m_port = match.captured(2).toUShort();
    m_webSocketPort = match.captured(3).toUShort();
}

void tst_httpapi::stop()
{
    if (!m_server)
        return;
    m_server->terminate();
    QVERIFY(m_server->waitForFinished(Patience));
    QCOMPARE(m_server->exitStatus(), QProcess::NormalExit);
    QCOMPARE(m_server->exitCode(), 0);
    m_server.reset();
}

// Each test ends with an orderly end of the server, whatever it was doing.
void tst_httpapi::cleanup()
{
    stop();
}

Response tst_httpapi::curl(const QByteArray &method, const QString &path, const QByteArray &body,
                           const QStringList &more) const
{
    QStringList arguments{u"--silent"_s, u"--show-error"_s, u"--max-time"_s, u"60"_s, u"--include"_s};
    if (method == "HEAD")
        arguments << u"--head"_s;
    else
        arguments << u"--request"_s << QString::fromLatin1(method);
    if (!body.isEmpty())
        arguments << u"--data-binary"_s << u"@-"_s;
    QProcess process;
    process.start(u"curl"_s, arguments + more + QStringList{m_address + path});
    process.write(body);
    process.closeWriteChannel();
    if (!process.waitForFinished(Patience))
        qFatal("curl never ended");
    QByteArray text = process.readAllStandardOutput();
    while (text.startsWith("HTTP/1.1 100"))
        text = text.mid(text.indexOf("\r\n\r\n") + 4);
    const qsizetype end = text.indexOf("\r\n\r\n");
    if (end < 0) {
        qWarning() << process.readAllStandardError();
        return {};
    }
    return {text.mid(9, 3).toInt(), text.first(end), text.mid(end + 4)};
}

void tst_httpapi::submitsAndFinishes()
{
    const Response submitted = post(R"({"kind": "primes", "limit": 1000000})");
    QCOMPARE(submitted.status, 202);
    QVERIFY2(submitted.hasField("Location", "/jobs/1"), submitted.header.constData());
    QVERIFY2(submitted.hasField("Content-Type", "application/json"), submitted.header.constData());
    QCOMPARE(submitted.json().value(u"id"_s).toInt(), 1);

    QTRY_COMPARE_WITH_TIMEOUT(stateOf(1), u"finished"_s, Patience);
    const QJsonObject job = get(u"jobs/1"_s).json();
    QCOMPARE(job.value(u"progress"_s).toInt(), 100);
    QCOMPARE(job.value(u"result"_s).toObject(), (QJsonObject{{u"count"_s, 78498}, {u"largest"_s, 999983}}));
}

void tst_httpapi::findsHash()
{
    QCOMPARE(post(R"({"kind": "hash", "text": "h\u00e4llo", "zeros": 2})").status, 202);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(1), u"finished"_s, Patience);
    const QJsonObject result = get(u"jobs/1"_s).json().value(u"result"_s).toObject();
    const QByteArray text = "h\xc3\xa4llo" + QByteArray::number(result.value(u"number"_s).toInteger(-1));
    const QByteArray digest = QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex();
    QVERIFY(digest.startsWith("00"));
    QCOMPARE(result.value(u"sha256"_s).toString(), QString::fromLatin1(digest));
}

void tst_httpapi::answersOthersWhileComputing()
{
    for (int i = 0; i < 5; ++i)
        QCOMPARE(post(EndlessJob).status, 202);
    const QJsonObject stats = get(u"stats"_s).json();
    QCOMPARE(stats.value(u"running"_s).toInt(), 2);
    QCOMPARE(stats.value(u"queued"_s).toInt(), 3);
}

void tst_httpapi::listsNewestFirst()
{
    QCOMPARE(get(u"jobs"_s).json(), (QJsonObject{{u"jobs"_s, QJsonArray()}}));
    for (int i = 0; i < 3; ++i)
        post(ShortJob);
    const QJsonArray jobs = get(u"jobs"_s).json().value(u"jobs"_s).toArray();
    QCOMPARE(jobs.size(), 3);
    QCOMPARE(jobs.at(0).toObject().value(u"id"_s).toInt(), 3);
    QCOMPARE(jobs.at(2).toObject().value(u"id"_s).toInt(), 1);
    QCOMPARE(get(u"jobs?limit=2"_s).json().value(u"jobs"_s).toArray().size(), 2);
    QCOMPARE(get(u"jobs?limit=many"_s).status, 400);
    QVERIFY(!get(u"jobs?limit=-1"_s).error().isEmpty());
}

void tst_httpapi::cancelsRunningJob()
{
    post(EndlessJob);
    QCOMPARE(stateOf(1), u"running"_s);
    const Response canceled = curl("DELETE", u"jobs/1"_s);
    QCOMPARE(canceled.status, 200);
    QCOMPARE(canceled.json().value(u"state"_s).toString(), u"canceled"_s);
    QCOMPARE(stateOf(1), u"canceled"_s);
    QCOMPARE(get(u"stats"_s).json().value(u"running"_s).toInt(), 0);
}

void tst_httpapi::cancelsQueuedJob()
{
    for (int i = 0; i < 3; ++i)
        post(EndlessJob);
    QCOMPARE(stateOf(3), u"queued"_s);
    QCOMPARE(curl("DELETE", u"jobs/3"_s).status, 200);
    QCOMPARE(stateOf(3), u"canceled"_s);
    QCOMPARE(get(u"stats"_s).json().value(u"queued"_s).toInt(), 0);
}

void tst_httpapi::refusesToCancelWhatIsOver()
{
    post(ShortJob);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(1), u"finished"_s, Patience);
    const Response finished = curl("DELETE", u"jobs/1"_s);
    QCOMPARE(finished.status, 409);
    QVERIFY(finished.error().contains(u"finished"_s));

    post(EndlessJob);
    QCOMPARE(curl("DELETE", u"jobs/2"_s).status, 200);
    const Response canceled = curl("DELETE", u"jobs/2"_s);
    QCOMPARE(canceled.status, 409);
    QVERIFY(canceled.error().contains(u"canceled"_s));
}

void tst_httpapi::startsNextWhenOneIsCanceled()
{
    post(EndlessJob);
    post(EndlessJob);
    post(ShortJob);
    QCOMPARE(stateOf(3), u"queued"_s);
    QCOMPARE(curl("DELETE", u"jobs/1"_s).status, 200);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(3), u"finished"_s, Patience);
    QCOMPARE(stateOf(2), u"running"_s);
}

void tst_httpapi::countsStatistics()
{
    post(ShortJob);
    post(EndlessJob);
    post(EndlessJob);
    curl("DELETE", u"jobs/2"_s);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(1), u"finished"_s, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(stateOf(3), u"running"_s, Patience);
    QJsonObject stats = get(u"stats"_s).json();
    QVERIFY(stats.contains(u"uptimeSeconds"_s));
    stats.remove(u"uptimeSeconds"_s);
    QCOMPARE(stats,
             (QJsonObject{{u"submitted"_s, 3},
                          {u"queued"_s, 0},
                          {u"running"_s, 1},
                          {u"finished"_s, 1},
                          {u"canceled"_s, 1},
                          {u"failed"_s, 0}}));
}

void tst_httpapi::reportsUnknown_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QString>("path");
    QTest::newRow("job") << "GET"_ba << u"jobs/7"_s;
    QTest::newRow("jobToCancel") << "DELETE"_ba << u"jobs/7"_s;
    QTest::newRow("jobThatIsNoNumber") << "GET"_ba << u"jobs/seven"_s;
    QTest::newRow("negativeJob") << "GET"_ba << u"jobs/-1"_s;
    QTest::newRow("jobBeyondAllNumbers") << "GET"_ba << u"jobs/99999999999999999999999"_s;
    QTest::newRow("path") << "GET"_ba << u"nothing"_s;
    QTest::newRow("pathBelowJob") << "GET"_ba << u"jobs/1/more"_s;
    QTest::newRow("pathToPost") << "POST"_ba << u"nothing"_s;
}

void tst_httpapi::reportsUnknown()
{
    QFETCH(const QByteArray, method);
    QFETCH(const QString, path);
    const Response response = curl(method, path);
    QCOMPARE(response.status, 404);
    QVERIFY2(!response.error().isEmpty(), response.body.constData());
}

void tst_httpapi::refusesOtherMethods_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("allowed");
    QTest::newRow("putJobs") << "PUT"_ba << u"jobs"_s << "GET, POST"_ba;
    QTest::newRow("deleteJobs") << "DELETE"_ba << u"jobs"_s << "GET, POST"_ba;
    QTest::newRow("postJob") << "POST"_ba << u"jobs/1"_s << "GET, DELETE"_ba;
    QTest::newRow("postStats") << "POST"_ba << u"stats"_s << "GET"_ba;
    QTest::newRow("deletePage") << "DELETE"_ba << u""_s << "GET"_ba;
    QTest::newRow("headJobs") << "HEAD"_ba << u"jobs"_s << "GET, POST"_ba;
}

void tst_httpapi::refusesOtherMethods()
{
    QFETCH(const QByteArray, method);
    QFETCH(const QString, path);
    QFETCH(const QByteArray, allowed);
    const Response response = curl(method, path);
    QCOMPARE(response.status, 405);
    QVERIFY2(response.hasField("Allow", allowed + "\r\n"), response.header.constData());
    QCOMPARE(response.error().isEmpty(), method == "HEAD");
}

void tst_httpapi::refusesBadBodies_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("message"); // a part of it
    QTest::newRow("empty") << QByteArray() << u"not JSON"_s;
    QTest::newRow("noJson") << "hello"_ba << u"line 1, column"_s;
    QTest::newRow("brokenInThirdLine") << "{\n\"kind\": \"primes\",\n\"limit\": oops}"_ba << u"line 3, column"_s;
    QTest::newRow("truncated") << R"({"kind": "primes", "limit": 10)"_ba << u"line 1, column"_s;
    QTest::newRow("binary") << QByteArray("\xff\x01\x02{}") << u"not JSON"_s;
    QTest::newRow("array") << "[]"_ba << u"object"_s;
    QTest::newRow("noKind") << "{}"_ba << u"\"kind\""_s;
    QTest::newRow("unknownKind") << R"({"kind": "magic"})"_ba << u"\"kind\""_s;
    QTest::newRow("noLimit") << R"({"kind": "primes"})"_ba << u"\"limit\""_s;
    QTest::newRow("limitIsText") << R"({"kind": "primes", "limit": "10"})"_ba << u"\"limit\""_s;
    QTest::newRow("limitIsNoWholeNumber") << R"({"kind": "primes", "limit": 1.5})"_ba << u"\"limit\""_s;
    QTest::newRow("limitIsZero") << R"({"kind": "primes", "limit": 0})"_ba << u"\"limit\""_s;
    QTest::newRow("limitIsHuge") << R"({"kind": "primes", "limit": 1e300})"_ba << u"\"limit\""_s;
    QTest::newRow("noText") << R"({"kind": "hash", "zeros": 1})"_ba << u"\"text\""_s;
    QTest::newRow("longText") << QByteArray(R"({"kind": "hash", "zeros": 1, "text": ")") + QByteArray(2000, 'x') + "\"}"
                              << u"\"text\""_s;
    QTest::newRow("tooManyZeros") << R"({"kind": "hash", "text": "", "zeros": 65})"_ba << u"\"zeros\""_s;
}

void tst_httpapi::refusesBadBodies()
{
    QFETCH(const QByteArray, body);
    QFETCH(const QString, message);
    const Response response = post(body);
    QCOMPARE(response.status, 400);
    QVERIFY2(response.error().contains(message), response.body.constData());
    QCOMPARE(get(u"stats"_s).json().value(u"submitted"_s).toInt(), 0);
}

void tst_httpapi::refusesOversizedBodies_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<QStringList>("options");
    const QStringList chunked{u"--header"_s, u"Transfer-Encoding: chunked"_s};
    const QStringList atOnce{u"--header"_s, u"Expect:"_s};
    QTest::newRow("aByte") << 1001 << QStringList();
    QTest::newRow("aByteInChunks") << 1001 << chunked;
    QTest::newRow("much") << (30 << 20) << QStringList();
    QTest::newRow("muchInChunks") << (30 << 20) << chunked;
    QTest::newRow("muchAtOnce") << (30 << 20) << atOnce;
}

void tst_httpapi::refusesOversizedBodies()
{
    QFETCH(const int, size);
    QFETCH(const QStringList, options);
    start({u"--max-body"_s, u"1000"_s});
    const Response response = curl("POST", u"jobs"_s, QByteArray(size, ' '), options);
    QCOMPARE(response.status, 413);
    QVERIFY2(response.error().contains(u"1000 bytes"_s), response.body.constData());
    // One that just fits.
    QCOMPARE(post(ShortJob + QByteArray(1000 - ShortJob.size(), ' ')).status, 202);
}

// Sends requests by hand, all in one connection.
static void writeRequests(QTcpSocket &socket, quint16 port, const QByteArray &request, int count)
{
    socket.connectToHost(QHostAddress::LocalHost, port);
    if (!socket.waitForConnected(Patience))
        qFatal("no connection: %s", qPrintable(socket.errorString()));
    for (int i = 0; i < count; ++i)
        socket.write(request);
    while (socket.bytesToWrite() > 0)
        socket.waitForBytesWritten(Patience);
}

void tst_httpapi::refusesFullQueue()
{
    const QByteArray request = "POST /jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: "
            + QByteArray::number(EndlessJob.size()) + "\r\n\r\n" + EndlessJob;
    QTcpSocket socket;
    writeRequests(socket, m_port, request, 1002); // two of them run
    QTRY_COMPARE_WITH_TIMEOUT(get(u"stats"_s).json().value(u"queued"_s).toInt(), 1000, Patience);
    const Response response = post(ShortJob);
    QCOMPARE(response.status, 503);
    QVERIFY(!response.error().isEmpty());
}

void tst_httpapi::survivesClientsThatLeave()
{
    // They ask, and are gone before the answer is there.
    for (int i = 0; i < 200; ++i) {
        QTcpSocket socket;
        writeRequests(socket, m_port, "GET /jobs HTTP/1.1\r\nHost: localhost\r\n\r\n", 1 + i % 4);
        socket.abort();
    }
    QCOMPARE(get(u"stats"_s).status, 200);
}

// Keeps what a page would be shown.
class Page : public QObject
{
public:
    explicit Page(quint16 port)
    {
        connect(&m_socket, &QWebSocket::textMessageReceived, this, [this](const QString &text) {
            const QJsonObject changes = QJsonDocument::fromJson(text.toUtf8()).object();
            ++m_messages;
            stats = changes.value(u"stats"_s).toObject();
            for (const QJsonValue &job : changes.value(u"jobs"_s).toArray()) {
                const QString state = job.toObject().value(u"state"_s).toString();
                states.insert(job.toObject().value(u"id"_s).toInt(), state);
                progress.insert(job.toObject().value(u"progress"_s).toInt());
            }
        });
        m_socket.open(QUrl(u"ws://127.0.0.1:%1/"_s.arg(port)));
    }
    bool isLive() const { return m_messages > 0; }
    void send(const QString &text) { m_socket.sendTextMessage(text); }
    bool isConnected() const { return m_socket.state() == QAbstractSocket::ConnectedState; }

    QMap<int, QString> states;
    QSet<int> progress;
    QJsonObject stats;

private:
    QWebSocket m_socket;
    int m_messages = 0;
};

void tst_httpapi::pushesChanges()
{
    post(EndlessJob);
    Page page(m_webSocketPort);
    QTRY_VERIFY_WITH_TIMEOUT(page.isLive(), Patience); // an open page is told at once what there is
    QTRY_COMPARE_WITH_TIMEOUT(page.states.value(1), u"running"_s, Patience);
    post(R"({"kind": "primes", "limit": 1000000000000})");
    QTRY_COMPARE_WITH_TIMEOUT(page.states.value(2), u"running"_s, Patience);
    post(ShortJob);
    QTRY_COMPARE_WITH_TIMEOUT(page.states.value(3), u"queued"_s, Patience);
    curl("DELETE", u"jobs/1"_s);
    QTRY_COMPARE_WITH_TIMEOUT(page.states.value(1), u"canceled"_s, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(page.states.value(3), u"finished"_s, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(page.stats.value(u"finished"_s).toInt(), 1, Patience);
    // A search that takes a while is seen on its way.
    post(R"({"kind": "hash", "text": "progress", "zeros": 6})");
    const auto isOnItsWay = [](int percent) { return percent > 0 && percent < 100; };
    QTRY_VERIFY_WITH_TIMEOUT(std::any_of(page.progress.begin(), page.progress.end(), isOnItsWay), Patience);
}

void tst_httpapi::pushesToManyAndSurvivesTheirLeaving()
{
    std::vector<std::unique_ptr<Page>> pages;
    for (int i = 0; i < 20; ++i)
        pages.push_back(std::make_unique<Page>(m_webSocketPort));
    for (const auto &page : pages)
        QTRY_VERIFY_WITH_TIMEOUT(page->isLive(), Patience);
    pages.resize(10);
    pages.back()->send(QString(1 << 20, u'x')); // this one is thrown out
    QTRY_VERIFY_WITH_TIMEOUT(!pages.back()->isConnected(), Patience);
    pages.pop_back();
    post(ShortJob);
    for (const auto &page : pages)
        QTRY_COMPARE_WITH_TIMEOUT(page->states.value(1), u"finished"_s, Patience);
}

// A browser without a window, spoken to as its developer tools do.
class Browser : public QObject
{
public:
    static QString program()
    {
        for (const QString &name : {u"chromium"_s, u"chromium-browser"_s, u"google-chrome"_s}) {
            if (const QString found = QStandardPaths::findExecutable(name); !found.isEmpty())
                return found;
        }
        return {};
    }

    Browser()
    {
        connect(&m_tools, &QWebSocket::textMessageReceived, this,
                [this](const QString &text) { m_answer = QJsonDocument::fromJson(text.toUtf8()).object(); });
    }
    ~Browser()
    {
        m_process.kill();
        m_process.waitForFinished(Patience);
    }

    bool open(const QString &address)
    {
        m_process.start(program(),
                        {u"--headless=new"_s, u"--no-sandbox"_s, u"--disable-gpu"_s, u"--disable-dev-shm-usage"_s,
                         u"--no-first-run"_s, u"--window-size=1100,700"_s, u"--remote-debugging-port=0"_s,
                         u"--remote-allow-origins=*"_s, u"--user-data-dir="_s + m_profile.path(), address});
        QFile portFile(m_profile.filePath(u"DevToolsActivePort"_s));
        const auto isListening = [&] {
            portFile.close();
            return portFile.open(QIODevice::ReadOnly) && portFile.readAll().count('\n') == 1;
        };
        if (!QTest::qWaitFor(isListening, Patience))
            return false;
        portFile.seek(0);
        const QByteArray port = portFile.readLine().trimmed();
        QString page;
        const auto isOpen = [&] {
            QProcess curl;
            curl.start(u"curl"_s, {u"--silent"_s, u"http://127.0.0.1:%1/json/list"_s.arg(QLatin1StringView(port))});
            curl.waitForFinished(Patience);
            for (const QJsonValue &tab : QJsonDocument::fromJson(curl.readAllStandardOutput()).array()) {
                if (tab.toObject().value(u"url"_s).toString() == address)
                    page = tab.toObject().value(u"webSocketDebuggerUrl"_s).toString();
            }
            return !page.isEmpty();
        };
        if (!QTest::qWaitFor(isOpen, Patience))
            return false;
        m_tools.open(QUrl(page));
        return QTest::qWaitFor([&] { return m_tools.state() == QAbstractSocket::ConnectedState; }, Patience);
    }

    QJsonObject call(const QString &method, const QJsonObject &arguments)
    {
        m_answer = {};
        m_tools.sendTextMessage(QString::fromUtf8(
                QJsonDocument({{u"id"_s, ++m_calls}, {u"method"_s, method}, {u"params"_s, arguments}}).toJson()));
        if (!QTest::qWaitFor([this] { return m_answer.value(u"id"_s).toInt() == m_calls; }, Patience))
            qFatal("the browser does not answer");
        return m_answer.value(u"result"_s).toObject();
    }

    // What an expression in JavaScript is worth, in the page.
    QString evaluate(const QString &expression)
    {
        const QJsonObject result = call(u"Runtime.evaluate"_s, {{u"expression"_s, expression}});
        return result.value(u"result"_s).toObject().value(u"value"_s).toVariant().toString();
    }

    void saveScreenshot(const QString &fileName, const QString &scheme)
    {
        const QJsonObject feature{{u"name"_s, u"prefers-color-scheme"_s}, {u"value"_s, scheme}};
        call(u"Emulation.setEmulatedMedia"_s, {{u"features"_s, QJsonArray{feature}}});
        QFile file(fileName);
        if (file.open(QIODevice::WriteOnly)) {
            const QString data = call(u"Page.captureScreenshot"_s, {}).value(u"data"_s).toString();
            file.write(QByteArray::fromBase64(data.toLatin1()));
        }
    }

private:
    QTemporaryDir m_profile;
    QProcess m_process;
    QWebSocket m_tools;
    QJsonObject m_answer;
    int m_calls = 0;
};

void tst_httpapi::showsJobsInBrowser()
{
    if (Browser::program().isEmpty())
        QSKIP("Chromium is not installed");
    Browser browser;
    QVERIFY(browser.open(m_address));
    const QString connection = u"document.getElementById('connection').textContent"_s;
    QTRY_COMPARE_WITH_TIMEOUT(browser.evaluate(connection), u"live"_s, Patience);

    // The page is open; what is submitted now has to be pushed.
    const auto row = [](int id) { return u"document.getElementById('job-%1')?.innerText ?? ''"_s.arg(id); };
    QCOMPARE(browser.evaluate(row(1)), QString());
    QCOMPARE(post(R"({"kind": "primes", "limit": 1000000})").status, 202);
    QTRY_VERIFY_WITH_TIMEOUT(browser.evaluate(row(1)).contains(u"finished"_s), Patience);
    QVERIFY(browser.evaluate(row(1)).contains(u"count 78,498"_s));

    // A text that would be markup, if it weren't taken as text.
    QCOMPARE(post(R"({"kind": "hash", "text": "<b id='evil'>x</b>", "zeros": 12})").status, 202);
    QTRY_VERIFY_WITH_TIMEOUT(browser.evaluate(row(2)).contains(u"running"_s), Patience);
    QVERIFY(browser.evaluate(row(2)).contains(u"<b id='evil'>"_s));
    QCOMPARE(browser.evaluate(u"String(document.getElementById('evil'))"_s), u"null"_s);

    // Its buttons work.
    browser.evaluate(u"document.querySelector('#job-2 button').click()"_s);
    QTRY_VERIFY_WITH_TIMEOUT(browser.evaluate(row(2)).contains(u"canceled"_s), Patience);
    QCOMPARE(stateOf(2), u"canceled"_s);
    browser.evaluate(u"document.querySelector('#form button').click()"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!browser.evaluate(row(3)).isEmpty(), Patience);
    browser.evaluate(u"document.getElementById('form').limit.value = 1.5; "
                     "document.getElementById('form').noValidate = true; "
                     "document.querySelector('#form button').click()"_s);
    QTRY_VERIFY_WITH_TIMEOUT(
            browser.evaluate(u"document.getElementById('problem').textContent"_s).contains(u"whole number"_s),
            Patience);

    if (const QString folder = qEnvironmentVariable("HTTPAPI_SCREENSHOTS"); !folder.isEmpty()) {
        post(EndlessJob);
        post(EndlessJob);
        post(EndlessJob);
        QTRY_VERIFY_WITH_TIMEOUT(!browser.evaluate(row(6)).isEmpty(), Patience);
        browser.saveScreenshot(folder + u"/light.png"_s, u"light"_s);
        browser.saveScreenshot(folder + u"/dark.png"_s, u"dark"_s);
    }
}

void tst_httpapi::signalsEndIt_data()
{
    QTest::addColumn<int>("signal");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
}

void tst_httpapi::signalsEndIt()
{
    QFETCH(const int, signal);
    for (int i = 0; i < 4; ++i)
        post(EndlessJob);
    Page page(m_webSocketPort);
    QTRY_VERIFY_WITH_TIMEOUT(page.isLive(), Patience);
    ::kill(pid_t(m_server->processId()), signal);
    QVERIFY(m_server->waitForFinished(Patience));
    QCOMPARE(m_server->exitStatus(), QProcess::NormalExit);
    QCOMPARE(m_server->exitCode(), 0);
    m_server.reset();
}

void tst_httpapi::reportsPortInUse()
{
    for (const QStringList &arguments :
         {QStringList{u"--port"_s, QString::number(m_port), u"--ws-port"_s, u"0"_s},
          QStringList{u"--port"_s, u"0"_s, u"--ws-port"_s, QString::number(m_webSocketPort)}}) {
        QProcess process;
        process.start(QStringLiteral(PROGRAM_PATH), arguments);
        QVERIFY(process.waitForFinished(Patience));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("in use"));
    }
}

void tst_httpapi::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("unknownOption") << QStringList{u"--frobnicate"_s};
    QTest::newRow("argument") << QStringList{u"something"_s};
    QTest::newRow("strangePort") << QStringList{u"--port"_s, u"http"_s};
    QTest::newRow("portTooHigh") << QStringList{u"--ws-port"_s, u"65536"_s};
    QTest::newRow("noAddress") << QStringList{u"--bind"_s, u"here"_s};
    QTest::newRow("noBody") << QStringList{u"--max-body"_s, u"0"_s};
    QTest::newRow("noJobs") << QStringList{u"--jobs"_s, u"0"_s};
}

void tst_httpapi::wrongUsage()
{
    QFETCH(const QStringList, arguments);
    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), arguments);
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAllStandardError().contains("--help"));
    QCOMPARE(process.readAllStandardOutput(), QByteArray());
}

void tst_httpapi::helpTellsTheRoutes()
{
    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), {u"--help"_s});
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitCode(), 0);
    const QByteArray help = process.readAllStandardOutput();
    for (const char *const word : {"--port", "--ws-port", "--bind", "--max-body", "--jobs", "POST /jobs", "GET /stats"})
        QVERIFY2(help.contains(word), word);
}

QTEST_GUILESS_MAIN(tst_httpapi)
#include "tst_httpapi.moc"
