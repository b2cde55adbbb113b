// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_WORKER_H
#define QTINTERLINK_WORKER_H

#include "clock.h"
#include "conversation.h"
#include "readyqueue.h"
#include "serviceregistry.h"
#include "slice.h"
#include "timerqueue.h"
#include "walks.h"

#include "../memory/threadlocal.h"
#include "../testedexport.h"

#include <QtInterlink/detail/mailbox.h>
#include <QtInterlink/detail/runnable.h>
#include <QtInterlink/detail/waitnode.h>

#include <QtCore/QObject>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace QtInterlink::detail {

class Doorbell;
class Worker;
class WorkerPoolData;

extern INTERLINK_THREAD_LOCAL Worker *currentWorker; // Worker::current()

// How a worker spends its time. Shorter is fairer, longer is cheaper.
struct Pace
{
    std::chrono::nanoseconds turn; // until the event loop has its own
    std::chrono::nanoseconds spin; // the longest look for work before it blocks
    int messagesAtOnce; // of one service, until the others have their turn
};

// Runs what is ready in a thread with a Qt event loop: one of the pool's own, or a guest in somebody else's.
//
// Its inbox is a Mailbox whose owner is the worker: "at rest" means that the event loop may block, and whoever pushes
// then rings the doorbell, a QEvent. While the worker is awake a push is all. The doorbell's event is answered by a
// turn: run what is ready, slice by slice, until nothing is left or the turn's time is over; then rest, or ring again
// so that the event loop's other events have their turn.
//
//   inbox   | the worker                             | a push
//   --------|----------------------------------------|----------------
//   Empty,  | takes a turn, or has rung for itself   | no more than that
//   list    |                                        |
//   AtRest  | is in its event loop, probably blocked | rings the doorbell
class INTERLINK_TESTED_EXPORT Worker : public std::enable_shared_from_this<Worker>
{
public:
    enum class Kind {
        Shared, // one of the pool's threads: spins for a moment before it rests, takes floating services
        Dedicated, // the same for one service alone, which may block: takes nothing else
        Guest, // a thread of somebody else: never spins, short turns
    };

    Worker(WorkerPoolData *pool, Kind kind, const Clock &clock, const Pace &pace);
    virtual ~Worker();
    Q_DISABLE_COPY_MOVE(Worker)

    // ---- who runs here ----
    static Worker *current() noexcept { return currentWorker; } // whose turn this thread takes, or null
    static Worker *ofThisThread() noexcept; // that one, or the one that this thread's event loop serves, or null
    static std::shared_ptr<Worker> ofThisEventLoop(); // the same, made if the thread has an event loop
    static std::shared_ptr<Worker> ofThread(QThread *thread); // the same for any thread; null if it has ended

    // ---- any thread ----
    void enqueue(Runnable *runnable) noexcept; // a pinned one
    void wake() noexcept; // if it rests
    void setTimer(TimerEntry &entry, std::chrono::nanoseconds delay);
    void setTimerAt(TimerEntry &entry, std::chrono::nanoseconds due, std::chrono::nanoseconds now);
    static void setTimerHere(TimerEntry &entry, std::chrono::nanoseconds delay); // on a worker that lasts
    QThread *thread() const noexcept { return m_thread; }
    Kind kind() const noexcept { return m_kind; }
    WorkerPoolData *pool() const noexcept { return m_pool; } // null: a guest
    const Clock &clock() const noexcept { return m_clock; }
    int walkPlace() const noexcept { return m_walkPlace; }
    // Whether it may be gone before the pool and the last link are.
    bool isTransient() const noexcept { return m_kind != Kind::Shared; }
    bool hasEnded() const noexcept { return m_ended.load(std::memory_order_acquire); }

    // ---- its own thread ----
    void enqueueHere(Runnable *runnable) noexcept { m_ready.push(runnable); } // in its turn
    void turn(); // the doorbell rang
    void timerRang();
    bool keepFloating(Runnable *runnable); // the newest here; true: there are others, which anybody may take
    void yieldFloating(Runnable *runnable) noexcept; // its slice is used up
    Runnable *takeOldestFloating() noexcept;
    bool claimRest() noexcept { return m_inbox.wake(); } // any thread; true: the caller must ring
    Conversation &conversation() noexcept { return m_conversation; }
    bool restsNested() const noexcept { return m_restsNested.load(std::memory_order_relaxed); }

    // While a handler blocks its thread, others take the worker's floating services.
    class BlockedSection
    {
    public:
        explicit BlockedSection(Worker &worker) noexcept;
        ~BlockedSection();
        Q_DISABLE_COPY_MOVE(BlockedSection)

    private:
        Worker &m_worker;
    };

    // What others write and what the worker writes lie in different cache lines.
    WaitNode waitNode;
    TimerQueue timers;
    alignas(64) SharedReadyQueue floating;
    alignas(64) ServiceRegistry registry; // the services at home here
    std::atomic<int> load{0}; // services placed here; the pool's

protected:
    friend class Doorbell;

    // A turn on a thread of ours is so long that the event loop's price doesn't show. Waking a blocked thread costs
    // some 10 µs; looking for work for twice to five times that long before blocking pays.
    static constexpr Pace OwnPace{std::chrono::milliseconds(1), std::chrono::microseconds(50), Slice::MessagesAtOnce};
    // On a thread that isn't ours it is short enough to paint and to take input.
    static constexpr Pace GuestPace{std::chrono::milliseconds(4), {}, Slice::MessagesAtOnce};

    void attach(QThread *thread); // before anything is enqueued
    void abandonAll() noexcept; // the thread has ended
    bool hasWork() const noexcept { return hasReady() || m_inbox.hasNodes(); }
    virtual void ring() noexcept; // any thread: wakes the event loop
    virtual void rested() { } // its own thread, which may block now
    virtual bool retires() noexcept { return false; } // its own thread, which has nothing to do: true if it ends
    void leave() noexcept; // its thread ends for now
    virtual void armTimer(); // so that timerRang() is called when the next one is due
    void takeInbox() noexcept;
    void wakeAnew() noexcept; // the event loop, with all that was meant to wake it, has gone; there is another one

    alignas(64) WorkerPoolData *const m_pool;
    const Kind m_kind;
    const int m_walkPlace = walks.take();
    const Clock &m_clock;
    const Pace m_pace;
    QThread *m_thread = nullptr;
    std::unique_ptr<Doorbell> m_doorbell;
    std::atomic<bool> m_ended{false};

private:
    bool hasReady() const noexcept { return !m_ready.isEmpty() || m_newestFloating || floating.size() > 0; }
    void ringItself() noexcept;
    bool rest() noexcept;
    bool restNested() noexcept;
    void leaveNestedRest() noexcept;
    void lookIntoInbox() noexcept
    {
        if (m_inbox.hasNodes())
            takeInbox();
    }
    Runnable *next() noexcept;
    bool runReady(std::chrono::nanoseconds until);
    void lookAround(std::chrono::nanoseconds now);
    bool spin();
    void fireTimers(std::chrono::nanoseconds now);
    void planTrim();
    void nestedLoopTurns() noexcept; // an event loop inside a handler
    void nestedLoopBlocks() noexcept;

    // Gives back what a flood has left, some time after it.
    class Trim final : public TimerEntry
    {
    public:
        void expired() noexcept override;
        bool isPlanned = false;
    };

    alignas(64) Mailbox<Runnable> m_inbox{Mailbox<Runnable>::Start::AtRest};

protected:
    alignas(64) ReadyQueue m_ready;

private:
    // What this worker does next, most likely the other side of a conversation: nobody takes it away, so that it costs
    // no lock.
    Runnable *m_newestFloating = nullptr;
    int m_depth = 0; // turns on the stack
    bool m_rung = false; // by itself, not yet answered
    bool m_sleeping = false; // counted in the pool's sleepers
    std::atomic<bool> m_restsNested{false}; // in an event loop inside a handler; counted in the pool's, too
    unsigned m_tick = 0;
    int m_untilLook = 1; // messages until the clock is read again
    int m_lookEvery = 1;
    std::chrono::nanoseconds m_lastLook{};
    std::chrono::nanoseconds m_spinTime;
    std::chrono::nanoseconds m_restedAt{};
    std::chrono::nanoseconds m_armedFor = TimerQueue::Never;
    Trim m_trim;
    Conversation m_conversation;
};

} // namespace QtInterlink::detail

#endif
