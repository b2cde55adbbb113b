// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_FOREIGNWAIT_H
#define QTINTERLINK_DETAIL_FOREIGNWAIT_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/detail/runnable.h>

#include <coroutine>
#include <memory>

namespace QtInterlink::detail {

class Worker;

// A coroutine that is none of ours and awaits a reply. It resumes in the thread in which it waits if that one has
// an event loop, and else in the thread that brings the outcome. Outlives the awaiter if the coroutine is destroyed
// meanwhile.
class Q_INTERLINK_EXPORT ForeignWait final : public Runnable, public ReplyWaiter, public Recycled
{
public:
    // False: the outcome is there already. \a self is cleared before the coroutine resumes.
    static bool suspend(ForeignWait *&self, std::coroutine_handle<> handle, ReplyCore &reply);
    void detach() noexcept { m_handle = nullptr; } // the coroutine is being destroyed

    Next run(Slice &slice) override;
    void abandon() noexcept override;
    void replied(ReplyCore &reply) noexcept override;

private:
    ForeignWait(ForeignWait *&self, std::coroutine_handle<> handle) noexcept;
    ~ForeignWait();
    void resume();

    ForeignWait **m_self; // the awaiter's pointer to this
    std::coroutine_handle<> m_handle;
    std::shared_ptr<Worker> m_destination; // null: resume where the outcome is
};

template <typename R>
class ForeignAwaiter final
{
public:
    explicit ForeignAwaiter(ReplyState<R> *state) noexcept : m_state(state) { }
    Q_DISABLE_COPY_MOVE(ForeignAwaiter)
    ~ForeignAwaiter()
    {
        if (m_wait)
            m_wait->detach();
        if (!m_state)
            return;
        if (m_state->isParked()) // it ended before anybody waited for room
            m_state->refuseParked();
        m_state->release();
    }

    bool await_ready() const noexcept { return !m_state || m_state->isDone(); }
    bool await_suspend(std::coroutine_handle<> handle) { return ForeignWait::suspend(m_wait, handle, *m_state); }
    R await_resume()
    {
        if (!m_state)
            throw LinkException(LinkError::NoResponse);
        return m_state->takeValue();
    }

private:
    ReplyState<R> *m_state;
    ForeignWait *m_wait = nullptr;
};

} // namespace QtInterlink::detail

#endif
