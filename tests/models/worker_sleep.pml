// SPDX-License-Identifier: MIT
//
// How the pool's workers go to sleep and are woken: src/scheduling/worker.cpp and floatingscheduler.cpp. Threads of
// somebody else inject floating services or push a pinned one into a worker's inbox; a service that runs may make
// others ready on its own worker. Steps are sequentially consistent; what weaker orders make of a rest and a wake is
// in relacy_mailbox.cpp.
//
// -DNO_RECHECK: a worker that has come to rest doesn't look at the queues again. Work waits while all sleep.
// -DBUSY: a handler may never come back. Nothing must wait for it that a sleeping worker could do.
// -DNO_PASS_ON: a woken worker that found something doesn't look whether there is more, to wake another.
// -DINJECTED=n: services from each of two threads outside. -DSPAWNED=n: from running ones. -DPUSHED=false: no pinned one.

#ifndef WORKERS
#define WORKERS 2
#endif
#ifndef INJECTED
#define INJECTED 1
#endif
#ifndef SPAWNED
#define SPAWNED 0
#endif
#ifndef PUSHED
#define PUSHED true
#endif

#define AT_REST 255

byte injected; // services in the injected queue
bool newest[WORKERS]; // what the worker does next, and nobody else
byte queue[WORKERS]; // behind that, in the workers' own, from where the others may take
byte inbox[WORKERS] = AT_REST; // AT_REST, 0: awake, or so many pinned services
byte doorbell[WORKERS]; // rings not yet answered
byte searching, sleeping;

bool busy[WORKERS]; // for ever, in a handler
byte spawns = SPAWNED; // how often a handler makes services ready

#define QUEUED_0 (queue[0] > 0)
#define QUEUED_1 (queue[1] > 0)
#if WORKERS > 2
#define QUEUED_2 (queue[2] > 0)
#else
#define QUEUED_2 false
#endif
#define HAS_WORK (injected > 0 || QUEUED_0 || QUEUED_1 || QUEUED_2)

// Mailbox::wake() on each worker's inbox, from anywhere on, until one had been at rest. It gets a ring.
inline wakeOne()
{
    atomic {
        tried = 0;
        if
        :: worker = 0
        :: worker = WORKERS - 1
        fi
    }
    do
    :: tried < WORKERS ->
        atomic {
            if
            :: inbox[worker] == AT_REST ->
                inbox[worker] = 0;
                break
            :: else ->
                worker = (worker + 1) % WORKERS;
                tried++
            fi
        }
    :: else -> break
    od;
    atomic {
        if
        :: tried < WORKERS -> doorbell[worker]++
        :: else
        fi;
        tried = 0;
        worker = 0
    }
}

inline backlogGrew()
{
    if
    :: searching == 0 ->
        if
        :: sleeping > 0 -> wakeOne()
        :: else
        fi
    :: else
    fi
}

proctype Injector(byte left)
{
    byte tried, worker;

    do
    :: left > 0 ->
        atomic {
            left--;
            injected++
        }
        backlogGrew()
    :: else -> break
    od
}

// Pushes a pinned service.
proctype Pusher(byte to)
{
    bool wasAtRest;

    atomic {
        wasAtRest = (inbox[to] == AT_REST);
        inbox[to] = (wasAtRest -> 1 : inbox[to] + 1)
    }
    if
    :: wasAtRest -> doorbell[to]++
    :: else
    fi
}

// Takes a service, if there is one that this worker may take.
inline take()
{
    if
    :: inbox[me] > 0 && inbox[me] != AT_REST -> inbox[me]--; found = true
    :: newest[me] -> newest[me] = false; found = true
    :: queue[me] > 0 -> queue[me]--; found = true
    :: injected > 0 -> injected--; found = true
    :: queue[other] > 0 -> queue[other]--; found = true
#if WORKERS > 2
    :: queue[another] > 0 -> queue[another]--; found = true
#endif
    :: else -> found = false
    fi
}

proctype Worker(byte me)
{
    byte other = (me + 1) % WORKERS;
#if WORKERS > 2
    byte another = (me + 2) % WORKERS;
#endif
    byte tried, worker;
    bool found, alone, last, countedAsleep;
#ifndef NO_PASS_ON
    bool woken;
#endif

end:
    atomic { // the event loop blocks
        doorbell[me] > 0 ->
        doorbell[me]--
    }

    // A turn. A ring may be stale: then the inbox is still at rest, and the exchange in takeInbox() ends that.
    atomic {
        if
        :: inbox[me] == AT_REST -> inbox[me] = 0
        :: else
        fi
    }
    atomic {
        if
        :: countedAsleep ->
            countedAsleep = false;
            sleeping--
        :: else
        fi
    }
#ifndef NO_PASS_ON
    woken = true;
#endif
runReady:
    do
    :: atomic {
            take();
            if
            :: found -> found = false
            :: else -> break
            fi
        }
#ifndef NO_PASS_ON
        if
        :: woken ->
            woken = false;
            if
            :: HAS_WORK -> backlogGrew()
            :: else
            fi
        :: else
        fi;
#endif
        // The handler.
        do
        :: atomic { // makes another floating service ready, here
                spawns > 0 ->
                spawns--;
                alone = !newest[me];
                newest[me] = true;
                if
                :: alone -> goto nothingGrew
                :: else -> alone = false; queue[me]++
                fi
            }
            backlogGrew();
nothingGrew:
            alone = false
#ifdef BUSY
        :: busy[me] = true;
endBusy:
            false
#endif
        :: break
        od
    od;

    // spin()
    searching++;
    atomic {
        take()
    }
    atomic {
        searching--;
        last = (searching == 0)
    }
    if
    :: last && HAS_WORK ->
        last = false;
        backlogGrew()
    :: else -> last = false
    fi;
    if
    :: found -> // run it, and whatever else there is
        found = false;
        goto runReady
    :: else
    fi;

    // rest()
    if
    :: newest[me] || queue[me] > 0 -> goto runReady
    :: else
    fi;
    atomic {
        sleeping++;
        countedAsleep = true
    }
    atomic {
        if
        :: inbox[me] == 0 -> inbox[me] = AT_REST
        :: else -> goto backToWork
        fi
    }
#ifndef NO_RECHECK
    if
    :: HAS_WORK ->
        atomic {
            if
            :: inbox[me] == AT_REST ->
                inbox[me] = 0;
                goto backToWork
            :: else // somebody has rung already
            fi
        }
    :: else
    fi;
#endif
    goto end;
backToWork:
    atomic {
        countedAsleep = false;
        sleeping--;
        goto runReady
    }
}

// Nobody can do anything any more. Nothing waits that a sleeper could do.
proctype Observer()
{
    byte i, asleep;

    timeout;
    for (i : 0 .. WORKERS - 1) {
        if
        :: !busy[i] ->
            asleep++;
            assert(inbox[i] == AT_REST && !newest[i] && queue[i] == 0 && doorbell[i] == 0)
        :: else
        fi
    }
    assert(asleep == sleeping && searching == 0);
    assert(asleep == 0 || !HAS_WORK)
}

init {
    atomic {
        byte i;
        for (i : 0 .. WORKERS - 1) {
            doorbell[i] = 1; // a thread that starts rings for itself
            run Worker(i)
        }
        run Injector(INJECTED);
        run Injector(INJECTED);
        if
        :: PUSHED -> run Pusher(0)
        :: else
        fi;
        run Observer()
    }
}
