// SPDX-License-Identifier: MIT
#ifndef PHOTODELEGATE_H
#define PHOTODELEGATE_H

#include <QtWidgets/QStyledItemDelegate>

class PhotoModel;
struct Photo;

// The colour of a group of photos that look alike, which goes with the palette.
QColor groupColor(int group, const QPalette &palette);

// "4000 × 3000 · 2.1 MB", or what is wrong.
QString summary(const Photo &photo);

// A photo in the grid: its thumbnail, its name and a line about it, and a badge if there are others like it.
class PhotoDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    static constexpr QSize Cell = QSize(172, 190);

    PhotoDelegate(PhotoModel *photos, QObject *parent) : QStyledItemDelegate(parent), m_photos(photos) { }

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return Cell; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    void paintThumbnail(QPainter *painter, const QRect &place, const QPalette &palette, int row) const;
    void paintBadge(QPainter *painter, const QRect &place, const QPalette &palette, int row) const;

    PhotoModel *m_photos;
};

#endif
