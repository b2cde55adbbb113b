// SPDX-License-Identifier: MIT
#ifndef PHOTOMODEL_H
#define PHOTOMODEL_H

#include "decoder.h"

#include <QtCore/QAbstractListModel>
#include <QtCore/QCache>
#include <QtCore/QHash>

// All that a scan has found; a photo's row is its number. Those that were moved away stay, so that they can come back.
//
// The thumbnails are kept as far as they fit into some memory. Others are read again when they are looked at, the last
// wanted first, so that those on the screen come before those that were scrolled over.
class PhotoModel : public QAbstractListModel
{
    Q_OBJECT

public:
    struct Row : Photo
    {
        int group = 0;
        int alike = 1; // how many of the group are there, itself included
        bool isAway = false;
    };

    PhotoModel(std::vector<QtInterlink::Link<Decoder>> decoders, QObject *parent);

    void clear();
    void append(const Findings &findings);
    void setAway(const QString &path, bool isAway);

    const Row &at(int row) const { return m_rows[size_t(row)]; }
    int rowOf(const QString &path) const { return m_rowByPath.value(path, -1); }
    // The row's thumbnail; null while it is being read.
    QImage thumbnail(int row);
    void setThumbnailLimit(qsizetype bytes) { m_thumbnails.setMaxCost(bytes); }
    qsizetype thumbnailBytes() const { return m_thumbnails.totalCost(); }

    int rowCount(const QModelIndex &parent = {}) const override { return parent.isValid() ? 0 : int(m_rows.size()); }
    QVariant data(const QModelIndex &index, int role) const override;

private:
    Row &row(int row) { return m_rows[size_t(row)]; }
    QList<int> members(int group) const { return m_groups.value(group, {group}); }
    void unite(int a, int b);
    void recount(int group);
    void keep(int row, const QImage &image);
    void askForThumbnails();

    std::vector<Row> m_rows;
    QHash<QString, int> m_rowByPath;
    QHash<int, QList<int>> m_groups; // those of several photos
    QCache<int, QImage> m_thumbnails;
    std::vector<QtInterlink::Link<Decoder>> m_decoders; // those that are not reading a thumbnail for us
    QList<int> m_wanted; // the next one last
    QList<int> m_asked;
    int m_generation = 0; // of the rows' numbers
};

#endif
