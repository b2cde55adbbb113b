// SPDX-License-Identifier: MIT
#include "shard.h"

#include "glob.h"

#include <chrono>

using namespace QtInterlink;

// So many keys are removed in one go when their time is over; then messages have their turn.
static constexpr int ExpiredAtOnce = 1000;

QByteArray Shard::handle(Execute &&request, ServiceContext<Shard> &context)
{
    QByteArray reply = request.command(m_keys, request.arguments);
    if (m_keys.expiring() > 0)
        wakeUpInTime(context);
    return reply;
}

// Whoever asks for a key sees that its time is over. The timer is for keys that nobody asks for.
void Shard::wakeUpInTime(ServiceContext<Shard> &context)
{
    const Time next = m_keys.nextExpiry();
    if (next == Never || (m_timer.isActive() && m_wakeUpAt <= next))
        return; // it may come too early for what is there now, and looks again
    m_timer.cancel();
    m_wakeUpAt = next;
    const std::chrono::milliseconds delay(std::max<qint64>(next - now(), 0) + 1);
    m_timer = context.runLater(delay, [](Shard &shard, ServiceContext<Shard> &context) {
        shard.m_keys.removeExpired(ExpiredAtOnce);
        shard.m_wakeUpAt = Never;
        shard.m_timer = {};
        shard.wakeUpInTime(context);
    });
}

qint64 Shard::handle(CountKeys request)
{
    qint64 count = 0;
    for (const QByteArray &key : request.keys)
        count += request.removeThem ? m_keys.remove(key) : m_keys.find(key) != nullptr;
    return count;
}

QByteArrayList Shard::handle(FetchKeys request)
{
    QByteArrayList replies;
    replies.reserve(request.keys.size());
    for (const QByteArray &key : request.keys)
        replies.append(KeyCommands::fetch(m_keys, key));
    return replies;
}

QByteArrayList Shard::handle(ListKeys request)
{
    QByteArrayList keys;
    m_keys.forEach([&](const QByteArray &key, const Value &) {
        if (matchesGlob(request.pattern, key))
            keys.append(key);
    });
    return keys;
}

ListSlot::Response Shard::handle(ListSlot request)
{
    ListSlot::Response page;
    int slot = request.slot;
    for (; slot < SlotCount && page.seen < request.count; slot += m_stride) {
        m_keys.forEach(slot, [&](const QByteArray &key, const Value &value) {
            ++page.seen;
            if ((request.pattern.isEmpty() || matchesGlob(request.pattern, key))
                && (request.type.isEmpty() || request.type == typeName(value)))
                page.keys.append(key);
        });
    }
    page.next = std::min(slot, SlotCount);
    return page;
}
