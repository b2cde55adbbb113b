// SPDX-License-Identifier: MIT
#ifndef PROCFOLDER_H
#define PROCFOLDER_H

#include "state.h"

#include <optional>

// What a processor did since the start of the system, in ticks.
struct CpuTimes
{
    quint64 busy = 0;
    quint64 total = 0;
};

struct MemoryUse // in bytes
{
    quint64 used = 0;
    quint64 total = 0;
};

// Reads /proc, or a folder that looks like it. Whatever is missing, cut off or nonsense reads as nothing or zero.
class ProcFolder
{
public:
    explicit ProcFolder(QString path = QStringLiteral("/proc")) : m_path(std::move(path)) { }

    QList<CpuTimes> processors() const; // first all together, then each; empty if they can't be read
    MemoryUse memory() const;
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
