// SPDX-License-Identifier: MIT
// A server: QHttpServer takes the requests, a service owns what they are about, and another one for each open page
// sends it what changes. job.h shows who talks to whom.
#include "../shared/termination.h"
#include "httpapi.h"
#include "lobby.h"
#include "options.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QThreadPool>

#include <cstdio>
#include <exception>

using namespace QtInterlink;

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("httpapi"));
    QCoreApplication::setApplicationVersion(QStringLiteral("1.0"));

    const std::variant<Options, Farewell> choice = readOptions();
    if (const auto *const farewell = std::get_if<Farewell>(&choice))
        return farewell->exitCode;
    const auto &options = std::get<Options>(choice);
    onTermination(&app, [] { QCoreApplication::quit(); });

    WorkerPool::globalInstance()->offloadPool()->setMaxThreadCount(options.jobs);
    // It only keeps books, so it lives in the thread of the requests: to another one and back would cost more.
    const Link<JobQueue> jobs = JobQueue::start(Placement::onThread(app.thread()), options.jobs);
    const Link<Lobby> lobby = Lobby::start(jobs.messageLink<NextChanges>());
    quint16 webSocketPort = 0;
    try {
        webSocketPort = lobby.send<Listen>(options.address, options.webSocketPort).result();
    } catch (const std::exception &e) {
        std::fprintf(stderr, "httpapi: %s\n", e.what());
        return 1;
    }
    HttpApi api(jobs, webSocketPort, options.maxBody);
    const quint16 port = api.listen(options.address, options.port);
    if (port == 0)
        return 1;
    const bool isV6 = options.address.protocol() == QAbstractSocket::IPv6Protocol;
    std::printf(isV6 ? "http://[%s]:%d/ (WebSocket port %d)\n" : "http://%s:%d/ (WebSocket port %d)\n",
                qPrintable(options.address.toString()), port, webSocketPort);
    std::fflush(stdout);
    return app.exec();
}
