// SPDX-License-Identifier: MIT
#include "filename.h"

#include <QtCore/QString>

#ifdef Q_OS_WIN

QByteArray toBytes(const FileName &name)
{
    return QString::fromStdWString(name.native()).toUtf8();
}

FileName fromBytes(const QByteArray &bytes)
{
    return FileName(QString::fromUtf8(bytes).toStdWString());
}

#else

QByteArray toBytes(const FileName &name)
{
    return QByteArray::fromStdString(name.native());
}

FileName fromBytes(const QByteArray &bytes)
{
    return FileName(bytes.toStdString());
}

#endif
