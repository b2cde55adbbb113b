// SPDX-License-Identifier: MIT
#include <QtInterlink/servicetablemodel.h>

#include "rowdifference.h"

#include <QtCore/QMetaProperty>

#include <algorithm>

namespace QtInterlink {

using detail::RowDifference;

// Views lay themselves out anew for each move. From here on once for all of them costs less.
static constexpr int MostSingleMoves = 200;

class ServiceTableModel::Private
{
public:
    explicit Private(ServiceTableModel *model) : q(model) { }

    QVariant read(const QVariant &row, int column) const;
    QVariantList keysOf(const QVariantList &rows) const;
    void learn(const QVariant &row);
    void removeGone(const std::vector<bool> &isGone);
    void move(const RowDifference &difference);
    void moveSingly(std::vector<int> &now, const std::vector<int> &wanted, const std::vector<bool> &isMoved);
    void moveAtOnce(const std::vector<int> &now, const std::vector<int> &wanted);
    void insertNew(const RowDifference &difference, const QVariantList &rows);
    void change(const QVariantList &rows, const RowDifference &difference);
    QList<int> changedRoles(const QVariant &before, const QVariant &after) const;

    ServiceTableModel *const q;
    QByteArray keyProperty;
    int keyColumn = -1;
    QMetaType type; // of the rows
    QList<QByteArray> columns;
    QVariantList rows;
    QVariantList keys; // of the rows; empty without a key property
};

ServiceTableModel::ServiceTableModel(QObject *parent) : QAbstractTableModel(parent), d(std::make_unique<Private>(this))
{
}

ServiceTableModel::~ServiceTableModel() = default;

QByteArray ServiceTableModel::keyProperty() const
{
    return d->keyProperty;
}

void ServiceTableModel::setKeyProperty(const QByteArray &name)
{
    if (name == d->keyProperty)
        return;
    d->keyProperty = name;
    d->keyColumn = int(d->columns.indexOf(name));
    d->keys = d->keysOf(d->rows);
    Q_EMIT keyPropertyChanged();
}

void ServiceTableModel::setRowType(QMetaType type)
{
    if (type == d->type)
        return;
    const bool hadRows = !d->rows.isEmpty();
    beginResetModel();
    d->type = type;
    d->columns.clear();
    if (const QMetaObject *const gadget = type.metaObject()) {
        for (int i = 0; i < gadget->propertyCount(); ++i)
            d->columns.append(gadget->property(i).name());
    }
    d->keyColumn = int(d->columns.indexOf(d->keyProperty));
    d->rows.clear();
    d->keys.clear();
    endResetModel();
    if (hadRows)
        Q_EMIT countChanged();
}

// ---- reading rows ----

QVariant ServiceTableModel::Private::read(const QVariant &row, int column) const
{
    if (column < 0 || column >= columns.size())
        return {};
    if (const QMetaObject *const gadget = row.metaType().metaObject())
        return gadget->property(column).readOnGadget(row.constData());
    return row.toMap().value(QString::fromUtf8(columns[column]));
}

QVariantList ServiceTableModel::Private::keysOf(const QVariantList &rows) const
{
    QVariantList keys;
    if (keyColumn < 0)
        return keys;
    keys.reserve(rows.size());
    for (const QVariant &row : rows)
        keys.append(read(row, keyColumn));
    return keys;
}

// What a row of another type than before is made of.
void ServiceTableModel::Private::learn(const QVariant &row)
{
    q->setRowType(row.metaType());
    if (type.metaObject() || !columns.isEmpty())
        return;
    q->beginResetModel();
    const QVariantMap map = row.toMap();
    for (auto entry = map.keyBegin(); entry != map.keyEnd(); ++entry)
        columns.append(entry->toUtf8());
    keyColumn = int(columns.indexOf(keyProperty));
    q->endResetModel();
}

// ---- from one list of rows to another ----

static QVariantList places(qsizetype count)
{
    QVariantList list;
    list.reserve(count);
    for (qsizetype i = 0; i < count; ++i)
        list.append(int(i));
    return list;
}

void ServiceTableModel::setRows(const QVariantList &rows)
{
    const qsizetype countBefore = d->rows.size();
    if (!rows.isEmpty())
        d->learn(rows.first());
    QVariantList keys = d->keysOf(rows);
    const bool keyed = d->keyColumn >= 0;
    const RowDifference difference(keyed ? d->keys : places(d->rows.size()), keyed ? keys : places(rows.size()));
    d->removeGone(difference.isGone());
    d->move(difference);
    d->insertNew(difference, rows);
    d->keys = std::move(keys);
    d->change(rows, difference);
    if (d->rows.size() != countBefore)
        Q_EMIT countChanged();
}

void ServiceTableModel::Private::removeGone(const std::vector<bool> &isGone)
{
    // From the end, so that what is still to be looked at keeps its place.
    for (int last = int(isGone.size()) - 1; last >= 0; --last) {
        if (!isGone[size_t(last)])
            continue;
        int first = last;
        while (first > 0 && isGone[size_t(first) - 1])
            --first;
        q->beginRemoveRows({}, first, last);
        rows.remove(first, last - first + 1);
        q->endRemoveRows();
        last = first;
    }
}

void ServiceTableModel::Private::move(const RowDifference &difference)
{
    if (difference.moveCount() == 0)
        return;
    // By their old places: the order of those that stay, and that which is wanted.
    std::vector<int> now;
    for (int row = 0; row < int(difference.isGone().size()); ++row) {
        if (!difference.isGone()[size_t(row)])
            now.push_back(row);
    }
    std::vector<int> wanted;
    std::vector<bool> isMoved;
    for (size_t row = 0; row < difference.oldOfNew().size(); ++row) {
        if (difference.oldOfNew()[row] != RowDifference::New) {
            wanted.push_back(difference.oldOfNew()[row]);
            isMoved.push_back(difference.isMoved()[row]);
        }
    }
    if (difference.moveCount() <= MostSingleMoves)
        moveSingly(now, wanted, isMoved);
    else
        moveAtOnce(now, wanted);
}

void ServiceTableModel::Private::moveSingly(std::vector<int> &now, const std::vector<int> &wanted,
                                            const std::vector<bool> &isMoved)
{
    // Each that moves goes right behind the one that it shall follow, which is settled already.
    for (size_t i = 0; i < wanted.size(); ++i) {
        if (!isMoved[i])
            continue;
        const auto from = std::find(now.begin(), now.end(), wanted[i]);
        const auto to = i == 0 ? now.begin() : std::next(std::find(now.begin(), now.end(), wanted[i - 1]));
        if (from == to)
            continue;
        const int source = int(from - now.begin());
        const int destination = int(to - now.begin());
        q->beginMoveRows({}, source, source, {}, destination);
        rows.move(source, source < destination ? destination - 1 : destination);
        if (from < to)
            std::rotate(from, std::next(from), to);
        else
            std::rotate(to, from, std::next(from));
        q->endMoveRows();
    }
}

void ServiceTableModel::Private::moveAtOnce(const std::vector<int> &now, const std::vector<int> &wanted)
{
    Q_EMIT q->layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    std::vector<int> placeOfOld(size_t(*std::max_element(now.begin(), now.end())) + 1, -1);
    for (size_t row = 0; row < now.size(); ++row)
        placeOfOld[size_t(now[row])] = int(row);
    QVariantList sorted;
    sorted.reserve(rows.size());
    std::vector<int> newPlace(now.size());
    for (size_t row = 0; row < wanted.size(); ++row) {
        const int before = placeOfOld[size_t(wanted[row])];
        newPlace[size_t(before)] = int(row);
        sorted.append(rows.at(before));
    }
    const QModelIndexList persistent = q->persistentIndexList();
    for (const QModelIndex &index : persistent)
        q->changePersistentIndex(index, q->index(newPlace[size_t(index.row())], index.column()));
    rows = std::move(sorted);
    Q_EMIT q->layoutChanged({}, QAbstractItemModel::VerticalSortHint);
}

void ServiceTableModel::Private::insertNew(const RowDifference &difference, const QVariantList &newRows)
{
    const std::vector<int> &oldOfNew = difference.oldOfNew();
    for (int first = 0; first < int(oldOfNew.size()); ++first) {
        if (oldOfNew[size_t(first)] != RowDifference::New)
            continue;
        int last = first;
        while (last + 1 < int(oldOfNew.size()) && oldOfNew[size_t(last) + 1] == RowDifference::New)
            ++last;
        q->beginInsertRows({}, first, last);
        rows.insert(first, last - first + 1, QVariant());
        std::copy(newRows.begin() + first, newRows.begin() + last + 1, rows.begin() + first);
        q->endInsertRows();
        first = last;
    }
}

QList<int> ServiceTableModel::Private::changedRoles(const QVariant &before, const QVariant &after) const
{
    QList<int> roles;
    if (before.metaType().isEqualityComparable() && before == after)
        return roles;
    for (int column = 0; column < int(columns.size()); ++column) {
        const QVariant value = read(after, column);
        if (!value.metaType().isEqualityComparable() || value != read(before, column))
            roles.append(Qt::UserRole + column);
    }
    if (!roles.isEmpty())
        roles << Qt::UserRole + int(columns.size()) << Qt::DisplayRole << Qt::EditRole;
    return roles;
}

// Of the rows that were there before: neighbours with the same changes are told of together.
void ServiceTableModel::Private::change(const QVariantList &newRows, const RowDifference &difference)
{
    int first = -1;
    QList<int> roles;
    const auto tell = [&](int last) {
        if (!roles.isEmpty())
            Q_EMIT q->dataChanged(q->index(first, 0), q->index(last, int(columns.size()) - 1), roles);
    };
    for (int row = 0; row < int(newRows.size()); ++row) {
        QList<int> changed;
        if (difference.oldOfNew()[size_t(row)] != RowDifference::New)
            changed = changedRoles(rows.at(row), newRows.at(row));
        if (!changed.isEmpty())
            rows[row] = newRows.at(row);
        if (changed != roles) {
            tell(row - 1);
            first = row;
            roles = changed;
        }
    }
    tell(int(newRows.size()) - 1);
}

// ---- as a model ----

QVariant ServiceTableModel::row(int index) const
{
    return d->rows.value(index);
}

int ServiceTableModel::indexOf(const QVariant &key) const
{
    for (int row = 0; d->keyColumn >= 0 && row < int(d->rows.size()); ++row) {
        if (d->read(d->rows.at(row), d->keyColumn) == key)
            return row;
    }
    return -1;
}

int ServiceTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(d->rows.size());
}

int ServiceTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(d->columns.size());
}

QVariant ServiceTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const QVariant &row = d->rows.at(index.row());
    if (role == Qt::DisplayRole || role == Qt::EditRole)
        return d->read(row, index.column());
    if (role == Qt::UserRole + int(d->columns.size()))
        return row;
    return role >= Qt::UserRole ? d->read(row, role - Qt::UserRole) : QVariant();
}

QVariant ServiceTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::DisplayRole && section >= 0 && section < d->columns.size())
        return QString::fromUtf8(d->columns.at(section));
    return QAbstractTableModel::headerData(section, orientation, role);
}

QHash<int, QByteArray> ServiceTableModel::roleNames() const
{
    QHash<int, QByteArray> names;
    for (int column = 0; column < int(d->columns.size()); ++column)
        names.insert(Qt::UserRole + column, d->columns.at(column));
    names.insert(Qt::UserRole + int(d->columns.size()), QByteArrayLiteral("modelData"));
    return names;
}

} // namespace QtInterlink
