// SPDX-License-Identifier: MIT
#ifndef PHOTOFILTER_H
#define PHOTOFILTER_H

#include "photomodel.h"

#include <QtCore/QSortFilterProxyModel>

// The photos that are shown, in their order.
class PhotoFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    enum Order { ByName, ByDate, BySize, BySimilarity };
    enum Kind { All, Duplicates, Unreadable };

    PhotoFilter(PhotoModel *photos, QObject *parent);

    void setRoot(const QString &folder) { m_rootLength = folder.size(); } // where no text is looked for
    void setOrder(Order order, Qt::SortOrder direction);
    void setKind(Kind kind);
    void setText(const QString &text);

    const PhotoModel::Row &at(int row) const { return m_photos->at(numberOf(row)); }
    QImage thumbnail(int row) const { return m_photos->thumbnail(numberOf(row)); }

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    int numberOf(int row) const { return mapToSource(index(row, 0)).row(); }

    PhotoModel *m_photos;
    Order m_order = ByName;
    Kind m_kind = All;
    QString m_text;
    qsizetype m_rootLength = 0;
};

#endif
