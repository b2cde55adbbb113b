// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_PROGRESS_H
#define QTINTERLINK_DETAIL_PROGRESS_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/retained.h>
#include <QtInterlink/detail/runnable.h>
#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <atomic>
#include <memory>
#include <utility>

namespace QtInterlink::detail {

class Worker;

// Whoever wants to know how far an answer is, and knows whether it is still wanted. A reply has one, which may be
// another reply that it was forwarded to.
class Q_INTERLINK_EXPORT ProgressListener : public Recycled
{
public:
    explicit ProgressListener(int refs = 0) noexcept : m_refs(refs) { }
    virtual ~ProgressListener() = default;
    Q_DISABLE_COPY_MOVE(ProgressListener)

    void retain() noexcept { m_refs.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept
    {
        // Acquire and release: the last one out sees what the others wrote. One owner left: no need for the bus lock.
        if (m_refs.load(std::memory_order_acquire) == 1 || m_refs.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }
    void releaseOneOfTwo() noexcept // by who has two
    {
        if (m_refs.load(std::memory_order_acquire) == 2) // and nobody else has one
            m_refs.store(1, std::memory_order_relaxed);
        else
            m_refs.fetch_sub(1, std::memory_order_acq_rel);
    }

    // Any thread, mostly the service's.
    virtual void progressed(int value, int maximum) noexcept = 0;
    virtual bool isCanceled() const noexcept = 0;

private:
    std::atomic<int> m_refs;
};

// Carries progress to the thread of a QObject: the newest only, and not before the last one has arrived.
class Q_INTERLINK_EXPORT ProgressDelivery : public ProgressListener, public Runnable
{
public:
    ~ProgressDelivery() override;
    void progressed(int value, int maximum) noexcept override;
    bool isCanceled() const noexcept override { return false; }
    Next run(Slice &slice) override;
    void abandon() noexcept override;

protected:
    explicit ProgressDelivery(QObject *context);
    virtual void arrive(int value, int maximum) = 0; // in the context's thread

private:
    QPointer<QObject> m_context;
    std::shared_ptr<Worker> m_destination;
    std::atomic<quint64> m_newest{0};
    std::atomic<bool> m_underWay{false};
};

template <typename Function>
class CallingProgressDelivery final : public ProgressDelivery
{
public:
    template <typename F>
    CallingProgressDelivery(QObject *context, F &&function)
        : ProgressDelivery(context), m_function(std::forward<F>(function))
    {
    }

private:
    void arrive(int value, int maximum) override { m_function(value, maximum); }

    Function m_function;
};

} // namespace QtInterlink::detail

#endif
