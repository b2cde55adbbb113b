// SPDX-License-Identifier: MIT
#ifndef PHOTODELEGATE_H
#define PHOTODELEGATE_H

#include "photofilter.h"

#include <QtWidgets/QStyledItemDelegate>

// The colour of a group of photos that look alike, which goes with the palette.
QColor groupColor(int group, const QPalette &palette);

// "4000 × 3000 · 2.1 MB", or what is wrong.
QString summary(const Photo &photo);

// A photo in the grid: its thumbnail, its name and a line about it, and a badge if there are others like it.
class PhotoDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    PhotoDelegate(PhotoFilter *filter, QObject *parent) : QStyledItemDelegate(parent), m_filter(filter) { }

    QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override { return {172, 190}; }
    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    PhotoFilter *m_filter;
};

#endif
