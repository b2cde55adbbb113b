// SPDX-License-Identifier: MIT
#include "photodelegate.h"

#include <QtCore/QLocale>
#include <QtGui/QPainter>
#include <QtWidgets/QApplication>
#include <QtWidgets/QStyle>

using namespace Qt::StringLiterals;

static bool isDark(const QPalette &palette)
{
    return palette.color(QPalette::Base).lightness() < 128;
}

QColor groupColor(int group, const QPalette &palette)
{
    const int hue = int((qint64(group) * 137 + 205) % 360); // neighbours are far apart on the circle
    return isDark(palette) ? QColor::fromHsv(hue, 130, 230) : QColor::fromHsv(hue, 190, 175);
}

QString summary(const Photo &photo)
{
    const QString size = QLocale().formattedDataSize(photo.bytes, 1, QLocale::DataSizeTraditionalFormat);
    return photo.problem.isEmpty() ? u"%1 × %2 · %3"_s.arg(photo.pixels.width()).arg(photo.pixels.height()).arg(size)
                                   : photo.problem;
}

static QColor blend(const QColor &over, const QColor &under, qreal opacity)
{
    const auto mix = [opacity](int a, int b) { return int(a * opacity + b * (1 - opacity)); };
    return QColor(mix(over.red(), under.red()), mix(over.green(), under.green()), mix(over.blue(), under.blue()));
}

static void paintThumbnail(QPainter *painter, const QRect &place, const QImage &image)
{
    QSize size = image.size();
    if (size.boundedTo(place.size()) != size)
        size.scale(place.size(), Qt::KeepAspectRatio);
    QRectF target(QPointF(0, 0), QSizeF(size));
    target.moveCenter(QRectF(place).center());
    QBrush brush(image);
    brush.setTransform(QTransform::fromTranslate(target.x(), target.y())
                               .scale(target.width() / image.width(), target.height() / image.height()));
    painter->setBrush(brush);
    painter->drawRoundedRect(target, 5, 5);
}

static void paintBadge(QPainter *painter, const QRect &place, const QPalette &palette, const PhotoModel::Row &photo)
{
    const QString text = u"%1 alike"_s.arg(photo.alike);
    QRectF badge(0, 0, painter->fontMetrics().horizontalAdvance(text) + 14, painter->fontMetrics().height() + 4);
    badge.moveTopRight(QPointF(place.right() + 5, place.top() - 4));
    painter->setPen(QPen(palette.color(QPalette::Base), 1.5));
    painter->setBrush(groupColor(photo.group, palette));
    painter->drawRoundedRect(badge, badge.height() / 2, badge.height() / 2);
    painter->setPen(isDark(palette) ? Qt::black : Qt::white);
    painter->drawText(badge, Qt::AlignCenter, text);
}

void PhotoDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const PhotoModel::Row &photo = m_filter->at(index.row());
    const QColor highlight = option.palette.color(QPalette::Highlight), base = option.palette.color(QPalette::Base);
    const QColor ink = option.palette.color(QPalette::Text);
    const QRect card = option.rect.adjusted(4, 4, -4, -4);
    const bool isSelected = option.state & QStyle::State_Selected;
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    if (isSelected || option.state & QStyle::State_MouseOver) {
        painter->setPen(option.state & QStyle::State_HasFocus ? QPen(highlight, 1.5) : QPen(Qt::NoPen));
        painter->setBrush(blend(highlight, base, isSelected ? 0.35 : 0.12));
        painter->drawRoundedRect(QRectF(card).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8);
    }

    const QRect place = card.adjusted(8, 8, -8, -42);
    painter->setPen(Qt::NoPen);
    painter->setBrush(blend(ink, base, 0.07));
    if (const QImage image = m_filter->thumbnail(index.row()); !image.isNull())
        paintThumbnail(painter, place, image);
    else
        painter->drawRoundedRect(place.adjusted(18, 26, -18, -26), 6, 6);
    if (!photo.problem.isEmpty())
        QApplication::style()
                ->standardIcon(QStyle::SP_MessageBoxWarning)
                .paint(painter, QRect(place.center() - QPoint(20, 20), QSize(40, 40)));

    const QRect line(card.left() + 8, place.bottom() + 6, card.width() - 16, option.fontMetrics.height());
    painter->setPen(ink);
    painter->drawText(line, Qt::AlignCenter,
                      option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, line.width()));
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.87);
    painter->setFont(small);
    painter->setPen(photo.problem.isEmpty() ? blend(ink, base, 0.6) : blend(QColor(220, 60, 50), ink, 0.75));
    painter->drawText(line.translated(0, line.height()), Qt::AlignCenter,
                      painter->fontMetrics().elidedText(summary(photo), Qt::ElideRight, line.width()));
    if (photo.alike > 1)
        paintBadge(painter, place, option.palette, photo);
    painter->restore();
}
