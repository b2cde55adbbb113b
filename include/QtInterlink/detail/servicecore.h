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

// What the core has to know of a service's class: one constant table a class.
struct ServiceOperations
{
    const char *typeName;
    Affinity affinity;
    void (*started)(ServiceCore &);
    void (*stopping)(ServiceCore &);
    void (*destroy)(ServiceCore &, void *instance) noexcept;
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
    void request(MessageEvent *message, ReplyCore &reply) noexcept; // the same; the reply tells
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
    bool isFloating() const noexcept { return m_operations.affinity == Affinity::Floating; }
    Worker *home() const noexcept { return m_home; }
    QString name() const;
    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept;
    void link() noexcept // a Link comes or goes; counted only if the last one is to stop the service
    {
        if (m_countsLinks)
            m_links.fetch_add(1, std::memory_order_relaxed);
    }
    void unlink() noexcept
    {
        // Acquire and release: what any holder sent is in the mailbox before the stop.
        if (m_countsLinks && m_links.fetch_sub(1, std::memory_order_acq_rel) == 1)
            stop();
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
    WorkerPoolData *pool() const noexcept { return m_pool; }
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
    bool isInTask() const noexcept { return m_exclusive; } // which holds back what comes next

    void *instance() const noexcept { return m_instance; }
    WaitNode &waitNode() noexcept { return m_waitNode; }

protected:
    void setInstance(void *instance) noexcept { m_instance = instance; }
    void followObject(QObject *instance); // which is also the service

private:
    friend class ServiceObject;
    friend class ServiceRegistry;
    friend class TimedMessage;

    void objectDestroyed() noexcept;
    void letGo() noexcept;
    bool claimEnd() noexcept { return !m_endClaimed.exchange(true, std::memory_order_acq_rel); }
    bool isDisowned() noexcept
    {
        if (!m_disowned.load(std::memory_order_acquire))
            return false;
        publishState();
        return true;
    }
    // What the worker wrote is there for giveUp(), which reads m_current first.
    void publishState() noexcept
    {
        m_current.store(m_current.load(std::memory_order_relaxed), std::memory_order_release);
    }
    ServiceExtras &extras();
    bool enter(MailboxNode *node, bool system = false) noexcept;
    bool takeRoom(MessageEvent *message) noexcept;
    void giveRoom(MessageEvent *message) noexcept;
    void schedule() noexcept;
    void wakeUp() noexcept;
    bool sort(MailboxNode *nodes, Slice &slice) noexcept;
    bool deliver(MessageEvent *message) noexcept;
    void disposeCurrent() noexcept;
    void disposePending() noexcept;
    bool finish() noexcept;
    void announceEnd() noexcept;
    void unlinkTask(TaskRoot *root) noexcept;
    void taskEnded(TaskRoot *root) noexcept;
    bool cancelTasks() noexcept;
    bool dropTask(TaskRoot *root) noexcept;

    // Read by every sender.
    Mailbox<MailboxNode> m_mailbox{Mailbox<MailboxNode>::Start::Awake};
    const ServiceOperations &m_operations;
    WorkerPoolData *m_pool = nullptr;
    Worker *m_home = nullptr;
    void *m_instance = nullptr;
    std::atomic<ServiceExtras *> m_extras{nullptr};
    // The worker's that runs it.
    MailboxNode *m_pending = nullptr; // taken from the mailbox, not yet handled: oldest first
    MailboxNode *m_pendingEnd = nullptr;
    std::atomic<MessageEvent *> m_current{nullptr}; // being handled, kept while its task goes on
    TaskRoot *m_exclusive = nullptr; // the task that holds back further messages
    WaitNode m_waitNode;
    ServiceCore *m_previousInRegistry = nullptr;
    ServiceCore *m_nextInRegistry = nullptr;
    std::atomic<int> m_refs{1};
    std::atomic<int> m_links{0};
    Life m_life = Life::Running;
    bool m_countsLinks = false;
    bool m_bounded = false;
    bool m_hasObject = false;
    bool m_stoppingRan = false;
    bool m_instanceGone = false; // somebody else deleted it
    std::atomic<bool> m_endClaimed{false}; // by the worker, or by a pool that doesn't wait any longer
    std::atomic<bool> m_disowned{false}; // by a pool whose deadline it missed
};

} // namespace detail
} // namespace QtInterlink

#endif
