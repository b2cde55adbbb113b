// SPDX-License-Identifier: MIT
#include "procfolder.h"

#include <QtCore/QFile>
#include <QtCore/QHash>
#include <QtCore/QRegularExpression>

#include <algorithm>
#include <array>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

using namespace Qt::StringLiterals;

static constexpr qint64 SystemFileLimit = 1 << 20; // has room for a line for each of some thousand processors
static constexpr qint64 ProcessFileLimit = 4096; // a command line can have megabytes
static constexpr qsizetype KernelNameLength = 15; // of a program's name in stat; longer ones are cut off there
static constexpr quint64 KernelThreadFlag = 0x00200000;

// Names are whatever a program likes: no control or direction character of theirs may play with what is shown.
static QString printable(const QByteArray &bytes)
{
    static const QRegularExpression special(u"[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]"_s);
    return QString::fromUtf8(bytes).replace(special, QString(QChar::ReplacementCharacter));
}

static QString stateName(char state)
{
    static const QHash<char, QString> names{
            {'R', u"Running"_s}, {'S', u"Sleeping"_s}, {'D', u"Waiting"_s}, {'I', u"Idle"_s},
            {'Z', u"Ended"_s},   {'T', u"Stopped"_s},  {'t', u"Stopped"_s},
    };
    return names.value(state, QString(QLatin1Char(state)));
}

static QString userName(uint id)
{
    thread_local QHash<uint, QString> names;
    QString &name = names[id];
    if (name.isEmpty()) {
        passwd entry;
        passwd *found = nullptr;
        std::array<char, 16384> buffer;
        ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
        name = found ? QString::fromUtf8(found->pw_name) : QString::number(id);
    }
    return name;
}

// The first number behind \a name, which begins a line and isn't in the first.
static std::optional<qint64> numberIn(const QByteArray &lines, const QByteArray &name)
{
    const qsizetype line = lines.indexOf('\n' + name);
    if (line < 0)
        return {};
    bool isNumber = false;
    const qint64 number = lines.mid(line + 1 + name.size(), 64).simplified().split(' ').at(0).toLongLong(&isNumber);
    return isNumber ? std::optional(number) : std::nullopt;
}

// The kernel's name for a program is cut off; its command line often has the rest.
static QByteArray fullName(const QByteArray &name, const QByteArray &commandLine)
{
    const QByteArray program = commandLine.left(commandLine.indexOf('\0'));
    const QByteArray fileName = program.mid(program.lastIndexOf('/') + 1);
    return name.size() == KernelNameLength && fileName.startsWith(name) ? fileName : name;
}

QByteArray ProcFolder::read(const QString &name, qint64 limit) const
{
    QFile file(m_path + u'/' + name);
    return file.open(QIODevice::ReadOnly | QIODevice::Unbuffered) ? file.read(limit) : QByteArray();
}

QList<Use> ProcFolder::processors() const
{
    QList<Use> processors;
    for (const QByteArray &line : read(u"stat"_s, SystemFileLimit).split('\n')) {
        if (!line.startsWith("cpu"))
            break;
        // cpu user nice system idle iowait irq softirq steal; a guest's time is in user and nice already
        const QList<QByteArray> fields = line.simplified().split(' ');
        Use times;
        for (qsizetype i = 1; i < std::min<qsizetype>(fields.size(), 9); ++i) {
            const quint64 ticks = fields.at(i).toULongLong();
            times.total += ticks;
            times.used += i == 4 || i == 5 ? 0 : ticks;
        }
        processors << times;
    }
    return processors;
}

Use ProcFolder::memory() const
{
    const QByteArray info = '\n' + read(u"meminfo"_s, SystemFileLimit);
    const qint64 total = std::max(0LL, numberIn(info, "MemTotal:").value_or(0));
    const qint64 available = numberIn(info, "MemAvailable:").value_or(numberIn(info, "MemFree:").value_or(0));
    return {quint64(std::clamp(total - available, 0LL, total)) * 1024, quint64(total) * 1024};
}

QString ProcFolder::load() const
{
    return printable(read(u"loadavg"_s, ProcessFileLimit).split(' ').mid(0, 3).join("  "));
}

double ProcFolder::uptime() const
{
    return read(u"uptime"_s, ProcessFileLimit).split(' ').constFirst().toDouble();
}

QList<ProcessInfo> ProcFolder::processes() const
{
    QList<ProcessInfo> processes;
    std::error_code error;
    std::filesystem::directory_iterator entry(m_path.toStdString(), error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
        const int pid = QByteArray::fromStdString(entry->path().filename()).toInt(); // 0 if it is none
        if (std::optional<ProcessInfo> info = process(pid))
            processes << *std::move(info);
    }
    return processes;
}

std::optional<ProcessInfo> ProcFolder::process(int pid) const
{
    if (pid <= 0)
        return {};
    // It may end between any two of these reads.
    const QString folder = QString::number(pid) + u'/';
    const QByteArray stat = read(folder + u"stat"_s, ProcessFileLimit);
    const std::optional<qint64> user = numberIn(read(folder + u"status"_s, ProcessFileLimit), "Uid:");
    QByteArray command = read(folder + u"cmdline"_s, ProcessFileLimit);

    // The name is in parentheses, and may hold spaces, parentheses and line feeds itself.
    const qsizetype open = stat.indexOf('(');
    const qsizetype close = stat.lastIndexOf(')');
    const QList<QByteArray> fields = stat.mid(close + 1).simplified().split(' ');
    if (open < 0 || close < open || fields.size() < 22 || fields.at(0).size() != 1 || !user)
        return {};
    // Numbered as in the manual, proc(5), where the state is the third.
    const auto field = [&fields](qsizetype number) { return fields.at(number - 3); };

    ProcessInfo info;
    info.pid = pid;
    info.name = printable(fullName(stat.mid(open + 1, close - open - 1), command));
    info.userId = uint(*user);
    info.user = userName(info.userId);
    info.status = stateName(field(3).at(0));
    info.isKernelThread = field(9).toULongLong() & KernelThreadFlag;
    info.ticks = field(14).toULongLong() + field(15).toULongLong();
    info.threads = field(20).toInt();
    info.started = double(field(22).toULongLong());
    info.key = qint64(info.started) * (1 << 22) + pid; // no system has higher pids
    info.memory = double(std::max(0LL, field(24).toLongLong()) * ::sysconf(_SC_PAGESIZE));
    while (command.endsWith('\0'))
        command.chop(1);
    info.command = command.isEmpty() ? u'[' + info.name + u']' : printable(command.replace('\0', ' '));
    return info;
}
