// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SERVICETABLEMODEL_H
#define QTINTERLINK_SERVICETABLEMODEL_H

#include <QtInterlink/observed.h>

#include <QtCore/QAbstractTableModel>
#include <QtCore/QByteArray>
#include <QtCore/QHash>
#include <QtCore/QList>
#include <QtCore/QVariant>

#include <memory>

namespace QtInterlink {

/*!
    \class QtInterlink::ServiceTableModel
    \since 0.1
    Rows that a service publishes, for QTableView, QListView and QML's views. Each new list of rows is compared with the
    last one and becomes the fewest inserts, removes, moves and changes that lead to it, so that views animate and keep
    their selection and place.

    A row is a Q_GADGET or a QVariantMap. Each of its properties is a column, whose header is the property's name, and a
    role of that name; the role \c modelData is the whole row. The first row, or setRowType(), settles which properties
    there are.

    \code
    auto *model = new ServiceTableModel(this);
    model->setKeyProperty("id");
    model->follow(link.observe<Board>(), &Board::jobs);
    view->setModel(model);
    \endcode

    For the thread that made it.
*/
class Q_INTERLINK_EXPORT ServiceTableModel : public QAbstractTableModel
{
    Q_OBJECT
    Q_PROPERTY(QByteArray keyProperty READ keyProperty WRITE setKeyProperty NOTIFY keyPropertyChanged)
    Q_PROPERTY(int count READ rowCount NOTIFY countChanged)
public:
    /*! A model without columns, which come with the first rows or setRowType(). */
    explicit ServiceTableModel(QObject *parent = nullptr);
    ~ServiceTableModel() override;

    /*!
        The property that tells rows apart. Without one, rows are told apart by their place: those that are gone from
       the end are removed, the others change. Two rows with one key are taken for different rows in their order.
    */
    QByteArray keyProperty() const;
    void setKeyProperty(const QByteArray &name);

    /*!
        Settles the columns and roles before there are rows: those of the gadget \a type. Forgets the rows if it is a
       new type.
    */
    void setRowType(QMetaType type);

    /*! Makes \a rows the rows. Takes O(n log n). */
    void setRows(const QVariantList &rows);
    template <typename T>
    void setRows(const QList<T> &rows)
    {
        setRowType(QMetaType::fromType<T>());
        QVariantList list;
        list.reserve(rows.size());
        for (const T &row : rows)
            list.append(QVariant::fromValue(row));
        setRows(list);
    }
    /*! The row at \a index, as it was given; an invalid variant if there is none. */
    QVariant row(int index) const;
    /*! The row whose key is \a key; -1 if there is none. */
    int indexOf(const QVariant &key) const;

    /*! Keeps the rows those of \a list in each state that is observed. The model takes \a state over. */
    template <typename State, typename T>
    void follow(Observed<State> state, QList<T> State::*list)
    {
        setRowType(QMetaType::fromType<T>());
        followState(std::make_shared<Observed<State>>(std::move(state)),
                    [list](const State &newest) -> const QList<T> & { return newest.*list; });
    }
    /*! The same where the state is the list itself. */
    template <typename T>
    void follow(Observed<QList<T>> state)
    {
        setRowType(QMetaType::fromType<T>());
        followState(std::make_shared<Observed<QList<T>>>(std::move(state)),
                    [](const QList<T> &newest) -> const QList<T> & { return newest; });
    }

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    QHash<int, QByteArray> roleNames() const override;

Q_SIGNALS:
    void keyPropertyChanged();
    void countChanged();

private:
    template <typename State, typename List>
    void followState(std::shared_ptr<Observed<State>> state, List list)
    {
        m_followed = state;
        state->onChanged(this, [this, list](const State &newest) { setRows(list(newest)); });
    }

    class Private;
    const std::unique_ptr<Private> d;
    std::shared_ptr<void> m_followed;
};

} // namespace QtInterlink

#endif
