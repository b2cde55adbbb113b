// SPDX-License-Identifier: MIT
#ifndef JOB_H
#define JOB_H

#include <QtCore/QDateTime>
#include <QtCore/QJsonObject>
#include <QtCore/QList>
#include <QtCore/QString>

#include <stdexcept>
#include <variant>

// What the services tell each other.
//
//     client -- HTTP --> HttpApi  -- Submit, ListJobs, GetJob, CancelJob, GetStats -->  JobQueue  -- offload -->
//     threads page <-- WebSocket -- Viewer, one a page  -- NextChanges -->  JobQueue
//
// Viewers pull: one asks for what has changed since the last time, when that has reached its page. So a slow page gets
// fewer changes, not a growing heap of them.

// Counts the primes up to a limit.
struct CountPrimes
{
    qint64 limit;
};

// Looks for a number that, put behind the text, gives a SHA-256 that begins with so many zeros.
struct FindHash
{
    QString text;
    int zeros;
};

using Work = std::variant<CountPrimes, FindHash>;

struct Job
{
    enum State { Queued, Running, Finished, Canceled, Failed };

    bool isOver() const { return state > Running; }

    quint64 id = 0;
    Work work;
    State state = Queued;
    int progress = 0; // in percent
    QJsonObject result; // when finished
    QString problem; // when failed
    QDateTime submitted;
    QDateTime started;
    QDateTime ended;
    quint64 revision = 0; // of the queue, when the job last changed
};

QString stateName(Job::State state);

struct Stats
{
    qint64 uptime = 0; // in seconds
    quint64 submitted = 0;
    int queued = 0;
    int running = 0;
    quint64 finished = 0;
    quint64 canceled = 0;
    quint64 failed = 0;
};

struct Changes
{
    quint64 revision = 0;
    QList<Job> jobs;
    Stats stats;
};

struct Submit
{
    using Response = Job;
    Work work;
};

// Gives the newest ones, the newest first.
struct ListJobs
{
    using Response = QList<Job>;
    int limit;
};

struct GetJob
{
    using Response = Job;
    quint64 id;
};

struct CancelJob
{
    using Response = Job;
    quint64 id;
};

struct GetStats
{
    using Response = Stats;
};

// Answered as soon as there is something newer than that revision.
struct NextChanges
{
    using Response = Changes;
    quint64 since;
};

// Why a request can't be served: thrown where that is found out, and the exception reaches the one who asked.
class Refusal : public std::runtime_error
{
public:
    Refusal(int status, const QString &message) : std::runtime_error(message.toStdString()), m_status(status) { }
    int status() const noexcept { return m_status; } // of HTTP

private:
    int m_status;
};

#endif
