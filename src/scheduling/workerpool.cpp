// SPDX-License-Identifier: MIT
#include <QtInterlink/workerpool.h>

#include "guestworker.h"
#include "logging.h"
#include "workerpool_p.h"

#include <QtCore/QCoreApplication>

#include <algorithm>
#include <thread>

namespace QtInterlink {

namespace detail {

using namespace std::chrono_literals;

Q_LOGGING_CATEGORY(lcInterlink, "qt.interlink")

// ---- all pools ----

static constexpr auto GracePeriod = 100ms;

namespace {

struct Pools
{
    std::mutex mutex;
    std::vector<WorkerPoolData *> all;
    std::vector<std::shared_ptr<PoolWorker>> leftAlone; // their threads hang
    std::vector<std::unique_ptr<WorkerPoolData>> outlived; // a thread hangs that will look at it, should it ever go on
};

// Never destroyed: the global pool ends among the static destructors.
Pools &pools()
{
    static Pools *const pools = new Pools;
    return *pools;
}

void shutDownAll()
{
    std::vector<WorkerPoolData *> all = WorkerPoolData::all();
    // Later pools may serve earlier ones' services.
    for (auto it = all.rbegin(); it != all.rend(); ++it)
        (*it)->shutDown();
}

void watchApplication()
{
    // Runs when the application object is destroyed, while its event dispatcher is still there.
    qAddPostRoutine(shutDownAll);
    for (WorkerPoolData *pool : WorkerPoolData::all())
        pool->applicationStarted();
    GuestWorker::applicationStarted();
}
Q_COREAPP_STARTUP_FUNCTION(watchApplication)

int defaultWorkerCount()
{
    const int asked = qEnvironmentVariableIntValue("QTINTERLINK_WORKERS");
    return asked > 0 ? asked : std::max(1, QThread::idealThreadCount());
}

} // namespace

std::vector<WorkerPoolData *> WorkerPoolData::all()
{
    const std::lock_guard lock(pools().mutex);
    return pools().all;
}

WorkerPoolData &WorkerPoolData::global()
{
    return WorkerPool::globalInstance()->data();
}

WorkerPoolData::WorkerPoolData(Scheduler &scheduler)
    : m_scheduler(scheduler), m_hasOwnTime(&scheduler.clock() != &Clock::steady()),
      m_maxWorkerCount(defaultWorkerCount())
{
    const std::lock_guard lock(pools().mutex);
    pools().all.push_back(this);
}

WorkerPoolData::~WorkerPoolData() = default;

bool WorkerPoolData::end()
{
    {
        const std::lock_guard lock(pools().mutex);
        std::erase(pools().all, this);
    }
    shutDown();
    for (const std::shared_ptr<PoolWorker> &worker : m_workers) {
        if (!worker->isLeftAlone())
            worker->end();
    }
    return !m_outlived;
}

void WorkerPoolData::leaveAlone(std::unique_ptr<WorkerPoolData> pool)
{
    const std::lock_guard lock(pools().mutex);
    pools().outlived.push_back(std::move(pool));
}

// ---- where a service goes ----

// A pool's own worker lasts as long as the pool: nobody needs to count.
static std::shared_ptr<Worker> uncounted(Worker *worker) noexcept
{
    return std::shared_ptr<Worker>(std::shared_ptr<Worker>(), worker);
}

std::shared_ptr<Worker> WorkerPoolData::place(const Placement &placement, bool floating)
{
    if (isClosing())
        return nullptr;
    if (floating) {
        // Its home is only where it is registered; the nearest is the cheapest.
        Worker *const here = Worker::current();
        if (here && here->pool() == this && here->kind() == Worker::Kind::Shared) {
            here->load.fetch_add(1, std::memory_order_relaxed);
            return uncounted(here);
        }
        return uncounted(leastLoaded());
    }
    switch (placement.m_kind) {
    case Placement::Kind::LeastLoaded:
        break;
    case Placement::Kind::Near:
        if (placement.m_neighbour && !placement.m_neighbour->isFloating() && !placement.m_neighbour->isClosed()) {
            Worker *const home = placement.m_neighbour->home();
            if (home && home->kind() == Worker::Kind::Guest)
                return home->hasEnded() ? nullptr : home->shared_from_this();
            if (home && home->pool() == this && static_cast<PoolWorker *>(home)->reserve())
                return home->isTransient() ? home->shared_from_this() : uncounted(home);
        }
        break;
    case Placement::Kind::Dedicated:
        return startDedicated();
    case Placement::Kind::Thread:
        if (std::shared_ptr<Worker> worker = Worker::ofThread(placement.m_thread)) {
            if (worker->kind() == Worker::Kind::Guest || static_cast<PoolWorker &>(*worker).reserve())
                return worker;
        }
        qCWarning(lcInterlink, "A service was to start on a thread that has ended: it is closed from the start.");
        return nullptr;
    }
    return uncounted(leastLoaded());
}

PoolWorker *WorkerPoolData::leastLoaded()
{
    for (;;) {
        const int count = slotCount();
        int at = m_nextSlot.load(std::memory_order_relaxed);
        const auto next = [count](int at) { return at + 1 < count ? at + 1 : 0; };
        m_nextSlot.store(next(at), std::memory_order_relaxed); // two may begin with the same one
        PoolWorker *best = nullptr;
        int bestLoad = std::numeric_limits<int>::max();
        for (int i = 0; i < count; ++i, at = next(at)) {
            PoolWorker *const worker = slot(at);
            const int load = worker->load.load(std::memory_order_relaxed);
            if (load >= 0 && load < bestLoad) {
                best = worker;
                bestLoad = load;
            }
        }
        if ((!best || bestLoad > 0) && m_running.load(std::memory_order_relaxed) < m_maxWorkerCount) {
            const std::lock_guard lock(m_mutex);
            if (isClosing())
                return nullptr; // what is started now would not be stopped
            if (m_running.load(std::memory_order_relaxed) < m_maxWorkerCount)
                best = startWorker();
        }
        if (best && best->reserve())
            return best;
    }
}

PoolWorker *WorkerPoolData::startWorker()
{
    PoolWorker *worker = nullptr;
    for (const std::shared_ptr<PoolWorker> &each : m_workers) {
        if (each->load.load(std::memory_order_relaxed) < 0 && !each->isLeftAlone() && !each->isThisThread()) {
            worker = each.get();
            break;
        }
    }
    if (!worker) {
        if (m_workers.size() == MostWorkers)
            return m_workers.front().get();
        m_workers.push_back(m_scheduler.makeWorker(*this, false));
        worker = m_workers.back().get();
    }
    worker->start();
    m_running.fetch_add(1, std::memory_order_relaxed);
    const auto position = std::find_if(m_workers.begin(), m_workers.end(),
                                       [worker](const auto &each) { return each.get() == worker; });
    m_slots[size_t(position - m_workers.begin())].store(worker, std::memory_order_release);
    m_slotCount.store(int(m_workers.size()), std::memory_order_release);
    return worker;
}

std::shared_ptr<Worker> WorkerPoolData::startDedicated()
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_dedicated, [](const std::shared_ptr<PoolWorker> &worker) {
        return worker->load.load(std::memory_order_acquire) <= 0 && worker->wait(QDeadlineTimer(0));
    });
    m_dedicated.push_back(m_scheduler.makeWorker(*this, true));
    PoolWorker &worker = *m_dedicated.back();
    worker.start();
    worker.reserve();
    return m_dedicated.back();
}

std::shared_ptr<Worker> WorkerPoolData::timerWorker()
{
    PoolWorker *const worker = leastLoaded();
    if (!worker)
        return nullptr;
    // Given back when the timer is set: from then on the worker doesn't end for the timer's sake.
    return std::shared_ptr<Worker>(worker, [keep = worker->shared_from_this()](Worker *worker) {
        static_cast<PoolWorker *>(worker)->unreserve();
    });
}

void WorkerPoolData::serviceStarted(Worker &home) noexcept
{
    if (home.kind() == Worker::Kind::Guest)
        m_guestServices.fetch_add(1, std::memory_order_relaxed);
}

void WorkerPoolData::serviceEnded(Worker &home) noexcept
{
    if (home.kind() == Worker::Kind::Guest) {
        // Under the mutex that a waiter takes last: the pool may go as soon as it sees the count.
        const std::lock_guard lock(m_waitMutex);
        m_guestServices.fetch_sub(1, std::memory_order_seq_cst);
        m_waitCondition.notify_all();
        return;
    }
    static_cast<PoolWorker &>(home).unreserve();
    // Sequentially consistent with waitForServices(): either it sees the count, or we see that it waits.
    if (m_waiting.load(std::memory_order_seq_cst) > 0) {
        const std::lock_guard lock(m_waitMutex);
        m_waitCondition.notify_all();
    }
}

// ---- workers ----

void WorkerPoolData::grow() noexcept
{
    const std::lock_guard lock(m_mutex);
    if (mayGrow() && !isClosing()) // nobody was faster
        startWorker();
}

bool WorkerPoolData::retire(PoolWorker &worker) noexcept
{
    const std::unique_lock lock(m_mutex, std::try_to_lock); // whoever has it may be waiting for this thread
    if (!lock || !worker.tryRetire())
        return false;
    m_running.fetch_sub(1, std::memory_order_relaxed);
    // Either we see what was injected before, or whoever injects sees that the pool may grow.
    floating.retires();
    if (floating.hasWork()) {
        m_running.fetch_add(1, std::memory_order_relaxed);
        worker.undoRetire();
        return false;
    }
    worker.quit();
    return true;
}

void WorkerPoolData::blocks(Worker &worker) noexcept
{
    m_blocked.fetch_add(1, std::memory_order_relaxed);
    while (Runnable *const runnable = worker.takeOldestFloating())
        floating.inject(runnable);
    floating.lookAgain();
}

void WorkerPoolData::unblocks(Worker &) noexcept
{
    m_blocked.fetch_sub(1, std::memory_order_relaxed);
}

void WorkerPoolData::configure(QThread &thread) const
{
    thread.setStackSize(m_stackSize.load(std::memory_order_relaxed));
    thread.setObjectName(QStringLiteral("interlink"));
}

void WorkerPoolData::applicationStarted()
{
    const std::lock_guard lock(m_mutex);
    for (const auto *workers : {&m_workers, &m_dedicated}) {
        for (const std::shared_ptr<PoolWorker> &worker : *workers)
            worker->applicationChanged();
    }
}

// ---- the end ----

qsizetype WorkerPoolData::serviceCount() const noexcept
{
    qsizetype count = m_guestServices.load(std::memory_order_seq_cst);
    const std::lock_guard lock(m_mutex);
    for (const auto *workers : {&m_workers, &m_dedicated}) {
        for (const std::shared_ptr<PoolWorker> &worker : *workers)
            count += worker->registry.size();
    }
    return count;
}

bool WorkerPoolData::waitForServices(QDeadlineTimer deadline)
{
    m_waiting.fetch_add(1, std::memory_order_seq_cst);
    const auto notWaiting = qScopeGuard([this] { m_waiting.fetch_sub(1, std::memory_order_relaxed); });
    Worker *const guest = GuestWorker::find(QThread::currentThread());
    while (serviceCount() > 0) {
        if (deadline.hasExpired())
            return false;
        if (m_scheduler.runHere())
            continue;
        if (guest && !Worker::current()) {
            // Services that live on this thread end here or nowhere.
            guest->turn();
            std::unique_lock lock(m_waitMutex);
            m_waitCondition.wait_for(lock, 1ms);
        } else {
            std::unique_lock lock(m_waitMutex);
            if (serviceCount() == 0)
                break;
            if (deadline.isForever())
                m_waitCondition.wait(lock);
            else
                m_waitCondition.wait_until(lock, deadline.deadline<std::chrono::steady_clock>());
        }
    }
    const std::lock_guard lock(m_waitMutex); // until the last one to end has let go of it
    return true;
}

std::vector<CoreRef> WorkerPoolData::services() const
{
    std::vector<CoreRef> services;
    const auto addAll = [&](const Worker &worker) {
        for (CoreRef &core : worker.registry.all()) {
            if (core->pool() == this)
                services.push_back(std::move(core));
        }
    };
    {
        const std::lock_guard lock(m_mutex);
        for (const auto *workers : {&m_workers, &m_dedicated}) {
            for (const std::shared_ptr<PoolWorker> &worker : *workers)
                addAll(*worker);
        }
    }
    for (const std::shared_ptr<GuestWorker> &guest : GuestWorker::all())
        addAll(*guest);
    return services;
}

void WorkerPoolData::shutDown()
{
    m_closing.store(true, std::memory_order_seq_cst);
    const std::chrono::milliseconds timeout = m_shutdownTimeout.load(std::memory_order_relaxed);
    for (const CoreRef &core : services())
        core->stop();
    bool done = waitForServices(QDeadlineTimer(timeout));
    if (!done) {
        // Tasks that wait for something that doesn't come can be ended where they are.
        for (const CoreRef &core : services())
            core->abort();
        done = waitForServices(QDeadlineTimer(std::max<std::chrono::milliseconds>(timeout / 10, 100ms)));
    }
    if (!done) {
        const std::vector<CoreRef> hanging = services();
        for (const CoreRef &core : hanging)
            core->disown();
        // Whatever returns from its handler now leaves its service alone. One that returned just before has this long
        // for the few instructions until it is done with it; so has one that is about to append a message to its own
        // service or to another one of its worker's, see ServiceCore::enter().
        std::this_thread::sleep_for(GracePeriod);
        for (const CoreRef &core : hanging) {
            if (!core->giveUp())
                continue;
            qCWarning(lcInterlink,
                      "%s did not stop within %lld ms: its thread is still in one of its handlers. Its pending "
                      "replies end in NoResponse and the thread is left alone. Long or blocking work belongs in "
                      "ServiceContext::offload().",
                      qPrintable(core->name()), static_cast<long long>(timeout.count()));
        }
    }
    const std::chrono::milliseconds patience = done ? std::max<std::chrono::milliseconds>(timeout, 1s) : 100ms;
    if (!stopThreads(QDeadlineTimer(patience)) && done) {
        qCWarning(lcInterlink,
                  "A worker's thread did not end within %lld ms: an event handler or the destructor of thread-local "
                  "data still runs there. It is left alone. What a service has to do at its end belongs in its own "
                  "destructor.",
                  static_cast<long long>(patience.count()));
        done = false;
    }
    if (!offloadPool.waitForDone(int(std::min<qint64>(timeout.count(), std::numeric_limits<int>::max())))) {
        qCWarning(lcInterlink,
                  "Work given to ServiceContext::offload() did not end within %lld ms. It is left alone. Long work "
                  "should "
                  "look at QPromise::isCanceled().",
                  static_cast<long long>(timeout.count()));
        done = false;
    }
    m_outlived |= !done;
    m_closing.store(false, std::memory_order_seq_cst);
}

bool WorkerPoolData::stopThreads(QDeadlineTimer deadline)
{
    bool ended = true;
    std::vector<std::shared_ptr<PoolWorker>> workers;
    {
        const std::lock_guard lock(m_mutex);
        workers = m_workers; // they stay in their slots and may start anew
        workers.insert(workers.end(), m_dedicated.begin(), m_dedicated.end());
        m_dedicated.clear();
        m_running.store(0, std::memory_order_relaxed);
        for (const std::shared_ptr<PoolWorker> &worker : m_workers) {
            if (worker->load.load(std::memory_order_relaxed) >= 0)
                worker->load.fetch_add(PoolWorker::Retired, std::memory_order_relaxed);
        }
    }
    for (const std::shared_ptr<PoolWorker> &worker : workers)
        worker->quit();
    for (const std::shared_ptr<PoolWorker> &worker : workers) {
        if (worker->isLeftAlone())
            continue;
        if (!worker->wait(deadline)) {
            // In a handler that hangs, say. Destroying a running QThread would end the process.
            ended = false;
            worker->leaveAlone();
            ++m_leftAlone;
            const std::lock_guard lock(pools().mutex);
            pools().leftAlone.push_back(worker);
        }
    }
    return threads.waitForOthers(m_leftAlone, deadline) && ended;
}

} // namespace detail

// ---- the public face ----

WorkerPool::WorkerPool() : WorkerPool(std::make_unique<detail::WorkerPoolData>())
{
}

WorkerPool::WorkerPool(std::unique_ptr<detail::WorkerPoolData> data) : d(std::move(data))
{
}

WorkerPool::~WorkerPool()
{
    if (!d->end())
        detail::WorkerPoolData::leaveAlone(std::move(d));
}

WorkerPool *WorkerPool::globalInstance()
{
    static WorkerPool pool;
    return &pool;
}

int WorkerPool::maxWorkerCount() const
{
    return d->m_maxWorkerCount.load(std::memory_order_relaxed);
}

void WorkerPool::setMaxWorkerCount(int count)
{
    d->m_maxWorkerCount.store(std::clamp(count, 1, int(detail::WorkerPoolData::MostWorkers) / 2),
                              std::memory_order_relaxed);
}

std::chrono::milliseconds WorkerPool::expiryTimeout() const
{
    return d->expiryTimeout();
}

void WorkerPool::setExpiryTimeout(std::chrono::milliseconds timeout)
{
    d->m_expiryTimeout.store(timeout, std::memory_order_relaxed);
}

uint WorkerPool::stackSize() const
{
    return d->m_stackSize.load(std::memory_order_relaxed);
}

void WorkerPool::setStackSize(uint bytes)
{
    d->m_stackSize.store(bytes, std::memory_order_relaxed);
}

QThread::Priority WorkerPool::threadPriority() const
{
    return d->threadPriority();
}

void WorkerPool::setThreadPriority(QThread::Priority priority)
{
    d->m_threadPriority.store(priority, std::memory_order_relaxed);
}

std::chrono::milliseconds WorkerPool::shutdownTimeout() const
{
    return d->m_shutdownTimeout.load(std::memory_order_relaxed);
}

void WorkerPool::setShutdownTimeout(std::chrono::milliseconds timeout)
{
    d->m_shutdownTimeout.store(timeout, std::memory_order_relaxed);
}

int WorkerPool::activeWorkerCount() const
{
    const std::lock_guard lock(d->m_mutex);
    int count = 0;
    for (const auto *workers : {&d->m_workers, &d->m_dedicated})
        count += int(std::count_if(workers->begin(), workers->end(),
                                   [](const auto &worker) { return worker->isRunning(); }));
    return count;
}

qsizetype WorkerPool::serviceCount() const
{
    return d->serviceCount();
}

bool WorkerPool::waitForDone(QDeadlineTimer deadline)
{
    return d->waitForServices(deadline);
}

QThreadPool *WorkerPool::offloadPool() const
{
    return &d->offloadPool;
}

} // namespace QtInterlink
