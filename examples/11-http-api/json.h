// SPDX-License-Identifier: MIT
#ifndef JSON_H
#define JSON_H

#include "job.h"

#include <QtCore/QJsonArray>

QJsonObject toJson(const Job &job);
QJsonObject toJson(const Stats &stats);
QJsonObject toJson(const Changes &changes);
QJsonArray toJson(const QList<Job> &jobs);
QJsonObject errorToJson(int status, const QString &message);

// Reads what a client wants to be done. Throws a Refusal that says what is wrong with it, and where.
Work readWork(const QByteArray &text);

#endif
