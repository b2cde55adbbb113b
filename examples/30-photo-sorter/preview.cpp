// SPDX-License-Identifier: MIT
#include "preview.h"

#include <utility>

using namespace QtInterlink;

Preview::Preview(Link<Decoder> decoder) : m_decoder(std::move(decoder)), m_label(new QLabel)
{
    setFrameShape(QFrame::NoFrame);
    setBackgroundRole(QPalette::Base);
    setAlignment(Qt::AlignCenter);
    setWidgetResizable(true); // but the label never gets smaller than its picture
    m_label->setAlignment(Qt::AlignCenter);
    setWidget(m_label);
}

void Preview::show(const Photo &photo, const QImage &standIn)
{
    m_wanted.path = photo.path;
    m_image = standIn;
    m_label->setText(photo.problem); // until there is a picture
    want();
}

void Preview::setActualSize(bool isActualSize)
{
    m_isActualSize = isActualSize;
    want();
}

void Preview::resizeEvent(QResizeEvent *event)
{
    QScrollArea::resizeEvent(event);
    if (!m_isActualSize)
        want();
}

void Preview::want()
{
    m_wanted.box = m_isActualSize ? QSize() : room();
    m_isComplete = m_wanted.path.isEmpty();
    draw();
    load();
}

void Preview::load()
{
    if (m_isLoading || m_isComplete)
        return;
    m_isLoading = true;
    m_decoder.send(m_wanted).then(this, [this, asked = m_wanted](const LoadedImage &loaded) {
        m_isLoading = false;
        if (asked.path == m_wanted.path && asked.box == m_wanted.box) {
            m_isComplete = true;
            m_image = loaded.image;
            m_label->setText(loaded.problem);
            draw();
        }
        load(); // if something else is wanted by now
    });
}

// A stand-in is stretched, since it is about to be replaced by a larger one.
void Preview::draw()
{
    QImage image = m_image;
    const bool isTooLarge = image.size().boundedTo(room()) != image.size();
    if (!image.isNull() && !m_isActualSize && (isTooLarge || !m_isComplete))
        image = image.scaled(room(), Qt::KeepAspectRatio, Qt::SmoothTransformation);
    image.setDevicePixelRatio(devicePixelRatio());
    if (!image.isNull())
        m_label->setPixmap(QPixmap::fromImage(image));
    m_label->setMinimumSize(m_isActualSize && m_isComplete ? image.deviceIndependentSize().toSize() : QSize(1, 1));
}
