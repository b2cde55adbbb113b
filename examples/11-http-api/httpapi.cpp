// SPDX-License-Identifier: MIT
#include "httpapi.h"

#include "json.h"

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QUrlQuery>
#if QT_VERSION >= QT_VERSION_CHECK(6, 11, 0)
#  include <QtHttpServer/QHttpServerConfiguration>
#endif

#include <algorithm>
#include <cstdio>
#include <memory>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

static constexpr int DefaultListed = 100;

using Status = QHttpServerResponse::StatusCode;

static QByteArray toText(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

static void addHeader(QHttpServerResponse &response, const char *name, const QByteArray &value)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    QHttpHeaders headers = response.headers();
    headers.append(QLatin1StringView(name), value);
    response.setHeaders(std::move(headers));
#else
    response.addHeader(QByteArray(name), value);
#endif
}

static QHttpServerResponse respond(const QJsonObject &object, Status status = Status::Ok)
{
    return QHttpServerResponse("application/json"_ba, toText(object), status);
}

static QHttpServerResponse refuse(int status, const QString &message)
{
    return respond(errorToJson(status, message), Status(status));
}

QHttpServerResponse describeFailure(std::exception_ptr failure)
{
    try {
        std::rethrow_exception(failure);
    } catch (const Refusal &refusal) {
        return refuse(refusal.status(), QString::fromUtf8(refusal.what()));
    } catch (const LinkException &) {
        return refuse(503, u"the server is shutting down"_s);
    } catch (const std::exception &) {
        return refuse(500, u"internal error"_s);
    }
}

static Answer ready(QHttpServerResponse response)
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 6, 0)
    return QtFuture::makeReadyValueFuture(std::move(response));
#else
    return QtFuture::makeReadyFuture(std::move(response));
#endif
}

template <typename R, typename Respond>
Answer HttpApi::answer(Reply<R> reply, Respond respond)
{
    return reply.then(&m_server.http(), std::move(respond));
}

static quint64 readId(const QString &text)
{
    bool isNumber = false;
    const quint64 id = text.toULongLong(&isNumber);
    if (!isNumber)
        throw Refusal(404, u"there is no job %1"_s.arg(text));
    return id;
}

static int readLimit(const QUrlQuery &query)
{
    if (!query.hasQueryItem(u"limit"_s))
        return DefaultListed;
    bool isNumber = false;
    const int limit = query.queryItemValue(u"limit"_s).toInt(&isNumber);
    if (!isNumber || limit < 0)
        throw Refusal(400, u"\"limit\" must be a whole number from 0 on"_s);
    return limit;
}

// A route that may find something wrong before anybody is asked.
template <typename Ask>
static Answer attempt(Ask ask)
{
    try {
        return ask();
    } catch (...) {
        return QtFuture::makeExceptionalFuture<QHttpServerResponse>(std::current_exception());
    }
}

static QByteArray readPage(quint16 webSocketPort)
{
    QFile file(u":/page.html"_s);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("the page is missing");
    return file.readAll().replace("%WEB_SOCKET_PORT%", QByteArray::number(webSocketPort));
}

HttpApi::HttpApi(Link<JobQueue> jobs, quint16 webSocketPort, qint64 maxBody)
    : m_jobs(std::move(jobs)), m_page(readPage(webSocketPort)), m_maxBody(maxBody)
{
    addRoutes();
    setMissingHandler();
}

quint16 HttpApi::listen(const QHostAddress &address, quint16 port)
{
    const QByteArray refusal = toText(errorToJson(413, u"the body is larger than %1 bytes"_s.arg(m_maxBody)));
    auto server = std::make_unique<BoundedServer>(m_maxBody, refusal);
    if (!server->listen(address, port)) {
        std::fprintf(stderr, "httpapi: %s port %d: %s\n", qPrintable(address.toString()), port,
                     qPrintable(server->errorString()));
        return 0;
    }
    port = server->serverPort();
    m_server.accept(std::move(server));
#if QT_VERSION >= QT_VERSION_CHECK(6, 11, 0)
    // Qt has a limit of its own there, which must not be the narrower one: its answer isn't JSON.
    QHttpServerConfiguration configuration = m_server.http().configuration();
    configuration.setMaximumBodySize(std::max(configuration.maximumBodySize(), m_maxBody));
    m_server.http().setConfiguration(configuration);
#endif
    return port;
}

void HttpApi::addRoutes()
{
    // Routes are tried in order: first what is asked most often.
    addRoute(m_server, u"/stats"_s, Method::Get, [this](const QHttpServerRequest &) {
        return answer(m_jobs.send<GetStats>(), [](const Stats &stats) { return respond(toJson(stats)); });
    });

    addRoute(m_server, u"/"_s, Method::Get, [this](const QHttpServerRequest &) {
        return ready(QHttpServerResponse("text/html; charset=utf-8"_ba, m_page));
    });

    addRoute(m_server, u"/jobs"_s, Method::Post, [this](const QHttpServerRequest &request) {
        return attempt([&] {
            if (request.body().size() > m_maxBody)
                throw Refusal(413, u"the body is larger than %1 bytes"_s.arg(m_maxBody));
            return answer(m_jobs.send<Submit>(readWork(request.body())), [](const Job &job) {
                QHttpServerResponse response = respond(toJson(job), Status::Accepted);
                addHeader(response, "Location", "/jobs/" + QByteArray::number(job.id));
                return response;
            });
        });
    });

    addRoute(m_server, u"/jobs"_s, Method::Get, [this](const QHttpServerRequest &request) {
        return attempt([&] {
            return answer(m_jobs.send<ListJobs>(readLimit(request.query())), [](const QList<Job> &jobs) {
                return respond({{u"jobs"_s, toJson(jobs)}});
            });
        });
    });

    addRouteWithArgument(
            m_server, u"/jobs/<arg>"_s, Method::Get, [this](const QString &id, const QHttpServerRequest &) {
                return attempt([&] {
                    return answer(m_jobs.send<GetJob>(readId(id)), [](const Job &job) { return respond(toJson(job)); });
                });
            });

    addRouteWithArgument(m_server, u"/jobs/<arg>"_s, Method::Delete,
                         [this](const QString &id, const QHttpServerRequest &) {
                             return attempt([&] {
                                 return answer(m_jobs.send<CancelJob>(readId(id)),
                                               [](const Job &job) { return respond(toJson(job)); });
                             });
                         });

    // And last what would match the others.
    refuseOtherMethods(u"/"_s, "GET");
    refuseOtherMethods(u"/jobs"_s, "GET, POST");
    refuseOtherMethods(u"/jobs/<arg>"_s, "GET, DELETE");
    refuseOtherMethods(u"/stats"_s, "GET");
}

// The answer to HEAD has no body, which Qt doesn't know: one for it alone.
static QHttpServerResponse refuseMethod(const QHttpServerRequest &request, const QByteArray &allowed)
{
    QHttpServerResponse response = request.method() == Method::Head
            ? QHttpServerResponse(Status::MethodNotAllowed)
            : refuse(405, u"only %1 can be done here"_s.arg(QLatin1StringView(allowed)));
    addHeader(response, "Allow", allowed);
    return response;
}

void HttpApi::refuseOtherMethods(const QString &pattern, const char *allowed)
{
    if (pattern.contains(u"<arg>"_s)) {
        addRouteWithArgument(m_server, pattern, Method::AnyKnown,
                             [allowed](const QString &, const QHttpServerRequest &request) {
                                 return ready(refuseMethod(request, allowed));
                             });
    } else {
        addRoute(m_server, pattern, Method::AnyKnown,
                 [allowed](const QHttpServerRequest &request) { return ready(refuseMethod(request, allowed)); });
    }
}

static void refuseMissing(const QHttpServerRequest &request, QHttpServerResponder &responder)
{
    const bool isKnownMethod = request.method() != Method::Unknown;
    const int status = isKnownMethod ? 404 : 501;
    const QString message = isKnownMethod ? u"there is nothing at %1"_s.arg(request.url().path()) : u"unknown method"_s;
    const QByteArray body = request.method() == Method::Head ? QByteArray() : toText(errorToJson(status, message));
    responder.write(body, "application/json", Status(status));
}

void HttpApi::setMissingHandler()
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 8, 0)
    m_server.http().setMissingHandler(&m_server.http(), &refuseMissing);
#else
    m_server.http().setMissingHandler([](const QHttpServerRequest &request, QHttpServerResponder &&responder) {
        refuseMissing(request, responder);
    });
#endif
}
