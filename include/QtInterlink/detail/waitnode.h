// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_WAITNODE_H
#define QTINTERLINK_DETAIL_WAITNODE_H

#include <QtInterlink/interlinkglobal.h>

#include <atomic>

namespace QtInterlink::detail {

// One who may wait and may be waited for: a service (through its exclusive task or a blocked handler), a spawned
// task, or a worker whose thread is blocked. The graph of them finds circles; see src/messaging/waitgraph.h.
struct WaitNode
{
    std::atomic<WaitNode *> waitingFor{nullptr};
    WaitNode *host = nullptr; // the worker that a pinned service needs to make progress
};

} // namespace QtInterlink::detail

#endif
