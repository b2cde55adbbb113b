// SPDX-License-Identifier: MIT
#ifndef SHARD_H
#define SHARD_H

#include "keycommands.h"
#include "keyspace.h"

#include <QtInterlink/Service>

// What one can ask a shard for.

// A command whose keys all belong to this shard. The answer is the reply, ready to be sent.
struct Execute
{
    using Response = QByteArray;
    KeyCommand command;
    Arguments arguments;
};

// A part of a command whose keys belong to several shards. What the shards answer is put together by the connection.
struct CountKeys // DEL and EXISTS
{
    using Response = qint64;
    QByteArrayList keys;
    bool removeThem;
};
struct FetchKeys // MGET
{
    using Response = QByteArrayList;
    QByteArrayList keys;
};
struct Clear // FLUSHALL
{
};
struct CountAll // DBSIZE
{
    using Response = std::pair<qint64, qint64>; // keys, and how many of them expire
};
struct ListKeys // KEYS
{
    using Response = QByteArrayList;
    QByteArray pattern;
};
struct ListSlot // SCAN: slots from this one on, until there are enough keys
{
    struct Response
    {
        QByteArrayList keys;
        qsizetype seen = 0; // with those that don't match
        int next = SlotCount; // where to go on; SlotCount: with the next shard
    };
    int slot;
    qsizetype count;
    QByteArray pattern; // empty: all
    QByteArray type; // empty: all
};

// A part of the keys. It is pure state, so it may float: a command is carried out by the worker that received it, whose
// cache has it already, unless another one is with this shard just now.
class Shard : public QtInterlink::Service<Shard>
{
public:
    static constexpr QtInterlink::Affinity affinity = QtInterlink::Affinity::Floating;

    Shard(int number, int count) : m_stride(count), m_keys(number, count) { }

    QByteArray handle(Execute &&request, QtInterlink::ServiceContext<Shard> &context);
    qint64 handle(CountKeys request);
    QByteArrayList handle(FetchKeys request);
    void handle(Clear) { m_keys.clear(); }
    CountAll::Response handle(CountAll) const { return {m_keys.size(), m_keys.expiring()}; }
    QByteArrayList handle(ListKeys request);
    ListSlot::Response handle(ListSlot request);

private:
    void wakeUpInTime(QtInterlink::ServiceContext<Shard> &context);

    int m_stride;
    Keyspace m_keys;
    Time m_wakeUpAt = Never;
    QtInterlink::TimerHandle m_timer;
};

#endif
