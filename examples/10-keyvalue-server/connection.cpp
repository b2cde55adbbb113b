// SPDX-License-Identifier: MIT
#include "connection.h"

#include "commands.h"
#include "listener.h"

#include <chrono>

using namespace QtInterlink;
using namespace std::chrono_literals;

// With so many replies under way no further request is read.
static constexpr size_t MaxOwed = 256;
// So much of our replies may wait for the client to read it. Then its requests wait, too; a subscriber is closed, since
// those who publish don't wait.
static constexpr qsizetype MaxUnread = 64 * 1024 * 1024;
// After which time without an end a client that reads nothing is closed.
static constexpr auto MaxSilence = 60s;

Connection::Connection(std::unique_ptr<QTcpSocket> socket, std::shared_ptr<const Environment> environment,
                       Link<Listener> listener)
    : m_socket(std::move(socket)), m_environment(std::move(environment)), m_listener(std::move(listener))
{
    ++m_environment->connections;
    ++m_environment->accepted;
}

Connection::~Connection()
{
    --m_environment->connections;
}

void Connection::started(Context &context)
{
    m_link = context.link();
    m_sink = context.attachSink(m_socket.get(), {.maxPending = MaxUnread});
    if (m_environment->connections > m_environment->options.maxConnections) {
        m_sink.feed(Resp::error("ERR max number of clients reached"));
        context.stop();
        return;
    }
    m_socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    m_framer.isTrusted = m_environment->options.password.isEmpty();
    m_stream = context.attachStream(m_socket.get(), RequestFramer(&m_framer), {.stopAtEnd = true});
    m_listener.doSend(Opened{m_link});
}

void Connection::stopping()
{
    for (const QByteArray &channel : std::as_const(m_channels))
        m_environment->pubSub.doSend(Unsubscribe{channel, m_link, {}});
    m_listener.doSend(Ended{m_link});
}

// ---- requests ----

void Connection::handleStream(Request request, Context &context)
{
    if (!request.error.isEmpty()) {
        owe(Reply<QByteArray>::ready(Resp::error("ERR " + request.error)), context);
        leave(context);
    } else if (Resp::isWord(request.arguments.first(), "QUIT")) {
        owe(Reply<QByteArray>::ready(Resp::ok()), context);
        leave(context);
    } else {
        owe(carryOut(std::move(request.arguments), context), context);
    }
}

static QByteArray unknownCommand(const Arguments &arguments)
{
    constexpr qsizetype MaxLength = 128;
    QByteArray text = "ERR unknown command '" + arguments[0].first(std::min(arguments[0].size(), MaxLength))
            + "', with args beginning with: ";
    const qsizetype end = text.size() + MaxLength;
    for (qsizetype i = 1; i < arguments.size() && text.size() < end; ++i)
        text += '\'' + arguments[i].first(std::min(arguments[i].size(), end - text.size())) + "' ";
    return Resp::error(text);
}

Reply<QByteArray> Connection::carryOut(Arguments arguments, Context &context)
{
    using Done = Reply<QByteArray>;
    const Command *const command = findCommand(arguments[0]);
    if (!command)
        return Done::ready(unknownCommand(arguments));
    if (!command->takes(arguments.size()))
        return Done::ready(Resp::wrongArity(command->name));
    if (!m_framer.isTrusted && command->here != &Connection::auth)
        return Done::ready(Resp::error("NOAUTH Authentication required."));
    if (!m_channels.isEmpty() && !command->isForSubscribers) {
        return Done::ready(Resp::error("ERR Can't execute '" + QByteArray(command->name)
                                       + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed "
                                         "in this context"));
    }
    if (command->onShard && isOneShard(*command, arguments)) {
        const Link<Shard> &shard = shardOf(arguments[1]);
        return shard.send<Execute>(command->onShard, std::move(arguments));
    }
    if (command->here)
        return Done::ready((this->*command->here)(arguments));
    return context.spawn((this->*command->spread)(std::move(arguments)));
}

const Link<Shard> &Connection::shardOf(const QByteArray &key) const
{
    return m_environment->shards[m_environment->shardNumber(key)];
}

bool Connection::isOneShard(const Command &command, const Arguments &arguments) const
{
    if (command.lastKey != -1 || m_environment->shards.size() == 1)
        return true;
    const size_t shard = m_environment->shardNumber(arguments[1]);
    for (qsizetype i = 1 + command.step; i < arguments.size(); i += command.step) {
        if (m_environment->shardNumber(arguments[i]) != shard)
            return false;
    }
    return true;
}

// ---- replies ----

void Connection::owe(Reply<QByteArray> reply, Context &context)
{
    if (!m_isWriting && reply.isFinished() && m_sink.pending() < MaxUnread) {
        m_sink.feed(reply.result());
        return;
    }
    m_owed.push_back(std::move(reply));
    if (m_owed.size() >= MaxOwed)
        m_stream.pause();
    if (!m_isWriting) {
        m_isWriting = true;
        context.spawn(write(context));
    }
}

// Runs while we owe something. It is resumed once for a batch: when the first reply is there, mostly the others are,
// too, and waiting for what is there costs nothing. What it feeds in one go is one system call.
Task<> Connection::write(Context &context)
{
    try {
        while (!m_owed.empty()) {
            const QByteArray reply = co_await m_owed.front();
            m_owed.pop_front();
            if (m_owed.size() == MaxOwed / 2)
                m_stream.resume();
            if (m_sink.pending() >= MaxUnread)
                co_await m_sink.flush().timeout(MaxSilence);
            m_sink.feed(reply);
        }
        if (m_isLeaving) {
            co_await m_sink.flush().timeout(MaxSilence);
            context.stop();
        }
    } catch (const LinkException &) { // the client is gone, or reads nothing, or all is about to end
        context.stop();
    }
    m_isWriting = false;
}

void Connection::handle(Push push, Context &context)
{
    if (m_sink.pending() >= MaxUnread)
        context.stop();
    else if (m_channels.isEmpty())
        return; // unsubscribed meanwhile
    else
        owe(Reply<QByteArray>::ready(push.bytes), context);
}

// ---- the end ----

// Answers what was asked for, and takes no more.
void Connection::leave(Context &context)
{
    m_isLeaving = true;
    m_stream.detach();
    if (!m_isWriting) {
        m_isWriting = true;
        context.spawn(write(context));
    }
}

// What has reached this machine is in flight: in the system's buffer, in the socket's, in the framer's.
void Connection::handle(Finish, Context &context)
{
    if (m_isLeaving)
        return;
    const bool hasMore = m_socket->state() == QAbstractSocket::ConnectedState && m_socket->waitForReadyRead(0);
    if (hasMore || m_socket->bytesAvailable() > 0 || !m_framer.isIdle)
        context.runLater(1ms, [](Connection &self, Context &context) { self.handle(Finish(), context); });
    else
        leave(context);
}
