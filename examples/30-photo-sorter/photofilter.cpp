// SPDX-License-Identifier: MIT
#include "photofilter.h"

#include <limits>
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
    const PhotoModel::Row &photo = m_photos->at(row);
    if (photo.isAway || !QStringView(photo.path).mid(m_rootLength).contains(m_text, Qt::CaseInsensitive))
        return false;
    return m_kind == All || (m_kind == Duplicates ? photo.alike > 1 : !photo.problem.isEmpty());
}

bool PhotoFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    const PhotoModel::Row &a = m_photos->at(left.row()), &b = m_photos->at(right.row());
    // The groups first, the best photo of each in front, then those that are alone.
    const auto similarity = [](const PhotoModel::Row &row) {
        const qint64 area = qint64(row.pixels.width()) * row.pixels.height();
        return row.alike > 1 ? std::tuple(row.group, -area, -row.bytes)
                             : std::tuple(std::numeric_limits<int>::max(), qint64(0), qint64(0));
    };
    if (m_order == ByDate && a.modified != b.modified)
        return a.modified < b.modified;
    if (m_order == BySize && a.bytes != b.bytes)
        return a.bytes < b.bytes;
    if (m_order == BySimilarity && similarity(a) != similarity(b))
        return similarity(a) < similarity(b);
    const int names = a.path.compare(b.path, Qt::CaseInsensitive);
    return names != 0 ? names < 0 : left.row() < right.row();
}
