// SPDX-License-Identifier: MIT
#ifndef WALKER_H
#define WALKER_H

#include "work.h"

#include <QtInterlink/Service>

#include <vector>

// Finds the files below the roots, a few at a time, whenever a hasher asks. What it keeps is one open folder for each
// level that it is deep.
class Walker : public QtInterlink::Service<Walker>
{
public:
    explicit Walker(std::vector<FileName> roots);

    Batch handle(NextFiles);

private:
    void begin(const FileName &root, Batch &batch);
    void look(const std::filesystem::directory_entry &entry, Batch &batch);
    void enter(const FileName &folder, Batch &batch);
    void advance(Batch &batch);

    struct Folder
    {
        FileName name;
        std::filesystem::directory_iterator next;
    };

    std::vector<FileName> m_roots; // those still to be visited, the next one last
    std::vector<Folder> m_folders; // from the root to where we are
    qint64 m_batchBytes = 0;
};

#endif
