// SPDX-License-Identifier: MIT
#ifndef JOBQUEUE_H
#define JOBQUEUE_H

#include "job.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFuture>
#include <QtCore/QPromise>
#include <QtInterlink/Service>

#include <deque>
#include <map>
#include <vector>

// Owns all jobs. It computes nothing itself, so that it answers at once however busy the processor is.
class JobQueue : public QtInterlink::Service<JobQueue>
{
    using Context = QtInterlink::ServiceContext<JobQueue>;

public:
    explicit JobQueue(int concurrentJobs) : m_concurrentJobs(concurrentJobs) { }

    void started(Context &context);
    void stopping();
    // A refusal is for the one who asked; the queue goes on.
    QtInterlink::ErrorAction handleError(std::exception_ptr) { return QtInterlink::ErrorAction::Continue; }

    Job handle(Submit message, Context &context);
    QList<Job> handle(ListJobs message) const;
    Job handle(GetJob message) { return find(message.id); }
    Job handle(CancelJob message, Context &context);
    Stats handle(GetStats) const;
    QFuture<Changes> handle(NextChanges message);

    // From a computation.
    struct Progress
    {
        quint64 id;
        int percent;
    };
    void handle(Progress message);

private:
    struct Waiting
    {
        quint64 since;
        QPromise<Changes> promise;
    };

    Job &find(quint64 id);
    void changed(Job &job);
    void startNext(Context &context);
    void begin(Job &job, Context &context);
    QtInterlink::Task<> follow(quint64 id, QFuture<QJsonObject> future, Context &context);
    void end(Job &job, Job::State state);
    void forgetOldest();
    Changes changesSince(quint64 revision) const;
    void tellWaiting();

    const int m_concurrentJobs;
    std::map<quint64, Job> m_jobs;
    std::deque<quint64> m_queue;
    std::map<quint64, QFuture<QJsonObject>> m_running; // until its thread has let go of it
    std::deque<quint64> m_over; // in the order in which they ended
    std::vector<Waiting> m_waiting;
    quint64 m_revision = 1;
    Stats m_stats;
    QElapsedTimer m_time;
};

#endif
