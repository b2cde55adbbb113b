// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_WAITGRAPH_H
#define QTINTERLINK_WAITGRAPH_H

#include <QtInterlink/detail/replycore.h>
#include <QtInterlink/detail/waitnode.h>

namespace QtInterlink::detail {

// Who waits for whom: finds a circle at the moment in which the last wait would close it.
//
// Nodes point at the node that they wait for. Whoever begins to wait first writes its own pointer, then walks along
// the others', with a fence between: of those who close a circle together, the last to write sees all of it.
//
// Lifetime: a reply's target is valid while the reply is pending, since a service ends only when all that it was asked
// has an outcome. Whoever brings that about clears the waiter's pointer; a service does so on its own thread, before it
// ends, everybody else in a walk that begins before the reply is claimed. A walker may still hold what it read before
// that, so the memory of a node is given back only after quiesce(), which waits for all walks under way; see walks.h.
class WaitGraph
{
public:
    // \a self waits for \a reply; \a blocked is the worker whose thread it blocks meanwhile, or null. False: the
    // outcome is there, and the waiter won't be called. Where waiting would never end, the reply was failed with
    // WouldDeadlock.
    static bool enter(ReplyCore &reply, ReplyWaiter &waiter, WaitNode *self, WaitNode *blocked) noexcept;
    static void leave(WaitNode &node) noexcept { node.waitingFor.store(nullptr, std::memory_order_release); }

    // A waiter's node now waits for somebody else: the reply was forwarded. True if that closed a circle.
    static bool moveOn(WaitNode &node, WaitNode *from, WaitNode *to) noexcept;

    static void quiesce() noexcept;

    // Under the mutex of all forwards. Returns a reply whose waiter is now in a circle, or null.
    static ReplyCore *retarget(ReplyCore &answer, WaitNode *target) noexcept;
    static void waitForForward() noexcept;
};

// While it lasts, nobody gives a node back that it may have seen. One at a time in a thread, and no code of a user's in
// it.
class Walk
{
public:
    Walk() noexcept;
    ~Walk() { end(); }
    Q_DISABLE_COPY_MOVE(Walk)
    void end() noexcept;

private:
    static constexpr int Over = -1;
    int m_place;
};

} // namespace QtInterlink::detail

#endif
