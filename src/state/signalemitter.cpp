// SPDX-License-Identifier: MIT
#include <QtInterlink/signalemitter.h>

#include "../scheduling/worker.h"

#include <QtCore/QThread>

namespace QtInterlink::detail {

Emission::Emission(std::shared_ptr<const EmitterTarget> target) noexcept : m_target(std::move(target))
{
}

Emission::~Emission() = default;

std::shared_ptr<const EmitterTarget> Emission::targetFor(QObject *object)
{
    if (!object)
        return nullptr;
    return std::make_shared<const EmitterTarget>(EmitterTarget{object, Worker::ofThread(object->thread())});
}

void Emission::start() noexcept
{
    if (Worker *const worker = m_target->worker.get())
        worker->enqueue(this);
    else
        abandon();
}

Runnable::Next Emission::run(Slice &)
{
    QObject *const object = m_target->object.data();
    if (object && object->thread() == QThread::currentThread())
        emitBy(object);
    delete this;
    return Next::Done;
}

void Emission::abandon() noexcept
{
    delete this;
}

} // namespace QtInterlink::detail
