// SPDX-License-Identifier: MIT
// The workloads by which message systems are compared, on this module.
// Usage: interlink_bench WORKLOAD N [pinned|near|floating]   prints one JSON line; exit code 2: no such workload
#include "measure.h"

#include <QtInterlink/QtInterlink>

#include <QtCore/QCoreApplication>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace QtInterlink;
using Clock = std::chrono::steady_clock;

namespace {

enum class Mode { Pinned, Near, Floating };

void report(const char *workload, quint64 n, Clock::duration taken, double bytesPerService = -1)
{
    const double ns = double(std::chrono::duration_cast<std::chrono::nanoseconds>(taken).count()) / double(n);
    std::printf("{\"peer\":\"interlink\",\"workload\":\"%s\",\"n\":%llu,\"ns_per_op\":%.1f", workload,
                static_cast<unsigned long long>(n), ns);
    if (bytesPerService >= 0)
        std::printf(",\"bytes_per_service\":%.0f", bytesPerService);
    std::printf("}\n");
    std::fflush(stdout);
}

// ---- messages ----

struct Add
{
    quint64 value;
};
struct Ask
{
    using Response = quint64;
    quint64 value;
};
struct Sum
{
    using Response = quint64;
};

// ---- services, pinned or floating ----

template <Affinity A>
class Counter : public Service<Counter<A>>
{
public:
    static constexpr Affinity affinity = A;

    void handle(Add message) { total += message.value; }
    quint64 handle(Ask message)
    {
        total += message.value;
        return message.value + 1;
    }
    quint64 handle(Sum) { return total; }

    quint64 total = 0;
};

struct Go
{
    using Response = quint64;
    quint64 n;
};

// One request after the other, from within a service.
template <Affinity A>
class Asker : public Service<Asker<A>>
{
public:
    static constexpr Affinity affinity = A;

    Asker(Link<Counter<A>> peer, quint64 window) : m_peer(std::move(peer)), m_window(window) { }

    Task<quint64> handle(Go message)
    {
        if (m_window == 1) {
            quint64 value = 0;
            for (quint64 i = 0; i < message.n; ++i)
                value = co_await m_peer.template send<Ask>(value);
            co_return value;
        }
        quint64 sum = 0;
        std::vector<Reply<quint64>> replies;
        replies.reserve(m_window);
        for (quint64 left = message.n; left > 0;) {
            const quint64 batch = std::min(left, m_window);
            left -= batch;
            for (quint64 i = 0; i < batch; ++i)
                replies.push_back(m_peer.template send<Ask>(i));
            for (Reply<quint64> &reply : replies)
                sum += co_await std::move(reply);
            replies.clear();
        }
        co_return sum;
    }

private:
    Link<Counter<A>> m_peer;
    quint64 m_window;
};

struct Token
{
    quint64 left;
};
struct Hops
{
    using Response = quint64;
};
template <Affinity A>
class Node;
template <Affinity A>
struct Next
{
    using Response = void;
    Link<Node<A>> link;
};

std::atomic<int> tokensUnderWay{0};

template <Affinity A>
class Node : public Service<Node<A>>
{
public:
    static constexpr Affinity affinity = A;

    void handle(Next<A> message) { m_next = std::move(message.link); }
    void handle(Token message)
    {
        ++m_hops;
        if (message.left > 0)
            m_next.template doSend<Token>(message.left - 1);
        else if (tokensUnderWay.fetch_sub(1) == 1)
            tokensUnderWay.notify_one();
    }
    quint64 handle(Hops) { return m_hops; }

private:
    Link<Node<A>> m_next;
    quint64 m_hops = 0;
};

struct Result
{
    quint64 value;
};
struct Grow
{
    quint64 number;
    quint64 size;
};

std::atomic<quint64> skynetSum{0};
std::atomic<bool> skynetDone{false};

template <Affinity A>
class Sky : public Service<Sky<A>>
{
public:
    static constexpr Affinity affinity = A;

    explicit Sky(Link<Sky> above) : m_above(std::move(above)) { }

    void handle(Grow message, ServiceContext<Sky> &context)
    {
        if (message.size == 1) {
            finish(message.number, context);
            return;
        }
        const quint64 part = message.size / 10;
        m_left = 10;
        for (quint64 i = 0; i < 10; ++i) {
            const Link<Sky> child = Sky::start(context.link());
            child.template doSend<Grow>(message.number + i * part, part);
        }
    }
    void handle(Result message, ServiceContext<Sky> &context)
    {
        m_sum += message.value;
        if (--m_left == 0)
            finish(m_sum, context);
    }

private:
    void finish(quint64 value, ServiceContext<Sky> &context)
    {
        if (m_above) {
            m_above.template doSend<Result>(value);
        } else {
            skynetSum = value;
            skynetDone = true;
            skynetDone.notify_one();
        }
        context.stop();
    }

    Link<Sky> m_above;
    int m_left = 0;
    quint64 m_sum = 0;
};

// ---- workloads ----

template <Affinity A>
class Workloads
{
public:
    Workloads(const char *workload, quint64 n, Mode mode) : m_workload(workload), m_n(n), m_near(mode == Mode::Near) { }

    bool run()
    {
        if (is("tell") || is("fanin4"))
            tell(is("tell") ? 1 : 4);
        else if (is("exec"))
            exec();
        else if (is("ask"))
            ask();
        else if (is("ask_service") || is("ask_window"))
            askFromService(is("ask_service") ? 1 : 1000);
        else if (is("ring"))
            circles(1, 1000);
        else if (is("pairs"))
            circles(100, 2);
        else if (is("spawn"))
            spawn();
        else if (is("skynet"))
            skynet();
        else
            return false;
        return true;
    }

private:
    bool is(const char *workload) const { return std::strcmp(m_workload, workload) == 0; }

    template <typename S, typename First, typename... Args>
    Link<S> startNear(const Link<First> &first, Args &&...args)
    {
        if (m_near && first)
            return S::start(Placement::nearTo(first), std::forward<Args>(args)...);
        return S::start(std::forward<Args>(args)...);
    }

    void tell(unsigned producers)
    {
        const quint64 each = m_n / producers;
        const auto counter = Counter<A>::start();
        const auto begin = Clock::now();
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < producers; ++i) {
            threads.emplace_back([counter, each] {
                for (quint64 value = 0; value < each; ++value)
                    counter.template doSend<Add>(value);
            });
        }
        for (std::thread &thread : threads)
            thread.join();
        const quint64 sum = counter.send(Sum()).result();
        const auto taken = Clock::now() - begin;
        check(sum == producers * (each * (each - 1) / 2), m_workload);
        report(m_workload, each * producers, taken);
    }

    void exec()
    {
        const auto counter = Counter<A>::start();
        const auto begin = Clock::now();
        std::thread([counter, n = m_n] {
            for (quint64 value = 0; value < n; ++value)
                counter.doExec([value](Counter<A> &service) { service.total += value; });
        }).join();
        const quint64 sum = counter.send(Sum()).result();
        const auto taken = Clock::now() - begin;
        check(sum == m_n * (m_n - 1) / 2, m_workload);
        report(m_workload, m_n, taken);
    }

    void ask()
    {
        const auto counter = Counter<A>::start();
        const auto begin = Clock::now();
        quint64 value = 0;
        for (quint64 i = 0; i < m_n; ++i)
            value = counter.template send<Ask>(value).result();
        const auto taken = Clock::now() - begin;
        check(value == m_n, m_workload);
        report(m_workload, m_n, taken);
    }

    void askFromService(quint64 window)
    {
        const auto counter = Counter<A>::start();
        const auto asker = startNear<Asker<A>>(counter, counter, window);
        const auto begin = Clock::now();
        const quint64 value = asker.template send<Go>(m_n).result();
        const auto taken = Clock::now() - begin;
        const quint64 full = m_n / 1000, rest = m_n % 1000;
        check(value == (window == 1 ? m_n : full * (1000 * 1001 / 2 - 1000 + 1000) + rest * (rest + 1) / 2),
              m_workload);
        report(m_workload, m_n, taken);
    }

    void circles(quint64 count, quint64 size)
    {
        const quint64 each = count == 1 ? m_n / size * size : m_n / count;
        std::vector<Link<Node<A>>> nodes;
        for (quint64 i = 0; i < count * size; ++i) {
            // Near: the members of a circle live on one worker.
            const bool first = i % size == 0;
            nodes.push_back(startNear<Node<A>>(first ? Link<Node<A>>() : nodes.back()));
        }
        for (quint64 c = 0; c < count; ++c) {
            for (quint64 i = 0; i < size; ++i)
                nodes[c * size + i].template send<Next<A>>(nodes[c * size + (i + 1) % size]).result();
        }
        tokensUnderWay = int(count);
        const auto begin = Clock::now();
        for (quint64 c = 0; c < count; ++c)
            nodes[c * size].template doSend<Token>(each);
        for (int left; (left = tokensUnderWay.load()) != 0;)
            tokensUnderWay.wait(left);
        const auto taken = Clock::now() - begin;
        quint64 hops = 0;
        for (const auto &node : nodes)
            hops += node.send(Hops()).result();
        check(hops == (each + 1) * count, m_workload);
        report(m_workload, each * count, taken);
    }

    void spawn()
    {
        const quint64 before = residentKilobytes();
        const auto begin = Clock::now();
        std::vector<Link<Counter<A>>> counters;
        for (quint64 i = 0; i < m_n; ++i)
            counters.push_back(startNear<Counter<A>>(m_near && i ? counters.front() : Link<Counter<A>>()));
        for (const auto &counter : counters)
            counter.template doSend<Add>(1u);
        check(counters.back().send(Sum()).result() == 1, m_workload);
        const auto taken = Clock::now() - begin;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        const double bytes = double(residentKilobytes() - before) * 1024.0 / double(m_n);
        for (quint64 i = 0; i < m_n; i += 997)
            check(counters[i].send(Sum()).result() == 1, m_workload);
        report(m_workload, m_n, taken, bytes);
    }

    void skynet()
    {
        const auto begin = Clock::now();
        Sky<A>::start(Link<Sky<A>>()).template doSend<Grow>(quint64(0), m_n);
        skynetDone.wait(false);
        const auto taken = Clock::now() - begin;
        check(skynetSum == m_n * (m_n - 1) / 2, m_workload);
        report(m_workload, m_n, taken);
    }

    const char *m_workload;
    quint64 m_n;
    bool m_near;
};

} // namespace

int main(int argc, char **argv)
{
    if (argc < 3) {
        std::fprintf(stderr, "usage: %s WORKLOAD N [pinned|near|floating]\n", argv[0]);
        return 2;
    }
    QCoreApplication app(argc, argv);
    const char *const mode = argc > 3 ? argv[3] : "pinned";
    const quint64 n = std::strtoull(argv[2], nullptr, 10);
    WorkerPool::globalInstance()->setMaxWorkerCount(
            qEnvironmentVariableIntValue("BENCH_WORKERS") > 0 ? qEnvironmentVariableIntValue("BENCH_WORKERS") : 2);
    const bool known = std::strcmp(mode, "floating") == 0
            ? Workloads<Affinity::Floating>(argv[1], n, Mode::Floating).run()
            : Workloads<Affinity::Worker>(argv[1], n, std::strcmp(mode, "near") == 0 ? Mode::Near : Mode::Pinned).run();
    if (!known)
        std::fprintf(stderr, "no such workload here: %s\n", argv[1]);
    std::fflush(stdout);
    _exit(known ? 0 : 2); // the services' end is not measured
}
