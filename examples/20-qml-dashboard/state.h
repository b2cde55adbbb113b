// SPDX-License-Identifier: MIT
#ifndef STATE_H
#define STATE_H

#include <QtCore/QList>
#include <QtCore/QObject>
#include <QtCore/QString>
#include <QtQml/qqmlregistration.h>

// What the sampler and the window tell each other.
//
//     Main.qml  -- Find, SetInterval, EndProcess -->  Sampler
//               <--------- SystemState --------------
//
// The rows come sorted and filtered: the window shows them, and never looks at what it doesn't show.

// A process, as a row of the table.
struct ProcessInfo
{
    Q_GADGET
    QML_VALUE_TYPE(processInfo)
    Q_PROPERTY(qint64 key MEMBER key)
    Q_PROPERTY(int pid MEMBER pid)
    Q_PROPERTY(double started MEMBER started)
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(QString user MEMBER user)
    Q_PROPERTY(double cpu MEMBER cpu)
    Q_PROPERTY(double memory MEMBER memory)
    Q_PROPERTY(int threads MEMBER threads)
    Q_PROPERTY(QString status MEMBER status)
    Q_PROPERTY(QString command MEMBER command)
    Q_PROPERTY(QString protection MEMBER protection)

public:
    qint64 key = 0; // of pid and start: no other process ever has it
    int pid = 0;
    double started = 0; // in ticks since the start of the system: tells it from others that had its pid
    QString name;
    QString user;
    double cpu = 0; // percent of one processor
    double memory = 0; // resident, in bytes
    int threads = 0;
    QString status;
    QString command;
    QString protection; // why it can't be ended; empty: it can

    uint userId = 0; // the real one: whoever may signal it
    bool isKernelThread = false;
    quint64 ticks = 0; // that it used the processors, since it began

    friend bool operator==(const ProcessInfo &, const ProcessInfo &) = default;
};

struct SystemState
{
    Q_GADGET
    QML_VALUE_TYPE(systemState)
    Q_PROPERTY(double cpu MEMBER cpu)
    Q_PROPERTY(QList<double> cores MEMBER cores)
    Q_PROPERTY(QList<double> cpuHistory MEMBER cpuHistory)
    Q_PROPERTY(QList<double> memoryHistory MEMBER memoryHistory)
    Q_PROPERTY(double historySeconds MEMBER historySeconds)
    Q_PROPERTY(double memoryUsed MEMBER memoryUsed)
    Q_PROPERTY(double memoryTotal MEMBER memoryTotal)
    Q_PROPERTY(QString load MEMBER load)
    Q_PROPERTY(double uptime MEMBER uptime)
    Q_PROPERTY(int interval MEMBER interval)
    Q_PROPERTY(int processCount MEMBER processCount)
    Q_PROPERTY(QList<ProcessInfo> processes MEMBER processes)

public:
    double cpu = 0; // a share, 0 to 1; so are the next three
    QList<double> cores;
    QList<double> cpuHistory; // oldest first, always of the same length; below 0: not known
    QList<double> memoryHistory;
    double historySeconds = 0; // that the histories cover
    double memoryUsed = 0; // bytes
    double memoryTotal = 0;
    QString load;
    double uptime = 0; // seconds
    int interval = 0; // milliseconds
    int processCount = 0; // shown or not
    QList<ProcessInfo> processes; // that are shown, in their order
};

// Samples every so many milliseconds from now on.
struct SetInterval
{
    Q_GADGET
    Q_PROPERTY(int milliseconds MEMBER milliseconds)
public:
    int milliseconds = 0;
};

// Shows the processes that match all words of the text, in that order. Answers how many those are.
struct Find
{
    Q_GADGET
    Q_PROPERTY(QString text MEMBER text)
    Q_PROPERTY(QString sortBy MEMBER sortBy)
    Q_PROPERTY(bool descending MEMBER descending)
public:
    using Response = int;
    QString text;
    QString sortBy = QStringLiteral("cpu"); // a property of ProcessInfo
    bool descending = true;
};

// Asks the process to end (SIGTERM), or ends it (SIGKILL).
struct EndProcess
{
    Q_GADGET
    Q_PROPERTY(int pid MEMBER pid)
    Q_PROPERTY(double started MEMBER started)
    Q_PROPERTY(bool force MEMBER force)
public:
    int pid = 0;
    double started = 0;
    bool force = false;
};

#endif
