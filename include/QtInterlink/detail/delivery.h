// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_DELIVERY_H
#define QTINTERLINK_DETAIL_DELIVERY_H

#include <QtInterlink/detail/recycler.h>
#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/detail/runnable.h>

#include <QtCore/QFuture>
#include <QtCore/QPointer>
#include <QtCore/QPromise>

#include <memory>
#include <new>
#include <type_traits>

namespace QtInterlink {

template <typename R>
class Reply;

namespace detail {

class Worker;

// Carries an outcome to the thread of a QObject. The context is looked at in that thread only, where it can't die
// at the same moment.
class Q_INTERLINK_EXPORT Delivery : public Runnable, public ReplyWaiter, public Recycled
{
public:
    virtual ~Delivery();
    Next run(Slice &slice) override;
    void abandon() noexcept override;
    void replied(ReplyCore &reply) noexcept override;

protected:
    explicit Delivery(QObject *context);
    void begin(ReplyCore &source);
    virtual void arrive() noexcept = 0; // in the context's thread
    virtual void drop() noexcept = 0; // the context is gone

private:
    QPointer<QObject> m_context;
    std::shared_ptr<Worker> m_destination;
};

template <typename Function, typename R>
struct ThenResult
{
    using Type = std::invoke_result_t<Function, R>;
};
template <typename Function>
struct ThenResult<Function, void>
{
    using Type = std::invoke_result_t<Function>;
};

// A delivery that turns one reply into another.
template <typename R, typename Result, typename Function>
class ReplyDelivery : public Delivery
{
public:
    ~ReplyDelivery() override { m_source->release(); }

protected:
    template <typename F>
    ReplyDelivery(QObject *context, ReplyState<R> *source, ReplyState<Result> *result, F &&function)
        : Delivery(context), m_source(source), m_function(std::forward<F>(function)), m_answer(result)
    {
    }
    void drop() noexcept override { m_answer->fail(LinkError::Canceled); }

    template <typename Call>
    void answerWith(Call &&call) noexcept
    {
        try {
            if constexpr (std::is_void_v<Result>) {
                call();
                m_answer->fulfil();
            } else {
                m_answer->fulfil(call());
            }
        } catch (...) {
            m_answer->fail(std::current_exception());
        }
    }

    ReplyState<R> *m_source;
    Function m_function;
    Answer<Result> m_answer;
};

template <typename R, typename Result, typename Function>
class ThenDelivery final : public ReplyDelivery<R, Result, Function>
{
    using Base = ReplyDelivery<R, Result, Function>;

public:
    template <typename F>
    static Reply<Result> start(QObject *context, ReplyState<R> *source, F &&function)
    {
        auto *const result = new ReplyState<Result>(2);
        source->addProgressListener(Retained<ProgressListener>(result));
        auto *const delivery = new ThenDelivery(context, source, result, std::forward<F>(function));
        delivery->begin(*source);
        return Reply<Result>(result);
    }

    template <typename F>
    ThenDelivery(QObject *context, ReplyState<R> *source, ReplyState<Result> *result, F &&function)
        : Base(context, source, result, std::forward<F>(function))
    {
    }

private:
    void arrive() noexcept override
    {
        this->answerWith([this]() -> Result {
            if constexpr (std::is_void_v<R>) {
                this->m_source->takeValue();
                return std::move(this->m_function)();
            } else {
                return std::move(this->m_function)(this->m_source->takeValue());
            }
        });
    }
};

// Calls the failure handler with what it takes: a LinkError, an exception_ptr, or an exception type.
template <typename R, typename Function>
class FailedDelivery final : public ReplyDelivery<R, R, Function>
{
    using Base = ReplyDelivery<R, R, Function>;

public:
    template <typename F>
    static Reply<R> start(QObject *context, ReplyState<R> *source, F &&function)
    {
        auto *const result = new ReplyState<R>(2);
        source->addProgressListener(Retained<ProgressListener>(result));
        auto *const delivery = new FailedDelivery(context, source, result, std::forward<F>(function));
        delivery->begin(*source);
        return Reply<R>(result);
    }

    template <typename F>
    FailedDelivery(QObject *context, ReplyState<R> *source, ReplyState<R> *result, F &&function)
        : Base(context, source, result, std::forward<F>(function))
    {
    }

private:
    void arrive() noexcept override
    {
        this->answerWith([this]() -> R {
            std::exception_ptr failure;
            try {
                return this->m_source->takeValue();
            } catch (...) {
                failure = std::current_exception();
            }
            if constexpr (std::is_invocable_v<Function, LinkError>)
                return std::move(this->m_function)(linkError(failure));
            else if constexpr (std::is_invocable_v<Function, std::exception_ptr>)
                return std::move(this->m_function)(failure);
            else
                return callTyped(std::move(this->m_function), failure, &Function::operator());
        });
    }

    template <typename Class, typename Exception>
    static R callTyped(Function &&function, const std::exception_ptr &failure, R (Class::*)(Exception) const)
    {
        try {
            std::rethrow_exception(failure);
        } catch (Exception exception) {
            return std::move(function)(exception);
        }
    }
    template <typename Class, typename Exception>
    static R callTyped(Function &&function, const std::exception_ptr &failure, R (Class::*)(Exception))
    {
        try {
            std::rethrow_exception(failure);
        } catch (Exception exception) {
            return std::move(function)(exception);
        }
    }
};

// Fills the promise that lies in a reply. It has the asking side's reference.
template <typename R>
class PromiseFiller final : public FutureFiller
{
public:
    static QFuture<R> start(ReplyState<R> *reply)
    {
        static constinit PromiseFiller filler;
        if (!reply) {
            reply = new ReplyState<R>(1);
            reply->fail(LinkError::NoResponse);
        }
        if (reply->isParked())
            reply->refuseParked();
        static_assert(sizeof(QPromise<R>) <= sizeof(PromiseRoom));
        auto *const promise = ::new (static_cast<void *>(&reply->promiseRoom)) QPromise<R>;
        promise->start();
        QFuture<R> future = promise->future();
        if (!reply->fill(filler))
            filler.replied(*reply);
        return future;
    }

    void replied(ReplyCore &core) noexcept override
    {
        auto &reply = static_cast<ReplyState<R> &>(core);
        QPromise<R> &promise = promiseOf(core);
        try {
            if constexpr (std::is_void_v<R>)
                reply.takeValue();
            else
                promise.addResult(reply.takeValue());
        } catch (...) {
            promise.setException(std::current_exception());
        }
        promise.finish();
        reply.release();
    }
    // These two aren't inlined where a compiler guesses that the filler is of this class: each reply would save
    // registers for them.
    Q_NEVER_INLINE void fulfilled(ReplyCore &reply, quint16 state, void *value) const noexcept override
    {
        if (!reply.publishFulfilled(state))
            return;
        QPromise<R> &promise = promiseOf(reply);
        if constexpr (!std::is_void_v<R>) {
            try {
                promise.addResult(std::move(*static_cast<R *>(value)));
            } catch (...) {
                promise.setException(std::current_exception());
            }
        }
        promise.finish();
        reply.releaseOneOfTwo();
    }
    Q_NEVER_INLINE void destroyPromise(ReplyCore &reply) const noexcept override { promiseOf(reply).~QPromise(); }
    void progressed(ReplyCore &reply, int value, int maximum) const noexcept override
    {
        QPromise<R> &promise = promiseOf(reply);
        promise.setProgressRange(0, maximum);
        promise.setProgressValue(value);
    }
    bool isCanceled(const ReplyCore &reply) const noexcept override
    {
        return promiseOf(const_cast<ReplyCore &>(reply)).isCanceled();
    }

private:
    constexpr PromiseFiller() noexcept = default;

    static QPromise<R> &promiseOf(ReplyCore &reply) noexcept
    {
        return *std::launder(reinterpret_cast<QPromise<R> *>(&static_cast<ReplyState<R> &>(reply).promiseRoom));
    }
};

} // namespace detail
} // namespace QtInterlink

#endif
