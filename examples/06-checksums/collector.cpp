// SPDX-License-Identifier: MIT
#include "collector.h"

#include "checksumline.h"
#include "filereader.h"

#include <cerrno>
#include <cstdio>
#include <utility>

#ifdef Q_OS_WIN
#  include <io.h>
#else
#  include <unistd.h>
#endif

using namespace QtInterlink;
using namespace std::chrono_literals;

static bool isTerminal(FILE *file)
{
#ifdef Q_OS_WIN
    return _isatty(_fileno(file));
#else
    return ::isatty(::fileno(file));
#endif
}

void complain(const QByteArray &text)
{
    // One call a line, since standard error has no buffer.
    const QByteArray line = "checksums: " + text + '\n';
    std::fwrite(line.constData(), 1, size_t(line.size()), stderr);
}

void Collector::started(ServiceContext<Collector> &context)
{
    m_time.start();
    if (isTerminal(stderr))
        context.runInterval(100ms, [](Collector &collector) { collector.showProgress(); });
}

bool Collector::handle(Outcomes outcomes)
{
    hideProgress();
    QByteArray text;
    for (const Outcome &outcome : outcomes.list)
        text += line(outcome);
    // Flushed here, so that each write is whole lines.
    const bool isWritten = std::fwrite(text.constData(), 1, size_t(text.size()), stdout) == size_t(text.size())
            && !std::fflush(stdout);
    if (!isWritten && !m_totals.outputFailed) {
        m_totals.outputFailed = true;
        complain("standard output: " + reason(std::error_code(errno, std::generic_category())));
    }
    return !m_totals.outputFailed;
}

// What goes to standard output for a file; complains if there was a problem.
QByteArray Collector::line(const Outcome &outcome)
{
    const QByteArray name = toBytes(outcome.name);
    ++m_totals.files;
    if (!outcome.problem.isEmpty()) {
        ++m_totals.unreadable;
        complain(EscapedName(name).text + ": " + outcome.problem);
        return m_isChecking ? formatVerdict(name, "FAILED open or read") : QByteArray();
    }
    if (!m_isChecking)
        return formatSum(outcome.digest, name);
    if (outcome.digest == outcome.expected)
        return formatVerdict(name, "OK");
    ++m_totals.mismatches;
    return formatVerdict(name, "FAILED");
}

Totals Collector::handle(Finish)
{
    hideProgress();
    return m_totals;
}

void Collector::showProgress()
{
    const double megabytes = double(m_bytes) / 1e6;
    const double seconds = double(m_time.nsecsElapsed()) / 1e9;
    std::fprintf(stderr, "\r%lld files, %.1f MB, %.1f MB/s\x1b[K", m_totals.files, megabytes, megabytes / seconds);
    m_hasProgress = true;
}

void Collector::hideProgress()
{
    if (std::exchange(m_hasProgress, false))
        std::fputs("\r\x1b[K", stderr);
}
