// SPDX-License-Identifier: MIT
// A window among busy services. It closes after as many microseconds as it is told, and with it the program ends.
//   windowcloser MICROSECONDS [SERVICES [hang]]
#include <QtInterlink/QtInterlink>
#include <QtWidgets/QtWidgets>

#include <thread>

using namespace QtInterlink;
using namespace std::chrono_literals;

struct Work
{
    using Response = int;
    int value = 0;
};
struct Count
{
    int value = 0;
};

class Worker : public Service<Worker>
{
public:
    void started(ServiceContext<Worker> &ctx)
    {
        ctx.runInterval(200us, [this](ServiceContext<Worker> &context) { context.publish(Count{++m_count}); });
    }
    Task<int> handle(Work work, ServiceContext<Worker> &ctx)
    {
        co_await ctx.sleep(50us);
        co_return work.value;
    }

private:
    int m_count = 0;
};

class Sleeper : public Service<Sleeper>
{
public:
    int handle(Work)
    {
        std::this_thread::sleep_for(1h);
        return 0;
    }
};

class Window : public QMainWindow, public Service<Window>
{
public:
    Window()
    {
        setAttribute(Qt::WA_DeleteOnClose);
        setCentralWidget(new QLabel);
        show();
    }
    void handle(Count count) { static_cast<QLabel *>(centralWidget())->setNum(count.value); }
};

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const int micros = argc > 1 ? QByteArray(argv[1]).toInt() : 0;
    const int services = argc > 2 ? QByteArray(argv[2]).toInt() : 20;
    const bool hang = argc > 3;
    if (hang)
        WorkerPool::globalInstance()->setShutdownTimeout(1s);

    const auto window = Window::start(Placement::onThread(app.thread()));
    std::vector<Link<Worker>> workers;
    for (int i = 0; i < services; ++i)
        workers.push_back(Worker::start());
    if (hang)
        Sleeper::start(StartOptions{.placement = Placement::dedicated(), .name = QStringLiteral("sleeper")})
                .doSend(Work{});

    std::vector<Observed<Count>> states;
    QLabel label; // outlives the window
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &app, [&] {
        for (const auto &link : workers) {
            link.send(Work{1}).then(&label, [&label](int value) { label.setNum(value); });
            link.doSend(Work{2});
            window.doSend(Count{1});
        }
        if (states.size() < workers.size()) {
            states.push_back(workers[states.size()].observe<Count>());
            states.back().onChanged(&label, [&label](const Count &count) { label.setNum(count.value); });
        }
    });
    timer.start(0);
    QTimer::singleShot(micros / 1000, &app, [] {
        for (QWidget *widget : QApplication::topLevelWidgets()) {
            if (widget->isVisible())
                widget->close();
        }
        if (QApplication::topLevelWidgets().size() <= 1)
            QCoreApplication::quit(); // not even shown yet
    });
    return app.exec();
}
