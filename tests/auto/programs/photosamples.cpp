// SPDX-License-Identifier: MIT
#include "photosamples.h"

#include <QtCore/QBuffer>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QRandomGenerator>
#include <QtCore/QtEndian>
#include <QtGui/QPainter>
#include <QtGui/QPainterPath>

#include <cmath>

using namespace Qt::StringLiterals;

namespace {

constexpr double Pi = 3.14159265358979;

class Scene
{
public:
    Scene(int seed, const QSize &size)
        : m_random(quint32(seed) * 2654435761U + 17U), m_size(size), m_image(size, QImage::Format_RGB32)
    {
    }

    QImage paint(int kind)
    {
        QPainter painter(&m_image);
        painter.setRenderHint(QPainter::Antialiasing);
        m_painter = &painter;
        switch (kind) {
        case 0:
            mountains();
            break;
        case 1:
            sea();
            break;
        case 2:
            city();
            break;
        case 3:
            meadow();
            break;
        case 4:
            balloons();
            break;
        default:
            lights();
        }
        return m_image;
    }

private:
    double random(double from, double to) { return from + m_random.generateDouble() * (to - from); }
    int width() const { return m_size.width(); }
    int height() const { return m_size.height(); }
    static QColor mix(const QColor &a, const QColor &b, double share)
    {
        return QColor::fromRgbF(float(a.redF() * (1 - share) + b.redF() * share),
                                float(a.greenF() * (1 - share) + b.greenF() * share),
                                float(a.blueF() * (1 - share) + b.blueF() * share));
    }

    void sky(const QColor &top, const QColor &bottom, double until)
    {
        QLinearGradient gradient(0, 0, 0, height() * until);
        gradient.setColorAt(0, top);
        gradient.setColorAt(1, bottom);
        m_painter->fillRect(m_image.rect(), gradient);
    }
    void glow(const QPointF &middle, double radius, const QColor &color)
    {
        QRadialGradient gradient(middle, radius * 6);
        QColor faint = color;
        faint.setAlpha(110);
        gradient.setColorAt(0, faint);
        faint.setAlpha(0);
        gradient.setColorAt(1, faint);
        m_painter->fillRect(m_image.rect(), gradient);
        m_painter->setPen(Qt::NoPen);
        m_painter->setBrush(color);
        m_painter->drawEllipse(middle, radius, radius);
    }
    void ridge(double level, double roughness, const QBrush &brush)
    {
        double phases[6], weights[6];
        for (int i = 0; i < 6; ++i) {
            phases[i] = random(0, 2 * Pi);
            weights[i] = random(0.4, 1.0) / std::pow(1.8, i);
        }
        QPainterPath path(QPointF(0, height()));
        for (int x = 0; x <= width(); x += std::max(1, width() / 400)) {
            double y = 0;
            for (int i = 0; i < 6; ++i)
                y += weights[i] * std::sin(phases[i] + 2 * Pi * std::pow(2.0, i) * 0.7 * x / width());
            path.lineTo(x, height() * (level - roughness * y));
        }
        path.lineTo(width(), height());
        m_painter->fillPath(path, brush);
    }

    void mountains()
    {
        static const QColor themes[][3] = {{"#2b4d7e", "#f6c28b", "#1c2f4a"},
                                           {"#5aa3d8", "#e4f1f7", "#24513f"},
                                           {"#3b2a5c", "#ef7e6b", "#221a3a"},
                                           {"#8fb7c9", "#fbe9d0", "#4a3f55"},
                                           {"#1f6f8b", "#f2e6a7", "#123a3a"}};
        const QColor *const theme = themes[m_random.bounded(5)];
        sky(theme[0], theme[1], 0.7);
        glow({width() * random(0.1, 0.9), height() * random(0.12, 0.45)}, width() * random(0.025, 0.06),
             QColor(255, 244, 214));
        const int layers = 4 + int(m_random.bounded(3));
        const double highest = random(0.35, 0.6);
        for (int i = 0; i < layers; ++i) {
            const double depth = double(i + 1) / layers;
            const double level = highest + depth * (0.92 - highest);
            QLinearGradient gradient(0, height() * (level - 0.2), 0, height());
            const QColor color = mix(mix(theme[0], theme[1], 0.45), theme[2], depth);
            gradient.setColorAt(0, color);
            gradient.setColorAt(1, mix(color, theme[1], 0.25));
            ridge(level, random(0.05, 0.13), gradient);
        }
    }
    void sea()
    {
        static const QColor themes[][4] = {{"#4aa3df", "#d8effa", "#1573a5", "#0b4a73"},
                                           {"#e4572e", "#ffd29d", "#7a3b50", "#2b1b3d"},
                                           {"#20345c", "#e7a7a0", "#3d5a80", "#14213d"},
                                           {"#7fc8c2", "#f7f3d7", "#2a9d8f", "#1d5c63"}};
        const QColor *const theme = themes[m_random.bounded(4)];
        const double horizon = random(0.42, 0.68), sun = random(0.15, 0.85);
        sky(theme[0], theme[1], horizon);
        glow({width() * sun, height() * horizon * random(0.5, 0.95)}, width() * random(0.03, 0.07),
             QColor(255, 240, 205));
        QLinearGradient water(0, height() * horizon, 0, height());
        water.setColorAt(0, mix(theme[1], theme[2], 0.65));
        water.setColorAt(1, theme[3]);
        m_painter->fillRect(QRectF(0, height() * horizon, width(), height()), water);
        for (int i = 0; i < 160; ++i) { // the sun on the waves
            const double depth = std::pow(random(0, 1), 1.5);
            const double reach = width() * (0.02 + 0.1 * depth);
            QColor light = theme[1];
            light.setAlpha(int(130 * (1 - depth)) + 20);
            m_painter->fillRect(QRectF(width() * sun + random(-reach, reach),
                                       height() * (horizon + depth * (1 - horizon)), width() * random(0.01, 0.05),
                                       std::max(1.0, height() * 0.004 * (0.4 + depth))),
                                light);
        }
        const int boats = int(m_random.bounded(4));
        for (int i = 0; i < boats; ++i) {
            const double size = width() * random(0.03, 0.09), x = width() * random(0.1, 0.9),
                         y = height() * (horizon + random(0.01, 0.12));
            QPainterPath sail(QPointF(x, y - size * 1.5));
            sail.lineTo(x + size * 0.7, y - size * 0.15);
            sail.lineTo(x, y - size * 0.15);
            m_painter->fillPath(sail, QColor(252, 250, 242));
            QPainterPath hull(QPointF(x - size * 0.6, y - size * 0.1));
            hull.lineTo(x + size * 0.85, y - size * 0.1);
            hull.lineTo(x + size * 0.5, y + size * 0.15);
            hull.lineTo(x - size * 0.35, y + size * 0.15);
            m_painter->fillPath(hull, QColor::fromHsv(int(m_random.bounded(360)), 140, 110));
        }
        if (m_random.bounded(2))
            ridge(random(0.9, 1.0), 0.04, QColor("#e8d3a2"));
    }
    void city()
    {
        static const QColor themes[][2] = {{"#0d1b3e", "#5b4b8a"}, {"#10202f", "#d1495b"}, {"#14213d", "#3f88a5"}};
        const QColor *const theme = themes[m_random.bounded(3)];
        sky(theme[0], theme[1], 0.9);
        glow({width() * random(0.1, 0.9), height() * random(0.1, 0.35)}, width() * random(0.025, 0.05),
             QColor(246, 241, 220));
        for (int row = 0; row < 3; ++row) {
            const QColor wall = mix(theme[1], QColor("#080d18"), 0.45 + 0.25 * row);
            for (double x = -random(0, width() * 0.05); x < width();) {
                const double w = width() * random(0.05, 0.13), h = height() * (random(0.2, 0.62) - 0.12 * row);
                const QRectF house(x, height() - h, w, h);
                m_painter->fillRect(house, wall);
                const double cell = width() * 0.016;
                for (double wx = house.left() + cell * 0.6; wx < house.right() - cell; wx += cell) {
                    for (double wy = house.top() + cell; wy < house.bottom(); wy += cell * 1.3) {
                        if (random(0, 1) < 0.33)
                            m_painter->fillRect(QRectF(wx, wy, cell * 0.5, cell * 0.62),
                                                QColor::fromHsv(35 + int(m_random.bounded(18)), 120,
                                                                200 + int(m_random.bounded(55))));
                    }
                }
                x += w + random(0, width() * 0.02);
            }
        }
    }
    void meadow()
    {
        sky(QColor::fromHsv(195 + int(m_random.bounded(25)), 110, 235), QColor("#fdf6e3"), 0.6);
        for (int i = 0, clouds = 3 + int(m_random.bounded(4)); i < clouds; ++i) {
            const QPointF middle(width() * random(0, 1), height() * random(0.06, 0.36));
            m_painter->setPen(Qt::NoPen);
            m_painter->setBrush(QColor(255, 255, 255, 150));
            for (int j = 0; j < 7; ++j) {
                const double radius = width() * random(0.02, 0.055);
                m_painter->drawEllipse(middle + QPointF(width() * random(-0.08, 0.08), radius * random(-0.3, 0.2)),
                                       radius, radius * 0.6);
            }
        }
        const double level = random(0.45, 0.65);
        const int hue = 75 + int(m_random.bounded(50));
        for (int i = 0; i < 3; ++i)
            ridge(level + 0.12 * i, random(0.02, 0.07), QColor::fromHsv(hue, 110 + 30 * i, 190 - 35 * i));
        const int petals = int(m_random.bounded(360));
        for (int i = 0; i < 260; ++i) {
            const double depth = std::pow(random(0, 1), 0.7);
            const double radius = width() * (0.002 + 0.011 * depth * depth);
            m_painter->setBrush(
                    QColor::fromHsv((petals + int(m_random.bounded(60))) % 360, 150 + int(m_random.bounded(80)), 235));
            m_painter->drawEllipse(QPointF(width() * random(0, 1), height() * (level + 0.12 + (0.86 - level) * depth)),
                                   radius, radius * 0.9);
        }
    }
    void balloons()
    {
        sky(QColor::fromHsv(200 + int(m_random.bounded(40)), 120, 225), QColor("#ffe3c2"), 0.85);
        ridge(random(0.78, 0.9), 0.05, QColor::fromHsv(20 + int(m_random.bounded(20)), 120, 150));
        ridge(random(0.88, 0.95), 0.03, QColor::fromHsv(15 + int(m_random.bounded(20)), 140, 105));
        for (int i = 0, count = 3 + int(m_random.bounded(4)); i < count; ++i) {
            const double r = width() * random(0.04, 0.13);
            const QPointF c(width() * random(0.1, 0.9), height() * random(0.15, 0.65));
            const int hue = int(m_random.bounded(360));
            m_painter->setPen(Qt::NoPen);
            for (int stripe = 4; stripe >= 0; --stripe) {
                m_painter->setBrush(
                        QColor::fromHsv((hue + (stripe % 2) * 40) % 360, stripe % 2 ? 90 : 190, 235 - 14 * stripe));
                m_painter->drawEllipse(c, r * (stripe + 1) / 5, r * 1.12);
            }
            m_painter->setPen(QPen(QColor(70, 50, 40), std::max(1.0, r * 0.03)));
            m_painter->drawLine(c + QPointF(-r * 0.25, r * 1.08), c + QPointF(-r * 0.12, r * 1.45));
            m_painter->drawLine(c + QPointF(r * 0.25, r * 1.08), c + QPointF(r * 0.12, r * 1.45));
            m_painter->fillRect(QRectF(c.x() - r * 0.14, c.y() + r * 1.43, r * 0.28, r * 0.2), QColor(110, 72, 44));
        }
    }
    void lights()
    {
        const int hue = int(m_random.bounded(360));
        sky(QColor::fromHsv(hue, 160, 60), QColor::fromHsv((hue + 50) % 360, 150, 120), 1);
        m_painter->setCompositionMode(QPainter::CompositionMode_Screen);
        for (int i = 0; i < 45; ++i) {
            const double radius = width() * random(0.015, 0.09);
            QColor color = QColor::fromHsv((hue + int(m_random.bounded(120))) % 360, 150, 220);
            color.setAlpha(60 + int(m_random.bounded(120)));
            m_painter->setPen(QPen(color, radius * 0.08));
            m_painter->setBrush(color);
            m_painter->drawEllipse(QPointF(width() * random(0, 1), height() * random(0, 1)), radius, radius);
        }
    }

    QRandomGenerator m_random;
    QSize m_size;
    QImage m_image;
    QPainter *m_painter = nullptr;
};

void append16(QByteArray &bytes, quint16 value)
{
    value = qToBigEndian(value);
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

void append32(QByteArray &bytes, quint32 value)
{
    value = qToBigEndian(value);
    bytes.append(reinterpret_cast<const char *>(&value), sizeof(value));
}

quint32 crc32(QByteArrayView bytes)
{
    quint32 crc = ~0U;
    for (const char byte : bytes) {
        crc ^= quint8(byte);
        for (int i = 0; i < 8; ++i)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0U);
    }
    return ~crc;
}

QByteArray pngChunk(const QByteArray &type, const QByteArray &data)
{
    QByteArray chunk;
    append32(chunk, quint32(data.size()));
    chunk += type + data;
    append32(chunk, crc32(type + data));
    return chunk;
}

} // namespace

QImage PhotoSamples::scene(int seed, const QSize &size)
{
    return Scene(seed, size).paint(seed % 6);
}

QByteArray PhotoSamples::encoded(const QImage &image, const char *format)
{
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, format, 88);
    return bytes;
}

QByteArray PhotoSamples::jpeg(const QImage &upright, int orientation, int quality)
{
    // How to get from what is seen to what is stored, for the orientations 1 to 8.
    static const QTransform toStored[] = {{1, 0, 0, 1, 0, 0},   {-1, 0, 0, 1, 0, 0}, {-1, 0, 0, -1, 0, 0},
                                          {1, 0, 0, -1, 0, 0},  {0, 1, 1, 0, 0, 0},  {0, -1, 1, 0, 0, 0},
                                          {0, -1, -1, 0, 0, 0}, {0, 1, -1, 0, 0, 0}};
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    upright.transformed(toStored[orientation - 1]).save(&buffer, "jpeg", quality);
    if (orientation == 1)
        return bytes;
    QByteArray exif("Exif\0\0MM\0*\0\0\0\x08", 14);
    append16(exif, 1); // one entry
    append16(exif, 0x0112); // the orientation
    append16(exif, 3); // a short
    append32(exif, 1);
    append16(exif, quint16(orientation));
    append16(exif, 0);
    append32(exif, 0); // no more directories
    QByteArray segment("\xff\xe1", 2);
    append16(segment, quint16(exif.size() + 2));
    return bytes.insert(2, segment + exif);
}

QByteArray PhotoSamples::hollowPng(const QSize &size)
{
    QByteArray header;
    append32(header, quint32(size.width()));
    append32(header, quint32(size.height()));
    header += QByteArray("\x08\x02\0\0\0", 5); // 8 bits, RGB
    return QByteArray("\x89PNG\r\n\x1a\n", 8) + pngChunk("IHDR", header) + pngChunk("IDAT", QByteArray(20, '\0'))
            + pngChunk("IEND", {});
}

void PhotoSamples::write(const QString &path, const QByteArray &bytes)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("%s can't be written", qPrintable(path));
}

void PhotoSamples::writeAlbum(const QString &folder, int count, int width)
{
    static const QString albums[] = {u"Alps"_s,   u"Coast"_s,        u"City nights"_s,
                                     u"Garden"_s, u"Balloon week"_s, u"Lights"_s};
    for (int i = 0; i < count; ++i) {
        const bool isTall = i % 7 == 3;
        const QImage image = scene(i, QSize(isTall ? 9 : 16, i % 5 == 0 && !isTall ? 9 : 12) * (width / 16));
        const QString name = u"%1/%2/IMG_%3"_s.arg(folder, albums[i % 6]).arg(2041 + i * 3);
        write(name + u".jpg"_s, jpeg(image, isTall ? 6 : 1));
        if (i % 5 == 1) // what messengers and mail programs make of photos
            write(name + u"-small.jpg"_s,
                  jpeg(image.scaledToWidth(image.width() / 2, Qt::SmoothTransformation), 1, 60));
        if (i % 10 == 1)
            write(name + u" edited.png"_s, encoded(image, "png"));
    }
    write(folder + u"/Coast/IMG_2099.jpg"_s, jpeg(scene(7, {1600, 1200})).left(60'000));
    write(folder + u"/Alps/IMG_2100.png"_s, "not a picture at all");
}
