// SPDX-License-Identifier: MIT
#include "preview.h"

#include <QtGui/QMouseEvent>
#include <QtGui/QPainter>

#include <algorithm>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

Preview::Preview(Link<Decoder> decoder, QWidget *parent) : QWidget(parent), m_decoder(std::move(decoder))
{
    setFocusPolicy(Qt::ClickFocus);
}

void Preview::show(const QString &path, const QImage &standIn, const QString &problem)
{
    m_wanted.path = path;
    m_image = standIn;
    m_problem = problem;
    m_offset = {};
    want(m_isActualSize ? QSize() : room());
    update();
}

void Preview::setActualSize(bool isActualSize)
{
    m_isActualSize = isActualSize;
    m_offset = {};
    want(isActualSize ? QSize() : room());
    update();
}

void Preview::want(const QSize &box)
{
    m_wanted.box = box;
    m_isDone = m_wanted.path.isEmpty();
    load();
}

void Preview::load()
{
    if (m_isLoading || m_isDone)
        return;
    m_isLoading = true;
    m_decoder.send(m_wanted)
            .onFailed(this,
                      [](LinkError) {
                          return LoadedImage{{}, {}, u"It could not be read"_s};
                      })
            .then(this, [this, asked = m_wanted](const LoadedImage &loaded) { took(asked, loaded); });
}

void Preview::took(const LoadImage &asked, const LoadedImage &loaded)
{
    m_isLoading = false;
    if (asked.path == m_wanted.path && asked.box == m_wanted.box) {
        m_isDone = true;
        if (!loaded.image.isNull())
            m_image = loaded.image;
        m_problem = loaded.problem;
        update();
        Q_EMIT this->loaded(asked.path);
    }
    load(); // if something else is wanted by now
}

// Where the image goes. A stand-in is stretched, since it is about to be replaced by a larger one.
QRectF Preview::target() const
{
    QSizeF size = QSizeF(m_image.size()) / devicePixelRatio();
    const QSizeF space = this->size();
    if (!m_isActualSize && (!m_isDone || size.width() > space.width() || size.height() > space.height()))
        size.scale(space, Qt::KeepAspectRatio);
    QRectF target(QPointF(0, 0), size);
    target.moveCenter(QRectF(rect()).center() + m_offset);
    return target;
}

void Preview::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::SmoothPixmapTransform, !m_isActualSize);
    if (!m_image.isNull())
        painter.drawImage(target(), m_image);
    if (m_problem.isEmpty())
        return;
    QRect box = painter.fontMetrics().boundingRect(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_problem);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(palette().color(QPalette::ToolTipBase));
    painter.drawRoundedRect(box.adjusted(-10, -6, 10, 6), 6, 6);
    painter.setPen(palette().color(QPalette::ToolTipText));
    painter.drawText(rect(), Qt::AlignCenter | Qt::TextWordWrap, m_problem);
}

void Preview::resizeEvent(QResizeEvent *)
{
    if (!m_isActualSize)
        want(room());
}

void Preview::mousePressEvent(QMouseEvent *event)
{
    m_dragged = event->position();
}

void Preview::mouseMoveEvent(QMouseEvent *event)
{
    const QSizeF hidden = (QSizeF(m_image.size()) / devicePixelRatio() - QSizeF(size())) / 2;
    const QPointF moved = m_offset + event->position() - m_dragged;
    const auto within = [](qreal offset, qreal most) { return most > 0 ? std::clamp(offset, -most, most) : 0; };
    if (m_isActualSize)
        m_offset = {within(moved.x(), hidden.width()), within(moved.y(), hidden.height())};
    m_dragged = event->position();
    update();
}

void Preview::mouseDoubleClickEvent(QMouseEvent *)
{
    Q_EMIT activated();
}
