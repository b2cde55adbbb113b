// SPDX-License-Identifier: MIT
#include "photofilter.h"

#include "photomodel.h"

#include <QtCore/QHash>

#include <tuple>

PhotoFilter::PhotoFilter(PhotoModel *photos, QObject *parent) : QSortFilterProxyModel(parent), m_photos(photos)
{
    setSourceModel(photos);
    sort(0);
}

void PhotoFilter::setOrder(Order order, Qt::SortOrder direction)
{
    m_order = order;
    invalidate();
    sort(0, direction);
}

void PhotoFilter::setKind(Kind kind)
{
    m_kind = kind;
    invalidate();
}

void PhotoFilter::setText(const QString &text)
{
    m_text = text;
    invalidate();
}

bool PhotoFilter::filterAcceptsRow(int row, const QModelIndex &) const
{
    const PhotoModel::Row &each = m_photos->at(row);
    if (each.isAway || !QStringView(each.path).mid(m_rootLength).contains(m_text, Qt::CaseInsensitive))
        return false;
    return m_kind == All || (m_kind == Duplicates ? each.alike > 1 : !each.problem.isEmpty());
}

static qint64 area(const QSize &size)
{
    return qint64(size.width()) * size.height();
}

bool PhotoFilter::isBetter(int a, int b) const
{
    const Photo &left = m_photos->at(a);
    const Photo &right = m_photos->at(b);
    return std::tuple(area(left.pixels), left.bytes, b) > std::tuple(area(right.pixels), right.bytes, a);
}

bool PhotoFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const int a = left.row(), b = right.row();
    const PhotoModel::Row &first = m_photos->at(a), &second = m_photos->at(b);
    if (m_order == ByDate && first.modified != second.modified)
        return first.modified < second.modified;
    if (m_order == BySize && first.bytes != second.bytes)
        return first.bytes < second.bytes;
    if (m_order == BySimilarity) {
        // The groups first, each with its best photo in front, then those that are alone.
        const int none = std::numeric_limits<int>::max();
        const int mine = first.alike > 1 ? first.group : none;
        const int yours = second.alike > 1 ? second.group : none;
        if (mine != yours)
            return mine < yours;
        if (mine != none)
            return isBetter(a, b);
    }
    const int names = first.path.compare(second.path, Qt::CaseInsensitive);
    return names != 0 ? names < 0 : a < b;
}

QList<int> PhotoFilter::spares() const
{
    QHash<int, int> best;
    const auto rows = [this](auto &&visit) {
        for (int i = 0; i < rowCount(); ++i) {
            const int row = mapToSource(index(i, 0)).row();
            if (m_photos->at(row).alike > 1)
                visit(row, m_photos->at(row).group);
        }
    };
    rows([&](int row, int group) {
        if (!best.contains(group) || isBetter(row, best[group]))
            best[group] = row;
    });
    QList<int> spares;
    rows([&](int row, int group) {
        if (best[group] != row)
            spares << row;
    });
    return spares;
}
