// SPDX-License-Identifier: MIT
#include <QtInterlink/detail/progress.h>
#include <QtInterlink/detail/replycore.h>

#include "../scheduling/worker.h"
#include "replyextras.h"

#include <QtCore/QThread>

namespace QtInterlink::detail {

namespace {

// Both numbers in one word, so that they change together. 0: there was none yet.
constexpr quint64 packProgress(int value, int maximum) noexcept
{
    return quint64(quint32(value)) << 32 | quint32(maximum);
}
constexpr int progressValue(quint64 progress) noexcept
{
    return int(quint32(progress >> 32));
}
constexpr int progressMaximum(quint64 progress) noexcept
{
    return int(quint32(progress));
}

// For one who starts to listen: the newest, and again if that was overtaken meanwhile.
template <typename Tell>
void tellNewest(const std::atomic<quint64> &progress, Tell &&tell)
{
    quint64 told = 0;
    for (quint64 now = 0; (now = progress.load(std::memory_order_seq_cst)) != told; told = now)
        tell(progressValue(now), progressMaximum(now));
}

// Two that listen to one reply.
class ProgressListeners final : public ProgressListener
{
public:
    ProgressListeners(Retained<ProgressListener> first, Retained<ProgressListener> second) noexcept
        : m_first(std::move(first)), m_second(std::move(second))
    {
    }

    void progressed(int value, int maximum) noexcept override
    {
        m_first->progressed(value, maximum);
        m_second->progressed(value, maximum);
    }
    bool isCanceled() const noexcept override { return m_first->isCanceled() || m_second->isCanceled(); }

private:
    const Retained<ProgressListener> m_first;
    const Retained<ProgressListener> m_second;
};

} // namespace

// ---- at the reply ----

ProgressListener *ReplyCore::listener() const noexcept
{
    const std::uintptr_t extras = m_extras.load(std::memory_order_acquire);
    if (extras & IsListener)
        return listenerIn(extras);
    return extras ? reinterpret_cast<ReplyExtras *>(extras)->listener.load(std::memory_order_acquire) : nullptr;
}

void ReplyCore::addProgressListener(Retained<ProgressListener> listener)
{
    // Most often it is the only one, and there was no progress yet, which would have made extras.
    std::uintptr_t none = 0;
    if (m_extras.compare_exchange_strong(none, reinterpret_cast<std::uintptr_t>(listener.get()) | IsListener,
                                         std::memory_order_acq_rel, std::memory_order_acquire)) {
        listener.take();
        return;
    }
    ReplyExtras *const extras = this->extras();
    if (!extras)
        throw std::bad_alloc();
    // The asking side alone adds; the answering side may be looking at the one that was there, which stays alive.
    ProgressListener *const before = extras->listener.load(std::memory_order_relaxed);
    if (before) {
        listener = Retained<ProgressListener>(
                new ProgressListeners(Retained<ProgressListener>(before), std::move(listener)));
    }
    ProgressListener *const after = listener.take();
    // Either the answering side sees the listener, or we see its progress: hence one order for all four accesses.
    extras->listener.store(after, std::memory_order_seq_cst);
    if (before)
        before->release(); // the pair has its own reference
    tellNewest(extras->progress, [after](int value, int maximum) { after->progressed(value, maximum); });
}

// The future's turn to learn of what was before it.
Q_NEVER_INLINE void ReplyCore::tellProgress() noexcept
{
    if (const ReplyExtras *const extras = existingExtras())
        tellNewest(extras->progress, [this](int value, int maximum) { filler()->progressed(*this, value, maximum); });
}

void ReplyCore::progressed(int value, int maximum) noexcept
{
    if (m_state.load(std::memory_order_relaxed) & Claimed)
        return; // there is an outcome, or nobody waits for one
    // Without memory for extras, those who listen later won't hear of this.
    ReplyExtras *const extras = this->extras();
    if (extras)
        extras->progress.store(packProgress(value, maximum), std::memory_order_seq_cst);
    if (ProgressListener *const listener =
                extras ? extras->listener.load(std::memory_order_seq_cst) : this->listener()) {
        listener->progressed(value, maximum);
    }
    // The first progress is noted in the step that looks for a future; see fill().
    quint16 state = m_state.load(std::memory_order_seq_cst);
    if (!(state & HasProgress))
        state = m_state.fetch_or(HasProgress, std::memory_order_seq_cst);
    if (state & HasFuture)
        filler()->progressed(*this, value, maximum);
}

bool ReplyCore::isCanceled() const noexcept
{
    const quint16 state = m_state.load(std::memory_order_acquire);
    if (state & Claimed)
        return true;
    if (state & HasFuture && filler()->isCanceled(*this))
        return true;
    const ProgressListener *const listener = this->listener();
    return listener && listener->isCanceled();
}

// ---- to a QObject ----

ProgressDelivery::ProgressDelivery(QObject *context)
    : m_context(context), m_destination(context ? Worker::ofThread(context->thread()) : nullptr)
{
}

ProgressDelivery::~ProgressDelivery() = default;

void ProgressDelivery::progressed(int value, int maximum) noexcept
{
    m_newest.store(packProgress(value, maximum), std::memory_order_relaxed);
    // Release: the value goes with it, to the one who resets the flag.
    if (m_destination && !m_underWay.exchange(true, std::memory_order_acq_rel)) {
        retain();
        m_destination->enqueue(this);
    }
}

Runnable::Next ProgressDelivery::run(Slice &)
{
    m_underWay.exchange(false, std::memory_order_acq_rel); // before reading: what comes later comes by itself
    const quint64 newest = m_newest.load(std::memory_order_relaxed);
    if (m_context && m_context->thread() == QThread::currentThread())
        arrive(progressValue(newest), progressMaximum(newest));
    release();
    return Next::Done;
}

void ProgressDelivery::abandon() noexcept
{
    release(); // its thread has ended; nobody is told any more
}

} // namespace QtInterlink::detail
