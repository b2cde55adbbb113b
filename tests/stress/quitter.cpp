// SPDX-License-Identifier: MIT
// Has services of all kinds, timers, tasks and futures going, and quits after as many microseconds as it is told.
#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>
#include <QtInterlink/QtInterlink>

#include <thread>

using namespace QtInterlink;
using namespace std::chrono_literals;

struct Ask
{
    using Response = int;
    int value;
};

template <Affinity A>
class Talker : public Service<Talker<A>>
{
public:
    static constexpr Affinity affinity = A;

    void started(ServiceContext<Talker> &context)
    {
        context.runInterval(50us, [this] { ++m_ticks; });
        context.spawn([this](ServiceContext<Talker> &context) -> Task<> {
            for (;;) {
                co_await context.sleep(100us);
                ++m_ticks;
            }
        });
    }
    int handle(Ask message) { return message.value; }
    Task<> handle(QString text, ServiceContext<Talker> &context)
    {
        co_await context.sleep(1ms);
        co_await context.offload([] { std::this_thread::sleep_for(100us); });
        static_cast<void>(text);
    }

private:
    int m_ticks = 0;
};

int main(int argc, char **argv)
{
    QCoreApplication app(argc, argv);
    const int micros = argc > 1 ? QByteArray(argv[1]).toInt() : 0;

    std::vector<Link<Talker<Affinity::Worker>>> pinned;
    std::vector<Link<Talker<Affinity::Floating>>> floating;
    for (int i = 0; i < 20; ++i) {
        pinned.push_back(Talker<Affinity::Worker>::start());
        floating.push_back(Talker<Affinity::Floating>::start());
    }
    pinned.push_back(Talker<Affinity::Worker>::start(Placement::onThread(app.thread())));
    pinned.push_back(Talker<Affinity::Worker>::start(Placement::dedicated()));

    std::vector<QFuture<int>> futures;
    const auto talk = [&] {
        for (const auto &link : pinned) {
            futures.push_back(link.send(Ask{1}));
            link.send(Ask{2}).then(&app, [](int) {});
            link.doSend(QStringLiteral("four"));
        }
        for (const auto &link : floating)
            futures.push_back(link.send(Ask{3}).timeout(200us));
    };
    QTimer timer;
    QObject::connect(&timer, &QTimer::timeout, &app, talk);
    timer.start(0);
    QTimer::singleShot(std::chrono::microseconds(micros) > 1ms ? micros / 1000 : 0, &app, &QCoreApplication::quit);
    return app.exec();
}
