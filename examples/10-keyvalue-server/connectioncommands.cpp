// SPDX-License-Identifier: MIT
#include "commands.h"
#include "glob.h"

#include <QtCore/QCoreApplication>

using namespace QtInterlink;

// ---- commands that touch no keys ----

QByteArray Connection::auth(const Arguments &arguments)
{
    if (arguments.size() > 3)
        return Resp::syntaxError();
    const QByteArray &password = m_environment->options.password;
    const bool isNamed = arguments.size() == 3;
    if (!isNamed && password.isEmpty()) {
        return Resp::error("ERR AUTH <password> called without any password configured for the default user. Are you "
                           "sure your configuration is correct?");
    }
    if ((isNamed && arguments[1] != "default") || (!password.isEmpty() && arguments.last() != password))
        return Resp::error("WRONGPASS invalid username-password pair or user is disabled.");
    m_framer.isTrusted = true;
    return Resp::ok();
}

static QByteArray describe(const Command &command)
{
    const QByteArray nothing = Resp::header(0);
    return Resp::array({Resp::bulk(command.name), Resp::integer(command.arity), nothing,
                        Resp::integer(command.lastKey != 0), Resp::integer(command.lastKey),
                        Resp::integer(command.step), nothing, nothing, nothing, nothing});
}

static QByteArray unknownSubcommand(const char *command, const QByteArray &subcommand)
{
    return Resp::error("ERR unknown subcommand '" + subcommand.first(std::min<qsizetype>(subcommand.size(), 128))
                       + "'. Try " + command + " HELP.");
}

QByteArray Connection::command(const Arguments &arguments)
{
    const bool isInfo = arguments.size() > 1 && Resp::isWord(arguments[1], "INFO");
    QByteArrayList list;
    if (arguments.size() == 1 || (isInfo && arguments.size() == 2)) {
        for (const Command &command : allCommands())
            list.append(describe(command));
    } else if (isInfo) {
        for (qsizetype i = 2; i < arguments.size(); ++i) {
            const Command *const command = findCommand(arguments[i]);
            list.append(command ? describe(*command) : Resp::nilArray());
        }
    } else if (Resp::isWord(arguments[1], "COUNT")) {
        return arguments.size() == 2 ? Resp::integer(qint64(allCommands().size())) : Resp::wrongArity("command|count");
    } else if (!Resp::isWord(arguments[1], "DOCS")) { // redis-cli asks for these; there are none
        return unknownSubcommand("COMMAND", arguments[1]);
    }
    return Resp::array(list);
}

QByteArray Connection::config(const Arguments &arguments)
{
    if (!Resp::isWord(arguments[1], "GET"))
        return unknownSubcommand("CONFIG", arguments[1]);
    if (arguments.size() < 3)
        return Resp::wrongArity("config|get");
    const Options &options = m_environment->options;
    const std::pair<const char *, QByteArray> settings[] = {
            {"appendonly", "no"},
            {"bind", options.address.toString().toLatin1()},
            {"databases", "1"},
            {"maxclients", QByteArray::number(options.maxConnections)},
            {"maxmemory", "0"},
            {"port", QByteArray::number(options.port)},
            {"proto-max-bulk-len", QByteArray::number(RequestFramer::MaxBulk)},
            {"requirepass", options.password},
            {"save", ""},
            {"timeout", "0"},
    };
    QByteArrayList found;
    for (const auto &[name, value] : settings) {
        const auto isMeant = [name = name](const QByteArray &pattern) { return matchesGlob(pattern.toLower(), name); };
        if (std::any_of(arguments.begin() + 2, arguments.end(), isMeant))
            found << name << value;
    }
    return Resp::bulks(found);
}

QByteArray Connection::echo(const Arguments &arguments)
{
    return Resp::bulk(arguments[1]);
}

QByteArray Connection::ping(const Arguments &arguments)
{
    if (arguments.size() > 2)
        return Resp::wrongArity(arguments[0]);
    if (!m_channels.isEmpty())
        return Resp::bulks({"pong", arguments.value(1)});
    return arguments.size() == 1 ? Resp::simple("PONG") : Resp::bulk(arguments[1]);
}

QByteArray Connection::select(const Arguments &arguments)
{
    const std::optional<qint64> number = Resp::toInteger(arguments[1]);
    if (!number || *number != int(*number))
        return Resp::notAnInteger();
    return *number == 0 ? Resp::ok() : Resp::error("ERR DB index is out of range");
}

// ---- commands for several shards ----

// The keys of each shard, in their order; with their values if \a step is 2.
std::vector<QByteArrayList> Connection::byShard(const Arguments &arguments, qsizetype step) const
{
    std::vector<QByteArrayList> parts(m_environment->shards.size());
    for (qsizetype i = 1; i < arguments.size(); i += step)
        parts[m_environment->shardNumber(arguments[i])] += arguments.sliced(i, step);
    return parts;
}

Task<QByteArray> Connection::delOrExists(Arguments arguments)
{
    const bool isDel = Resp::isWord(arguments[0], "DEL");
    std::vector<QByteArrayList> parts = byShard(arguments, 1);
    std::vector<Reply<qint64>> counts;
    for (size_t shard = 0; shard < parts.size(); ++shard) {
        if (!parts[shard].isEmpty())
            counts.push_back(m_environment->shards[shard].send<CountKeys>(std::move(parts[shard]), isDel));
    }
    qint64 sum = 0;
    for (Reply<qint64> &count : counts)
        sum += co_await count;
    co_return Resp::integer(sum);
}

Task<QByteArray> Connection::mget(Arguments arguments)
{
    std::vector<QByteArrayList> parts = byShard(arguments, 1);
    std::vector<Reply<QByteArrayList>> replies;
    for (size_t shard = 0; shard < parts.size(); ++shard)
        replies.push_back(m_environment->shards[shard].send<FetchKeys>(std::move(parts[shard])));
    std::vector<QByteArrayList> values;
    for (Reply<QByteArrayList> &reply : replies)
        values.push_back(co_await reply);
    QByteArray reply = Resp::header(arguments.size() - 1);
    for (qsizetype i = 1; i < arguments.size(); ++i)
        reply += values[m_environment->shardNumber(arguments[i])].takeFirst();
    co_return reply;
}

// Not at one blow, as the reference server does it: who reads meanwhile may find the new values of one shard beside the
// old ones of another.
Task<QByteArray> Connection::mset(Arguments arguments)
{
    const std::vector<QByteArrayList> parts = byShard(arguments, 2);
    std::vector<Reply<QByteArray>> done;
    for (size_t shard = 0; shard < parts.size(); ++shard) {
        if (!parts[shard].isEmpty()) {
            Arguments part = Arguments{arguments[0]} + parts[shard];
            done.push_back(m_environment->shards[shard].send<Execute>(&KeyCommands::mset, std::move(part)));
        }
    }
    for (Reply<QByteArray> &reply : done)
        co_await reply;
    co_return Resp::ok();
}

Task<QByteArray> Connection::flushall(Arguments arguments)
{
    const bool isPlain = arguments.size() == 1;
    if (!isPlain
        && (arguments.size() > 2 || !(Resp::isWord(arguments[1], "SYNC") || Resp::isWord(arguments[1], "ASYNC"))))
        co_return Resp::syntaxError();
    std::vector<Reply<void>> done;
    for (const Link<Shard> &shard : m_environment->shards)
        done.push_back(shard.send<Clear>());
    for (Reply<void> &reply : done)
        co_await reply;
    co_return Resp::ok();
}

Task<QByteArray> Connection::dbsize(Arguments)
{
    std::vector<Reply<CountAll::Response>> counts;
    for (const Link<Shard> &shard : m_environment->shards)
        counts.push_back(shard.send<CountAll>());
    qint64 sum = 0;
    for (Reply<CountAll::Response> &count : counts)
        sum += (co_await count).first;
    co_return Resp::integer(sum);
}

Task<QByteArray> Connection::keys(Arguments arguments)
{
    std::vector<Reply<QByteArrayList>> lists;
    for (const Link<Shard> &shard : m_environment->shards)
        lists.push_back(shard.send<ListKeys>(arguments[1]));
    QByteArrayList keys;
    for (Reply<QByteArrayList> &list : lists)
        keys += co_await list;
    co_return Resp::bulks(keys);
}

// One shard after the other, until there are enough keys. The cursor is the slot to go on with, which is a shard's.
Task<QByteArray> Connection::scan(Arguments arguments)
{
    bool isCursor = false;
    quint64 slot = arguments[1].toULongLong(&isCursor);
    if (!isCursor)
        co_return Resp::error("ERR invalid cursor");
    qint64 count = 10;
    ListSlot request = {};
    for (qsizetype i = 2; i < arguments.size(); i += 2) {
        if (i + 1 == arguments.size())
            co_return Resp::syntaxError();
        if (Resp::isWord(arguments[i], "COUNT")) {
            const std::optional<qint64> number = Resp::toInteger(arguments[i + 1]);
            if (!number)
                co_return Resp::notAnInteger();
            if (*number < 1)
                co_return Resp::syntaxError();
            count = *number;
        } else if (Resp::isWord(arguments[i], "MATCH")) {
            request.pattern = arguments[i + 1];
        } else if (Resp::isWord(arguments[i], "TYPE")) {
            request.type = arguments[i + 1].toLower();
        } else {
            co_return Resp::syntaxError();
        }
    }
    const size_t shards = m_environment->shards.size();
    QByteArrayList keys;
    while (slot < quint64(SlotCount) && count > 0) {
        const size_t shard = size_t(slot) % shards;
        const auto page =
                co_await m_environment->shards[shard].send<ListSlot>(int(slot), count, request.pattern, request.type);
        keys += page.keys;
        count -= page.seen;
        slot = page.next < SlotCount ? quint64(page.next) : shard + 1 < shards ? shard + 1 : quint64(SlotCount);
    }
    const QByteArray cursor = QByteArray::number(slot < quint64(SlotCount) ? slot : 0);
    co_return Resp::array({Resp::bulk(cursor), Resp::bulks(keys)});
}

Task<QByteArray> Connection::info(Arguments arguments)
{
    std::vector<Reply<CountAll::Response>> counts;
    for (const Link<Shard> &shard : m_environment->shards)
        counts.push_back(shard.send<CountAll>());
    qint64 keys = 0;
    qint64 expiring = 0;
    for (Reply<CountAll::Response> &count : counts) {
        const auto [all, some] = co_await count;
        keys += all;
        expiring += some;
    }
    const auto number = [](qint64 value) { return QByteArray::number(value) + "\r\n"; };
    const Options &options = m_environment->options;
    const std::pair<const char *, QByteArray> sections[] = {
            {"Server",
             "redis_version:7.0.0\r\nredis_mode:standalone\r\nserver_name:keyvalue-server\r\nprocess_id:"
                     + number(QCoreApplication::applicationPid()) + "tcp_port:" + number(options.port)
                     + "uptime_in_seconds:" + number(m_environment->upTime.elapsed() / 1000)},
            {"Clients",
             "connected_clients:" + number(m_environment->connections)
                     + "maxclients:" + number(options.maxConnections)},
            {"Stats", "total_connections_received:" + number(m_environment->accepted)},
            {"Keyspace",
             keys == 0 ? QByteArray()
                       : "db0:keys=" + QByteArray::number(keys) + ",expires=" + number(expiring).chopped(2)
                             + ",avg_ttl=0\r\n"},
    };
    QByteArrayList texts;
    for (const auto &[name, text] : sections) {
        const auto isMeant = [name = name](const QByteArray &word) {
            const QByteArray lower = word.toLower();
            return lower == QByteArray(name).toLower() || lower == "all" || lower == "everything" || lower == "default";
        };
        if (arguments.size() == 1 || std::any_of(arguments.begin() + 1, arguments.end(), isMeant))
            texts.append(QByteArray("# ") + name + "\r\n" + text);
    }
    co_return Resp::bulk(texts.join("\r\n"));
}

// ---- channels ----

static QByteArray confirmation(const char *what, const QByteArray &channel, qsizetype count)
{
    return Resp::array({Resp::bulk(what), channel.isNull() ? Resp::nil() : Resp::bulk(channel), Resp::integer(count)});
}

Task<QByteArray> Connection::publish(Arguments arguments)
{
    co_return co_await m_environment->pubSub.send<Publish>(arguments[1], arguments[2]);
}

Task<QByteArray> Connection::subscribe(Arguments arguments)
{
    std::vector<Reply<QByteArray>> replies;
    for (const QByteArray &channel : arguments.sliced(1)) {
        m_channels.insert(channel);
        replies.push_back(m_environment->pubSub.send<Subscribe>(channel, m_link,
                                                                confirmation("subscribe", channel, m_channels.size())));
    }
    QByteArray all;
    for (Reply<QByteArray> &reply : replies)
        all += co_await reply;
    co_return all;
}

Task<QByteArray> Connection::unsubscribe(Arguments arguments)
{
    QByteArrayList channels = arguments.size() > 1 ? arguments.sliced(1) : m_channels.values();
    if (channels.isEmpty())
        co_return confirmation("unsubscribe", QByteArray(), 0);
    std::vector<Reply<QByteArray>> replies;
    for (const QByteArray &channel : channels) {
        m_channels.remove(channel);
        replies.push_back(m_environment->pubSub.send<Unsubscribe>(
                channel, m_link, confirmation("unsubscribe", channel, m_channels.size())));
    }
    QByteArray all;
    for (Reply<QByteArray> &reply : replies)
        all += co_await reply;
    co_return all;
}
