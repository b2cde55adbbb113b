// SPDX-License-Identifier: MIT
#include "sampler.h"

#include <QtCore/QMetaProperty>
#include <QtCore/QScopeGuard>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <stdexcept>
#include <sys/syscall.h>
#include <unistd.h>
#include <utility>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

static double share(quint64 part, quint64 whole)
{
    return whole > 0 ? std::min(double(part) / double(whole), 1.0) : 0;
}

// Counters of processors that are switched off and on may go back.
static quint64 difference(quint64 now, quint64 before)
{
    return now > before ? now - before : 0;
}

static bool matches(const ProcessInfo &process, const QStringList &words)
{
    const QString text =
            process.name + u' ' + process.user + u' ' + process.command + u' ' + QString::number(process.pid);
    return std::ranges::all_of(words, [&](const QString &word) { return text.contains(word, Qt::CaseInsensitive); });
}

static QVariant sortValue(const ProcessInfo &process, const QMetaProperty &property)
{
    const QVariant value = property.readOnGadget(&process);
    return value.userType() == QMetaType::QString ? value.toString().toCaseFolded() : value;
}

// Those that match, sorted; equal ones in the order of their pids, so that rows don't dance.
static QList<ProcessInfo> arranged(const QList<ProcessInfo> &processes, const Find &find)
{
    const QMetaObject &type = ProcessInfo::staticMetaObject;
    const QMetaProperty property = type.property(type.indexOfProperty(find.sortBy.toUtf8().constData()));
    if (!property.isValid())
        throw std::invalid_argument("Processes can't be sorted by \"" + find.sortBy.toStdString() + "\".");

    const QStringList words = find.text.simplified().split(u' ', Qt::SkipEmptyParts);
    QList<ProcessInfo> rows;
    std::ranges::copy_if(processes, std::back_inserter(rows), [&](const auto &row) { return matches(row, words); });
    std::ranges::sort(rows, [&](const ProcessInfo &a, const ProcessInfo &b) {
        const QPartialOrdering order = QVariant::compare(sortValue(a, property), sortValue(b, property));
        if (order == QPartialOrdering::Equivalent)
            return a.pid < b.pid;
        return order == (find.descending ? QPartialOrdering::Greater : QPartialOrdering::Less);
    });
    return rows;
}

// Why a process can't be ended, for people; empty: it can. Only one's own can, and not all of those.
static QString protectionOf(const ProcessInfo &process)
{
    if (process.isKernelThread)
        return u"A part of the kernel, which can't be ended."_s;
    if (process.pid == 1)
        return u"The first process: the system ends with it."_s;
    if (process.pid == ::getpid())
        return u"This monitor itself: close its window instead."_s;
    if (process.userId != ::getuid())
        return u"Belongs to %1: you can only end your own processes."_s.arg(process.user);
    return {};
}

Sampler::Sampler(std::chrono::milliseconds interval, ProcFolder folder)
    : m_folder(std::move(folder)), m_interval(std::clamp(interval, LeastInterval, GreatestInterval))
{
    m_clock.start();
    m_state.cpuHistory = m_state.memoryHistory = QList<double>(HistoryLength, -1);
    for (int i = 0; i < HistoryLength; ++i)
        m_times << (i - HistoryLength) * m_interval.count();
}

void Sampler::started(ServiceContext<Sampler> &context)
{
    context.publish(sample());
    m_timer = context.runInterval(
            m_interval, [](Sampler &sampler, ServiceContext<Sampler> &context) { context.publish(sampler.sample()); });
}

void Sampler::handle(SetInterval message, ServiceContext<Sampler> &context)
{
    const std::chrono::milliseconds interval(message.milliseconds);
    if (interval < LeastInterval || interval > GreatestInterval)
        throw std::invalid_argument("The interval must be from 0.1 to 60 seconds.");
    m_interval = interval;
    m_timer.cancel();
    started(context);
}

int Sampler::handle(const Find &message, ServiceContext<Sampler> &context)
{
    m_state.processes = arranged(m_processes, message);
    m_find = message;
    context.publish(m_state);
    return int(m_state.processes.size());
}

void Sampler::handle(EndProcess message)
{
    // Signals through a handle can't reach a later process with that number. It comes first: if it is for the right
    // one now, it will be when it is used.
    const int handle = int(::syscall(SYS_pidfd_open, message.pid, 0));
    const auto close = qScopeGuard([handle] { ::close(handle); });
    const std::optional<ProcessInfo> process = ProcFolder().process(message.pid);
    if (!process || process->started != message.started)
        throw std::runtime_error("It has ended already.");
    const QString protection = protectionOf(*process);
    if (!protection.isEmpty())
        throw std::runtime_error(protection.toStdString());
    if (::syscall(SYS_pidfd_send_signal, handle, message.force ? SIGKILL : SIGTERM, nullptr, 0) != 0)
        throw std::runtime_error("The system refuses: " + qt_error_string(errno).toStdString());
}

const SystemState &Sampler::sample()
{
    sampleProcessors();
    const Use memory = m_folder.memory();
    m_state.memoryUsed = double(memory.used);
    m_state.memoryTotal = double(memory.total);
    m_state.load = m_folder.load();
    m_state.uptime = m_folder.uptime();
    m_state.interval = int(m_interval.count());
    const auto append = [](auto &history, auto value) {
        history.removeFirst();
        history << value;
    };
    append(m_state.cpuHistory, m_elapsedTicks > 0 ? m_state.cpu : -1);
    append(m_state.memoryHistory, share(memory.used, memory.total));
    append(m_times, m_clock.elapsed());
    m_state.historySeconds = double(m_times.constLast() - m_times.constFirst()) / 1000;
    sampleProcesses();
    return m_state;
}

void Sampler::sampleProcessors()
{
    const QList<Use> before = std::exchange(m_processors, m_folder.processors());
    QList<double> shares;
    m_elapsedTicks = 0;
    for (qsizetype i = 0; i < m_processors.size(); ++i) {
        const Use &now = m_processors.at(i);
        const Use &then = before.value(i, now);
        const quint64 ticks = difference(now.total, then.total);
        shares << share(difference(now.used, then.used), ticks);
        if (i == 0 && m_processors.size() > 1)
            m_elapsedTicks = ticks / quint64(m_processors.size() - 1);
    }
    m_state.cpu = shares.value(0);
    m_state.cores = shares.mid(1);
}

void Sampler::sampleProcesses()
{
    const QHash<qint64, quint64> before = std::exchange(m_ticks, {});
    m_processes = m_folder.processes();
    for (ProcessInfo &process : m_processes) {
        process.protection = protectionOf(process);
        const quint64 used = difference(process.ticks, before.value(process.key, process.ticks));
        process.cpu = m_elapsedTicks ? std::round(1000 * double(used) / double(m_elapsedTicks)) / 10 : 0;
        m_ticks.insert(process.key, process.ticks);
    }
    m_state.processCount = int(m_processes.size());
    m_state.processes = arranged(m_processes, m_find);
}
