// SPDX-License-Identifier: MIT
#ifndef WALKER_H
#define WALKER_H

#include "photo.h"

#include <QtCore/QDirIterator>
#include <QtInterlink/Service>

#include <memory>

// Counts them all, keeping none.
struct CountFiles
{
    using Response = int;
};

// Finds the images below a folder, a few at a time, whenever a decoder asks. Symbolic links are not followed: a photo
// that is found twice would be taken for its own duplicate.
class Walker : public QtInterlink::Service<Walker>
{
public:
    explicit Walker(QString folder) : m_root(std::move(folder)) { }

    std::vector<FoundFile> handle(NextFiles) { return next(4); }
    QtInterlink::Reply<int> handle(CountFiles, QtInterlink::ServiceContext<Walker> &context);

private:
    std::vector<FoundFile> next(size_t count);
    void enter(const QString &folder, std::vector<FoundFile> &found);

    QString m_root; // empty once it was entered
    std::vector<std::unique_ptr<QDirIterator>> m_folders; // from the root to where we are
};

#endif
