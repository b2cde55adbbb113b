// SPDX-License-Identifier: MIT
#ifndef MAINWINDOW_H
#define MAINWINDOW_H

#include "collector.h"
#include "photofilter.h"
#include "walker.h"

#include <QtCore/QElapsedTimer>
#include <QtInterlink/Observed>
#include <QtWidgets/QMainWindow>
#include <QtWidgets/QStyle>

#include <functional>

class Moves;
class Preview;
QT_BEGIN_NAMESPACE
class QComboBox;
class QLabel;
class QLineEdit;
class QListView;
class QProgressBar;
class QSplitter;
QT_END_NAMESPACE

struct OpenFolder
{
    QString path;
};

// The window is a service itself, on the GUI thread: what the collector sends is handled in slices between painting and
// input. Closing it stops the service; with its links all the others go.
class MainWindow : public QMainWindow, public QtInterlink::Service<MainWindow>
{
    Q_OBJECT

public:
    explicit MainWindow(int jobs);

    void started(QtInterlink::ServiceContext<MainWindow> &context);
    void stopping();
    void handle(OpenFolder folder, QtInterlink::ServiceContext<MainWindow> &context);
    void handle(const Findings &findings);

    PhotoModel *photos() const { return m_photos; }
    bool isScanning() const { return m_isScanning; }

Q_SIGNALS:
    void scanned();

protected:
    void closeEvent(QCloseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    void makeView();
    void makeTools();
    QAction *add(const QString &text, QStyle::StandardPixmap icon, const QKeySequence &key,
                 std::function<void()> action);
    QtInterlink::Task<> scan(QtInterlink::ServiceContext<MainWindow> &context);
    void cancel();
    void chooseFolder(const QString &title, std::function<void(const QString &)> use);
    void selectSpares();
    QStringList selectedPaths() const;
    void toggleLarge();
    void leave();
    void sort();
    void showCurrent();
    void showStatus();

    QtInterlink::Link<MainWindow> m_link;
    std::vector<QtInterlink::Link<Decoder>> m_decoders;
    QtInterlink::Link<Walker> m_walker, m_counter;
    QtInterlink::Observed<ScanState> m_state;
    QString m_folder;
    int m_scan = 0;
    bool m_isScanning = false;
    int m_total = 0; // 0: not known yet
    qint64 m_elapsed = 0; // when it was over
    QElapsedTimer m_time;

    PhotoModel *m_photos;
    PhotoFilter *m_filter;
    Moves *m_moves;
    QSplitter *m_splitter;
    QListView *m_list;
    Preview *m_preview;
    QLabel *m_caption, *m_status, *m_speed;
    QProgressBar *m_progress;
    QComboBox *m_order, *m_kind;
    QLineEdit *m_text;
    QAction *m_descending = nullptr;
};

#endif
