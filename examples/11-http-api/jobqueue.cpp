// SPDX-License-Identifier: MIT
#include "jobqueue.h"

#include "computation.h"

#include <QtCore/QFutureWatcher>

#include <algorithm>
#include <utility>

using namespace QtInterlink;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

// The memory has an end, whoever may be out there.
static constexpr size_t MaxQueued = 1000;
static constexpr size_t MaxOver = 1000;
static constexpr int MaxShown = 100;

void JobQueue::started(Context &context)
{
    m_time.start();
    // Those who ask for changes get an answer now and then even if there are none: whoever is gone is forgotten so.
    context.runInterval(10s, [](JobQueue &queue) { queue.tellWaiting(); });
}

void JobQueue::stopping()
{
    for (auto &[id, future] : m_running)
        future.cancel();
}

Job JobQueue::handle(Submit message, Context &context)
{
    if (m_queue.size() >= MaxQueued)
        throw Refusal(503, u"too many jobs are waiting; try again later"_s);
    const quint64 id = ++m_stats.submitted;
    Job &job = m_jobs[id];
    job.id = id;
    job.work = std::move(message.work);
    job.submitted = QDateTime::currentDateTimeUtc();
    m_queue.push_back(id);
    ++m_stats.queued;
    startNext(context);
    changed(job);
    return job;
}

QList<Job> JobQueue::handle(ListJobs message) const
{
    QList<Job> list;
    for (auto job = m_jobs.rbegin(); job != m_jobs.rend() && list.size() < message.limit; ++job)
        list << job->second;
    return list;
}

Job JobQueue::handle(CancelJob message, Context &context)
{
    Job &job = find(message.id);
    if (job.isOver())
        throw Refusal(409, u"job %1 is %2 already"_s.arg(message.id).arg(stateName(job.state)));
    if (job.state == Job::Running)
        m_running.at(job.id).cancel();
    else
        std::erase(m_queue, job.id);
    end(job, Job::Canceled);
    const Job copy = job;
    forgetOldest();
    startNext(context);
    return copy;
}

Stats JobQueue::handle(GetStats) const
{
    Stats stats = m_stats;
    stats.uptime = m_time.elapsed() / 1000;
    return stats;
}

QFuture<Changes> JobQueue::handle(NextChanges message)
{
    if (message.since < m_revision)
        return QtFuture::makeReadyFuture(changesSince(message.since));
    QPromise<Changes> promise;
    promise.start();
    QFuture<Changes> future = promise.future();
    m_waiting.push_back({message.since, std::move(promise)});
    return future;
}

void JobQueue::handle(Progress message)
{
    const auto job = m_jobs.find(message.id);
    if (job == m_jobs.end() || job->second.state != Job::Running || job->second.progress >= message.percent)
        return;
    job->second.progress = message.percent;
    changed(job->second);
}

Job &JobQueue::find(quint64 id)
{
    const auto job = m_jobs.find(id);
    if (job == m_jobs.end())
        throw Refusal(404, u"there is no job %1"_s.arg(id));
    return job->second;
}

void JobQueue::changed(Job &job)
{
    job.revision = ++m_revision;
    tellWaiting();
}

void JobQueue::startNext(Context &context)
{
    while (!m_queue.empty() && m_running.size() < size_t(m_concurrentJobs)) {
        Job &job = m_jobs.at(m_queue.front());
        m_queue.pop_front();
        begin(job, context);
    }
}

void JobQueue::begin(Job &job, Context &context)
{
    job.state = Job::Running;
    job.started = QDateTime::currentDateTimeUtc();
    --m_stats.queued;
    ++m_stats.running;

    // Elsewhere, with all that it needs: it must not touch the queue. What it has to say comes as a message.
    const QFuture<QJsonObject> future =
            context.offload([work = job.work](QPromise<QJsonObject> &promise) { compute(promise, work); });
    m_running.emplace(job.id, future);

    auto *const watcher = new QFutureWatcher<QJsonObject>(context.object());
    QObject::connect(watcher, &QFutureWatcherBase::progressValueChanged, watcher,
                     [queue = context.weakLink(), id = job.id](int percent) {
                         queue.lock().doSend(Progress{id, percent});
                     });
    QObject::connect(watcher, &QFutureWatcherBase::finished, watcher, &QObject::deleteLater);
    watcher->setFuture(future);

    context.spawn(follow(job.id, future, context));
    changed(job);
}

// Runs beside the messages, one for each job that is being computed.
Task<> JobQueue::follow(quint64 id, QFuture<QJsonObject> future, Context &context)
{
    QJsonObject result;
    QString problem;
    try {
        result = co_await future;
    } catch (const std::exception &e) {
        problem = QString::fromUtf8(e.what());
    }
    m_running.erase(id);
    const auto job = m_jobs.find(id);
    if (job != m_jobs.end() && !job->second.isOver()) {
        job->second.result = result;
        job->second.problem = problem;
        end(job->second, problem.isEmpty() ? Job::Finished : Job::Failed);
        forgetOldest();
    }
    startNext(context);
}

void JobQueue::end(Job &job, Job::State state)
{
    --(job.state == Job::Running ? m_stats.running : m_stats.queued);
    ++(state == Job::Finished ? m_stats.finished : state == Job::Canceled ? m_stats.canceled : m_stats.failed);
    if (state == Job::Finished)
        job.progress = 100;
    job.state = state;
    job.ended = QDateTime::currentDateTimeUtc();
    m_over.push_back(job.id);
    changed(job);
}

void JobQueue::forgetOldest()
{
    while (m_over.size() > MaxOver) {
        m_jobs.erase(m_over.front());
        m_over.pop_front();
    }
}

Changes JobQueue::changesSince(quint64 revision) const
{
    Changes changes{m_revision, {}, handle(GetStats())};
    int looked = 0;
    for (auto job = m_jobs.rbegin(); job != m_jobs.rend() && looked < MaxShown; ++job, ++looked) {
        if (job->second.revision > revision)
            changes.jobs << job->second;
    }
    return changes;
}

void JobQueue::tellWaiting()
{
    for (Waiting &waiting : std::exchange(m_waiting, {})) {
        waiting.promise.addResult(changesSince(waiting.since));
        waiting.promise.finish();
    }
}
