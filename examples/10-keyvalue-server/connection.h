// SPDX-License-Identifier: MIT
#ifndef CONNECTION_H
#define CONNECTION_H

#include "environment.h"
#include "resp.h"

#include <QtCore/QSet>
#include <QtInterlink/Service>
#include <QtNetwork/QTcpSocket>

#include <deque>
#include <memory>

class Listener;

// Asks a connection to answer what has arrived and to end.
struct Finish
{
};

// One client. Requests come from its socket as a stream, replies go back through a sink, in the order of the requests.
//
//     socket -- Request -->  Connection  -- Execute, CountKeys ... -->  Shard, one of several
//            <-- bytes --                <-- reply --
//
// A request doesn't wait for the one before it: what is sent at once to several shards is worked on at once. The queue
// of what we owe keeps the order.
class Connection : public QtInterlink::Service<Connection>
{
public:
    using Context = QtInterlink::ServiceContext<Connection>;

    Connection(std::unique_ptr<QTcpSocket> socket, std::shared_ptr<const Environment> environment,
               QtInterlink::Link<Listener> listener);
    ~Connection();

    void started(Context &context);
    void stopping();

    void handleStream(Request request, Context &context);
    void handle(Push push, Context &context);
    void handle(Finish, Context &context);
    // A connection that breaks just ends.
    QtInterlink::ErrorAction handleError(QtInterlink::StreamError) { return QtInterlink::ErrorAction::Stop; }
    QtInterlink::ErrorAction handleError(std::exception_ptr) { return QtInterlink::ErrorAction::Stop; }

    // Commands that touch no keys: they return their reply.
    QByteArray auth(const Arguments &arguments);
    QByteArray command(const Arguments &arguments);
    QByteArray config(const Arguments &arguments);
    QByteArray echo(const Arguments &arguments);
    QByteArray ping(const Arguments &arguments);
    QByteArray select(const Arguments &arguments);

    // Commands that ask several services: tasks that join what these answer. Each sends all its messages before it
    // waits, so that the next request of this client can't overtake it on its way to the same shard.
    QtInterlink::Task<QByteArray> dbsize(Arguments arguments);
    QtInterlink::Task<QByteArray> delOrExists(Arguments arguments);
    QtInterlink::Task<QByteArray> flushall(Arguments arguments);
    QtInterlink::Task<QByteArray> info(Arguments arguments);
    QtInterlink::Task<QByteArray> keys(Arguments arguments);
    QtInterlink::Task<QByteArray> mget(Arguments arguments);
    QtInterlink::Task<QByteArray> mset(Arguments arguments);
    QtInterlink::Task<QByteArray> publish(Arguments arguments);
    QtInterlink::Task<QByteArray> scan(Arguments arguments);
    QtInterlink::Task<QByteArray> subscribe(Arguments arguments);
    QtInterlink::Task<QByteArray> unsubscribe(Arguments arguments);

private:
    QtInterlink::Reply<QByteArray> carryOut(Arguments arguments, Context &context);
    bool isOneShard(const struct Command &command, const Arguments &arguments) const;
    std::vector<QByteArrayList> byShard(const Arguments &arguments, qsizetype step) const;
    const QtInterlink::Link<Shard> &shardOf(const QByteArray &key) const;

    void owe(QtInterlink::Reply<QByteArray> reply, Context &context);
    QtInterlink::Task<> write(Context &context);
    void leave(Context &context);

    std::unique_ptr<QTcpSocket> m_socket;
    std::shared_ptr<const Environment> m_environment;
    QtInterlink::Link<Listener> m_listener;
    QtInterlink::Link<Connection> m_link; // to this service
    RequestFramer::State m_framer;
    QtInterlink::StreamHandle m_stream;
    QtInterlink::SinkLink<QByteArray> m_sink;
    std::deque<QtInterlink::Reply<QByteArray>> m_owed; // replies, some of which aren't there yet
    bool m_isWriting = false; // write() runs
    bool m_isLeaving = false; // ends when all is written
    QSet<QByteArray> m_channels; // subscribed
};

#endif
