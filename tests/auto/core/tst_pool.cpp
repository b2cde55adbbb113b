// SPDX-License-Identifier: MIT
// The worker pool: its settings, its figures, and where it puts services.
#include "testsupport.h"

#include <map>
#include <mutex>
#include <set>

namespace {

class Idle : public Service<Idle>
{
public:
    QThread *birthplace = QThread::currentThread();

private:
    Live m_live;
};

class Drifter : public Service<Drifter>
{
public:
    static constexpr Affinity affinity = Affinity::Floating;

private:
    Live m_live;
};

template <typename S>
QThread *threadOf(const Link<S> &link)
{
    return value(link.exec([] { return QThread::currentThread(); }));
}

class Threads
{
public:
    void add(std::thread::id id)
    {
        const std::lock_guard lock(m_mutex);
        m_all.insert(id);
    }
    size_t count() const
    {
        const std::lock_guard lock(m_mutex);
        return m_all.size();
    }

private:
    mutable std::mutex m_mutex;
    std::set<std::thread::id> m_all;
};

} // namespace

class tst_Pool : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void theEnvironmentSaysHowManyWorkers();
    void settingsAreKept();
    void workersAreMadeOnDemand();
    void maxWorkerCountIsRespected();
    void servicesAreSpreadEvenly();
    void idleWorkersEnd();
    void aWorkerWithAServiceDoesNotEnd();
    void workersHaveTheStackSize();
    void workersHaveThePriority();
    void servicesAreCounted();
    void waitForDoneWaits();
    void nearToIsTheSameThread();
    void nearToAStoppedServiceFallsBack();
    void nearToAServiceWhosePoolIsGone();
    void aReplyForAnObjectWhosePoolIsGone();
    void aDedicatedServiceHasItsOwnThread();
    void aDedicatedThreadEndsWithItsService();
    void onThreadLivesThere();
    void onAThreadThatEnds();
    void onTheMainThread();
    void aFloatingFloodUsesSeveralWorkers();
    void aBlockedFloatingServiceIsNoObstacle();
    void poolsAreSeparate();
    void theEndOfAPoolStopsItsServices();
    void theEndOfAPoolIsTheEndOfItsThreads();
};

void tst_Pool::theEnvironmentSaysHowManyWorkers()
{
    const int asked = qEnvironmentVariableIntValue("QTINTERLINK_WORKERS");
    QCOMPARE(WorkerPool().maxWorkerCount(), asked > 0 ? asked : QThread::idealThreadCount());
}

void tst_Pool::settingsAreKept()
{
    WorkerPool pool;
    QCOMPARE(pool.expiryTimeout(), 30s);
    QCOMPARE(pool.shutdownTimeout(), 10s);
    QCOMPARE(pool.stackSize(), 0u);
    pool.setMaxWorkerCount(7);
    pool.setExpiryTimeout(123ms);
    pool.setShutdownTimeout(456ms);
    pool.setStackSize(789000);
    pool.setThreadPriority(QThread::LowPriority);
    QCOMPARE(pool.maxWorkerCount(), 7);
    QCOMPARE(pool.expiryTimeout(), 123ms);
    QCOMPARE(pool.shutdownTimeout(), 456ms);
    QCOMPARE(pool.stackSize(), 789000u);
    QCOMPARE(pool.threadPriority(), QThread::LowPriority);
}

void tst_Pool::workersAreMadeOnDemand()
{
    WorkerPool pool;
    QCOMPARE(pool.activeWorkerCount(), 0);
    const auto link = Idle::start(StartOptions{.pool = &pool});
    QCOMPARE(pool.activeWorkerCount(), 1);
    stopAndWait(link);
}

void tst_Pool::maxWorkerCountIsRespected()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(3);
    std::vector<Link<Idle>> links;
    std::set<QThread *> threads;
    for (int i = 0; i < 30; ++i) {
        links.push_back(Idle::start(StartOptions{.pool = &pool}));
        threads.insert(threadOf(links.back()));
    }
    QCOMPARE(threads.size(), size_t(3));
    QCOMPARE(pool.activeWorkerCount(), 3);
    for (const auto &link : links)
        stopAndWait(link);
}

void tst_Pool::servicesAreSpreadEvenly()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(4);
    std::vector<Link<Idle>> links;
    std::map<QThread *, int> services;
    for (int i = 0; i < 40; ++i) {
        links.push_back(Idle::start(StartOptions{.pool = &pool}));
        ++services[threadOf(links.back())];
    }
    QCOMPARE(services.size(), size_t(4));
    for (const auto &[thread, count] : services)
        QCOMPARE(count, 10);
    for (const auto &link : links)
        stopAndWait(link);
}

void tst_Pool::idleWorkersEnd()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(2);
    pool.setExpiryTimeout(10ms);
    for (int round = 0; round < 3; ++round) {
        const auto one = Idle::start(StartOptions{.pool = &pool});
        const auto two = Idle::start(StartOptions{.pool = &pool});
        QVERIFY(threadOf(one) != threadOf(two));
        stopAndWait(one);
        stopAndWait(two);
        TRY_COMPARE(pool.activeWorkerCount(), 0);
    }
}

void tst_Pool::aWorkerWithAServiceDoesNotEnd()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(2);
    pool.setExpiryTimeout(1ms);
    const auto stays = Idle::start(StartOptions{.pool = &pool});
    const auto goes = Idle::start(StartOptions{.pool = &pool});
    QThread *const thread = threadOf(stays);
    stopAndWait(goes);
    TRY_COMPARE(pool.activeWorkerCount(), 1);
    QCOMPARE(threadOf(stays), thread);
    stopAndWait(stays);
    TRY_COMPARE(pool.activeWorkerCount(), 0);
}

void tst_Pool::workersHaveTheStackSize()
{
    WorkerPool pool;
    pool.setStackSize(3 * 1024 * 1024);
    const auto link = Idle::start(StartOptions{.pool = &pool});
    const auto dedicated = Idle::start(StartOptions{.placement = Placement::dedicated(), .pool = &pool});
    QCOMPARE(value(link.exec([] { return QThread::currentThread()->stackSize(); })), 3u * 1024 * 1024);
    QCOMPARE(value(dedicated.exec([] { return QThread::currentThread()->stackSize(); })), 3u * 1024 * 1024);
    stopAndWait(link);
    stopAndWait(dedicated);
}

void tst_Pool::workersHaveThePriority()
{
    WorkerPool pool;
    pool.setThreadPriority(QThread::LowPriority);
    const auto link = Idle::start(StartOptions{.pool = &pool});
    QCOMPARE(value(link.exec([] { return QThread::currentThread()->priority(); })), QThread::LowPriority);
    stopAndWait(link);
}

void tst_Pool::servicesAreCounted()
{
    WorkerPool pool;
    QCOMPARE(pool.serviceCount(), 0);
    std::vector<Link<Idle>> links;
    for (int i = 0; i < 10; ++i)
        links.push_back(Idle::start(StartOptions{.pool = &pool}));
    links.push_back(Idle::start(StartOptions{.placement = Placement::dedicated(), .pool = &pool}));
    QThread thread;
    thread.start();
    links.push_back(Idle::start(StartOptions{.placement = Placement::onThread(&thread), .pool = &pool}));
    const auto drifter = Drifter::start(StartOptions{.pool = &pool});
    for (const auto &link : links)
        value(link.exec([] {}));
    value(drifter.exec([] {}));
    QCOMPARE(pool.serviceCount(), 13);
    stopAndWait(drifter);
    for (const auto &link : links)
        stopAndWait(link);
    TRY_COMPARE(pool.serviceCount(), 0);
    thread.quit();
    thread.wait();
}

void tst_Pool::waitForDoneWaits()
{
    WorkerPool pool;
    QVERIFY(pool.waitForDone());
    const auto link = Idle::start(StartOptions{.pool = &pool});
    QVERIFY(!pool.waitForDone(QDeadlineTimer(1)));
    QVERIFY(!link.isClosed()); // it stops nobody
    Gate gate;
    link.doExec([&gate] { gate.pass(); });
    link.stop();
    QVERIFY(!pool.waitForDone(QDeadlineTimer(1)));
    gate.open();
    QVERIFY(pool.waitForDone());
    QCOMPARE(pool.serviceCount(), 0);
}

void tst_Pool::nearToIsTheSameThread()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(4);
    const auto first = Idle::start(StartOptions{.pool = &pool});
    for (int i = 0; i < 20; ++i) {
        const auto near = Idle::start(StartOptions{.placement = Placement::nearTo(first), .pool = &pool});
        QCOMPARE(threadOf(near), threadOf(first));
        stopAndWait(near);
    }
    QCOMPARE(pool.activeWorkerCount(), 1);
    const auto dedicated = Idle::start(StartOptions{.placement = Placement::dedicated(), .pool = &pool});
    const auto near = Idle::start(StartOptions{.placement = Placement::nearTo(dedicated), .pool = &pool});
    QCOMPARE(threadOf(near), threadOf(dedicated));
    stopAndWait(near);
    stopAndWait(dedicated);
    stopAndWait(first);
}

void tst_Pool::nearToAStoppedServiceFallsBack()
{
    const auto first = Idle::start();
    stopAndWait(first);
    const auto near = Idle::start(Placement::nearTo(first));
    QVERIFY(threadOf(near));
    stopAndWait(near);
    const auto drifter = Drifter::start();
    const auto nearDrifter = Idle::start(Placement::nearTo(drifter));
    QVERIFY(threadOf(nearDrifter));
    stopAndWait(nearDrifter);
    stopAndWait(drifter);
}

void tst_Pool::nearToAServiceWhosePoolIsGone()
{
    Link<Idle> gone;
    {
        WorkerPool pool;
        gone = Idle::start(StartOptions{.pool = &pool});
        value(gone.exec([] {}));
    }
    const auto near = Idle::start(Placement::nearTo(gone));
    value(near.exec([] {}));
    stopAndWait(near);
}

void tst_Pool::aReplyForAnObjectWhosePoolIsGone()
{
    Gate gate;
    const auto silent = Idle::start(Placement::dedicated());
    Reply<int> reply = silent.exec([&gate] {
        gate.pass();
        return 1;
    });
    Reply<int> derived;
    {
        WorkerPool pool;
        const auto other = Idle::start(StartOptions{.pool = &pool});
        value(other.exec([&](ServiceContext<Idle> &context) {
            derived = reply.then(context.object(), [](int number) { return number + 1; });
        }));
    }
    gate.open();
    QCOMPARE(outcome(std::move(derived)), LinkError::Canceled);
    stopAndWait(silent);
}

void tst_Pool::aDedicatedServiceHasItsOwnThread()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(1);
    const auto shared = Idle::start(StartOptions{.pool = &pool});
    const StartOptions dedicated{.placement = Placement::dedicated(), .pool = &pool};
    const auto one = Idle::start(dedicated), two = Idle::start(dedicated);
    const std::set<QThread *> threads{threadOf(shared), threadOf(one), threadOf(two)};
    QCOMPARE(threads.size(), size_t(3));
    QCOMPARE(pool.activeWorkerCount(), 3);
    // It may block: nobody else waits for it.
    Gate gate;
    one.doExec([&gate] { gate.pass(); });
    for (int i = 0; i < 5; ++i) {
        const auto another = Idle::start(StartOptions{.pool = &pool});
        QCOMPARE(threadOf(another), threadOf(shared));
        stopAndWait(another);
    }
    gate.open();
    for (const auto &link : {shared, one, two})
        stopAndWait(link);
}

void tst_Pool::aDedicatedThreadEndsWithItsService()
{
    WorkerPool pool;
    const auto link = Idle::start(StartOptions{.placement = Placement::dedicated(), .pool = &pool});
    std::atomic<bool> finished{false};
    QThread *const thread = threadOf(link);
    connect(
            thread, &QThread::finished, thread, [&finished] { finished = true; }, Qt::DirectConnection);
    QCOMPARE(pool.activeWorkerCount(), 1);
    stopAndWait(link);
    TRY_VERIFY(finished);
    TRY_COMPARE(pool.activeWorkerCount(), 0);
}

void tst_Pool::onThreadLivesThere()
{
    QThread thread;
    thread.start();
    const auto one = Idle::start(Placement::onThread(&thread));
    const auto two = Idle::start(Placement::onThread(&thread));
    QCOMPARE(value(one.exec([](Idle &service) { return service.birthplace; })), &thread);
    QCOMPARE(threadOf(one), &thread);
    QCOMPARE(threadOf(two), &thread);
    stopAndWait(one);
    QCOMPARE(threadOf(two), &thread);
    stopAndWait(two);
    thread.quit();
    thread.wait();
}

void tst_Pool::onAThreadThatEnds()
{
    const Warnings warnings; // services that are ended by their thread may be worth one
    QThread thread;
    thread.start();
    const auto link = Idle::start(Placement::onThread(&thread));
    const auto another = Idle::start(Placement::onThread(&thread));
    QCOMPARE(threadOf(link), &thread);
    QPromise<int> promise;
    promise.start();
    Reply<int> pending = link.exec([future = promise.future()] { return future; });
    value(link.exec([] {}));
    thread.quit();
    thread.wait();
    QVERIFY(link.stopped().waitForFinished(QDeadlineTimer(Patience)));
    value(another.stopped());
    QVERIFY(link.isClosed() && another.isClosed());
    QCOMPARE(outcome(link.exec([] {})), LinkError::Closed);
    promise.addResult(1);
    promise.finish();
    QCOMPARE(outcome(std::move(pending)), LinkError::NoError); // a future goes on without its service
    const auto late = Idle::start(Placement::onThread(&thread));
    QVERIFY(late.isClosed());
}

void tst_Pool::onTheMainThread()
{
    const auto link = Idle::start(Placement::onThread(QThread::currentThread()));
    QThread *ran = nullptr;
    link.doExec([&ran] { ran = QThread::currentThread(); });
    QVERIFY(!ran);
    TRY_COMPARE(ran, QThread::currentThread());
    link.stop();
    TRY_VERIFY(link.isClosed());
    value(link.stopped());
}

void tst_Pool::aFloatingFloodUsesSeveralWorkers()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(4);
    Threads threads;
    std::atomic<bool> enough{false};
    std::vector<Link<Drifter>> links;
    for (int i = 0; i < 16; ++i)
        links.push_back(Drifter::start(StartOptions{.pool = &pool}));
    const auto flood = [&] {
        for (const auto &link : links) {
            for (int i = 0; i < 20; ++i) {
                link.doExec([&] {
                    threads.add(std::this_thread::get_id());
                    QElapsedTimer clock; // some work
                    clock.start();
                    while (!enough && clock.nsecsElapsed() < 50'000) { }
                });
            }
        }
        for (const auto &link : links)
            value(link.exec([] {}));
        return threads.count() > 1;
    };
    const QDeadlineTimer deadline(Patience);
    while (!flood() && !deadline.hasExpired()) { }
    enough = true;
    QVERIFY(threads.count() > 1);
    QVERIFY(threads.count() <= 4);
    for (const auto &link : links)
        stopAndWait(link);
}

void tst_Pool::aBlockedFloatingServiceIsNoObstacle()
{
    WorkerPool pool;
    pool.setMaxWorkerCount(2);
    const auto one = Drifter::start(StartOptions{.pool = &pool});
    const auto two = Drifter::start(StartOptions{.pool = &pool});
    for (int i = 0; i < 100; ++i) {
        Gate begun, gate;
        one.doExec([&] {
            begun.open();
            gate.pass();
        });
        begun.pass();
        two.doExec([&] { gate.open(); }); // on the other worker: this one waits
        value(one.exec([] {}));
    }
    stopAndWait(one);
    stopAndWait(two);
}

void tst_Pool::poolsAreSeparate()
{
    WorkerPool one, two;
    const auto a = Idle::start(StartOptions{.pool = &one});
    const auto b = Idle::start(StartOptions{.pool = &two});
    QVERIFY(threadOf(a) != threadOf(b));
    QCOMPARE(one.serviceCount(), 1);
    QCOMPARE(two.serviceCount(), 1);
    QVERIFY(one.offloadPool() != two.offloadPool());
    QVERIFY(one.offloadPool() != QThreadPool::globalInstance());
    stopAndWait(a);
    stopAndWait(b);
}

void tst_Pool::theEndOfAPoolStopsItsServices()
{
    std::vector<Link<Idle>> links;
    Reply<int> reply;
    {
        WorkerPool pool;
        for (int i = 0; i < 10; ++i)
            links.push_back(Idle::start(StartOptions{.pool = &pool}));
        reply = links.front().exec([] { return 1; });
    }
    QCOMPARE(value(std::move(reply)), 1); // it was sent before
    for (const auto &link : links) {
        QVERIFY(link.isClosed());
        QVERIFY(link.stopped().isFinished());
    }
}

// QThread::wait() returns while thread-local data is still there: on Unix, up to Qt 6.8.
void tst_Pool::theEndOfAPoolIsTheEndOfItsThreads()
{
    static std::atomic<int> alive{0};
    struct Slow
    {
        Slow() { ++alive; }
        ~Slow()
        {
            QThread::msleep(30); // as much of a head start as whoever doesn't wait would ever have
            --alive;
        }
        int value = 1;
    };
    const auto touch = [] {
        static thread_local Slow slow;
        return slow.value;
    };

    {
        WorkerPool pool;
        pool.setMaxWorkerCount(2);
        for (const Placement &placement : {Placement::leastLoaded(), Placement::leastLoaded(), Placement::dedicated()})
            QCOMPARE(value(Idle::start(StartOptions{.placement = placement, .pool = &pool}).exec(touch)), 1);
    }
    QCOMPARE(alive.load(), 0);

    WorkerPool *const pool = new WorkerPool; // whose worker has already ended
    pool->setExpiryTimeout(1ms);
    QCOMPARE(value(Idle::start(StartOptions{.pool = pool, .stopWhenUnlinked = true}).exec(touch)), 1);
    TRY_COMPARE(pool->activeWorkerCount(), 0);
    delete pool;
    QCOMPARE(alive.load(), 0);
}

QTEST_GUILESS_MAIN(tst_Pool)
#include "tst_pool.moc"
