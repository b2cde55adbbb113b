// SPDX-License-Identifier: MIT
#include "worker.h"

#include "doorbell.h"
#include "guestworker.h"
#include "pause.h"
#include "slice.h"
#include "threadworker.h"
#include "workerpool_p.h"

#include "../memory/threadlocal.h"
#include "../memory/upkeep.h"

#include <QtCore/QAbstractEventDispatcher>
#include <QtCore/QThread>

#include <algorithm>
#include <optional>
#include <thread>

namespace QtInterlink::detail {

using namespace std::chrono_literals;

// The clock is read once in so many messages that it happens about this often.
static constexpr std::chrono::nanoseconds LookInterval = 50us;
static constexpr int MostBetweenLooks = 64;
static constexpr std::chrono::nanoseconds ShortestSpin = 1us;
static constexpr std::chrono::nanoseconds TrimDelay = 1s;

INTERLINK_THREAD_LOCAL Worker *currentWorker = nullptr;

namespace {

class TurnScope
{
public:
    TurnScope(Worker *worker, int &depth) noexcept : m_previous(std::exchange(currentWorker, worker)), m_depth(depth)
    {
        ++m_depth;
    }
    ~TurnScope()
    {
        --m_depth;
        currentWorker = m_previous;
    }
    Q_DISABLE_COPY_MOVE(TurnScope)

private:
    Worker *m_previous;
    int &m_depth;
};

} // namespace

Worker::Worker(WorkerPoolData *pool, Kind kind, const Clock &clock, const Pace &pace)
    : m_pool(pool), m_kind(kind), m_clock(clock), m_pace(pace), m_spinTime(pace.spin)
{
}

Worker::~Worker()
{
    walks.waitForAll(); // somebody may be looking at our node
    walks.giveBack(m_walkPlace);
}

// ---- who runs here ----

Worker *Worker::ofThisThread() noexcept
{
    if (currentWorker)
        return currentWorker;
    if (auto *thread = dynamic_cast<PoolThread *>(QThread::currentThread()))
        return &thread->worker();
    return GuestWorker::find(QThread::currentThread());
}

std::shared_ptr<Worker> Worker::ofThisEventLoop()
{
    if (currentWorker)
        return currentWorker->shared_from_this();
    return QAbstractEventDispatcher::instance() ? ofThread(QThread::currentThread()) : nullptr;
}

std::shared_ptr<Worker> Worker::ofThread(QThread *thread)
{
    if (!thread || thread->isFinished())
        return nullptr;
    if (auto *own = dynamic_cast<PoolThread *>(thread))
        return own->worker().shared_from_this();
    return GuestWorker::of(thread);
}

// ---- any thread ----

void Worker::attach(QThread *thread)
{
    m_thread = thread;
    m_doorbell = std::make_unique<Doorbell>(*this);
    m_doorbell->moveToThread(thread);
}

void Worker::enqueue(Runnable *runnable) noexcept
{
    if (currentWorker == this) {
        enqueueHere(runnable);
        return;
    }
    if (currentWorker)
        currentWorker->m_conversation.woke(runnable);
    // Once it is pushed, whoever keeps a transient worker may let go of it, and we still ring.
    const std::shared_ptr<Worker> keep = isTransient() ? shared_from_this() : nullptr;
    switch (m_inbox.pushToIdle(runnable)) {
    case Pushed::Queued:
        break;
    case Pushed::Schedule:
        ring();
        break;
    case Pushed::Refused:
        runnable->abandon();
        break;
    }
}

void Worker::wake() noexcept
{
    if (m_inbox.wake())
        ring();
}

void Worker::ring() noexcept
{
    m_doorbell->ring();
}

void Worker::setTimer(TimerEntry &entry, std::chrono::nanoseconds delay)
{
    // A delay that no clock reaches stands for never.
    delay = std::clamp<std::chrono::nanoseconds>(delay, 0ns, std::chrono::hours(24 * 365 * 100));
    const std::chrono::nanoseconds now = m_clock.now();
    setTimerAt(entry, now + delay, now);
}

void Worker::setTimerAt(TimerEntry &entry, std::chrono::nanoseconds due, std::chrono::nanoseconds now)
{
    // Written once: other threads look there to cancel.
    if (entry.queue != &timers)
        entry.queue = &timers;
    if (timers.add(entry, due, now) && this != currentWorker)
        wake();
}

void Worker::setTimerHere(TimerEntry &entry, std::chrono::nanoseconds delay)
{
    // Other workers may be gone before the timer is due, or before somebody takes it out of their queue.
    WorkerPoolData &pool = WorkerPoolData::global();
    if (currentWorker && currentWorker->m_kind == Kind::Shared
        && (currentWorker->m_pool == &pool || currentWorker->m_pool->hasOwnTime())) {
        currentWorker->setTimer(entry, delay);
    } else if (const std::shared_ptr<Worker> worker = pool.timerWorker()) {
        worker->setTimer(entry, delay);
    } else {
        // The pool is closing. A place where it can be found, and nothing is due.
        static TimerQueue *const never = new TimerQueue;
        entry.queue = never;
        never->add(entry, TimerQueue::Never);
    }
}

// ---- a turn ----

void Worker::turn()
{
    m_rung = false;
    m_doorbell->listen();
    leaveNestedRest();
    takeInbox();
    if (m_sleeping) {
        m_sleeping = false;
        m_pool->floating.wokeUp();
    }
    std::chrono::nanoseconds now = m_clock.now();
    if (m_depth == 0 && now - m_restedAt < m_pace.spin)
        m_spinTime = m_pace.spin; // it would have paid to look a little longer

    bool timeLeft = true;
    {
        const TurnScope scope(this, m_depth);
        const std::chrono::nanoseconds until = now + m_pace.turn;
        lookAround(now);
        timeLeft = runReady(until);
        while (timeLeft && m_pace.spin > 0ns && m_depth == 1 && spin())
            timeLeft = runReady(until);
    }
    if (timeLeft && m_depth > 0 && restNested()) {
        armTimer();
    } else if (timeLeft && m_depth == 0 && retires()) {
        return; // awake for good, so that nobody counts on it
    } else if (timeLeft && m_depth == 0 && rest()) {
        planTrim();
        armTimer();
        rested();
    } else {
        ringItself();
    }
}

void Worker::timerRang()
{
    m_doorbell->ringNoMore();
    m_armedFor = TimerQueue::Never;
    turn();
}

void Worker::ringItself() noexcept
{
    if (m_rung)
        return;
    m_rung = true;
    ring();
}

void Worker::takeInbox() noexcept
{
    if (Runnable *const newest = m_inbox.takeNewestFirst())
        m_ready.append(reversed<StdAtomics>(newest), newest);
}

Runnable *Worker::next() noexcept
{
    ++m_tick;
    // Each look takes the inbox's cache line from those who push: not while there is enough to do.
    if (m_ready.isEmpty() || m_tick % 16 == 0)
        lookIntoInbox();
    if (m_kind != Kind::Shared)
        return m_ready.pop();

    // In turns, so that neither kind of service starves the other, nor a conversation those who wait.
    Runnable *runnable = nullptr;
    if (m_tick % 64 == 0)
        runnable = m_tick % 128 ? m_pool->floating.takeInjected() : floating.popOldest();
    if (!runnable && m_tick % 2 == 0) {
        if (Runnable *const pinned = m_ready.pop())
            return pinned;
    }
    if (!runnable)
        runnable = std::exchange(m_newestFloating, nullptr);
    if (!runnable)
        runnable = floating.popNewest();
    if (!runnable) {
        if (Runnable *const pinned = m_ready.pop())
            return pinned;
        runnable = m_pool->floating.find(*this);
    }
    if (runnable)
        lookIntoInbox(); // what it made ready from another worker comes before what it makes ready here
    return runnable;
}

// Returns false if the time is over.
bool Worker::runReady(std::chrono::nanoseconds until)
{
    bool passedOn = m_kind != Kind::Shared;
    for (;;) {
        Runnable *const runnable = next();
        if (!runnable) {
            if (!timers.fire(m_lastLook))
                return true;
            continue;
        }
        if (!std::exchange(passedOn, true))
            m_pool->floating.passOn();
        Slice slice;
        slice.left = std::min(m_untilLook, m_pace.messagesAtOnce);
        if (m_kind == Kind::Guest) {
            slice.clock = &m_clock;
            slice.end = until;
        }
        const int before = slice.left;
        if (runnable->run(slice) == Runnable::Next::Again) {
            lookIntoInbox(); // others come first
            m_ready.push(runnable);
        }
        if (m_restsNested.load(std::memory_order_relaxed)) [[unlikely]]
            leaveNestedRest();
        m_untilLook -= std::max(1, before - slice.left);
        if (m_untilLook > 0 && m_kind != Kind::Guest)
            continue;
        const std::chrono::nanoseconds now = m_clock.now();
        lookAround(now);
        if (now >= until)
            return false;
    }
}

void Worker::lookAround(std::chrono::nanoseconds now)
{
    // Fast messages: seldom. Slow ones: after each.
    const std::chrono::nanoseconds passed = now - std::exchange(m_lastLook, now);
    if (passed > 2 * LookInterval)
        m_lookEvery = std::max(1, m_lookEvery / 2);
    else if (m_untilLook <= 0 && passed < LookInterval)
        m_lookEvery = std::min({MostBetweenLooks, m_pace.messagesAtOnce, m_lookEvery * 2});
    m_untilLook = m_lookEvery;
    fireTimers(now);
}

void Worker::fireTimers(std::chrono::nanoseconds now)
{
    timers.fire(now);
}

void Worker::planTrim()
{
    if (m_trim.isPlanned || !hasUnusedMemory())
        return;
    m_trim.isPlanned = true;
    m_trim.queue = &timers;
    timers.add(m_trim, m_clock.now() + TrimDelay);
}

void Worker::Trim::expired() noexcept
{
    isPlanned = false; // what is still unused then is looked at after the next rest
    trimMemory();
}

// Looks for work for a moment instead of blocking at once. Returns whether there is any.
bool Worker::spin()
{
    std::optional<SearchScope> search;
    if (m_kind == Kind::Shared)
        search.emplace(m_pool->floating);
    const std::chrono::nanoseconds end = m_clock.now() + m_spinTime;
    for (int round = 1;; ++round) {
        const int looks = round == 1 ? EagerLooks : 32;
        for (int i = 0; i < looks; ++i) {
            if (const Runnable *const newest = m_inbox.newest()) {
                m_conversation.fetchNext(newest);
                m_spinTime = m_pace.spin;
                return true;
            }
            if (search && m_pool->floating.hasInjected())
                break;
            if (round > 1)
                pauseProcessor();
        }
        if (Runnable *const runnable = search ? m_pool->floating.find(*this) : nullptr) {
            lookIntoInbox(); // as in next()
            m_ready.push(runnable);
            return true;
        }
        prepareMemory();
        const std::chrono::nanoseconds now = m_clock.now();
        if (timers.nextDue() <= now) {
            fireTimers(now);
            return true;
        }
        if (now >= end)
            break;
        if (round % 4 == 0)
            std::this_thread::yield(); // somebody who has work for us may want this processor
    }
    m_spinTime = std::max(ShortestSpin, m_spinTime / 2);
    return false;
}

// Returns false if there is something to do after all.
bool Worker::rest() noexcept
{
    if (hasReady())
        return false;
    if (m_kind != Kind::Shared) {
        if (!m_inbox.rest())
            return false;
        m_restedAt = m_clock.now();
        return true;
    }

    m_pool->floating.goesToSleep();
    m_sleeping = true;
    if (m_inbox.rest()) {
        // Whoever makes a floating service ready now finds us asleep. Whoever did so before may have counted on us:
        // hence this second look.
        if (!m_pool->floating.hasWork() || !m_inbox.wake()) {
            m_restedAt = m_clock.now();
            return true; // or somebody has rung already
        }
    }
    m_sleeping = false;
    m_pool->floating.wokeUp();
    return false;
}

void Worker::armTimer()
{
    const std::chrono::nanoseconds due = timers.nextDue();
    if (due == m_armedFor)
        return;
    m_armedFor = due;
    if (due == TimerQueue::Never)
        m_doorbell->ringNoMore();
    else
        m_doorbell->ringAfter(due - m_clock.now());
}

bool Worker::keepFloating(Runnable *runnable)
{
    Runnable *const before = std::exchange(m_newestFloating, runnable);
    if (before)
        floating.push(before);
    return before;
}

Runnable *Worker::takeOldestFloating() noexcept
{
    Runnable *const oldest = floating.popOldest();
    return oldest ? oldest : std::exchange(m_newestFloating, nullptr);
}

void Worker::yieldFloating(Runnable *runnable) noexcept
{
    if (!hasReady()) {
        m_newestFloating = runnable; // alone: it goes on where its memory is
        return;
    }
    floating.pushOldest(runnable);
    m_pool->floating.backlogGrew();
}

// ---- event loops inside handlers ----

void Worker::nestedLoopTurns() noexcept
{
    if (m_depth > 0 && hasWork())
        ringItself();
}

void Worker::nestedLoopBlocks() noexcept
{
    if (m_depth == 0 || m_rung)
        return;
    if (!hasWork() && (m_inbox.isAtRest() || restNested()))
        armTimer();
    else
        ringItself();
}

// The thread may block in an event loop inside a handler. That is no sleep: when the loop ends, the handler goes on.
bool Worker::restNested() noexcept
{
    if (hasReady())
        return false;
    if (m_kind == Kind::Shared && !m_restsNested.exchange(true, std::memory_order_relaxed))
        m_pool->floating.beginsNestedRest();
    if (m_inbox.rest() && (m_kind != Kind::Shared || !m_pool->floating.hasWork() || !m_inbox.wake()))
        return true; // or somebody has rung already
    leaveNestedRest();
    return false;
}

void Worker::leaveNestedRest() noexcept
{
    if (!m_restsNested.exchange(false, std::memory_order_relaxed))
        return;
    m_pool->floating.endsNestedRest();
    if (!m_inbox.wake() && m_depth > 0)
        m_pool->floating.passOn(); // somebody counted on us, who have a handler to finish first
}

void Worker::leave() noexcept
{
    if (std::exchange(m_sleeping, false))
        m_pool->floating.wokeUp();
    leaveNestedRest();
    m_inbox.wake(); // nobody may count on a thread that isn't there
    m_rung = false;
    m_doorbell->ringNoMore(); // Qt stops a timer in its own thread only
    m_doorbell->listenAnew();
    m_armedFor = TimerQueue::Never;
}

void Worker::wakeAnew() noexcept
{
    m_doorbell->forget();
    m_armedFor = TimerQueue::Never;
    m_rung = false;
    ringItself();
}

void Worker::abandonAll() noexcept
{
    m_ended.store(true, std::memory_order_release);
    for (Runnable *runnable = m_inbox.finish(); runnable;) {
        Runnable *const next = runnable->next;
        runnable->abandon();
        runnable = next;
    }
    while (Runnable *runnable = m_ready.pop())
        runnable->abandon();
    while (Runnable *runnable = takeOldestFloating())
        runnable->abandon();
}

// ---- a handler that blocks ----

Worker::BlockedSection::BlockedSection(Worker &worker) noexcept : m_worker(worker)
{
    if (worker.m_kind == Kind::Shared)
        worker.m_pool->blocks(worker);
}

Worker::BlockedSection::~BlockedSection()
{
    if (m_worker.m_kind == Kind::Shared)
        m_worker.m_pool->unblocks(m_worker);
}

} // namespace QtInterlink::detail
