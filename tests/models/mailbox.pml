// SPDX-License-Identifier: MIT
//
// The protocol of include/QtInterlink/detail/mailbox.h: two senders, a sender of system nodes, somebody who only
// wakes, and two workers of which either may run the service. Each atomic operation is one step; a compare-and-swap
// compares what an earlier step loaded. Messages enter by pushOrClaim(), system nodes by push(), as they do in a service.
//
// -DNO_RECHECK: rest() stores AtRest without looking what is there. A message gets lost; the model has to say so.

#define SENDERS 3 // the last one sends system nodes
#define SYSTEM (SENDERS - 1)
#define MESSAGES(sender) (sender == SYSTEM -> 1 : 2)
#define NODES 3 // few, so that a node soon comes back and the same word means another list
#define NONE 0 // nodes count from 1

// The word. Pointer and bits change together, in one step.
byte head;
bool atRest, closed, finished;

// The nodes.
byte next[NODES + 1];
byte from[NODES + 1];
byte number[NODES + 1];
bool inUse[NODES + 1];

// The owner's, whichever worker that is.
bool knowsClosed; // m_closed
byte pending; // taken, oldest first

// The scheduler: how often the service is in the ready queue.
byte ready;

// What a watcher from outside knows.
bool running; // a worker has the service
bool claimed; // somebody was told to schedule it, or it is in the ready queue
byte accepted[SENDERS];
byte arrived[SENDERS]; // handled, or returned by finish()
bool everClosed, everFinished;

inline schedule()
{
    atomic {
        assert(ready == 0);
        ready++
    }
}

// The step that takes AtRest away gives the right to schedule.
inline claim()
{
    assert(!running && !claimed);
    claimed = true
}

inline loadWord()
{
    oldHead = head;
    oldAtRest = atRest;
    oldClosed = closed;
    oldFinished = finished
}

inline forgetWord() // to have fewer states
{
    oldHead = NONE;
    oldAtRest = false;
    oldClosed = false;
    oldFinished = false
}

proctype Sender(byte me)
{
    byte sent, node, last, oldHead;
    bool oldAtRest, oldClosed, oldFinished;

    do
    :: sent < MESSAGES(me) ->
        atomic {
            if // a free node; waits for one
            :: !inUse[1] -> node = 1
            :: inUse[1] && !inUse[2] -> node = 2
            :: inUse[1] && inUse[2] && !inUse[3] -> node = 3
            fi;
            inUse[node] = true;
            from[node] = me;
            number[node] = sent;
            loadWord();
retry:
            if
            :: oldFinished || (oldClosed && me != SYSTEM) -> // Refused
                from[node] = 0;
                number[node] = 0;
                next[node] = NONE;
                inUse[node] = false;
                node = NONE;
                forgetWord();
                break
            :: else -> next[node] = oldHead
            fi
        }
        atomic { // compareExchange
            if
            :: head == oldHead && atRest == oldAtRest && closed == oldClosed && finished == oldFinished ->
                assert(!everFinished && (!everClosed || me == SYSTEM));
                atRest = false;
                accepted[me]++;
                sent++;
                if
                :: oldAtRest && !oldClosed && me != SYSTEM -> // Schedule, and the owner until then
                    claim();
                    forgetWord();
                    goto owns
                :: oldAtRest && (oldClosed || me == SYSTEM) -> // Schedule
                    head = node;
                    node = NONE;
                    claim();
                    forgetWord();
                    goto entered
                :: else -> // Queued
                    head = node;
                    node = NONE;
                    forgetWord();
                    goto sentIt
                fi
            :: else ->
                loadWord();
                goto retry
            fi
        }
owns:
        atomic { // behind what the owner has taken
            assert(!running && next[node] == NONE);
            if
            :: pending == NONE -> pending = node
            :: else ->
                last = pending;
                do
                :: next[last] != NONE -> last = next[last]
                :: else -> break
                od;
                next[last] = node;
                last = NONE
            fi;
            node = NONE
        }
entered:
        schedule();
sentIt:
        skip
    :: else -> break
    od
}

// Somebody with news for the owner that aren't in the mailbox.
proctype Waker()
{
    bool oldClosed, oldAtRest;

    atomic {
        oldAtRest = atRest;
        oldClosed = closed
    }
    do
    :: oldAtRest ->
        atomic {
            if
            :: head == NONE && atRest && closed == oldClosed && !finished ->
                atRest = false;
                claim();
                break
            :: else ->
                oldAtRest = atRest;
                oldClosed = closed
            fi
        }
    :: else -> goto end
    od;
    schedule();
end:
    skip
}

// One message arrives: in order, once.
inline arrive(node)
{
    assert(inUse[node]);
    assert(number[node] == arrived[from[node]]);
    arrived[from[node]]++;
    from[node] = 0;
    number[node] = 0;
    next[node] = NONE;
    inUse[node] = false
}

// Puts what was taken, newest first, behind what is pending.
inline append(taken)
{
    oldest = NONE;
    do
    :: taken != NONE ->
        following = next[taken];
        next[taken] = oldest;
        oldest = taken;
        taken = following
    :: else -> break
    od;
    if
    :: pending == NONE -> pending = oldest
    :: else ->
        following = pending;
        do
        :: next[following] != NONE -> following = next[following]
        :: else -> break
        od;
        next[following] = oldest
    fi;
    oldest = NONE;
    following = NONE
}

proctype Worker()
{
    byte taken, node, oldest, following;
    bool rests;

end:
    atomic {
        ready > 0 ->
        ready--;
        assert(!running);
        running = true;
        claimed = false
    }
again:
    // take(): looks, and exchanges if there is something
    if
    :: head != NONE || atRest || closed != knowsClosed || finished ->
        atomic {
            taken = head;
            head = NONE;
            assert(!atRest && closed == knowsClosed && !finished);
            append(taken)
        }
    :: else
    fi;
    do
    :: pending != NONE ->
        atomic {
            node = pending;
            pending = next[node];
            arrive(node);
            node = NONE
        }
    :: pending != NONE -> // the slice is used up: back into the ready queue, awake
        atomic {
            running = false;
            claimed = true
        }
        schedule();
        goto end
    :: !knowsClosed -> // the handler stops the service
        knowsClosed = true; // close()
        atomic {
            closed = true;
            everClosed = true
        }
    :: pending == NONE -> break
    od;
    if
    :: knowsClosed -> // nothing is left to handle
        atomic { // finish()
            taken = head;
            head = NONE;
            closed = true;
            finished = true;
            everFinished = true;
            append(taken);
            do
            :: pending != NONE ->
                node = pending;
                pending = next[node];
                arrive(node)
            :: else -> break
            od;
            node = NONE;
            running = false;
            goto end
        }
    :: true -> // rest(); if closed, a task is still in progress
        atomic {
#ifdef NO_RECHECK
            head = NONE;
            rests = true;
#else
            rests = (head == NONE && !atRest && closed == knowsClosed && !finished);
#endif
            if
            :: rests ->
                atRest = true;
                running = false;
                rests = false;
                goto end
            :: else
            fi
        }
        goto again
    fi
}

// Nobody can do anything any more.
proctype Observer()
{
    byte i;

    timeout;
    assert(ready == 0 && !running && !claimed);
    assert(head == NONE && pending == NONE);
    assert(atRest || finished);
    for (i : 0 .. SENDERS - 1) {
        assert(arrived[i] == accepted[i]);
        assert(accepted[i] == MESSAGES(i) || everClosed)
    }
    for (i : 1 .. NODES) {
        assert(!inUse[i])
    }
}

init {
    atomic {
        byte i;
        if // a service starts awake and is scheduled by whoever made it, a worker's inbox starts at rest
        :: claimed = true; ready = 1
        :: atRest = true
        fi;
        for (i : 0 .. SENDERS - 1) {
            run Sender(i)
        }
        run Waker();
        run Worker();
        run Worker();
        run Observer()
    }
}
