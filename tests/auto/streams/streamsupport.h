// SPDX-License-Identifier: MIT
#ifndef STREAMSUPPORT_H
#define STREAMSUPPORT_H

#include "testsupport.h"

#include <QtNetwork/QTcpServer>
#include <QtNetwork/QTcpSocket>

#include <limits>
#include <mutex>
#include <vector>

// What happened in a service, in order. The test reads it from its own thread. Kept in a std::vector: a QList that is
// shared for a moment is grown in place again after a relaxed look at its count (QArrayDataPointer::needsDetach), and
// to ThreadSanitizer, rightly, that is no order between the other thread's last read and the growth.
class Record
{
public:
    void add(const QByteArray &entry)
    {
        const std::lock_guard lock(m_mutex);
        m_entries.push_back(entry);
    }
    QByteArrayList all() const
    {
        const std::lock_guard lock(m_mutex);
        return QByteArrayList(m_entries.begin(), m_entries.end());
    }
    qsizetype count() const { return all().size(); }
    bool contains(const QByteArray &entry) const { return all().contains(entry); }
    QByteArray last() const { return count() ? all().last() : QByteArray(); }

private:
    mutable std::mutex m_mutex;
    std::vector<QByteArray> m_entries;
};

// first, first + 1, ... last - 1. Not std::views::iota, since Clang 14 can't compile that of GCC 12's library.
class Numbers
{
public:
    explicit Numbers(int first, int last = std::numeric_limits<int>::max()) : m_first(first), m_last(last) { }

    class Iterator
    {
    public:
        explicit Iterator(int number) : m_number(number) { }
        int operator*() const { return m_number; }
        Iterator &operator++()
        {
            ++m_number;
            return *this;
        }
        bool operator!=(const Iterator &other) const { return m_number != other.m_number; }

    private:
        int m_number;
    };
    Iterator begin() const { return Iterator(m_first); }
    Iterator end() const { return Iterator(m_last); }

private:
    int m_first;
    int m_last;
};

// "1", "2", ... "last"
inline QByteArrayList numbers(int last, int first = 1)
{
    QByteArrayList list;
    for (int i = first; i <= last; ++i)
        list << QByteArray::number(i);
    return list;
}
inline QByteArray lines(const QByteArrayList &list)
{
    return list.isEmpty() ? QByteArray() : list.join('\n') + '\n';
}

inline QByteArray kindName(StreamError::Kind kind)
{
    switch (kind) {
    case StreamError::FrameTooLong:
        return "FrameTooLong";
    case StreamError::Malformed:
        return "Malformed";
    case StreamError::Truncated:
        return "Truncated";
    case StreamError::ReadFailed:
        return "ReadFailed";
    case StreamError::WriteFailed:
        return "WriteFailed";
    case StreamError::Overflow:
        return "Overflow";
    }
    return {};
}

// Waits without the pauses that QTest::qWaitFor() makes.
template <typename Condition>
void waitUntil(Condition condition)
{
    const QDeadlineTimer deadline(Patience);
    while (!condition()) {
        if (deadline.hasExpired())
            qFatal("what a test waits for never came");
        QCoreApplication::processEvents();
        std::this_thread::yield();
    }
}

// The other end of a connection: it lives on the test's thread, the socket that connects lives in a service.
class Peer
{
public:
    Peer() { m_server.listen(QHostAddress::LocalHost); }

    void connectSocket(QTcpSocket *socket) const { socket->connectToHost(QHostAddress::LocalHost, port()); }
    quint16 port() const { return m_server.serverPort(); }
    QTcpSocket *accept()
    {
        if (!m_server.hasPendingConnections() && !m_server.waitForNewConnection(60000))
            qFatal("nobody connected");
        return m_server.nextPendingConnection(); // the server's child
    }

private:
    QTcpServer m_server;
};

// A QProcess that starts makes ThreadSanitizer lose sight of what its thread did: it reports a service without streams,
// too.
#ifdef TEST_SANITIZED_THREADS
#  define NEEDS_A_PROCESS() QSKIP("ThreadSanitizer and QProcess don't get on")
#else
#  define NEEDS_A_PROCESS()
#endif

// A port that nobody listens at.
inline quint16 deadPort()
{
    QTcpServer server;
    server.listen(QHostAddress::LocalHost);
    return server.serverPort();
}

// Writes until the system takes no more, and returns how much it took.
inline qint64 pushUntilStuck(QTcpSocket *socket, qint64 size)
{
    socket->write(QByteArray(qsizetype(size), 'x'));
    while (socket->bytesToWrite() > 0 && socket->waitForBytesWritten(300)) { }
    return size - socket->bytesToWrite();
}

// A process is started with vfork(), whose child shares the sanitizer's own notes on the thread and spoils them.
#ifdef TEST_SANITIZED_THREADS
#  define SKIP_IF_FORKING_IS_UNSEEN() QSKIP("ThreadSanitizer loses the order of a thread that starts a process")
#else
#  define SKIP_IF_FORKING_IS_UNSEEN() static_cast<void>(0)
#endif

#endif
