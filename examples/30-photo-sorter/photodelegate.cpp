// SPDX-License-Identifier: MIT
#include "photodelegate.h"

#include "photomodel.h"

#include <QtCore/QAbstractProxyModel>
#include <QtCore/QLocale>
#include <QtGui/QPainter>
#include <QtGui/QPainterPath>

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
    if (!photo.problem.isEmpty())
        return photo.problem;
    return u"%1 × %2 · %3"_s.arg(photo.pixels.width())
            .arg(photo.pixels.height())
            .arg(QLocale().formattedDataSize(photo.bytes, 1, QLocale::DataSizeTraditionalFormat));
}

static QColor blend(const QColor &over, const QColor &under, qreal opacity)
{
    const auto mix = [opacity](int a, int b) { return int(a * opacity + b * (1 - opacity)); };
    return QColor(mix(over.red(), under.red()), mix(over.green(), under.green()), mix(over.blue(), under.blue()));
}

void PhotoDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const int row = static_cast<const QAbstractProxyModel *>(index.model())->mapToSource(index).row();
    const QPalette &palette = option.palette;
    const QColor highlight = palette.color(QPalette::Highlight), base = palette.color(QPalette::Base);
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
    paintThumbnail(painter, place, palette, row);
    paintBadge(painter, place, palette, row);

    const QRect line(card.left() + 8, place.bottom() + 6, card.width() - 16, option.fontMetrics.height());
    painter->setPen(palette.color(QPalette::Text));
    painter->drawText(line, Qt::AlignCenter,
                      option.fontMetrics.elidedText(index.data().toString(), Qt::ElideMiddle, line.width()));
    QFont small = option.font;
    small.setPointSizeF(small.pointSizeF() * 0.87);
    painter->setFont(small);
    const Photo &photo = m_photos->at(row);
    const QColor quiet = blend(palette.color(QPalette::Text), base, 0.6);
    painter->setPen(photo.problem.isEmpty() ? quiet : blend(QColor(220, 60, 50), palette.color(QPalette::Text), 0.75));
    painter->drawText(line.translated(0, line.height()), Qt::AlignCenter,
                      QFontMetrics(small).elidedText(summary(photo), Qt::ElideRight, line.width()));
    painter->restore();
}

void PhotoDelegate::paintThumbnail(QPainter *painter, const QRect &place, const QPalette &palette, int row) const
{
    const Photo &photo = m_photos->at(row);
    const QImage image = m_photos->thumbnail(row);
    painter->setPen(Qt::NoPen);
    if (!image.isNull()) {
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
        return;
    }
    painter->setBrush(blend(palette.color(QPalette::Text), palette.color(QPalette::Base), 0.07));
    const QRect frame(place.center() - QPoint(56, 42), QSize(112, 84));
    painter->drawRoundedRect(frame, 6, 6);
    if (!photo.problem.isEmpty()) {
        const QPointF middle = QRectF(frame).center();
        QPainterPath triangle(middle + QPointF(0, -17));
        triangle.lineTo(middle + QPointF(19, 15));
        triangle.lineTo(middle + QPointF(-19, 15));
        triangle.closeSubpath();
        const QColor warning(235, 150, 40);
        painter->setBrush(warning);
        painter->strokePath(triangle, QPen(warning, 5, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter->drawPath(triangle);
        painter->setBrush(Qt::white);
        painter->drawRoundedRect(QRectF(middle + QPointF(-1.75, -8), QSizeF(3.5, 13)), 1.5, 1.5);
        painter->drawEllipse(middle + QPointF(0, 10), 2, 2);
    }
}

void PhotoDelegate::paintBadge(QPainter *painter, const QRect &place, const QPalette &palette, int row) const
{
    const int alike = m_photos->at(row).alike;
    if (alike < 2)
        return;
    const QString text = u"%1 alike"_s.arg(alike);
    QFont font = painter->font();
    font.setPointSizeF(font.pointSizeF() * 0.8);
    font.setBold(true);
    painter->setFont(font);
    QRectF badge(0, 0, QFontMetrics(font).horizontalAdvance(text) + 14, QFontMetrics(font).height() + 4);
    badge.moveTopRight(QPointF(place.right() + 5, place.top() - 4));
    const QColor color = groupColor(m_photos->at(row).group, palette);
    painter->setPen(QPen(palette.color(QPalette::Base), 1.5));
    painter->setBrush(color);
    painter->drawRoundedRect(badge, badge.height() / 2, badge.height() / 2);
    painter->setPen(isDark(palette) ? Qt::black : Qt::white);
    painter->drawText(badge, Qt::AlignCenter, text);
}
