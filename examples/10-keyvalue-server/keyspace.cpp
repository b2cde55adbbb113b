// SPDX-License-Identifier: MIT
#include "keyspace.h"

#include <QtCore/QDateTime>
#include <QtCore/QRandomGenerator>

#include <cstring>

// ---- Fields ----

bool Fields::set(const QByteArray &name, const QByteArray &value)
{
    const auto found = m_index.constFind(name);
    if (found != m_index.constEnd()) {
        m_all[*found].value = value;
        return false;
    }
    m_index.insert(name, m_all.size());
    m_all.push_back({name, value});
    return true;
}

const QByteArray *Fields::value(const QByteArray &name) const
{
    const auto found = m_index.constFind(name);
    return found == m_index.constEnd() ? nullptr : &m_all[*found].value;
}

bool Fields::remove(const QByteArray &name)
{
    const auto found = m_index.constFind(name);
    if (found == m_index.constEnd())
        return false;
    const size_t place = *found;
    m_index.erase(found);
    if (place + 1 < m_all.size()) { // the last one takes its place
        m_all[place] = std::move(m_all.back());
        m_index[m_all[place].name] = place;
    }
    m_all.pop_back();
    return true;
}

QByteArray Fields::takeAny()
{
    const QByteArray name = m_all[QRandomGenerator::global()->bounded(quint32(m_all.size()))].name;
    remove(name);
    return name;
}

// ---- Keyspace ----

const char *typeName(const Value &value)
{
    static constexpr const char *names[] = {"string", "list", "set", "hash"};
    return names[value.index()];
}

Time now()
{
    return QDateTime::currentMSecsSinceEpoch();
}

// Looked at for each key of each command, twice, and so a quick one. Nothing depends on it but how even the shards are;
// the QHash inside a slot has its own, which nobody can foresee.
int slotOf(const QByteArray &key)
{
    const char *data = key.constData();
    quint64 hash = quint64(key.size());
    for (qsizetype left = key.size(); left > 0; left -= 8, data += 8) {
        quint64 word = 0;
        std::memcpy(&word, data, size_t(std::min<qsizetype>(left, 8)));
        hash = (hash ^ word) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 32;
    }
    return int(hash % quint64(SlotCount));
}

Keyspace::Keyspace(int first, int stride)
    : m_first(first), m_stride(stride), m_slots(size_t((SlotCount - first + stride - 1) / stride))
{
}

void Keyspace::erase(Slot &slot, Slot::iterator entry)
{
    if (entry->expiry != Never)
        m_expiries.erase({entry->expiry, entry.key()});
    slot.erase(entry);
    --m_size;
}

Value *Keyspace::find(const QByteArray &key)
{
    Slot &slot = this->slot(key);
    const auto entry = slot.find(key);
    if (entry == slot.end())
        return nullptr;
    if (entry->expiry != Never && entry->expiry <= now()) {
        erase(slot, entry);
        return nullptr;
    }
    return &entry->value;
}

Value &Keyspace::insert(const QByteArray &key, Value value)
{
    Slot &slot = this->slot(key);
    auto entry = slot.find(key);
    if (entry == slot.end()) {
        ++m_size;
        return slot.insert(key, {std::move(value), Never})->value;
    }
    if (entry->expiry != Never)
        setExpiry(key, Never);
    entry->value = std::move(value);
    return entry->value;
}

bool Keyspace::remove(const QByteArray &key)
{
    if (!find(key))
        return false;
    Slot &slot = this->slot(key);
    erase(slot, slot.find(key));
    return true;
}

void Keyspace::removeIfEmpty(const QByteArray &key)
{
    const Value *const value = find(key);
    const auto isEmpty = [](const auto &elements) {
        return !std::is_same_v<std::decay_t<decltype(elements)>, String> && elements.size() == 0;
    };
    if (value && std::visit(isEmpty, *value))
        remove(key);
}

void Keyspace::clear()
{
    for (Slot &slot : m_slots)
        slot.clear();
    m_expiries.clear();
    m_size = 0;
}

Time Keyspace::expiry(const QByteArray &key)
{
    const Slot &slot = this->slot(key);
    const auto entry = slot.find(key);
    return entry == slot.end() ? Never : entry->expiry;
}

void Keyspace::setExpiry(const QByteArray &key, Time time)
{
    Slot &slot = this->slot(key);
    const auto entry = slot.find(key);
    if (entry == slot.end())
        return;
    if (entry->expiry != Never)
        m_expiries.erase({entry->expiry, key});
    if (time != Never)
        m_expiries.insert({time, key});
    entry->expiry = time;
}

void Keyspace::removeExpired(int atMost)
{
    for (const Time time = now(); atMost > 0 && nextExpiry() != Never && nextExpiry() <= time; --atMost)
        remove(QByteArray(m_expiries.begin()->second));
}
