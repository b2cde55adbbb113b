// SPDX-License-Identifier: MIT
// The program of examples/30-photo-sorter: its real window, driven by keys and clicks over folders of generated images,
// and the program itself, run from outside.
#include "collector.h"
#include "mainwindow.h"
#include "moves.h"
#include "photosamples.h"
#include "preview.h"
#include "testsupport.h"
#include "unprivileged.h"

#include <QtCore/QLibraryInfo>
#include <QtCore/QVersionNumber>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QStatusBar>

#include <bit>
#include <numeric>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using PhotoSamples::encoded;
using PhotoSamples::jpeg;
using PhotoSamples::scene;
using PhotoSamples::write;

static constexpr QSize Small = {320, 240};

// The window, as a user has it in front of him.
class Sorter
{
public:
    explicit Sorter(int jobs = 2) : m_link(start<MainWindow>(Placement::onThread(qApp->thread()), jobs))
    {
        m_link.doExec([this](MainWindow &shown) { window = &shown; });
        if (!QTest::qWaitFor([this] { return window; }, 60'000))
            qFatal("the window never came");
        m_link.stopped().then(qApp, [this] { window = nullptr; });
    }
    ~Sorter()
    {
        m_link.stop();
        if (!QTest::qWaitFor([this] { return !window; }, 60'000))
            qFatal("the window never stopped");
    }

    void open(const QString &folder) { m_link.doSend(OpenFolder{folder}); }
    bool scan(const QString &folder)
    {
        QSignalSpy scanned(window, &MainWindow::scanned);
        open(folder);
        return scanned.wait(60'000);
    }

    template <typename T>
    T *child() const
    {
        return window->findChild<T *>();
    }
    QListView *list() const { return child<QListView>(); }
    Preview *preview() const { return child<Preview>(); }
    // By the text of one of its items.
    QComboBox *box(const QString &item) const
    {
        for (QComboBox *const box : window->findChildren<QComboBox *>()) {
            if (box->findText(item) >= 0)
                return box;
        }
        return nullptr;
    }
    void choose(const QString &item) const
    {
        QComboBox *const combo = box(item);
        QTest::keyClick(combo, Qt::Key_Home);
        for (int i = combo->findText(item); i > 0; --i)
            QTest::keyClick(combo, Qt::Key_Down);
    }
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) const
    {
        QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : window, key, modifiers);
    }

    // What the list shows, in order.
    QStringList names() const
    {
        QStringList names;
        for (int row = 0; row < list()->model()->rowCount(); ++row)
            names << list()->model()->index(row, 0).data().toString();
        return names;
    }
    bool select(const QString &name, Qt::KeyboardModifiers modifiers = {}) const
    {
        const int row = int(names().indexOf(name));
        if (row < 0)
            return false;
        const QModelIndex index = list()->model()->index(row, 0);
        list()->scrollTo(index);
        QTest::mouseClick(list()->viewport(), Qt::LeftButton, modifiers, list()->visualRect(index).center());
        list()->setFocus();
        return list()->currentIndex() == index;
    }
    const PhotoModel::Row *photo(const QString &name) const
    {
        for (int row = 0; row < window->photos()->rowCount(); ++row) {
            if (window->photos()->at(row).path.endsWith(u'/' + name))
                return &window->photos()->at(row);
        }
        return nullptr;
    }
    bool finishDialog(const QString &folder) const
    {
        if (!QTest::qWaitFor([this] { return child<QFileDialog>() != nullptr; }, 60'000))
            return false;
        auto *const dialog = child<QFileDialog>();
        dialog->findChild<QLineEdit *>(u"fileNameEdit"_s)->setText(folder);
        QMetaObject::invokeMethod(dialog, "accept");
        if (!QTest::qWaitFor([this] { return !child<QFileDialog>(); }, 60'000))
            return false;
        window->activateWindow();
        list()->setFocus();
        return QTest::qWaitForWindowActive(window, 60'000);
    }

    MainWindow *window = nullptr;

private:
    Link<MainWindow> m_link;
};

class tst_photosorter : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void findsAllImagesBelowAFolder();
    void followsNoLinks();
    void listsWhatIsBroken();
    void listsAMissingFolder();
    void listsAnUnreadableFolder();
    void showsRotatedPhotosUpright_data();
    void showsRotatedPhotosUpright();
    void groupsNearDuplicates();
    void indexAgreesWithComparingAll();
    void sortsByWhatIsChosen();
    void filtersByTextAndKind();
    void previewsTheCurrentPhoto();
    void previewsTheNewestWish();
    void showsOnePhotoLarge();
    void movesToTheTrashAndBack();
    void movesToAnotherFolderAndBack();
    void neverOverwrites();
    void showsAgainWhatCannotBeMoved();
    void movesNoFolders();
    void undoMayComeAtOnce();
    void selectsSpares();
    void cancelsInTheMiddle();
    void closesInTheMiddle_data();
    void closesInTheMiddle();
    void opensAnotherFolderInTheMiddle();
    void filesMayVanishMeanwhile();
    void keepsThumbnailsWithinTheirMemory();
    void showsHowFarItIs();
    void remembersWindowAndFolder();
    void programTellsWhatItTakes_data();
    void programTellsWhatItTakes();
    void programTakesItsPicture();
    void programEndsWhenAsked_data();
    void programEndsWhenAsked();

private:
    QString path(const QString &name) const { return m_folder->filePath(u"photos/"_s + name); }
    QString photos() const { return m_folder->filePath(u"photos"_s); }
    QString trashed(const QString &name) const { return m_folder->filePath(u"data/Trash/files/"_s + name); }
    void writeMany(int count) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void tst_photosorter::initTestCase()
{
    QCoreApplication::setOrganizationName(u"QtInterlink"_s);
    QCoreApplication::setApplicationName(u"photo-sorter"_s);
}

void tst_photosorter::init()
{
    InterlinkTest::init();
    m_folder = std::make_unique<QTemporaryDir>();
    qputenv("XDG_DATA_HOME", QFile::encodeName(m_folder->filePath(u"data"_s)));
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_folder->filePath(u"config"_s));
    QDir().mkpath(photos());
    QDir().mkpath(m_folder->filePath(u"data"_s)); // as every home has it
}

void tst_photosorter::cleanup()
{
    m_folder.reset();
    InterlinkTest::cleanup();
}

// Small ones that look different, except that every third is a copy.
void tst_photosorter::writeMany(int count) const
{
    for (int i = 0; i < count; ++i) {
        const QByteArray bytes = jpeg(scene(i % 3 == 2 ? i - 1 : i, Small));
        write(path(u"%1/IMG_%2.jpg"_s.arg(i / 50).arg(i, 4, 10, QChar(u'0'))), bytes);
    }
}

void tst_photosorter::findsAllImagesBelowAFolder()
{
    writeMany(120);
    QStringList expected;
    for (int i = 0; i < 120; ++i)
        expected << u"IMG_%1.jpg"_s.arg(i, 4, 10, QChar(u'0'));
    const QImage image = scene(1000, Small);
    write(path(u"b/deep/er/a.png"_s), encoded(image, "png"));
    write(path(u"b/deep/B.BMP"_s), encoded(image, "bmp"));
    write(path(u"b/c.ppm"_s), encoded(image, "ppm"));
    write(path(u"b/ünï cödé\n.png"_s), encoded(image, "png"));
    write(path(u"b/png inside.jpg"_s), encoded(image, "png"));
    write(path(u"b/tiny.gif"_s), QByteArray::fromBase64("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"));
    write(path(u"b/notes.txt"_s), "not an image");
    write(path(u"b/noname"_s), encoded(image, "png"));
    expected << u"a.png"_s << u"B.BMP"_s << u"c.ppm"_s << u"ünï cödé\n.png"_s << u"png inside.jpg"_s << u"tiny.gif"_s;

    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QStringList names = sorter.names();
    QVERIFY(sorter.photo(u"tiny.gif"_s));
    names.sort();
    expected.sort();
    QCOMPARE(names, expected);
    for (const QString &name : std::as_const(expected))
        QCOMPARE(sorter.photo(name)->problem, QString());
    QCOMPARE(sorter.photo(u"a.png"_s)->pixels, Small);
    QCOMPARE(sorter.photo(u"a.png"_s)->bytes, QFileInfo(path(u"b/deep/er/a.png"_s)).size());
}

void tst_photosorter::followsNoLinks()
{
    write(path(u"inside/a.png"_s), encoded(scene(1, Small), "png"));
    QVERIFY(QFile::link(photos(), path(u"inside/loop"_s)));
    QVERIFY(QFile::link(path(u"inside/a.png"_s), path(u"link.png"_s)));
    QVERIFY(QFile::link(path(u"nowhere.png"_s), path(u"broken.png"_s)));
    const QString alias = m_folder->filePath(u"alias"_s);
    QVERIFY(QFile::link(photos(), alias));

    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QCOMPARE(sorter.names(), QStringList{u"a.png"_s});
    QVERIFY(sorter.scan(alias)); // but the one that was chosen is
    QCOMPARE(sorter.names(), QStringList{u"a.png"_s});
}

void tst_photosorter::listsWhatIsBroken()
{
    const QImage image = scene(3, {640, 480});
    write(path(u"good.jpg"_s), jpeg(image));
    write(path(u"empty.jpg"_s), {});
    write(path(u"garbage.jpg"_s), QByteArray(5000, 'x'));
    write(path(u"cut off.png"_s), encoded(image, "png").left(300));
    write(path(u"cut off.jpg"_s), jpeg(image).left(9000));
    write(path(u"cut off early.jpg"_s), jpeg(image).left(30));
    write(path(u"bomb.png"_s), PhotoSamples::hollowPng({100'000, 100'000}));
    QVERIFY(::mkfifo(QFile::encodeName(path(u"pipe.png"_s)).constData(), 0600) == 0); // must not be waited for
    QDir(photos()).mkdir(u"folder.png"_s);

    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QCOMPARE(sorter.names().size(), 7);
    QCOMPARE(sorter.photo(u"good.jpg"_s)->problem, QString());
    QCOMPARE(sorter.photo(u"empty.jpg"_s)->problem, u"The file is empty"_s);
    QCOMPARE(sorter.photo(u"cut off.jpg"_s)->problem, u"The end is missing"_s);
    QVERIFY(sorter.photo(u"bomb.png"_s)->problem.contains(u"100000 × 100000"_s));
    for (const QString &name : {u"garbage.jpg"_s, u"cut off.png"_s, u"cut off early.jpg"_s})
        QVERIFY(!sorter.photo(name)->problem.isEmpty());

    sorter.choose(u"Unreadable"_s);
    QCOMPARE(sorter.names().size(), 6);
    QVERIFY(sorter.select(u"bomb.png"_s));
    TRY_VERIFY(sorter.preview()->isComplete());
    QVERIFY(sorter.preview()->image().isNull());
    QVERIFY(sorter.preview()->findChild<QLabel *>()->text().contains(u"Too large"_s));
}

void tst_photosorter::listsAMissingFolder()
{
    Sorter sorter;
    QVERIFY(sorter.scan(path(u"nowhere"_s)));
    QCOMPARE(sorter.names(), QStringList{u"nowhere"_s});
    QCOMPARE(sorter.photo(u"nowhere"_s)->problem, u"There is no such folder"_s);
}

void tst_photosorter::listsAnUnreadableFolder()
{
    // Root may read everything, unless it gives that up.
    if (::geteuid() == 0 && !qEnvironmentVariableIsSet("UNPRIVILEGED")) {
#ifdef Q_OS_LINUX
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"UNPRIVILEGED"_s, u"1"_s);
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        QStringList command = unprivileged({QCoreApplication::applicationFilePath(), u"listsAnUnreadableFolder"_s});
        process.setProgram(command.takeFirst());
        process.setArguments(command);
        process.start();
        QVERIFY(process.waitForFinished(60'000));
        const QByteArray output = process.readAll();
        QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0, output.constData());
        QVERIFY2(output.contains("PASS   : tst_photosorter::listsAnUnreadableFolder()"), output.constData());
        return;
#else
        QSKIP("nothing is unreadable to root");
#endif
    }
    write(path(u"a.png"_s), encoded(scene(1, Small), "png"));
    write(path(u"closed/b.png"_s), encoded(scene(2, Small), "png"));
    write(path(u"c.png"_s), encoded(scene(3, Small), "png"));
    QFile::setPermissions(path(u"c.png"_s), {});
    QFile::setPermissions(path(u"closed"_s), {});
    {
        Sorter sorter;
        QVERIFY(sorter.scan(photos()));
        QCOMPARE(sorter.names(), (QStringList{u"a.png"_s, u"c.png"_s, u"closed"_s}));
        QVERIFY(!sorter.photo(u"c.png"_s)->problem.isEmpty());
        QVERIFY(!sorter.photo(u"closed"_s)->problem.isEmpty());
    }
    QFile::setPermissions(path(u"closed"_s), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

void tst_photosorter::showsRotatedPhotosUpright_data()
{
    QTest::addColumn<int>("orientation");
    for (int i = 1; i <= 8; ++i)
        QTest::addRow("%d", i) << i;
}

// Red at the top left, green at the top right, blue at the bottom left.
static QImage signpost()
{
    QImage image(600, 300, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.fillRect(0, 0, 300, 150, Qt::red);
    painter.fillRect(300, 0, 300, 150, Qt::green);
    painter.fillRect(0, 150, 300, 150, Qt::blue);
    return image;
}

static QString signpostColors(const QImage &image)
{
    QString colors;
    for (const QPointF &place : {QPointF(0.25, 0.25), QPointF(0.75, 0.25), QPointF(0.25, 0.75), QPointF(0.75, 0.75)}) {
        const QColor color = image.pixelColor(int(place.x() * image.width()), int(place.y() * image.height()));
        colors += color.red() > 128 ? (color.green() > 128 ? u'w' : u'r') : color.green() > 128 ? u'g' : u'b';
    }
    return colors;
}

void tst_photosorter::showsRotatedPhotosUpright()
{
    QFETCH(int, orientation);
    write(path(u"a.jpg"_s), jpeg(signpost(), orientation));
    const QImage stored = QImage(path(u"a.jpg"_s));
    QCOMPARE(stored.size(), orientation < 5 ? QSize(600, 300) : QSize(300, 600));

    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QCOMPARE(sorter.photo(u"a.jpg"_s)->pixels, QSize(600, 300));
    const QImage thumbnail = sorter.window->photos()->thumbnail(0);
    QCOMPARE(thumbnail.size(), QSize(256, 128));
    QCOMPARE(signpostColors(thumbnail), u"rgbw"_s);
    sorter.preview()->setActualSize(true);
    TRY_COMPARE(sorter.preview()->image().size(), QSize(600, 300));
    QCOMPARE(signpostColors(sorter.preview()->image()), u"rgbw"_s);
}

static QImage brightened(QImage image, int percent)
{
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x)
            image.setPixelColor(x, y, image.pixelColor(x, y).lighter(percent));
    }
    return image;
}

void tst_photosorter::groupsNearDuplicates()
{
    constexpr int Scenes = 60;
    for (int i = 0; i < Scenes; ++i) {
        const QImage image = scene(i, {640, 480});
        write(path(u"%1.jpg"_s.arg(i)), jpeg(image));
        if (i % 10 == 0) {
            write(path(u"%1 copy.jpg"_s.arg(i)), jpeg(image));
            write(path(u"%1 small.jpg"_s.arg(i)),
                  jpeg(image.scaled(320, 240, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)));
            write(path(u"%1 bright.png"_s.arg(i)), encoded(brightened(image, 115), "png"));
            write(path(u"%1 poor.jpg"_s.arg(i)), jpeg(image, 1, 20));
            write(path(u"%1 turned.jpg"_s.arg(i)), jpeg(image, 6));
        }
    }
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QCOMPARE(sorter.names().size(), Scenes + 30);
    for (int i = 0; i < Scenes; ++i) {
        const PhotoModel::Row &photo = *sorter.photo(u"%1.jpg"_s.arg(i));
        QCOMPARE(photo.alike, i % 10 == 0 ? 6 : 1);
        if (i % 10 == 0)
            QCOMPARE(sorter.photo(u"%1 bright.png"_s.arg(i))->group, photo.group);
    }
    sorter.choose(u"Duplicates"_s);
    QCOMPARE(sorter.names().size(), 36);
}

void tst_photosorter::indexAgreesWithComparingAll()
{
    QRandomGenerator random(1);
    std::vector<quint64> hashes;
    for (int i = 0; i < 1000; ++i) {
        quint64 hash =
                i % 4 == 0 || hashes.empty() ? random.generate64() : hashes[random.bounded(quint32(hashes.size()))];
        for (quint32 flips = random.bounded(10U); i % 4 != 0 && flips > 0; --flips)
            hash ^= quint64(1) << random.bounded(64);
        hashes.push_back(hash);
    }
    std::vector<int> expected(hashes.size()), found(hashes.size());
    std::iota(expected.begin(), expected.end(), 0);
    found = expected;
    const auto unite = [](std::vector<int> &groups, int a, int b) {
        const int from = groups[size_t(a)], to = groups[size_t(b)];
        for (int &group : groups)
            group = group == from ? to : group;
    };
    AlikeIndex index;
    for (int i = 0; i < int(hashes.size()); ++i) {
        for (const auto &[a, b] : index.add(hashes[size_t(i)])) {
            QVERIFY(found[size_t(a)] != found[size_t(b)]); // nothing is said twice
            unite(found, a, b);
        }
        for (int j = 0; j < i; ++j) {
            if (std::popcount(hashes[size_t(i)] ^ hashes[size_t(j)]) <= AlikeIndex::MaxDistance)
                unite(expected, i, j);
        }
    }
    for (size_t i = 0; i < hashes.size(); ++i) {
        for (size_t j = 0; j < i; ++j)
            QCOMPARE(found[i] == found[j], expected[i] == expected[j]);
    }
}

void tst_photosorter::sortsByWhatIsChosen()
{
    const QImage image = scene(1, {640, 480});
    write(path(u"b.png"_s), encoded(image, "png"));
    write(path(u"a.png"_s), encoded(image.scaled(Small), "png"));
    write(path(u"C.png"_s), encoded(scene(2, {100, 100}), "png"));
    write(path(u"d.png"_s), "broken");
    const QDateTime now = QDateTime::currentDateTime();
    for (const auto &[name, age] : std::initializer_list<std::pair<QString, int>>{
                 {u"a.png"_s, 3}, {u"b.png"_s, 1}, {u"C.png"_s, 4}, {u"d.png"_s, 2}}) {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.setFileTime(now.addDays(-age), QFileDevice::FileModificationTime));
    }
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QCOMPARE(sorter.names(), (QStringList{u"a.png"_s, u"b.png"_s, u"C.png"_s, u"d.png"_s}));
    sorter.choose(u"By date"_s);
    QCOMPARE(sorter.names(), (QStringList{u"C.png"_s, u"a.png"_s, u"d.png"_s, u"b.png"_s}));
    sorter.choose(u"By size"_s);
    QCOMPARE(sorter.names(), (QStringList{u"d.png"_s, u"C.png"_s, u"a.png"_s, u"b.png"_s}));
    sorter.choose(u"By similarity"_s);
    QCOMPARE(sorter.names(), (QStringList{u"b.png"_s, u"a.png"_s, u"C.png"_s, u"d.png"_s}));
    sorter.choose(u"By name"_s);
    for (QAction *const action : sorter.window->findChildren<QAction *>()) {
        if (action->isCheckable() && action->toolTip() == u"Descending"_s)
            action->trigger();
    }
    QCOMPARE(sorter.names(), (QStringList{u"d.png"_s, u"C.png"_s, u"b.png"_s, u"a.png"_s}));
}

void tst_photosorter::filtersByTextAndKind()
{
    for (int i = 0; i < 12; ++i)
        write(path(u"%1/photo %2.png"_s.arg(i % 2 ? u"Alps"_s : u"Coast"_s).arg(i)), encoded(scene(i, Small), "png"));
    write(path(u"Coast/photo 0 again.png"_s), encoded(scene(0, Small), "png"));
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    sorter.press(Qt::Key_F, Qt::ControlModifier);
    auto *const text = sorter.child<QLineEdit>();
    TRY_VERIFY(text->hasFocus());
    QTest::keyClicks(text, u"alps"_s);
    QCOMPARE(sorter.names().size(), 6);
    QTest::keyClicks(text, u"/photo 1"_s);
    QCOMPARE(sorter.names(), (QStringList{u"photo 1.png"_s, u"photo 11.png"_s}));
    sorter.press(Qt::Key_Escape);
    QCOMPARE(sorter.names().size(), 13);
    QTest::keyClicks(text, u"photos"_s); // the folder that was opened is in all paths
    QCOMPARE(sorter.names().size(), 0);
    text->clear();
    sorter.choose(u"Duplicates"_s);
    QCOMPARE(sorter.names(), (QStringList{u"photo 0 again.png"_s, u"photo 0.png"_s}));
    sorter.choose(u"All photos"_s);
    QCOMPARE(sorter.names().size(), 13);
}

void tst_photosorter::previewsTheCurrentPhoto()
{
    write(path(u"a.png"_s), encoded(scene(0, {1600, 1200}), "png"));
    write(path(u"b.png"_s), encoded(signpost(), "png"));
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QVERIFY(sorter.select(u"a.png"_s));
    const auto isShown = [&](const QString &name) {
        const QImage shown = sorter.preview()->image();
        return sorter.preview()->isComplete()
                && shown
                == loadImage(path(name), sorter.preview()->isActualSize() ? QSize() : sorter.preview()->size()).image;
    };
    TRY_VERIFY(isShown(u"a.png"_s));
    sorter.press(Qt::Key_Right);
    TRY_VERIFY(isShown(u"b.png"_s));
    sorter.press(Qt::Key_Left);
    TRY_VERIFY(isShown(u"a.png"_s));
    QVERIFY(sorter.preview()->image().width() < 1600);
    sorter.press(Qt::Key_Space);
    TRY_VERIFY(isShown(u"a.png"_s));
    QCOMPARE(sorter.preview()->image().size(), QSize(1600, 1200));
    QTest::mouseDClick(sorter.preview()->viewport(), Qt::LeftButton);
    TRY_VERIFY(isShown(u"a.png"_s));
    QVERIFY(sorter.preview()->image().width() < 1600);
    sorter.window->resize(sorter.window->size() + QSize(200, 100));
    TRY_VERIFY(isShown(u"a.png"_s));
}

void tst_photosorter::previewsTheNewestWish()
{
    writeMany(60);
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QVERIFY(sorter.select(u"IMG_0000.jpg"_s));
    for (int i = 0; i < 59; ++i)
        sorter.press(Qt::Key_Right);
    TRY_VERIFY(sorter.preview()->isComplete());
    QCOMPARE(sorter.list()->currentIndex().data().toString(), u"IMG_0059.jpg"_s);
    QCOMPARE(sorter.preview()->image(), loadImage(path(u"1/IMG_0059.jpg"_s), sorter.preview()->size()).image);
}

void tst_photosorter::showsOnePhotoLarge()
{
    writeMany(3);
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QVERIFY(sorter.select(u"IMG_0000.jpg"_s));
    sorter.press(Qt::Key_Return);
    QVERIFY(sorter.list()->isHidden());
    sorter.press(Qt::Key_Right);
    sorter.press(Qt::Key_Right);
    sorter.press(Qt::Key_Right); // there is no more
    sorter.press(Qt::Key_Left);
    QCOMPARE(sorter.list()->currentIndex().data().toString(), u"IMG_0001.jpg"_s);
    sorter.press(Qt::Key_Space);
    QVERIFY(sorter.preview()->isActualSize());
    sorter.press(Qt::Key_Escape);
    QVERIFY(!sorter.preview()->isActualSize());
    sorter.press(Qt::Key_Escape);
    QVERIFY(!sorter.list()->isHidden());
    QVERIFY(sorter.list()->hasFocus());
}

void tst_photosorter::movesToTheTrashAndBack()
{
    writeMany(6);
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QCOMPARE(sorter.photo(u"IMG_0001.jpg"_s)->alike, 2);
    QVERIFY(sorter.select(u"IMG_0002.jpg"_s));
    QVERIFY(sorter.select(u"IMG_0004.jpg"_s, Qt::ControlModifier));
    sorter.press(Qt::Key_Delete);
    QCOMPARE(sorter.names(), (QStringList{u"IMG_0000.jpg"_s, u"IMG_0001.jpg"_s, u"IMG_0003.jpg"_s, u"IMG_0005.jpg"_s}));
    QCOMPARE(sorter.photo(u"IMG_0001.jpg"_s)->alike, 1); // its double is away
    TRY_VERIFY(QFile::exists(trashed(u"IMG_0002.jpg"_s)) && QFile::exists(trashed(u"IMG_0004.jpg"_s)));
    QVERIFY(!QFile::exists(path(u"0/IMG_0002.jpg"_s)));

    sorter.press(Qt::Key_Z, Qt::ControlModifier);
    TRY_COMPARE(sorter.names().size(), 6);
    QVERIFY(QFile::exists(path(u"0/IMG_0002.jpg"_s)));
    QVERIFY(QFile::exists(path(u"0/IMG_0004.jpg"_s)));
    QCOMPARE(sorter.photo(u"IMG_0001.jpg"_s)->alike, 2);
    QCOMPARE(QDir(m_folder->filePath(u"data/Trash/files"_s)).count(), 2U); // "." and ".."
    QCOMPARE(QDir(m_folder->filePath(u"data/Trash/info"_s)).count(), 2U);

    QTest::keySequence(sorter.list(), QKeySequence::Redo);
    QCOMPARE(sorter.names().size(), 4);
    TRY_VERIFY(QFile::exists(trashed(u"IMG_0004.jpg"_s)));
}

void tst_photosorter::movesToAnotherFolderAndBack()
{
    writeMany(3);
    const QString target = m_folder->filePath(u"elsewhere"_s);
    QDir().mkpath(target);
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QVERIFY(sorter.select(u"IMG_0000.jpg"_s));
    sorter.press(Qt::Key_M, Qt::ControlModifier);
    QVERIFY(sorter.finishDialog(target));
    TRY_VERIFY(QFile::exists(target + u"/IMG_0000.jpg"_s));
    QCOMPARE(sorter.names(), (QStringList{u"IMG_0001.jpg"_s, u"IMG_0002.jpg"_s}));
    sorter.press(Qt::Key_Z, Qt::ControlModifier);
    TRY_COMPARE(sorter.names().size(), 3);
    QVERIFY(!QFile::exists(target + u"/IMG_0000.jpg"_s));
    QVERIFY(QFile::exists(path(u"0/IMG_0000.jpg"_s)));
}

void tst_photosorter::neverOverwrites()
{
    write(path(u"a.png"_s), encoded(scene(1, Small), "png"));
    const QString target = m_folder->filePath(u"elsewhere"_s);
    write(target + u"/a.png"_s, "mine");
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QVERIFY(sorter.select(u"a.png"_s));
    sorter.press(Qt::Key_M, Qt::ControlModifier);
    QVERIFY(sorter.finishDialog(target));
    TRY_VERIFY(QFile::exists(target + u"/a (2).png"_s));
    QCOMPARE(QFileInfo(target + u"/a.png"_s).size(), 4);

    // Nor on the way back.
    write(path(u"a.png"_s), "new");
    sorter.press(Qt::Key_Z, Qt::ControlModifier);
    TRY_VERIFY(sorter.window->statusBar()->currentMessage().startsWith(path(u"a.png"_s)));
    QCOMPARE(QFileInfo(path(u"a.png"_s)).size(), 3);
    QVERIFY(QFile::exists(target + u"/a (2).png"_s));
}

void tst_photosorter::showsAgainWhatCannotBeMoved()
{
    writeMany(2);
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    QFile::remove(path(u"0/IMG_0001.jpg"_s));
    QVERIFY(sorter.select(u"IMG_0001.jpg"_s));
    sorter.press(Qt::Key_Delete);
    TRY_COMPARE(sorter.names().size(), 2);
    QCOMPARE(sorter.window->statusBar()->currentMessage(), path(u"0/IMG_0001.jpg: The file is gone"_s));
}

void tst_photosorter::movesNoFolders()
{
    writeMany(3);
    Mover mover;
    QVERIFY(!mover.handle(PutAway{1, path(u"0"_s), {}}).isEmpty());
    QVERIFY(QFile::exists(path(u"0/IMG_0000.jpg"_s)));
}

void tst_photosorter::undoMayComeAtOnce()
{
    writeMany(40);
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    sorter.press(Qt::Key_A, Qt::ControlModifier);
    for (int i = 0; i < 3; ++i) { // while the moves are under way
        sorter.press(Qt::Key_Delete);
        QCOMPARE(sorter.names().size(), 0);
        sorter.press(Qt::Key_Z, Qt::ControlModifier);
        TRY_COMPARE(sorter.names().size(), 40);
        sorter.press(Qt::Key_A, Qt::ControlModifier);
    }
    for (int i = 0; i < 40; ++i)
        QVERIFY(QFile::exists(path(u"0/IMG_%1.jpg"_s.arg(i, 4, 10, QChar(u'0')))));
}

void tst_photosorter::selectsSpares()
{
    const QImage image = scene(4, {640, 480});
    write(path(u"best.png"_s), encoded(image, "png"));
    write(path(u"small.png"_s), encoded(image.scaled(Small), "png"));
    write(path(u"poor.jpg"_s), jpeg(image, 1, 30)); // as many pixels, but fewer bytes
    write(path(u"other.png"_s), encoded(scene(5, Small), "png"));
    Sorter sorter;
    QVERIFY(sorter.scan(photos()));
    sorter.press(Qt::Key_D, Qt::ControlModifier);
    sorter.list()->setFocus();
    sorter.press(Qt::Key_Delete);
    TRY_COMPARE(sorter.names(), (QStringList{u"best.png"_s, u"other.png"_s}));
    TRY_VERIFY(QFile::exists(trashed(u"small.png"_s)) && QFile::exists(trashed(u"poor.jpg"_s)));
}

void tst_photosorter::cancelsInTheMiddle()
{
    writeMany(300);
    Sorter sorter;
    QSignalSpy scanned(sorter.window, &MainWindow::scanned);
    sorter.open(photos());
    TRY_VERIFY(sorter.window->photos()->rowCount() > 0);
    sorter.press(Qt::Key_Escape);
    TRY_COMPARE(scanned.count(), 1);
    const int found = sorter.window->photos()->rowCount();
    QVERIFY(found < 300);
    QVERIFY(sorter.scan(photos())); // from the beginning
    QCOMPARE(sorter.window->photos()->rowCount(), 300);
}

void tst_photosorter::closesInTheMiddle_data()
{
    QTest::addColumn<int>("after");
    for (const int after : {0, 1, 20, 64, 100})
        QTest::addRow("after %d photos", after) << after;
}

void tst_photosorter::closesInTheMiddle()
{
    QFETCH(int, after);
    writeMany(150);
    Sorter sorter;
    sorter.open(photos());
    TRY_VERIFY(sorter.window->photos()->rowCount() >= after);
    sorter.window->close();
    TRY_VERIFY(!sorter.window);
} // and cleanup() waits until nobody is left

void tst_photosorter::opensAnotherFolderInTheMiddle()
{
    writeMany(120);
    const QString other = m_folder->filePath(u"other"_s);
    write(other + u"/a.png"_s, encoded(scene(1, Small), "png"));
    Sorter sorter;
    for (int i = 0; i < 5; ++i) {
        sorter.open(photos());
        if (i > 1)
            TRY_VERIFY(sorter.window->photos()->rowCount() > 1);
        QVERIFY(sorter.scan(other));
        QCOMPARE(sorter.names(), QStringList{u"a.png"_s});
        QVERIFY(!sorter.window->isScanning());
    }
}

void tst_photosorter::filesMayVanishMeanwhile()
{
    writeMany(200);
    Sorter sorter;
    QSignalSpy scanned(sorter.window, &MainWindow::scanned);
    sorter.open(photos());
    TRY_VERIFY(sorter.window->photos()->rowCount() > 0);
    QVERIFY(QDir(photos()).removeRecursively());
    TRY_COMPARE(scanned.count(), 1);
    for (const QString &name : sorter.names())
        QVERIFY(sorter.select(name));
    // What was read before is gone now, too, which its preview tells.
    TRY_VERIFY(sorter.preview()->isComplete());
    QVERIFY(sorter.preview()->image().isNull());
    TRY_COMPARE(sorter.preview()->findChild<QLabel *>()->text(), u"The file is gone"_s);
}

void tst_photosorter::keepsThumbnailsWithinTheirMemory()
{
    writeMany(200);
    constexpr qsizetype Limit = 40 * 256 * 192 * 4; // about as many as the window shows
    Sorter sorter;
    sorter.window->photos()->setThumbnailLimit(Limit);
    QVERIFY(sorter.scan(photos()));
    QVERIFY(sorter.window->photos()->thumbnailBytes() <= Limit);
    for (const auto to : {QListView::PositionAtTop, QListView::PositionAtBottom}) {
        const int row = to == QListView::PositionAtTop ? 0 : 199;
        sorter.list()->scrollTo(sorter.list()->model()->index(row, 0), to);
        const QString name = sorter.names().at(row);
        const int number = sorter.window->photos()->rowOf(sorter.photo(name)->path);
        TRY_VERIFY(!sorter.window->photos()->thumbnail(number).isNull());
        QVERIFY(sorter.window->photos()->thumbnailBytes() <= Limit);
    }
}

void tst_photosorter::showsHowFarItIs()
{
    writeMany(300);
    Sorter sorter(1);
    const auto says = [&sorter](const QString &pattern) {
        for (const QLabel *const label : sorter.window->statusBar()->findChildren<QLabel *>()) {
            if (QRegularExpression(pattern).match(label->text()).hasMatch())
                return true;
        }
        return false;
    };
    QVERIFY(says(u"Open a folder"_s));
    sorter.open(photos());
    TRY_VERIFY(says(u"^\\d+ of 300 photos, \\d+:\\d\\d left$"_s));
    TRY_VERIFY(says(u"^300 photos$"_s));
    TRY_VERIFY(says(u"^\\d+ photos/s · [0-9.]+ .*B/s$"_s));
    sorter.press(Qt::Key_A, Qt::ControlModifier);
    QVERIFY(says(u"^300 photos · 300 selected$"_s));
}

void tst_photosorter::remembersWindowAndFolder()
{
    writeMany(1);
    {
        Sorter sorter;
        QVERIFY(sorter.scan(photos()));
        sorter.window->resize(700, 500);
        sorter.choose(u"By size"_s);
    }
    QCOMPARE(QSettings().value("folder").toString(), photos());
    Sorter sorter;
    QCOMPARE(sorter.window->size(), QSize(700, 500));
    QCOMPARE(sorter.box(u"By size"_s)->currentText(), u"By size"_s);
}

// ---- the program ----

struct Run
{
    int exitCode = -1;
    QString output, errors;
};

static Run run(const QStringList &arguments)
{
    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), arguments);
    if (!process.waitForFinished(60'000) || process.exitStatus() != QProcess::NormalExit)
        qFatal("the program did not end well");
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

void tst_photosorter::programTellsWhatItTakes_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("text");
    QTest::newRow("help") << QStringList{u"--help"_s} << 0 << u"near-duplicates"_s;
    QTest::newRow("unknown option") << QStringList{u"--frobnicate"_s} << 2 << u"frobnicate"_s;
    QTest::newRow("two folders") << QStringList{u"/"_s, u"/tmp"_s} << 2 << u"one folder"_s;
    QTest::newRow("no jobs") << QStringList{u"--jobs"_s, u"0"_s} << 2 << u"jobs"_s;
    QTest::newRow("no such folder") << QStringList{u"/nowhere/at/all"_s} << 1 << u"/nowhere/at/all"_s;
}

void tst_photosorter::programTellsWhatItTakes()
{
    QFETCH(QStringList, arguments);
    QFETCH(int, exitCode);
    QFETCH(QString, text);
    const Run result = run(arguments);
    QCOMPARE(result.exitCode, exitCode);
    QVERIFY((exitCode == 0 ? result.output : result.errors).contains(text));
}

void tst_photosorter::programTakesItsPicture()
{
    writeMany(30);
    const QString file = m_folder->filePath(u"picture.png"_s);
    QCOMPARE(run({u"--screenshot"_s, file, photos()}).exitCode, 0);
    // The offscreen screen is 800 wide, and bounds windows in newer releases.
    QVERIFY(QImage(file).width() > (QLibraryInfo::version() < QVersionNumber(6, 5) ? 800 : 700));
}

void tst_photosorter::programEndsWhenAsked_data()
{
    QTest::addColumn<int>("milliseconds");
    for (const int milliseconds : {0, 30, 100, 200, 400, 800})
        QTest::addRow("after %d ms", milliseconds) << milliseconds;
}

void tst_photosorter::programEndsWhenAsked()
{
    QFETCH(int, milliseconds);
    writeMany(200);
    QProcess process;
    process.start(QStringLiteral(PROGRAM_PATH), {photos()});
    QVERIFY(process.waitForStarted(60'000));
    process.waitForFinished(milliseconds); // any moment will do
    process.terminate();
    QVERIFY(process.waitForFinished(60'000));
    // Before it listens for the signal, that ends it; afterwards it ends by itself.
    QVERIFY(process.exitStatus() == QProcess::CrashExit || process.exitCode() == 0);
    QVERIFY2(!process.readAllStandardError().contains("qt.interlink"), "something was not in order");
}

int main(int argc, char *argv[])
{
    if (!qEnvironmentVariableIsSet("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication app(argc, argv);
    QApplication::setQuitOnLastWindowClosed(false);
    tst_photosorter test;
    QTEST_SET_MAIN_SOURCE_PATH
    return QTest::qExec(&test, argc, argv);
}

#include "tst_photosorter.moc"
