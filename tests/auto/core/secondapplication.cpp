// SPDX-License-Identifier: MIT
// A process may have one application after the other. What belonged to the first one's event loop is gone; services,
// pools and the main thread's outcomes go on with the second. Exit code: 0 if all was well.
#include "testsupport.h"

#include <cstdlib>

namespace {

struct Ask
{
    using Response = int;
};

class Answerer : public Service<Answerer>
{
public:
    int handle(Ask) { return 7; }
};

// Its destructor outlasts the first application.
class Slow : public Service<Slow>
{
public:
    Slow(Gate *begun, Gate *gate, Gate *ended) : m_begun(begun), m_gate(gate), m_ended(ended) { }
    Slow(Slow &&other) noexcept
        : m_begun(other.m_begun), m_gate(std::exchange(other.m_gate, nullptr)), m_ended(other.m_ended)
    {
    }
    ~Slow()
    {
        if (!m_gate)
            return;
        QObject::connect(QThread::currentThread(), &QThread::finished, [ended = m_ended] { ended->open(); });
        m_begun->open();
        m_gate->pass();
    }
    int handle(Ask) { return 7; }

private:
    Gate *m_begun;
    Gate *m_gate;
    Gate *m_ended;
};

void check(bool right, const char *what)
{
    if (right)
        return;
    std::fprintf(stderr, "secondapplication: %s\n", what);
    std::_Exit(EXIT_FAILURE); // whatever hangs may do so
}

// Runs the event loop until there is an outcome on this thread.
template <typename R>
void await(Reply<R> reply, const char *what)
{
    QEventLoop loop;
    bool came = false;
    QTimer::singleShot(Patience, &loop, &QEventLoop::quit);
    QObject context;
    static_cast<void>(std::move(reply)
                              .then(&context,
                                    [&](const auto &...) {
                                        came = true;
                                        loop.quit();
                                    })
                              .onFailed(&context, [&](LinkError) { loop.quit(); }));
    loop.exec();
    check(came, what);
}

// Services of all kinds answer here; timers of a service on this thread fire.
void useIt(WorkerPool &pool)
{
    const auto service = Answerer::start(StartOptions{.pool = &pool});
    const auto here =
            Answerer::start(StartOptions{.placement = Placement::onThread(QThread::currentThread()), .pool = &pool});
    check(value(service.send(Ask())) == 7, "a service doesn't answer");
    await(service.send(Ask()), "no outcome on the main thread");
    await(here.send(Ask()), "a service on the main thread doesn't answer");
    Reply<void> slept = here.exec([](ServiceContext<Answerer> &context) {
        return context.spawn([](ServiceContext<Answerer> &context) -> Task<> { co_await context.sleep(2ms); });
    });
    await(std::move(slept), "a timer on the main thread doesn't fire");
}

} // namespace

int main(int argc, char **argv)
{
    Gate begun, gate, ended;
    WorkerPool pool;
    pool.setMaxWorkerCount(1);
    pool.setShutdownTimeout(50ms);
    {
        // Its loop never runs, so that what is on its way to the main thread when it ends never arrives.
        QCoreApplication application(argc, argv);
        const auto service = Answerer::start();
        QObject context;
        bool delivered = false;
        static_cast<void>(service.send(Ask()).then(&context, [&delivered](int) { delivered = true; }));
        stopAndWait(service); // the answer was before
        check(!delivered, "an outcome came without an event loop");
    }
    {
        QCoreApplication application(argc, argv);
        useIt(*WorkerPool::globalInstance());
        const auto slow = Slow::start(StartOptions{.pool = &pool}, &begun, &gate, &ended);
        check(value(slow.send(Ask())) == 7, "a service doesn't answer");
        slow.stop();
        begun.pass();
        // Timers for a third application that are never due in this one.
        const auto here = Answerer::start(Placement::onThread(QThread::currentThread()));
        await(here.exec([](ServiceContext<Answerer> &context) { context.runLater(1h, [] {}); }),
              "a service on the main thread doesn't set a timer");
    }
    // The pool has answered for the service that hangs. When that goes on, it is not counted once more.
    check(pool.serviceCount() == 0, "a service that hangs is still counted");
    gate.open();
    ended.pass();
    check(pool.serviceCount() == 0, "a service that hung was counted twice");
    for (int i = 0; i < 2; ++i) {
        QCoreApplication application(argc, argv);
        useIt(*WorkerPool::globalInstance());
        useIt(pool);
        check(pool.serviceCount() == 2, "the count of services is wrong");
    }
    check(pool.serviceCount() == 0, "a service outlived its application");
    return EXIT_SUCCESS;
}
