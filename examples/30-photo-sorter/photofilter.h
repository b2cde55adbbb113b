// SPDX-License-Identifier: MIT
#ifndef PHOTOFILTER_H
#define PHOTOFILTER_H

#include <QtCore/QSortFilterProxyModel>

class PhotoModel;

// The photos that are shown, in their order.
class PhotoFilter : public QSortFilterProxyModel
{
    Q_OBJECT

public:
    enum Order { ByName, ByDate, BySize, BySimilarity };
    enum Kind { All, Duplicates, Unreadable };

    explicit PhotoFilter(PhotoModel *photos, QObject *parent = nullptr);

    void setOrder(Order order, Qt::SortOrder direction);
    void setKind(Kind kind);
    void setText(const QString &text);
    void setRoot(const QString &folder) { m_rootLength = folder.size(); } // which isn't searched for the text

    // The rows of the model of those that are superfluous: of each group that is shown all but the one that has most
    // pixels and, among those, most bytes.
    QList<int> spares() const;

protected:
    bool filterAcceptsRow(int row, const QModelIndex &parent) const override;
    bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    bool isBetter(int a, int b) const;

    PhotoModel *m_photos;
    Order m_order = ByName;
    Kind m_kind = All;
    QString m_text;
    qsizetype m_rootLength = 0;
};

#endif
