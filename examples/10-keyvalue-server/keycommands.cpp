// SPDX-License-Identifier: MIT
#include "keycommands.h"

#include "resp.h"

#include <limits>

// ---- what commands have in common ----

// The value of a command that doesn't make one. In a condition it says that there is such a value; else reply() has
// what to say: the command's own words for a key that doesn't exist, or that it has another type.
template <typename T>
class Found
{
public:
    Found(Keyspace &keys, const QByteArray &key) : m_value(keys.get<T>(key, &m_isOther)) { }
    explicit operator bool() const noexcept { return m_value; }
    T *operator->() const noexcept { return m_value; }
    T &operator*() const noexcept { return *m_value; }
    bool isOther() const noexcept { return m_isOther; }
    QByteArray reply(QByteArray ifMissing) const { return m_isOther ? Resp::wrongType() : ifMissing; }

private:
    bool m_isOther = false;
    T *m_value;
};

// The same for a command that makes a value where there is none; null if the key has another type.
template <typename T>
static T *made(Keyspace &keys, const QByteArray &key)
{
    const Found<T> found(keys, key);
    if (found || found.isOther())
        return found ? &*found : nullptr;
    return std::get_if<T>(&keys.insert(key, T()));
}

template <typename T>
static QByteArray sizeOf(Keyspace &keys, const QByteArray &key)
{
    const Found<T> found(keys, key);
    return found ? Resp::integer(found->size()) : found.reply(Resp::integer(0));
}

// How many elements LPOP, RPOP and SPOP shall take.
static std::optional<qint64> popCount(const Arguments &arguments)
{
    const std::optional<qint64> count = arguments.size() > 2 ? Resp::toInteger(arguments[2]) : 1;
    return count && *count >= 0 ? count : std::nullopt;
}

static QByteArray notPositive()
{
    return Resp::error("ERR value is out of range, must be positive");
}

static QByteArray wrongExpiry(const char *command)
{
    return Resp::error(QByteArray("ERR invalid expire time in '") + command + "' command");
}

// When \a duration is over; nothing if no clock will show that.
static std::optional<Time> timeAfter(qint64 duration, qint64 unit)
{
    constexpr qint64 max = std::numeric_limits<qint64>::max();
    const qint64 start = now();
    if (duration > (max - start) / unit || duration < -max / unit)
        return {};
    return start + duration * unit;
}

// ---- keys ----

QByteArray KeyCommands::type(Keyspace &keys, const Arguments &arguments)
{
    const Value *const value = keys.find(arguments[1]);
    return Resp::simple(value ? typeName(*value) : "none");
}

QByteArray KeyCommands::del(Keyspace &keys, const Arguments &arguments)
{
    qint64 count = 0;
    for (qsizetype i = 1; i < arguments.size(); ++i)
        count += keys.remove(arguments[i]);
    return Resp::integer(count);
}

QByteArray KeyCommands::exists(Keyspace &keys, const Arguments &arguments)
{
    qint64 count = 0;
    for (qsizetype i = 1; i < arguments.size(); ++i)
        count += keys.find(arguments[i]) != nullptr;
    return Resp::integer(count);
}

static QByteArray expireAfter(Keyspace &keys, const Arguments &arguments, qint64 unit, const char *name)
{
    const std::optional<qint64> duration = Resp::toInteger(arguments[2]);
    if (!duration)
        return Resp::notAnInteger();
    if (arguments.size() > 3)
        return Resp::error("ERR Unsupported option " + arguments[3]);
    const std::optional<Time> time = timeAfter(*duration, unit);
    if (!time)
        return wrongExpiry(name);
    if (!keys.find(arguments[1]))
        return Resp::integer(0);
    if (*duration <= 0)
        keys.remove(arguments[1]);
    else
        keys.setExpiry(arguments[1], *time);
    return Resp::integer(1);
}

QByteArray KeyCommands::expire(Keyspace &keys, const Arguments &arguments)
{
    return expireAfter(keys, arguments, 1000, "expire");
}

QByteArray KeyCommands::pexpire(Keyspace &keys, const Arguments &arguments)
{
    return expireAfter(keys, arguments, 1, "pexpire");
}

// In milliseconds, or -1 for a key that stays, or -2 for one that doesn't exist.
static qint64 timeLeft(Keyspace &keys, const QByteArray &key)
{
    if (!keys.find(key))
        return -2;
    const Time expiry = keys.expiry(key);
    return expiry == Never ? -1 : std::max<qint64>(expiry - now(), 0);
}

QByteArray KeyCommands::ttl(Keyspace &keys, const Arguments &arguments)
{
    const qint64 left = timeLeft(keys, arguments[1]);
    return Resp::integer(left < 0 ? left : (left + 500) / 1000);
}

QByteArray KeyCommands::pttl(Keyspace &keys, const Arguments &arguments)
{
    return Resp::integer(timeLeft(keys, arguments[1]));
}

QByteArray KeyCommands::persist(Keyspace &keys, const Arguments &arguments)
{
    const bool expires = keys.find(arguments[1]) && keys.expiry(arguments[1]) != Never;
    if (expires)
        keys.setExpiry(arguments[1], Never);
    return Resp::integer(expires);
}

// ---- strings ----

QByteArray KeyCommands::set(Keyspace &keys, const Arguments &arguments)
{
    const QByteArray &key = arguments[1];
    bool onlyNew = false;
    bool onlyOld = false;
    qint64 unit = 0; // of the expiry; 0: none
    qsizetype durationAt = 0;
    for (qsizetype i = 3; i < arguments.size(); ++i) {
        const bool isSeconds = Resp::isWord(arguments[i], "EX");
        if (Resp::isWord(arguments[i], "NX") && !onlyOld) {
            onlyNew = true;
        } else if (Resp::isWord(arguments[i], "XX") && !onlyNew) {
            onlyOld = true;
        } else if ((isSeconds || Resp::isWord(arguments[i], "PX")) && !unit && i + 1 < arguments.size()) {
            unit = isSeconds ? 1000 : 1;
            durationAt = ++i;
        } else {
            return Resp::syntaxError();
        }
    }
    std::optional<Time> expiry = Never;
    if (unit) {
        const std::optional<qint64> duration = Resp::toInteger(arguments[durationAt]);
        if (!duration)
            return Resp::notAnInteger();
        expiry = *duration > 0 ? timeAfter(*duration, unit) : std::nullopt;
        if (!expiry)
            return wrongExpiry("set");
    }
    if ((onlyNew || onlyOld) && (keys.find(key) != nullptr) != onlyOld)
        return Resp::nil();
    keys.insert(key, arguments[2]);
    if (*expiry != Never)
        keys.setExpiry(key, *expiry);
    return Resp::ok();
}

QByteArray KeyCommands::get(Keyspace &keys, const Arguments &arguments)
{
    const Found<String> string(keys, arguments[1]);
    return string ? Resp::bulk(*string) : string.reply(Resp::nil());
}

QByteArray KeyCommands::getdel(Keyspace &keys, const Arguments &arguments)
{
    const QByteArray reply = get(keys, arguments);
    if (Found<String>(keys, arguments[1]))
        keys.remove(arguments[1]);
    return reply;
}

QByteArray KeyCommands::fetch(Keyspace &keys, const QByteArray &key)
{
    const Found<String> string(keys, key);
    return string ? Resp::bulk(*string) : Resp::nil();
}

QByteArray KeyCommands::mget(Keyspace &keys, const Arguments &arguments)
{
    QByteArray reply = Resp::header(arguments.size() - 1);
    for (qsizetype i = 1; i < arguments.size(); ++i)
        reply += fetch(keys, arguments[i]);
    return reply;
}

QByteArray KeyCommands::mset(Keyspace &keys, const Arguments &arguments)
{
    for (qsizetype i = 1; i + 1 < arguments.size(); i += 2)
        keys.insert(arguments[i], arguments[i + 1]);
    return Resp::ok();
}

QByteArray KeyCommands::append(Keyspace &keys, const Arguments &arguments)
{
    const Found<String> old(keys, arguments[1]);
    if (old && old->size() + arguments[2].size() > RequestFramer::MaxBulk)
        return Resp::error("ERR string exceeds maximum allowed size (proto-max-bulk-len)");
    String *const string = made<String>(keys, arguments[1]);
    if (!string)
        return Resp::wrongType();
    string->append(arguments[2]);
    return Resp::integer(string->size());
}

QByteArray KeyCommands::strlen(Keyspace &keys, const Arguments &arguments)
{
    return sizeOf<String>(keys, arguments[1]);
}

static QByteArray add(Keyspace &keys, const QByteArray &key, qint64 summand)
{
    const Found<String> string(keys, key);
    if (string.isOther())
        return Resp::wrongType();
    const std::optional<qint64> number = string ? Resp::toInteger(*string) : 0;
    if (!number)
        return Resp::notAnInteger();
    qint64 sum = 0;
    if (qAddOverflow(*number, summand, &sum))
        return Resp::error("ERR increment or decrement would overflow");
    if (string)
        *string = QByteArray::number(sum); // the expiry stays
    else
        keys.insert(key, QByteArray::number(sum));
    return Resp::integer(sum);
}

QByteArray KeyCommands::incr(Keyspace &keys, const Arguments &arguments)
{
    return add(keys, arguments[1], 1);
}

QByteArray KeyCommands::decr(Keyspace &keys, const Arguments &arguments)
{
    return add(keys, arguments[1], -1);
}

QByteArray KeyCommands::incrby(Keyspace &keys, const Arguments &arguments)
{
    const std::optional<qint64> summand = Resp::toInteger(arguments[2]);
    return summand ? add(keys, arguments[1], *summand) : Resp::notAnInteger();
}

// ---- lists ----

enum class End { Left, Right };

static QByteArray push(Keyspace &keys, const Arguments &arguments, End end)
{
    List *const list = made<List>(keys, arguments[1]);
    if (!list)
        return Resp::wrongType();
    for (qsizetype i = 2; i < arguments.size(); ++i)
        end == End::Left ? list->prepend(arguments[i]) : list->append(arguments[i]);
    return Resp::integer(list->size());
}

static QByteArray pop(Keyspace &keys, const Arguments &arguments, End end)
{
    if (arguments.size() > 3)
        return Resp::wrongArity(arguments[0]);
    const std::optional<qint64> count = popCount(arguments);
    if (!count)
        return notPositive();
    const Found<List> list(keys, arguments[1]);
    if (!list)
        return list.reply(arguments.size() > 2 ? Resp::nilArray() : Resp::nil());
    List taken;
    for (qint64 left = std::min<qint64>(*count, list->size()); left > 0; --left)
        taken.append(end == End::Left ? list->takeFirst() : list->takeLast());
    keys.removeIfEmpty(arguments[1]);
    return arguments.size() > 2 ? Resp::bulks(taken) : Resp::bulk(taken.first());
}

QByteArray KeyCommands::lpush(Keyspace &keys, const Arguments &arguments)
{
    return push(keys, arguments, End::Left);
}

QByteArray KeyCommands::rpush(Keyspace &keys, const Arguments &arguments)
{
    return push(keys, arguments, End::Right);
}

QByteArray KeyCommands::lpop(Keyspace &keys, const Arguments &arguments)
{
    return pop(keys, arguments, End::Left);
}

QByteArray KeyCommands::rpop(Keyspace &keys, const Arguments &arguments)
{
    return pop(keys, arguments, End::Right);
}

QByteArray KeyCommands::llen(Keyspace &keys, const Arguments &arguments)
{
    return sizeOf<List>(keys, arguments[1]);
}

QByteArray KeyCommands::lrange(Keyspace &keys, const Arguments &arguments)
{
    std::optional<qint64> first = Resp::toInteger(arguments[2]);
    std::optional<qint64> last = Resp::toInteger(arguments[3]);
    if (!first || !last)
        return Resp::notAnInteger();
    const Found<List> list(keys, arguments[1]);
    if (!list)
        return list.reply(Resp::header(0));
    // Negative: counted from the end.
    first = std::max<qint64>(*first < 0 ? *first + list->size() : *first, 0);
    last = std::min<qint64>(*last < 0 ? *last + list->size() : *last, list->size() - 1);
    const qsizetype count = std::max<qint64>(*last - *first + 1, 0);
    QByteArray reply = Resp::header(count);
    for (qsizetype i = 0; i < count; ++i)
        Resp::appendBulk(reply, list->at(*first + i));
    return reply;
}

// ---- hashes ----

QByteArray KeyCommands::hset(Keyspace &keys, const Arguments &arguments)
{
    if (arguments.size() % 2 != 0)
        return Resp::wrongArity(arguments[0]);
    Hash *const hash = made<Hash>(keys, arguments[1]);
    if (!hash)
        return Resp::wrongType();
    qint64 count = 0;
    for (qsizetype i = 2; i < arguments.size(); i += 2)
        count += hash->set(arguments[i], arguments[i + 1]);
    return Resp::integer(count);
}

QByteArray KeyCommands::hget(Keyspace &keys, const Arguments &arguments)
{
    const Found<Hash> hash(keys, arguments[1]);
    const QByteArray *const value = hash ? hash->value(arguments[2]) : nullptr;
    return value ? Resp::bulk(*value) : hash.reply(Resp::nil());
}

QByteArray KeyCommands::hgetall(Keyspace &keys, const Arguments &arguments)
{
    const Found<Hash> hash(keys, arguments[1]);
    if (!hash)
        return hash.reply(Resp::header(0));
    QByteArray reply = Resp::header(hash->size() * 2);
    for (const Fields::Field &field : hash->all()) {
        Resp::appendBulk(reply, field.name);
        Resp::appendBulk(reply, field.value);
    }
    return reply;
}

template <typename T>
static QByteArray removeFields(Keyspace &keys, const Arguments &arguments)
{
    const Found<T> fields(keys, arguments[1]);
    if (!fields)
        return fields.reply(Resp::integer(0));
    qint64 count = 0;
    for (qsizetype i = 2; i < arguments.size(); ++i)
        count += fields->remove(arguments[i]);
    keys.removeIfEmpty(arguments[1]);
    return Resp::integer(count);
}

QByteArray KeyCommands::hdel(Keyspace &keys, const Arguments &arguments)
{
    return removeFields<Hash>(keys, arguments);
}

QByteArray KeyCommands::hlen(Keyspace &keys, const Arguments &arguments)
{
    return sizeOf<Hash>(keys, arguments[1]);
}

// ---- sets ----

QByteArray KeyCommands::sadd(Keyspace &keys, const Arguments &arguments)
{
    Set *const set = made<Set>(keys, arguments[1]);
    if (!set)
        return Resp::wrongType();
    qint64 count = 0;
    for (qsizetype i = 2; i < arguments.size(); ++i)
        count += set->set(arguments[i]);
    return Resp::integer(count);
}

QByteArray KeyCommands::srem(Keyspace &keys, const Arguments &arguments)
{
    return removeFields<Set>(keys, arguments);
}

QByteArray KeyCommands::spop(Keyspace &keys, const Arguments &arguments)
{
    if (arguments.size() > 3)
        return Resp::syntaxError();
    const bool isMany = arguments.size() > 2;
    const std::optional<qint64> count = popCount(arguments);
    if (!count)
        return notPositive();
    const Found<Set> set(keys, arguments[1]);
    if (!set)
        return set.reply(isMany ? Resp::header(0) : Resp::nil());
    QByteArrayList taken;
    for (qint64 left = std::min<qint64>(*count, set->size()); left > 0; --left)
        taken.append(set->takeAny());
    keys.removeIfEmpty(arguments[1]);
    return isMany ? Resp::bulks(taken) : Resp::bulk(taken.first());
}

QByteArray KeyCommands::smembers(Keyspace &keys, const Arguments &arguments)
{
    const Found<Set> set(keys, arguments[1]);
    if (!set)
        return set.reply(Resp::header(0));
    QByteArray reply = Resp::header(set->size());
    for (const Fields::Field &field : set->all())
        Resp::appendBulk(reply, field.name);
    return reply;
}

QByteArray KeyCommands::scard(Keyspace &keys, const Arguments &arguments)
{
    return sizeOf<Set>(keys, arguments[1]);
}
