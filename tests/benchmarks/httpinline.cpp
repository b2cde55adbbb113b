// SPDX-License-Identifier: MIT
// GET /stats of examples/11-http-api, answered on the spot by a QHttpServer that has the figures at hand.
#include <QtCore/QCoreApplication>
#include <QtCore/QElapsedTimer>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtHttpServer/QHttpServer>
#include <QtNetwork/QTcpServer>

#include <cstdio>

using namespace Qt::StringLiterals;

int main(int argc, char *argv[])
{
    QCoreApplication app(argc, argv);
    QElapsedTimer time;
    time.start();
    QHttpServer server;
    server.route(u"/stats"_s, QHttpServerRequest::Method::Get, [&time] {
        const QJsonObject stats{{u"uptimeSeconds"_s, time.elapsed() / 1000},
                                {u"submitted"_s, 0},
                                {u"queued"_s, 0},
                                {u"running"_s, 0},
                                {u"finished"_s, 0},
                                {u"canceled"_s, 0},
                                {u"failed"_s, 0}};
        return QHttpServerResponse("application/json"_ba, QJsonDocument(stats).toJson(QJsonDocument::Compact) + '\n');
    });
    auto *const port = new QTcpServer(&server);
    if (!port->listen(QHostAddress::LocalHost))
        return 1;
    server.bind(port);
    std::printf("http://127.0.0.1:%d/\n", port->serverPort());
    std::fflush(stdout);
    return app.exec();
}
