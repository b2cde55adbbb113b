// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/detail/taskframe.h>

#include "../scheduling/worker.h"
#include "waitgraph.h"

namespace QtInterlink::detail {

// ---- a suspension ----

void TaskWait::begin(TaskRoot &root, std::coroutine_handle<> handle) noexcept
{
    m_root = &root;
    m_core = &root.core;
    m_waitNode = &root.waitNode();
    m_handle = handle;
    root.wait = this;
}

void TaskWait::withdraw() noexcept
{
    m_root->wait = nullptr;
}

void TaskWait::arrive() noexcept
{
    m_core->postSystem(this);
}

void TaskWait::run(ServiceCore &core)
{
    core.resumeTask(m_root, this);
}

bool ReplyWait::suspend(TaskRoot &root, std::coroutine_handle<> handle, ReplyCore &reply)
{
    if (reply.isParked())
        reply.enterWhenThereIsRoom();
    m_reply = &reply;
    begin(root, handle);
    if (currentWorker)
        currentWorker->conversation().suspended(&root.core, this, &reply);
    // From here on the outcome may arrive; it waits in the mailbox until this run of the service is over.
    if (WaitGraph::enter(reply, *this, &waitNode(), nullptr))
        return true;
    withdraw();
    return false;
}

bool ReplyWait::cancel() noexcept
{
    leaveGraph(); // first: once nobody is to be told, the other one may end
    return m_reply->unwatch();
}

void ReplyWait::replied(ReplyCore &reply) noexcept
{
    if (currentWorker)
        currentWorker->conversation().answered(&reply, this);
    leaveGraph();
    arrive();
}

void ReplyWait::leaveGraph() noexcept
{
    WaitGraph::leave(waitNode());
}

ReplyCore *ReplyWait::retargeted(WaitNode *from, WaitNode *to) noexcept
{
    return WaitGraph::moveOn(waitNode(), from, to) ? m_reply : nullptr;
}

void SleepWait::suspend(TaskRoot &root, std::coroutine_handle<> handle, std::chrono::nanoseconds duration)
{
    begin(root, handle);
    Worker::setTimerHere(*this, duration);
}

bool SleepWait::cancel() noexcept
{
    return queue->remove(*this);
}

void SleepWait::expired() noexcept
{
    arrive();
}

// ---- a task ----

TaskRoot::TaskRoot(ServiceCore &core, bool exclusive) noexcept : core(core), exclusive(exclusive)
{
}

TaskRoot::~TaskRoot()
{
    if (!exclusive)
        WaitGraph::quiesce(); // somebody may be looking at our node
}

WaitNode &TaskRoot::waitNode() noexcept
{
    return exclusive ? core.waitNode() : node;
}

} // namespace QtInterlink::detail
