// SPDX-License-Identifier: MIT
#ifndef SAMPLER_H
#define SAMPLER_H

#include "procfolder.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QHash>
#include <QtInterlink/Service>

#include <chrono>
#include <exception>

// Looks at the system every so often and publishes what it saw.
class Sampler : public QtInterlink::Service<Sampler>
{
public:
    static constexpr std::chrono::milliseconds LeastInterval{100};
    static constexpr std::chrono::milliseconds GreatestInterval{60'000};
    static constexpr int HistoryLength = 120;

    explicit Sampler(std::chrono::milliseconds interval, ProcFolder folder = ProcFolder());

    void started(QtInterlink::ServiceContext<Sampler> &context);
    void handle(SetInterval message, QtInterlink::ServiceContext<Sampler> &context);
    int handle(const Find &message, QtInterlink::ServiceContext<Sampler> &context);
    void handle(EndProcess message);
    QtInterlink::ErrorAction handleError(std::exception_ptr) { return QtInterlink::ErrorAction::Continue; }

    // Takes a sample; public for who has a folder that doesn't change by itself.
    const SystemState &sample();

private:
    void sampleProcessors();
    void sampleProcesses();

    ProcFolder m_folder;
    std::chrono::milliseconds m_interval;
    QtInterlink::TimerHandle m_timer;
    QElapsedTimer m_clock;
    QList<qint64> m_times; // of the history
    QList<Use> m_processors;
    quint64 m_elapsedTicks = 0; // of one processor, since the last sample
    QHash<qint64, quint64> m_ticks; // of each process, by its key
    QList<ProcessInfo> m_processes; // all of them
    Find m_find;
    SystemState m_state;
};

#endif
