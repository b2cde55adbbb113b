// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_REPLYCORE_H
#define QTINTERLINK_DETAIL_REPLYCORE_H

#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/progress.h>
#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/waitnode.h>
#include <QtInterlink/linkerror.h>

#include <QtCore/QDeadlineTimer>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

namespace QtInterlink::detail {

class MessageEvent;
class ReplyCore;
class Walk;
struct ReplyExtras;

// Whoever wants to know of an outcome. Called once, on the thread that brought the outcome about.
class ReplyWaiter
{
public:
    virtual void replied(ReplyCore &reply) noexcept = 0;
    // Waits for nobody any more: once or twice, before replied() or in it. See WaitGraph.
    virtual void leaveGraph() noexcept { }
    // The reply now depends on somebody else; see WaitGraph. Returns a reply that can't be waited for any more
    // because that closed a circle, or null.
    virtual ReplyCore *retargeted(WaitNode *from, WaitNode *to) noexcept
    {
        Q_UNUSED(from)
        Q_UNUSED(to)
        return nullptr;
    }

protected:
    ~ReplyWaiter() = default;
};

// Fills the QFuture that a reply was turned into. One for all replies of a type: the promise is in the reply.
class FutureFiller : public ReplyWaiter
{
public:
    // For a value that needn't go through the reply: claims the reply, in the state that was seen last, and moves the
    // value, or is too late. The caller, who answers, has a reference of its own.
    virtual void fulfilled(ReplyCore &reply, quint16 state, void *value) const noexcept = 0;
    virtual void progressed(ReplyCore &reply, int value, int maximum) const noexcept = 0;
    virtual bool isCanceled(const ReplyCore &reply) const noexcept = 0;
    virtual void destroyPromise(ReplyCore &reply) const noexcept = 0;

protected:
    ~FutureFiller() = default;
};

// One outcome, written once. Everything about a reply but its value.
//
//   bit         | set by                      | meaning
//   ------------|-----------------------------|---------------------------------------------------------
//   Claimed     | whoever sets it first       | that one, and nobody else, writes the outcome
//   Done        | the claimer, after writing  | the outcome may be read; the claimer calls the waiter if there is one
//   HasValue    | the service, with both      | the outcome is the value, which was written before; not set if that
//               |                             | went straight into a promise, since nobody else asks for it
//   Watched     | the waiter, before it waits | m_waiter is valid; whoever sets Done calls it
//   Timed       | timeout()                   | its timeout is valid; whoever sets Done stops it
//   Forwarded   | a handler that passed it on | m_waiter may be in use; whoever lets go of it waits for that
//   HasFuture   | future()                    | m_waiter is a FutureFiller and stays it, and its promise is valid
//   HasProgress | progressed()                | there is progress, which a future that comes later has to hear of
//
// Handler, cancel, timeout and the service's end race for Claimed; the first wins, the others see that they are late.
//
// Both sides write to it, so what every request needs fits in one cache line, together with a value of up to 24 bytes.
// Behind that comes room for a promise, and then the message: see ReplyWithMessage.
class Q_INTERLINK_EXPORT ReplyCore : public ProgressListener
{
public:
    enum class Outcome : quint8 { None, Value, Error, Exception };

    explicit ReplyCore(int refs) noexcept : ProgressListener(refs) { }
    Q_DISABLE_COPY_MOVE(ReplyCore)

    // The answering side.
    // False: withdrawn, don't handle. No more than a look: the asking side has the line, and may be busy with it.
    bool begin() noexcept { return !(m_state.load(std::memory_order_acquire) & Claimed); }
    bool fail(LinkError error) noexcept; // these two: claim, write, publish; false: was too late
    bool fail(std::exception_ptr exception) noexcept;
    void progressed(int value, int maximum) noexcept override; // so far
    bool isCanceled() const noexcept override; // nobody waits for the outcome any more

    // The asking side.
    bool isDone() const noexcept { return m_state.load(std::memory_order_acquire) & Done; }
    bool watch(ReplyWaiter *waiter) noexcept; // false: is done, the waiter won't be called
    bool unwatch() noexcept; // false: the waiter was called or is about to be
    bool fill(FutureFiller &filler) noexcept // as watch(); passes progress on as well
    {
        m_waiter = &filler;
        quint16 before = m_state.load(std::memory_order_relaxed);
        while (!(before & (Done | HasProgress))) {
            // Release, as in startWatching(). From here on the reply isn't ours.
            if (m_state.compare_exchange_weak(before, quint16(before | HasFuture | Watched), std::memory_order_acq_rel,
                                              std::memory_order_relaxed))
                return true;
        }
        return fillLate();
    }
    bool wait(QDeadlineTimer deadline) { return isDone() || waitUntilDone(deadline); } // blocks; false: time is over
    void setTimeout(std::chrono::nanoseconds timeout);
    void addProgressListener(Retained<ProgressListener> listener);

    // A request that found its mailbox full stays here until its caller says whether to wait for room.
    bool park(MessageEvent *message, CoreRef at) noexcept; // false: there is no memory for that
    void enterWhenThereIsRoom();
    void refuseParked() noexcept; // nobody will wait: MailboxFull
    void drop() noexcept; // by the asking side, with its reference
    bool isParked() const noexcept { return m_extras.load(std::memory_order_relaxed) && hasParked(); }

    Outcome outcome() const noexcept // once it is done
    {
        return m_state.load(std::memory_order_relaxed) & HasValue ? Outcome::Value : m_outcome;
    }
    [[noreturn]] void raise(); // hands the exception over: the reply doesn't keep it

    // Both at once: the claim, and the outcome made known; false: somebody has claimed it before.
    bool publishFulfilled(quint16 state) noexcept
    {
        if (!publishAtOnce(state, 0))
            return false;
        if (state & (Timed | Forwarded))
            letGo(state);
        return true;
    }

protected:
    // How the answerer, who has a value, finds the reply: that decides where the value goes.
    quint16 state() const noexcept { return m_state.load(std::memory_order_acquire); }
    static bool isClaimed(quint16 state) noexcept { return state & Claimed; }
    static bool isFilled(quint16 state) noexcept // by a promise; it stays so
    {
        constexpr quint16 Filled = HasFuture | Watched;
        return (state & Filled) == Filled;
    }
    bool publishValue(quint16 state) noexcept // it was written; false: somebody has claimed the reply before
    {
        if (!publishAtOnce(state, HasValue))
            return false;
        if (state & (Watched | Timed | Forwarded))
            published(state);
        return true;
    }
    void fulfilFuture(quint16 state, void *value) noexcept { filler()->fulfilled(*this, state, value); } // moves it
    // All but the value, and before it. Not in a destructor of this class, which would set the table of virtuals first.
    void destroyContent() noexcept
    {
        if (m_state.load(std::memory_order_relaxed) & HasFuture)
            filler()->destroyPromise(*this);
        if (m_extras.load(std::memory_order_acquire))
            dropExtras();
    }

private:
    friend class WaitGraph;
    enum StateBit : quint16 {
        Claimed = 1,
        Done = 2,
        Watched = 4,
        Timed = 8,
        Forwarded = 16,
        HasValue = 32,
        HasFuture = 64,
        HasProgress = 128,
    };

    // The one answerer's claim, and publish(), in one step, from the state that was seen last, unclaimed, to what it is
    // before the step. False: somebody has claimed it meanwhile.
    bool publishAtOnce(quint16 &state, quint16 bits) noexcept
    {
        // Release: the outcome goes with it. Acquire: the waiter and the timeout come with theirs.
        while (!m_state.compare_exchange_weak(state, quint16(state | Claimed | Done | bits), std::memory_order_acq_rel,
                                              std::memory_order_relaxed)) {
            if (state & Claimed)
                return false;
        }
        return true;
    }
    void letGo(quint16 before) noexcept; // of its timeout, and of a forward that looks at m_waiter
    const FutureFiller *filler() const noexcept { return static_cast<const FutureFiller *>(m_waiter); }
    bool startWatching() noexcept;
    bool waitUntilDone(QDeadlineTimer deadline);
    bool fillLate() noexcept;
    bool claim() noexcept; // true: the caller writes the outcome, then publishes it
    void publish(Outcome outcome, Walk &walk) noexcept;
    void published(quint16 before) noexcept;
    static constexpr std::uintptr_t IsListener = 1;
    static ProgressListener *listenerIn(std::uintptr_t extras) noexcept
    {
        return reinterpret_cast<ProgressListener *>(extras & ~IsListener);
    }
    ReplyExtras *extras() noexcept; // made if there are none; null: there is no memory for them
    ReplyExtras *existingExtras() const noexcept;
    ProgressListener *listener() const noexcept;
    void tellProgress() noexcept;
    void dropExtras() noexcept;
    bool hasParked() const noexcept;

    std::atomic<quint16> m_state{0};
    Outcome m_outcome = Outcome::None; // if it is no value
    LinkError m_error = LinkError::NoError;

public:
    // Whose progress the outcome depends on; null if that isn't known. See WaitGraph.
    std::atomic<WaitNode *> target{nullptr};

private:
    ReplyWaiter *m_waiter = nullptr;
    std::atomic<std::uintptr_t> m_extras{0}; // what most replies don't need: a listener with IsListener, or ReplyExtras
};

// A handler answered with another reply: \a answer now depends on what \a source depends on. See WaitGraph.
Q_INTERLINK_EXPORT void followTarget(ReplyCore &answer, ReplyCore &source) noexcept;
Q_INTERLINK_EXPORT ReplyCore *retarget(ReplyCore &answer, WaitNode *target) noexcept;
Q_INTERLINK_EXPORT void loseTarget(ReplyCore &answer) noexcept; // what it depends on is done

// Room for a reply's promise, used only if a future is asked for.
struct PromiseRoom
{
    alignas(void *) std::byte bytes[2 * sizeof(void *)];
};

template <typename R>
class ReplyState : public ReplyCore
{
public:
    explicit ReplyState(int refs) noexcept : ReplyCore(refs) { }
    ~ReplyState() override
    {
        destroyContent();
        if constexpr (!std::is_trivially_destructible_v<R>) {
            if (outcome() == Outcome::Value)
                m_value.~R();
        }
    }

    // Once for a type of response, not once for a message.
    template <typename... Args>
    Q_NEVER_INLINE void fulfil(Args &&...args)
    {
        const quint16 state = this->state();
        if (isClaimed(state))
            return;
        if constexpr (sizeof...(Args) == 1 && (std::is_same_v<R, Args> && ...)) {
            if (isFilled(state)) {
                fulfilFuture(state, std::addressof(args)...);
                return;
            }
        }
        if constexpr (std::is_nothrow_constructible_v<R, Args...>) {
            ::new (static_cast<void *>(&m_value)) R(std::forward<Args>(args)...);
        } else {
            try {
                ::new (static_cast<void *>(&m_value)) R(std::forward<Args>(args)...);
            } catch (...) {
                fail(std::current_exception());
                return;
            }
        }
        if (!publishValue(state))
            m_value.~R();
    }

    R takeValue()
    {
        if (outcome() != Outcome::Value)
            raise();
        return std::move(m_value);
    }

private:
    union
    {
        R m_value;
    };

public:
    PromiseRoom promiseRoom;
};

template <>
class ReplyState<void> : public ReplyCore
{
public:
    explicit ReplyState(int refs) noexcept : ReplyCore(refs) { }
    ~ReplyState() override { destroyContent(); }

    void fulfil()
    {
        const quint16 state = this->state();
        if (isClaimed(state))
            return;
        if (isFilled(state))
            fulfilFuture(state, nullptr);
        else
            publishValue(state);
    }
    void takeValue()
    {
        if (outcome() != Outcome::Value)
            raise();
    }

    PromiseRoom promiseRoom;
};

constexpr std::size_t roundUp(std::size_t size, std::size_t step) noexcept
{
    return (size + step - 1) / step * step;
}
constexpr std::size_t CacheLine = 64;

// Where a message lies in the block of its reply: not in the first line, to which the asker comes back meanwhile.
template <typename R, typename Event>
constexpr std::size_t messageOffset() noexcept
{
    return roundUp(std::max(CacheLine, sizeof(ReplyState<R>)), alignof(Event));
}

// A reply and the message that it answers, in one block: of few sizes, since there is a class for each.
template <typename R, std::size_t Size, std::size_t Alignment>
class alignas(Alignment) ReplyWithMessage final : public ReplyState<R>
{
public:
    using ReplyState<R>::ReplyState;

    // The message has one of the references until its dispose().
    template <typename Event, typename... Args>
    Event *makeMessage(Args &&...args)
    {
        constexpr std::size_t offset = messageOffset<R, Event>();
        static_assert(offset >= sizeof(ReplyState<R>) && offset + sizeof(Event) <= sizeof(ReplyWithMessage));
        return ::new (reinterpret_cast<std::byte *>(this) + offset) Event(this, std::forward<Args>(args)...);
    }

private:
    std::byte m_room[Size - sizeof(ReplyState<R>)];
};
template <typename R, typename Event>
using RequestBlock = ReplyWithMessage<R, roundUp(messageOffset<R, Event>() + sizeof(Event), CacheLine),
                                      std::max(alignof(Event), alignof(ReplyState<R>))>;

// Owns one reference to a reply from the answering side: whoever drops it without an answer has answered NoResponse.
template <typename R>
class Answer
{
public:
    using Response = R;

    Answer() noexcept = default;
    explicit Answer(ReplyState<R> *state) noexcept : m_state(state) { }
    Answer(Answer &&other) noexcept : m_state(std::exchange(other.m_state, nullptr)) { }
    Answer &operator=(Answer &&other) noexcept
    {
        std::swap(m_state, other.m_state);
        return *this;
    }
    ~Answer()
    {
        if (m_state) {
            if (!m_state->isDone())
                m_state->fail(LinkError::NoResponse);
            m_state->release();
        }
    }

    ReplyState<R> *get() const noexcept { return m_state; }
    Answer passOn() noexcept { return std::move(*this); }
    ReplyState<R> *operator->() const noexcept { return m_state; }
    explicit operator bool() const noexcept { return m_state; }

private:
    ReplyState<R> *m_state = nullptr;
};

} // namespace QtInterlink::detail

#endif
