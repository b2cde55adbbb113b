// SPDX-License-Identifier: MIT
// A server that the clients of Redis can use, and an outline of most servers: connections are services with a stream
// and a sink (connection.h), what they share is split over services (shard.h), one more spreads the news (pubsub.h).
//
//     keyvalue-server --port 7000 &
//     redis-cli -p 7000 set greeting hello
//     redis-benchmark -p 7000 -t set,get -P 16 -q
#include "../shared/termination.h"
#include "connection.h"
#include "filelimit.h"
#include "listener.h"
#include "options.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QTimer>

#include <cstdio>

using namespace QtInterlink;
using namespace std::chrono_literals;

// How long clients may take for what is in flight when the server ends.
static constexpr auto Patience = 5s;

int main(int argc, char *argv[])
{
    // Qt's own event dispatcher needs less time for many sockets than the one on top of GLib, and nobody needs GLib.
    if (!qEnvironmentVariableIsSet("QT_NO_GLIB"))
        qputenv("QT_NO_GLIB", "1");
    QCoreApplication app(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("keyvalue-server"));

    const std::variant<Options, Farewell> choice = readOptions();
    if (const auto *const farewell = std::get_if<Farewell>(&choice))
        return farewell->exitCode;

    raiseFileLimit();
    const auto environment = std::make_shared<Environment>();
    environment->options = std::get<Options>(choice);
    environment->upTime.start();
    WorkerPool::globalInstance()->setMaxWorkerCount(environment->options.workers);
    WorkerPool::globalInstance()->setShutdownTimeout(Patience);
    for (int i = 0; i < environment->options.shards; ++i)
        environment->shards.push_back(Shard::start(i, environment->options.shards));
    environment->pubSub = PubSub::start();

    const Link<Listener> listener = Listener::start(std::shared_ptr<const Environment>(environment));
    const Listen::Response listening = listener.send(Listen()).result();
    if (!listening.problem.isEmpty()) {
        std::fprintf(stderr, "keyvalue-server: %s\n", qPrintable(listening.problem));
        return 1;
    }
    std::printf("Ready to accept connections at port %d\n", int(listening.port));
    std::fflush(stdout);

    onTermination(&app, [&] {
        listener.doSend(FinishAll());
        listener.stopped().then(&app, [] { QCoreApplication::quit(); });
        QTimer::singleShot(Patience, &app, &QCoreApplication::quit);
    });
    return app.exec();
}
