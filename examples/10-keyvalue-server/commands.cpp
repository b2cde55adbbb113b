// SPDX-License-Identifier: MIT
#include "commands.h"

#include <algorithm>

const std::vector<Command> &allCommands()
{
    namespace K = KeyCommands;
    using C = Connection;
    // Sorted by name.
    static const std::vector<Command> commands = {
            {"append", 3, 1, 1, K::append},
            {"auth", -2, 0, 0, nullptr, &C::auth},
            {"command", -1, 0, 0, nullptr, &C::command},
            {"config", -2, 0, 0, nullptr, &C::config},
            {"dbsize", 1, 0, 0, nullptr, nullptr, &C::dbsize},
            {"decr", 2, 1, 1, K::decr},
            {"del", -2, -1, 1, K::del, nullptr, &C::delOrExists},
            {"echo", 2, 0, 0, nullptr, &C::echo},
            {"exists", -2, -1, 1, K::exists, nullptr, &C::delOrExists},
            {"expire", -3, 1, 1, K::expire},
            {"flushall", -1, 0, 0, nullptr, nullptr, &C::flushall},
            {"get", 2, 1, 1, K::get},
            {"getdel", 2, 1, 1, K::getdel},
            {"hdel", -3, 1, 1, K::hdel},
            {"hget", 3, 1, 1, K::hget},
            {"hgetall", 2, 1, 1, K::hgetall},
            {"hlen", 2, 1, 1, K::hlen},
            {"hset", -4, 1, 1, K::hset},
            {"incr", 2, 1, 1, K::incr},
            {"incrby", 3, 1, 1, K::incrby},
            {"info", -1, 0, 0, nullptr, nullptr, &C::info},
            {"keys", 2, 0, 0, nullptr, nullptr, &C::keys},
            {"llen", 2, 1, 1, K::llen},
            {"lpop", -2, 1, 1, K::lpop},
            {"lpush", -3, 1, 1, K::lpush},
            {"lrange", 4, 1, 1, K::lrange},
            {"mget", -2, -1, 1, K::mget, nullptr, &C::mget},
            {"mset", -3, -1, 2, K::mset, nullptr, &C::mset},
            {"persist", 2, 1, 1, K::persist},
            {"pexpire", -3, 1, 1, K::pexpire},
            {"ping", -1, 0, 0, nullptr, &C::ping, nullptr, true},
            {"pttl", 2, 1, 1, K::pttl},
            {"publish", 3, 0, 0, nullptr, nullptr, &C::publish},
            {"rpop", -2, 1, 1, K::rpop},
            {"rpush", -3, 1, 1, K::rpush},
            {"sadd", -3, 1, 1, K::sadd},
            {"scan", -2, 0, 0, nullptr, nullptr, &C::scan},
            {"scard", 2, 1, 1, K::scard},
            {"select", 2, 0, 0, nullptr, &C::select},
            {"set", -3, 1, 1, K::set},
            {"smembers", 2, 1, 1, K::smembers},
            {"spop", -2, 1, 1, K::spop},
            {"srem", -3, 1, 1, K::srem},
            {"strlen", 2, 1, 1, K::strlen},
            {"subscribe", -2, 0, 0, nullptr, nullptr, &C::subscribe, true},
            {"ttl", 2, 1, 1, K::ttl},
            {"type", 2, 1, 1, K::type},
            {"unsubscribe", -1, 0, 0, nullptr, nullptr, &C::unsubscribe, true},
    };
    return commands;
}

const Command *findCommand(QByteArrayView name)
{
    static const std::vector<Command> &commands = allCommands();
    const auto isBefore = [](const Command &command, QByteArrayView name) {
        return name.compare(QByteArrayView(command.name), Qt::CaseInsensitive) > 0;
    };
    const auto found = std::lower_bound(commands.begin(), commands.end(), name, isBefore);
    const bool isIt = found != commands.end() && name.compare(QByteArrayView(found->name), Qt::CaseInsensitive) == 0;
    return isIt ? &*found : nullptr;
}

bool Command::takes(qsizetype arguments) const noexcept
{
    const bool isEnough = arity < 0 ? arguments >= -arity : arguments == arity;
    return isEnough && (step < 2 || arguments % 2 == 1); // keys with their values
}
