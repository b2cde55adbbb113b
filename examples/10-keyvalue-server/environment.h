// SPDX-License-Identifier: MIT
#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include "options.h"
#include "pubsub.h"
#include "shard.h"

#include <QtCore/QElapsedTimer>

#include <atomic>
#include <vector>

// Whom a connection works with. One for all of them, made before the first and changed by none.
struct Environment
{
    Options options;
    std::vector<QtInterlink::Link<Shard>> shards;
    QtInterlink::Link<PubSub> pubSub;
    QElapsedTimer upTime;
    mutable std::atomic<int> connections = 0; // but for these
    mutable std::atomic<qint64> accepted = 0;

    size_t shardNumber(const QByteArray &key) const { return size_t(slotOf(key)) % shards.size(); }
};

#endif
