// SPDX-License-Identifier: MIT
// What a Qt developer writes today without a framework: worker QObjects moved to
// two QThreads, messages as custom events, answers as QPromise/QFuture.
// Usage: bench WORKLOAD N [same]   -> prints one JSON line
//   same: put every object on the first thread (default: round-robin over two)
#include <QCoreApplication>
#include <QEvent>
#include <QFuture>
#include <QObject>
#include <QPromise>
#include <QSemaphore>
#include <QThread>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <unistd.h>
#include <vector>

using u64 = quint64;
using Clock = std::chrono::steady_clock;

static void check(bool ok, const char *what)
{
    if (!ok) {
        std::fprintf(stderr, "wrong result: %s\n", what);
        std::abort();
    }
}
static u64 rss_kb()
{
    FILE *f = std::fopen("/proc/self/status", "r");
    char line[256];
    unsigned long long kb = 0;
    while (f && std::fgets(line, sizeof line, f))
        if (std::sscanf(line, "VmRSS: %llu", &kb) == 1)
            break;
    if (f)
        std::fclose(f);
    return kb;
}
static void report(const char *w, u64 n, Clock::duration t, const char *extra = "")
{
    double ns = double(std::chrono::duration_cast<std::chrono::nanoseconds>(t).count()) / double(n);
    std::printf("{\"peer\":\"qt-raw\",\"workload\":\"%s\",\"n\":%llu,\"ns_per_op\":%.1f%s}\n", w, (unsigned long long)n,
                ns, extra);
    std::fflush(stdout);
}

static QThread *threads[2];
static std::atomic<unsigned> nextThread{0};
static bool same = false;

template <class T, class... A>
static T *start(A &&...a)
{
    T *o = new T(std::forward<A>(a)...);
    o->moveToThread(threads[same ? 0 : nextThread.fetch_add(1, std::memory_order_relaxed) & 1]);
    return o;
}
static void post(QObject *to, QEvent *e)
{
    QCoreApplication::postEvent(to, e);
}

static const auto kAdd = QEvent::Type(QEvent::registerEventType());
static const auto kAsk = QEvent::Type(QEvent::registerEventType());
static const auto kSum = QEvent::Type(QEvent::registerEventType());
static const auto kGo = QEvent::Type(QEvent::registerEventType());
static const auto kToken = QEvent::Type(QEvent::registerEventType());
static const auto kSpawn = QEvent::Type(QEvent::registerEventType());
static const auto kResult = QEvent::Type(QEvent::registerEventType());

struct AddEvent : QEvent
{
    u64 v;
    explicit AddEvent(u64 v) : QEvent(kAdd), v(v) { }
};
struct AskEvent : QEvent
{
    u64 v;
    QPromise<u64> reply;
    AskEvent(u64 v, QPromise<u64> &&p) : QEvent(kAsk), v(v), reply(std::move(p)) { }
};
struct SumEvent : QEvent
{
    QPromise<u64> reply;
    explicit SumEvent(QPromise<u64> &&p) : QEvent(kSum), reply(std::move(p)) { }
};
struct GoEvent : QEvent
{
    u64 n;
    QPromise<u64> reply;
    GoEvent(u64 n, QPromise<u64> &&p) : QEvent(kGo), n(n), reply(std::move(p)) { }
};
struct TokenEvent : QEvent
{
    u64 left;
    explicit TokenEvent(u64 left) : QEvent(kToken), left(left) { }
};
struct SpawnEvent : QEvent
{
    u64 num, size;
    SpawnEvent(u64 num, u64 size) : QEvent(kSpawn), num(num), size(size) { }
};
struct ResultEvent : QEvent
{
    u64 v;
    explicit ResultEvent(u64 v) : QEvent(kResult), v(v) { }
};

static void answer(QPromise<u64> &p, u64 v)
{
    p.addResult(v);
    p.finish();
}

struct Counter : QObject
{
    u64 total = 0;
    void customEvent(QEvent *e) override
    {
        if (e->type() == kAdd) {
            total += static_cast<AddEvent *>(e)->v;
        } else if (e->type() == kAsk) {
            auto *a = static_cast<AskEvent *>(e);
            total += a->v;
            answer(a->reply, a->v + 1);
        } else if (e->type() == kSum) {
            answer(static_cast<SumEvent *>(e)->reply, total);
        }
    }
};

static QFuture<u64> askSum(Counter *c)
{
    QPromise<u64> p;
    p.start();
    QFuture<u64> f = p.future();
    post(c, new SumEvent(std::move(p)));
    return f;
}

// On Go, keeps up to `window` asks of its peer in flight, each answer arriving in
// this object's thread by QFuture::then(this).  window 1: the next ask is sent from
// the answer.  Else: a batch of `window`, and the next batch when all are answered.
struct Asker : QObject
{
    Counter *peer;
    u64 window;
    u64 left = 0, inFlight = 0, v = 0, sum = 0;
    QPromise<u64> done;
    Asker(Counter *peer, u64 window) : peer(peer), window(window) { }
    void customEvent(QEvent *e) override
    {
        if (e->type() != kGo)
            return;
        auto *g = static_cast<GoEvent *>(e);
        left = g->n;
        done = std::move(g->reply);
        batch();
    }
    void ask(u64 x)
    {
        QPromise<u64> p;
        p.start();
        // the continuation goes on before the event, so that it never runs nested
        p.future().then(this, [this](u64 r) { onAnswer(r); });
        post(peer, new AskEvent(x, std::move(p)));
    }
    void batch()
    {
        u64 k = std::min(left, window);
        left -= k;
        inFlight = k;
        for (u64 i = 0; i < k; ++i)
            ask(window == 1 ? v : i);
    }
    void onAnswer(u64 r)
    {
        v = r;
        sum += r;
        if (--inFlight)
            return;
        if (left)
            batch();
        else
            answer(done, window == 1 ? v : sum);
    }
};

static QSemaphore ended; // one for each token that came to its end

struct Node : QObject
{
    Node *next = nullptr;
    u64 hops = 0;
    void customEvent(QEvent *e) override
    {
        if (e->type() != kToken)
            return;
        u64 left = static_cast<TokenEvent *>(e)->left;
        ++hops;
        if (left == 0)
            ended.release();
        else
            post(next, new TokenEvent(left - 1));
    }
};

struct Sky : QObject
{
    Sky *above;
    QPromise<u64> *root;
    unsigned left = 0;
    u64 sum = 0;
    Sky(Sky *above, QPromise<u64> *root) : above(above), root(root) { }
    void finish(u64 v)
    {
        if (above)
            post(above, new ResultEvent(v));
        else
            answer(*root, v);
        deleteLater();
    }
    void customEvent(QEvent *e) override
    {
        if (e->type() == kSpawn) {
            auto *s = static_cast<SpawnEvent *>(e);
            if (s->size == 1)
                return finish(s->num);
            u64 sub = s->size / 10;
            left = 10;
            for (u64 i = 0; i < 10; ++i)
                post(start<Sky>(this, nullptr), new SpawnEvent(s->num + i * sub, sub));
        } else if (e->type() == kResult) {
            sum += static_cast<ResultEvent *>(e)->v;
            if (--left == 0)
                finish(sum);
        }
    }
};

int main(int argc, char **argv)
{
    if (argc < 3)
        return 2;
    QCoreApplication app(argc, argv);
    const char *w = argv[1];
    u64 n = std::strtoull(argv[2], nullptr, 10);
    same = argc > 3 && std::strcmp(argv[3], "same") == 0;
    auto is = [w](const char *s) { return std::strcmp(w, s) == 0; };
    for (auto &t : threads) {
        t = new QThread;
        t->start();
    }

    if (is("tell") || is("fanin4")) {
        unsigned k = is("tell") ? 1 : 4;
        u64 each = n / k;
        auto *c = start<Counter>();
        auto t = Clock::now();
        std::vector<std::thread> ps;
        for (unsigned p = 0; p < k; ++p)
            ps.emplace_back([c, each] {
                for (u64 i = 0; i < each; ++i)
                    post(c, new AddEvent(i));
            });
        for (auto &p : ps)
            p.join();
        u64 sum = askSum(c).result();
        auto e = Clock::now() - t;
        check(sum == k * (each * (each - 1) / 2), w);
        report(w, each * k, e);
    } else if (is("exec")) {
        auto *c = start<Counter>();
        auto t = Clock::now();
        std::thread([c, n] {
            for (u64 i = 0; i < n; ++i)
                QMetaObject::invokeMethod(
                        c, [c, i] { c->total += i; }, Qt::QueuedConnection);
        }).join();
        u64 sum = askSum(c).result();
        auto e = Clock::now() - t;
        check(sum == n * (n - 1) / 2, w);
        report(w, n, e);
    } else if (is("ask")) {
        // from outside any service, one at a time
        auto *c = start<Counter>();
        auto t = Clock::now();
        u64 v = 0;
        for (u64 i = 0; i < n; ++i) {
            QPromise<u64> p;
            p.start();
            QFuture<u64> f = p.future();
            post(c, new AskEvent(v, std::move(p)));
            v = f.result();
        }
        auto e = Clock::now() - t;
        check(v == n, w);
        report(w, n, e);
    } else if (is("ask_service") || is("ask_window")) {
        u64 window = is("ask_service") ? 1 : 1000;
        auto *c = start<Counter>();
        auto *a = start<Asker>(c, window);
        QPromise<u64> p;
        p.start();
        QFuture<u64> f = p.future();
        auto t = Clock::now();
        post(a, new GoEvent(n, std::move(p)));
        u64 v = f.result();
        auto e = Clock::now() - t;
        if (window == 1) {
            check(v == n, w);
        } else {
            u64 full = n / 1000, rest = n % 1000;
            check(v == full * (1000 * 1001 / 2) + rest * (rest + 1) / 2, w);
        }
        report(w, n, e);
    } else if (is("spawn")) {
        u64 r0 = rss_kb();
        auto t = Clock::now();
        std::vector<Counter *> cs;
        for (u64 i = 0; i < n; ++i)
            cs.push_back(start<Counter>());
        for (auto *c : cs)
            post(c, new AddEvent(1));
        check(askSum(cs.back()).result() == 1, w);
        auto e = Clock::now() - t;
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        double per = double(rss_kb() - r0) * 1024.0 / double(n);
        for (u64 i = 0; i < n; i += 997)
            check(askSum(cs[i]).result() == 1, w);
        char extra[64];
        std::snprintf(extra, sizeof extra, ",\"bytes_per_service\":%.0f", per);
        report(w, n, e, extra);
    } else if (is("ring")) {
        const u64 size = 1000, hops = n / size * size;
        std::vector<Node *> ns;
        for (u64 i = 0; i < size; ++i)
            ns.push_back(start<Node>());
        for (u64 i = 0; i < size; ++i)
            ns[i]->next = ns[(i + 1) % size];
        auto t = Clock::now();
        post(ns[0], new TokenEvent(hops));
        ended.acquire();
        auto e = Clock::now() - t;
        u64 sum = 0;
        for (auto *x : ns)
            sum += x->hops;
        check(sum == hops + 1, w);
        report(w, hops, e);
    } else if (is("pairs")) {
        const u64 pairs = 100, each = n / pairs;
        std::vector<Node *> ns;
        for (u64 i = 0; i < pairs; ++i) {
            auto *p = start<Node>();
            auto *q = start<Node>();
            p->next = q;
            q->next = p;
            ns.push_back(p);
            ns.push_back(q);
        }
        auto t = Clock::now();
        for (u64 i = 0; i < pairs; ++i)
            post(ns[2 * i], new TokenEvent(each));
        ended.acquire(int(pairs));
        auto e = Clock::now() - t;
        u64 sum = 0;
        for (auto *x : ns)
            sum += x->hops;
        check(sum == (each + 1) * pairs, w);
        report(w, each * pairs, e);
    } else if (is("skynet")) {
        QPromise<u64> p;
        p.start();
        QFuture<u64> f = p.future();
        auto t = Clock::now();
        post(start<Sky>(nullptr, &p), new SpawnEvent(0, n));
        u64 s = f.result();
        auto e = Clock::now() - t;
        check(s == n * (n - 1) / 2, w);
        report(w, n, e);
    } else {
        std::fprintf(stderr, "no such workload here: %s\n", w);
        return 2;
    }
    _exit(0);
}
