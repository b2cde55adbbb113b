// SPDX-License-Identifier: MIT
#include "viewer.h"

#include "json.h"

#include <QtCore/QJsonDocument>

using namespace QtInterlink;
using namespace std::chrono_literals;

static constexpr quint64 MaxIncoming = 1024;

Viewer::Viewer(std::unique_ptr<QWebSocket> socket, MessageLink<NextChanges> jobs)
    : m_socket(std::move(socket)), m_jobs(std::move(jobs))
{
    m_socket->setMaxAllowedIncomingMessageSize(MaxIncoming);
}

void Viewer::started(Context &context)
{
    context.attachStream(m_socket.get(), {.stopAtEnd = true});
    context.spawn(push(context));
}

Task<> Viewer::push(Context &context)
{
    quint64 revision = 0; // older than anything
    try {
        for (;;) {
            const Changes changes = co_await m_jobs.send(revision);
            revision = changes.revision;
            m_socket->sendTextMessage(QString::fromUtf8(QJsonDocument(toJson(changes)).toJson(QJsonDocument::Compact)));
            while (m_socket->bytesToWrite() > 0)
                co_await QtFuture::connect(m_socket.get(), &QWebSocket::bytesWritten);
            co_await context.sleep(40ms); // nobody sees more than that
        }
    } catch (const LinkException &) {
        context.stop(); // the queue has ended, and so does the program
    }
}
