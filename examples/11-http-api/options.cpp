// SPDX-License-Identifier: MIT
#include "options.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QCoreApplication>
#include <QtCore/QThread>

#include <cstdio>
#include <limits>
#include <optional>

using namespace Qt::StringLiterals;

static const char description[] = //
        "A queue of jobs behind HTTP and JSON, with a page that shows them live.\n"
        "\n"
        "  POST /jobs          submit one: {\"kind\": \"primes\", \"limit\": 1000000}\n"
        "                      or {\"kind\": \"hash\", \"text\": \"hello\", \"zeros\": 5}\n"
        "  GET /jobs?limit=N   the newest N\n"
        "  GET /jobs/ID        one of them\n"
        "  DELETE /jobs/ID     cancel it\n"
        "  GET /stats          what the server has done so far\n"
        "  GET /               the page\n"
        "\n"
        "Ctrl-C or SIGTERM ends it. There is no encryption and no password: keep it on your own machine.";

static Farewell wrongUsage(const QString &text)
{
    std::fprintf(stderr, "httpapi: %s\nhttpapi: try --help\n", qPrintable(text));
    return {2};
}

static std::optional<qint64> readNumber(const QString &text, qint64 least, qint64 greatest)
{
    bool isNumber = false;
    const qint64 number = text.toLongLong(&isNumber);
    if (!isNumber || number < least || number > greatest)
        return {};
    return number;
}

std::variant<Options, Farewell> readOptions()
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QLatin1StringView(description));
    const QCommandLineOption bind(u"bind"_s, u"The address to listen at (127.0.0.1)."_s, u"ADDRESS"_s, u"127.0.0.1"_s);
    const QCommandLineOption port(u"port"_s, u"The port for HTTP (8080); 0: any."_s, u"N"_s, u"8080"_s);
    const QCommandLineOption webSocketPort(u"ws-port"_s, u"The port for the page's WebSocket (8081); 0: any."_s, u"N"_s,
                                           u"8081"_s);
    const QCommandLineOption maxBody(u"max-body"_s, u"How many bytes a request's body may have (65536)."_s, u"BYTES"_s,
                                     u"65536"_s);
    const QCommandLineOption jobs(u"jobs"_s, u"How many jobs to run at a time; at first one a processor."_s, u"N"_s,
                                  QString::number(QThread::idealThreadCount()));
    const QCommandLineOption help({u"h"_s, u"help"_s}, u"Show this help."_s);
    const QCommandLineOption version({u"v"_s, u"version"_s}, u"Show the version."_s);
    parser.addOptions({bind, port, webSocketPort, maxBody, jobs, help, version});

    if (!parser.parse(QCoreApplication::arguments()))
        return wrongUsage(parser.errorText());
    if (parser.isSet(help)) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        return Farewell{0};
    }
    if (parser.isSet(version)) {
        std::printf("httpapi %s\n", qPrintable(QCoreApplication::applicationVersion()));
        return Farewell{0};
    }
    if (!parser.positionalArguments().isEmpty())
        return wrongUsage(u"unexpected: "_s + parser.positionalArguments().constFirst());

    constexpr qint64 MaxPort = std::numeric_limits<quint16>::max();
    const QHostAddress address(parser.value(bind));
    if (address.isNull())
        return wrongUsage(u"--bind takes an IP address"_s);
    const auto portNumber = readNumber(parser.value(port), 0, MaxPort);
    if (!portNumber)
        return wrongUsage(u"--port takes a number from 0 to %1"_s.arg(MaxPort));
    const auto webSocketPortNumber = readNumber(parser.value(webSocketPort), 0, MaxPort);
    if (!webSocketPortNumber)
        return wrongUsage(u"--ws-port takes a number from 0 to %1"_s.arg(MaxPort));
    const auto bytes = readNumber(parser.value(maxBody), 1, 1 << 30);
    if (!bytes)
        return wrongUsage(u"--max-body takes a number from 1 to %1"_s.arg(1 << 30));
    const auto jobCount = readNumber(parser.value(jobs), 1, 1024);
    if (!jobCount)
        return wrongUsage(u"--jobs takes a number from 1 to 1024"_s);
    return Options{address, quint16(*portNumber), quint16(*webSocketPortNumber), *bytes, int(*jobCount)};
}
