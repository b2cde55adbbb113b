// SPDX-License-Identifier: MIT
#include "json.h"

#include <QtCore/QJsonDocument>

#include <algorithm>

using namespace Qt::StringLiterals;

static constexpr qint64 MaxLimit = 1'000'000'000'000;
static constexpr int MaxZeros = 12;
static constexpr qsizetype MaxText = 1000;

static void insertTime(QJsonObject &object, const QString &key, const QDateTime &time)
{
    if (time.isValid())
        object.insert(key, time.toString(Qt::ISODateWithMs));
}

static void insertWork(QJsonObject &object, const CountPrimes &work)
{
    object.insert(u"kind"_s, u"primes"_s);
    object.insert(u"limit"_s, work.limit);
}

static void insertWork(QJsonObject &object, const FindHash &work)
{
    object.insert(u"kind"_s, u"hash"_s);
    object.insert(u"text"_s, work.text);
    object.insert(u"zeros"_s, work.zeros);
}

QJsonObject toJson(const Job &job)
{
    QJsonObject object{{u"id"_s, qint64(job.id)}, {u"state"_s, stateName(job.state)}, {u"progress"_s, job.progress}};
    std::visit([&](const auto &work) { insertWork(object, work); }, job.work);
    insertTime(object, u"submitted"_s, job.submitted);
    insertTime(object, u"started"_s, job.started);
    insertTime(object, u"ended"_s, job.ended);
    if (!job.result.isEmpty())
        object.insert(u"result"_s, job.result);
    if (!job.problem.isEmpty())
        object.insert(u"problem"_s, job.problem);
    return object;
}

QJsonObject toJson(const Stats &stats)
{
    return {{u"uptimeSeconds"_s, stats.uptime},
            {u"submitted"_s, qint64(stats.submitted)},
            {u"queued"_s, stats.queued},
            {u"running"_s, stats.running},
            {u"finished"_s, qint64(stats.finished)},
            {u"canceled"_s, qint64(stats.canceled)},
            {u"failed"_s, qint64(stats.failed)}};
}

QJsonArray toJson(const QList<Job> &jobs)
{
    QJsonArray array;
    for (const Job &job : jobs)
        array.append(toJson(job));
    return array;
}

QJsonObject toJson(const Changes &changes)
{
    return {{u"jobs"_s, toJson(changes.jobs)}, {u"stats"_s, toJson(changes.stats)}};
}

QJsonObject errorToJson(int status, const QString &message)
{
    return {{u"error"_s, QJsonObject{{u"status"_s, status}, {u"message"_s, message}}}};
}

static QString place(const QByteArray &text, int offset)
{
    const QByteArrayView before = QByteArrayView(text).first(std::min<qsizetype>(offset, text.size()));
    const qsizetype column = before.size() - before.lastIndexOf('\n');
    return u"line %1, column %2"_s.arg(before.count('\n') + 1).arg(column);
}

static qint64 readInteger(const QJsonObject &object, const QString &key, qint64 least, qint64 greatest)
{
    const QJsonValue value = object.value(key);
    const qint64 number = value.toInteger(least - 1);
    if (number < least || number > greatest)
        throw Refusal(400, u"\"%1\" must be a whole number from %2 to %3"_s.arg(key).arg(least).arg(greatest));
    return number;
}

Work readWork(const QByteArray &text)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(text, &error);
    if (error.error != QJsonParseError::NoError)
        throw Refusal(400, u"the body is not JSON: %1, %2"_s.arg(error.errorString(), place(text, error.offset)));
    if (!document.isObject())
        throw Refusal(400, u"the body must be a JSON object"_s);
    const QJsonObject object = document.object();
    const QString kind = object.value(u"kind"_s).toString();
    if (kind == u"primes")
        return CountPrimes{readInteger(object, u"limit"_s, 1, MaxLimit)};
    if (kind == u"hash") {
        const QJsonValue words = object.value(u"text"_s);
        if (!words.isString() || words.toString().size() > MaxText)
            throw Refusal(400, u"\"text\" must be a string of at most %1 characters"_s.arg(MaxText));
        return FindHash{words.toString(), int(readInteger(object, u"zeros"_s, 1, MaxZeros))};
    }
    throw Refusal(400, u"\"kind\" must be \"primes\" or \"hash\""_s);
}
