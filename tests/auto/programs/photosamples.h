// SPDX-License-Identifier: MIT
#ifndef PHOTOSAMPLES_H
#define PHOTOSAMPLES_H

#include <QtCore/QByteArray>
#include <QtCore/QSize>
#include <QtCore/QString>
#include <QtGui/QImage>

// Pictures that nobody took: the same ones for the same seed.
namespace PhotoSamples {

// A landscape of some kind. Different seeds look different.
QImage scene(int seed, const QSize &size);

// A JPEG file that is to be shown as \a upright; \a orientation, as EXIF numbers them, is how it is stored.
QByteArray jpeg(const QImage &upright, int orientation = 1, int quality = 88);
QByteArray encoded(const QImage &image, const char *format);

// A PNG file that says it is \a size large and has no such data.
QByteArray hollowPng(const QSize &size);

void write(const QString &path, const QByteArray &bytes);

// An album of folders as somebody would have it, with near-duplicates and some broken files, for pictures of the
// program.
void writeAlbum(const QString &folder, int count, int width = 1600);

} // namespace PhotoSamples

#endif
