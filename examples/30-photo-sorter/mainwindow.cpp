// SPDX-License-Identifier: MIT
#include "mainwindow.h"

#include "moves.h"
#include "photodelegate.h"
#include "preview.h"

#include <QtCore/QDir>
#include <QtCore/QSettings>
#include <QtGui/QCloseEvent>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QFileDialog>
#include <QtWidgets/QLabel>
#include <QtWidgets/QLineEdit>
#include <QtWidgets/QListView>
#include <QtWidgets/QProgressBar>
#include <QtWidgets/QSplitter>
#include <QtWidgets/QStatusBar>
#include <QtWidgets/QToolBar>

#include <cmath>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

static std::vector<Link<Decoder>> startDecoders(int count)
{
    std::vector<Link<Decoder>> decoders;
    for (int i = 0; i < count; ++i)
        decoders.push_back(Decoder::start(onItsOwn()));
    return decoders;
}

MainWindow::MainWindow(int jobs)
    : m_decoders(startDecoders(jobs)), m_photos(new PhotoModel(m_decoders, this)),
      m_filter(new PhotoFilter(m_photos, this)), m_moves(new Moves(m_photos, this)), m_splitter(new QSplitter),
      m_list(new QListView),
      m_preview(new Preview(Decoder::start(onItsOwn()))), // nobody waits for a photo that is looked at
      m_caption(new QLabel), m_status(new QLabel), m_speed(new QLabel), m_progress(new QProgressBar),
      m_order(new QComboBox), m_kind(new QComboBox), m_text(new QLineEdit)
{
    makeView();
    makeTools();
    const QSettings settings;
    resize(1180, 760);
    restoreGeometry(settings.value("geometry").toByteArray());
    m_splitter->setSizes({710, 470});
    m_splitter->restoreState(settings.value("splitter").toByteArray());
    m_descending->setChecked(settings.value("descending").toBool());
    m_order->setCurrentIndex(settings.value("order").toInt());
}

void MainWindow::makeView()
{
    m_list->setModel(m_filter);
    m_list->setItemDelegate(new PhotoDelegate(m_filter, m_list));
    m_list->setFlow(QListView::LeftToRight); // a list that wraps is laid out faster than icons
    m_list->setWrapping(true);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setUniformItemSizes(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setMouseTracking(true);
    m_list->setFrameShape(QFrame::NoFrame);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &MainWindow::showCurrent);
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, &MainWindow::showStatus);
    connect(m_list, &QListView::doubleClicked, this, &MainWindow::toggleLarge);

    auto *const side = new QSplitter(Qt::Vertical);
    side->addWidget(m_preview);
    side->addWidget(m_caption);
    side->setStretchFactor(0, 1);
    m_caption->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_caption->setWordWrap(true);
    m_caption->setMargin(10);
    m_splitter->addWidget(m_list);
    m_splitter->addWidget(side);
    m_splitter->setStretchFactor(0, 1);
    setCentralWidget(m_splitter);

    m_progress->setMaximumWidth(180);
    m_progress->setTextVisible(false);
    statusBar()->addWidget(m_progress);
    statusBar()->addWidget(m_status);
    statusBar()->addPermanentWidget(m_speed);
    connect(m_moves, &Moves::failed, this, [this](const QString &path, const QString &problem) {
        statusBar()->showMessage(path + u": "_s + problem, 10'000);
    });
}

QAction *MainWindow::add(const QString &text, QStyle::StandardPixmap icon, const QKeySequence &key,
                         std::function<void()> action)
{
    auto *const added = new QAction(style()->standardIcon(icon), text, this);
    added->setShortcut(key);
    added->setToolTip(u"%1 (%2)"_s.arg(text, key.toString(QKeySequence::NativeText)));
    connect(added, &QAction::triggered, this, std::move(action));
    addAction(added);
    return added;
}

void MainWindow::makeTools()
{
    QToolBar *const bar = addToolBar(u"Tools"_s);
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addAction(add(u"Open"_s, QStyle::SP_DirOpenIcon, QKeySequence::Open, [this] {
        chooseFolder(u"Open"_s, [this](const QString &folder) { m_link.doSend(OpenFolder{folder}); });
    }));
    bar->addAction(add(u"Rescan"_s, QStyle::SP_BrowserReload, Qt::Key_F5, [this] {
        if (!m_folder.isEmpty())
            m_link.doSend(OpenFolder{m_folder});
    }));
    bar->addAction(add(u"Cancel"_s, QStyle::SP_BrowserStop, Qt::Key_Escape, [this] { leave(); }));
    bar->addSeparator();
    bar->addAction(add(u"Trash"_s, QStyle::SP_TrashIcon, QKeySequence::Delete,
                       [this] { m_moves->move(selectedPaths(), {}); }));
    bar->addAction(add(u"Move to…"_s, QStyle::SP_FileDialogNewFolder, Qt::CTRL | Qt::Key_M, [this] {
        chooseFolder(u"Move to"_s,
                     [this, paths = selectedPaths()](const QString &folder) { m_moves->move(paths, folder); });
    }));
    bar->addAction(add(u"Undo"_s, QStyle::SP_ArrowBack, QKeySequence::Undo, [this] { m_moves->undo(); }));
    add(u"Redo"_s, QStyle::SP_ArrowForward, QKeySequence::Redo, [this] { m_moves->redo(); });
    bar->addAction(
            add(u"Select spares"_s, QStyle::SP_DialogApplyButton, Qt::CTRL | Qt::Key_D, [this] { selectSpares(); }));
    add(u"Actual size"_s, {}, Qt::Key_Space, [this] { m_preview->setActualSize(!m_preview->isActualSize()); });
    add(u"Find"_s, {}, QKeySequence::Find, [this] { m_text->setFocus(); });

    auto *const space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    m_order->addItems({u"By name"_s, u"By date"_s, u"By size"_s, u"By similarity"_s});
    m_kind->addItems({u"All photos"_s, u"Duplicates"_s, u"Unreadable"_s});
    m_text->setPlaceholderText(u"Filter (Ctrl+F)"_s);
    m_text->setClearButtonEnabled(true);
    m_text->setMaximumWidth(180);
    bar->addWidget(m_order);
    m_descending = bar->addAction(u"↓"_s);
    m_descending->setToolTip(u"Descending"_s);
    m_descending->setCheckable(true);
    bar->addWidget(m_kind);
    bar->addWidget(m_text);
    connect(m_order, &QComboBox::currentIndexChanged, this, &MainWindow::sort);
    connect(m_descending, &QAction::toggled, this, &MainWindow::sort);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this](int i) { m_filter->setKind(PhotoFilter::Kind(i)); });
    connect(m_text, &QLineEdit::textChanged, m_filter, &PhotoFilter::setText);
}

// ---- scanning ----

void MainWindow::started(ServiceContext<MainWindow> &context)
{
    m_link = context.link();
    m_list->setFocus();
    showStatus();
    show();
}

void MainWindow::handle(OpenFolder folder, ServiceContext<MainWindow> &context)
{
    cancel();
    m_folder = QDir(folder.path).absolutePath();
    setWindowTitle(QDir(m_folder).dirName() + u" — Photo Sorter"_s);
    m_filter->setRoot(m_folder);
    m_photos->clear();
    showCurrent();
    ++m_scan;
    m_isScanning = true;
    m_total = 0;
    m_time.start();
    m_counter = Walker::start(onItsOwn(), m_folder);
    m_counter.send(CountFiles()).then(this, [this, number = m_scan](int count) {
        if (number == m_scan)
            m_total = count;
    });
    context.spawn(scan(context));
}

Task<> MainWindow::scan(ServiceContext<MainWindow> &context)
{
    const int number = m_scan;
    const Link<Walker> walker = m_walker = Walker::start(onItsOwn(), m_folder);
    const Link<Collector> collector =
            Collector::start(onItsOwn(), context.sharedLink().messageLink<Findings>(), number);
    m_state = collector.observe<ScanState>();
    m_state.onChanged(this, [this](const ScanState &) { showStatus(); });
    try {
        std::vector<Reply<void>> done;
        for (const Link<Decoder> &decoder : m_decoders)
            done.push_back(decoder.send<Scan>(walker.messageLink<NextFiles>(), collector.messageLink<Examined>()));
        for (Reply<void> &reply : done)
            co_await std::move(reply);
        co_await collector.wait([](Collector &service) { return service.deliver(); });
    } catch (const LinkException &) { // one of them failed, which was warned of: this is all that there is
    }
    if (number != m_scan) // there is another scan by now
        co_return;
    m_isScanning = false;
    m_elapsed = m_time.elapsed();
    showStatus();
    Q_EMIT scanned();
}

void MainWindow::handle(const Findings &findings)
{
    if (findings.scan != m_scan)
        return;
    m_photos->append(findings);
    if (!m_list->currentIndex().isValid())
        m_list->setCurrentIndex(m_filter->index(0, 0));
}

// The decoders find that there is nothing more to do; what they have on their hands still comes.
void MainWindow::cancel()
{
    m_walker.stop();
    m_counter.stop();
}

void MainWindow::showStatus()
{
    const QLocale locale;
    const auto size = [&locale](qint64 bytes) {
        return locale.formattedDataSize(bytes, 1, QLocale::DataSizeTraditionalFormat);
    };
    const auto [files, bytes] = m_state.value();
    const qint64 milliseconds = std::max<qint64>(1, m_isScanning ? m_time.elapsed() : m_elapsed);
    const double perSecond = 1000.0 * files / double(milliseconds);
    QString text = m_folder.isEmpty() ? u"Open a folder to begin"_s : u"%1 photos"_s.arg(locale.toString(files));
    if (m_isScanning && files > 0 && m_total > 0) {
        const int seconds = int(std::ceil((m_total - files) / perSecond));
        text = u"%1 of %2 photos, %3:%4 left"_s.arg(locale.toString(files), locale.toString(m_total))
                       .arg(seconds / 60)
                       .arg(seconds % 60, 2, 10, QChar(u'0'));
    }
    if (const auto selected = m_list->selectionModel()->selectedIndexes().size(); selected > 1)
        text += u" · %1 selected"_s.arg(locale.toString(selected));
    m_status->setText(text);
    m_speed->setText(files == 0 ? QString()
                                : u"%1 photos/s · %2/s"_s.arg(locale.toString(perSecond, 'f', 0),
                                                              size(bytes * 1000 / milliseconds)));
    m_progress->setVisible(m_isScanning);
    m_progress->setRange(0, m_total);
    m_progress->setValue(files);
}

// ---- what one does with photos ----

void MainWindow::showCurrent()
{
    const QModelIndex current = m_list->currentIndex();
    m_caption->clear();
    if (!current.isValid())
        return m_preview->show({}, {});
    const PhotoModel::Row &photo = m_filter->at(current.row());
    m_preview->show(photo, m_filter->thumbnail(current.row()));
    QString text =
            u"<b>%1</b><br>%2<br>%3"_s.arg(current.data().toString().toHtmlEscaped(), summary(photo).toHtmlEscaped(),
                                           QLocale().toString(photo.modified, QLocale::ShortFormat));
    if (photo.alike > 1)
        text += u"<br><span style='color:%1'>●</span> one of %2 that look alike"_s.arg(
                groupColor(photo.group, palette()).name(), QString::number(photo.alike));
    m_caption->setText(text);
}

QStringList MainWindow::selectedPaths() const
{
    QStringList paths;
    for (const QModelIndex &index : m_list->selectionModel()->selectedIndexes())
        paths << m_filter->at(index.row()).path;
    return paths;
}

void MainWindow::chooseFolder(const QString &title, std::function<void(const QString &)> use)
{
    // Not exec(): nothing may be on the stack when the window is closed meanwhile.
    auto *const dialog = new QFileDialog(this, title, m_folder);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this, std::move(use));
    dialog->open();
}

// All but the best of each group.
void MainWindow::selectSpares()
{
    m_descending->setChecked(false);
    m_order->setCurrentIndex(PhotoFilter::BySimilarity);
    QItemSelection spares;
    for (int row = 1; row < m_filter->rowCount(); ++row) {
        const PhotoModel::Row &photo = m_filter->at(row), &last = m_filter->at(row - 1);
        if (photo.alike > 1 && photo.group == last.group)
            spares.select(m_filter->index(row, 0), m_filter->index(row, 0));
    }
    m_list->selectionModel()->select(spares, QItemSelectionModel::ClearAndSelect);
}

void MainWindow::sort()
{
    m_filter->setOrder(PhotoFilter::Order(m_order->currentIndex()),
                       m_descending->isChecked() ? Qt::DescendingOrder : Qt::AscendingOrder);
    m_list->scrollTo(m_list->currentIndex());
}

void MainWindow::toggleLarge()
{
    m_list->setVisible(m_list->isHidden());
    (m_list->isHidden() ? static_cast<QWidget *>(this) : m_list)->setFocus();
}

// What one is in, inside out.
void MainWindow::leave()
{
    if (m_preview->isActualSize())
        m_preview->setActualSize(false);
    else if (m_list->isHidden())
        toggleLarge();
    else if (!m_text->text().isEmpty())
        m_text->clear();
    else
        cancel();
    if (!m_list->isHidden())
        m_list->setFocus();
}

void MainWindow::keyPressEvent(QKeyEvent *event) // what the list hasn't taken
{
    const int key = event->key();
    const int step = key == Qt::Key_Right || key == Qt::Key_Down ? 1
            : key == Qt::Key_Left || key == Qt::Key_Up           ? -1
                                                                 : 0;
    const QModelIndex next = m_filter->index(m_list->currentIndex().row() + step, 0);
    if (key == Qt::Key_Return)
        toggleLarge();
    else if (m_list->isHidden() && step != 0 && next.isValid())
        m_list->setCurrentIndex(next);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    event->accept();
    m_link.stop();
}

void MainWindow::stopping()
{
    QSettings settings;
    settings.setValue("geometry", saveGeometry());
    settings.setValue("splitter", m_splitter->saveState());
    settings.setValue("order", m_order->currentIndex());
    settings.setValue("descending", m_descending->isChecked());
    if (!m_folder.isEmpty())
        settings.setValue("folder", m_folder);
}
