// SPDX-License-Identifier: MIT
//
// One outcome for a reply: include/QtInterlink/detail/replycore.h. The answering side, the asking side with its
// cancel or its future, the timeout and a third one, who has found a circle of waits, race; the service may report
// progress, and may end with the message unhandled. Each atomic operation is one step.
//
// -DTORN_CLAIM: claim() loads, then stores. -DBLIND_WATCH: watch() doesn't look at Done. -DEARLY_DONE: the outcome is
// written after Done. -DUNNOTED_PROGRESS: the first progress doesn't set HasProgress. -DHASTY_FUTURE: the value goes
// into a promise before its future waits. Each has to be found.

mtype = { none, value, noResponse, canceled, timedOut, wouldDeadlock };

// m_state
bool isClaimed, done, watched, timed, hasValue, hasFuture, hasProgress;
// The rest of the core.
byte refs = 3; // the answering side's, the asking side's, the third one's
mtype outcome = none;
bool waiterSet; // m_waiter
bool queued; // the timeout is in its queue
byte progress; // the newest

// What a watcher from outside knows.
byte freed;
byte written;
bool began; // the handler
bool begun; // begin() has looked
bool tooEarly; // somebody else had claimed before begin()
bool waiterAlive, waiterDone; // the asking side's object
byte calls; // of the waiter
bool withdrawn; // unwatch() said that it won't be called
bool isFuture; // m_waiter is a filler, which has the asking side's reference
bool promiseSet, promiseFilled;
byte told; // of the progress, to the promise

inline touch()
{
    assert(freed == 0)
}

inline release()
{
    if
    :: atomic { refs == 1 -> touch(); freed++ } // load: the only owner
    :: atomic { refs != 1 -> touch() };
        atomic {
            touch();
            refs--;
            if
            :: refs == 0 -> freed++
            :: else
            fi
        }
    fi
}

// The caller has two.
inline releaseOneOfTwo()
{
    if
    :: atomic { refs == 2 -> touch() } // load: nobody else has one
        atomic {
            touch();
            refs = 1
        }
    :: atomic { refs != 2 -> touch() };
        atomic {
            touch();
            refs--;
            assert(refs > 0)
        }
    fi
}

// publish(): Done, then the rest.
inline publish(what)
{
#ifndef EARLY_DONE
    atomic {
        touch();
        outcome = what;
        written++;
        assert(written == 1)
    }
#endif
    atomic {
        touch();
        assert(!done);
        done = true;
        sawWatched = watched;
        sawTimed = timed
    }
#ifdef EARLY_DONE
    atomic {
        outcome = what;
        written++
    }
#endif
    callThem()
}

// The value, or why there is none.
inline fillPromise()
{
    atomic {
        touch();
        assert(promiseSet && !promiseFilled);
        promiseFilled = true
    }
}

// published(): the timer, then the waiter.
inline callThem()
{
    if
    :: sawTimed -> stopTimer()
    :: else
    fi;
    if
    :: sawWatched && isFuture ->
        assert(toPromise || outcome != value || hasValue);
        fillPromise();
        if
        :: toPromise -> releaseOneOfTwo()
        :: else -> release()
        fi
    :: sawWatched && !isFuture ->
        atomic {
            touch();
            assert(waiterSet && waiterAlive && !withdrawn);
            calls++;
            assert(calls == 1);
            waiterDone = true
        }
    :: else
    fi;
    assert(!toPromise || sawWatched);
    sawWatched = false;
    sawTimed = false
}

// publishValue(): the value was written before; claim and Done in one step. fulfilFuture(): it goes into the promise.
inline fulfil()
{
    atomic { // state()
        touch();
#ifdef HASTY_FUTURE
        toPromise = hasFuture
#else
        toPromise = hasFuture && watched
#endif
    }
    atomic {
        touch();
        won = !isClaimed;
        if
        :: won ->
            isClaimed = true;
            tooEarly = tooEarly || !begun;
            outcome = value;
            hasValue = !toPromise;
            written++;
            assert(written == 1 && !done);
            done = true;
            sawWatched = watched;
            sawTimed = timed
        :: else
        fi
    }
    if
    :: won ->
        won = false;
        callThem()
    :: else
    fi
}

inline stopTimer()
{
    atomic {
        touch();
        removed = queued;
        queued = false
    }
    if
    :: removed ->
        removed = false;
        release()
    :: else
    fi
}

inline fail(what)
{
#ifdef TORN_CLAIM
    won = !isClaimed;
    isClaimed = true;
#else
    atomic {
        touch();
        won = !isClaimed;
        isClaimed = true;
        tooEarly = tooEarly || (won && !begun)
    }
#endif
    if
    :: won ->
        won = false;
        publish(what)
    :: else
    fi
}

// progressed()
inline report()
{
    atomic {
        touch();
        progress++
    }
    atomic {
        touch();
        hadFuture = hasFuture;
        noted = hasProgress
    }
    if
    :: !noted ->
        atomic {
            touch();
            hadFuture = hasFuture;
#ifndef UNNOTED_PROGRESS
            hasProgress = true
#endif
        }
    :: else
    fi;
    if
    :: hadFuture ->
        atomic {
            touch();
            assert(promiseSet);
            told = progress
        }
    :: else
    fi;
    hadFuture = false;
    noted = false
}

proctype Service()
{
    bool mayHandle, won, sawWatched, sawTimed, removed, toPromise, hadFuture, noted;

    if
    :: true -> // handles the message
        atomic {
            touch();
            mayHandle = !isClaimed;
            begun = true
        }
        if
        :: mayHandle ->
            began = true;
            do
            :: progress < 2 -> report()
            :: break
            od;
            fulfil()
        :: else
        fi
    :: true // ends, or the handler drops the answer
    fi;
    fail(noResponse); // ~Answer()
    release()
}

proctype Timer()
{
    bool won, sawWatched, sawTimed, removed, toPromise;

    if
    :: atomic { queued -> queued = false };
        fail(timedOut);
        release()
    :: freed > 0
    fi
}

proctype Third()
{
    bool won, sawWatched, sawTimed, removed, toPromise;

    if
    :: fail(wouldDeadlock)
    :: true
    fi;
    release()
}

proctype Asker()
{
    bool won, sawWatched, sawTimed, removed, toPromise, registered, wasDone, theLongWay;
    byte newest;

    if
    :: true -> // setTimeout()
        atomic {
            touch();
            refs++
        }
        queued = true;
        atomic {
            touch();
            timed = true;
            wasDone = done
        }
        if
        :: wasDone -> stopTimer()
        :: else
        fi;
        wasDone = false
    :: true
    fi;
    if
    :: fail(canceled);
        release()
    :: true -> // future()
        promiseSet = true;
        isFuture = true;
        waiterSet = true;
        atomic { // fill()
            touch();
            theLongWay = done || hasProgress
        }
        if
        :: !theLongWay ->
            atomic {
                touch();
                theLongWay = done || hasProgress;
                hasFuture = !theLongWay;
                watched = !theLongWay;
                registered = !theLongWay
            }
        :: else
        fi;
        if
        :: theLongWay ->
            atomic {
                touch();
                hasFuture = true
            }
            do // tellProgress()
            :: atomic {
                    newest != progress ->
                    touch();
                    newest = progress
                }
                atomic {
                    touch();
                    told = newest
                }
            :: newest == progress -> break
            od;
            atomic {
                touch();
                watched = true;
                registered = !done
            }
            if
            :: !registered ->
                watched = false;
                assert(outcome != value || hasValue);
                fillPromise();
                release()
            :: else
            fi
        :: else
        fi
    :: true -> // waits
        waiterAlive = true;
        waiterSet = true;
        atomic { // watch()
            touch();
            watched = true;
#ifdef BLIND_WATCH
            registered = true
#else
            registered = !done
#endif
        }
        if
        :: registered ->
            if
            :: waiterDone // is called
            :: atomic { // gives up: unwatch()
                    touch();
                    watched = false;
                    withdrawn = !done
                }
                if
                :: withdrawn // will never be called
                :: else -> waiterDone // is called, or about to be
                fi
            fi
        :: else -> // goes on itself
            watched = false
        fi;
        atomic {
            assert(withdrawn || (done && outcome != none && (calls == 1 || !registered)));
            waiterAlive = false
        }
        if
        :: fail(canceled) // a task that is dropped
        :: true
        fi;
        release()
    :: true -> // isn't interested
        release()
    fi
}

// Nobody can do anything any more.
proctype Observer()
{
    timeout;
    assert(freed == 1);
    assert(written == 1 && outcome != none && done);
    assert(!(began && tooEarly));
    assert(calls <= 1 && !(calls == 1 && withdrawn));
    assert(!waiterAlive);
    assert(promiseFilled == promiseSet && (!promiseSet || told == progress))
}

init {
    atomic {
        run Service();
        run Timer();
        run Asker();
        run Third();
        run Observer()
    }
}
