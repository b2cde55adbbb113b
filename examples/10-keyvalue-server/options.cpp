// SPDX-License-Identifier: MIT
#include "options.h"

#include "keyspace.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <cstdio>

using namespace Qt::StringLiterals;

static Farewell wrongUsage(const QString &problem)
{
    std::fprintf(stderr, "keyvalue-server: %s\nTry keyvalue-server --help.\n", qPrintable(problem));
    return {2};
}

// The number that is given for \a option, or its default; nothing if it isn't one from \a min to \a max.
static std::optional<int> number(const QCommandLineParser &parser, const QCommandLineOption &option, int min, int max)
{
    bool isNumber = false;
    const int value = parser.value(option).toInt(&isNumber);
    return isNumber && min <= value && value <= max ? std::optional(value) : std::nullopt;
}

std::variant<Options, Farewell> readOptions()
{
    static const auto threads = QString::number(QThread::idealThreadCount());
    QCommandLineParser parser;
    parser.setApplicationDescription(u"Keeps keys and values in memory, for clients that speak RESP2."_s);
    const QCommandLineOption port(u"port"_s, u"Where to listen; 0: at a free port."_s, u"N"_s, u"6379"_s);
    const QCommandLineOption bind(u"bind"_s, u"The address to listen at; 0.0.0.0: all of IPv4, ::: all."_s,
                                  u"ADDRESS"_s, u"127.0.0.1"_s);
    const QCommandLineOption workers(u"workers"_s, u"How many threads."_s, u"N"_s, threads);
    const QCommandLineOption shards(u"shards"_s, u"Into how many services the keys are split; 0: twice the threads."_s,
                                    u"N"_s, u"0"_s);
    const QCommandLineOption password(u"requirepass"_s, u"What clients have to give with AUTH."_s, u"PASSWORD"_s);
    const QCommandLineOption clients(u"maxclients"_s, u"How many connections there may be."_s, u"N"_s, u"10000"_s);
    const QCommandLineOption help({u"h"_s, u"help"_s}, u"Show this help."_s);
    parser.addOptions({port, bind, workers, shards, password, clients, help});
    if (!parser.parse(QCoreApplication::arguments()))
        return wrongUsage(parser.errorText());
    if (parser.isSet(help)) {
        std::fputs(parser.helpText().toLocal8Bit().constData(), stdout);
        return Farewell{0};
    }
    if (!parser.positionalArguments().isEmpty())
        return wrongUsage(u"unknown argument: "_s + parser.positionalArguments().first());

    const auto portNumber = number(parser, port, 0, 65535);
    const auto workerCount = number(parser, workers, 1, 256);
    const auto shardCount = number(parser, shards, 0, SlotCount);
    const auto clientCount = number(parser, clients, 1, 1'000'000);
    if (!portNumber)
        return wrongUsage(u"--port takes a number from 0 to 65535"_s);
    if (!workerCount)
        return wrongUsage(u"--workers takes a number from 1 to 256"_s);
    if (!shardCount)
        return wrongUsage(u"--shards takes a number from 0 to %1"_s.arg(SlotCount));
    if (!clientCount)
        return wrongUsage(u"--maxclients takes a number from 1 to 1000000"_s);
    Options options;
    options.port = quint16(*portNumber);
    options.workers = *workerCount;
    options.shards = *shardCount > 0 ? *shardCount : 2 * options.workers;
    options.password = parser.value(password).toLocal8Bit();
    options.maxConnections = *clientCount;
    if (!options.address.setAddress(parser.value(bind)))
        return wrongUsage(u"--bind takes an IPv4 or IPv6 address"_s);
    return options;
}
