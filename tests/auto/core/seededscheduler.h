// SPDX-License-Identifier: MIT
#ifndef SEEDEDSCHEDULER_H
#define SEEDEDSCHEDULER_H

#include "../../../src/scheduling/poolworker.h"
#include "../../../src/scheduling/scheduler.h"
#include "../../../src/scheduling/workerpool_p.h"

#include <QtCore/QThread>

#include <algorithm>
#include <random>
#include <vector>

// A clock that stands until it is set.
class SetClock final : public QtInterlink::detail::Clock
{
public:
    std::chrono::nanoseconds now() const noexcept override { return m_now; }
    void set(std::chrono::nanoseconds now) noexcept { m_now = now; }

private:
    std::chrono::nanoseconds m_now{};
};

// Handles one message a turn, of a service that the seed gives.
class SeededWorker final : public QtInterlink::detail::PoolWorker
{
public:
    using Random = std::mt19937;

    SeededWorker(QtInterlink::detail::WorkerPoolData &pool, const QtInterlink::detail::Clock &clock, bool dedicated,
                 Random &random)
        : PoolWorker(pool, clock, dedicated, {.turn{}, .spin{}, .messagesAtOnce = 1}), m_random(random)
    {
        attach(QThread::currentThread());
    }
    ~SeededWorker() override { abandonAll(); }

    bool isReady() const { return m_running && !m_isInTurn && (m_rung || timers.nextDue() <= clock().now()); }

    void step()
    {
        m_rung = false;
        m_isInTurn = true;
        takeInbox();
        if (QtInterlink::detail::Runnable *const first = m_ready.pop()) { // any one of its neighbours before it
            m_ready.push(first);
            for (auto i = m_random() % 4; i > 0; --i)
                m_ready.push(m_ready.pop());
        }
        if (m_random() % 2) {
            if (QtInterlink::detail::Runnable *const oldest = takeOldestFloating())
                keepFloating(oldest);
        }
        turn();
        m_isInTurn = false;
    }

    bool isThisThread() const noexcept override { return m_isInTurn; }
    void quit() override { ring(); }
    bool wait(QDeadlineTimer) override
    {
        if (!std::exchange(m_running, false))
            return true;
        do {
            turn();
        } while (hasWork());
        leave();
        return true;
    }
    bool isRunning() const override { return m_running; }

private:
    void startRunning() override { m_running = m_rung = true; }
    void ring() noexcept override { m_rung = true; }
    void armTimer() override { } // the scheduler looks at the queue itself

    Random &m_random;
    bool m_running = false;
    bool m_rung = false;
    bool m_isInTurn = false;
};

// All workers in one thread, the one that waits for them: the next to have a turn is what the seed says. When none has
// anything to do, it is at once as late as the first timer wants it.
class SeededScheduler final : public QtInterlink::detail::Scheduler
{
public:
    explicit SeededScheduler(unsigned seed) : m_random(seed) { }

    const SetClock &clock() const noexcept override { return m_clock; }
    std::shared_ptr<QtInterlink::detail::PoolWorker> makeWorker(QtInterlink::detail::WorkerPoolData &pool,
                                                                bool dedicated) override
    {
        m_workers.push_back(std::make_shared<SeededWorker>(pool, m_clock, dedicated, m_random));
        return m_workers.back();
    }
    bool runHere() override
    {
        std::vector<SeededWorker *> ready = readyWorkers();
        if (ready.empty()) {
            auto due = QtInterlink::detail::TimerQueue::Never;
            for (const auto &worker : m_workers) {
                if (worker->isRunning())
                    due = std::min(due, worker->timers.nextDue());
            }
            if (due == QtInterlink::detail::TimerQueue::Never)
                return false;
            m_clock.set(due);
            ready = readyWorkers();
        }
        const std::shared_ptr<QtInterlink::detail::Worker> keep = ready[m_random() % ready.size()]->shared_from_this();
        static_cast<SeededWorker &>(*keep).step();
        return true;
    }
    template <typename Condition>
    bool runUntil(Condition condition)
    {
        while (!condition()) {
            if (!runHere())
                return false;
        }
        return true;
    }

private:
    std::vector<SeededWorker *> readyWorkers() const
    {
        std::vector<SeededWorker *> ready;
        for (const auto &worker : m_workers) {
            if (worker->isReady())
                ready.push_back(worker.get());
        }
        return ready;
    }

    SetClock m_clock;
    SeededWorker::Random m_random;
    std::vector<std::shared_ptr<SeededWorker>> m_workers;
};

#endif
