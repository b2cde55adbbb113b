// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_SERVICECORE_H
#define QTINTERLINK_DETAIL_SERVICECORE_H

#include <QtInterlink/affinity.h>
#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/mailbox.h>
#include <QtInterlink/detail/messageevent.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/detail/retained.h>
#include <QtInterlink/detail/runnable.h>
#include <QtInterlink/detail/waitnode.h>
#include <QtInterlink/linkerror.h>

#include <atomic>
#include <cstdint>
#include <exception>

QT_BEGIN_NAMESPACE
class QObject;
class QThreadPool;
QT_END_NAMESPACE

namespace QtInterlink {

struct StartOptions;
class WorkerPool;

namespace detail {

class Attachment;
class StateBoard;
class TaskRoot;
class TaskWait;
class TimedMessage;
class Worker;
class WorkerPoolData;
struct ServiceExtras;

// The service behind a core of type S; it has been constructed.
template <typename S>
S &serviceOf(ServiceCore &core) noexcept;

// What the core has to know of a service's class: one constant table a class.
struct ServiceOperations
{
    const char *typeName;
    Affinity affinity;
    void (*started)(ServiceCore &);
    void (*stopping)(ServiceCore &);
    void (*destroy)(ServiceCore &) noexcept;
    ErrorAction (*handleException)(ServiceCore &, std::exception_ptr); // null: the class has no handler for it
};

// The type-erased half of a service: its mailbox, its life, its place in the scheduler.
//
//   life     | entered by                         | messages                | left when
//   ---------|------------------------------------|-------------------------|----------------------------------
//   Running  | the constructor                    | handled in order        | stop, failure, pool's end
//   Draining | ctx.stop()                         | those in it are handled | none is left, no task in progress
//   Ending   | a handled stop(), a failure, Stop; | end in NoResponse       | every spawned task is gone
//            | Draining when it is empty          |                         |
//   Ended    | stopping() ran, object destroyed   | Refused                 | -
//
// The mailbox is open in Running only. Everything but the first group of methods belongs to the worker that runs
// the service at the moment.
class Q_INTERLINK_EXPORT ServiceCore : public Runnable, public Recycled
{
public:
    enum class Life : quint8 { Running, Draining, Ending, Ended };

    ServiceCore(const ServiceOperations &operations, const StartOptions &options);
    virtual ~ServiceCore();
    Q_DISABLE_COPY_MOVE(ServiceCore)

    // Any thread.
    void start(MessageEvent *starter, const StartOptions &options);
    LinkError post(MessageEvent *message) noexcept; // takes the message; Closed and MailboxFull dispose of it
    static void request(ServiceCore *core, MessageEvent *message, ReplyCore &reply) noexcept; // the reply tells
    void enterWhenThereIsRoom(MessageEvent *message);
    bool postOwn(MessageEvent *message) noexcept; // a timer's, a stream's, a sink's; a closed mailbox disposes of it
    bool postSystem(SystemNode *node) noexcept; // false: ended, the node is still the caller's
    void stop() noexcept;
    void abort() noexcept; // the pool's deadline is over: drop what waits
    void disown() noexcept; // its handler hangs: should it return, its worker leaves the service as it is
    bool giveUp() noexcept; // some time after that: answers for it; false: it has ended
    bool isClosed() const noexcept { return m_mailbox.isClosed(); }
    void watchStopped(ReplyState<void> *stopped);
    void requestObject(ReplyState<QObject *> *reply);
    Retained<StateBoard> stateBoard(); // made by the first who publishes or observes
    bool isFloating() const noexcept { return has(Floats); }
    Worker *home() const noexcept { return m_home; }
    QString name() const;
    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;
    void link() noexcept // a Link comes or goes; counted only if the last one is to stop the service
    {
        if (has(CountsLinks))
            countLink();
    }
    void unlink() noexcept
    {
        if (has(CountsLinks))
            uncountLink();
    }
    bool tryLink() noexcept; // from a WeakLink: false if the last Link was gone

    static ServiceCore *current() noexcept; // the service whose code this thread runs now, or null
    ReplyCore *currentReply() noexcept; // to the message or task whose code this thread runs now, or null

    // Runnable
    Next run(Slice &slice) override;
    void abandon() noexcept override;

    // From handlers, through ServiceContext.
    void drainAndStop() noexcept;
    void end() noexcept; // leaves Running and Draining for Ending
    QObject *object();
    WorkerPoolData *pool() const noexcept; // null: it never began
    QThreadPool *offloadPool() const noexcept;
    void addTimer(TimedMessage *timer);
    void dropTimer(TimedMessage *timer) noexcept;
    void forgetTimer(TimedMessage *timer) noexcept; // the same for one that waits in no queue
    void attach(Attachment *attachment);
    void detach(Attachment *attachment) noexcept; // calls detached() if it is attached
    void startTask(TaskRoot *root); // runs it to its first suspension
    void resumeTask(TaskRoot *root, TaskWait *wait) noexcept;
    void caught(std::exception_ptr exception) noexcept; // a hook, a timer or a handler threw
    void apply(ErrorAction action) noexcept;
    Life life() const noexcept { return m_life; }
    bool isInTask() const noexcept { return exclusiveTask(); } // which holds back what comes next

    bool hasInstance() const noexcept { return m_hasInstance; }
    WaitNode &waitNode() noexcept { return m_waitNode; }

protected:
    void setConstructed(bool separate) noexcept
    {
        m_isSeparate = separate;
        m_hasInstance = true;
    }
    bool isSeparate() const noexcept { return m_isSeparate; } // in memory of its own
    void followObject(QObject *instance); // which is also the service

private:
    friend class ServiceObject;
    friend class ServiceRegistry;
    friend class TimedMessage;

    void objectDestroyed() noexcept;
    void letGo() noexcept;
    enum SharedBit : quint8 {
        CountsLinks = 1, // from the start: the last link's end is the service's
        Bounded = 2, // from the start: the mailbox has a capacity
        Floats = 4, // from the start
        EndClaimed = 8, // by the worker, or by a pool that doesn't wait any longer
        Disowned = 16, // by a pool whose deadline it missed
    };
    bool has(SharedBit bit) const noexcept { return m_sharedBits.load(std::memory_order_relaxed) & bit; }
    bool claimEnd() noexcept { return !(m_sharedBits.fetch_or(EndClaimed, std::memory_order_acq_rel) & EndClaimed); }
    bool isDisowned() noexcept
    {
        if (!(m_sharedBits.load(std::memory_order_acquire) & Disowned))
            return false;
        publishState();
        return true;
    }
    // What the worker wrote is there for giveUp(), which reads m_current first.
    void publishState() noexcept
    {
        m_current.store(m_current.load(std::memory_order_relaxed), std::memory_order_release);
    }
    // Being handled, and kept while its task goes on.
    MessageEvent *currentMessage(std::memory_order order = std::memory_order_relaxed) const noexcept;
    // The task that holds back further messages, or null.
    TaskRoot *exclusiveTask(std::memory_order order = std::memory_order_relaxed) const noexcept
    {
        const std::uintptr_t current = m_current.load(order);
        return current & IsTask ? taskIn(current) : nullptr;
    }
    static TaskRoot *taskIn(std::uintptr_t current) noexcept { return reinterpret_cast<TaskRoot *>(current & ~IsTask); }
    void setCurrent(MessageEvent *message) noexcept;
    void setExclusive(TaskRoot *root) noexcept;
    void countLink() noexcept;
    void uncountLink() noexcept;
    ServiceExtras &extras();
    bool isAwakeHere() const noexcept;
    bool enter(MessageEvent *message) noexcept;
    bool enterBounded(MessageEvent *message, ReplyCore &reply) noexcept;
    bool enterResting(MessageEvent *message) noexcept;
    bool takeRoom(MessageEvent *message) noexcept;
    void giveRoom(MessageEvent *message) noexcept;
    void schedule() noexcept;
    void wakeUp() noexcept;
    bool rest() noexcept;
    bool sort(MailboxNode *nodes, Slice &slice) noexcept;
    bool hasPending() const noexcept { return newestPending.load(std::memory_order_relaxed); }
    void appendPending(MailboxNode *oldest, MailboxNode *newest) noexcept;
    MessageEvent *takePending() noexcept;
    void caughtFrom(MessageEvent *message) noexcept;
    bool deliver(MessageEvent *message) noexcept;
    void disposeCurrent() noexcept;
    void disposePending() noexcept;
    bool finish() noexcept;
    void announceEnd() noexcept;
    void unlinkTask(TaskRoot *root) noexcept;
    void taskEnded(TaskRoot *root) noexcept;
    bool cancelTasks() noexcept;
    bool dropTask(TaskRoot *root) noexcept;

    static constexpr std::uintptr_t IsTask = 1;

    // Two cache lines. The first one is all that a sender on another thread touches, and whoever answers a request of
    // this service's; with vtable and queue link above.
    [[no_unique_address]] Mailbox<MailboxNode> m_mailbox{Mailbox<MailboxNode>::Start::Awake};
    Life m_life = Life::Running;
    bool m_isAwake : 1 = false; // set only while it runs or waits in the home's ready queue
    bool m_hasInstance : 1 = false;
    bool m_isSeparate : 1 = false;
    bool m_hasObject : 1 = false;
    bool m_stoppingRan : 1 = false;
    bool m_instanceGone : 1 = false; // somebody else deleted it
    std::atomic<quint8> m_sharedBits{0};
    std::atomic<int> m_refs{1};
    WaitNode m_waitNode;
    Worker *m_home = nullptr;
    std::atomic<ServiceExtras *> m_extras{nullptr};
    const ServiceOperations &m_operations;
    // The worker's that runs it.
    std::atomic<std::uintptr_t> m_current{0}; // a message, or the task that goes on after its handler
    ServiceCore *m_previousInRegistry = nullptr;
    ServiceCore *m_nextInRegistry = nullptr;
};

} // namespace detail
} // namespace QtInterlink

#endif
