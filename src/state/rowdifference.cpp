// SPDX-License-Identifier: MIT
#include "rowdifference.h"

#include <algorithm>
#include <unordered_map>

namespace QtInterlink::detail {

size_t hashOfKey(const QVariant &key) noexcept
{
    switch (key.typeId()) {
    case QMetaType::Int:
    case QMetaType::UInt:
    case QMetaType::LongLong:
    case QMetaType::ULongLong:
    case QMetaType::Double: // compared with the others as numbers
        return qHash(key.toDouble());
    default:
        return qHash(key.toString());
    }
}

namespace {

struct KeyHash
{
    size_t operator()(const QVariant *key) const noexcept { return hashOfKey(*key); }
};
struct KeyEqual
{
    bool operator()(const QVariant *a, const QVariant *b) const { return *a == *b; }
};

} // namespace

RowDifference::RowDifference(const QVariantList &oldKeys, const QVariantList &newKeys)
    : m_oldOfNew(size_t(newKeys.size()), New), m_isGone(size_t(oldKeys.size()), true),
      m_isMoved(size_t(newKeys.size()), false)
{
    // Rows at both ends that stay need no table.
    qsizetype begin = 0;
    qsizetype oldEnd = oldKeys.size();
    qsizetype newEnd = newKeys.size();
    const auto stays = [&](qsizetype oldRow, qsizetype newRow) {
        m_oldOfNew[size_t(newRow)] = int(oldRow);
        m_isGone[size_t(oldRow)] = false;
    };
    while (begin < oldEnd && begin < newEnd && oldKeys[begin] == newKeys[begin]) {
        stays(begin, begin);
        ++begin;
    }
    while (oldEnd > begin && newEnd > begin && oldKeys[oldEnd - 1] == newKeys[newEnd - 1])
        stays(--oldEnd, --newEnd);
    if (begin == newEnd || begin == oldEnd)
        return;

    // Keys that stand more than once are taken in their order.
    std::unordered_map<const QVariant *, qsizetype, KeyHash, KeyEqual> first;
    std::vector<qsizetype> nextWithThatKey(size_t(oldEnd), -1);
    first.reserve(size_t(oldEnd - begin));
    for (qsizetype row = oldEnd; row-- > begin;) {
        const auto [place, isNew] = first.try_emplace(&oldKeys[row], row);
        if (!isNew)
            nextWithThatKey[size_t(row)] = std::exchange(place->second, row);
    }
    for (qsizetype row = begin; row < newEnd; ++row) {
        const auto found = first.find(&newKeys[row]);
        if (found == first.end() || found->second < 0)
            continue;
        stays(found->second, row);
        found->second = nextWithThatKey[size_t(found->second)];
    }
    findMoved();
}

// Those that stay in their order, as many as possible: the longest increasing subsequence of the old places.
void RowDifference::findMoved()
{
    std::vector<int> tails; // new rows; the one at n ends the best sequence of n + 1
    std::vector<int> previous(m_oldOfNew.size(), -1);
    for (size_t row = 0; row < m_oldOfNew.size(); ++row) {
        if (m_oldOfNew[row] == New)
            continue;
        const auto place = std::lower_bound(tails.begin(), tails.end(), m_oldOfNew[row],
                                            [this](int tail, int old) { return m_oldOfNew[size_t(tail)] < old; });
        if (place != tails.begin())
            previous[row] = *std::prev(place);
        m_isMoved[row] = true;
        ++m_moveCount;
        if (place == tails.end())
            tails.push_back(int(row));
        else
            *place = int(row);
    }
    for (int row = tails.empty() ? -1 : tails.back(); row >= 0; row = previous[size_t(row)]) {
        m_isMoved[size_t(row)] = false;
        --m_moveCount;
    }
}

} // namespace QtInterlink::detail
