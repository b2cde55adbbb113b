// SPDX-License-Identifier: MIT
#include "collector.h"

#include <bit>
#include <utility>

using namespace QtInterlink;
using namespace std::chrono_literals;

static constexpr size_t MaxBatch = 64;

std::vector<std::pair<int, int>> AlikeIndex::add(quint64 hash)
{
    std::vector<std::pair<int, int>> alike;
    const int photo = int(m_parents.size());
    m_parents.push_back(photo);
    if (hash == 0)
        return alike;
    const auto unite = [&](int other) {
        if (groupOf(other) == groupOf(photo))
            return;
        m_parents[size_t(groupOf(other))] = groupOf(photo);
        alike.push_back({other, photo});
    };
    if (const auto [known, isNew] = m_photos.try_emplace(hash, photo); !isNew) {
        unite(known->second);
        return alike;
    }
    for (size_t i = 0; i < m_hashesByByte.size(); ++i) {
        std::vector<quint64> &hashes = m_hashesByByte[i][hash >> (8 * i) & 0xff];
        for (const quint64 other : hashes) {
            if (std::popcount(other ^ hash) <= MaxDistance)
                unite(m_photos[other]);
        }
        hashes.push_back(hash);
    }
    return alike;
}

int AlikeIndex::groupOf(int photo)
{
    while (m_parents[size_t(photo)] != photo)
        photo = m_parents[size_t(photo)] = m_parents[size_t(m_parents[size_t(photo)])];
    return photo;
}

Task<> Collector::handle(Examined examined, ServiceContext<Collector> &context)
{
    for (const auto &pair : m_index.add(examined.photo.hash))
        m_alike.push_back(pair);
    ++m_state.files;
    m_state.bytes += examined.photo.bytes;
    context.publish(m_state);
    m_photos.push_back(std::move(examined));
    if (m_photos.size() >= MaxBatch)
        co_await deliver();
    else if (m_photos.size() == 1) // the window has much to lay out anew with each batch
        context.runLater(100ms, [](Collector &collector) { return collector.deliver(); });
}

Task<> Collector::deliver()
{
    if (!m_photos.empty())
        co_await m_window.send(m_scan, std::exchange(m_photos, {}), std::exchange(m_alike, {}));
}
