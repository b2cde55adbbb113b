// SPDX-License-Identifier: MIT
#include "boundedserver.h"

#include <QtCore/QTimer>

using namespace std::chrono_literals;

static constexpr qint64 MaxHeader = 64 * 1024;

static QByteArray withHeader(const QByteArray &body)
{
    return "HTTP/1.1 413 Payload Too Large\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
            + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

// What comes is thrown away for a moment: if a socket is closed while it has something unread, the client may lose the
// answer.
static void refuse(QTcpSocket *socket, const QByteArray &answer)
{
    QObject::disconnect(socket, &QTcpSocket::readyRead, nullptr, nullptr); // nobody else sees it any more
    if (socket->isTransactionStarted())
        socket->commitTransaction();
    socket->readAll();
    QObject::connect(socket, &QTcpSocket::readyRead, socket, [socket] { socket->readAll(); });
    QTimer::singleShot(2s, socket, [socket] { socket->abort(); });
    socket->write(answer);
}

BoundedServer::BoundedServer(qint64 maxBody, const QByteArray &refusal)
    : m_maxRequest(maxBody + MaxHeader), m_answer(withHeader(refusal))
{
}

void BoundedServer::incomingConnection(qintptr descriptor)
{
    auto *const socket = new QTcpSocket(this);
    socket->setSocketDescriptor(descriptor);
    // Connected before QHttpServer does so, and therefore called first. QHttpServer reads what there is, in a
    // transaction that lasts until the request is complete: so all that has come of the request can be counted.
    connect(socket, &QTcpSocket::readyRead, socket, [this, socket, count = qint64(0)]() mutable {
        count = (socket->isTransactionStarted() ? count : 0) + socket->bytesAvailable();
        if (count > m_maxRequest)
            refuse(socket, m_answer);
    });
    const std::pair peer(socket->peerAddress(), socket->peerPort());
    m_connections.insert(peer, socket);
    connect(socket, &QObject::destroyed, this, [this, peer] {
        if (m_connections.value(peer).isNull()) // and not already the next one from there
            m_connections.remove(peer);
    });
    addPendingConnection(socket);
}

QPointer<QTcpSocket> BoundedServer::connection(const QHostAddress &address, quint16 port) const
{
    return m_connections.value({address, port});
}
