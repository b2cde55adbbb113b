// SPDX-License-Identifier: MIT
// A window in QML over a service in C++: the service samples the system and publishes what it saw, the window shows it
// and asks the service for what the user wants. state.h shows who tells whom what.
#include "../shared/termination.h"
#include "sampler.h"

#include <QtCore/QCommandLineParser>
#include <QtGui/QGuiApplication>
#include <QtInterlinkQml/QmlLink>
#include <QtQml/QQmlApplicationEngine>
#include <QtQml/QQmlExtensionPlugin>

#include <cstdio>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

Q_IMPORT_QML_PLUGIN(DashboardPlugin)

static int wrongUsage(const QString &text)
{
    std::fprintf(stderr, "dashboard: %s\ndashboard: try --help\n", qPrintable(text));
    return 2;
}

int main(int argc, char *argv[])
{
    // Help needs no display.
    const QByteArrayView first(argc > 1 ? argv[1] : "");
    const bool isText = first == "-h" || first == "--help" || first == "-v" || first == "--version";
    const std::unique_ptr<QCoreApplication> app(isText ? new QCoreApplication(argc, argv)
                                                       : new QGuiApplication(argc, argv));
    QCoreApplication::setApplicationName(u"dashboard"_s);
    QCoreApplication::setApplicationVersion(u"1.0"_s);

    QCommandLineParser parser;
    parser.setApplicationDescription(u"Shows what the system and its processes do, live.\n\nExit code: 0 if all went "
                                     "well, 1 if there is nothing to show, 2 if the command line is wrong."_s);
    const QCommandLineOption interval(u"interval"_s, u"From look to look, 0.1 to 60 (1)."_s, u"SECONDS"_s, u"1"_s);
    const QCommandLineOption theme(u"theme"_s, u"light, dark, or system (the default)."_s, u"NAME"_s, u"system"_s);
    parser.addOptions({interval, theme});
    parser.addHelpOption();
    parser.addVersionOption();
    if (isText)
        parser.process(*app); // prints, and ends the program
    if (!parser.parse(QCoreApplication::arguments()))
        return wrongUsage(parser.errorText());
    if (!parser.positionalArguments().isEmpty())
        return wrongUsage(u"unexpected: "_s + parser.positionalArguments().constFirst());
    const std::chrono::duration<double> seconds(parser.value(interval).toDouble());
    if (!(seconds >= Sampler::LeastInterval && seconds <= Sampler::GreatestInterval))
        return wrongUsage(u"--interval takes a number of seconds from 0.1 to 60"_s);
    if (!QStringList{u"light"_s, u"dark"_s, u"system"_s}.contains(parser.value(theme)))
        return wrongUsage(u"--theme takes light, dark or system"_s);
    if (ProcFolder().processors().isEmpty()) {
        std::fputs("dashboard: /proc can't be read\n", stderr);
        return 1;
    }

    const auto sampler = Sampler::start(std::chrono::duration_cast<std::chrono::milliseconds>(seconds));
    QQmlApplicationEngine engine;
    const QVariant link = QmlLink::create<SetInterval, Find, EndProcess>(sampler).toVariant(&engine);
    engine.setInitialProperties({{u"link"_s, link}, {u"theme"_s, parser.value(theme)}});
    engine.load(u"qrc:/qt-project.org/imports/Dashboard/Main.qml"_s);
    if (engine.rootObjects().isEmpty())
        return 1;
    onTermination(app.get(), [] { QCoreApplication::quit(); });
    return app->exec();
}
