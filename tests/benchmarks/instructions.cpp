// SPDX-License-Identifier: MIT
// Workloads whose instructions instructions.py counts, under callgrind. Two runs count nearly the same: what is counted
// runs in one thread while the other waits in the system, and the clock is one of our own.
//
// Usage: instructions_bench WORKLOAD N   N operations uncounted, so that memory and tables are there, then N counted
//        instructions_bench list         the workloads, each with its N, and what they were built with, as JSON
//
// Exit code 2: no such workload
#include "measure.h"

#include <QtInterlink/QtInterlink>

#include <QtCore/QCoreApplication>
#include <QtCore/QHashFunctions>
#include <QtCore/QPromise>
#include <QtCore/QSysInfo>

#include <valgrind/callgrind.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <semaphore>
#include <unistd.h>
#include <vector>

using namespace QtInterlink;
using namespace std::chrono_literals;

// ---- the clock ----

// A worker asks the clock when to look at its timers, when its turn is over, how long to look for work. Callgrind is
// slow, and not evenly, so that the answers would differ from run to run. Hence a clock that stands in for the C
// library's: each thread has a time of its own, which goes on by about what a message takes whenever it is read.
static constinit thread_local std::chrono::nanoseconds timeNow = 1h;

static void passTime(std::chrono::nanoseconds time)
{
    timeNow += time;
}

extern "C" Q_DECL_EXPORT int clock_gettime(clockid_t, timespec *time) noexcept
{
    passTime(100ns);
    time->tv_sec = time_t(timeNow / 1s);
    time->tv_nsec = long((timeNow % 1s).count());
    return 0;
}

namespace {

// ---- what is counted ----

// Goes through N operations twice; the second time they are counted, in the thread that calls next() and in no other.
class Operations
{
public:
    explicit Operations(quint64 n) : m_n(n) { }

    bool next()
    {
        if (m_done == m_n || m_done == 2 * m_n)
            CALLGRIND_TOGGLE_COLLECT;
        return ++m_done <= 2 * m_n;
    }

private:
    quint64 m_n;
    quint64 m_done = 0;
};

// ---- messages ----

struct Add
{
    quint64 value;
};
struct AddInTask
{
    quint64 value;
};
struct Ask
{
    using Response = quint64;
    quint64 value;
};
struct Token
{
};
template <typename S>
struct Next
{
    using Response = void;
    Link<S> link;
};

// ---- services ----

template <Affinity A>
class Counter : public Service<Counter<A>>
{
public:
    static constexpr Affinity affinity = A;

    void handle(Add message) { total += message.value; }
    Task<void> handle(AddInTask message)
    {
        total += message.value;
        co_return;
    }
    quint64 handle(Ask message) { return message.value + 1; }

    quint64 total = 0;
};

template <Affinity A>
class Caller : public Service<Caller<A>>
{
public:
    static constexpr Affinity affinity = A;
};

// The tokens that are under way: all in one worker's thread.
Operations *hops = nullptr;
std::binary_semaphore arrived{0};

template <Affinity A>
class Node : public Service<Node<A>>
{
public:
    static constexpr Affinity affinity = A;

    void handle(Next<Node> message) { m_next = std::move(message.link); }
    void handle(Token)
    {
        if (hops->next())
            m_next.template doSend<Token>();
        else
            arrived.release();
    }

private:
    Link<Node> m_next;
};

// ---- in the main thread's event loop ----

constexpr quint64 Burst = 100;

Placement here()
{
    return Placement::onThread(QThread::currentThread());
}

// Does N operations in bursts, each of which the event loop handles.
template <typename Operation, typename End>
void inBursts(quint64 n, Operation operation, End end)
{
    for (Operations bursts(n / Burst); bursts.next();) {
        for (quint64 i = 0; i < Burst; ++i)
            operation(i);
        QCoreApplication::sendPostedEvents();
        end();
    }
}

template <typename Operation>
void inBursts(quint64 n, Operation operation)
{
    inBursts(n, std::move(operation), [] {});
}

// What the counter's handlers have added up.
quint64 totalOf(const Link<Counter<Affinity::Worker>> &counter)
{
    Reply<quint64> total = counter.exec([](Counter<Affinity::Worker> &service) { return service.total; });
    QCoreApplication::sendPostedEvents();
    return total.result();
}

void tell(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    inBursts(n, [&](quint64) { counter.doSend<Add>(1u); });
    check(totalOf(counter) == 2 * n, "tell");
}

// Each message with a doorbell and a turn of its own.
void tellOne(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    for (Operations operations(n); operations.next();) {
        counter.doSend<Add>(1u);
        QCoreApplication::sendPostedEvents();
    }
    check(totalOf(counter) == 2 * n, "tell_one");
}

void tellByMessageLink(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    const auto link = counter.messageLink<Add>();
    inBursts(n, [&](quint64) { link.doSend(Add{1}); });
    check(totalOf(counter) == 2 * n, "message_link");
}

// A handler that is a coroutine, though it doesn't wait.
void task(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    inBursts(n, [&](quint64) { counter.doSend<AddInTask>(1u); });
    check(totalOf(counter) == 2 * n, "task");
}

void exec(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    inBursts(n, [&](quint64 i) { counter.doExec([i](Counter<Affinity::Worker> &service) { service.total += i; }); });
    check(totalOf(counter) == 2 * n / Burst * (Burst * (Burst - 1) / 2), "exec");
}

void ask(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    std::vector<Reply<quint64>> replies(Burst);
    quint64 sum = 0;
    inBursts(
            n, [&](quint64 i) { replies[i] = counter.send<Ask>(i); },
            [&] {
                for (Reply<quint64> &reply : replies)
                    sum += reply.result();
            });
    check(sum == 2 * n / Burst * (Burst * (Burst + 1) / 2), "ask");
}

void then(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    QObject context;
    quint64 sum = 0;
    inBursts(n, [&](quint64 i) { counter.send<Ask>(i).then(&context, [&sum](quint64 value) { sum += value; }); });
    check(sum == 2 * n / Burst * (Burst * (Burst + 1) / 2), "then");
}

void future(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    std::vector<QFuture<quint64>> futures(Burst);
    quint64 sum = 0;
    inBursts(
            n, [&](quint64 i) { futures[i] = counter.send<Ask>(i).future(); },
            [&] {
                for (QFuture<quint64> &future : futures)
                    sum += future.takeResult();
            });
    check(sum == 2 * n / Burst * (Burst * (Burst + 1) / 2), "future");
}

// The least that future() is to be compared with: a QPromise's life, in a closure that is told to the service.
void promise(quint64 n)
{
    const auto counter = Counter<Affinity::Worker>::start(here());
    std::vector<QFuture<quint64>> futures(Burst);
    quint64 sum = 0;
    inBursts(
            n,
            [&](quint64 i) {
                QPromise<quint64> promise;
                promise.start();
                futures[i] = promise.future();
                counter.doExec([i, promise = std::move(promise)](Counter<Affinity::Worker> &) mutable {
                    promise.addResult(i + 1);
                    promise.finish();
                });
            },
            [&] {
                for (QFuture<quint64> &future : futures)
                    sum += future.takeResult();
            });
    check(sum == 2 * n / Burst * (Burst * (Burst + 1) / 2), "promise");
}

// Set a burst at a time, all due when that is done.
void timer(quint64 n)
{
    using S = Counter<Affinity::Worker>;
    const auto counter = S::start(here());
    for (Operations bursts(n / Burst); bursts.next();) {
        counter.doExec([](ServiceContext<S> &context) {
            for (quint64 i = 0; i < Burst; ++i)
                context.runLater(std::chrono::microseconds(i * 37 % Burst), [](S &service) { ++service.total; });
            passTime(std::chrono::microseconds(Burst));
        });
        QCoreApplication::sendPostedEvents();
    }
    check(totalOf(counter) == 2 * n, "timer");
}

// ---- on the only worker of the pool ----

template <typename S, Affinity A>
Link<S> startNear(const Link<Caller<A>> &caller)
{
    return S::start(Placement::nearTo(caller));
}

// One request after the other, from within a service.
template <Affinity A>
void askFromService(quint64 n)
{
    const auto caller = Caller<A>::start();
    const auto counter = startNear<Counter<A>>(caller);
    auto done = caller.wait([counter, n]() -> Task<quint64> {
        quint64 value = 0;
        for (Operations operations(n); operations.next();)
            value = co_await counter.template send<Ask>(value);
        co_return value;
    });
    check(done.result() == 2 * n, "ask_service");
}

// Many requests at once.
template <Affinity A>
void askInWindow(quint64 n)
{
    const auto caller = Caller<A>::start();
    const auto counter = startNear<Counter<A>>(caller);
    auto done = caller.wait([counter, n]() -> Task<quint64> {
        std::vector<Reply<quint64>> replies(Burst);
        quint64 sum = 0;
        for (Operations windows(n / Burst); windows.next();) {
            for (quint64 i = 0; i < Burst; ++i)
                replies[i] = counter.template send<Ask>(i);
            for (Reply<quint64> &reply : replies)
                sum += co_await std::move(reply);
        }
        co_return sum;
    });
    check(done.result() == 2 * n / Burst * (Burst * (Burst + 1) / 2), "ask_window");
}

// As ask_service, with a timer that is called off by each answer.
void timeout(quint64 n)
{
    const auto caller = Caller<Affinity::Worker>::start();
    const auto counter = startNear<Counter<Affinity::Worker>>(caller);
    auto done = caller.wait([counter, n]() -> Task<quint64> {
        quint64 value = 0;
        for (Operations operations(n); operations.next();)
            value = co_await counter.send<Ask>(value).timeout(10s);
        co_return value;
    });
    check(done.result() == 2 * n, "timeout");
}

// Starts a service, asks it, stops it and waits for its end.
template <Affinity A>
void spawn(quint64 n)
{
    const auto caller = Caller<A>::start();
    auto done = caller.wait([caller, n]() -> Task<quint64> {
        quint64 value = 0;
        for (Operations operations(n); operations.next();) {
            const auto counter = startNear<Counter<A>>(caller);
            value = co_await counter.template send<Ask>(value);
            counter.stop();
            co_await counter.stopped();
        }
        co_return value;
    });
    check(done.result() == 2 * n, "spawn");
}

// COUNT circles of SIZE services, in each of which a token goes round.
template <Affinity A, int count, int size>
void circles(quint64 n)
{
    const auto caller = Caller<A>::start();
    std::vector<Link<Node<A>>> nodes;
    for (int i = 0; i < count * size; ++i)
        nodes.push_back(startNear<Node<A>>(caller));
    for (int i = 0; i < count * size; ++i)
        nodes[i].template send<Next<Node<A>>>(nodes[i / size * size + (i + 1) % size]).result();
    Operations all(n);
    hops = &all;
    caller.doExec([&nodes] { // in one go, so that they set out together
        for (int i = 0; i < count * size; i += size)
            nodes[i].template doSend<Token>();
    });
    arrived.acquire();
    std::fflush(stdout);
    _exit(0); // the others' tokens may be under way still
}

// ---- all of them ----

struct Workload
{
    const char *name;
    quint64 n;
    void (*run)(quint64 n);
};

constexpr Workload workloads[] = {
        {"tell", 10'000, tell},
        {"tell_one", 10'000, tellOne},
        {"message_link", 10'000, tellByMessageLink},
        {"task", 10'000, task},
        {"exec", 10'000, exec},
        {"ask", 10'000, ask},
        {"then", 10'000, then},
        {"future", 10'000, future},
        {"promise", 10'000, promise},
        {"timer", 10'000, timer},
        {"timeout", 10'000, timeout},
        {"ask_service_near", 10'000, askFromService<Affinity::Worker>},
        {"ask_service_floating", 10'000, askFromService<Affinity::Floating>},
        {"ask_window_near", 10'000, askInWindow<Affinity::Worker>},
        {"ask_window_floating", 10'000, askInWindow<Affinity::Floating>},
        {"ring_near", 10'000, circles<Affinity::Worker, 1, 1000>},
        {"ring_floating", 10'000, circles<Affinity::Floating, 1, 1000>},
        {"pairs_near", 10'000, circles<Affinity::Worker, 100, 2>},
        {"pairs_floating", 10'000, circles<Affinity::Floating, 100, 2>},
        {"spawn_near", 5'000, spawn<Affinity::Worker>},
        {"spawn_floating", 5'000, spawn<Affinity::Floating>},
};

void list()
{
#if defined(__clang__)
    const char *const compiler = "Clang " __clang_version__;
#elif defined(__GNUC__)
    const char *const compiler = "GCC " __VERSION__;
#else
    const char *const compiler = "unknown";
#endif
#ifdef NDEBUG
    const char *const build = "release";
#else
    const char *const build = "debug";
#endif
    std::printf("{\"compiler\": \"%s\", \"qt\": \"%s\", \"architecture\": \"%s\", \"build\": \"%s\", \"workloads\": {",
                compiler, qVersion(), qPrintable(QSysInfo::buildCpuArchitecture()), build);
    const char *separator = "";
    for (const Workload &workload : workloads) {
        std::printf("%s\"%s\": %llu", separator, workload.name, static_cast<unsigned long long>(workload.n));
        separator = ", ";
    }
    std::printf("}}\n");
}

} // namespace

int main(int argc, char **argv)
{
    if (argc == 2 && std::strcmp(argv[1], "list") == 0) {
        list();
        return 0;
    }
    if (argc != 3) {
        std::fprintf(stderr, "usage: %s WORKLOAD N\n       %s list\n", argv[0], argv[0]);
        return 2;
    }
    QHashSeed::setDeterministicGlobalSeed();
    qputenv("QT_NO_GLIB", "1"); // Qt's own event loop, which is the same wherever that Qt is
    QCoreApplication app(argc, argv);
    WorkerPool::globalInstance()->setMaxWorkerCount(1);
    for (const Workload &workload : workloads) {
        if (std::strcmp(workload.name, argv[1]) == 0) {
            workload.run(std::strtoull(argv[2], nullptr, 10));
            _exit(0); // the services' end is not counted
        }
    }
    std::fprintf(stderr, "no such workload here: %s\n", argv[1]);
    return 2;
}
