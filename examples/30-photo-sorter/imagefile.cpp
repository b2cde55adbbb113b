// SPDX-License-Identifier: MIT
#include "imagefile.h"

#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtGui/QImageReader>

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <numbers>

using namespace Qt::StringLiterals;

// Qt shows what there is of a JPEG without an end. No such mark is inside the data, but cameras put things after it.
static bool isCutOff(QFile &file)
{
    constexpr qint64 Tail = 64 * 1024;
    file.seek(std::max<qint64>(0, file.size() - Tail));
    return !file.read(Tail).contains("\xff\xd9");
}

static bool exceedsLimit(const QSize &pixels)
{
    const qint64 megabytes = qint64(pixels.width()) * pixels.height() / (1024 * 1024) * 4;
    return QImageReader::allocationLimit() > 0 && megabytes > QImageReader::allocationLimit();
}

LoadedImage loadImage(const QString &path, const QSize &box)
try {
    LoadedImage loaded;
    if (const QFileInfo info(path); !info.isFile()) { // a pipe would never end
        loaded.problem = info.exists() ? u"This is not a file"_s : u"The file is gone"_s;
        return loaded;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        loaded.problem = file.errorString();
        return loaded;
    }
    QImageReader reader(&file);
    reader.setAutoTransform(true);
    const bool isTurned = reader.transformation() & QImageIOHandler::TransformationRotate90;
    loaded.pixels = isTurned ? reader.size().transposed() : reader.size();
    const auto isTooLarge = [&box](const QSize &size) { return !box.isEmpty() && size.boundedTo(box) != size; };
    if (isTooLarge(loaded.pixels)) {
        const QSize scaled = loaded.pixels.scaled(box, Qt::KeepAspectRatio).expandedTo(QSize(1, 1));
        reader.setScaledSize(isTurned ? scaled.transposed() : scaled);
    }
    const QByteArray format = reader.format();
    loaded.image = reader.read();
    if (loaded.image.isNull()) {
        loaded.problem = file.size() == 0 ? u"The file is empty"_s
                : exceedsLimit(loaded.pixels)
                ? u"Too large: %1 × %2"_s.arg(loaded.pixels.width()).arg(loaded.pixels.height())
                : reader.errorString();
        return loaded;
    }
    if (!loaded.pixels.isValid())
        loaded.pixels = loaded.image.size();
    if (isTooLarge(loaded.image.size())) // not every format can scale
        loaded.image = loaded.image.scaled(box, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    loaded.image.convertTo(loaded.image.hasAlphaChannel() ? QImage::Format_ARGB32_Premultiplied : QImage::Format_RGB32);
    if (format == "jpeg" && isCutOff(file))
        loaded.problem = u"The end is missing"_s;
    return loaded;
} catch (const std::bad_alloc &) {
    return {{}, {}, u"There is not enough memory"_s};
}

quint64 perceptualHash(const QImage &image)
{
    constexpr int Side = 32, Low = 8;
    static const auto cosines = [] {
        std::array<std::array<float, Side>, Low> table;
        for (int k = 0; k < Low; ++k) {
            for (int i = 0; i < Side; ++i)
                table[k][i] = std::cos(std::numbers::pi_v<float> * float(k) * (float(i) + 0.5F) / Side);
        }
        return table;
    }();
    const QImage gray = image.scaled(Side, Side, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                                .convertToFormat(QImage::Format_Grayscale8);
    if (gray.isNull())
        return 0;

    float rows[Side][Low] = {}; // a cosine transform of the rows, then of the columns of that
    std::array<float, Low *Low> frequencies = {};
    for (int i = 0; i < Side * Side * Low; ++i)
        rows[i / Low / Side][i % Low] +=
                float(gray.constScanLine(i / Low / Side)[i / Low % Side]) * cosines[i % Low][i / Low % Side];
    for (int i = 0; i < Low * Low * Side; ++i)
        frequencies[i / Side] += rows[i % Side][i / Side % Low] * cosines[i / Side / Low][i % Side];
    frequencies[0] = 0; // the brightness
    const auto [least, most] = std::minmax_element(frequencies.begin(), frequencies.end());
    if (*most - *least < Side * Side)
        return 0;
    std::array<float, Low *Low> sorted = frequencies;
    std::nth_element(sorted.begin(), sorted.begin() + Low * Low / 2, sorted.end());
    quint64 hash = 0;
    for (const float frequency : frequencies)
        hash = hash << 1 | quint64(frequency > sorted[Low * Low / 2]);
    return hash;
}
