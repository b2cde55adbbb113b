// SPDX-License-Identifier: MIT
#ifndef PREVIEW_H
#define PREVIEW_H

#include "decoder.h"

#include <QtWidgets/QWidget>

// Shows a photo, as large as there is room or in its own size. It is read by a decoder, one at a time: while one is
// being read, only the newest wish is kept.
class Preview : public QWidget
{
    Q_OBJECT

public:
    explicit Preview(QtInterlink::Link<Decoder> decoder, QWidget *parent = nullptr);

    // \a standIn is shown until it is read.
    void show(const QString &path, const QImage &standIn, const QString &problem);
    void clear() { show({}, {}, {}); }
    // In its own size; dragging moves it.
    void setActualSize(bool isActualSize);
    bool isActualSize() const { return m_isActualSize; }

    const QString &path() const { return m_wanted.path; }
    const QImage &image() const { return m_image; }
    bool isLoading() const { return m_isLoading; }

    QSize minimumSizeHint() const override { return {160, 120}; }
    QSize sizeHint() const override { return {420, 400}; }

Q_SIGNALS:
    void loaded(const QString &path);
    void activated(); // by a double click

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;

private:
    void want(const QSize &box);
    void load();
    void took(const LoadImage &asked, const LoadedImage &loaded);
    QSize room() const { return size() * devicePixelRatio(); }
    QRectF target() const;

    QtInterlink::Link<Decoder> m_decoder;
    LoadImage m_wanted;
    bool m_isLoading = false;
    bool m_isDone = true; // what is wanted is shown
    QImage m_image;
    QString m_problem;
    bool m_isActualSize = false;
    QPointF m_offset; // of the image's middle, when it is larger than the room
    QPointF m_dragged;
};

#endif
