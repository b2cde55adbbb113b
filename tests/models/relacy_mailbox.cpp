// SPDX-License-Identifier: MIT

// The mailbox and the injected queue as they ship, under Relacy; see relacyatomics.h.

#include "../../src/scheduling/injectedqueue.h"

#include <cstdint>
#include <cstring>
#include <iostream>

#include "relacyatomics.h" // last: Relacy has macros for new and delete

using namespace QtInterlink::detail;

namespace {

// Each lacks an order that the mailbox asks for. All of them have to be caught.
struct AllRelaxed : RelacyAtomics
{
    static constexpr auto AcquireRelease = rl::mo_relaxed;
};
struct PushDoesNotRelease : RelacyAtomics
{
    static bool compareExchange(Word &word, std::uintptr_t &expected, std::uintptr_t value, rl::memory_order)
    {
        return RelacyAtomics::compareExchange(word, expected, value, Acquire);
    }
};
struct PushDoesNotAcquire : RelacyAtomics
{
    static bool compareExchange(Word &word, std::uintptr_t &expected, std::uintptr_t value, rl::memory_order)
    {
        return RelacyAtomics::compareExchange(word, expected, value, Release);
    }
};
struct TakeDoesNotAcquire : RelacyAtomics
{
    static std::uintptr_t exchange(Word &word, std::uintptr_t value, rl::memory_order)
    {
        return RelacyAtomics::exchange(word, value, Release);
    }
};
struct RestDoesNotRelease : RelacyAtomics
{
    static bool compareExchangeStrong(Word &word, std::uintptr_t &expected, std::uintptr_t value, rl::memory_order)
    {
        return RelacyAtomics::compareExchangeStrong(word, expected, value, Acquire);
    }
};

// A service with its senders. Messages of every other sender enter by pushOrClaim(), as in a service, those of the
// others by pushToIdle(), as in a worker's inbox. Whoever is told to schedule the service runs it at once, on its own
// thread: the word alone hands the owner's role over.
template <typename Atomics>
class Service
{
public:
    static constexpr int Senders = 3;

    struct Node
    {
        typename Atomics::template Next<Node> next;
        Watched<int> sender;
        Watched<int> number;
    };
    using Box = Mailbox<Node, Atomics>;

    explicit Service(typename Box::Start start, int closeAfter = -1) : m_box(start), m_closeAfter(closeAfter) { }

    void send(int sender, Node &node, bool system = false)
    {
        node.sender = sender;
        node.number = m_accepted[sender];
        const bool claims = sender % 2 && !system;
        switch (claims ? m_box.pushOrClaim(&node) : system ? m_box.push(&node, true) : m_box.pushToIdle(&node)) {
        case Pushed::Queued:
            ++m_accepted[sender];
            break;
        case Pushed::Schedule:
            ++m_accepted[sender];
            if (claims) {
                node.next = nullptr;
                m_pending = &node;
            }
            run();
            break;
        case Pushed::Refused:
            RL_ASSERT(m_closeAfter >= 0);
            break;
        }
    }

    void wake()
    {
        if (m_box.wake())
            run();
    }

    void run()
    {
        do {
            // Without this, a test could not tell that two runs overlap if there is nothing to handle.
            m_runs = m_runs + 1;
            Node *const taken = reversed<Atomics>(m_box.takeNewestFirst());
            Node *const pending = m_pending;
            m_pending = nullptr;
            handle(pending);
            handle(taken);
            if (m_handled == m_closeAfter && !m_closed) {
                m_closed = true;
                m_box.close();
            } else if (m_closed && m_handled > m_closeAfter) {
                handle(m_box.finish());
                m_finished = true;
                return;
            }
        } while (!m_box.rest());
    }

    // When all threads are through.
    void check()
    {
        RL_ASSERT(m_finished ? m_box.isFinished() : m_box.isAtRest() && !m_box.hasNodes());
        for (int sender = 0; sender < Senders; ++sender)
            RL_ASSERT(m_arrived[sender] == m_accepted[sender]);
    }

private:
    void handle(Node *node)
    {
        while (node) {
            Node *const next = node->next;
            const int sender = node->sender;
            RL_ASSERT(node->number == m_arrived[sender]);
            m_arrived[sender] = m_arrived[sender] + 1;
            m_handled = m_handled + 1;
            node = next;
        }
    }

    Box m_box;
    const int m_closeAfter; // so many messages; -1: never
    int m_accepted[Senders] = {}; // each its sender's
    // The service's own state, plain as it would be.
    Watched<int> m_arrived[Senders];
    Watched<int> m_handled = 0;
    Watched<int> m_runs = 0;
    Watched<Node *> m_pending = nullptr; // given by whoever claimed the service
    Watched<bool> m_closed = false;
    Watched<bool> m_finished = false;
};

// The service begins awake, on a thread of its own; two others send. Its role moves to whoever wakes it.
template <typename Atomics, rl::test_result_e expected = rl::test_result_success>
struct TwoSenders : rl::test_suite<TwoSenders<Atomics, expected>, 3, expected>
{
    using Subject = Service<Atomics>;
    Subject service{Subject::Box::Start::Awake};
    typename Subject::Node nodes[4];

    void thread(unsigned i)
    {
        if (i == 0) {
            service.run();
        } else {
            service.send(int(i), nodes[i * 2 - 2]);
            service.send(int(i), nodes[i * 2 - 1]);
        }
    }
    void after() { service.check(); }
};

// It begins at rest, and is woken with and without a message.
template <typename Atomics, int Threads>
struct WakeRacesPush : rl::test_suite<WakeRacesPush<Atomics, Threads>, Threads>
{
    using Subject = Service<Atomics>;
    Subject service{Subject::Box::Start::AtRest};
    typename Subject::Node nodes[Threads - 1];

    void thread(unsigned i)
    {
        if (i == 0)
            service.wake();
        else
            service.send(int(i), nodes[i - 1]);
    }
    void after() { service.check(); }
};

// It closes when it has handled one message, and finishes when it has handled another.
template <typename Atomics>
struct CloseRacesPush : rl::test_suite<CloseRacesPush<Atomics>, 3>
{
    using Subject = Service<Atomics>;
    Subject service{Subject::Box::Start::AtRest, 1};
    typename Subject::Node nodes[4];

    void thread(unsigned i)
    {
        if (i == 0) {
            service.wake();
            service.send(0, nodes[0], true);
        } else {
            service.send(int(i), nodes[i]);
            if (i == 1)
                service.send(int(i), nodes[3]);
        }
    }
    void after() { service.check(); }
};

// The smallest: every schedule of two threads.
template <typename Atomics>
struct HandOver : rl::test_suite<HandOver<Atomics>, 2>
{
    using Subject = Service<Atomics>;
    Subject service{Subject::Box::Start::Awake};
    typename Subject::Node nodes[2];

    void thread(unsigned i)
    {
        if (i == 0)
            service.run();
        service.send(int(i), nodes[i]);
    }
    void after() { service.check(); }
};

// An owner that has come to rest looks at something that isn't in its mailbox; whoever changes that wakes the owner
// afterwards. One of the two has to notice, or the owner sleeps with work to do.
struct RestThenLook : rl::test_suite<RestThenLook, 2>
{
    struct Node
    {
        RelacyAtomics::Next<Node> next;
    };
    using Box = Mailbox<Node, RelacyAtomics>;
    Box box{Box::Start::Awake};
    rl::atomic<int> news{0};
    bool seen = false;
    bool woken = false;

    void thread(unsigned i)
    {
        if (i == 0) {
            RL_ASSERT(box.rest());
            seen = news.load(rl::mo_acquire, $);
        } else {
            news.store(1, rl::mo_release, $);
            woken = box.wake();
        }
    }
    void after() { RL_ASSERT(seen || woken); }
};

// ---- the injected queue ----

class RelacyLock
{
public:
    void lock() { m_mutex.lock($); }
    void unlock() { m_mutex.unlock($); }

private:
    rl::mutex m_mutex;
};

// Two push, two pop: each node once, those of one thread in their order.
template <typename Atomics, rl::test_result_e expected = rl::test_result_success>
struct PushAndPop : rl::test_suite<PushAndPop<Atomics, expected>, 4, expected>
{
    struct Node
    {
        typename Atomics::template Next<Node> next;
        Watched<int> number;
    };
    InjectedQueue<Node, RelacyLock, Atomics> queue;
    Node nodes[4];
    Watched<int> popped[4] = {}; // by whoever took it from the queue, in whose order they come

    void pop()
    {
        Node *const node = queue.popOldest();
        if (!node)
            return;
        const auto i = node - nodes;
        RL_ASSERT(node->number == int(i));
        RL_ASSERT(!popped[i]);
        popped[i] = 1;
    }
    void thread(unsigned i)
    {
        if (i < 2) {
            for (unsigned each : {2 * i, 2 * i + 1}) {
                nodes[each].number = int(each);
                queue.push(&nodes[each]);
            }
        } else {
            pop();
            pop();
        }
    }
    void after()
    {
        int last = -1;
        while (Node *const node = queue.popOldest()) {
            const auto i = int(node - nodes);
            RL_ASSERT(!popped[i]);
            popped[i] = 1;
            if (last >= 0 && i / 2 == last / 2)
                RL_ASSERT(i > last);
            last = i;
        }
        RL_ASSERT(queue.isEmpty());
        for (const Watched<int> &each : popped)
            RL_ASSERT(each == 1);
    }
};

// Of two that were pushed one stays: whoever looks sees that there is something.
template <typename Atomics, rl::test_result_e expected = rl::test_result_success>
struct NeverSeemsEmpty : rl::test_suite<NeverSeemsEmpty<Atomics, expected>, 2, expected>
{
    struct Node
    {
        typename Atomics::template Next<Node> next;
    };
    InjectedQueue<Node, RelacyLock, Atomics> queue;
    Node nodes[2];

    void before()
    {
        for (Node &node : nodes)
            queue.push(&node);
    }
    void thread(unsigned i)
    {
        if (i == 0)
            RL_ASSERT(queue.popOldest() == &nodes[0]);
        else
            RL_ASSERT(!queue.isEmpty());
    }
    void after() { RL_ASSERT(queue.popOldest() == &nodes[1] && queue.isEmpty()); }
};

struct PopDoesNotRelease : RelacyAtomics
{
    static std::uintptr_t exchange(Word &word, std::uintptr_t value, rl::memory_order)
    {
        return RelacyAtomics::exchange(word, value, Acquire);
    }
};
struct InjectDoesNotRelease : RelacyAtomics
{
    static bool compareExchange(Word &word, std::uintptr_t &expected, std::uintptr_t value, rl::memory_order)
    {
        return RelacyAtomics::compareExchange(word, expected, value, Relaxed);
    }
};

template <typename Atomics>
bool isCaught(const char *name)
{
    using Test = TwoSenders<Atomics, rl::test_result_data_race>;
    return search<Test>(name, rl::sched_random, 20'000) == rl::test_result_data_race;
}

bool mailboxHolds()
{
    constexpr rl::iteration_t Some = 300'000;
    return holds<TwoSenders<RelacyAtomics>>("two senders", rl::sched_random, Some)
            && holds<WakeRacesPush<RelacyAtomics, 3>>("wake races push", rl::sched_random, Some)
            && holds<CloseRacesPush<RelacyAtomics>>("close races push", rl::sched_random, Some)
            && holds<HandOver<RelacyAtomics>>("hand-over, all schedules", rl::sched_full)
            && holds<WakeRacesPush<RelacyAtomics, 2>>("wake races push, all schedules", rl::sched_full);
}

bool weakerOrdersAreCaught()
{
    return isCaught<AllRelaxed>("all relaxed") && isCaught<PushDoesNotRelease>("push without release")
            && isCaught<PushDoesNotAcquire>("push without acquire")
            && isCaught<TakeDoesNotAcquire>("take without acquire")
            && isCaught<RestDoesNotRelease>("rest without release");
}

bool injectedQueueHolds()
{
    return holds<PushAndPop<RelacyAtomics>>("push and pop", rl::sched_random, 200'000)
            && holds<NeverSeemsEmpty<RelacyAtomics>>("never seems empty, all schedules", rl::sched_full);
}

bool weakerInjectionIsCaught()
{
    constexpr auto Race = rl::test_result_data_race;
    constexpr auto Assertion = rl::test_result_user_assert_failed;
    return search<PushAndPop<InjectDoesNotRelease, Race>>("inject without release", rl::sched_random, 20'000) == Race
            && search<PushAndPop<TakeDoesNotAcquire, Race>>("pop without acquire", rl::sched_random, 20'000) == Race
            && search<NeverSeemsEmpty<PopDoesNotRelease, Assertion>>("pop without release", rl::sched_full, 0)
            == Assertion;
}

} // namespace

int main(int count, char **arguments)
{
    const char *const what = count > 1 ? arguments[1] : "";
    if (!std::strcmp(what, "holds"))
        return mailboxHolds() ? 0 : 1;
    if (!std::strcmp(what, "caught"))
        return weakerOrdersAreCaught() ? 0 : 1;
    if (!std::strcmp(what, "rest-then-look"))
        return holds<RestThenLook>("rest, then look", rl::sched_full) ? 0 : 1;
    if (!std::strcmp(what, "injected-holds"))
        return injectedQueueHolds() ? 0 : 1;
    if (!std::strcmp(what, "injected-caught"))
        return weakerInjectionIsCaught() ? 0 : 1;
    std::cerr << "usage: " << arguments[0] << " holds|caught|rest-then-look|injected-holds|injected-caught\n";
    return 2;
}
