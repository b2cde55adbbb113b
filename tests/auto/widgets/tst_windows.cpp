// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <QtWidgets/QtWidgets>

// Windows that are services: they live in the GUI thread, and may be deleted by others.

namespace {

struct SetTitle
{
    QString title;
};
struct Title
{
    using Response = QString;
};
struct Never
{
    using Response = int;
};
struct Work
{
    std::chrono::microseconds duration{};
};
struct AskModally
{
    using Response = int;
};
struct Leave // deletes the window in its own handler
{
    using Response = int;
};
struct LeaveInATask
{
    using Response = int;
    bool afterwards = false; // goes on after the deletion
};

class Window : public QMainWindow, public Service<Window>
{
public:
    explicit Window(Gate *never = nullptr) : m_never(never)
    {
        setCentralWidget(&m_button);
        m_button.setText(QStringLiteral("count"));
        ++alive;
    }
    ~Window() override { --alive; }

    void started(ServiceContext<Window> &ctx)
    {
        m_context = &ctx;
        connect(&m_button, &QPushButton::clicked, this, [] { ++clicks; });
        last = this;
    }
    void stopping() { ++stopped; }

    void handle(const SetTitle &message)
    {
        QCOMPARE(QThread::currentThread(), qApp->thread());
        setWindowTitle(message.title);
    }
    QString handle(Title) const { return windowTitle(); }
    Task<int> handle(Never, ServiceContext<Window> &ctx)
    {
        const QPointer<QWidget> self(this);
        co_await ctx.sleep(24h);
        co_return self->width();
    }
    void handle(Work message)
    {
        ++depth;
        QCOMPARE(depth, 1);
        const auto end = std::chrono::steady_clock::now() + message.duration;
        while (std::chrono::steady_clock::now() < end) { }
        ++worked;
        --depth;
    }
    int handle(AskModally)
    {
        ++depth;
        QDialog dialog(this);
        last = &dialog;
        const int answer = dialog.exec();
        last = this;
        --depth;
        return answer;
    }
    int handle(Leave)
    {
        delete this;
        return 3;
    }
    Task<int> handle(LeaveInATask message, ServiceContext<Window> &ctx)
    {
        co_await ctx.sleep(1ms);
        delete this;
        if (message.afterwards)
            co_await ctx.sleep(24h);
        co_return 4;
    }

    static inline QPointer<QWidget> last;
    static inline int alive = 0;
    static inline int clicks = 0;
    static inline int stopped = 0;
    static inline int worked = 0;
    int depth = 0;
    QPushButton m_button;
    ServiceContext<Window> *m_context = nullptr;
    Gate *m_never;
};

class Neighbour : public Service<Neighbour>
{
public:
    void handle(Work) { ++handled; }
    static inline int handled = 0;
};

} // namespace

class tst_Windows : public InterlinkTest
{
    Q_OBJECT
private:
    static Placement here() { return Placement::onThread(qApp->thread()); }

    static Link<Window> shown()
    {
        const auto link = Window::start(here());
        bool there = false;
        link.exec([](Window &window) { window.show(); }).then(qApp, [&there] { there = true; });
        [&there] { TRY_VERIFY(there); }();
        return link;
    }
    template <typename S>
    static void ends(const Link<S> &link)
    {
        bool gone = false;
        link.stopped().then(qApp, [&gone] { gone = true; });
        [&gone] { TRY_VERIFY(gone); }();
        QCOMPARE(Window::alive, 0);
    }
    // What a reply ends in, without blocking this thread.
    template <typename R>
    static LinkError endsIn(Reply<R> reply)
    {
        auto error = LinkError::NoError;
        bool isOver = false; // all of them, which look at what is here
        reply.then(qApp, [](auto &&...) {}).onFailed(qApp, [&error](LinkError e) { error = e; }).then(qApp, [&isOver] {
            isOver = true;
        });
        [&isOver] { TRY_VERIFY(isOver); }();
        return error;
    }

private Q_SLOTS:
    void init()
    {
        Window::clicks = Window::stopped = Window::worked = 0;
        Window::last = nullptr;
        InterlinkTest::init();
    }

    void aWindowIsAService()
    {
        const auto link = shown();
        link.doSend(SetTitle{QStringLiteral("hello")});
        QString title;
        link.send(Title()).then(this, [&title](const QString &text) { title = text; });
        TRY_COMPARE(title, QStringLiteral("hello"));
        QTest::mouseClick(&static_cast<Window *>(Window::last.data())->m_button, Qt::LeftButton);
        QTest::keyClick(&static_cast<Window *>(Window::last.data())->m_button, Qt::Key_Space);
        QCOMPARE(Window::clicks, 2);
        link.stop();
        ends(link);
        QCOMPARE(Window::stopped, 1);
    }
    void deletedBeforeItIsStopped()
    {
        const auto link = shown();
        auto never = link.send(Never());
        auto waiting = link.send(Title());
        QCoreApplication::processEvents();
        delete Window::last.data();
        QCOMPARE(endsIn(std::move(never)), LinkError::NoResponse);
        QCOMPARE(endsIn(std::move(waiting)), LinkError::NoResponse);
        ends(link);
        QVERIFY(link.isClosed());
        QCOMPARE(endsIn(link.send(Title())), LinkError::Closed);
        QCOMPARE(Window::stopped, 0); // nobody was left to be told
    }
    void stoppedAndThenDeleted()
    {
        const auto link = shown();
        link.stop();
        delete Window::last.data(); // the stop is still on its way
        ends(link);
    }
    void closedWithDeleteOnClose()
    {
        const auto link = shown();
        Window::last->setAttribute(Qt::WA_DeleteOnClose);
        Window::last->close();
        ends(link);
    }
    void deletedByItsParent()
    {
        auto parent = std::make_unique<QWidget>();
        const auto link = shown();
        Window::last->setParent(parent.get());
        auto never = link.send(Never());
        parent.reset();
        QCOMPARE(endsIn(std::move(never)), LinkError::NoResponse);
        ends(link);
    }
    void deletedInItsOwnHandler()
    {
        const auto link = shown();
        auto reply = link.send(Leave());
        auto next = link.send(Title());
        QCOMPARE(endsIn(std::move(reply)), LinkError::NoError);
        QCOMPARE(endsIn(std::move(next)), LinkError::NoResponse);
        ends(link);
    }
    void deletedInItsOwnTask()
    {
        const auto link = shown();
        QCOMPARE(endsIn(link.send<LeaveInATask>(false)), LinkError::NoError);
        ends(link);
    }
    void deletedInItsOwnTaskThatGoesOn()
    {
        const auto link = shown();
        QCOMPARE(endsIn(link.send<LeaveInATask>(true)), LinkError::NoResponse);
        ends(link);
    }
    void timersEndWithTheWindow()
    {
        const auto link = shown();
        int ticks = 0;
        link.doExec([&ticks](ServiceContext<Window> &ctx) { ctx.runInterval(100us, [&ticks] { ++ticks; }); });
        TRY_VERIFY(ticks > 3);
        delete Window::last.data();
        const int then = ticks;
        ends(link);
        QCOMPARE(ticks, then);
    }
    void aModalDialogDoesNotReenter()
    {
        const auto link = shown();
        const auto neighbour = Neighbour::start(here());
        Neighbour::handled = 0;
        int answer = -1;
        int workedMeanwhile = -1;
        // The dialog's event loop runs inside the handler, and inside of whatever this test waits with.
        QTimer user;
        connect(&user, &QTimer::timeout, this, [&] {
            auto *const dialog = qobject_cast<QDialog *>(Window::last.data());
            if (dialog && Neighbour::handled == 0) {
                neighbour.doSend(Work{});
            } else if (dialog) { // others go on
                workedMeanwhile = Window::worked;
                dialog->accept();
            }
        });
        user.start(1);
        link.send(AskModally()).then(this, [&answer](int number) { answer = number; });
        link.doSend(Work{}); // checks that it is alone
        TRY_COMPARE(answer, int(QDialog::Accepted));
        QCOMPARE(workedMeanwhile, 0);
        TRY_COMPARE(Window::worked, 1);
        link.stop();
        ends(link);
        neighbour.stop();
        ends(neighbour);
    }
    void deletedWhileItsDialogIsOpen()
    {
        const auto link = shown();
        Window *const window = static_cast<Window *>(Window::last.data());
        QTimer user;
        connect(&user, &QTimer::timeout, this, [&] {
            if (auto *const dialog = qobject_cast<QDialog *>(Window::last.data())) {
                user.stop();
                dialog->reject();
                window->deleteLater(); // as soon as its handler is out of the dialog
            }
        });
        user.start(1);
        QCOMPARE(endsIn(link.send(AskModally())), LinkError::NoError);
        ends(link);
    }
    void aFloodLeavesRoomForTheLoop()
    {
        // 2,000 messages of 100 us: if they had one turn, a timer of the loop would fire once or twice meanwhile.
        const auto link = shown();
        int turns = 0;
        QTimer timer;
        connect(&timer, &QTimer::timeout, this, [&turns] { ++turns; });
        timer.start(0);
        for (int i = 0; i < 2000; ++i)
            link.doSend(Work{100us});
        TRY_COMPARE(Window::worked, 2000);
        QVERIFY2(turns >= 40, qPrintable(QString::number(turns)));
        link.stop();
        ends(link);
    }
    void inputComesThroughAFlood()
    {
        const auto link = shown();
        for (int i = 0; i < 5000; ++i)
            link.doSend(Work{100us});
        QPushButton &button = static_cast<Window *>(Window::last.data())->m_button;
        QCoreApplication::postEvent(&button, new QKeyEvent(QEvent::KeyPress, Qt::Key_Space, Qt::NoModifier));
        QCoreApplication::postEvent(&button, new QKeyEvent(QEvent::KeyRelease, Qt::Key_Space, Qt::NoModifier));
        TRY_COMPARE(Window::clicks, 1);
        QVERIFY(Window::worked < 5000); // long before the flood was over
        TRY_COMPARE(Window::worked, 5000);
        link.stop();
        ends(link);
    }
    void manyWindowsComeAndGo()
    {
        for (int i = 0; i < 200; ++i) {
            const auto link = Window::start(here());
            link.doSend(SetTitle{QString::number(i)});
            auto reply = link.send(Title());
            if (i % 2) {
                QCoreApplication::processEvents();
                if (Window::alive)
                    delete Window::last.data();
            } else {
                link.stop();
            }
            ends(link);
        }
    }
};

QTEST_MAIN(tst_Windows)
#include "tst_windows.moc"
