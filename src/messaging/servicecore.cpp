// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/servicecore.h>

#include "../memory/threadlocal.h"
#include "../scheduling/logging.h"
#include "../scheduling/pause.h"
#include "../scheduling/slice.h"
#include "../scheduling/spinlock.h"
#include "../scheduling/workerpool_p.h"
#include "serviceobject.h"
#include "waitgraph.h"

#include <QtInterlink/detail/attachment.h>
#include <QtInterlink/detail/stateboard.h>
#include <QtInterlink/detail/taskframe.h>
#include <QtInterlink/detail/timedmessage.h>
#include <QtInterlink/placement.h>

#include <mutex>
#include <vector>

namespace QtInterlink::detail {

// What most services never need.
struct ServiceExtras : Recycled
{
    QString name;
    std::shared_ptr<Worker> home; // of a worker that may go before the last link does
    WorkerPoolData *pool = nullptr; // of a service whose worker has none
    std::atomic<int> links{0}; // counted only if the last one is to stop the service

    // The worker's that runs the service.
    std::unique_ptr<ServiceObject> object;
    TimedMessage *timers = nullptr;
    TaskRoot *tasks = nullptr; // the spawned ones
    Attachment *attachments = nullptr;

    // Any thread's.
    std::atomic<int> room{0}; // messages that still fit in
    SpinLock lock; // guards what follows
    Answer<void> stopped; // who wants to know, most often one
    std::vector<Answer<void>> othersStopped;
    MailboxNode *newestWaiting = nullptr; // for room; its next is the oldest
    Retained<StateBoard> board;
};

namespace {

INTERLINK_THREAD_LOCAL ServiceCore *currentService = nullptr;
INTERLINK_THREAD_LOCAL TaskRoot *currentTask = nullptr; // of that service, if it is a task's code

class CurrentScope
{
public:
    explicit CurrentScope(ServiceCore *core, TaskRoot *task = nullptr) noexcept
        : m_service(std::exchange(currentService, core)), m_task(std::exchange(currentTask, task))
    {
    }
    ~CurrentScope()
    {
        currentService = m_service;
        currentTask = m_task;
    }
    Q_DISABLE_COPY_MOVE(CurrentScope)

private:
    ServiceCore *m_service;
    TaskRoot *m_task;
};

class StopMessage final : public MessageEvent
{
public:
    void deliver(ServiceCore &core) override { core.end(); }
};

class ObjectRequest final : public MessageEvent
{
public:
    explicit ObjectRequest(ReplyState<QObject *> *reply) noexcept : m_answer(reply) { }
    void deliver(ServiceCore &core) override
    {
        if (m_answer->begin())
            m_answer->fulfil(core.object());
    }
    void refuse() noexcept override { m_answer->fail(LinkError::Closed); }

private:
    Answer<QObject *> m_answer;
};

class AbortNode final : public SystemNode, public Recycled
{
public:
    ~AbortNode() = default;
    void run(ServiceCore &core) override
    {
        core.end();
        delete this;
    }
    void discard() noexcept override { delete this; }
};

void disposeAll(MailboxNode *node) noexcept
{
    while (node) {
        MailboxNode *const next = node->next;
        if (node->kind == MailboxNode::Kind::Message)
            static_cast<MessageEvent *>(node)->dispose();
        else
            static_cast<SystemNode *>(node)->discard();
        node = next;
    }
}

constexpr int LongQueue = 256;

// Nodes that were made one after the other lie side by side most of the time, and those of a long queue in no cache:
// the ones behind the next are likely to follow in the same steps. What lies farther away tells nothing of the kind.
void prefetchBeyond(const MailboxNode *node, const MailboxNode *next) noexcept
{
    constexpr std::intptr_t LongestStep = 1024;
    const auto at = reinterpret_cast<std::intptr_t>(next);
    const std::intptr_t step = at - reinterpret_cast<std::intptr_t>(node);
    if (step <= LongestStep && step >= -LongestStep)
        prefetchForWriting(reinterpret_cast<const void *>(at + 8 * step));
}

// Queues in which each node knows the one after it, and the newest the oldest.
void appendTo(MailboxNode *&queue, MailboxNode *oldest, MailboxNode *newest) noexcept
{
    newest->next = queue ? std::exchange(queue->next, oldest) : oldest;
    queue = newest;
}

MessageEvent *takeOldest(MailboxNode *&queue) noexcept
{
    if (!queue)
        return nullptr;
    MailboxNode *const oldest = queue->next;
    if (oldest == queue)
        queue = nullptr;
    else
        prefetchForWriting(queue->next = oldest->next);
    return static_cast<MessageEvent *>(oldest);
}

QByteArray describeException(const std::exception_ptr &exception)
{
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception &e) {
        return e.what();
    } catch (...) {
        return QByteArrayLiteral("an exception that is no std::exception");
    }
}

} // namespace

void retainCore(ServiceCore *core) noexcept
{
    core->retain();
}

void releaseCore(ServiceCore *core) noexcept
{
    core->release();
}

// ---- birth and memory ----

ServiceCore::ServiceCore(const ServiceOperations &operations, const StartOptions &options)
    : m_sharedBits(quint8((options.stopWhenUnlinked ? CountsLinks : 0) | (options.mailboxCapacity > 0 ? Bounded : 0)
                          | (operations.affinity == Affinity::Floating ? Floats : 0))),
      m_operations(operations)
{
#if !defined(Q_CC_MSVC) // which uses no padding of bases and members
    static_assert(sizeof(ServiceCore) <= 104, "a small service fits in two cache lines");
#endif
    if (has(CountsLinks) || has(Bounded) || !options.name.isEmpty()) {
        extras().room.store(options.mailboxCapacity, std::memory_order_relaxed);
        extras().name = options.name;
    }
}

ServiceCore::~ServiceCore()
{
    WaitGraph::quiesce(); // somebody may be looking at our node
    delete m_extras.load(std::memory_order_relaxed);
}

void ServiceCore::release() noexcept
{
    // Acquire and release: the last one out sees what the others wrote.
    if (m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

bool ServiceCore::tryLink() noexcept
{
    if (isClosed())
        return false;
    if (!has(CountsLinks))
        return true;
    std::atomic<int> &count = m_extras.load(std::memory_order_relaxed)->links;
    int links = count.load(std::memory_order_relaxed);
    while (links > 0) {
        if (count.compare_exchange_weak(links, links + 1, std::memory_order_relaxed))
            return true;
    }
    return false;
}

void ServiceCore::countLink() noexcept
{
    m_extras.load(std::memory_order_relaxed)->links.fetch_add(1, std::memory_order_relaxed);
}

void ServiceCore::uncountLink() noexcept
{
    // Acquire and release: what any holder sent is in the mailbox before the stop.
    if (m_extras.load(std::memory_order_relaxed)->links.fetch_sub(1, std::memory_order_acq_rel) == 1)
        stop();
}

ServiceExtras &ServiceCore::extras()
{
    ServiceExtras *extras = m_extras.load(std::memory_order_acquire);
    if (!extras) {
        auto *const made = new ServiceExtras;
        if (m_extras.compare_exchange_strong(extras, made, std::memory_order_acq_rel))
            return *made;
        delete made;
    }
    return *extras;
}

void ServiceCore::start(MessageEvent *starter, const StartOptions &options)
{
    WorkerPoolData &pool = (options.pool ? options.pool : WorkerPool::globalInstance())->data();
    const std::shared_ptr<Worker> home = pool.place(options.placement, isFloating());
    if (!home) {
        m_life = Life::Ended;
        m_mailbox.finish();
        starter->dispose();
        return;
    }
    m_home = home.get();
    if (!isFloating())
        m_waitNode.host = &home->waitNode;
    if (home->isTransient())
        extras().home = home;
    if (!home->pool())
        extras().pool = &pool;
    starter->placed(home->thread());
    appendPending(starter, starter);
    // While it lives; no other thread knows it yet.
    m_refs.store(m_refs.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    home->registry.add(*this);
    pool.serviceStarted(*home);
    schedule();
    if (pool.isClosing())
        stop(); // the pool may have looked before we were registered
}

QString ServiceCore::name() const
{
    const ServiceExtras *const extras = m_extras.load(std::memory_order_acquire);
    return extras && !extras->name.isEmpty() ? extras->name : QString::fromLatin1(m_operations.typeName);
}

WorkerPoolData *ServiceCore::pool() const noexcept
{
    if (!m_home)
        return nullptr;
    WorkerPoolData *const pool = m_home->pool();
    return pool ? pool : m_extras.load(std::memory_order_acquire)->pool;
}

ServiceCore *ServiceCore::current() noexcept
{
    return currentService;
}

ReplyCore *ServiceCore::currentReply() noexcept
{
    if (currentService != this)
        return nullptr; // a slot of one of its QObjects, say
    if (currentTask)
        return currentTask->reply();
    MessageEvent *const message = currentMessage();
    return message && !isInTask() ? message->reply() : nullptr;
}

// ---- into the mailbox ----

// Whether this thread alone may touch what waits to be handled: a pinned service's own, once it is scheduled.
inline bool ServiceCore::isAwakeHere() const noexcept
{
    return m_home == currentWorker && !has(SharedBit(Floats | Disowned)) && m_isAwake;
}

inline bool ServiceCore::enter(MessageEvent *message) noexcept
{
    // From its own worker, and nothing came from elsewhere that would be overtaken: no atomic step is needed.
    if (m_mailbox.isEmptyAndAwake() && isAwakeHere()) {
        appendPending(message, message);
        return true;
    }
    MailboxNode &node = *message; // by a reference, which the compiler knows to be one: no check for null
    const Pushed pushed = m_mailbox.pushOrClaim(&node);
    if (pushed == Pushed::Schedule)
        return enterResting(message);
    return pushed == Pushed::Queued;
}

// The caller is the owner, until the worker is told.
bool ServiceCore::enterResting(MessageEvent *message) noexcept
{
    if (has(Disowned)) [[unlikely]] // by a pool that may just be looking at what waits; nobody runs it any more
        return m_mailbox.push(message) != Pushed::Refused;
    appendPending(message, message);
    if (!isFloating() && m_home == currentWorker) {
        m_isAwake = true;
        m_home->enqueueHere(this);
    } else {
        schedule();
    }
    return true;
}

void ServiceCore::schedule() noexcept
{
    if (isFloating())
        m_home->pool()->floating.enqueue(this);
    else
        m_home->enqueue(this);
}

// The owner changed something outside a run: from a slot of one of its QObjects, say.
void ServiceCore::wakeUp() noexcept
{
    if (currentService != this && m_mailbox.wake())
        schedule();
}

bool ServiceCore::takeRoom(MessageEvent *message) noexcept
{
    std::atomic<int> &room = m_extras.load(std::memory_order_relaxed)->room;
    int left = room.load(std::memory_order_relaxed);
    do {
        if (left <= 0)
            return false; // never below 0, not for a moment: others would take that for full
    } while (!room.compare_exchange_weak(left, left - 1, std::memory_order_acq_rel, std::memory_order_relaxed));
    message->takesRoom = true;
    return true;
}

LinkError ServiceCore::post(MessageEvent *message) noexcept
{
    if (has(Bounded) && !takeRoom(message)) {
        const bool closed = isClosed();
        if (closed)
            message->refuse();
        message->dispose();
        return closed ? LinkError::Closed : LinkError::MailboxFull;
    }
    if (enter(message))
        return LinkError::NoError;
    message->refuse();
    message->dispose();
    return LinkError::Closed;
}

// Static, so that a caller whose link leads nowhere needs no branch of its own: that code stands for every message.
void ServiceCore::request(ServiceCore *core, MessageEvent *message, ReplyCore &reply) noexcept
{
    if (core) {
        reply.target.store(&core->m_waitNode, std::memory_order_relaxed); // published as the message is
        if (core->has(Bounded) ? core->enterBounded(message, reply) : core->enter(message))
            return;
    }
    message->refuse();
    message->dispose();
}

// Where there is no room, the message waits at its reply until there is some.
Q_NEVER_INLINE bool ServiceCore::enterBounded(MessageEvent *message, ReplyCore &reply) noexcept
{
    if (takeRoom(message))
        return enter(message);
    if (isClosed())
        return false;
    if (reply.park(message, CoreRef(this)))
        return true;
    reply.fail(LinkError::MailboxFull);
    return false;
}

void ServiceCore::enterWhenThereIsRoom(MessageEvent *message)
{
    ServiceExtras &extras = *m_extras.load(std::memory_order_relaxed);
    {
        const std::lock_guard lock(extras.lock);
        if (!isClosed() && !takeRoom(message)) {
            appendTo(extras.newestWaiting, message, message);
            return;
        }
    }
    if (!enter(message)) {
        message->refuse();
        message->dispose();
    }
}

// A message left the mailbox: its room goes to the first who waits for some.
void ServiceCore::giveRoom(MessageEvent *message) noexcept
{
    message->takesRoom = false;
    ServiceExtras &extras = *m_extras.load(std::memory_order_relaxed);
    MessageEvent *next = nullptr;
    {
        const std::lock_guard lock(extras.lock);
        next = takeOldest(extras.newestWaiting);
        if (!next) {
            extras.room.fetch_add(1, std::memory_order_acq_rel);
            return;
        }
        next->takesRoom = true;
    }
    if (!enter(next)) {
        next->refuse();
        next->dispose();
    }
}

bool ServiceCore::postOwn(MessageEvent *message) noexcept
{
    if (enter(message))
        return true;
    message->refuse();
    message->dispose();
    return false;
}

bool ServiceCore::postSystem(SystemNode *node) noexcept
{
    const Pushed pushed = m_mailbox.push(node, true);
    if (pushed == Pushed::Schedule)
        schedule();
    return pushed != Pushed::Refused;
}

void ServiceCore::stop() noexcept
{
    auto *const message = new StopMessage;
    if (!enter(message))
        message->dispose();
}

void ServiceCore::abort() noexcept
{
    auto *const node = new AbortNode;
    if (!postSystem(node))
        delete node;
}

void ServiceCore::watchStopped(ReplyState<void> *stopped)
{
    Answer<void> answer(stopped);
    stopped->target.store(&m_waitNode, std::memory_order_relaxed); // whoever takes it gets it from this thread
    ServiceExtras &extras = this->extras();
    {
        const std::lock_guard lock(extras.lock);
        if (!m_mailbox.isFinished()) {
            if (!extras.stopped)
                extras.stopped = std::move(answer);
            else
                extras.othersStopped.push_back(std::move(answer));
            return;
        }
    }
    answer->fulfil();
}

Retained<StateBoard> ServiceCore::stateBoard()
{
    ServiceExtras &extras = this->extras();
    const std::lock_guard lock(extras.lock);
    if (!extras.board) {
        extras.board = Retained<StateBoard>(new StateBoard);
        if (m_mailbox.isFinished())
            extras.board->end();
    }
    return extras.board;
}

void ServiceCore::requestObject(ReplyState<QObject *> *reply)
{
    auto *const message = new ObjectRequest(reply);
    reply->target.store(&m_waitNode, std::memory_order_relaxed);
    if (!enter(message)) {
        message->refuse();
        message->dispose();
    }
}

// ---- a run ----

Runnable::Next ServiceCore::run(Slice &slice)
{
    if (isDisowned()) [[unlikely]]
        return Next::Done; // answered for by the pool; leave everything as it is
    const CurrentScope scope(this);
    m_isAwake = true;
    for (;;) {
        if (MailboxNode *const nodes = m_mailbox.takeNewestFirst()) {
            if (!nodes->next && nodes->kind == MailboxNode::Kind::Message) // most of the time
                appendPending(nodes, nodes);
            else if (!sort(nodes, slice))
                return Next::Done;
        }
        while (hasPending() && !isInTask() && m_life <= Life::Draining && !slice.isUsedUp()) {
            if (!deliver(takePending())) [[unlikely]]
                return Next::Done;
            slice.spend();
        }
        const bool nothingToHandle = !hasPending() || isInTask();
        if (m_life == Life::Draining && !hasPending() && !isInTask() && !m_mailbox.hasNodes())
            end();
        if (m_life == Life::Ending) {
            if (finish())
                return Next::Done;
            if (rest())
                return Next::Done;
            continue;
        }
        if (nothingToHandle && rest())
            return Next::Done;
        if (slice.isUsedUp()) {
            if (!isFloating())
                return Next::Again;
            Worker::current()->yieldFloating(this);
            return Next::Done;
        }
    }
}

// Once it rests, others own it.
inline bool ServiceCore::rest() noexcept
{
    m_isAwake = false;
    if (m_mailbox.rest())
        return true;
    m_isAwake = true;
    return false;
}

// Messages wait for their turn; what the engine sent has it now. Takes the newest first, and puts them in order in the
// same pass, since a long queue is in no cache. False: the service was disowned meanwhile.
bool ServiceCore::sort(MailboxNode *nodes, Slice &slice) noexcept
{
    MailboxNode *system = nullptr;
    MailboxNode *oldest = nullptr;
    MailboxNode *newest = nullptr;
    int count = 0;
    while (nodes) {
        MailboxNode *const node = nodes;
        nodes = node->next;
        if (++count > LongQueue)
            prefetchBeyond(node, nodes);
        if (node->kind == MailboxNode::Kind::System) {
            node->next = system;
            system = node;
        } else {
            if (!newest)
                newest = node;
            node->next = oldest;
            oldest = node;
        }
    }
    if (newest)
        appendPending(oldest, newest);
    while (system) {
        auto *const node = static_cast<SystemNode *>(system);
        system = node->next;
        node->run(*this);
        if (isDisowned()) [[unlikely]]
            return false;
        slice.spend();
    }
    return true;
}

// Behind what waits already.
void ServiceCore::appendPending(MailboxNode *oldest, MailboxNode *newest) noexcept
{
    MailboxNode *pending = newestPending.load(std::memory_order_relaxed);
    appendTo(pending, oldest, newest);
    newestPending.store(pending, std::memory_order_release); // for giveUp()
}

MessageEvent *ServiceCore::takePending() noexcept
{
    MailboxNode *pending = newestPending.load(std::memory_order_relaxed);
    MessageEvent *const oldest = takeOldest(pending);
    if (!pending)
        newestPending.store(nullptr, std::memory_order_relaxed);
    return oldest;
}

MessageEvent *ServiceCore::currentMessage(std::memory_order order) const noexcept
{
    const std::uintptr_t current = m_current.load(order);
    return current & IsTask ? taskIn(current)->message : reinterpret_cast<MessageEvent *>(current);
}

void ServiceCore::setCurrent(MessageEvent *message) noexcept
{
    // Release: for giveUp(), with all that was written before.
    m_current.store(reinterpret_cast<std::uintptr_t>(message), std::memory_order_release);
}

void ServiceCore::setExclusive(TaskRoot *root) noexcept
{
    root->message = currentMessage();
    m_current.store(reinterpret_cast<std::uintptr_t>(root) | IsTask, std::memory_order_release);
}

// Not inlined: it would cost each message that is handled the saving of three registers.
Q_NEVER_INLINE void ServiceCore::caughtFrom(MessageEvent *message) noexcept
{
    const std::exception_ptr exception = std::current_exception();
    message->fail(exception);
    caught(exception);
}

// False: the service was disowned meanwhile.
bool ServiceCore::deliver(MessageEvent *message) noexcept
{
    setCurrent(message);
    if (message->takesRoom)
        giveRoom(message);
    try {
        if (m_hasObject && !message->isFiltered) [[unlikely]]
            m_extras.load(std::memory_order_relaxed)->object->pass(message);
        else
            message->deliver(*this);
    } catch (...) {
        caughtFrom(message);
    }
    if (isDisowned()) [[unlikely]]
        return false;
    if (!isInTask()) { // else its task may still use it
        setCurrent(nullptr);
        message->dispose();
    }
    return true;
}

void ServiceCore::disposeCurrent() noexcept
{
    if (MessageEvent *const message = currentMessage()) {
        setCurrent(nullptr);
        message->dispose();
    }
}

void ServiceCore::caught(std::exception_ptr exception) noexcept
{
    if (isDisowned())
        return;
    if (m_instanceGone)
        return; // nobody is left to ask
    if (!m_hasInstance) {
        qCWarning(lcInterlink, "%s could not be started: its constructor threw: %s", qPrintable(name()),
                  describeException(exception).constData());
        end();
        return;
    }
    if (!m_operations.handleException) {
        qCWarning(lcInterlink,
                  "%s stops: an exception left one of its handlers: %s. "
                  "Add ErrorAction handleError(std::exception_ptr) to it to decide otherwise.",
                  qPrintable(name()), describeException(exception).constData());
        end();
        return;
    }
    try {
        apply(m_operations.handleException(*this, std::move(exception)));
    } catch (...) {
        qCWarning(lcInterlink, "%s stops: its handleError() threw: %s", qPrintable(name()),
                  describeException(std::current_exception()).constData());
        end();
    }
}

void ServiceCore::apply(ErrorAction action) noexcept
{
    if (action == ErrorAction::Stop)
        end();
}

// ---- tasks ----

void ServiceCore::startTask(TaskRoot *root)
{
    const CurrentScope scope(this, root);
    if (root->exclusive) {
        setExclusive(root);
    } else {
        TaskRoot *&first = extras().tasks;
        root->next = first;
        if (first)
            first->previous = root;
        first = root;
    }
    try {
        root->begin();
    } catch (...) { // the callable, not the coroutine
        if (!isDisowned()) {
            unlinkTask(root);
            delete root;
        }
        throw;
    }
    if (root->ended && !isDisowned())
        taskEnded(root);
}

void ServiceCore::resumeTask(TaskRoot *root, TaskWait *wait) noexcept
{
    root->wait = nullptr;
    const bool exclusive = root->exclusive;
    if (root->dropped || m_instanceGone) {
        unlinkTask(root);
        delete root;
    } else {
        publishState();
        {
            const CurrentScope scope(this, root);
            wait->resume();
        }
        if (!root->ended || isDisowned())
            return;
        taskEnded(root);
    }
    if (exclusive)
        disposeCurrent();
}

void ServiceCore::unlinkTask(TaskRoot *root) noexcept
{
    if (root->exclusive) {
        setCurrent(root->message);
        return;
    }
    TaskRoot *&first = m_extras.load(std::memory_order_relaxed)->tasks;
    (root->previous ? root->previous->next : first) = root->next;
    if (root->next)
        root->next->previous = root->previous;
}

void ServiceCore::taskEnded(TaskRoot *root) noexcept
{
    unlinkTask(root);
    try {
        root->settle();
    } catch (...) {
        caught(std::current_exception());
    }
    delete root;
}

// Destroys a task where it is suspended. False: its wait is over and on its way here; it goes when that arrives.
bool ServiceCore::dropTask(TaskRoot *root) noexcept
{
    if (root->dropped)
        return false;
    if (!root->wait->cancel()) {
        root->dropped = true;
        return false;
    }
    unlinkTask(root);
    delete root;
    return true;
}

bool ServiceCore::cancelTasks() noexcept
{
    bool none = true;
    if (TaskRoot *const root = exclusiveTask()) {
        if (dropTask(root))
            disposeCurrent();
        else
            none = false;
    }
    if (ServiceExtras *const extras = m_extras.load(std::memory_order_acquire)) {
        for (TaskRoot *root = extras->tasks; root;) {
            TaskRoot *const next = root->next;
            none &= dropTask(root);
            root = next;
        }
    }
    return none;
}

// ---- timers, attachments and the object ----

void ServiceCore::addTimer(TimedMessage *timer)
{
    TimedMessage *&first = extras().timers;
    timer->m_core = CoreRef(this);
    timer->m_listed = true;
    timer->m_next = first;
    if (first)
        first->m_previous = timer;
    first = timer;
    m_home->setTimer(*timer, timer->due); // there, wherever a floating service runs: it lives as long
}

void ServiceCore::dropTimer(TimedMessage *timer) noexcept
{
    if (!timer->m_listed)
        return;
    timer->queue->remove(*timer);
    forgetTimer(timer);
}

void ServiceCore::forgetTimer(TimedMessage *timer) noexcept
{
    if (!std::exchange(timer->m_listed, false))
        return;
    timer->m_active.store(false, std::memory_order_release);
    TimedMessage *&first = m_extras.load(std::memory_order_relaxed)->timers;
    (timer->m_previous ? timer->m_previous->m_next : first) = timer->m_next;
    if (timer->m_next)
        timer->m_next->m_previous = timer->m_previous;
    timer->m_previous = timer->m_next = nullptr;
    timer->release();
}

void ServiceCore::attach(Attachment *attachment)
{
    Attachment *&first = extras().attachments;
    attachment->m_attached = true;
    attachment->m_next = first;
    if (first)
        first->m_previous = attachment;
    first = attachment;
}

void ServiceCore::detach(Attachment *attachment) noexcept
{
    if (!std::exchange(attachment->m_attached, false))
        return;
    Attachment *&first = m_extras.load(std::memory_order_relaxed)->attachments;
    (attachment->m_previous ? attachment->m_previous->m_next : first) = attachment->m_next;
    if (attachment->m_next)
        attachment->m_next->m_previous = attachment->m_previous;
    attachment->m_previous = attachment->m_next = nullptr;
    attachment->detached();
}

QThreadPool *ServiceCore::offloadPool() const noexcept
{
    return &pool()->offloadPool;
}

QObject *ServiceCore::object()
{
    ServiceExtras &extras = this->extras();
    if (!extras.object) {
        extras.object = std::make_unique<ServiceObject>(*this);
        m_hasObject = true;
    }
    return extras.object.get();
}

// ---- the end ----

void ServiceCore::drainAndStop() noexcept
{
    if (m_life != Life::Running)
        return;
    m_mailbox.close();
    m_life = Life::Draining;
    wakeUp();
}

void ServiceCore::end() noexcept
{
    if (m_life >= Life::Ending)
        return;
    m_mailbox.close();
    m_life = Life::Ending;
    wakeUp();
}

void ServiceCore::disposePending() noexcept
{
    MailboxNode *const newest = newestPending.load(std::memory_order_acquire);
    newestPending.store(nullptr, std::memory_order_relaxed);
    if (newest)
        disposeAll(std::exchange(newest->next, nullptr));
}

// Of its timers, streams and sinks.
void ServiceCore::letGo() noexcept
{
    ServiceExtras *const extras = m_extras.load(std::memory_order_acquire);
    while (extras && extras->timers)
        dropTimer(extras->timers);
    while (extras && extras->attachments)
        detach(extras->attachments);
}

void ServiceCore::followObject(QObject *instance)
{
    QObject::connect(
            instance, &QObject::destroyed, instance, [core = CoreRef(this)] { core->objectDestroyed(); },
            Qt::DirectConnection);
}

// Its code must not run any more: neither handlers nor tasks, nor stopping().
void ServiceCore::objectDestroyed() noexcept
{
    if (!m_hasInstance || isDisowned())
        return;
    m_hasInstance = false;
    m_instanceGone = true;
    letGo();
    end();
}

// Returns whether the service has ended; if so, it may be gone.
bool ServiceCore::finish() noexcept
{
    disposePending();
    if (!cancelTasks())
        return false;
    if (m_hasInstance && !m_stoppingRan) {
        m_stoppingRan = true;
        try {
            m_operations.stopping(*this);
        } catch (...) {
            qCWarning(lcInterlink, "%s: its stopping() threw: %s", qPrintable(name()),
                      describeException(std::current_exception()).constData());
        }
        if (isDisowned())
            return true;
        // A task that stopping() spawned has begun, and that is all.
        if (!cancelTasks())
            return false;
    }
    letGo();
    if (m_hasInstance) {
        m_hasInstance = false;
        m_operations.destroy(*this);
    }
    if (ServiceExtras *const extras = m_extras.load(std::memory_order_acquire)) {
        m_hasObject = false;
        extras->object.reset(); // after the service, whose members may be its children
    }
    if (!claimEnd())
        return true; // the pool did not wait any longer
    m_life = Life::Ended;
    disposeAll(m_mailbox.finish());
    announceEnd();
    release();
    return true;
}

void ServiceCore::announceEnd() noexcept
{
    Answer<void> stopped;
    std::vector<Answer<void>> othersStopped;
    // A change of the pointer, though to what it is: whoever makes the extras after this sees that we have finished.
    ServiceExtras *extras = nullptr;
    m_extras.compare_exchange_strong(extras, nullptr, std::memory_order_acq_rel);
    if (extras) {
        MailboxNode *waiting = nullptr;
        Retained<StateBoard> board;
        {
            const std::lock_guard lock(extras->lock);
            stopped = std::move(extras->stopped);
            othersStopped.swap(extras->othersStopped);
            waiting = std::exchange(extras->newestWaiting, nullptr);
            board = extras->board;
        }
        if (board)
            board->end();
        while (MessageEvent *const message = takeOldest(waiting)) {
            message->refuse();
            message->dispose();
        }
    }
    m_home->registry.remove(*this);
    pool()->serviceEnded(*m_home);
    if (stopped)
        stopped->fulfil();
    for (Answer<void> &answer : othersStopped)
        answer->fulfil();
}

void ServiceCore::disown() noexcept
{
    m_sharedBits.fetch_or(Disowned, std::memory_order_seq_cst);
}

bool ServiceCore::giveUp() noexcept
{
    if (!claimEnd())
        return false; // it has just ended after all
    const auto noResponse = std::make_exception_ptr(LinkException(LinkError::NoResponse));
    if (MessageEvent *const message = currentMessage(std::memory_order_acquire))
        message->fail(noResponse);
    if (TaskRoot *const root = exclusiveTask())
        root->fail(noResponse);
    if (ServiceExtras *const extras = m_extras.load(std::memory_order_acquire)) {
        for (TaskRoot *root = extras->tasks; root; root = root->next)
            root->fail(noResponse);
    }
    disposePending();
    disposeAll(m_mailbox.finish());
    announceEnd();
    return true;
}

void ServiceCore::abandon() noexcept
{
    // The thread has ended. What it would have run can only be given up.
    if (m_life == Life::Ended)
        return;
    disown();
    giveUp();
}

} // namespace QtInterlink::detail
