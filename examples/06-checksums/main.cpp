// SPDX-License-Identifier: MIT
// A real program: checksums of whole trees, by a pool of services that pull their work from one that walks the folders
// and hand their results to one that writes them. work.h shows who talks to whom.
#include "collector.h"
#include "hasher.h"
#include "interruption.h"
#include "options.h"
#include "sumsreader.h"
#include "walker.h"

#include <QtCore/QCoreApplication>

#include <exception>
#include <vector>

#ifdef Q_OS_WIN
#  include <fcntl.h>
#  include <io.h>
#endif

using namespace QtInterlink;

// Runs the hashers on what the source gives until there is no more.
static Totals hashAll(const Options &options, const SourceLink &source)
{
    // All of them block, in the file system or in a pipe: each gets a worker of its own.
    const auto collector = Collector::start(Placement::dedicated(), options.sums.has_value());
    std::vector<Reply<void>> done;
    for (int i = 0; i < options.jobs; ++i) {
        const auto algorithm = options.algorithm.value_or(QCryptographicHash::Sha256);
        done.push_back(Hasher::start(Placement::dedicated(), algorithm, source, collector).send(HashAll()));
    }
    for (Reply<void> &reply : done)
        reply.result();
    return collector.send(Finish()).result();
}

static int hashTrees(const Options &options)
{
    const auto walker = Walker::start(Placement::dedicated(), options.roots);
    const Totals totals = hashAll(options, walker.messageLink<NextFiles>());
    return totals.unreadable || totals.outputFailed ? 1 : 0;
}

static void warn(qint64 count, const char *one, const char *many)
{
    if (count > 0)
        complain("WARNING: " + QByteArray::number(count) + ' ' + (count == 1 ? one : many));
}

static int checkSums(const Options &options)
{
    const auto reader = SumsReader::start(Placement::dedicated(), *options.sums, options.algorithm);
    const Totals totals = hashAll(options, reader.messageLink<NextFiles>());
    const auto findings = reader.exec([](SumsReader &service) { return service.findings(); }).result();
    const QByteArray name = *options.sums == FileName("-") ? "standard input" : toBytes(*options.sums);

    if (!findings.problem.isEmpty())
        complain(name + ": " + findings.problem);
    else if (findings.lines == 0 && !Interruption::requested())
        complain(name + ": no properly formatted checksum lines found");
    warn(findings.malformed, "line is improperly formatted", "lines are improperly formatted");
    warn(totals.unreadable, "listed file could not be read", "listed files could not be read");
    warn(totals.mismatches, "computed checksum did NOT match", "computed checksums did NOT match");

    const bool isGood = findings.problem.isEmpty() && findings.lines > 0 && !totals.unreadable && !totals.mismatches
            && !totals.outputFailed;
    return isGood ? 0 : 1;
}

int main(int argc, char *argv[])
{
#ifdef Q_OS_WIN
    _setmode(_fileno(stdout), _O_BINARY); // lines end as they do elsewhere
#endif
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("checksums"));
    QCoreApplication::setApplicationVersion(QStringLiteral("1.0"));

    const std::variant<Options, Farewell> choice = readOptions(argc, argv);
    if (const auto *const farewell = std::get_if<Farewell>(&choice))
        return farewell->exitCode;
    const auto &options = std::get<Options>(choice);

    Interruption::install();
    try {
        const int exitCode = options.sums ? checkSums(options) : hashTrees(options);
        return Interruption::requested() ? 130 : exitCode;
    } catch (const std::exception &e) { // what a service threw arrives here, with its reply
        complain(e.what());
        return 1;
    }
}
