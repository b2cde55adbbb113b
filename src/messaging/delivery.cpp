// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/delivery.h>
#include <QtInterlink/detail/foreignwait.h>

#include "../scheduling/worker.h"

#include <QtCore/QThread>

namespace QtInterlink::detail {

// ---- to a QObject ----

Delivery::Delivery(QObject *context)
    : m_context(context), m_destination(context ? Worker::ofThread(context->thread()) : nullptr)
{
}

Delivery::~Delivery() = default;

void Delivery::begin(ReplyCore &source)
{
    if (source.isParked())
        source.refuseParked();
    if (!source.watch(this))
        replied(source);
}

void Delivery::replied(ReplyCore &) noexcept
{
    if (m_destination)
        m_destination->enqueue(this);
    else
        abandon();
}

Runnable::Next Delivery::run(Slice &)
{
    if (!m_context) {
        drop();
    } else if (m_context->thread() != QThread::currentThread()) {
        m_destination = Worker::ofThread(m_context->thread()); // it moved meanwhile
        if (m_destination) {
            const std::shared_ptr<Worker> destination = m_destination; // enqueuing gives this away
            destination->enqueue(this);
            return Next::Done;
        }
        drop();
    } else {
        arrive();
    }
    delete this;
    return Next::Done;
}

void Delivery::abandon() noexcept
{
    drop();
    delete this;
}

// ---- to a coroutine of another library ----

ForeignWait::ForeignWait(ForeignWait *&self, std::coroutine_handle<> handle) noexcept
    : m_self(&self), m_handle(handle), m_destination(Worker::ofThisEventLoop())
{
}

ForeignWait::~ForeignWait() = default;

bool ForeignWait::suspend(ForeignWait *&self, std::coroutine_handle<> handle, ReplyCore &reply)
{
    if (reply.isParked())
        reply.enterWhenThereIsRoom();
    self = new ForeignWait(self, handle);
    ForeignWait *const wait = self; // once it is watched, the coroutine may be gone
    if (reply.watch(wait))
        return true;
    self = nullptr;
    delete wait;
    return false;
}

void ForeignWait::replied(ReplyCore &) noexcept
{
    if (const std::shared_ptr<Worker> destination = m_destination)
        destination->enqueue(this);
    else
        resume();
}

Runnable::Next ForeignWait::run(Slice &)
{
    resume();
    return Next::Done;
}

void ForeignWait::abandon() noexcept
{
    if (m_handle)
        *m_self = nullptr;
    delete this; // its thread ended: the coroutine never resumes, its owner destroys it
}

void ForeignWait::resume()
{
    const std::coroutine_handle<> handle = m_handle;
    if (handle)
        *m_self = nullptr;
    delete this;
    if (handle)
        handle.resume();
}

} // namespace QtInterlink::detail
