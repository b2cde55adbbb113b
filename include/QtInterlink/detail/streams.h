// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_STREAMS_H
#define QTINTERLINK_DETAIL_STREAMS_H

// From a source's items to the service's code: the typed half of streams.

#include <QtInterlink/detail/handlers.h>
#include <QtInterlink/detail/streamcore.h>
#include <QtInterlink/detail/typename.h>
#include <QtInterlink/stream.h>

#include <QtCore/QFutureWatcher>
#include <QtCore/QObject>

#include <algorithm>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace QtInterlink::detail {

// ---- what the service says ----

// clang-format off
template <typename S, typename T>
concept HandlesItemWithContext =
        requires(S &s, T &&item, ServiceContext<S> &context) { s.handleStream(std::move(item), context); };
template <typename S, typename T>
concept HandlesItemAlone = requires(S &s, T &&item) { s.handleStream(std::move(item)); };
template <typename S, typename T>
concept HandlesItem = HandlesItemWithContext<S, T> || HandlesItemAlone<S, T>;

template <typename S, typename E>
concept HandlesError = HandlesErrorWithContext<S, E> || HandlesErrorAlone<S, E>;
// clang-format on

template <typename S, typename T>
decltype(auto) callItemHandler(S &service, T &&item, ServiceContext<S> &context)
{
    if constexpr (HandlesItemWithContext<S, T>)
        return service.handleStream(std::move(item), context);
    else
        return service.handleStream(std::move(item));
}

// Every sentence that a user of attachStream() can run into.
template <typename S, typename T>
constexpr bool checkStream() noexcept
{
    static_assert(HandlesItem<S, T>,
                  "QtInterlink: the service has no handler for this stream's items. Add a public member function "
                  "handleStream(Item) or handleStream(Item, ServiceContext<Service> &).");
    if constexpr (HandlesItem<S, T>) {
        using Result = std::remove_cvref_t<decltype(callItemHandler(std::declval<S &>(), std::declval<T &&>(),
                                                                    std::declval<ServiceContext<S> &>()))>;
        static_assert(answers<void, Result>(),
                      "QtInterlink: a handleStream() returns void, a Task<void>, or an expected "
                      "of void.");
    }
    return true;
}

// What ended a stream or a sink, to the service's handleError().
template <typename S>
void raiseStreamError(ServiceCore &core, const StreamError &error)
{
    if (!core.hasInstance())
        return; // a QObject that was deleted meanwhile
    if constexpr (HandlesError<S, StreamError>)
        core.apply(callErrorHandler<S, StreamError>(core, StreamError(error)));
    else
        warnOfStreamError(core, error);
}

// What all streams of a service do alike. \a Base is StreamCore or DeviceStream.
template <typename S, typename Base>
class ServiceStream : public Base
{
protected:
    using Base::Base;

    template <typename T>
    void hand(T &&item)
    {
        ServiceCore &core = this->core();
        Answer<void> nobody;
        answerWith<S>(core, nobody, [&]() -> decltype(auto) {
            return callItemHandler(serviceOf<S>(core), std::move(item), ServiceContext<S>::of(core));
        });
    }

    void raise(const StreamError &error) override { raiseStreamError<S>(this->core(), error); }

    void tellEnd() override
    {
        if (!this->core().hasInstance())
            return;
        S &service = serviceOf<S>(this->core());
        ServiceContext<S> &context = ServiceContext<S>::of(this->core());
        const StreamHandle handle(this);
        Answer<void> nobody;
        answerWith<S>(this->core(), nobody, [&]() -> decltype(auto) {
            if constexpr (requires { service.streamEnded(handle, context); })
                return service.streamEnded(handle, context);
            else if constexpr (requires { service.streamEnded(handle); })
                return service.streamEnded(handle);
            else if constexpr (requires { service.streamEnded(context); })
                return service.streamEnded(context);
            else if constexpr (requires { service.streamEnded(); })
                return service.streamEnded();
        });
    }
};

template <typename Stream>
StreamHandle attach(Stream *stream)
{
    StreamHandle handle(stream);
    stream->attach();
    return handle;
}

// ---- devices ----

// A socket or process that has no other end: not any more, or not yet.
template <typename Device>
bool isAlone(Device *device)
{
    if constexpr (requires { device->state() == Device::UnconnectedState; })
        return device->state() == Device::UnconnectedState;
    else if constexpr (requires { device->state() == Device::NotRunning; })
        return device->state() == Device::NotRunning;
    else
        return false;
}

template <typename S, typename Device, typename F>
class FramedStream final : public ServiceStream<S, DeviceStream>
{
    using Base = ServiceStream<S, DeviceStream>;

public:
    FramedStream(ServiceCore &core, Device *device, F framer, const StreamOptions &options)
        : Base(core, options.stopAtEnd, device, options.bufferSize), m_typedDevice(device), m_framer(std::move(framer))
    {
        if constexpr (requires { device->setReadBufferSize(options.bufferSize); })
            device->setReadBufferSize(std::max<qsizetype>(options.bufferSize, 1)); // 0 would mean no limit
        else if (device->isSequential())
            this->boundByNotifiers();
    }

private:
    void begin() override
    {
        Base::begin();
        if constexpr (requires { &Device::errorOccurred; }) {
            QObject::connect(m_typedDevice, &Device::errorOccurred, this->context(), [this](auto error) {
                if (!isFarewell(error))
                    this->setDeviceError(m_typedDevice->errorString());
                if (isAlone(m_typedDevice)) // a connection that never was has no other end to tell of
                    this->finish();
            });
        }
        if (m_typedDevice->isOpen() && isAlone(m_typedDevice)) // one that wasn't opened may still be
            this->finish();
    }

    template <typename Error>
    static bool isFarewell(Error error) noexcept
    {
        if constexpr (requires { Device::RemoteHostClosedError; })
            return error == Device::RemoteHostClosedError;
        else if constexpr (requires { Device::PeerClosedError; })
            return error == Device::PeerClosedError;
        else
            return false;
    }

    StreamCore::Step step() override
    {
        for (;;) {
            using Item = typename F::Item;
            using Kind = typename Frame<Item>::Kind;
            const QByteArrayView bytes = this->available();
            // Asked once more at the end, since what looked unfinished may be the last frame.
            if (!bytes.isEmpty()) {
                Frame<Item> frame = m_framer.next(bytes, m_atEnd);
                switch (frame.kind()) {
                case Kind::Complete:
                    this->use(frame.size());
                    this->hand(std::move(frame.item()));
                    return StreamCore::Step::Handled;
                case Kind::Skipped:
                    this->use(frame.size());
                    continue;
                case Kind::Failed:
                    return this->endIn(this->located(frame.error()));
                case Kind::Incomplete:
                    break;
                }
            }
            if (this->fill())
                continue;
            if (!this->isFinished())
                return StreamCore::Step::Nothing;
            if (m_atEnd)
                return this->finalStep();
            m_atEnd = true;
        }
    }

    Device *m_typedDevice;
    F m_framer;
    bool m_atEnd = false;
};

// ---- items that wait in a queue: signals ----

template <typename S, typename T>
class QueuedStream : public ServiceStream<S, StreamCore>
{
public:
    QueuedStream(ServiceCore &core, const StreamOptions &options)
        : ServiceStream<S, StreamCore>(core, options.stopAtEnd),
          m_maxPending(std::max<qsizetype>(options.maxPending, 1))
    {
    }

    // Any thread.
    void push(T item)
    {
        {
            const std::lock_guard lock(m_mutex);
            if (m_finished)
                return;
            if (m_held || qsizetype(m_items.size()) >= m_maxPending)
                m_held |= hold(); // again with each: some sources don't stay held
            m_overflown = !m_held && qsizetype(m_items.size()) >= m_maxPending;
            m_finished = m_overflown;
            if (!m_finished)
                m_items.push_back(std::move(item));
        }
        this->schedule();
    }
    void finish()
    {
        {
            const std::lock_guard lock(m_mutex);
            m_finished = true;
        }
        this->schedule();
    }

protected:
    virtual bool hold() { return false; } // makes the source wait; false: it can't
    virtual void goOn() { }
    virtual void handQueued(T &&item) = 0;

    void close() noexcept override
    {
        for (QMetaObject::Connection &connection : m_connections)
            QObject::disconnect(connection);
        const std::lock_guard lock(m_mutex);
        m_finished = true;
        m_items.clear();
        if (std::exchange(m_held, false))
            goOn();
    }

    // The slot holds a reference, since it may be called in another thread while the stream is being closed.
    template <typename Sender, typename Signal, typename Slot>
    void watch(Sender *sender, Signal signal, Slot &&slot)
    {
        m_connections.push_back(QObject::connect(sender, signal, std::forward<Slot>(slot)));
    }

    StreamCore::Step step() override
    {
        std::optional<T> item;
        bool overflown = false;
        {
            const std::lock_guard lock(m_mutex);
            if (!m_items.empty()) {
                item.emplace(std::move(m_items.front()));
                m_items.pop_front();
            } else if (!m_finished) {
                return StreamCore::Step::Nothing;
            }
            if (m_held && qsizetype(m_items.size()) <= m_maxPending / 2) {
                m_held = false;
                goOn();
            }
            overflown = m_overflown;
        }
        if (item) {
            handQueued(std::move(*item));
            return StreamCore::Step::Handled;
        }
        if (overflown) {
            return this->endIn({StreamError::Overflow,
                                QStringLiteral("a signal came faster than it was handled, and %1 items waited")
                                        .arg(m_maxPending)});
        }
        return StreamCore::Step::Ended;
    }

private:
    std::mutex m_mutex; // guards what follows
    std::deque<T> m_items;
    bool m_finished = false;
    bool m_overflown = false;
    bool m_held = false;

    const qsizetype m_maxPending;
    std::vector<QMetaObject::Connection> m_connections;
};

// A signal's arguments as an item: the argument itself if there is one, else a tuple.
template <typename Arguments>
struct SignalItem
{
    using Type = Arguments;
};
template <typename T>
struct SignalItem<std::tuple<T>>
{
    using Type = T;
};

template <typename T>
constexpr bool isPrivateSignal() noexcept
{
    return std::string_view(TypeName<T>::value.data()).ends_with("QPrivateSignal");
}
template <typename Done, typename... Args>
struct SignalArguments
{
    using Type = Done;
};
template <typename... Done, typename First, typename... Rest>
struct SignalArguments<std::tuple<Done...>, First, Rest...>
{
    using Type = typename std::conditional_t<isPrivateSignal<First>(), SignalArguments<std::tuple<Done...>, Rest...>,
                                             SignalArguments<std::tuple<Done..., std::decay_t<First>>, Rest...>>::Type;
};

template <typename Signal>
struct SignalTraits;
template <typename Class, typename R, typename... Args>
struct SignalTraits<R (Class::*)(Args...)>
{
    using Arguments = typename SignalArguments<std::tuple<>, Args...>::Type;
    using Item = typename SignalItem<Arguments>::Type;
};

template <typename Stream, typename Arguments>
struct SignalSlot;
template <typename Stream, typename... Args>
struct SignalSlot<Stream, std::tuple<Args...>>
{
    void operator()(const Args &...args) const
    {
        if (stream->isActive())
            stream->push(typename Stream::Item(args...));
    }
    Stream *stream;
    StreamHandle keep = StreamHandle(stream);
};

template <typename S, typename Sender, typename Signal>
class SignalStream final : public QueuedStream<S, typename SignalTraits<Signal>::Item>
{
    using Base = QueuedStream<S, typename SignalTraits<Signal>::Item>;

public:
    using Item = typename SignalTraits<Signal>::Item;

    SignalStream(ServiceCore &core, Sender *sender, Signal signal, const StreamOptions &options) : Base(core, options)
    {
        this->watch(sender, signal, SignalSlot<SignalStream, typename SignalTraits<Signal>::Arguments>{this});
        endWith(sender, &QObject::destroyed);
    }
    template <typename EndSignal>
    void endWith(Sender *sender, EndSignal signal)
    {
        this->watch(sender, signal, [this, keep = StreamHandle(this)] { this->finish(); });
    }

private:
    void handQueued(Item &&item) override { this->hand(std::move(item)); }
};

// ---- web sockets, without a need for their library ----

// clang-format off
template <typename Socket>
concept WebSocket = requires {
    &Socket::textMessageReceived;
    &Socket::binaryMessageReceived;
    &Socket::disconnected;
};
// clang-format on

template <typename S, typename Socket>
class WebSocketStream final : public QueuedStream<S, std::variant<QString, QByteArray>>
{
    using Base = QueuedStream<S, std::variant<QString, QByteArray>>;

public:
    WebSocketStream(ServiceCore &core, Socket *socket, const StreamOptions &options)
        : Base(core, options), m_socket(socket)
    {
        static_assert(
                HandlesItem<S, QString> || HandlesItem<S, QByteArray>,
                "QtInterlink: the service has no handler for a web socket's messages. Add a public member function "
                "handleStream(QString) for texts or handleStream(QByteArray) for binary messages.");
        this->watch(socket, &Socket::textMessageReceived,
                    [this, keep = StreamHandle(this)](const QString &text) { this->push(text); });
        this->watch(socket, &Socket::binaryMessageReceived,
                    [this, keep = StreamHandle(this)](const QByteArray &bytes) { this->push(bytes); });
        this->watch(socket, &Socket::disconnected, [this, keep = StreamHandle(this)] { this->finish(); });
        this->watch(socket, &QObject::destroyed, [this, keep = StreamHandle(this)] {
            m_socket = nullptr;
            this->finish();
        });
    }

private:
    // A QTcpSocket that is read to its end starts to listen again. A QWebSocket reads on after it has emitted a
    // message, so it is held once more when it is through.
    bool hold() override
    {
        if (!m_socket || !setReading(m_socket, false))
            return false;
        if (!std::exchange(m_isHolding, true)) {
            QMetaObject::invokeMethod(
                    m_socket,
                    [this, keep = StreamHandle(this)] {
                        if (std::exchange(m_isHolding, false) && m_socket)
                            setReading(m_socket, false);
                    },
                    Qt::QueuedConnection);
        }
        return true;
    }
    void goOn() override
    {
        m_isHolding = false;
        if (m_socket)
            setReading(m_socket, true);
    }
    StreamCore::Step step() override
    {
        const StreamCore::Step step = Base::step();
        return m_refused.isEmpty() ? step : this->endIn({StreamError::Malformed, m_refused});
    }
    void handQueued(std::variant<QString, QByteArray> &&item) override
    {
        std::visit(
                [this](auto &&message) {
                    using T = std::remove_cvref_t<decltype(message)>;
                    if constexpr (HandlesItem<S, T>)
                        this->hand(std::move(message));
                    else if constexpr (std::is_same_v<T, QString>)
                        m_refused = QStringLiteral("a text message, where only binary ones are handled");
                    else
                        m_refused = QStringLiteral("a binary message, where only texts are handled");
                },
                std::move(item));
    }

    Socket *m_socket;
    bool m_isHolding = false; // what holds it once more is on its way
    QString m_refused;
};

// ---- futures ----

template <typename S, typename T>
class FutureStream final : public ServiceStream<S, StreamCore>
{
public:
    FutureStream(ServiceCore &core, QFuture<T> future, const StreamOptions &options)
        : ServiceStream<S, StreamCore>(core, options.stopAtEnd), m_future(std::move(future)),
          m_maxPending(std::max<qsizetype>(options.maxPending, 1))
    {
    }

private:
    void begin() override
    {
        m_watcher = std::make_unique<QFutureWatcher<T>>();
        QObject::connect(m_watcher.get(), &QFutureWatcherBase::resultsReadyAt, m_watcher.get(), [this] { arrived(); });
        QObject::connect(m_watcher.get(), &QFutureWatcherBase::finished, m_watcher.get(), [this] { this->schedule(); });
        m_watcher->setFuture(m_future);
        arrived();
    }
    void close() noexcept override
    {
        m_watcher.reset();
        if (m_held)
            m_future.resume();
    }

    void arrived()
    {
        if (!m_held && pending() >= m_maxPending) {
            m_held = true;
            m_future.suspend();
        }
        this->schedule();
    }
    qsizetype pending() const { return m_future.resultCount() - m_next; }

    StreamCore::Step step() override
    {
        const bool finished = m_future.isFinished(); // asked first: no result comes after it
        if (pending() > 0) {
            std::optional<T> item;
            try {
                item.emplace(m_future.resultAt(m_next++));
            } catch (...) { // it came just now
                return this->endIn(std::current_exception());
            }
            if (m_held && pending() <= m_maxPending / 2) {
                m_held = false;
                m_future.resume();
            }
            this->hand(std::move(*item));
            return StreamCore::Step::Handled;
        }
        if (!finished)
            return StreamCore::Step::Nothing;
        try {
            m_future.waitForFinished(); // throws what the future ended in
        } catch (...) {
            return this->endIn(std::current_exception());
        }
        return StreamCore::Step::Ended;
    }

    QFuture<T> m_future;
    std::unique_ptr<QFutureWatcher<T>> m_watcher;
    int m_next = 0;
    const qsizetype m_maxPending;
    bool m_held = false;
};

// ---- generators and other ranges ----

template <typename Range>
using RangeItem = std::remove_cvref_t<decltype(*std::declval<Range &>().begin())>;

// A future is a range as well, but one that blocks.
template <typename T>
void takeFuture(const QFuture<T> &);

// clang-format off
template <typename T>
concept DerivedFromFuture = requires(const T &t) { takeFuture(t); };
template <typename Range>
concept ItemRange = !std::is_pointer_v<Range> && !DerivedFromFuture<Range> && requires(Range &range) {
    range.begin() != range.end();
    ++std::declval<decltype(range.begin()) &>();
    *range.begin();
};
// clang-format on

template <typename S, typename Range>
class RangeStream final : public ServiceStream<S, StreamCore>
{
public:
    RangeStream(ServiceCore &core, Range &&range, const StreamOptions &options)
        : ServiceStream<S, StreamCore>(core, options.stopAtEnd), m_range(std::move(range))
    {
    }

private:
    using Item = RangeItem<Range>;

    StreamCore::Step step() override
    {
        std::optional<Item> item;
        try {
            if (!m_position)
                m_position.emplace(m_range.begin());
            else
                ++*m_position;
            if (!(*m_position != m_range.end()))
                return StreamCore::Step::Ended;
            if constexpr (std::is_copy_constructible_v<Item>)
                item.emplace(**m_position);
            else
                item.emplace(std::move(**m_position));
        } catch (...) {
            return this->endIn(std::current_exception());
        }
        this->hand(std::move(*item));
        return StreamCore::Step::Handled;
    }

    Range m_range;
    std::optional<decltype(std::declval<Range &>().begin())> m_position;
};

} // namespace QtInterlink::detail

#endif
