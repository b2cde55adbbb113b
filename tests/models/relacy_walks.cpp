// SPDX-License-Identifier: MIT

// Walks through the graph of who waits for whom, as they ship, under Relacy; see relacyatomics.h.

#include "../../src/scheduling/walks.h"

#include <cstdint>
#include <cstring>
#include <iostream>

#include "relacyatomics.h" // last: Relacy has macros for new and delete

using namespace QtInterlink::detail;

namespace {

// Each lacks something. All of them have to be caught.
struct NoFenceAfterStep : RelacyAtomics
{
    static void fenceAfterStep() { }
};
struct WaitsWithoutFence : RelacyAtomics
{
    static void fence() { }
    static void fenceAfterStep() { rl::atomic_thread_fence(rl::mo_seq_cst, $); }
};
struct EndDoesNotRelease : RelacyAtomics
{
    static constexpr auto Release = rl::mo_relaxed;
};
struct WaitDoesNotAcquire : RelacyAtomics
{
    static constexpr auto Acquire = rl::mo_relaxed;
};
template <typename Atomics, int Looks>
struct LooksFewerTimes : Walks<Atomics, 4>
{
    void waitForAll()
    {
        for (int look = 0; look < Looks; ++look)
            this->waitForEach();
    }
};

// A reply, its asker's pointer, and the node of the service that is to answer: as in WaitGraph and ReplyCore.
template <typename AllWalks, typename Atomics>
struct Graph
{
    static constexpr std::uintptr_t Done = 1;
    static constexpr std::uintptr_t IsWatched = 2;
    static constexpr std::uintptr_t Claimed = 4;

    AllWalks walks;
    typename Atomics::Word state{0};
    typename Atomics::Word waitingFor{0}; // 1: the node
    Watched<int> node = 1;

    void ask()
    {
        if (Atomics::load(state, rl::mo_acquire) & Done)
            return;
        Atomics::store(waitingFor, 1, rl::mo_release);
        if (Atomics::fetchOr(state, IsWatched, Atomics::AcquireRelease) & Done)
            Atomics::store(waitingFor, 0, rl::mo_release);
        else
            RL_ASSERT(node == 1);
    }
    void look()
    {
        if (Atomics::load(waitingFor, rl::mo_seq_cst))
            RL_ASSERT(node == 1);
    }
    void complete()
    {
        if (Atomics::fetchOr(state, Done, Atomics::AcquireRelease) & IsWatched)
            Atomics::store(waitingFor, 0, rl::mo_release);
    }
    void end()
    {
        walks.waitForAll();
        node = 0;
    }
};

// A service answers another one's request, ends and is gone, while a third one walks along.
template <typename AllWalks, typename Atomics, rl::test_result_e expected = rl::test_result_success,
          bool shared = false>
struct NodeIsGone : rl::test_suite<NodeIsGone<AllWalks, Atomics, expected, shared>, 3, expected>
{
    Graph<AllWalks, Atomics> graph;

    void thread(unsigned i)
    {
        if (i == 1) {
            graph.complete();
            graph.end();
            return;
        }
        const int place = shared ? AllWalks::Shared : graph.walks.take();
        graph.walks.begin(place);
        if (i == 2)
            graph.look();
        else
            graph.ask();
        graph.walks.end(place);
        graph.walks.giveBack(place);
    }
};

// Somebody else fails the reply, a timeout say: the service sees that it has nothing to answer, and ends.
template <typename AllWalks, typename Atomics, rl::test_result_e expected = rl::test_result_success,
          bool walksToFail = true>
struct SomebodyElseFails : rl::test_suite<SomebodyElseFails<AllWalks, Atomics, expected, walksToFail>, 4, expected>
{
    Graph<AllWalks, Atomics> graph;

    void fail()
    {
        Atomics::fetchOr(graph.state, graph.Claimed, Atomics::AcquireRelease);
        graph.complete();
    }
    void thread(unsigned i)
    {
        if (i == 1) {
            if (Atomics::load(graph.state, rl::mo_acquire) & graph.Claimed)
                graph.end();
            return;
        }
        if (i == 3 && !walksToFail) {
            fail();
            return;
        }
        const int place = graph.walks.take();
        graph.walks.begin(place);
        if (i == 3)
            fail();
        else if (i == 2)
            graph.look();
        else
            graph.ask();
        graph.walks.end(place);
        graph.walks.giveBack(place);
    }
};

// Two close a circle together: one of them sees it.
template <typename Atomics, rl::test_result_e expected = rl::test_result_success>
struct CircleIsSeen : rl::test_suite<CircleIsSeen<Atomics, expected>, 2, expected>
{
    typename Atomics::Word replies[2];
    typename Atomics::Word waitingFor[2];
    Watched<bool> seen[2] = {};

    void before()
    {
        for (int i = 0; i < 2; ++i) {
            Atomics::store(replies[i], 0, Atomics::Relaxed);
            Atomics::store(waitingFor[i], 0, Atomics::Relaxed);
        }
    }
    void thread(unsigned i)
    {
        Atomics::store(waitingFor[i], 1, rl::mo_release);
        Atomics::fetchOr(replies[i], 1, Atomics::AcquireRelease);
        Atomics::fenceAfterStep();
        seen[i] = Atomics::load(waitingFor[1 - i], rl::mo_seq_cst) != 0;
    }
    void after() { RL_ASSERT(seen[0] || seen[1]); }
};

bool walksHold()
{
    using Own = Walks<RelacyAtomics, 4>;
    constexpr auto Success = rl::test_result_success;
    constexpr rl::iteration_t Some = 300'000;
    return holds<NodeIsGone<Own, RelacyAtomics>>("a node is given back", rl::sched_random, Some)
            && holds<NodeIsGone<Own, RelacyAtomics, Success, true>>("the same, a shared place", rl::sched_random, Some)
            && holds<SomebodyElseFails<Own, RelacyAtomics>>("somebody else fails the reply", rl::sched_random, Some)
            && holds<CircleIsSeen<RelacyAtomics>>("a circle is seen, all schedules", rl::sched_full);
}

template <typename AllWalks, typename Atomics>
bool isCaught(const char *name)
{
    constexpr auto Race = rl::test_result_data_race;
    return search<NodeIsGone<AllWalks, Atomics, Race>>(name, rl::sched_random, 1'000'000) == Race;
}

bool weakerWalksAreCaught()
{
    using Own = Walks<RelacyAtomics, 4>;
    constexpr auto Race = rl::test_result_data_race;
    constexpr auto Assertion = rl::test_result_user_assert_failed;
    return isCaught<Walks<NoFenceAfterStep, 4>, NoFenceAfterStep>("no fence in a walk")
            && isCaught<Walks<WaitsWithoutFence, 4>, WaitsWithoutFence>("a wait without a fence")
            && isCaught<Walks<EndDoesNotRelease, 4>, EndDoesNotRelease>("an end that does not release")
            && isCaught<LooksFewerTimes<WaitDoesNotAcquire, 2>, WaitDoesNotAcquire>("a wait that does not acquire")
            && isCaught<LooksFewerTimes<RelacyAtomics, 1>, RelacyAtomics>("a wait that looks once")
            && search<SomebodyElseFails<Own, RelacyAtomics, Race, false>>("who fails it does not walk",
                                                                          rl::sched_random, 1'000'000)
            == Race
            && search<SomebodyElseFails<LooksFewerTimes<RelacyAtomics, 2>, RelacyAtomics, Race>>(
                       "a wait that looks twice", rl::sched_random, 1'000'000)
            == Race
            && search<CircleIsSeen<NoFenceAfterStep, Assertion>>("no fence in a circle", rl::sched_full, 0)
            == Assertion;
}

} // namespace

int main(int count, char **arguments)
{
    const char *const what = count > 1 ? arguments[1] : "";
    if (!std::strcmp(what, "holds"))
        return walksHold() ? 0 : 1;
    if (!std::strcmp(what, "caught"))
        return weakerWalksAreCaught() ? 0 : 1;
    std::cerr << "usage: " << arguments[0] << " holds|caught\n";
    return 2;
}
