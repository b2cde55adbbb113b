// SPDX-License-Identifier: MIT
#ifndef DECODER_H
#define DECODER_H

#include "imagefile.h"
#include "photo.h"

#include <QtInterlink/Service>

// Examine all files that the source gives; answered when there are no more.
struct Scan
{
    using Response = void;
    QtInterlink::MessageLink<NextFiles> source;
    QtInterlink::MessageLink<Examined> collector;
};

struct LoadImage
{
    using Response = LoadedImage;
    QString path;
    QSize box; // empty: in its own size
};

// Reads images. It blocks its worker while it does, so it wants one of its own.
class Decoder : public QtInterlink::Service<Decoder>
{
public:
    static constexpr QSize ThumbnailBox = QSize(256, 256);

    // Beside the messages: what the window wants to see meanwhile waits for one photo at most.
    QtInterlink::Reply<void> handle(Scan scan, QtInterlink::ServiceContext<Decoder> &context);
    LoadedImage handle(LoadImage wanted) { return loadImage(wanted.path, wanted.box); }
};

#endif
