// SPDX-License-Identifier: MIT
#include "resp.h"

#include <algorithm>
#include <charconv>
#include <cstring>

using namespace QtInterlink;

// ---- requests ----

Frame<Request> RequestFramer::next(QByteArrayView bytes, bool)
{
    m_used = 0;
    for (;;) {
        switch (parse(bytes.sliced(m_used))) {
        case Parsed::Part:
            continue;
        case Parsed::Request:
        case Parsed::Failed:
            m_state->isIdle = m_used == bytes.size();
            m_size = 0;
            return Frame<Request>::complete(std::exchange(m_request, {}), m_used);
        case Parsed::Nothing:
            m_state->isIdle = true;
            return m_used > 0 ? Frame<Request>::skipped(m_used) : Frame<Request>::incomplete();
        }
    }
}

RequestFramer::Parsed RequestFramer::parse(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return Parsed::Nothing;
    if (m_bulkSize >= 0)
        return parseBulk(bytes);
    if (m_missing > 0)
        return parseLength(bytes);
    return bytes.front() == '*' ? parseCount(bytes) : parseInline(bytes);
}

RequestFramer::Parsed RequestFramer::fail(QByteArray error)
{
    m_request = {{}, std::move(error)};
    m_missing = 0;
    m_bulkSize = -1;
    m_bulk.clear();
    return Parsed::Failed;
}

// The line at the beginning without its end, if it is there.
std::optional<QByteArrayView> RequestFramer::line(QByteArrayView bytes) const
{
    const qsizetype end = bytes.first(std::min<qsizetype>(bytes.size(), MaxLine)).indexOf('\r');
    if (end < 0 || end + 1 >= bytes.size()) // the line feed may still be on its way
        return {};
    return bytes.first(end);
}

bool RequestFramer::isLineTooLong(QByteArrayView bytes, const char *what)
{
    if (bytes.size() <= MaxLine)
        return false;
    fail(QByteArrayLiteral("Protocol error: too big ") + what);
    return true;
}

RequestFramer::Parsed RequestFramer::parseCount(QByteArrayView bytes)
{
    const std::optional<QByteArrayView> text = line(bytes);
    if (!text)
        return isLineTooLong(bytes, "mbulk count string") ? Parsed::Failed : Parsed::Nothing;
    const std::optional<qint64> count = Resp::toInteger(text->sliced(1));
    if (!count || *count > std::numeric_limits<int>::max())
        return fail("Protocol error: invalid multibulk length");
    if (*count > 10 && !m_state->isTrusted)
        return fail("Protocol error: unauthenticated multibulk length");
    m_used += text->size() + 2;
    if (*count <= 0)
        return Parsed::Part; // an empty request, not worth an answer
    m_missing = *count;
    m_request.arguments.reserve(std::min<qint64>(m_missing, 1024)); // more when they are there
    return Parsed::Part;
}

RequestFramer::Parsed RequestFramer::parseLength(QByteArrayView bytes)
{
    const std::optional<QByteArrayView> text = line(bytes);
    if (!text)
        return isLineTooLong(bytes, "bulk count string") ? Parsed::Failed : Parsed::Nothing;
    if (text->isEmpty() || text->front() != '$')
        return fail("Protocol error: expected '$', got '" + QByteArray(1, bytes.front()) + '\'');
    const std::optional<qint64> size = Resp::toInteger(text->sliced(1));
    if (!size || *size < 0 || *size > MaxBulk)
        return fail("Protocol error: invalid bulk length");
    if (*size > 16384 && !m_state->isTrusted)
        return fail("Protocol error: unauthenticated bulk length");
    m_size += *size + qint64(sizeof(QByteArray));
    if (m_size > MaxRequest)
        return fail("Protocol error: too big request");
    m_used += text->size() + 2;
    m_bulkSize = *size;
    return Parsed::Part;
}

RequestFramer::Parsed RequestFramer::parseBulk(QByteArrayView bytes)
{
    const qint64 missing = m_bulkSize - m_bulk.size();
    if (bytes.size() < missing + 2) {
        // The end and its CR LF come at once, so that half an end needs no state of its own.
        const qint64 part = std::min<qint64>(bytes.size(), missing);
        if (m_bulkSize <= MaxLine || part == 0)
            return Parsed::Nothing;
        m_bulk.append(bytes.first(part)); // grows with what arrives, not with what was announced
        m_used += part;
        return Parsed::Part;
    }
    if (m_bulk.isEmpty()) {
        m_bulk = bytes.first(missing).toByteArray();
    } else {
        m_bulk.append(bytes.first(missing));
        m_bulk.squeeze(); // it may stay for long
    }
    m_used += missing + 2;
    m_bulkSize = -1;
    m_request.arguments.append(std::exchange(m_bulk, {}));
    return --m_missing == 0 ? Parsed::Request : Parsed::Part;
}

static int hexadecimal(char c)
{
    return c >= '0' && c <= '9'    ? c - '0'
            : c >= 'a' && c <= 'f' ? c - 'a' + 10
            : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                   : -1;
}

static bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// Words between spaces, some of them in quotes; nothing if a quote isn't closed.
static std::optional<QByteArrayList> words(QByteArrayView line)
{
    QByteArrayList list;
    const char *c = line.begin();
    const char *const end = line.end();
    for (;;) {
        while (c != end && isSpace(*c))
            ++c;
        if (c == end)
            return list;
        QByteArray word("");
        char quote = 0;
        for (; quote || (c != end && !isSpace(*c)); ++c) {
            if (c == end)
                return {};
            if (!quote && (*c == '"' || *c == '\'')) {
                quote = *c;
            } else if (quote && *c == quote) {
                if (c + 1 != end && !isSpace(c[1]))
                    return {};
                quote = 0;
            } else if (quote == '\'' && *c == '\\' && c + 1 != end && c[1] == '\'') {
                word += *++c;
            } else if (quote == '"' && *c == '\\' && end - c > 3 && c[1] == 'x' && hexadecimal(c[2]) >= 0
                       && hexadecimal(c[3]) >= 0) {
                word += char(hexadecimal(c[2]) * 16 + hexadecimal(c[3]));
                c += 3;
            } else if (quote == '"' && *c == '\\' && c + 1 != end) {
                static constexpr char from[] = "nrtba";
                static constexpr char to[] = "\n\r\t\b\a";
                const char *const known = std::find(from, from + 5, *++c);
                word += known != from + 5 ? to[known - from] : *c;
            } else {
                word += *c;
            }
        }
        list.append(word);
    }
}

RequestFramer::Parsed RequestFramer::parseInline(QByteArrayView bytes)
{
    const qsizetype end = bytes.first(std::min<qsizetype>(bytes.size(), MaxLine)).indexOf('\n');
    if (end < 0)
        return isLineTooLong(bytes, "inline request") ? Parsed::Failed : Parsed::Nothing;
    std::optional<QByteArrayList> list = words(bytes.first(end));
    if (!list)
        return fail("Protocol error: unbalanced quotes in request");
    m_used += end + 1;
    if (list->isEmpty())
        return Parsed::Part;
    m_request.arguments = std::move(*list);
    return Parsed::Request;
}

// ---- replies ----

// Returns how long the line is.
static qsizetype writeNumber(char (&text)[32], char type, qint64 number)
{
    text[0] = type;
    char *const end = std::to_chars(text + 1, text + 24, number).ptr;
    end[0] = '\r';
    end[1] = '\n';
    return end + 2 - text;
}

static QByteArray numbered(char type, qint64 number)
{
    char text[32];
    return QByteArray(text, writeNumber(text, type, number));
}

QByteArray Resp::simple(QByteArrayView text)
{
    return '+' + text.toByteArray() + "\r\n";
}

QByteArray Resp::integer(qint64 number)
{
    return numbered(':', number);
}

QByteArray Resp::header(qsizetype count)
{
    return numbered('*', count);
}

// The length's line of a bulk.
struct BulkHead
{
    explicit BulkHead(qsizetype bulkSize) : size(writeNumber(text, '$', bulkSize)) { }
    void write(char *to, QByteArrayView bytes) const
    {
        std::memcpy(to, text, size_t(size));
        if (!bytes.isEmpty())
            std::memcpy(to + size, bytes.data(), size_t(bytes.size()));
        std::memcpy(to + size + bytes.size(), "\r\n", 2);
    }
    char text[32];
    qsizetype size;
};

void Resp::appendBulk(QByteArray &reply, QByteArrayView bytes)
{
    const BulkHead head(bytes.size());
    const qsizetype before = reply.size();
    reply.resize(before + head.size + bytes.size() + 2);
    head.write(reply.data() + before, bytes);
}

QByteArray Resp::bulk(QByteArrayView bytes)
{
    const BulkHead head(bytes.size());
    QByteArray reply(head.size + bytes.size() + 2, Qt::Uninitialized);
    head.write(reply.data(), bytes);
    return reply;
}

QByteArray Resp::array(const QByteArrayList &replies)
{
    return header(replies.size()) + replies.join();
}

QByteArray Resp::bulks(const QByteArrayList &strings)
{
    QByteArray reply = header(strings.size());
    for (const QByteArray &string : strings)
        appendBulk(reply, string);
    return reply;
}

QByteArray Resp::error(QByteArrayView text)
{
    QByteArray line = '-' + text.toByteArray();
    line.replace('\r', ' ').replace('\n', ' ');
    return line + "\r\n";
}

QByteArray Resp::wrongType()
{
    return QByteArrayLiteral("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
}

QByteArray Resp::syntaxError()
{
    return QByteArrayLiteral("-ERR syntax error\r\n");
}

QByteArray Resp::notAnInteger()
{
    return QByteArrayLiteral("-ERR value is not an integer or out of range\r\n");
}

QByteArray Resp::wrongArity(QByteArrayView command)
{
    return error("ERR wrong number of arguments for '" + command.toByteArray().toLower() + "' command");
}

std::optional<qint64> Resp::toInteger(QByteArrayView text)
{
    qint64 number = 0;
    const auto [end, problem] = std::from_chars(text.begin(), text.end(), number);
    if (problem != std::errc() || end != text.end())
        return {};
    const QByteArrayView digits = text.startsWith('-') ? text.sliced(1) : text;
    if (digits.startsWith('0') && text.size() > 1)
        return {};
    return number;
}

bool Resp::isWord(QByteArrayView text, const char *upperCase)
{
    return text.compare(QByteArrayView(upperCase), Qt::CaseInsensitive) == 0;
}
