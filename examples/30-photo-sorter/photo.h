// SPDX-License-Identifier: MIT
#ifndef PHOTO_H
#define PHOTO_H

#include <QtCore/QDateTime>
#include <QtCore/QSize>
#include <QtCore/QString>
#include <QtGui/QImage>
#include <QtInterlink/Service>

#include <vector>

// What the services tell each other.
//
//     Walker  <-- NextFiles --  Decoder, several  -- Examined -->  Collector  -- Findings -->  MainWindow
//     MainWindow  -- Scan, LoadImage -->  Decoder
//     MainWindow  -- PutAway, BringBack -->  Mover
//
// Decoders pull: a file is looked for only when one of them is free, and it goes on when the collector has taken its
// last result, which waits for the window in turn. So what is in flight is bounded, however large the tree is.

// A file that may be an image, or what was wrong with a file or folder.
struct FoundFile
{
    QString path;
    QString problem; // not empty: why there is nothing to be read
};

// Asks for some files; none says that there are no more.
struct NextFiles
{
    using Response = std::vector<FoundFile>;
};

struct Photo
{
    QString path;
    qint64 bytes = 0;
    QDateTime modified;
    QSize pixels; // upright
    quint64 hash = 0; // of what it looks like; 0 if it looks like nothing
    QString problem; // not empty: why it, or a part of it, can't be shown
};

struct Examined
{
    using Response = void;
    Photo photo;
    QImage thumbnail;
};

struct Findings
{
    using Response = void;
    int scan; // which one, since there may be news of the last one still
    std::vector<Examined> photos;
    std::vector<std::pair<int, int>> alike; // photos that look alike, by their numbers in the order of the findings
};

// For what lives as long as somebody needs it, and blocks.
inline QtInterlink::StartOptions onItsOwn()
{
    return {.placement = QtInterlink::Placement::dedicated(), .stopWhenUnlinked = true};
}

#endif
