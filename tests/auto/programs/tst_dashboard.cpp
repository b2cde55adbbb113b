// SPDX-License-Identifier: MIT
// The window of examples/20-qml-dashboard, driven by mouse and keys, over a made-up /proc and over the real one; and
// its program from outside.
#include "procfixture.h"

#include "sampler.h"

#include <QtTest/QtTest>

#include <QtCore/QProcess>
#include <QtCore/QRegularExpression>
#include <QtGui/QAccessible>
#include <QtGui/QGuiApplication>
#include <QtGui/QPalette>
#include <QtInterlinkQml/QmlLink>
#include <QtQml/QQmlApplicationEngine>
#include <QtQml/QQmlExtensionPlugin>
#include <QtQuick/QQuickItem>
#include <QtQuick/QQuickWindow>

#include <algorithm>
#include <csignal>
#include <optional>
#include <unistd.h>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

Q_IMPORT_QML_PLUGIN(DashboardPlugin)

static constexpr int Patience = 60'000; // never reached where things are right

// A window as main() makes it.
class Dashboard
{
public:
    explicit Dashboard(ProcFolder folder = ProcFolder(), const QString &theme = u"light"_s)
        : link(Sampler::start(Sampler::LeastInterval, std::move(folder)))
    {
        const QmlLink exported = QmlLink::create<SetInterval, Find, EndProcess>(link);
        m_engine.setInitialProperties({{u"link"_s, exported.toVariant(&m_engine)}, {u"theme"_s, theme}});
        m_engine.load(u"qrc:/qt-project.org/imports/Dashboard/Main.qml"_s);
        window = qobject_cast<QQuickWindow *>(m_engine.rootObjects().value(0));
        if (!window || !QTest::qWaitForWindowExposed(window, Patience))
            qFatal("the window doesn't show");
        list = item("processes");
        window->requestActivate();
        resize({1600, 1000});
    }
    ~Dashboard() { link.stop(); }

    void resize(QSize size) const
    {
        window->resize(size);
        const auto hasSize = [&] { return window->contentItem()->size().toSize() == size; };
        if (!QTest::qWaitFor(hasSize, Patience) || !QTest::qWaitForWindowActive(window, Patience))
            qFatal("the window doesn't take its size");
    }
    QQuickItem *item(const char *name) const
    {
        QQuickItem *const found = find(window->contentItem(), QLatin1StringView(name));
        if (!found)
            qFatal("there is no %s", name);
        return found;
    }
    bool has(const char *name) const { return find(window->contentItem(), QLatin1StringView(name)); }
    QList<QQuickItem *> texts() const
    {
        QList<QQuickItem *> list;
        collectTexts(window->contentItem(), list);
        return list;
    }

    void click(QQuickItem *item) const
    {
        QTest::mouseClick(window, Qt::LeftButton, {},
                          item->mapToScene(QPointF(item->width() / 2, item->height() / 2)).toPoint());
    }
    void click(const char *name) const { click(item(name)); }
    void press(int key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(window, Qt::Key(key), modifiers);
    }
    void type(const QString &text) const
    {
        for (const QChar c : text)
            QTest::keyClick(window, c.toLatin1());
    }

    int count() const { return list->property("count").toInt(); }
    QString status() const { return item("status")->property("text").toString(); }
    ProcessInfo row(int index) const
    {
        QVariant row;
        QMetaObject::invokeMethod(list->property("model").value<QObject *>(), "get", Q_RETURN_ARG(QVariant, row),
                                  Q_ARG(int, index));
        return row.value<ProcessInfo>();
    }
    bool shows(qint64 pid) const
    {
        for (int i = 0; i < count(); ++i) {
            if (row(i).pid == pid)
                return true;
        }
        return false;
    }
    ProcessInfo selected() const
    {
        const auto *const row = list->property("currentItem").value<QQuickItem *>();
        return row ? row->property("modelData").value<ProcessInfo>() : ProcessInfo();
    }
    // Shows that process alone, and selects it.
    bool select(qint64 pid) const
    {
        press('F', Qt::ControlModifier);
        press(Qt::Key_Escape);
        type(QString::number(pid));
        const auto isAlone = [&] {
            for (int i = 0; i < count(); ++i) {
                if (row(i).pid == pid) {
                    list->setProperty("currentIndex", i);
                    list->forceActiveFocus();
                    return true;
                }
            }
            return false;
        };
        return QTest::qWaitFor(isAlone, Patience) && selected().pid == pid;
    }
    bool isDialogOpen() const { return has("confirm") && item("confirm")->isVisible(); }

    const Link<Sampler> link;
    QQuickWindow *window = nullptr;
    QQuickItem *list = nullptr;

private:
    static QQuickItem *find(QQuickItem *in, QLatin1StringView name)
    {
        if (in->objectName() == name)
            return in;
        for (QQuickItem *const child : in->childItems()) {
            if (QQuickItem *const found = find(child, name))
                return found;
        }
        return nullptr;
    }
    static void collectTexts(QQuickItem *in, QList<QQuickItem *> &list)
    {
        if (!in->isVisible())
            return;
        if (in->inherits("QQuickText"))
            list << in;
        for (QQuickItem *const child : in->childItems())
            collectTexts(child, list);
    }

    QQmlApplicationEngine m_engine;
};

class tst_dashboard : public QObject
{
    Q_OBJECT

public:
    static void initMain()
    {
        // No screen is needed, nor a graphics card.
        if (qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
            qputenv("QT_QPA_PLATFORM", "offscreen");
        qputenv("QT_QUICK_BACKEND", "software");
    }

private Q_SLOTS:
    void init();

    void showsTheSystem();
    void showsTheRealSystem();
    void showsManyProcessors();
    void showsNamesAsTheyAre();
    void sortsByClicksOnHeaders();
    void sortsByKeys();
    void findsWhatIsTyped();
    void saysWhatIsWrongWithARequest();
    void keepsItsPlaceWhileRowsMove();
    void keepsTheSelectionWhileRowsMove();
    void forgetsTheSelectionWhenItsProcessEnds();
    void movesTheSelectionByKeys();
    void changesTheInterval();

    void endsProcessAfterConfirmation();
    void endsNothingWithoutConfirmation_data();
    void endsNothingWithoutConfirmation();
    void forcesProcessThatDoesNotAnswer();
    void explainsWhyItCannotEnd_data();
    void explainsWhyItCannotEnd();
    void endsNoLaterProcessOfThatPid();
    void saysThatItHasEndedAlready();

    void switchesTheTheme();
    void followsTheSystemsTheme();
    void fits_data();
    void fits();
    void namesItsPartsForScreenReaders();

    void helpNeedsNoDisplay();
    void wrongUsage_data();
    void wrongUsage();
    void signalsEndIt();

private:
    ProcFolder proc() const { return ProcFolder(m_proc->path()); }
    void writeProcesses(int count) const;

    std::unique_ptr<ProcFixture> m_proc;
};

// A process of the test's own.
class Child
{
public:
    explicit Child(const QStringList &command = {u"sleep"_s, u"1000"_s}, uint user = ::getuid())
    {
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        if (user != ::getuid()) {
            process.setChildProcessModifier([user] {
                if (::setuid(user) != 0)
                    ::_exit(1);
            });
        }
        process.start(command.at(0), command.mid(1));
        if (!process.waitForStarted(Patience))
            qFatal("can't start %s", qPrintable(command.at(0)));
    }
    ~Child()
    {
        process.kill();
        process.waitForFinished(Patience);
    }
    qint64 pid() const { return process.processId(); }
    bool isRunning() const { return process.state() == QProcess::Running; }

    QProcess process;
};

void tst_dashboard::init()
{
    QGuiApplication::setPalette(QPalette(Qt::white));
    m_proc = std::make_unique<ProcFixture>();
}

void tst_dashboard::writeProcesses(int count) const
{
    for (int i = 0; i < count; ++i) {
        const QByteArray name = "process-" + QByteArray::number(i);
        m_proc->writeProcess(100 + i, {.name = name, .command = name, .pages = 1000 + i});
    }
}

// ---- what it shows ----

void tst_dashboard::showsTheSystem()
{
    writeProcesses(3);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 3, Patience);
    QStringList texts;
    for (const QQuickItem *const text : dashboard.texts())
        texts << text->property("text").toString();
    QVERIFY(texts.contains(u"60 %"_s)); // of the memory
    QVERIFY(texts.contains(u"600 KiB of 1.0 MiB"_s) || texts.contains(u"600 KiB of 1000 KiB"_s));
    QVERIFY(texts.contains(u"up 1 h 0 min"_s));
    QVERIFY(texts.contains(u"3 of 3"_s));
    QVERIFY(texts.contains(u"process-1"_s));
}

void tst_dashboard::showsTheRealSystem()
{
    const Dashboard dashboard;
    QVERIFY(dashboard.select(::getpid()));
    QCOMPARE(dashboard.selected().name, u"tst_dashboard"_s);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.status().contains(u"monitor itself"_s), Patience);
}

void tst_dashboard::showsManyProcessors()
{
    QByteArray stat = "cpu 100 0 0 100\n";
    for (int i = 0; i < 256; ++i)
        stat += "cpu" + QByteArray::number(i) + " 100 0 0 100\n";
    m_proc->write(u"stat"_s, stat);
    const Dashboard dashboard(proc());
    const QQuickItem *const cores = dashboard.item("cores");
    QTRY_VERIFY_WITH_TIMEOUT(cores->childItems().size() >= 256, Patience);
    for (const int width : {1600, 800, 480}) {
        dashboard.resize({width, 1000});
        QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(cores->childItems(),
                                                     [cores](const QQuickItem *core) {
                                                         return core->x() >= 0
                                                                 && core->x() + core->width() <= cores->width() + 1
                                                                 && core->y() + core->height() <= cores->height() + 1;
                                                     }),
                                 Patience);
    }
}

void tst_dashboard::showsNamesAsTheyAre()
{
    m_proc->writeProcess(100, {.name = "<b>x</b><img>", .command = "<img src='file:///etc/hostname'>"});
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).name, u"<b>x</b><img>"_s, Patience);
    const auto rowTexts = [&] {
        QList<QQuickItem *> list = dashboard.texts();
        list.removeIf([&](const QQuickItem *text) { return !dashboard.list->isAncestorOf(text); });
        return list;
    };
    const auto isName = [](const QQuickItem *text) { return text->property("text").toString() == u"<b>x</b><img>"_s; };
    QTRY_VERIFY_WITH_TIMEOUT(std::ranges::any_of(rowTexts(), isName), Patience);
    for (const QQuickItem *const text : rowTexts())
        QCOMPARE(text->property("textFormat").toInt(), int(Qt::PlainText));
}

void tst_dashboard::sortsByClicksOnHeaders()
{
    m_proc->writeProcess(100, {.name = "b", .pages = 200});
    m_proc->writeProcess(101, {.name = "a", .pages = 300});
    m_proc->writeProcess(102, {.name = "c", .pages = 100});
    const Dashboard dashboard(proc());
    const auto names = [&] { return dashboard.row(0).name + dashboard.row(1).name + dashboard.row(2).name; };
    const auto title = [&](const char *name) { return dashboard.item(name)->property("text").toString(); };
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 3, Patience);

    QTRY_VERIFY_WITH_TIMEOUT(dashboard.has("header-memory"), Patience);
    dashboard.click("header-memory");
    QTRY_COMPARE_WITH_TIMEOUT(names(), u"abc"_s, Patience);
    QCOMPARE(title("header-memory"), u"Memory ↓"_s);
    dashboard.click("header-memory");
    QTRY_COMPARE_WITH_TIMEOUT(names(), u"cba"_s, Patience);
    QCOMPARE(title("header-memory"), u"Memory ↑"_s);
    dashboard.click("header-name");
    QTRY_COMPARE_WITH_TIMEOUT(names(), u"abc"_s, Patience);
    QCOMPARE(title("header-name"), u"Name ↑"_s);
    QCOMPARE(title("header-memory"), u"Memory"_s);
    dashboard.click("header-pid");
    QTRY_COMPARE_WITH_TIMEOUT(names(), u"cab"_s, Patience);
}

void tst_dashboard::sortsByKeys()
{
    writeProcesses(3);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 3, Patience);
    dashboard.item("header-name")->forceActiveFocus(Qt::TabFocusReason);
    dashboard.press(Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).name, u"process-0"_s, Patience);
    dashboard.press(Qt::Key_Space);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).name, u"process-2"_s, Patience);
}

void tst_dashboard::findsWhatIsTyped()
{
    writeProcesses(50);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 50, Patience);
    dashboard.type(u"/process-4"_s); // the slash goes to the search field, not into it
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 11, Patience);
    QCOMPARE(dashboard.item("search")->property("text").toString(), u"process-4"_s);
    dashboard.type(u"2"_s);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 1, Patience);
    QCOMPARE(dashboard.row(0).pid, 142);
    dashboard.type(u" and nothing"_s);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 0, Patience);
    dashboard.press(Qt::Key_Escape);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 50, Patience);

    // New processes are looked at as well.
    dashboard.type(u"newcomer"_s);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 0, Patience);
    m_proc->writeProcess(900, {.name = "newcomer"});
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 1, Patience);
}

void tst_dashboard::saysWhatIsWrongWithARequest()
{
    writeProcesses(3);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 3, Patience);
    dashboard.list->parentItem()->setProperty("sortBy", u"nonsense"_s);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.status().contains(u"nonsense"_s), Patience);
    QCOMPARE(dashboard.count(), 3);
    dashboard.list->parentItem()->setProperty("sortBy", u"name"_s);
    QTRY_VERIFY_WITH_TIMEOUT(!dashboard.status().contains(u"nonsense"_s), Patience);
}

void tst_dashboard::keepsItsPlaceWhileRowsMove()
{
    writeProcesses(200);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 200, Patience);
    dashboard.click("header-memory");
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).pid, 299, Patience);
    const auto number = [&](const char *property) { return dashboard.list->property(property).toDouble(); };
    const auto place = [&] { return number("contentY") - number("originY"); };
    const auto firstSeen = [&] {
        int index = -1;
        QMetaObject::invokeMethod(dashboard.list, "indexAt", Q_RETURN_ARG(int, index), Q_ARG(double, 10),
                                  Q_ARG(double, number("contentY") + 1));
        return index;
    };
    // Each changes what is above the rows that are seen, or all of it at once.
    const auto comes = [&](int round) { m_proc->writeProcess(1000 + round, {.name = "new", .pages = 9000 + round}); };
    const auto goes = [&](int round) { m_proc->remove(290 - round); };
    const auto rises = [&](int round) { m_proc->writeProcess(100 + round, {.name = "up", .pages = 20000 + round}); };
    const auto falls = [&](int round) { m_proc->writeProcess(270 - round, {.name = "down", .pages = 10 - round}); };
    for (const int start : {0, 20, 60}) {
        // Who scrolls before the rows have settled is taken back to where they were.
        QTRY_COMPARE_WITH_TIMEOUT(number("place"), -1.0, Patience);
        dashboard.list->setProperty("contentY", number("originY") + 32 * start);
        for (int round = start / 4; round < start / 4 + 5; ++round) {
            for (const int changes : {1, 2, 4, 8, 15}) {
                if (changes & 1)
                    comes(round);
                if (changes & 2)
                    goes(round);
                if (changes & 4)
                    rises(round);
                if (changes & 8)
                    falls(round);
                const SystemState expected =
                        dashboard.link.exec([](Sampler &sampler) { return sampler.sample(); }).result();
                const auto last = [&] { return dashboard.row(dashboard.count() - 1).pid; };
                QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).pid, expected.processes.constFirst().pid, Patience);
                QTRY_COMPARE_WITH_TIMEOUT(last(), expected.processes.constLast().pid, Patience);
                QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), int(expected.processes.size()), Patience);
                QTRY_COMPARE_WITH_TIMEOUT(firstSeen(), start, Patience);
                QCOMPARE(place(), 32.0 * start);
            }
        }
    }
}

void tst_dashboard::keepsTheSelectionWhileRowsMove()
{
    writeProcesses(100);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 100, Patience);
    dashboard.click("header-memory");
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).pid, 199, Patience);
    dashboard.list->setProperty("currentIndex", 5);
    QCOMPARE(dashboard.selected().pid, 194);
    m_proc->writeProcess(194, {.name = "first", .pages = 9000});
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.selected().name, u"first"_s, Patience);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.row(0).pid, 194, Patience);
    QCOMPARE(dashboard.selected().pid, 194);
    m_proc->writeProcess(194, {.name = "last", .pages = 1});
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.list->property("currentIndex").toInt(), 99, Patience);
    QCOMPARE(dashboard.selected().pid, 194);
}

void tst_dashboard::forgetsTheSelectionWhenItsProcessEnds()
{
    writeProcesses(10);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 10, Patience);
    dashboard.list->setProperty("currentIndex", 5);
    m_proc->remove(dashboard.selected().pid);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 9, Patience);
    QCOMPARE(dashboard.list->property("currentIndex").toInt(), -1);
    QVERIFY(!dashboard.item("end")->isEnabled());
}

void tst_dashboard::movesTheSelectionByKeys()
{
    writeProcesses(100);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 100, Patience);
    dashboard.press(Qt::Key_Slash);
    dashboard.press(Qt::Key_Down); // out of the search field
    const auto index = [&] { return dashboard.list->property("currentIndex").toInt(); };
    QCOMPARE(index(), 0);
    dashboard.press(Qt::Key_Down);
    dashboard.press(Qt::Key_Down);
    dashboard.press(Qt::Key_Up);
    QCOMPARE(index(), 1);
    dashboard.press(Qt::Key_PageDown);
    QVERIFY(index() > 5);
    dashboard.press(Qt::Key_End);
    QCOMPARE(index(), 99);
    // What is selected can be seen.
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.list->property("atYEnd").toBool(), Patience);
    dashboard.press(Qt::Key_PageUp);
    dashboard.press(Qt::Key_Home);
    QCOMPARE(index(), 0);
    dashboard.press(Qt::Key_Escape);
    QCOMPARE(index(), -1);
}

void tst_dashboard::changesTheInterval()
{
    const Dashboard dashboard(proc());
    const Observed<SystemState> state = dashboard.link.observe<SystemState>();
    QTRY_COMPARE_WITH_TIMEOUT(state.value().interval, 100, Patience);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.has("interval-500"), Patience);
    dashboard.click("interval-500");
    QTRY_COMPARE_WITH_TIMEOUT(state.value().interval, 500, Patience);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.item("interval-500")->property("checked").toBool(), Patience);
}

// ---- what it ends ----

void tst_dashboard::endsProcessAfterConfirmation()
{
    const Child child;
    const qint64 pid = child.pid();
    const Dashboard dashboard;
    QVERIFY(dashboard.select(pid));
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.item("end")->isEnabled(), Patience);
    dashboard.click("end");
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.isDialogOpen(), Patience);
    QVERIFY(child.isRunning());
    dashboard.click("confirm");
    QTRY_VERIFY_WITH_TIMEOUT(!child.isRunning(), Patience);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.status(), u"sleep was asked to end."_s, Patience);
    QTRY_VERIFY_WITH_TIMEOUT(!dashboard.shows(pid), Patience);
    QTRY_VERIFY_WITH_TIMEOUT(!dashboard.isDialogOpen(), Patience);
}

void tst_dashboard::endsNothingWithoutConfirmation_data()
{
    QTest::addColumn<int>("key");
    QTest::newRow("Escape") << int(Qt::Key_Escape);
    QTest::newRow("the default button") << int(Qt::Key_Space);
}

void tst_dashboard::endsNothingWithoutConfirmation()
{
    QFETCH(int, key);
    const Child child;
    const Dashboard dashboard;
    QVERIFY(dashboard.select(child.pid()));
    dashboard.press(Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.isDialogOpen() && dashboard.item("cancel")->hasActiveFocus(), Patience);
    dashboard.press(key);
    QTRY_VERIFY_WITH_TIMEOUT(!dashboard.isDialogOpen(), Patience);
    // All that was sent before this is handled after it.
    QVERIFY(dashboard.link.exec([](Sampler &) { return true; }).result());
    QVERIFY(child.isRunning());
    QVERIFY(::kill(pid_t(child.pid()), 0) == 0);
}

void tst_dashboard::forcesProcessThatDoesNotAnswer()
{
    Child child({u"sh"_s, u"-c"_s, u"trap '' TERM; echo ready; while :; do sleep 1; done"_s});
    QVERIFY(child.process.waitForReadyRead(Patience));
    const Dashboard dashboard;
    QVERIFY(dashboard.select(child.pid()));
    dashboard.press(Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.isDialogOpen(), Patience);
    dashboard.click("confirm");
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.status(), u"sh was asked to end."_s, Patience);
    QVERIFY(child.isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!dashboard.isDialogOpen(), Patience);
    dashboard.list->forceActiveFocus();
    dashboard.press(Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.isDialogOpen(), Patience);
    dashboard.click("force");
    QTRY_VERIFY_WITH_TIMEOUT(!child.isRunning(), Patience);
    QCOMPARE(child.process.exitStatus(), QProcess::CrashExit);
}

void tst_dashboard::explainsWhyItCannotEnd_data()
{
    QTest::addColumn<bool>("isFirst");
    QTest::addColumn<QString>("reason");
    QTest::newRow("the first process") << true << u"The first process: the system ends with it."_s;
    QTest::newRow("somebody else's") << false << u"Belongs to daemon: you can only end your own processes."_s;
}

void tst_dashboard::explainsWhyItCannotEnd()
{
    QFETCH(bool, isFirst);
    QFETCH(QString, reason);
    std::optional<Child> other;
    if (!isFirst) {
        if (::getuid() != 0)
            QSKIP("only root can start a process of somebody else");
        other.emplace(QStringList{u"sleep"_s, u"1000"_s}, 1);
    }
    const Dashboard dashboard;
    dashboard.resize({480, 900}); // has room for it, too
    QVERIFY(dashboard.select(isFirst ? 1 : other->pid()));
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.status(), reason, Patience);
    QVERIFY(!dashboard.item("end")->isEnabled());
    QVERIFY(!dashboard.item("status")->property("truncated").toBool());
    dashboard.press(Qt::Key_Delete);
    QVERIFY(!dashboard.isDialogOpen());

    // And the service doesn't leave it to the window.
    const ProcessInfo process = dashboard.selected();
    QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                             dashboard.link.send<EndProcess>(process.pid, process.started, true).result());
    QVERIFY(!other || other->isRunning());
}

void tst_dashboard::endsNoLaterProcessOfThatPid()
{
    const Child child;
    const Dashboard dashboard;
    QVERIFY(dashboard.select(child.pid()));
    const ProcessInfo process = dashboard.selected();
    for (const double started : {process.started - 1, process.started + 1, 0.0, -1.0})
        QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                 dashboard.link.send<EndProcess>(process.pid, started, true).result());
    for (const int pid : {0, -1, -int(child.pid()), std::numeric_limits<int>::min()})
        QVERIFY_THROWS_EXCEPTION(std::runtime_error,
                                 dashboard.link.send<EndProcess>(pid, process.started, true).result());
    QVERIFY(child.isRunning());
    QVERIFY(::kill(pid_t(child.pid()), 0) == 0);
}

void tst_dashboard::saysThatItHasEndedAlready()
{
    Child child;
    const Dashboard dashboard;
    QVERIFY(dashboard.select(child.pid()));
    dashboard.press(Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(dashboard.isDialogOpen(), Patience);
    child.process.kill();
    QVERIFY(child.process.waitForFinished(Patience));
    dashboard.click("confirm");
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.status(), u"sleep: It has ended already."_s, Patience);
}

// ---- how it looks ----

static bool isDark(const Dashboard &dashboard)
{
    return dashboard.window->color().lightness() < 128;
}

void tst_dashboard::switchesTheTheme()
{
    const Dashboard dashboard(proc(), u"dark"_s);
    QVERIFY(isDark(dashboard));
    dashboard.press('D', Qt::ControlModifier);
    QVERIFY(!isDark(dashboard));
    QCOMPARE(dashboard.item("theme")->property("text").toString(), u"Dark"_s);
    dashboard.click("theme");
    QVERIFY(isDark(dashboard));
    QVERIFY(!isDark(Dashboard(proc(), u"light"_s)));
}

void tst_dashboard::followsTheSystemsTheme()
{
    const Dashboard dashboard(proc(), u"system"_s);
    QVERIFY(!isDark(dashboard));
    QGuiApplication::setPalette(QPalette(Qt::black));
    QTRY_VERIFY_WITH_TIMEOUT(isDark(dashboard), Patience);
    QGuiApplication::setPalette(QPalette(Qt::white));
    QTRY_VERIFY_WITH_TIMEOUT(!isDark(dashboard), Patience);
}

void tst_dashboard::fits_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<QStringList>("columns");
    QTest::newRow("smallest") << QSize(400, 560) << QStringList{u"name"_s, u"cpu"_s, u"memory"_s};
    QTest::newRow("480") << QSize(480, 900) << QStringList{u"name"_s, u"pid"_s, u"cpu"_s, u"memory"_s};
    QTest::newRow("800") << QSize(800, 700) << QStringList{u"name"_s, u"pid"_s, u"user"_s, u"cpu"_s, u"memory"_s};
    const QStringList all{u"name"_s,    u"pid"_s, u"user"_s,   u"status"_s,
                          u"threads"_s, u"cpu"_s, u"memory"_s, u"command"_s};
    QTest::newRow("1600") << QSize(1600, 1000) << all;
    QTest::newRow("3840") << QSize(3840, 2160) << all;
}

void tst_dashboard::fits()
{
    QFETCH(QSize, size);
    QFETCH(QStringList, columns);
    writeProcesses(100);
    m_proc->writeProcess(99, {.name = QByteArray(300, 'n'), .command = QByteArray(3000, 'c'), .pages = 1 << 30});
    const Dashboard dashboard(proc());
    dashboard.resize(size);
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 101, Patience);
    for (const char *const column : {"name", "pid", "user", "status", "threads", "cpu", "memory", "command"}) {
        const QByteArray name = QByteArray("header-") + column;
        QTRY_COMPARE_WITH_TIMEOUT(dashboard.has(name.constData()), columns.contains(QLatin1StringView(column)),
                                  Patience);
    }
    QVERIFY(dashboard.list->height() >= 4 * 32); // something is left for the processes
    // Of all that is written something is seen, and of what isn't in the table all is.
    const QRectF whole(0, 0, size.width(), size.height());
    const auto cutOff = [&] {
        QStringList list;
        for (const QQuickItem *const text : dashboard.texts()) {
            const QString words = text->property("text").toString();
            const QRectF place = text->mapRectToScene(QRectF(0, 0, text->width(), text->height()));
            const bool isRow = dashboard.list->isAncestorOf(text);
            const bool isSeen = isRow ? place.left() >= 0 && place.right() <= size.width()
                                      : whole.contains(place) && !text->property("truncated").toBool();
            if (!isSeen && !words.isEmpty())
                list << words;
        }
        return list;
    };
    QTRY_COMPARE_WITH_TIMEOUT(cutOff().join(u", "_s), QString(), Patience);
    // Columns don't run into each other.
    double end = 0;
    for (const QString &column : columns) {
        const QQuickItem *const header = dashboard.item(qPrintable(u"header-"_s + column));
        QVERIFY(header->x() >= end);
        QVERIFY(header->width() > 40);
        end = header->x() + header->width();
    }
    QVERIFY(end <= dashboard.list->width());
}

void tst_dashboard::namesItsPartsForScreenReaders()
{
    QAccessible::setActive(true);
    writeProcesses(3);
    const Dashboard dashboard(proc());
    QTRY_COMPARE_WITH_TIMEOUT(dashboard.count(), 3, Patience);
    const auto nameOf = [](QObject *object) {
        QAccessibleInterface *const accessible = QAccessible::queryAccessibleInterface(object);
        return accessible ? accessible->text(QAccessible::Name) : QString();
    };
    QCOMPARE(nameOf(dashboard.item("processes")), u"Processes"_s);
    QCOMPARE(nameOf(dashboard.item("search")), u"Find by name, user, command or PID"_s);
    QCOMPARE(nameOf(dashboard.item("end")), u"End process"_s);
    QCOMPARE(nameOf(dashboard.item("header-cpu")), u"CPU ↓"_s);
    dashboard.list->setProperty("currentIndex", 1);
    QVERIFY(nameOf(dashboard.list->property("currentItem").value<QObject *>()).startsWith(u"process-1, PID 101"_s));
}

// ---- the program ----

struct Outcome
{
    int exitCode = -1;
    QString output;
    QString error;
};

static Outcome run(const QStringList &arguments, const QString &platform)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, platform);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(PROGRAM_PATH), arguments);
    if (!process.waitForFinished(Patience))
        qFatal("the program doesn't end");
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

void tst_dashboard::helpNeedsNoDisplay()
{
    for (const QString &option : {u"--help"_s, u"-h"_s}) {
        const Outcome outcome = run({option}, u"xcb"_s);
        QCOMPARE(outcome.exitCode, 0);
        QVERIFY(outcome.output.contains(u"--interval"_s));
    }
    QCOMPARE(run({u"--version"_s}, u"xcb"_s).output, u"dashboard 1.0\n"_s);
}

void tst_dashboard::wrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s};
    QTest::newRow("no seconds") << QStringList{u"--interval"_s, u"soon"_s};
    QTest::newRow("too few seconds") << QStringList{u"--interval"_s, u"0.01"_s};
    QTest::newRow("too many seconds") << QStringList{u"--interval"_s, u"61"_s};
    QTest::newRow("not a number of seconds") << QStringList{u"--interval"_s, u"nan"_s};
    QTest::newRow("unknown theme") << QStringList{u"--theme"_s, u"pink"_s};
    QTest::newRow("too much") << QStringList{u"file"_s};
}

void tst_dashboard::wrongUsage()
{
    QFETCH(QStringList, arguments);
    const Outcome outcome = run(arguments, u"offscreen"_s);
    QCOMPARE(outcome.exitCode, 2);
    QVERIFY(outcome.error.contains(u"dashboard: "_s));
    QVERIFY(outcome.error.contains(u"--help"_s));
}

void tst_dashboard::signalsEndIt()
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"QT_QPA_PLATFORM"_s, u"offscreen"_s);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(PROGRAM_PATH), {u"--interval"_s, u"0.1"_s});
    QVERIFY(process.waitForStarted(Patience));
    // Ready when it has set its handler; before that the signal would just end it.
    const QString status = u"/proc/%1/status"_s.arg(process.processId());
    const auto catchesSignal = [&status] {
        QFile file(status);
        if (!file.open(QIODevice::ReadOnly))
            return false;
        static const QRegularExpression caught(u"SigCgt:\\s*([0-9a-f]+)"_s);
        return bool(
                (caught.match(QString::fromUtf8(file.readAll())).captured(1).toULongLong(nullptr, 16) >> (SIGTERM - 1))
                & 1);
    };
    QTRY_VERIFY_WITH_TIMEOUT(catchesSignal(), Patience);
    process.terminate();
    QVERIFY(process.waitForFinished(Patience));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

QTEST_MAIN(tst_dashboard)
#include "tst_dashboard.moc"
