// SPDX-License-Identifier: MIT
#ifndef BOUNDEDSERVER_H
#define BOUNDEDSERVER_H

#include <QtCore/QHash>
#include <QtCore/QPointer>
#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

#include <utility>

// Accepts connections for a QHttpServer, which before Qt 6.11 gathers a request's body however large it is. Here a
// connection whose request goes on and on is told so, with status 413, and closed.
class BoundedServer : public QTcpServer
{
public:
    // \a refusal is the body of that answer, in JSON.
    BoundedServer(qint64 maxBody, const QByteArray &refusal);

    // The connection from there; null if it is gone.
    QPointer<QTcpSocket> connection(const QHostAddress &address, quint16 port) const;

protected:
    void incomingConnection(qintptr descriptor) override;

private:
    const qint64 m_maxRequest;
    const QByteArray m_answer;
    QHash<std::pair<QHostAddress, quint16>, QPointer<QTcpSocket>> m_connections; // by the other end
};

#endif
