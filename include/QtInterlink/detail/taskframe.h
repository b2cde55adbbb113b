// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_TASKFRAME_H
#define QTINTERLINK_DETAIL_TASKFRAME_H

#include <QtInterlink/detail/messageevent.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/detail/timerentry.h>
#include <QtInterlink/detail/waitnode.h>

#include <coroutine>
#include <exception>

namespace QtInterlink::detail {

class ServiceCore;
class TaskRoot;

// One suspension of a task. It comes back through the service's mailbox, as a node of its own, so that a task
// resumes on its service's worker and never beside a handler.
class Q_INTERLINK_EXPORT TaskWait : public SystemNode
{
public:
    void run(ServiceCore &core) override;
    // Owner: true if it won't come any more; false if it is on its way.
    virtual bool cancel() noexcept = 0;
    void resume() { m_handle.resume(); }

protected:
    TaskWait() noexcept = default;
    ~TaskWait() = default;
    void begin(TaskRoot &root, std::coroutine_handle<> handle) noexcept;
    void arrive() noexcept; // any thread: the wait is over
    void withdraw() noexcept; // begin() was too early, the task goes on at once
    TaskRoot &root() const noexcept { return *m_root; }
    WaitNode &waitNode() const noexcept { return *m_waitNode; }

private:
    TaskRoot *m_root = nullptr;
    // Of the root, but at hand for another thread without a look at it.
    ServiceCore *m_core = nullptr;
    WaitNode *m_waitNode = nullptr;
    std::coroutine_handle<> m_handle;
};

// Waits for a reply.
class Q_INTERLINK_EXPORT ReplyWait final : public TaskWait, public ReplyWaiter
{
public:
    bool suspend(TaskRoot &root, std::coroutine_handle<> handle, ReplyCore &reply);
    bool cancel() noexcept override;
    void replied(ReplyCore &reply) noexcept override;
    void leaveGraph() noexcept override;
    ReplyCore *retargeted(WaitNode *from, WaitNode *to) noexcept override;

private:
    ReplyCore *m_reply = nullptr;
};

// Waits for the clock.
class Q_INTERLINK_EXPORT SleepWait final : public TaskWait, public TimerEntry
{
public:
    void suspend(TaskRoot &root, std::coroutine_handle<> handle, std::chrono::nanoseconds duration);
    bool cancel() noexcept override;
    void expired() noexcept override;
};

// A coroutine that a service runs: started by a handler, by exec() or wait() or by spawn(), with its outcome's
// receiver. Children that it awaits belong to it.
class Q_INTERLINK_EXPORT TaskRoot : public Recycled
{
public:
    explicit TaskRoot(ServiceCore &core, bool exclusive) noexcept;
    virtual ~TaskRoot();
    Q_DISABLE_COPY_MOVE(TaskRoot)

    virtual void begin() = 0; // first resumption
    virtual void fail(std::exception_ptr exception) noexcept = 0; // nobody waits for it any longer
    virtual ReplyCore *reply() noexcept = 0; // where its outcome goes, or null
    virtual void settle() = 0; // the coroutine has ended: hands its outcome on; throws what it threw

    ServiceCore &core;
    const bool exclusive;
    bool ended = false; // set by the final suspension
    bool running = false;
    bool dropped = false; // its service is ending; the frame goes when its wait arrives
    TaskWait *wait = nullptr;
    MessageEvent *message = nullptr; // whose handler it is, if it holds back others
    WaitNode node; // of a spawned task
    TaskRoot *previous = nullptr; // the service's list
    TaskRoot *next = nullptr;

    WaitNode &waitNode() noexcept;
};

// The part of a task's promise that doesn't depend on its type.
class Q_INTERLINK_EXPORT TaskFrame : public Recycled
{
public:
    struct FinalAwaiter
    {
        bool await_ready() const noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> handle) const noexcept
        {
            TaskFrame &frame = handle.promise();
            if (frame.continuation)
                return frame.continuation;
            frame.root->ended = true;
            return std::noop_coroutine();
        }
        void await_resume() const noexcept { }
    };

    std::suspend_always initial_suspend() const noexcept { return {}; }
    FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { exception = std::current_exception(); }

    TaskRoot *root = nullptr;
    std::coroutine_handle<> continuation; // the task that awaits this one
    std::exception_ptr exception;
};

} // namespace QtInterlink::detail

#endif
