// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_SINKS_H
#define QTINTERLINK_DETAIL_SINKS_H

// From a service's and its friends' items to a device or a callable: the typed half of sinks.

#include <QtInterlink/detail/handlers.h>
#include <QtInterlink/detail/sinkcore.h>
#include <QtInterlink/detail/streams.h>
#include <QtInterlink/sink.h>

#include <functional>
#include <type_traits>
#include <utility>

namespace QtInterlink::detail {

// ---- devices ----

template <typename T>
qsizetype sizeOf(const T &item) noexcept
{
    if constexpr (std::is_convertible_v<const T &, QByteArrayView>)
        return QByteArrayView(item).size();
    else
        return 1; // not known before it is encoded
}

// \a Encode turns an item into bytes.
template <typename S, typename T, typename Encode>
class EncodingSink final : public DeviceSink, public SinkTarget<T>
{
public:
    template <typename Device>
    EncodingSink(ServiceCore &core, Device *device, Encode encode, const SinkOptions &options)
        : DeviceSink(core, device, flusher<Device>(), options.maxPending), m_encode(std::move(encode))
    {
        if constexpr (requires { &Device::disconnected; })
            QObject::connect(device, &Device::disconnected, context(), [this] { gone(); });
        if constexpr (requires { &Device::finished; })
            QObject::connect(device, &Device::finished, context(), [this] { gone(); });
        if constexpr (requires { &Device::errorOccurred; }) {
            QObject::connect(device, &Device::errorOccurred, context(), [this, device](auto error) {
                if (isAlone(device) || isWriteError<Device>(error))
                    gone();
            });
        }
    }

    LinkError feed(T &&item) override
    {
        if (const LinkError error = admission(); error != LinkError::NoError)
            return error;
        if (isOwn())
            return put(std::move(item)) ? LinkError::NoError : LinkError::Closed;
        return core().postOwn(new Item(*this, std::move(item), nullptr)) ? LinkError::NoError : LinkError::Closed;
    }
    void sink(T &&item, ReplyState<void> *reply) override
    {
        dependOnWorker(*reply);
        if (const LinkError error = admission(); error != LinkError::NoError)
            Answer<void>(reply)->fail(error);
        else if (!isOwn())
            core().postOwn(new Item(*this, std::move(item), reply));
        else if (put(std::move(item)))
            flush(reply);
        else
            Answer<void>(reply)->fail(LinkError::Closed);
    }
    SinkCore &sinkCore() noexcept override { return *this; }

private:
    class Item final : public SinkMessage
    {
    public:
        Item(EncodingSink &sink, T &&item, ReplyState<void> *reply)
            : SinkMessage(sink, sizeOf(item), reply), m_sink(sink), m_item(std::move(item))
        {
        }
        void deliver(ServiceCore &) override
        {
            if (!begin())
                return;
            settle();
            const bool done = m_sink.put(std::move(m_item));
            if (!m_answer)
                return;
            if (done)
                m_sink.answerWhenWritten(std::move(m_answer));
            else
                m_answer->fail(LinkError::Closed);
        }

    private:
        EncodingSink &m_sink;
        T m_item;
    };

    template <typename Device, typename Error>
    static bool isWriteError(Error error) noexcept
    {
        if constexpr (requires { Device::WriteError; }) // a process that closed its input
            return error == Device::WriteError;
        else
            return false;
    }
    template <typename Device>
    static Flush flusher()
    {
        if constexpr (requires(Device * device) { static_cast<bool>(device->flush()); }) {
            return [](QIODevice *device) -> bool {
                auto *const typed = static_cast<Device *>(device);
                if constexpr (requires { typed->state() == Device::ConnectedState; }) {
                    if (typed->state() != Device::ConnectedState)
                        return false; // a flush would break a connection that is being made
                }
                return typed->flush();
            };
        } else {
            return nullptr;
        }
    }

    bool put(T &&item) { return write(QByteArrayView(std::invoke(m_encode, std::move(item)))); }

    void raise(const StreamError &error) override { raiseStreamError<S>(core(), error); }

    Encode m_encode;
};

// ---- callables ----

template <typename S, typename T, typename F>
class CallableSink final : public SinkCore, public SinkTarget<T>
{
public:
    CallableSink(ServiceCore &core, F function, const SinkOptions &options)
        : SinkCore(core, options.maxPending), m_function(std::move(function))
    {
    }

    LinkError feed(T &&item) override
    {
        if (const LinkError error = admission(); error != LinkError::NoError)
            return error;
        return core().postOwn(new Item(*this, std::move(item), nullptr)) ? LinkError::NoError : LinkError::Closed;
    }
    void sink(T &&item, ReplyState<void> *reply) override
    {
        reply->target = &core().waitNode();
        if (const LinkError error = admission(); error != LinkError::NoError)
            Answer<void>(reply)->fail(error);
        else
            core().postOwn(new Item(*this, std::move(item), reply));
    }
    void flush(ReplyState<void> *reply) override
    {
        reply->target = &core().waitNode();
        core().postOwn(new Mark(*this, reply, false));
    }
    void stop(ReplyState<void> *reply) override
    {
        close();
        reply->target = &core().waitNode();
        core().postOwn(new Mark(*this, reply, true));
    }
    void detached() noexcept override
    {
        close();
        release();
    }
    SinkCore &sinkCore() noexcept override { return *this; }

private:
    class Item final : public SinkMessage
    {
    public:
        Item(CallableSink &sink, T &&item, ReplyState<void> *reply)
            : SinkMessage(sink, 1, reply), m_sink(sink), m_item(std::move(item))
        {
        }
        void deliver(ServiceCore &core) override
        {
            if (!begin())
                return;
            settle(); // taken: whoever gets the reply may feed the next
            answerWith<S>(core, m_answer, [&]() -> decltype(auto) { return m_sink.call(std::move(m_item)); });
        }

    private:
        CallableSink &m_sink;
        T m_item;
    };

    // All before it are taken when this is its turn.
    class Mark final : public SinkMessage
    {
    public:
        Mark(CallableSink &sink, ReplyState<void> *reply, bool last) noexcept
            : SinkMessage(sink, 0, reply), m_sink(sink), m_last(last)
        {
        }
        void deliver(ServiceCore &core) override
        {
            if (begin())
                m_answer->fulfil();
            if (m_last)
                core.detach(&m_sink);
        }

    private:
        CallableSink &m_sink;
        bool m_last;
    };

    decltype(auto) call(T &&item)
    {
        S &service = serviceOf<S>(core());
        if constexpr (std::is_invocable_v<F &, T, S &>)
            return m_function(std::move(item), service);
        else
            return m_function(std::move(item));
    }

    F m_function;
};

struct AsItIs
{
    QByteArray operator()(QByteArray &&bytes) const noexcept { return std::move(bytes); }
};

template <typename T, typename Sink>
SinkLink<T> attachSink(Sink *sink)
{
    SinkLink<T> link(sink);
    sink->attach();
    return link;
}

} // namespace QtInterlink::detail

#endif
