// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_SERVERS_H
#define QTINTERLINK_DETAIL_SERVERS_H

// A server is a stream of connections, each of which becomes a service.

#include <QtInterlink/detail/connections.h>
#include <QtInterlink/detail/servicecell.h>
#include <QtInterlink/detail/streams.h>
#include <QtInterlink/server.h>

#include <QtCore/QPointer>
#include <QtCore/QTimer>

#include <deque>
#include <memory>
#include <type_traits>
#include <utility>

QT_BEGIN_NAMESPACE
class QAbstractSocket;
QT_END_NAMESPACE

namespace QtInterlink::detail {

// ---- one connection ----

class ConnectionCounter : public StreamCore
{
public:
    void connectionEnded() noexcept
    {
        m_connections.fetch_sub(1, std::memory_order_acq_rel);
        if (isActive())
            schedule(); // there is room
    }

protected:
    using StreamCore::StreamCore;
    std::atomic<int> m_connections{0};
};

// Lives as long as a connection's service.
class ConnectionToken final : public Attachment
{
public:
    explicit ConnectionToken(ConnectionCounter *counter) noexcept : m_counter(counter) { counter->retain(); }
    ~ConnectionToken()
    {
        m_counter->connectionEnded();
        m_counter->release();
    }
    Q_DISABLE_COPY_MOVE(ConnectionToken)
    void detached() noexcept override { delete this; }

private:
    ConnectionCounter *m_counter;
};

template <typename C, typename Socket, typename Make>
class ConnectionStarter final : public MessageEvent
{
public:
    ConnectionStarter(std::unique_ptr<Socket> socket, Make make, ConnectionCounter *counter)
        : m_socket(std::move(socket)), m_make(std::move(make)), m_token(std::make_unique<ConnectionToken>(counter))
    {
    }

    void placed(QThread *thread) noexcept override { m_socket->moveToThread(thread); }
    void deliver(ServiceCore &core) override
    {
        core.attach(m_token.release());
        const QPointer<Socket> socket(m_socket.get());
        auto &cell = static_cast<ServiceCell<C> &>(core);
        cell.construct([&]() -> decltype(auto) {
            if constexpr (std::is_invocable_v<Make &, std::unique_ptr<Socket>, ServiceContext<C> &>)
                return m_make(std::move(m_socket), cell.context());
            else
                return m_make(std::move(m_socket));
        });
        if constexpr (WebSocket<Socket>) {
            if (socket)
                setReading(socket, true);
        }
    }

private:
    std::unique_ptr<Socket> m_socket;
    Make m_make;
    std::unique_ptr<ConnectionToken> m_token;
};

// ---- the server ----

template <typename S, typename C, typename Server, typename Make>
class ServerStream final : public ServiceStream<S, ConnectionCounter>
{
    using Base = ServiceStream<S, ConnectionCounter>;
    using Socket = SocketOf<Server>;

public:
    ServerStream(ServiceCore &core, Server *server, Make make, const ServerOptions &options)
        : Base(core, options.stopAtEnd), m_server(server), m_make(std::move(make)), m_options(options)
    {
    }

private:
    void begin() override
    {
        m_context = std::make_unique<QObject>();
        QObject::connect(m_server, &Server::newConnection, m_context.get(), [this] {
            if constexpr (WebSocket<Socket>)
                takeWaiting();
            this->schedule();
        });
        if constexpr (WebSocket<Socket>)
            takeWaiting();
        QObject::connect(m_server, &QObject::destroyed, m_context.get(), [this] { this->schedule(); });
        if constexpr (requires { &Server::acceptError; }) {
            // Out of descriptors, for instance: the server has stopped accepting. Some will be free again.
            QObject::connect(m_server, &Server::acceptError, m_context.get(), [this] {
                warnOfAccepting(this->core(), m_server->errorString());
                QTimer::singleShot(RetryInterval, m_context.get(), [this] {
                    if (m_server)
                        m_server->resumeAccepting();
                });
            });
        }
    }
    void close() noexcept override
    {
        m_context.reset();
        m_waiting.clear();
        if constexpr (WebSocket<Socket>)
            pauseAccepting(false);
    }

    StreamCore::Step step() override
    {
        if (!m_server)
            return StreamCore::Step::Ended;
        if (m_options.maxConnections > 0
            && this->m_connections.load(std::memory_order_acquire) >= m_options.maxConnections)
            return StreamCore::Step::Nothing;
        std::unique_ptr<Socket> socket = nextConnection();
        if (!socket)
            return StreamCore::Step::Nothing;
        this->m_connections.fetch_add(1, std::memory_order_relaxed);
        auto *const cell = new ServiceCell<C>(m_options.start);
        const CoreRef owner = CoreRef::adopt(cell);
        cell->start(new ConnectionStarter<C, Socket, Make>(std::move(socket), m_make, this), m_options.start);
        return StreamCore::Step::Handled;
    }

    std::unique_ptr<Socket> nextConnection()
    {
        if constexpr (WebSocket<Socket>) {
            if (m_waiting.empty())
                return nullptr;
            std::unique_ptr<Socket> socket = std::move(m_waiting.front());
            m_waiting.pop_front();
            if (m_waiting.empty())
                pauseAccepting(false);
            return socket;
        } else {
            return take();
        }
    }
    std::unique_ptr<Socket> take()
    {
        std::unique_ptr<Socket> socket(m_server->nextPendingConnection());
        if (socket)
            socket->setParent(nullptr);
        return socket;
    }
    // A web socket gives each message once, to whoever listens: it is not read before its service does. One that left
    // before has no more to say, not even that.
    void takeWaiting()
    {
        while (std::unique_ptr<Socket> socket = take()) {
            if (!socket->isValid())
                continue;
            adoptTransport<QAbstractSocket>(*socket);
            setReading(socket.get(), false);
            m_waiting.push_back(std::move(socket));
        }
        if (int(m_waiting.size()) >= m_server->maxPendingConnections())
            pauseAccepting(true);
    }
    void pauseAccepting(bool pause)
    {
        if (!m_server || std::exchange(m_pausedAccepting, pause) == pause)
            return;
        if (pause)
            m_server->pauseAccepting();
        else
            m_server->resumeAccepting();
    }

    // Qt leaves the connection below a web socket with the server, where it would stay in the server's thread. And the
    // server would delete it once it is disconnected, from its own thread, while the web socket's deletes it, too.
    template <typename Transport>
    void adoptTransport(Socket &socket)
    {
        const auto transports = m_server->template findChildren<Transport *>();
        for (Transport *transport : transports) {
            if (transport->peerPort() == socket.peerPort() && transport->peerAddress() == socket.peerAddress()
                && transport->localPort() == socket.localPort() && transport->localAddress() == socket.localAddress()) {
                transport->setParent(&socket);
                QObject::disconnect(transport, nullptr, m_server, nullptr);
            }
        }
    }

    static constexpr auto RetryInterval = std::chrono::milliseconds(100);

    QPointer<Server> m_server;
    std::deque<std::unique_ptr<Socket>> m_waiting; // web sockets
    bool m_pausedAccepting = false;
    std::unique_ptr<QObject> m_context; // of the connections
    Make m_make;
    const ServerOptions m_options;
};

} // namespace QtInterlink::detail

#endif
