// SPDX-License-Identifier: MIT
#include "walker.h"

#include "filereader.h"
#include "interruption.h"

#include <algorithm>

namespace fs = std::filesystem;

static constexpr size_t MaxFiles = 64;
static constexpr qint64 MaxBytes = 1 << 20;

Walker::Walker(std::vector<FileName> roots) : m_roots(std::move(roots))
{
    std::reverse(m_roots.begin(), m_roots.end());
}

Batch Walker::handle(NextFiles)
{
    Batch batch;
    m_batchBytes = 0;
    while (batch.size() < MaxFiles && m_batchBytes < MaxBytes && !Interruption::requested()) {
        if (!m_folders.empty() && m_folders.back().next == fs::directory_iterator()) {
            m_folders.pop_back();
        } else if (!m_folders.empty()) {
            const fs::directory_entry entry = *m_folders.back().next;
            advance(batch);
            look(entry, batch);
        } else if (!m_roots.empty()) {
            const FileName root = std::move(m_roots.back());
            m_roots.pop_back();
            begin(root, batch);
        } else {
            break;
        }
    }
    return batch;
}

// A root is followed if it is a link, even to a folder.
void Walker::begin(const FileName &root, Batch &batch)
{
    std::error_code error;
    if (fs::is_directory(root, error)) {
        enter(root, batch);
    } else {
        fs::directory_entry entry;
        entry.assign(root, error); // unlike the constructor's, its entry keeps the name if there is an error
        look(entry, batch);
    }
}

void Walker::look(const fs::directory_entry &entry, Batch &batch)
{
    std::error_code error;
    const bool isLink = entry.is_symlink(error);
    const fs::file_status status = entry.status(error);
    switch (status.type()) {
    case fs::file_type::regular: {
        const std::uintmax_t size = entry.file_size(error);
        m_batchBytes += error ? 0 : qint64(size); // if it is gone meanwhile, its reader will tell
        batch.push_back({entry.path(), {}, {}});
        break;
    }
    case fs::file_type::directory:
        if (!isLink)
            enter(entry.path(), batch);
        break;
    case fs::file_type::none:
    case fs::file_type::not_found:
        if (!error)
            error = std::make_error_code(std::errc::no_such_file_or_directory);
        batch.push_back({entry.path(), {}, reason(error)});
        break;
    default:
        batch.push_back({entry.path(), {}, describe(status.type())});
    }
}

void Walker::enter(const FileName &folder, Batch &batch)
{
    std::error_code error;
    fs::directory_iterator first(folder, error);
    if (error)
        batch.push_back({folder, {}, reason(error)});
    else
        m_folders.push_back({folder, std::move(first)});
}

void Walker::advance(Batch &batch)
{
    Folder &folder = m_folders.back();
    std::error_code error;
    folder.next.increment(error); // after an error it is at the end
    if (error) {
        batch.push_back({folder.name, {}, reason(error)});
        folder.next = {};
    }
}
