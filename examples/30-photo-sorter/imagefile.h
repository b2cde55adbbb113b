// SPDX-License-Identifier: MIT
#ifndef IMAGEFILE_H
#define IMAGEFILE_H

#include <QtCore/QSize>
#include <QtCore/QString>
#include <QtGui/QImage>

struct LoadedImage
{
    QImage image; // upright; null if nothing could be read
    QSize pixels; // of the file, upright
    QString problem; // not empty if the image, or a part of it, could not be read
};

// Reads an image, at most as large as \a box if that isn't empty, which is much cheaper. Never throws.
LoadedImage loadImage(const QString &path, const QSize &box);

// 64 bits that change little if an image is scaled, compressed or brightened: the signs of its lowest frequencies.
// 0 if there is nothing to be seen.
quint64 perceptualHash(const QImage &image);

#endif
