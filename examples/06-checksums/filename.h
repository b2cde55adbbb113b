// SPDX-License-Identifier: MIT
#ifndef FILENAME_H
#define FILENAME_H

#include <QtCore/QByteArray>

#include <filesystem>

// File names travel as std::filesystem::path and are printed as the bytes that the system has: a QString can't hold a
// Unix name that isn't valid UTF-8. On Windows, where names are UTF-16, the bytes are UTF-8.
using FileName = std::filesystem::path;

QByteArray toBytes(const FileName &name);
FileName fromBytes(const QByteArray &bytes);

#endif
