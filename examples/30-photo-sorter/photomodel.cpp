// SPDX-License-Identifier: MIT
#include "photomodel.h"

#include <QtCore/QSet>

#include <algorithm>

using namespace QtInterlink;

static constexpr qsizetype MaxWanted = 500; // more than a screen shows

PhotoModel::PhotoModel(std::vector<Link<Decoder>> decoders, QObject *parent)
    : QAbstractListModel(parent), m_thumbnails(96 << 20), m_decoders(std::move(decoders))
{
}

void PhotoModel::clear()
{
    beginResetModel();
    ++m_generation;
    m_rows.clear();
    m_rowByPath.clear();
    m_groups.clear();
    m_thumbnails.clear();
    m_wanted.clear();
    m_asked.clear();
    endResetModel();
}

void PhotoModel::append(const Findings &findings)
{
    const int first = rowCount();
    beginInsertRows({}, first, first + int(findings.photos.size()) - 1);
    for (const Examined &found : findings.photos) {
        const int number = rowCount();
        m_rows.push_back({found.photo, number});
        m_rowByPath.insert(found.photo.path, number);
        keep(number, found.thumbnail);
    }
    endInsertRows();
    QSet<int> grown;
    for (const auto &[a, b] : findings.alike) {
        grown.remove(at(a).group);
        grown.remove(at(b).group);
        unite(a, b);
        grown.insert(at(a).group);
    }
    for (const int group : std::as_const(grown))
        recount(group);
}

// The smaller group moves into the larger one.
void PhotoModel::unite(int a, int b)
{
    int from = at(a).group, to = at(b).group;
    if (members(from).size() > members(to).size())
        std::swap(from, to);
    for (const int moved : members(from))
        row(moved).group = to;
    m_groups[to] = members(to) + members(from);
    m_groups.remove(from);
}

void PhotoModel::recount(int group)
{
    const QList<int> rows = members(group);
    const auto count = std::count_if(rows.begin(), rows.end(), [this](int row) { return !at(row).isAway; });
    for (const int number : rows) {
        row(number).alike = int(count);
        Q_EMIT dataChanged(index(number), index(number));
    }
}

void PhotoModel::setAway(const QString &path, bool isAway)
{
    const int number = rowOf(path);
    if (number < 0 || at(number).isAway == isAway) // a scan may have come between
        return;
    row(number).isAway = isAway;
    recount(at(number).group);
}

void PhotoModel::keep(int row, const QImage &image)
{
    if (!image.isNull())
        m_thumbnails.insert(row, new QImage(image), image.sizeInBytes());
}

QImage PhotoModel::thumbnail(int row)
{
    if (const QImage *const image = m_thumbnails.object(row))
        return *image;
    m_wanted.removeOne(row);
    if (at(row).pixels.isValid() && !m_asked.contains(row)) {
        m_wanted.append(row);
        if (m_wanted.size() > MaxWanted)
            m_wanted.removeFirst();
        askForThumbnails();
    }
    return {};
}

void PhotoModel::askForThumbnails()
{
    if (m_decoders.empty() || m_wanted.isEmpty())
        return;
    const Link<Decoder> decoder = std::move(m_decoders.back());
    m_decoders.pop_back();
    const int number = m_wanted.takeLast();
    m_asked.append(number);
    decoder.send<LoadImage>(at(number).path, Decoder::ThumbnailBox)
            .then(this, [this, decoder, number, generation = m_generation](const LoadedImage &loaded) {
                m_decoders.push_back(decoder);
                if (generation == m_generation) {
                    m_asked.removeOne(number);
                    keep(number, loaded.image);
                    if (loaded.image.isNull())
                        row(number).pixels = {}; // nor will it be there the next time
                    row(number).problem = loaded.problem;
                    Q_EMIT dataChanged(index(number), index(number));
                }
                askForThumbnails();
            });
}

QVariant PhotoModel::data(const QModelIndex &index, int role) const
{
    const Row &row = at(index.row());
    if (role == Qt::DisplayRole)
        return row.path.sliced(row.path.lastIndexOf(u'/') + 1);
    if (role == Qt::ToolTipRole)
        return row.problem.isEmpty() ? row.path : row.path + u'\n' + row.problem;
    return {};
}
