// SPDX-License-Identifier: MIT
#include "mainwindow.h"

#include "collector.h"
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
#include <QtWidgets/QStyle>
#include <QtWidgets/QToolBar>
#include <QtWidgets/QVBoxLayout>

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
      m_preview(new Preview(Decoder::start(onItsOwn()))), // one of its own: nobody waits for a photo that is looked at
      m_caption(new QLabel), m_status(new QLabel), m_speed(new QLabel), m_progress(new QProgressBar),
      m_order(new QComboBox), m_kind(new QComboBox), m_text(new QLineEdit)
{
    m_list->setModel(m_filter);
    m_list->setItemDelegate(new PhotoDelegate(m_photos, m_list));
    m_list->setFlow(QListView::LeftToRight); // as a list that wraps it is laid out faster than as icons
    m_list->setWrapping(true);
    m_list->setResizeMode(QListView::Adjust);
    m_list->setUniformItemSizes(true);
    m_list->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_list->setMouseTracking(true);
    m_list->setFrameShape(QFrame::NoFrame);
    connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &MainWindow::showCurrent);
    connect(m_list->selectionModel(), &QItemSelectionModel::selectionChanged, this, &MainWindow::showStatus);
    connect(m_list, &QListView::activated, this, &MainWindow::toggleLarge);

    auto *const side = new QWidget;
    auto *const layout = new QVBoxLayout(side);
    layout->addWidget(m_preview, 1);
    layout->addWidget(m_caption);
    m_caption->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_caption->setWordWrap(true);
    connect(m_preview, &Preview::activated, this, &MainWindow::toggleActualSize);
    m_splitter->addWidget(m_list);
    m_splitter->addWidget(side);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setChildrenCollapsible(false);
    setCentralWidget(m_splitter);
    statusBar()->addWidget(m_progress);
    statusBar()->addWidget(m_status);
    statusBar()->addPermanentWidget(m_speed);
    m_progress->setMaximumWidth(180);
    m_progress->setTextVisible(false);
    connect(m_moves, &Moves::failed, this, [this](const QString &path, const QString &problem) {
        statusBar()->showMessage(path + u": "_s + problem, 10'000);
    });
    makeActions();

    const QSettings settings;
    resize(1180, 760);
    restoreGeometry(settings.value("geometry").toByteArray());
    m_splitter->restoreState(settings.value("splitter").toByteArray());
    m_descending->setChecked(settings.value("descending").toBool());
    m_order->setCurrentIndex(settings.value("order").toInt());
}

QAction *MainWindow::addAction(const QString &text, const QIcon &icon, const QList<QKeySequence> &keys,
                               void (MainWindow::*slot)())
{
    auto *const action = new QAction(icon, text, this);
    action->setShortcuts(keys);
    action->setToolTip(keys.isEmpty() ? text : u"%1 (%2)"_s.arg(text, keys.first().toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, slot);
    QMainWindow::addAction(action);
    return action;
}

void MainWindow::makeActions()
{
    const auto icon = [this](QStyle::StandardPixmap pixmap) { return style()->standardIcon(pixmap); };
    QToolBar *const bar = addToolBar(u"Tools"_s);
    bar->setObjectName("tools");
    bar->setMovable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->addAction(addAction(u"Open"_s, icon(QStyle::SP_DirOpenIcon), {QKeySequence::Open}, &MainWindow::chooseFolder));
    bar->addAction(addAction(u"Again"_s, icon(QStyle::SP_BrowserReload), {Qt::Key_F5}, &MainWindow::rescan));
    m_cancel = addAction(u"Cancel"_s, icon(QStyle::SP_BrowserStop), {}, &MainWindow::cancel);
    bar->addAction(m_cancel);
    bar->addSeparator();
    bar->addAction(addAction(u"Trash"_s, icon(QStyle::SP_TrashIcon), {QKeySequence::Delete}, &MainWindow::moveToTrash));
    bar->addAction(addAction(u"Move to…"_s, icon(QStyle::SP_FileDialogNewFolder), {Qt::CTRL | Qt::Key_M},
                             &MainWindow::moveToFolder));
    QAction *const undo = m_moves->createUndoAction(this);
    undo->setIcon(icon(QStyle::SP_ArrowBack));
    undo->setIconText(u"Undo"_s);
    undo->setShortcut(QKeySequence::Undo);
    bar->addAction(undo);
    QAction *const redo = m_moves->createRedoAction(this);
    redo->setShortcut(QKeySequence::Redo);
    QMainWindow::addAction(redo);
    bar->addAction(addAction(u"Select spares"_s, {}, {Qt::CTRL | Qt::Key_D}, &MainWindow::selectSpares));
    addAction(u"Actual size"_s, {}, {Qt::Key_Space}, &MainWindow::toggleActualSize);
    addAction(u"Leave"_s, {}, {Qt::Key_Escape}, &MainWindow::leave);

    auto *const space = new QWidget;
    space->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    bar->addWidget(space);
    m_order->addItems({u"By name"_s, u"By date"_s, u"By size"_s, u"By similarity"_s});
    m_kind->addItems({u"All photos"_s, u"Duplicates"_s, u"Unreadable"_s});
    m_text->setPlaceholderText(u"Filter (Ctrl+F)"_s);
    m_text->setClearButtonEnabled(true);
    m_text->setMaximumWidth(180);
    bar->addWidget(m_order);
    m_descending = bar->addAction(icon(QStyle::SP_ArrowDown), u"Descending"_s);
    m_descending->setCheckable(true);
    bar->widgetForAction(m_descending)->setProperty("toolButtonStyle", Qt::ToolButtonIconOnly);
    bar->addWidget(m_kind);
    bar->addWidget(m_text);
    const auto sort = [this] {
        m_filter->setOrder(PhotoFilter::Order(m_order->currentIndex()),
                           m_descending->isChecked() ? Qt::DescendingOrder : Qt::AscendingOrder);
        m_list->scrollTo(m_list->currentIndex());
    };
    connect(m_order, &QComboBox::currentIndexChanged, this, sort);
    connect(m_descending, &QAction::toggled, this, sort);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this](int i) { m_filter->setKind(PhotoFilter::Kind(i)); });
    connect(m_text, &QLineEdit::textChanged, m_filter, &PhotoFilter::setText);
    auto *const find = new QAction(this);
    find->setShortcut(QKeySequence::Find);
    connect(find, &QAction::triggered, m_text, [this] { m_text->setFocus(); });
    QMainWindow::addAction(find);
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
    m_filter->setRoot(m_folder);
    m_photos->clear();
    m_preview->clear();
    setWindowTitle(QDir(m_folder).dirName() + u" — Photo Sorter"_s);
    ++m_scan;
    m_isScanning = true;
    m_total = 0;
    m_bytes = 0;
    m_time.start();
    m_counter = Walker::start(onItsOwn(), m_folder);
    m_counter.send(CountFiles()).then(this, [this, scan = m_scan](int count) {
        m_total = scan == m_scan ? count : m_total;
    });
    context.spawn(scan(m_folder, context));
    showStatus();
}

Task<> MainWindow::scan(QString folder, ServiceContext<MainWindow> &context)
{
    const int number = m_scan;
    const Link<Walker> walker = m_walker = Walker::start(onItsOwn(), std::move(folder));
    const Link<Collector> collector =
            Collector::start(onItsOwn(), context.sharedLink().messageLink<Findings>(), number);
    try {
        std::vector<Reply<void>> done;
        for (const Link<Decoder> &decoder : m_decoders)
            done.push_back(decoder.send<Scan>(walker.messageLink<NextFiles>(), collector.messageLink<Examined>()));
        for (Reply<void> &reply : done)
            co_await std::move(reply);
        co_await collector.send<Finish>();
    } catch (const LinkException &) { // one of them failed, which was warned of: this is all that there is
    }
    if (number != m_scan)
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
    for (const Examined &found : findings.photos)
        m_bytes += found.photo.bytes;
    m_photos->append(findings);
    if (!m_list->currentIndex().isValid())
        m_list->setCurrentIndex(m_filter->index(0, 0));
    showStatus();
}

// The decoders find that there is nothing more to do; what they have on their hands still comes.
void MainWindow::cancel()
{
    m_walker.stop();
    m_counter.stop();
}

void MainWindow::showStatus()
{
    const int count = m_photos->rowCount();
    const qint64 milliseconds = std::max<qint64>(1, m_isScanning ? m_time.elapsed() : m_elapsed);
    const double perSecond = 1000.0 * count / double(milliseconds);
    const QLocale locale;
    m_cancel->setEnabled(m_isScanning);
    m_progress->setVisible(m_isScanning);
    m_progress->setRange(0, m_total);
    m_progress->setValue(count);
    QString text = m_folder.isEmpty() ? u"Open a folder to begin"_s : u"%1 photos"_s.arg(locale.toString(count));
    if (m_isScanning && m_total > 0) {
        const int seconds = int(std::ceil((m_total - count) / std::max(perSecond, 0.1)));
        text = u"%1 of %2 photos, %3:%4 left"_s.arg(locale.toString(count), locale.toString(m_total))
                       .arg(seconds / 60)
                       .arg(seconds % 60, 2, 10, QChar(u'0'));
    }
    if (const auto selected = m_list->selectionModel()->selectedIndexes().size(); selected > 1)
        text += u" · %1 selected"_s.arg(locale.toString(selected));
    m_status->setText(text);
    m_speed->setText(
            count == 0 ? QString()
                       : u"%1 photos/s · %2/s"_s.arg(locale.toString(perSecond, 'f', 0),
                                                     locale.formattedDataSize(m_bytes * 1000 / milliseconds, 1,
                                                                              QLocale::DataSizeTraditionalFormat)));
}

// ---- what one does with photos ----

void MainWindow::showCurrent()
{
    const QModelIndex current = m_list->currentIndex();
    if (!current.isValid()) {
        m_preview->clear();
        m_caption->clear();
        return;
    }
    const int row = m_filter->mapToSource(current).row();
    const PhotoModel::Row &photo = m_photos->at(row);
    m_preview->show(photo.path, m_photos->thumbnail(row), photo.problem);
    QString text =
            u"<b>%1</b><br>%2<br>%3"_s.arg(current.data().toString().toHtmlEscaped(), summary(photo).toHtmlEscaped(),
                                           QLocale().toString(photo.modified, QLocale::ShortFormat));
    if (photo.alike > 1)
        text += u"<br><span style='color:%1'>●</span> %2 photos look like this one"_s
                        .arg(groupColor(photo.group, palette()).name())
                        .arg(photo.alike - 1);
    m_caption->setText(text);
}

QStringList MainWindow::selectedPaths() const
{
    QStringList paths;
    for (const QModelIndex &index : m_list->selectionModel()->selectedIndexes())
        paths << m_photos->at(m_filter->mapToSource(index).row()).path;
    return paths;
}

void MainWindow::moveToTrash()
{
    m_moves->move(selectedPaths(), {});
}

void MainWindow::moveToFolder()
{
    // Not exec(): nothing may be on the stack when the window is closed meanwhile.
    auto *const dialog = new QFileDialog(this, u"Move to"_s, m_folder);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, paths = selectedPaths()](const QString &folder) { m_moves->move(paths, folder); });
    dialog->open();
}

void MainWindow::chooseFolder()
{
    auto *const dialog = new QFileDialog(this, u"Open"_s, m_folder);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString &folder) { m_link.doSend(OpenFolder{folder}); });
    dialog->open();
}

void MainWindow::rescan()
{
    if (!m_folder.isEmpty())
        m_link.doSend(OpenFolder{m_folder});
}

void MainWindow::selectSpares()
{
    QItemSelection selection;
    for (const int row : m_filter->spares()) {
        const QModelIndex index = m_filter->mapFromSource(m_photos->index(row));
        selection.select(index, index);
    }
    m_list->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

void MainWindow::toggleLarge()
{
    m_list->setVisible(m_list->isHidden());
    (m_list->isHidden() ? static_cast<QWidget *>(m_preview) : m_list)->setFocus();
}

void MainWindow::toggleActualSize()
{
    m_preview->setActualSize(!m_preview->isActualSize());
}

// From what one is in, inside out.
void MainWindow::leave()
{
    if (m_preview->isActualSize())
        toggleActualSize();
    else if (m_list->isHidden())
        toggleLarge();
    else if (!m_text->text().isEmpty())
        m_text->clear();
    else
        cancel();
    if (!m_list->isHidden())
        m_list->setFocus();
}

void MainWindow::keyPressEvent(QKeyEvent *event)
{
    const bool isBack = event->key() == Qt::Key_Left || event->key() == Qt::Key_Up;
    const bool isForth = event->key() == Qt::Key_Right || event->key() == Qt::Key_Down;
    const QModelIndex next = m_list->currentIndex().siblingAtRow(m_list->currentIndex().row() + (isForth ? 1 : -1));
    if ((isBack || isForth) && next.isValid()) // the grid would have taken it, if it were there
        m_list->setCurrentIndex(next);
    else if (event->key() == Qt::Key_Return && m_list->isHidden())
        toggleLarge();
    else
        QMainWindow::keyPressEvent(event);
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
