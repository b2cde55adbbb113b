// SPDX-License-Identifier: MIT
#ifndef RESP_H
#define RESP_H

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayList>
#include <QtInterlink/Framer>

#include <optional>

// RESP2, the protocol: requests as they come in, replies as they go out.

// A command's name and what follows it. Not the list's but each argument's bytes are a copy of what came over the
// network, so that a value moves into the store as it is.
struct Request
{
    QByteArrayList arguments;
    QByteArray error; // not empty: what came was no request, and nothing that follows makes sense
};

// Cuts the bytes of a connection into requests: arrays of bulk strings, or lines for people with telnet. Argument by
// argument, so that a large request isn't looked at from its beginning each time when more of it has arrived, and a
// large bulk goes straight to where it stays.
class RequestFramer
{
public:
    using Item = Request;
    static constexpr qint64 MaxLine = 64 * 1024;
    static constexpr qint64 MaxBulk = 512 * 1024 * 1024;
    static constexpr qint64 MaxRequest = 1024 * 1024 * 1024; // with what the arguments cost us beside their bytes

    // What a connection and its framer know of each other. It belongs to the connection.
    struct State
    {
        bool isTrusted = true; // has given the password: who hasn't may not make us keep much
        bool isIdle = true; // all that has arrived was handed on, but for half a request
    };
    explicit RequestFramer(State *state) noexcept : m_state(state) { }

    QtInterlink::Frame<Request> next(QByteArrayView bytes, bool atEnd);

private:
    enum class Parsed { Part, Nothing, Request, Failed };

    Parsed parse(QByteArrayView bytes);
    Parsed parseInline(QByteArrayView bytes);
    Parsed parseCount(QByteArrayView bytes);
    Parsed parseLength(QByteArrayView bytes);
    Parsed parseBulk(QByteArrayView bytes);
    std::optional<QByteArrayView> line(QByteArrayView bytes) const;
    bool isLineTooLong(QByteArrayView bytes, const char *what);
    Parsed fail(QByteArray error);

    State *m_state;
    Request m_request; // so far
    qsizetype m_used = 0; // of the bytes of this call
    qint64 m_missing = 0; // arguments; 0: a request begins
    qint64 m_bulkSize = -1; // of the bulk that is under way
    QByteArray m_bulk; // what there is of it, if it is a large one
    qint64 m_size = 0; // of the request
};

// What replies are made of.
namespace Resp {

inline QByteArray ok()
{
    return QByteArrayLiteral("+OK\r\n");
}
inline QByteArray nil()
{
    return QByteArrayLiteral("$-1\r\n");
}
inline QByteArray nilArray()
{
    return QByteArrayLiteral("*-1\r\n");
}
QByteArray simple(QByteArrayView text);
QByteArray integer(qint64 number);
QByteArray bulk(QByteArrayView bytes);
QByteArray header(qsizetype count); // of an array; its elements follow
QByteArray array(const QByteArrayList &replies);
QByteArray bulks(const QByteArrayList &strings);
QByteArray error(QByteArrayView text); // with its code: "ERR syntax error"
void appendBulk(QByteArray &reply, QByteArrayView bytes);

// Errors that more than one command knows.
QByteArray wrongType();
QByteArray syntaxError();
QByteArray notAnInteger();
QByteArray wrongArity(QByteArrayView command);

// Takes what the reference server takes: no spaces, no plus, no leading zeros.
std::optional<qint64> toInteger(QByteArrayView text);
bool isWord(QByteArrayView text, const char *upperCase); // in whatever case
} // namespace Resp

#endif
