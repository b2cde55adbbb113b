// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <QtCore/QAbstractItemModel>
#include <QtCore/QRandomGenerator>
#include <QtTest/QAbstractItemModelTester>

#include <algorithm>

struct JobRow
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(double done MEMBER done)
public:
    int id = 0;
    QString name = {};
    double done = 0;
    friend bool operator==(const JobRow &, const JobRow &) = default;
};
Q_DECLARE_METATYPE(JobRow)

struct BoardState
{
    QList<JobRow> jobs;
};

namespace {

struct SetJobs
{
    QList<JobRow> jobs;
};
class JobBoard : public Service<JobBoard>
{
public:
    void handle(SetJobs message, ServiceContext<JobBoard> &ctx) { ctx.publish(BoardState{std::move(message.jobs)}); }
};

// What a model said, and a copy of its rows that was kept up to date by nothing else.
class Log : public QObject
{
    Q_OBJECT
public:
    explicit Log(ServiceTableModel *model) : m_model(model)
    {
        refill();
        connect(model, &QAbstractItemModel::rowsInserted, this, [this](const QModelIndex &, int first, int last) {
            entries << QStringLiteral("+%1-%2").arg(first).arg(last);
            for (int row = first; row <= last; ++row)
                copy.insert(row, m_model->row(row).value<JobRow>());
        });
        connect(model, &QAbstractItemModel::rowsRemoved, this, [this](const QModelIndex &, int first, int last) {
            entries << QStringLiteral("-%1-%2").arg(first).arg(last);
            copy.remove(first, last - first + 1);
        });
        connect(model, &QAbstractItemModel::rowsMoved, this,
                [this](const QModelIndex &, int from, int, const QModelIndex &, int to) {
                    entries << QStringLiteral(">%1-%2").arg(from).arg(to);
                    copy.move(from, from < to ? to - 1 : to);
                });
        connect(model, &QAbstractItemModel::dataChanged, this,
                [this](const QModelIndex &first, const QModelIndex &last) {
                    entries << QStringLiteral("=%1-%2").arg(first.row()).arg(last.row());
                    for (int row = first.row(); row <= last.row(); ++row)
                        copy[row] = m_model->row(row).value<JobRow>();
                });
        connect(model, &QAbstractItemModel::layoutChanged, this, [this] {
            entries << QStringLiteral("layout");
            refill();
        });
        connect(model, &QAbstractItemModel::modelReset, this, [this] {
            entries << QStringLiteral("reset");
            refill();
        });
    }
    QString take() { return std::exchange(entries, {}).join(u' '); }

    QStringList entries;
    QList<JobRow> copy;

private:
    void refill()
    {
        copy.clear();
        for (int row = 0; row < m_model->rowCount(); ++row)
            copy << m_model->row(row).value<JobRow>();
    }

    ServiceTableModel *m_model;
};

QList<JobRow> jobs(std::initializer_list<int> ids)
{
    QList<JobRow> rows;
    for (int id : ids)
        rows << JobRow{id, QString::number(id), 0};
    return rows;
}

QList<int> idsOf(const ServiceTableModel &model)
{
    QList<int> ids;
    for (int row = 0; row < model.rowCount(); ++row)
        ids << model.row(row).value<JobRow>().id;
    return ids;
}

} // namespace

class tst_ServiceTableModel : public InterlinkTest
{
    Q_OBJECT
private Q_SLOTS:
    void columnsAndRoles()
    {
        ServiceTableModel model;
        model.setRows(QList<JobRow>{{1, QStringLiteral("one"), 0.5}});
        QCOMPARE(model.columnCount(), 3);
        QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("name"));
        QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("one"));
        const QHash<int, QByteArray> names = model.roleNames();
        QCOMPARE(model.index(0, 0).data(names.key("done")).toDouble(), 0.5);
        QCOMPARE(model.index(0, 0).data(names.key("modelData")).value<JobRow>().id, 1);
    }
    void emptyHasItsColumnsToo()
    {
        ServiceTableModel model;
        model.setRows(QList<JobRow>());
        QCOMPARE(model.columnCount(), 3);
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(model.roleNames().values().contains("name"));
    }
    void maps()
    {
        ServiceTableModel model;
        model.setKeyProperty("id");
        Log log(&model);
        const auto map = [](int id, const QString &name) {
            return QVariant(QVariantMap{{QStringLiteral("id"), id}, {QStringLiteral("name"), name}});
        };
        model.setRows(QVariantList{map(1, QStringLiteral("a")), map(2, QStringLiteral("b"))});
        QCOMPARE(model.columnCount(), 2);
        log.take();
        model.setRows(QVariantList{map(2, QStringLiteral("b")), map(1, QStringLiteral("c"))});
        QCOMPARE(log.take(), QStringLiteral(">1-0 =1-1"));
        QCOMPARE(model.indexOf(1), 1);
        QCOMPARE(model.indexOf(3), -1);
    }

    void minimalChanges_data()
    {
        QTest::addColumn<QList<JobRow>>("before");
        QTest::addColumn<QList<JobRow>>("after");
        QTest::addColumn<QString>("changes");
        QTest::newRow("nothing") << jobs({1, 2, 3}) << jobs({1, 2, 3}) << QString();
        QTest::newRow("append") << jobs({1, 2}) << jobs({1, 2, 3, 4}) << QStringLiteral("+2-3");
        QTest::newRow("prepend") << jobs({2}) << jobs({1, 2}) << QStringLiteral("+0-0");
        QTest::newRow("fill") << jobs({}) << jobs({1, 2, 3}) << QStringLiteral("+0-2");
        QTest::newRow("clear") << jobs({1, 2, 3}) << jobs({}) << QStringLiteral("-0-2");
        QTest::newRow("removeInTheMiddle") << jobs({1, 2, 3, 4}) << jobs({1, 4}) << QStringLiteral("-1-2");
        QTest::newRow("removeApart") << jobs({1, 2, 3, 4, 5}) << jobs({2, 4}) << QStringLiteral("-4-4 -2-2 -0-0");
        QTest::newRow("oneToTheEnd") << jobs({1, 2, 3, 4}) << jobs({2, 3, 4, 1}) << QStringLiteral(">0-4");
        QTest::newRow("oneToTheFront") << jobs({1, 2, 3, 4}) << jobs({4, 1, 2, 3}) << QStringLiteral(">3-0");
        QTest::newRow("swap") << jobs({1, 2, 3, 4}) << jobs({1, 3, 2, 4}) << QStringLiteral(">2-1");
        QTest::newRow("reverse") << jobs({1, 2, 3}) << jobs({3, 2, 1}) << QStringLiteral(">1-0 >2-0");
        QTest::newRow("mixed") << jobs({1, 2, 3, 4, 5}) << jobs({5, 2, 6, 3, 1})
                               << QStringLiteral("-3-3 >0-3 >3-0 +2-2");
        QTest::newRow("replaceAll") << jobs({1, 2}) << jobs({3, 4}) << QStringLiteral("-0-1 +0-1");
    }
    void minimalChanges()
    {
        QFETCH(QList<JobRow>, before);
        QFETCH(QList<JobRow>, after);
        QFETCH(QString, changes);
        ServiceTableModel model;
        const QAbstractItemModelTester tester(&model);
        model.setKeyProperty("id");
        model.setRows(before);
        Log log(&model);
        model.setRows(after);
        QCOMPARE(log.copy, after);
        QStringList structure = log.entries;
        structure.removeIf([](const QString &entry) { return entry.startsWith(u'='); });
        // As many steps as are needed; which of two equally short ways is taken is left open.
        QCOMPARE(structure.size(), changes.isEmpty() ? 0 : changes.split(u' ').size());
    }
    void aChangedRowNamesItsRoles()
    {
        ServiceTableModel model;
        model.setKeyProperty("id");
        model.setRows(jobs({1, 2, 3}));
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        QList<JobRow> rows = jobs({1, 2, 3});
        rows[1].done = 0.5;
        model.setRows(rows);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed[0][0].toModelIndex(), model.index(1, 0));
        QCOMPARE(changed[0][1].toModelIndex(), model.index(1, 2));
        const auto roles = changed[0][2].value<QList<int>>();
        QVERIFY(roles.contains(model.roleNames().key("done")));
        QVERIFY(!roles.contains(model.roleNames().key("name")));
    }
    void neighboursChangeTogether()
    {
        ServiceTableModel model;
        model.setKeyProperty("id");
        model.setRows(jobs({1, 2, 3, 4}));
        Log log(&model);
        QList<JobRow> rows = jobs({1, 2, 3, 4});
        rows[1].done = rows[2].done = 1;
        rows[3].name = QStringLiteral("x");
        model.setRows(rows);
        QCOMPARE(log.take(), QStringLiteral("=1-2 =3-3"));
    }
    void withoutAKeyByPlace()
    {
        ServiceTableModel model;
        model.setRows(jobs({1, 2, 3}));
        Log log(&model);
        model.setRows(jobs({1, 5}));
        QCOMPARE(log.take(), QStringLiteral("-2-2 =1-1"));
        model.setRows(jobs({1, 5, 6}));
        QCOMPARE(log.take(), QStringLiteral("+2-2"));
    }
    void keysThatStandTwice()
    {
        ServiceTableModel model;
        const QAbstractItemModelTester tester(&model);
        model.setKeyProperty("id");
        model.setRows(jobs({1, 1, 2, 2}));
        Log log(&model);
        model.setRows(jobs({2, 1, 2, 1, 1}));
        QCOMPARE(log.copy, jobs({2, 1, 2, 1, 1}));
    }
    void persistentIndexesFollowTheirRows_data()
    {
        QTest::addColumn<int>("count"); // few are moved one by one, many at once
        QTest::newRow("few") << 20;
        QTest::newRow("many") << 1000;
    }
    void persistentIndexesFollowTheirRows()
    {
        QFETCH(int, count);
        QList<JobRow> rows;
        for (int id = 0; id < count; ++id)
            rows << JobRow{id, QString::number(id), 0};
        ServiceTableModel model;
        model.setKeyProperty("id");
        model.setRows(rows);
        QList<QPersistentModelIndex> indexes;
        for (int id = 0; id < count; id += 3)
            indexes << QPersistentModelIndex(model.index(id, 1));
        std::reverse(rows.begin(), rows.end());
        rows.removeAt(count / 2);
        model.setRows(rows);
        for (const QPersistentModelIndex &index : indexes) {
            if (index.isValid())
                QCOMPARE(index.data().toString(), rows[index.row()].name);
        }
        QCOMPARE(std::count_if(indexes.begin(), indexes.end(), [](const auto &index) { return !index.isValid(); }) <= 1,
                 true);
    }
    void anyListBecomesAnyOther()
    {
        QRandomGenerator random(20240117);
        ServiceTableModel model;
        const QAbstractItemModelTester tester(&model);
        model.setKeyProperty("id");
        Log log(&model);
        for (int round = 0; round < 500; ++round) {
            QList<JobRow> rows;
            const int count = int(random.bounded(30));
            for (int i = 0; i < count; ++i) {
                const int id = int(random.bounded(40)); // now and then twice
                rows << JobRow{id, QString::number(id), double(random.bounded(3))};
            }
            model.setRows(rows);
            QCOMPARE(log.copy, rows);
            QCOMPARE(model.rowCount(), count);
        }
    }
    void movesAreAsFewAsPossible()
    {
        // One row of a hundred goes elsewhere: one move, whichever it is.
        QList<JobRow> rows;
        for (int id = 0; id < 100; ++id)
            rows << JobRow{id, QString(), 0};
        for (int from = 0; from < 100; from += 7) {
            for (int to = 0; to < 100; to += 11) {
                ServiceTableModel model;
                model.setKeyProperty("id");
                model.setRows(rows);
                Log log(&model);
                QList<JobRow> moved = rows;
                moved.move(from, to);
                model.setRows(moved);
                QCOMPARE(log.entries.size(), from == to ? 0 : 1);
                QCOMPARE(log.copy, moved);
            }
        }
    }
    void anotherTypeOfRows()
    {
        ServiceTableModel model;
        model.setRows(jobs({1, 2}));
        model.setRows(QVariantList{QVariantMap{{QStringLiteral("a"), 1}}});
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(model.columnCount(), 1);
    }
    void followsWhatAServicePublishes()
    {
        const auto link = JobBoard::start();
        ServiceTableModel model;
        const QAbstractItemModelTester tester(&model);
        model.setKeyProperty("id");
        model.follow(link.observe<BoardState>(), &BoardState::jobs);
        QCOMPARE(model.columnCount(), 3);
        link.doSend<SetJobs>(jobs({1, 2, 3}));
        TRY_COMPARE(idsOf(model), (QList<int>{1, 2, 3}));
        Log log(&model);
        link.doSend<SetJobs>(jobs({1, 3, 4}));
        TRY_COMPARE(idsOf(model), (QList<int>{1, 3, 4}));
        QCOMPARE(log.take(), QStringLiteral("-1-1 +2-2"));
        stopAndWait(link);
        QCOMPARE(model.rowCount(), 3); // what was seen last stays
    }
};

QTEST_GUILESS_MAIN(tst_ServiceTableModel)
#include "tst_servicetablemodel.moc"
