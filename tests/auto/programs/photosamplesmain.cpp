// SPDX-License-Identifier: MIT
// photo-samples FOLDER [COUNT [WIDTH]]: writes an album for pictures of the photo sorter.
#include "photosamples.h"

#include <QtCore/QCoreApplication>
#include <QtGui/QGuiApplication>

int main(int argc, char *argv[])
{
    qputenv("QT_QPA_PLATFORM", "offscreen");
    const QGuiApplication app(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 2)
        return 2;
    PhotoSamples::writeAlbum(arguments.at(1), arguments.value(2, QStringLiteral("48")).toInt(),
                             arguments.value(3, QStringLiteral("1600")).toInt());
    return 0;
}
