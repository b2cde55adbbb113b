// SPDX-License-Identifier: MIT
// What examples/20-qml-dashboard makes of /proc: of a made-up one with nasty contents, and of the real one.
#include "procfixture.h"

#include "sampler.h"

#include <QtTest/QtTest>

#include <unistd.h>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

static constexpr int Patience = 120'000; // never reached where things are right

class tst_dashboardsampler : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_proc = std::make_unique<ProcFixture>(); }

    void readsProcess();
    void readsNames_data();
    void readsNames();
    void completesNamesThatTheKernelCut_data();
    void completesNamesThatTheKernelCut();
    void readsCommandLines_data();
    void readsCommandLines();
    void boundsHugeCommandLines();
    void takesTheUserFromItsOwnLine();
    void passesOverWhatIsNoProcess();
    void passesOverProcessesThatVanish_data();
    void passesOverProcessesThatVanish();
    void survivesGarbage();
    void survivesHugeNumbers();
    void survivesMissingFolder();
    void readsProcessors();
    void readsMemory_data();
    void readsMemory();
    void readsTheRealOne();

    void countsCpuTime();
    void forgetsCpuTimeOfThePidsLastOwner();
    void survivesCountersThatGoBack();
    void keepsHistoryAtItsLength();
    void sorts_data();
    void sorts();
    void finds_data();
    void finds();
    void refusesUnknownOrders();
    void refusesBadIntervals_data();
    void refusesBadIntervals();
    void looksAgainInTheNewInterval();
    void publishesToObservers();
    void protectsWhatCannotBeEnded();

private:
    ProcessInfo read(int pid = 10) const { return ProcFolder(m_proc->path()).process(pid).value_or(ProcessInfo()); }
    Link<Sampler> start() const { return Sampler::start(std::chrono::minutes(1), ProcFolder(m_proc->path())); }

    std::unique_ptr<ProcFixture> m_proc;
};

// Stops the service when a test ends, however it ends.
struct Running
{
    explicit Running(Link<Sampler> started) : link(std::move(started)) { }
    ~Running() { link.stop(); }

    Link<Sampler> link;
};

template <typename R>
static R value(Reply<R> reply)
{
    if (!reply.waitForFinished(QDeadlineTimer(Patience)))
        qFatal("a reply never ended");
    return reply.result();
}

// What the handler has to say against it.
template <typename R>
static QString failure(Reply<R> reply)
{
    try {
        static_cast<void>(value(std::move(reply)));
    } catch (const std::invalid_argument &e) {
        return QString::fromUtf8(e.what());
    }
    return {};
}

static SystemState stateOf(const Link<Sampler> &link)
{
    return value(link.exec([](Sampler &sampler) { return sampler.sample(); }));
}

static QList<int> pids(const SystemState &state)
{
    QList<int> list;
    for (const ProcessInfo &process : state.processes)
        list << process.pid;
    return list;
}

// ---- the folder ----

void tst_dashboardsampler::readsProcess()
{
    m_proc->writeProcess(10, {"bash", QByteArray("/bin/bash\0-c\0sleep 1\0", 21), "0", 'R', 250, 3, 512, 98765});
    const ProcessInfo process = read();
    QCOMPARE(process.pid, 10);
    QCOMPARE(process.name, u"bash"_s);
    QCOMPARE(process.command, u"/bin/bash -c sleep 1"_s);
    QCOMPARE(process.user, u"root"_s);
    QCOMPARE(process.status, u"Running"_s);
    QCOMPARE(process.ticks, 250u);
    QCOMPARE(process.threads, 3);
    QCOMPARE(process.memory, 512.0 * ::sysconf(_SC_PAGESIZE));
    QCOMPARE(process.started, 98765.0);
    QVERIFY(!process.isKernelThread);
}

void tst_dashboardsampler::readsNames_data()
{
    QTest::addColumn<QByteArray>("name");
    QTest::addColumn<QString>("shown");
    QTest::newRow("spaces") << QByteArray("tmux: server") << u"tmux: server"_s;
    QTest::newRow("parentheses") << QByteArray("(sd-pam)") << u"(sd-pam)"_s;
    QTest::newRow("what looks like the end") << QByteArray("a) R 1 (b") << u"a) R 1 (b"_s;
    QTest::newRow("only a parenthesis") << QByteArray(")") << u")"_s;
    QTest::newRow("empty") << QByteArray() << QString();
    QTest::newRow("line feeds") << QByteArray("a\nb) S 1\n") << u"a\uFFFDb) S 1\uFFFD"_s;
    QTest::newRow("escape sequences") << QByteArray("\x1b[31mred") << u"\uFFFD[31mred"_s;
    QTest::newRow("not UTF-8") << QByteArray("\xff\xfe") << u"\uFFFD\uFFFD"_s;
    QTest::newRow("turned around") << QByteArray("a\u202Ecod.exe") << u"a\uFFFDcod.exe"_s;
    QTest::newRow("other scripts") << QByteArray("プログラム") << u"プログラム"_s;
    QTest::newRow("mark-up") << QByteArray("<b>&amp;</b>") << u"<b>&amp;</b>"_s;
}

void tst_dashboardsampler::readsNames()
{
    QFETCH(QByteArray, name);
    m_proc->writeProcess(10, {.name = name});
    QTEST(read().name, "shown");
    QCOMPARE(read().threads, 1); // what comes after it
}

void tst_dashboardsampler::completesNamesThatTheKernelCut_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QString>("shown");
    QTest::newRow("by the program's path")
            << QByteArray("/usr/bin/xdg-desktop-portal\0-r", 30) << u"xdg-desktop-portal"_s;
    QTest::newRow("not by another's") << QByteArray("/usr/bin/other") << u"xdg-desktop-por"_s;
    QTest::newRow("not by nothing") << QByteArray() << u"xdg-desktop-por"_s;
    QTest::newRow("not by an argument") << QByteArray("other\0/xdg-desktop-portal", 25) << u"xdg-desktop-por"_s;
}

void tst_dashboardsampler::completesNamesThatTheKernelCut()
{
    QFETCH(QByteArray, command);
    m_proc->writeProcess(10, {"xdg-desktop-por", command});
    QTEST(read().name, "shown");
}

void tst_dashboardsampler::readsCommandLines_data()
{
    QTest::addColumn<QByteArray>("command");
    QTest::addColumn<QString>("shown");
    QTest::newRow("none") << QByteArray() << u"[program]"_s;
    QTest::newRow("only zeros") << QByteArray(3, '\0') << u"[program]"_s;
    QTest::newRow("empty arguments") << QByteArray("a\0\0b\0", 5) << u"a  b"_s;
    QTest::newRow("without a last zero") << QByteArray("a\0b", 3) << u"a b"_s;
    QTest::newRow("line feeds") << QByteArray("a\nb") << u"a\uFFFDb"_s;
}

void tst_dashboardsampler::readsCommandLines()
{
    QFETCH(QByteArray, command);
    m_proc->writeProcess(10, {"program", command});
    QTEST(read().command, "shown");
}

void tst_dashboardsampler::boundsHugeCommandLines()
{
    m_proc->writeProcess(10, {"program", QByteArray(10'000'000, 'x')});
    QVERIFY(read().command.startsWith(u"xxx"_s));
    QVERIFY(read().command.size() <= 4096);
}

void tst_dashboardsampler::takesTheUserFromItsOwnLine()
{
    // The fixture's process is named "Uid:\t7".
    m_proc->writeProcess(10, {.user = "4294901234"});
    QCOMPARE(read().userId, 4294901234u);
    QCOMPARE(read().user, u"4294901234"_s); // nobody has it
}

void tst_dashboardsampler::passesOverWhatIsNoProcess()
{
    m_proc->writeProcess(10, {});
    for (const QString &name :
         {u"self"_s, u"12abc"_s, u"0"_s, u"-5"_s, u"99999999999999999999"_s, u"0x1f"_s, u"1 2"_s, u"irq"_s})
        m_proc->write(name + u"/stat"_s, "1 (a) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 0 0 1 0 5 6 7 8");
    m_proc->write(u"11"_s, "a file");
    const QList<ProcessInfo> processes = ProcFolder(m_proc->path()).processes();
    QCOMPARE(processes.size(), 1);
    QCOMPARE(processes.at(0).pid, 10);
}

void tst_dashboardsampler::passesOverProcessesThatVanish_data()
{
    QTest::addColumn<QString>("missing");
    for (const QString &name : {u"stat"_s, u"status"_s, u""_s})
        QTest::newRow(qPrintable(name)) << name;
}

void tst_dashboardsampler::passesOverProcessesThatVanish()
{
    QFETCH(QString, missing);
    m_proc->writeProcess(10, {});
    m_proc->writeProcess(11, {});
    QVERIFY(QFile::remove(m_proc->path() + u"/10/"_s + missing) || QDir(m_proc->path() + u"/10"_s).removeRecursively());
    QCOMPARE(ProcFolder(m_proc->path()).processes().size(), 1);
    QVERIFY(!ProcFolder(m_proc->path()).process(10));
}

void tst_dashboardsampler::survivesGarbage()
{
    QRandomGenerator random(20);
    m_proc->writeProcess(10, {"nasty) (name", "x"});
    QByteArray whole;
    {
        QFile file(m_proc->path() + u"/10/stat"_s);
        QVERIFY(file.open(QIODevice::ReadOnly));
        whole = file.readAll();
    }
    for (int i = 0; i < 500; ++i) {
        QByteArray stat = whole.left(random.bounded(int(whole.size()) + 1));
        for (int n = random.bounded(4); n > 0 && !stat.isEmpty(); --n)
            stat[random.bounded(int(stat.size()))] = char(random.bounded(256));
        for (const QString &name : {u"10/stat"_s, u"10/status"_s, u"stat"_s, u"meminfo"_s, u"loadavg"_s, u"uptime"_s}) {
            if (random.bounded(2))
                m_proc->write(name, stat);
        }
        const ProcFolder folder(m_proc->path());
        QVERIFY(folder.processes().size() <= 1);
        folder.processors();
        QVERIFY(folder.memory().used <= folder.memory().total);
        folder.load();
        folder.uptime();
    }
}

void tst_dashboardsampler::survivesHugeNumbers()
{
    const QByteArray huge = "99999999999999999999999999";
    m_proc->write(u"stat"_s, "cpu " + huge + " -1 x 18446744073709551615 1\ncpu0 1 2\ncpu1\n");
    m_proc->write(u"meminfo"_s, "MemTotal: " + huge + " kB\nMemAvailable: -5 kB\n");
    m_proc->writeProcess(10, {.pages = -1});
    QCOMPARE(read().memory, 0.0);
    Sampler sampler(std::chrono::seconds(1), ProcFolder(m_proc->path()));
    for (int i = 0; i < 3; ++i)
        QVERIFY(sampler.sample().cpu >= 0 && sampler.sample().cpu <= 1);
}

void tst_dashboardsampler::survivesMissingFolder()
{
    Sampler sampler(std::chrono::seconds(1), ProcFolder(u"/nowhere/at all"_s));
    QVERIFY(ProcFolder(u"/nowhere/at all"_s).processors().isEmpty());
    const SystemState state = sampler.sample();
    QCOMPARE(state.processCount, 0);
    QCOMPARE(state.cores.size(), 0);
    QCOMPARE(state.memoryTotal, 0.0);
}

void tst_dashboardsampler::readsProcessors()
{
    m_proc->write(u"stat"_s, "cpu  10 20 30 400 50 6 7 8 900 1000\ncpu0 1 2 3 4 5 6 7 8 9 10\nintr 5\ncpu1 1 1 1 1\n");
    const QList<Use> processors = ProcFolder(m_proc->path()).processors();
    QCOMPARE(processors.size(), 2);
    QCOMPARE(processors.at(0).used, 10u + 20 + 30 + 6 + 7 + 8);
    QCOMPARE(processors.at(0).total, 10u + 20 + 30 + 400 + 50 + 6 + 7 + 8);
}

void tst_dashboardsampler::readsMemory_data()
{
    QTest::addColumn<QByteArray>("info");
    QTest::addColumn<quint64>("used");
    QTest::addColumn<quint64>("total");
    QTest::newRow("as it is") << QByteArray("MemTotal:  1000 kB\nMemFree: 1 kB\nMemAvailable:  400 kB\n")
                              << quint64(600 * 1024) << quint64(1000 * 1024);
    QTest::newRow("before there was MemAvailable")
            << QByteArray("MemTotal: 1000 kB\nMemFree: 300 kB\n") << quint64(700 * 1024) << quint64(1000 * 1024);
    QTest::newRow("more available than there is")
            << QByteArray("MemTotal: 10 kB\nMemAvailable: 30 kB\n") << quint64(0) << quint64(10 * 1024);
    QTest::newRow("nothing") << QByteArray() << quint64(0) << quint64(0);
    QTest::newRow("no number") << QByteArray("MemTotal: lots\n") << quint64(0) << quint64(0);
}

void tst_dashboardsampler::readsMemory()
{
    QFETCH(QByteArray, info);
    m_proc->write(u"meminfo"_s, info);
    QTEST(ProcFolder(m_proc->path()).memory().used, "used");
    QTEST(ProcFolder(m_proc->path()).memory().total, "total");
}

void tst_dashboardsampler::readsTheRealOne()
{
    const auto own = ProcFolder().process(int(::getpid()));
    QVERIFY(own);
    QCOMPARE(own->name, u"tst_dashboardsampler"_s); // longer than the kernel keeps it
    QCOMPARE(own->userId, ::getuid());
    QVERIFY(own->memory > 1e5);
    QVERIFY(own->threads >= 1);
    QVERIFY(ProcFolder().processors().size() >= 2);
    QVERIFY(ProcFolder().memory().total > 0);
}

// ---- the service ----

void tst_dashboardsampler::countsCpuTime()
{
    Sampler sampler(std::chrono::seconds(1), ProcFolder(m_proc->path()));
    m_proc->writeProcessors(1000, 1000);
    m_proc->writeProcess(10, {.ticks = 500});
    QCOMPARE(sampler.sample().processes.at(0).cpu, 0.0); // of what was before, nobody knows
    QCOMPARE(sampler.sample().cpuHistory.constLast(), -1.0);

    m_proc->writeProcessors(1025, 1075); // a quarter of 100 ticks, each
    m_proc->writeProcess(10, {.ticks = 550});
    const SystemState state = sampler.sample();
    QCOMPARE(state.cpu, 0.25);
    QCOMPARE(state.cores, QList<double>({0.25, 0.25}));
    QCOMPARE(state.cpuHistory.constLast(), 0.25);
    QCOMPARE(state.processes.at(0).cpu, 50.0);
    QCOMPARE(state.memoryHistory.constLast(), 0.6);
    QCOMPARE(state.load, u"0.25  1.50  12.00"_s);
    QCOMPARE(state.uptime, 3600.25);
}

void tst_dashboardsampler::forgetsCpuTimeOfThePidsLastOwner()
{
    Sampler sampler(std::chrono::seconds(1), ProcFolder(m_proc->path()));
    m_proc->writeProcess(10, {.ticks = 10, .started = 1000});
    const qint64 key = sampler.sample().processes.at(0).key;
    m_proc->writeProcessors(100, 0);
    m_proc->writeProcess(10, {.ticks = 60, .started = 2000});
    QCOMPARE(sampler.sample().processes.at(0).cpu, 0.0);
    QVERIFY(sampler.sample().processes.at(0).key != key);
}

void tst_dashboardsampler::survivesCountersThatGoBack()
{
    Sampler sampler(std::chrono::seconds(1), ProcFolder(m_proc->path()));
    m_proc->writeProcessors(1000, 1000);
    m_proc->writeProcess(10, {.ticks = 500});
    sampler.sample();
    m_proc->writeProcessors(10, 10);
    m_proc->writeProcess(10, {.ticks = 5});
    const SystemState state = sampler.sample();
    QCOMPARE(state.cpu, 0.0);
    QCOMPARE(state.processes.at(0).cpu, 0.0);
}

void tst_dashboardsampler::keepsHistoryAtItsLength()
{
    Sampler sampler(std::chrono::seconds(2), ProcFolder(m_proc->path()));
    for (int i = 0; i < 2 * Sampler::HistoryLength; ++i) {
        m_proc->writeProcessors(i, i);
        const SystemState &state = sampler.sample();
        QCOMPARE(state.cpuHistory.size(), Sampler::HistoryLength);
        QCOMPARE(state.memoryHistory.size(), Sampler::HistoryLength);
        if (i == 1)
            QVERIFY(qAbs(state.historySeconds - 2 * Sampler::HistoryLength) < 5);
    }
}

void tst_dashboardsampler::sorts_data()
{
    QTest::addColumn<QString>("sortBy");
    QTest::addColumn<bool>("descending");
    QTest::addColumn<QList<int>>("order");
    QTest::newRow("by name") << u"name"_s << false << QList<int>{12, 10, 11, 13};
    QTest::newRow("by name, from the end") << u"name"_s << true << QList<int>{13, 11, 10, 12};
    QTest::newRow("by pid") << u"pid"_s << true << QList<int>{13, 12, 11, 10};
    QTest::newRow("by memory") << u"memory"_s << true << QList<int>{11, 10, 12, 13};
    QTest::newRow("by threads, equal ones by pid") << u"threads"_s << true << QList<int>{12, 10, 11, 13};
    QTest::newRow("by user") << u"user"_s << false << QList<int>{13, 10, 11, 12};
}

void tst_dashboardsampler::sorts()
{
    QFETCH(QString, sortBy);
    QFETCH(bool, descending);
    m_proc->writeProcess(10, {.name = "bash", .pages = 300});
    m_proc->writeProcess(11, {.name = "Cat", .pages = 1000});
    m_proc->writeProcess(12, {.name = "awk", .threads = 10, .pages = 200});
    m_proc->writeProcess(13, {.name = "zsh", .user = "1", .pages = 30});
    const Running sampler(start());
    QCOMPARE(value(sampler.link.send<Find>(QString(), sortBy, descending)), 4);
    QTEST(pids(stateOf(sampler.link)), "order");
}

void tst_dashboardsampler::finds_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QList<int>>("found");
    QTest::newRow("everything") << QString() << QList<int>{10, 11, 123};
    QTest::newRow("spaces") << u"  \t "_s << QList<int>{10, 11, 123};
    QTest::newRow("by name, in any case") << u"FIRE"_s << QList<int>{10};
    QTest::newRow("by an argument") << u"--fast"_s << QList<int>{11};
    QTest::newRow("by user") << u"daemon"_s << QList<int>{123};
    QTest::newRow("by pid") << u"123"_s << QList<int>{123};
    QTest::newRow("all words, in any order") << u"fast make"_s << QList<int>{11};
    QTest::newRow("no pattern") << u".*"_s << QList<int>{};
    QTest::newRow("nothing") << u"nothing like this"_s << QList<int>{};
}

void tst_dashboardsampler::finds()
{
    QFETCH(QString, text);
    m_proc->writeProcess(10, {.name = "firefox", .command = "/usr/lib/firefox"});
    m_proc->writeProcess(11, {.name = "make", .command = QByteArray("make\0--fast", 11)});
    m_proc->writeProcess(123, {.name = "cron", .command = "cron", .user = "1"});
    const Running sampler(start());
    const int count = value(sampler.link.send<Find>(text, u"pid"_s, false));
    const SystemState state = stateOf(sampler.link);
    QCOMPARE(state.processes.size(), count);
    QCOMPARE(state.processCount, 3);
    QTEST(pids(state), "found");
}

void tst_dashboardsampler::refusesUnknownOrders()
{
    m_proc->writeProcess(10, {});
    const Running sampler(start());
    for (const QString &order : {QString(), u"nonsense"_s, u"objectName"_s})
        QVERIFY(!failure(sampler.link.send<Find>(QString(), order, false)).isEmpty());
    QCOMPARE(stateOf(sampler.link).processes.size(), 1); // and goes on as before
}

void tst_dashboardsampler::refusesBadIntervals_data()
{
    QTest::addColumn<int>("milliseconds");
    QTest::newRow("negative") << -1;
    QTest::newRow("none") << 0;
    QTest::newRow("too short") << 99;
    QTest::newRow("too long") << 60'001;
    QTest::newRow("huge") << std::numeric_limits<int>::max();
}

void tst_dashboardsampler::refusesBadIntervals()
{
    QFETCH(int, milliseconds);
    const Running sampler(start());
    QVERIFY(!failure(sampler.link.send<SetInterval>(milliseconds)).isEmpty());
    QCOMPARE(stateOf(sampler.link).interval, 60'000);
}

void tst_dashboardsampler::looksAgainInTheNewInterval()
{
    const Running sampler(start());
    const Observed<SystemState> state = sampler.link.observe<SystemState>();
    value(sampler.link.send<SetInterval>(100));
    m_proc->writeProcess(10, {});
    QTRY_COMPARE_WITH_TIMEOUT(state.value().processCount, 1, Patience);
    QCOMPARE(state.value().interval, 100);
}

void tst_dashboardsampler::publishesToObservers()
{
    m_proc->writeProcess(10, {.name = "seen"});
    const Running sampler(start());
    const Observed<SystemState> state = sampler.link.observe<SystemState>();
    QTRY_VERIFY_WITH_TIMEOUT(state.hasValue(), Patience);
    QCOMPARE(state.value().processes.at(0).name, u"seen"_s);
    value(sampler.link.send<Find>(u"unseen"_s, u"pid"_s, false));
    QTRY_VERIFY_WITH_TIMEOUT(state.value().processes.isEmpty(), Patience);
}

void tst_dashboardsampler::protectsWhatCannotBeEnded()
{
    const QByteArray own = QByteArray::number(::getuid());
    m_proc->writeProcess(1, {.user = own});
    m_proc->writeProcess(10, {.user = own, .flags = 0x00200000});
    m_proc->writeProcess(int(::getpid()), {.user = own});
    m_proc->writeProcess(12, {.user = ::getuid() == 1 ? "0" : "1"});
    m_proc->writeProcess(13, {.user = own});
    const Running sampler(start());
    const SystemState state = stateOf(sampler.link);
    QCOMPARE(state.processes.size(), 5);
    for (const ProcessInfo &process : state.processes) {
        QVERIFY2(process.protection.isEmpty() == (process.pid == 13), qPrintable(process.protection));
        if (process.pid == 12)
            QVERIFY(process.protection.contains(process.user));
    }
}

QTEST_GUILESS_MAIN(tst_dashboardsampler)
#include "tst_dashboardsampler.moc"
