// SPDX-License-Identifier: MIT
// How late the event loop of a window is while it is flooded, beside the same with plain queued signals.
// Usage: widgets_bench KIND [SECONDS [RATE]]
// KIND: idle; messages (to a window that is a service); state (that a service publishes and the window observes);
// signals (queued, to a plain window). Prints a JSON line.
#include "widgetsbench.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QTimer>
#include <QtWidgets/QApplication>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace {

// By how much a timer of one millisecond comes too late. A loop that stands still for a second misses a thousand turns,
// of which the first would have waited a second, the next a millisecond less, and so on: all of them count.
class Latency
{
public:
    Latency()
    {
        m_timer.setTimerType(Qt::PreciseTimer);
        m_timer.setInterval(1);
        QObject::connect(&m_timer, &QTimer::timeout, &m_timer, [this] { come(); });
        m_clock.start();
        m_timer.start();
    }

    // The last time is the end, whether the timer would have come or not.
    void end()
    {
        m_timer.stop();
        come();
    }

    double share(double share) const { return percentile(m_late, share); }

private:
    void come()
    {
        const double gap = double(m_clock.nsecsElapsed()) / 1e6;
        m_clock.start();
        for (double late = gap - 1; late > 0; late -= 1)
            m_late.push_back(late);
        if (gap <= 1)
            m_late.push_back(0);
    }

    QTimer m_timer;
    QElapsedTimer m_clock;
    std::vector<double> m_late; // milliseconds
};

struct Result
{
    quint64 sent = 0;
    quint64 told = 0;
    std::vector<double> ages;
};

void runFor(int seconds, Latency &latency)
{
    // By a thread, since the loop's own timers are what is in question.
    const std::unique_ptr<QThread> timer(QThread::create([seconds] {
        QThread::sleep(static_cast<unsigned long>(seconds));
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    }));
    timer->start();
    QApplication::exec();
    latency.end();
    timer->wait();
}

Result messages(int seconds, int rate, Latency &latency)
{
    const auto window = ServiceWindow::start(Placement::onThread(qApp->thread()));
    Flood flood(rate, [&window](quint64 number) { window.doSend(Tick{number, nowInNanoseconds()}); });
    runFor(seconds, latency);
    Result result;
    result.sent = flood.end();
    window.doExec([&result](ServiceWindow &self) {
        result.told = self.told;
        result.ages = self.ages;
    });
    window.stop();
    QFuture<void> stopped = window.stopped();
    while (!stopped.isFinished())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 10);
    return result;
}

Result state(int seconds, int rate, Latency &latency)
{
    class Counter : public Service<Counter>
    {
    public:
        void handle(Tick tick, ServiceContext<Counter> &context) { context.publish(Count{tick.number, tick.sentAt}); }
    };
    const auto counter = Counter::start();
    NumberWindow window;
    window.QWidget::show();
    Observed<Count> count = counter.observe<Count>();
    count.onChanged(&window, [&window](const Count &newest) { window.show(newest.number, newest.sentAt); });
    Flood flood(rate, [&counter](quint64 number) { counter.doSend(Tick{number, nowInNanoseconds()}); });
    runFor(seconds, latency);
    Result result;
    result.sent = flood.end();
    result.told = window.told;
    result.ages = window.ages;
    counter.stop();
    counter.stopped().waitForFinished();
    return result;
}

Result plainSignals(int seconds, int rate, Latency &latency)
{
    SignalWindow window;
    Flood flood(rate, [&window](quint64 number) { Q_EMIT window.ticked(number, nowInNanoseconds()); });
    runFor(seconds, latency);
    Result result;
    result.sent = flood.end();
    result.told = window.told;
    result.ages = window.ages;
    return result;
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    const char *const kind = argc > 1 ? argv[1] : "";
    const int seconds = argc > 2 ? std::atoi(argv[2]) : 5;
    const int rate = argc > 3 ? std::atoi(argv[3]) : 1'000'000;
    QApplication::setQuitOnLastWindowClosed(false);

    Latency latency;
    Result result;
    if (std::strcmp(kind, "idle") == 0) {
        runFor(seconds, latency);
    } else if (std::strcmp(kind, "messages") == 0) {
        result = messages(seconds, rate, latency);
    } else if (std::strcmp(kind, "state") == 0) {
        result = state(seconds, rate, latency);
    } else if (std::strcmp(kind, "signals") == 0) {
        result = plainSignals(seconds, rate, latency);
    } else {
        std::fprintf(stderr, "Usage: %s idle|messages|state|signals [SECONDS [RATE]]\n", argv[0]);
        return 2;
    }
    std::printf("{\"kind\":\"%s\",\"seconds\":%d,\"sent\":%llu,\"told\":%llu,\"late_p50_ms\":%.2f,\"late_p99_ms\":%.2f,"
                "\"late_max_ms\":%.2f,\"age_p50_ms\":%.2f,\"age_p99_ms\":%.2f}\n",
                kind, seconds, static_cast<unsigned long long>(result.sent),
                static_cast<unsigned long long>(result.told), latency.share(0.5), latency.share(0.99), latency.share(1),
                percentile(result.ages, 0.5), percentile(result.ages, 0.99));
    return 0;
}
