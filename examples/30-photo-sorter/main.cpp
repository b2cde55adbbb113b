// SPDX-License-Identifier: MIT
// A program with a window: services find, read and compare photos, and the window, which is a service itself, shows
// what they send. photo.h shows who talks to whom.
#include "../shared/termination.h"
#include "mainwindow.h"

#include <QtCore/QCommandLineParser>
#include <QtCore/QFileInfo>
#include <QtCore/QSettings>
#include <QtCore/QThread>
#include <QtCore/QTimer>
#include <QtGui/QImageReader>
#include <QtWidgets/QApplication>
#include <QtWidgets/QComboBox>
#include <QtWidgets/QListView>

#include <cstdio>

using namespace QtInterlink;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

static const char description[] =
        "Shows all images below a folder, finds near-duplicates, and moves what you choose to the trash or elsewhere.\n"
        "\n"
        "Symbolic links are not followed. The exit code is 0 if all went well, 1 if the folder does not exist, 2 if "
        "the\n"
        "command line is wrong.";

static int complain(const QString &text, int exitCode)
{
    std::fprintf(stderr, "photo-sorter: %s\n", qPrintable(text));
    return exitCode;
}

// Saves a picture of the window when all is there, and closes it.
static void takePicture(MainWindow &window, const QString &file)
{
    window.findChild<QComboBox *>()->setCurrentIndex(PhotoFilter::BySimilarity);
    QObject::connect(&window, &MainWindow::scanned, &window, [&window, file] {
        window.findChild<QListView *>()->scrollToTop();
        QTimer::singleShot(1s, &window, [&window, file] {
            window.grab().save(file);
            window.close();
        });
    });
}

int main(int argc, char *argv[])
{
    QApplication app(argc, argv);
    QCoreApplication::setOrganizationName(u"QtInterlink"_s);
    QCoreApplication::setApplicationName(u"photo-sorter"_s);
    QCoreApplication::setApplicationVersion(u"1.0"_s);

    QCommandLineParser parser;
    parser.setApplicationDescription(QLatin1StringView(description));
    parser.addPositionalArgument(u"folder"_s, u"Where the photos are; at first the one of the last time."_s,
                                 u"[FOLDER]"_s);
    const QCommandLineOption jobs(u"jobs"_s, u"How many photos to read at a time; at first one less than processors."_s,
                                  u"N"_s, QString::number(std::max(1, QThread::idealThreadCount() - 1)));
    QCommandLineOption screenshot(u"screenshot"_s, {}, u"FILE"_s);
    screenshot.setFlags(QCommandLineOption::HiddenFromHelp);
    parser.addOptions({jobs, screenshot, {{u"h"_s, u"help"_s}, u"Show this help."_s}});
    if (!parser.parse(QCoreApplication::arguments()))
        return complain(parser.errorText(), 2);
    if (parser.isSet(u"help"_s)) {
        std::fputs(qPrintable(parser.helpText()), stdout);
        return 0;
    }
    const int jobCount = parser.value(jobs).toInt();
    if (parser.positionalArguments().size() > 1 || jobCount < 1 || jobCount > 64)
        return complain(u"it takes one folder, and 1 to 64 jobs; try --help"_s, 2);
    const bool isGiven = !parser.positionalArguments().isEmpty();
    const QString folder = isGiven ? parser.positionalArguments().first() : QSettings().value("folder").toString();
    if (isGiven && !QFileInfo(folder).isDir())
        return complain(u"there is no folder %1"_s.arg(folder), 1);

    QImageReader::setAllocationLimit(512); // megabytes: large cameras, but no bombs
    QApplication::setQuitOnLastWindowClosed(false); // when the window's service has stopped, all is saved
    const auto window = start<MainWindow>(Placement::onThread(app.thread()), jobCount);
    window.stopped().then(&app, [] { QCoreApplication::quit(); });
    onTermination(&app, [window] { window.stop(); });
    if (parser.isSet(screenshot))
        window.doExec([file = parser.value(screenshot)](MainWindow &shown) { takePicture(shown, file); });
    if (QFileInfo(folder).isDir())
        window.doSend(OpenFolder{folder});
    const int exitCode = QApplication::exec();
    window.stop();
    WorkerPool::globalInstance()->waitForDone(QDeadlineTimer(10s));
    return exitCode;
}
