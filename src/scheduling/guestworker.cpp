// SPDX-License-Identifier: MIT
#include "guestworker.h"

#include "doorbell.h"

#include <QtCore/QThread>

#include <unordered_map>

namespace QtInterlink::detail {

namespace {

struct Guests
{
    std::mutex mutex;
    std::unordered_map<QThread *, std::shared_ptr<GuestWorker>> workers;
    std::atomic<int> count{0};
};

// Never destroyed: threads may end after static destructors ran.
Guests &guests()
{
    static Guests *const guests = new Guests;
    return *guests;
}

} // namespace

GuestWorker::GuestWorker(QThread *thread) : Worker(nullptr, Kind::Guest, Clock::steady(), GuestPace)
{
    attach(thread);
    // Direct: in the thread itself, as long as its objects can still be deleted there.
    QObject::connect(
            thread, &QThread::finished, m_doorbell.get(), [this] { threadEnds(); }, Qt::DirectConnection);
}

std::shared_ptr<Worker> GuestWorker::of(QThread *thread)
{
    const std::lock_guard lock(guests().mutex);
    std::shared_ptr<GuestWorker> &worker = guests().workers[thread];
    if (!worker) {
        worker = std::make_shared<GuestWorker>(thread);
        if (thread->isFinished()) { // before we were connected
            guests().workers.erase(thread);
            return nullptr;
        }
        guests().count.fetch_add(1, std::memory_order_relaxed);
    }
    return worker;
}

GuestWorker *GuestWorker::find(QThread *thread) noexcept
{
    if (guests().count.load(std::memory_order_relaxed) == 0)
        return nullptr;
    const std::lock_guard lock(guests().mutex);
    const auto found = guests().workers.find(thread);
    return found == guests().workers.end() ? nullptr : found->second.get();
}

std::vector<std::shared_ptr<GuestWorker>> GuestWorker::all()
{
    const std::lock_guard lock(guests().mutex);
    std::vector<std::shared_ptr<GuestWorker>> all;
    for (const auto &[thread, worker] : guests().workers)
        all.push_back(worker);
    return all;
}

void GuestWorker::threadEnds()
{
    const std::shared_ptr<Worker> self = shared_from_this(); // the map's may be the last one
    {
        const std::lock_guard lock(guests().mutex);
        guests().workers.erase(m_thread);
        guests().count.fetch_sub(1, std::memory_order_relaxed);
    }
    // Its services can't run elsewhere: they end here, in order.
    for (const CoreRef &core : registry.all())
        core->abort();
    do {
        turn();
    } while (hasWork());
    abandonAll();
    const std::lock_guard lock(m_ringMutex);
    m_doorbell.release()->deleteLater();
}

void GuestWorker::ring() noexcept
{
    const std::lock_guard lock(m_ringMutex);
    if (m_doorbell)
        m_doorbell->ring();
}

void GuestWorker::applicationStarted()
{
    if (GuestWorker *const worker = find(QThread::currentThread()))
        worker->wakeAnew();
}

} // namespace QtInterlink::detail
