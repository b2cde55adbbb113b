// SPDX-License-Identifier: MIT
#ifndef PREVIEW_H
#define PREVIEW_H

#include "decoder.h"

#include <QtWidgets/QLabel>
#include <QtWidgets/QScrollArea>

// Shows a photo, as large as there is room or, after a double click, in its own size. It is read by a decoder, one at a
// time: while one is being read, only the newest wish is kept.
class Preview : public QScrollArea
{
    Q_OBJECT

public:
    explicit Preview(QtInterlink::Link<Decoder> decoder);

    // \a standIn is shown until it is read.
    void show(const Photo &photo, const QImage &standIn);
    void setActualSize(bool isActualSize);
    bool isActualSize() const { return m_isActualSize; }
    // What is shown, and whether that is what was asked for.
    const QImage &image() const { return m_image; }
    bool isComplete() const { return m_isComplete; }

protected:
    void resizeEvent(QResizeEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *) override { setActualSize(!m_isActualSize); }

private:
    void want();
    void load();
    void draw();
    QSize room() const { return size() * devicePixelRatio(); }

    QtInterlink::Link<Decoder> m_decoder;
    QLabel *m_label;
    QImage m_image;
    LoadImage m_wanted;
    bool m_isLoading = false;
    bool m_isComplete = true;
    bool m_isActualSize = false;
};

#endif
