// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_ROWDIFFERENCE_H
#define QTINTERLINK_ROWDIFFERENCE_H

#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QVariant>

#include <vector>

namespace QtInterlink::detail {

// How one list of rows becomes another: which old row each new one was, and which of those that stay can stay where
// they are, as many as possible.
class RowDifference
{
public:
    static constexpr int New = -1;

    RowDifference(const QVariantList &oldKeys, const QVariantList &newKeys);

    const std::vector<int> &oldOfNew() const noexcept { return m_oldOfNew; } // or New
    const std::vector<bool> &isGone() const noexcept { return m_isGone; } // of the old rows
    const std::vector<bool> &isMoved() const noexcept
    {
        return m_isMoved;
    } // of the new rows, those that have an old one
    int moveCount() const noexcept { return m_moveCount; }

private:
    void findMoved();

    std::vector<int> m_oldOfNew;
    std::vector<bool> m_isGone;
    std::vector<bool> m_isMoved;
    int m_moveCount = 0;
};

// Equal keys have equal texts; of what has no text, all are one.
size_t hashOfKey(const QVariant &key) noexcept;

} // namespace QtInterlink::detail

#endif
