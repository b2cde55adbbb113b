// SPDX-License-Identifier: MIT
#include "decoder.h"

#include <QtCore/QFileInfo>

using namespace QtInterlink;

static Examined examine(FoundFile &&file)
{
    Examined examined;
    Photo &photo = examined.photo;
    photo.path = std::move(file.path);
    photo.problem = std::move(file.problem);
    if (!photo.problem.isEmpty())
        return examined;
    const QFileInfo info(photo.path);
    photo.bytes = info.size();
    photo.modified = info.lastModified();
    LoadedImage loaded = loadImage(photo.path, Decoder::ThumbnailBox);
    photo.pixels = loaded.pixels;
    photo.problem = std::move(loaded.problem);
    if (photo.problem.isEmpty()) // what is missing looks alike
        photo.hash = perceptualHash(loaded.image);
    examined.thumbnail = std::move(loaded.image);
    return examined;
}

Reply<void> Decoder::handle(Scan scan, ServiceContext<Decoder> &context)
{
    return context.spawn([scan = std::move(scan)]() -> Task<> {
        try {
            for (;;) {
                std::vector<FoundFile> files = co_await scan.source.send();
                if (files.empty())
                    co_return;
                for (FoundFile &file : files) {
                    Examined examined = examine(std::move(file));
                    co_await scan.collector.send(std::move(examined.photo), std::move(examined.thumbnail));
                }
            }
        } catch (const LinkException &) { // the scan was canceled: the source or the collector has stopped
        }
    });
}
