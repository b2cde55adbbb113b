// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_FUTUREBRIDGE_H
#define QTINTERLINK_DETAIL_FUTUREBRIDGE_H

#include <QtInterlink/detail/replycore.h>

#include <QtCore/QFuture>
#include <QtCore/QThread>

#include <atomic>
#include <memory>
#include <type_traits>
#include <utility>

namespace QtInterlink::detail {

// A QFuture's continuation that answers with its outcome, in the thread that finishes it.
//
// Up to Qt 6.8 at least, a continuation that is attached just while another thread finishes the future may run twice:
// in then(), which stores it all the same, and in the other thread, where nothing is left in it. That ends in a crash.
// So it doesn't run in then(): there it throws when it is moved, which Qt does first, and so nothing is stored.
template <typename R>
class FutureContinuation
{
public:
    static void attach(QFuture<R> future, Answer<R> answer)
    {
        const auto shared = std::make_shared<Shared>(std::move(answer), &future, QThread::currentThreadId());
        try {
            future.then(QtFuture::Launch::Sync, FutureContinuation(shared));
            shared->attaching.store(nullptr, std::memory_order_relaxed);
        } catch (const IsFinished &) {
            shared->answerWith(future);
        }
    }

    FutureContinuation(FutureContinuation &&other) : m_shared(other.giveUnlessFinished()) { }
    FutureContinuation &operator=(FutureContinuation &&) = delete;

    void operator()(QFuture<R> finished) const { m_shared->answerWith(finished); }

private:
    struct IsFinished // while the continuation is being attached
    {
    };

    struct Shared
    {
        Shared(Answer<R> answer, const QFuture<R> *future, Qt::HANDLE thread)
            : answer(std::move(answer)), future(future), attaching(thread)
        {
        }
        ~Shared()
        {
            if (!answer->isDone()) // a canceled future destroys its continuation instead of calling it
                answer->fail(LinkError::Canceled);
        }

        void answerWith(QFuture<R> &finished) noexcept
        {
            try {
                finished.waitForFinished(); // rethrows
                if (finished.isCanceled()) {
                    answer->fail(LinkError::Canceled);
                } else if constexpr (std::is_void_v<R>) {
                    answer->fulfil();
                } else if (finished.resultCount() == 0) {
                    answer->fail(LinkError::Canceled); // result() of such a future would crash
                } else if constexpr (std::is_copy_constructible_v<R>) {
                    answer->fulfil(finished.result());
                } else {
                    answer->fulfil(finished.takeResult());
                }
            } catch (...) {
                answer->fail(std::current_exception());
            }
        }

        Answer<R> answer;
        const QFuture<R> *const future; // valid while it is being attached
        std::atomic<Qt::HANDLE> attaching; // the thread that does; null: it is attached
    };

    explicit FutureContinuation(std::shared_ptr<Shared> shared) noexcept : m_shared(std::move(shared)) { }

    std::shared_ptr<Shared> giveUnlessFinished()
    {
        if (m_shared && m_shared->attaching.load(std::memory_order_relaxed) == QThread::currentThreadId()
            && m_shared->future->isFinished())
            throw IsFinished();
        return std::move(m_shared);
    }

    std::shared_ptr<Shared> m_shared;
};

// Answers with the outcome of a QFuture, whose continuation is used up.
template <typename R>
void answerWhenFinished(QFuture<R> future, Answer<R> answer)
{
    FutureContinuation<R>::attach(std::move(future), std::move(answer));
}

} // namespace QtInterlink::detail

#endif
