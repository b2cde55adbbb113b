// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/replycore.h>

#include "../scheduling/pause.h"
#include "../scheduling/worker.h"
#include "replyextras.h"
#include "waitgraph.h"

#include <QtInterlink/detail/servicecore.h>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <thread>

namespace QtInterlink::detail {

// ---- a thread that blocks ----

namespace {

// How long a blocked caller looks itself before it lets the system wake it, which costs ten times as much.
constexpr auto SpinTime = std::chrono::microseconds(40);

// Returns whether \a done() came true meanwhile.
template <typename Done>
bool spinUntil(Done &&done) noexcept
{
    const auto end = std::chrono::steady_clock::now() + SpinTime;
    do {
        for (int i = 0; i < 64; ++i) {
            if (done())
                return true;
            pauseProcessor();
        }
        std::this_thread::yield();
    } while (std::chrono::steady_clock::now() < end);
    return false;
}

class BlockingWaiter final : public ReplyWaiter
{
public:
    BlockingWaiter(WaitNode *service, WaitNode *worker) noexcept : m_service(service), m_worker(worker) { }

    // Not inlined where a compiler guesses that the waiter is of this class.
    Q_NEVER_INLINE void replied(ReplyCore &) noexcept override
    {
        leaveGraph();
        // Under the mutex: the waiter is gone as soon as its thread sees m_done.
        const std::lock_guard lock(m_mutex);
        m_done.store(true, std::memory_order_release);
        m_condition.notify_one();
    }
    ReplyCore *retargeted(WaitNode *from, WaitNode *to) noexcept override
    {
        bool circle = false;
        for (WaitNode *node : {m_service, m_worker})
            circle |= node && WaitGraph::moveOn(*node, from, to);
        return circle ? m_reply : nullptr;
    }
    void leaveGraph() noexcept override
    {
        for (WaitNode *node : {m_service, m_worker}) {
            if (node)
                WaitGraph::leave(*node);
        }
    }
    void setReply(ReplyCore *reply) noexcept { m_reply = reply; }

    bool wait(QDeadlineTimer deadline)
    {
        spinUntil([this] { return m_done.load(std::memory_order_acquire); });
        std::unique_lock lock(m_mutex);
        const auto done = [this] { return m_done.load(std::memory_order_relaxed); };
        if (deadline.isForever()) {
            m_condition.wait(lock, done);
            return true;
        }
        return m_condition.wait_until(lock, deadline.deadline<std::chrono::steady_clock>(), done);
    }

private:
    WaitNode *m_service;
    WaitNode *m_worker;
    ReplyCore *m_reply = nullptr;
    std::mutex m_mutex;
    std::condition_variable m_condition;
    std::atomic<bool> m_done{false};
};

} // namespace

// ---- the reply ----

#if !defined(Q_CC_MSVC) // which uses no padding of bases
static_assert(sizeof(ReplyCore) <= 40, "a reply with its value fits in a cache line");
#endif

void ReplyCore::dropExtras() noexcept
{
    static_assert(alignof(ProgressListener) > IsListener && alignof(ReplyExtras) > IsListener,
                  "the tag's bit is free in both addresses");
    const std::uintptr_t extras = m_extras.load(std::memory_order_relaxed);
    if (extras & IsListener)
        listenerIn(extras)->release();
    else
        delete reinterpret_cast<ReplyExtras *>(extras);
}

ReplyExtras *ReplyCore::existingExtras() const noexcept
{
    const std::uintptr_t extras = m_extras.load(std::memory_order_acquire);
    return extras & IsListener ? nullptr : reinterpret_cast<ReplyExtras *>(extras);
}

ReplyExtras *ReplyCore::extras() noexcept
{
    if (ReplyExtras *const extras = existingExtras())
        return extras;
    std::unique_ptr<ReplyExtras> made;
    try {
        made = std::make_unique<ReplyExtras>();
    } catch (const std::bad_alloc &) {
        return nullptr;
    }
    std::uintptr_t before = m_extras.load(std::memory_order_acquire);
    while (!before || before & IsListener) {
        made->listener.store(listenerIn(before), std::memory_order_relaxed);
        if (m_extras.compare_exchange_weak(before, reinterpret_cast<std::uintptr_t>(made.get()),
                                           std::memory_order_acq_rel, std::memory_order_acquire))
            return made.release();
    }
    made->listener.store(nullptr, std::memory_order_relaxed); // the other side was faster, and has it
    return reinterpret_cast<ReplyExtras *>(before);
}

bool ReplyCore::claim() noexcept
{
    return !(m_state.fetch_or(Claimed, std::memory_order_acq_rel) & Claimed);
}

void ReplyCore::published(quint16 before) noexcept
{
    if (before & (Timed | Forwarded))
        letGo(before);
    if (before & Watched)
        m_waiter->replied(*this);
}

void ReplyCore::publish(Outcome outcome, Walk &walk) noexcept
{
    m_outcome = outcome;
    // Release: the outcome goes with it. Acquire: the waiter and the timeout come with theirs.
    const quint16 before = m_state.fetch_or(Done, std::memory_order_acq_rel);
    if (before & Watched)
        m_waiter->leaveGraph();
    walk.end();
    published(before);
}

// Rare, and so not inlined into what each reply passes.
Q_NEVER_INLINE void ReplyCore::letGo(quint16 before) noexcept
{
    if (before & Forwarded)
        WaitGraph::waitForForward();
    if (before & Timed)
        existingExtras()->timeout->stop();
}

// Who fails a reply may be somebody else than the service, which ends when it sees that nothing is left to answer:
// hence a walk, until the waiter has left the graph.

bool ReplyCore::fail(std::exception_ptr exception) noexcept
{
    Walk walk;
    if (!claim())
        return false;
    ReplyExtras *const extras = this->extras();
    if (!extras) {
        m_error = LinkError::NoResponse;
        publish(Outcome::Error, walk);
        return true;
    }
    extras->exception = std::move(exception);
    publish(Outcome::Exception, walk);
    return true;
}

bool ReplyCore::fail(LinkError error) noexcept
{
    Walk walk;
    if (!claim())
        return false;
    m_error = error;
    publish(Outcome::Error, walk);
    return true;
}

bool ReplyCore::watch(ReplyWaiter *waiter) noexcept
{
    m_waiter = waiter;
    return startWatching();
}

bool ReplyCore::startWatching() noexcept
{
    // Release: the waiter goes with it. Acquire: the outcome comes with Done. WaitGraph::enter() relies on an atomic
    // step.
    if (!(m_state.fetch_or(Watched, std::memory_order_acq_rel) & Done))
        return true;
    m_state.fetch_and(quint16(~Watched), std::memory_order_relaxed); // nobody calls it any more
    return false;
}

bool ReplyCore::unwatch() noexcept
{
    const quint16 before = m_state.fetch_and(quint16(~Watched), std::memory_order_acq_rel);
    if (before & Forwarded)
        WaitGraph::waitForForward();
    return !(before & Done);
}

// There is progress, or an outcome.
bool ReplyCore::fillLate() noexcept
{
    // As in addProgressListener(): either the answering side sees the future, or we see its progress.
    m_state.fetch_or(HasFuture, std::memory_order_seq_cst);
    tellProgress();
    return startWatching();
}

bool ReplyCore::waitUntilDone(QDeadlineTimer deadline)
{
    if (isParked())
        enterWhenThereIsRoom();

    Worker *const worker = Worker::ofThisThread();
    if (!worker) {
        if (spinUntil([this] { return isDone(); }))
            return true;
        BlockingWaiter waiter(nullptr, nullptr);
        if (!watch(&waiter) || waiter.wait(deadline))
            return true;
        return !unwatch() && waiter.wait(QDeadlineTimer(QDeadlineTimer::Forever));
    }

    ServiceCore *const service = ServiceCore::current();
    WaitNode *const serviceNode = service ? &service->waitNode() : nullptr;
    BlockingWaiter waiter(serviceNode, &worker->waitNode);
    waiter.setReply(this);
    if (!WaitGraph::enter(*this, waiter, serviceNode, &worker->waitNode))
        return true;
    const Worker::BlockedSection blocked(*worker);
    if (waiter.wait(deadline))
        return true;
    waiter.leaveGraph(); // first: once nobody is to be told, the other one may end
    return !unwatch() && waiter.wait(QDeadlineTimer(QDeadlineTimer::Forever));
}

void ReplyCore::setTimeout(std::chrono::nanoseconds timeout)
{
    if (isDone())
        return;
    // From here on nobody else touches the timer, unless the outcome is there.
    if (m_state.fetch_and(quint16(~Timed), std::memory_order_acq_rel) & Done)
        return;
    ReplyExtras *const extras = this->extras();
    if (!extras)
        throw std::bad_alloc();
    if (!extras->timeout)
        extras->timeout = new ReplyTimeout(*this);
    else if (!extras->timeout->stop())
        return; // expires right now
    extras->timeout->start(timeout);
    if (m_state.fetch_or(Timed, std::memory_order_acq_rel) & Done)
        extras->timeout->stop(); // the outcome came first, and didn't see the timer
}

bool ReplyCore::park(MessageEvent *message, CoreRef at) noexcept
{
    ReplyExtras *const extras = this->extras();
    if (!extras)
        return false;
    extras->parked = message;
    extras->parkedAt = std::move(at);
    return true;
}

bool ReplyCore::hasParked() const noexcept
{
    const ReplyExtras *const extras = existingExtras();
    return extras && extras->parked;
}

void ReplyCore::enterWhenThereIsRoom()
{
    ReplyExtras &extras = *existingExtras();
    MessageEvent *const message = std::exchange(extras.parked, nullptr);
    extras.parkedAt->enterWhenThereIsRoom(message);
    extras.parkedAt = {};
}

void ReplyCore::refuseParked() noexcept
{
    ReplyExtras &extras = *existingExtras();
    MessageEvent *const message = std::exchange(extras.parked, nullptr);
    extras.parkedAt = {};
    fail(LinkError::MailboxFull);
    message->dispose();
}

void ReplyCore::drop() noexcept
{
    if (isParked())
        refuseParked();
    release();
}

void ReplyCore::raise()
{
    if (ReplyExtras *const extras = existingExtras(); extras && extras->exception)
        std::rethrow_exception(std::exchange(extras->exception, nullptr));
    throw LinkException(m_error == LinkError::NoError ? LinkError::NoResponse : m_error);
}

} // namespace QtInterlink::detail
