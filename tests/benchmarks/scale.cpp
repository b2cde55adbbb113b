// SPDX-License-Identifier: MIT
// What does not show in the usual workloads: many services, many timers, deep queues, coroutines, futures, rest, and
// what a request across workers is to be compared with.
// Usage: scale_bench live|timers|interval|depth|task|future|idle|line [N] [pinned|floating]   prints JSON lines
#include "../../src/scheduling/pause.h"
#include "measure.h"

#include <QtInterlink/QtInterlink>

#include <QtCore/QCoreApplication>
#include <QtCore/QPromise>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

using namespace QtInterlink;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

double perOperation(Clock::duration taken, quint64 n)
{
    return double(std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count()) / double(n);
}

void report(const char *what, quint64 n, double value, const char *unit = "ns_per_op")
{
    std::printf("{\"what\":\"%s\",\"n\":%llu,\"%s\":%.1f}\n", what, static_cast<unsigned long long>(n), unit, value);
    std::fflush(stdout);
}

struct Add
{
    quint64 value;
};
struct AddInTask
{
    quint64 value;
};
struct Sum
{
    using Response = quint64;
};
struct Echo
{
    using Response = quint64;
    quint64 value;
};

template <Affinity A>
class Counter : public Service<Counter<A>>
{
public:
    static constexpr Affinity affinity = A;

    void handle(Add message) { m_total += message.value; }
    Task<void> handle(AddInTask message)
    {
        m_total += message.value;
        co_return;
    }
    quint64 handle(Sum) { return m_total; }
    quint64 handle(Echo message) { return message.value; }

private:
    quint64 m_total = 0;
};

// ---- many services ----

template <Affinity A>
void live(quint64 n)
{
    using Link = Link<Counter<A>>;
    std::vector<Link> links;
    links.reserve(n);
    const quint64 before = residentKilobytes();
    auto begin = Clock::now();
    for (quint64 i = 0; i < n; ++i)
        links.push_back(Counter<A>::start());
    const auto all = [&](quint64 value) {
        // One worker's services answer in the order of the requests; the last ones of each are enough to wait for.
        quint64 sum = 0;
        for (quint64 i = n > 64 ? n - 64 : 0; i < n; ++i)
            sum += links[i].template send<Echo>(value).result();
        return sum;
    };
    check(all(1) == std::min<quint64>(n, 64), "live");
    report("start", n, perOperation(Clock::now() - begin, n));
    report("rest", n, double(residentKilobytes() - before) * 1024.0 / double(n), "bytes_per_service");

    // Messages to one after the other, as far from each other as the cache lets them be.
    constexpr quint64 Messages = 2'000'000;
    begin = Clock::now();
    std::thread([&] {
        quint64 at = 0;
        for (quint64 i = 0; i < Messages; ++i) {
            links[at].template doSend<Add>(1u);
            at = (at + 7919) % n;
        }
    }).join();
    check(all(1) == std::min<quint64>(n, 64), "live");
    report("tell to one of many", n, perOperation(Clock::now() - begin, Messages));

    const quint64 hot = std::min<quint64>(n, 1000);
    begin = Clock::now();
    std::thread([&] {
        for (quint64 i = 0; i < Messages; ++i)
            links[i % hot].template doSend<Add>(1u);
    }).join();
    check(all(1) == std::min<quint64>(n, 64), "live");
    report("tell to one of a thousand, the others at rest", n, perOperation(Clock::now() - begin, Messages));

    begin = Clock::now();
    for (Link &link : links)
        link.stop();
    WorkerPool::globalInstance()->waitForDone(QDeadlineTimer(QDeadlineTimer::Forever));
    report("stop", n, perOperation(Clock::now() - begin, n));
}

// ---- timers ----

struct SetTimers
{
    using Response = double;
    quint64 n;
};

class Clockwork : public Service<Clockwork>
{
public:
    // All are set before the first is due.
    double handle(SetTimers message, ServiceContext<Clockwork> &context)
    {
        const auto begin = Clock::now();
        const auto delay = std::chrono::milliseconds(400) + std::chrono::nanoseconds(300) * message.n;
        m_left = message.n;
        quint64 random = 1;
        for (quint64 i = 0; i < message.n; ++i) {
            random = random * 6364136223846793005u + 1442695040888963407u;
            context.runLater(delay + std::chrono::nanoseconds(random >> 44), [](Clockwork &self) { self.fired(); });
        }
        const auto taken = Clock::now() - begin;
        check(taken < delay, "timers: too slow, the first is due");
        return perOperation(taken, message.n);
    }

    static inline std::atomic<bool> done{false};
    static inline Clock::time_point first, last;

private:
    void fired()
    {
        if (m_fired++ == 0)
            first = Clock::now();
        if (--m_left > 0)
            return;
        last = Clock::now();
        done = true;
        done.notify_one();
    }

    quint64 m_left = 0;
    quint64 m_fired = 0;
};

void timers(quint64 n)
{
    const Link<Clockwork> clockwork = Clockwork::start();
    report("set a timer", n, clockwork.send(SetTimers{n}).result());
    const auto cpuBefore = std::clock();
    Clockwork::done.wait(false);
    report("fire a timer, processor time", n, double(std::clock() - cpuBefore) * 1e9 / CLOCKS_PER_SEC / double(n));
    report("fire a timer", n, perOperation(Clockwork::last - Clockwork::first, n));
}

class Metronome : public Service<Metronome>
{
public:
    explicit Metronome(quint64 n) : m_left(n) { }
    void started(ServiceContext<Metronome> &context)
    {
        context.runInterval(1ms, [](Metronome &self) {
            if (self.m_ticks++ == 0)
                first = Clock::now();
            if (self.m_ticks <= self.m_left)
                return;
            last = Clock::now();
            done = true;
            done.notify_one();
        });
    }
    static inline std::atomic<bool> done{false};
    static inline Clock::time_point first, last;

private:
    quint64 m_left;
    quint64 m_ticks = 0;
};

void interval(quint64 n)
{
    const Link<Metronome> metronome = Metronome::start(n);
    Metronome::done.wait(false);
    report("interval of 1 ms", n, perOperation(Metronome::last - Metronome::first, n));
}

// ---- deep queues ----

// Two on one worker that tell each other: whatever is sent finds an empty queue.
struct Meet
{
    using Response = void;
    MessageLink<Add> other;
};
class Partner : public Service<Partner>
{
public:
    void handle(Meet message) { m_other = std::move(message.other); }
    void handle(Add message)
    {
        if (message.value > 0)
            m_other.doSend(Add{message.value - 1});
        else
            finish();
    }
    static inline std::atomic<bool> done{false};

private:
    static void finish()
    {
        done = true;
        done.notify_one();
    }

    MessageLink<Add> m_other;
};

void depthOfOne(quint64 messages)
{
    const auto one = Partner::start();
    const auto other = Partner::start(Placement::nearTo(one));
    one.send(Meet{other.messageLink<Add>()}).result();
    other.send(Meet{one.messageLink<Add>()}).result();
    const auto begin = Clock::now();
    one.doSend(Add{messages});
    Partner::done.wait(false);
    report("tell, to an empty queue", 1, perOperation(Clock::now() - begin, messages));
}

struct Fill
{
    using Response = void;
    quint64 depth;
    quint64 rounds;
};

// On the counter's worker, which handles nothing while this one fills its queue.
class Filler : public Service<Filler>
{
public:
    explicit Filler(Link<Counter<Affinity::Worker>> counter) : m_counter(std::move(counter)) { }

    Task<void> handle(Fill message)
    {
        const quint64 before = co_await m_counter.send<Sum>();
        for (quint64 round = 1; round <= message.rounds; ++round) {
            for (quint64 i = 0; i < message.depth; ++i)
                m_counter.doSend<Add>(1u);
            check(co_await m_counter.send<Sum>() == before + round * message.depth, "depth");
        }
    }

private:
    Link<Counter<Affinity::Worker>> m_counter;
};

void depth(quint64 n)
{
    constexpr quint64 Messages = 8'000'000;
    if (n == 1)
        return depthOfOne(Messages);
    const auto counter = Counter<Affinity::Worker>::start();
    const auto filler = Filler::start(Placement::nearTo(counter), counter);
    const quint64 rounds = std::max<quint64>(1, Messages / n);
    // The first time its memory comes from the system, which costs by the page whoever asks for it.
    auto begin = Clock::now();
    filler.send<Fill>(n, 1u).result();
    report("tell, to a queue that fills to n for the first time", n, perOperation(Clock::now() - begin, n));
    begin = Clock::now();
    filler.send<Fill>(n, rounds).result();
    report("tell, to a queue that fills to n again", n, perOperation(Clock::now() - begin, rounds * n));
}

// ---- coroutines and futures ----

template <Affinity A>
void task(quint64 n)
{
    const auto counter = Counter<A>::start();
    for (const bool inTask : {false, true, false, true, false, true}) {
        const auto begin = Clock::now();
        for (quint64 i = 0; i < n; ++i) {
            if (inTask)
                counter.template doSend<AddInTask>(1u);
            else
                counter.template doSend<Add>(1u);
        }
        counter.send(Sum()).result();
        report(inTask ? "tell, handled by a Task" : "tell, handled by a function", n,
               perOperation(Clock::now() - begin, n));
    }
}

template <Affinity A>
void future(quint64 n)
{
    const auto counter = Counter<A>::start();
    constexpr quint64 Window = 100;
    std::vector<QFuture<quint64>> futures(Window);
    for (int repetition = 0; repetition < 3; ++repetition) {
        auto begin = Clock::now();
        for (quint64 i = 0; i < n; i += Window) {
            for (quint64 j = 0; j < Window; ++j)
                futures[j] = counter.template send<Echo>(j);
            for (quint64 j = 0; j < Window; ++j)
                check(futures[j].result() == j, "future");
        }
        report("send to a QFuture", n, perOperation(Clock::now() - begin, n));

        // A promise's life on two threads, and a tell: the least that a service which answers by QPromise costs.
        begin = Clock::now();
        for (quint64 i = 0; i < n; i += Window) {
            for (quint64 j = 0; j < Window; ++j) {
                QPromise<quint64> promise;
                promise.start();
                futures[j] = promise.future();
                counter.doExec([promise = std::move(promise), j](Counter<A> &) mutable {
                    promise.addResult(j);
                    promise.finish();
                });
            }
            for (quint64 j = 0; j < Window; ++j)
                check(futures[j].result() == j, "future");
        }
        report("QPromise and a tell", n, perOperation(Clock::now() - begin, n));
    }
}

// ---- rest ----

void idle(quint64 seconds)
{
    const auto counter = Counter<Affinity::Worker>::start();
    const auto floating = Counter<Affinity::Floating>::start();
    for (int i = 0; i < 1000; ++i) {
        counter.send<Echo>(1u).result();
        floating.send<Echo>(1u).result();
    }
    std::printf("at rest\n");
    std::fflush(stdout);
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
}

// ---- a cache line handed to and fro, and a request ----

// Steps that need each other's results, so that a processor can't begin with the ones after them.
quint64 worked(quint64 value, int steps) noexcept
{
    for (int i = 0; i < steps; ++i)
        value = value * 6364136223846793005u + 1442695040888963407u;
    return value;
}

// Two threads hand one cache line to and fro, and each works on what it got before it hands it back.
double handToAndFro(quint64 n, int steps, bool pausing)
{
    struct alignas(64) Line
    {
        std::atomic<quint64> turn{0};
        quint64 value = 0;
    };
    Line line;
    const auto takeTurn = [&line, steps, pausing](quint64 turn) {
        while (line.turn.load(std::memory_order_acquire) != turn) {
            if (pausing)
                QtInterlink::detail::pauseProcessor();
        }
        line.value = worked(line.value, steps);
        line.turn.store(turn + 1, std::memory_order_release);
    };
    std::atomic<bool> ready{false};
    std::thread other([&] {
        ready = true;
        for (quint64 i = 0; i < n; ++i)
            takeTurn(2 * i + 1);
    });
    while (!ready) { }
    const auto begin = Clock::now();
    for (quint64 i = 0; i < n; ++i)
        takeTurn(2 * i);
    other.join();
    const auto taken = Clock::now() - begin;
    quint64 expected = 0;
    for (quint64 i = 0; i < 2 * n; ++i)
        expected = worked(expected, steps);
    check(line.value == expected, "line");
    return perOperation(taken, n);
}

struct AskFor
{
    using Response = void;
    quint64 n;
};

class Asker : public Service<Asker>
{
public:
    explicit Asker(Link<Counter<Affinity::Worker>> counter) : m_counter(std::move(counter)) { }

    Task<void> handle(AskFor message)
    {
        for (quint64 i = 0; i < message.n; ++i)
            check(co_await m_counter.send<Echo>(i) == i, "request");
    }

private:
    Link<Counter<Affinity::Worker>> m_counter;
};

void line(quint64 n)
{
    constexpr int Calibration = 20'000'000;
    const auto calibrated = Clock::now();
    check(worked(1, Calibration) != 0, "work");
    const double step = perOperation(Clock::now() - calibrated, Calibration);

    const auto counter = Counter<Affinity::Worker>::start();
    const auto across = Asker::start(counter);
    const auto near = Asker::start(Placement::nearTo(counter), counter);
    const auto requests = [n](const Link<Asker> &asker) {
        const auto begin = Clock::now();
        asker.send<AskFor>(n).result();
        return perOperation(Clock::now() - begin, n);
    };
    for (int round = 0; round < 5; ++round) {
        for (const int work : {0, 15, 30, 45, 60}) {
            for (const bool pausing : {true, false}) {
                char what[100];
                std::snprintf(what, sizeof what, "a line to and fro, %d ns of work on each side, %s", work,
                              pausing ? "pausing between looks" : "looking all the time");
                report(what, n, handToAndFro(n, int(work / step), pausing));
            }
        }
        report("a request to another worker, awaited", n, requests(across));
        report("a request on one worker, awaited", n, requests(near));
    }
}

int usage(const char *program)
{
    std::fprintf(stderr, "usage: %s live|timers|interval|depth|task|future|idle|line [N] [pinned|floating]\n", program);
    return 2;
}

template <Affinity A>
bool run(const char *what, quint64 n)
{
    const auto is = [what](const char *name) { return std::strcmp(what, name) == 0; };
    const auto orElse = [n](quint64 usual) { return n ? n : usual; };
    if (is("live"))
        live<A>(orElse(1'000'000));
    else if (is("timers"))
        timers(orElse(1'000'000));
    else if (is("interval"))
        interval(orElse(3'000));
    else if (is("depth"))
        depth(orElse(1'000'000));
    else if (is("task"))
        task<A>(orElse(3'000'000));
    else if (is("future"))
        future<A>(orElse(1'000'000));
    else if (is("idle"))
        idle(orElse(5));
    else if (is("line"))
        line(orElse(200'000));
    else
        return false;
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage(argv[0]);
    QCoreApplication app(argc, argv);
    const int workers = qEnvironmentVariableIntValue("BENCH_WORKERS");
    WorkerPool::globalInstance()->setMaxWorkerCount(workers > 0 ? workers : 2);
    const quint64 n = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 0;
    const bool floating = argc > 3 && std::strcmp(argv[3], "floating") == 0;
    const bool known = floating ? run<Affinity::Floating>(argv[1], n) : run<Affinity::Worker>(argv[1], n);
    return known ? 0 : usage(argv[0]);
}
