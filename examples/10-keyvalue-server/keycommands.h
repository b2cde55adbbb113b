// SPDX-License-Identifier: MIT
#ifndef KEYCOMMANDS_H
#define KEYCOMMANDS_H

#include "keyspace.h"

// What a shard does with its keys. Each takes a command with its name, whose arity was checked, and returns the reply.
using Arguments = QByteArrayList;
using KeyCommand = QByteArray (*)(Keyspace &keys, const Arguments &arguments);

namespace KeyCommands {

QByteArray type(Keyspace &keys, const Arguments &arguments);
QByteArray del(Keyspace &keys, const Arguments &arguments);
QByteArray exists(Keyspace &keys, const Arguments &arguments);
QByteArray expire(Keyspace &keys, const Arguments &arguments);
QByteArray pexpire(Keyspace &keys, const Arguments &arguments);
QByteArray ttl(Keyspace &keys, const Arguments &arguments);
QByteArray pttl(Keyspace &keys, const Arguments &arguments);
QByteArray persist(Keyspace &keys, const Arguments &arguments);

QByteArray set(Keyspace &keys, const Arguments &arguments);
QByteArray get(Keyspace &keys, const Arguments &arguments);
QByteArray getdel(Keyspace &keys, const Arguments &arguments);
QByteArray mset(Keyspace &keys, const Arguments &arguments);
QByteArray mget(Keyspace &keys, const Arguments &arguments);
QByteArray append(Keyspace &keys, const Arguments &arguments);
QByteArray strlen(Keyspace &keys, const Arguments &arguments);
QByteArray incr(Keyspace &keys, const Arguments &arguments);
QByteArray decr(Keyspace &keys, const Arguments &arguments);
QByteArray incrby(Keyspace &keys, const Arguments &arguments);

QByteArray lpush(Keyspace &keys, const Arguments &arguments);
QByteArray rpush(Keyspace &keys, const Arguments &arguments);
QByteArray lpop(Keyspace &keys, const Arguments &arguments);
QByteArray rpop(Keyspace &keys, const Arguments &arguments);
QByteArray llen(Keyspace &keys, const Arguments &arguments);
QByteArray lrange(Keyspace &keys, const Arguments &arguments);

QByteArray hset(Keyspace &keys, const Arguments &arguments);
QByteArray hget(Keyspace &keys, const Arguments &arguments);
QByteArray hgetall(Keyspace &keys, const Arguments &arguments);
QByteArray hdel(Keyspace &keys, const Arguments &arguments);
QByteArray hlen(Keyspace &keys, const Arguments &arguments);

QByteArray sadd(Keyspace &keys, const Arguments &arguments);
QByteArray srem(Keyspace &keys, const Arguments &arguments);
QByteArray spop(Keyspace &keys, const Arguments &arguments);
QByteArray smembers(Keyspace &keys, const Arguments &arguments);
QByteArray scard(Keyspace &keys, const Arguments &arguments);

// The reply of MGET for one key: nil as well if it is no string.
QByteArray fetch(Keyspace &keys, const QByteArray &key);
} // namespace KeyCommands

#endif
