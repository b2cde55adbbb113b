// SPDX-License-Identifier: MIT
#ifndef PROCFOLDER_H
#define PROCFOLDER_H

#include "state.h"

#include <optional>

struct Use
{
    quint64 used = 0;
    quint64 total = 0;
};

// Reads /proc, or a folder that looks like it. Whatever is missing, cut off or nonsense reads as nothing or zero.
class ProcFolder
{
public:
    explicit ProcFolder(QString path = QStringLiteral("/proc")) : m_path(std::move(path)) { }

    // Ticks since the start of the system, of all together, then of each; empty if they can't be read.
    QList<Use> processors() const;
    Use memory() const; // in bytes
    QString load() const; // of the last 1, 5 and 15 minutes
    double uptime() const; // in seconds

    // What one look can tell; nothing if there is no such process, any more.
    std::optional<ProcessInfo> process(int pid) const;
    QList<ProcessInfo> processes() const;

private:
    QByteArray read(const QString &name, qint64 limit) const;

    QString m_path;
};

#endif
