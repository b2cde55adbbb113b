// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <QtCore/QRandomGenerator>
#include <QtWidgets/QtWidgets>

// What services and widgets have to do with each other.

struct Track
{
    Q_GADGET
    Q_PROPERTY(int id MEMBER id)
    Q_PROPERTY(QString title MEMBER title)
public:
    int id = 0;
    QString title = {};
    friend bool operator==(const Track &, const Track &) = default;
};

namespace {

struct Playlist
{
    QList<Track> tracks;
    int volume = 0;
};
struct SetVolume
{
    int volume = 0;
};
struct SetTracks
{
    QList<int> ids;
};
struct Search
{
    using Response = QString;
    QString text;
};
struct Render
{
    using Response = bool;
    int steps = 0;
};
struct Slowly
{
    using Response = int;
};

class Player : public Service<Player>
{
public:
    void started(ServiceContext<Player> &ctx) { ctx.publish(m_playlist); }
    void handle(SetVolume message, ServiceContext<Player> &ctx)
    {
        m_playlist.volume = message.volume;
        ctx.publish(m_playlist);
    }
    void handle(const SetTracks &message, ServiceContext<Player> &ctx)
    {
        m_playlist.tracks.clear();
        for (int id : message.ids)
            m_playlist.tracks << Track{id, QStringLiteral("track %1").arg(id)};
        ctx.publish(m_playlist);
    }
    QString handle(const Search &message) { return message.text.toUpper(); }
    Task<bool> handle(Render message, ServiceContext<Player> &ctx)
    {
        for (int step = 1; step <= message.steps; ++step) {
            if (ctx.isCanceled()) {
                ++canceled;
                co_return false;
            }
            ctx.progress(step, message.steps);
            co_await ctx.sleep(100us);
        }
        co_return true;
    }
    Task<int> handle(Slowly, ServiceContext<Player> &ctx)
    {
        co_await ctx.sleep(10us);
        co_return 1;
    }

    static inline std::atomic<int> canceled{0};

private:
    Playlist m_playlist;
};

} // namespace

class tst_Widgets : public InterlinkTest
{
    Q_OBJECT
private Q_SLOTS:
    void aSliderDrivesAServiceThatDrivesALabel()
    {
        const auto link = Player::start();
        QWidget window;
        QVBoxLayout layout(&window);
        QSlider slider(Qt::Horizontal);
        QLabel label;
        layout.addWidget(&slider);
        layout.addWidget(&label);
        connectTo<SetVolume>(&slider, &QSlider::valueChanged, link);
        Observed<Playlist> playlist = link.observe<Playlist>();
        playlist.onChanged(&label, [&label](const Playlist &state) { label.setNum(state.volume); });
        window.show();
        QVERIFY(QTest::qWaitForWindowExposed(&window));
        QTest::keyClick(&slider, Qt::Key_Right);
        QTest::keyClick(&slider, Qt::Key_PageUp);
        TRY_COMPARE(label.text(), QString::number(slider.value()));
        QVERIFY(slider.value() > 1);
        stopAndWait(link);
    }
    void aSearchFieldAsks()
    {
        const auto link = Player::start();
        QLineEdit field;
        QLabel result;
        connect(&field, &QLineEdit::textEdited, &result, [&](const QString &text) {
            link.send(Search{text}).then(&result, [&result](const QString &found) { result.setText(found); });
        });
        field.show();
        QTest::keyClicks(&field, QStringLiteral("miles"));
        TRY_COMPARE(result.text(), QStringLiteral("MILES"));
        stopAndWait(link);
    }
    void aTableKeepsItsSelection()
    {
        const auto link = Player::start();
        ServiceTableModel model;
        model.setKeyProperty("id");
        model.follow(link.observe<Playlist>(), &Playlist::tracks);
        QTableView view;
        view.setModel(&model);
        view.setSelectionBehavior(QAbstractItemView::SelectRows);
        view.show();
        link.doSend(SetTracks{{1, 2, 3, 4, 5}});
        TRY_COMPARE(model.rowCount(), 5);
        view.selectRow(2);
        QCOMPARE(view.currentIndex().data().toInt(), 3);
        link.doSend(SetTracks{{5, 9, 3, 1}});
        TRY_COMPARE(model.rowCount(), 4);
        QCOMPARE(view.selectionModel()->selectedRows().size(), 1);
        QCOMPARE(view.selectionModel()->selectedRows().first().data().toInt(), 3);
        QCOMPARE(model.headerData(1, Qt::Horizontal).toString(), QStringLiteral("title"));
        stopAndWait(link);
    }
    void aProgressBarInOneLine()
    {
        const auto link = Player::start();
        QProgressBar bar;
        bool done = false;
        link.send<Render>(50).onProgress(&bar).then(&bar, [&done](bool all) { done = all; });
        TRY_VERIFY(done);
        QCOMPARE(bar.maximum(), 50);
        QCOMPARE(bar.value(), 50);
        stopAndWait(link);
    }
    void aProgressDialogCancels()
    {
        Player::canceled = 0;
        const auto link = Player::start();
        QProgressDialog dialog;
        dialog.setMinimumDuration(0);
        LinkError error = LinkError::NoError;
        link.send<Render>(10000000)
                .onProgress(&dialog)
                .then(&dialog, [](bool) {})
                .onFailed(&dialog, [&error](LinkError e) { error = e; });
        TRY_VERIFY(dialog.value() > 0);
        dialog.show();
        auto *const cancel = dialog.findChild<QPushButton *>();
        QVERIFY(cancel);
        QTest::mouseClick(cancel, Qt::LeftButton);
        TRY_COMPARE(error, LinkError::Canceled);
        TRY_COMPARE(Player::canceled.load(), 1);
        stopAndWait(link);
    }
    void repliesOfAWidgetThatDied()
    {
        // 5,000 widgets with 100 replies on their way each, and not one call into a dead one.
        const auto link = Player::start();
        QRandomGenerator random(20260301);
        int calls = 0;
        for (int round = 0; round < 5000; ++round) {
            auto widget = std::make_unique<QLabel>();
            QLabel *const raw = widget.get();
            for (int i = 0; i < 100; ++i) {
                if (i % 25 == 0)
                    link.send(Slowly()).then(raw, [raw, &calls](int number) {
                        raw->setNum(number);
                        ++calls;
                    });
                else
                    link.send(Search{QStringLiteral("x")}).then(raw, [raw, &calls](const QString &text) {
                        raw->setText(text);
                        ++calls;
                    });
            }
            // It dies with none, some or all of them answered.
            const int enough = calls + int(random.bounded(101));
            while (round % 2 && calls < enough)
                QCoreApplication::processEvents();
            widget.reset();
        }
        stopAndWait(link);
        QCoreApplication::processEvents();
        QVERIFY(calls > 0);
        QVERIFY(calls < 500000);
    }
    void anObservedStateOfAWidgetThatDied()
    {
        const auto link = Player::start();
        Observed<Playlist> playlist = link.observe<Playlist>();
        for (int round = 0; round < 500; ++round) {
            QLabel label;
            playlist.onChanged(&label, [&label](const Playlist &state) { label.setNum(state.volume); });
            link.doSend(SetVolume{round});
            QCoreApplication::processEvents();
        }
        stopAndWait(link);
    }
};

QTEST_MAIN(tst_Widgets)
#include "tst_widgets.moc"
