// SPDX-License-Identifier: MIT
#ifndef KEYSPACE_H
#define KEYSPACE_H

#include <QtCore/QByteArray>
#include <QtCore/QByteArrayList>
#include <QtCore/QHash>

#include <set>
#include <utility>
#include <variant>
#include <vector>

// The data of one shard. It knows nothing of services and of the protocol.

// A hash, or a set if one only looks at the fields. What lies in a row can be chosen from at random.
class Fields
{
public:
    struct Field
    {
        QByteArray name;
        QByteArray value;
    };

    bool set(const QByteArray &name, const QByteArray &value = {}); // whether it is new
    const QByteArray *value(const QByteArray &name) const;
    bool remove(const QByteArray &name);
    QByteArray takeAny();
    const std::vector<Field> &all() const noexcept { return m_all; }
    qsizetype size() const noexcept { return qsizetype(m_all.size()); }

private:
    std::vector<Field> m_all;
    QHash<QByteArray, size_t> m_index; // of m_all
};

struct Hash : Fields
{
};
struct Set : Fields
{
};
using String = QByteArray;
using List = QByteArrayList; // in Qt 6 it takes and gives at both ends
using Value = std::variant<String, List, Set, Hash>;

const char *typeName(const Value &value);

// Milliseconds since the epoch.
using Time = qint64;
inline constexpr Time Never = 0;
Time now();

// A key belongs to one of these by its hash, for ever: shards have some of them each, and SCAN walks along them. Its
// cursor is the number of a slot, so that keys that come and go meanwhile don't disturb it.
inline constexpr int SlotCount = 16384;
int slotOf(const QByteArray &key);

class Keyspace
{
public:
    // Of all slots those with the numbers \a first, \a first + \a stride ...
    Keyspace(int first, int stride);

    // A key whose time is over is gone, whether or not the timer came to it yet.
    Value *find(const QByteArray &key);
    template <typename T>
    T *get(const QByteArray &key, bool *isOther); // null as well if it has another type

    Value &insert(const QByteArray &key, Value value); // replaces a value and its expiry
    bool remove(const QByteArray &key);
    void removeIfEmpty(const QByteArray &key); // no list, set or hash without elements exists
    void clear();

    Time expiry(const QByteArray &key); // or Never
    void setExpiry(const QByteArray &key, Time time);
    Time nextExpiry() const noexcept { return m_expiries.empty() ? Never : m_expiries.begin()->first; }
    void removeExpired(int atMost);

    qsizetype size() const noexcept { return m_size; }
    qsizetype expiring() const noexcept { return qsizetype(m_expiries.size()); }

    template <typename Function>
    void forEach(int slot, Function &&function); // \a slot is one of ours
    template <typename Function>
    void forEach(Function &&function)
    {
        for (int slot = m_first; slot < SlotCount; slot += m_stride)
            forEach(slot, function);
    }

private:
    struct Entry
    {
        Value value;
        Time expiry = Never;
    };
    using Slot = QHash<QByteArray, Entry>;

    Slot &slot(const QByteArray &key) { return m_slots[size_t(slotOf(key) / m_stride)]; }
    void erase(Slot &slot, Slot::iterator entry);

    int m_first;
    int m_stride;
    std::vector<Slot> m_slots;
    qsizetype m_size = 0;
    std::set<std::pair<Time, QByteArray>> m_expiries; // the next one first
};

template <typename T>
T *Keyspace::get(const QByteArray &key, bool *isOther)
{
    Value *const value = find(key);
    T *const typed = value ? std::get_if<T>(value) : nullptr;
    *isOther = value && !typed;
    return typed;
}

template <typename Function>
void Keyspace::forEach(int slot, Function &&function)
{
    const Time time = expiring() > 0 ? now() : Never;
    const Slot &entries = m_slots[size_t(slot / m_stride)];
    for (auto entry = entries.begin(); entry != entries.end(); ++entry) {
        if (entry->expiry == Never || entry->expiry > time)
            function(entry.key(), entry->value);
    }
}

#endif
