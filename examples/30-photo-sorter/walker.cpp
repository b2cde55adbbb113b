// SPDX-License-Identifier: MIT
#include "walker.h"

#include <QtCore/QSet>
#include <QtGui/QImageReader>

#include <utility>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

static bool isImage(const QFileInfo &file)
{
    static const QSet<QString> suffixes = [] {
        QSet<QString> known;
        for (const QByteArray &format : QImageReader::supportedImageFormats())
            known << QString::fromLatin1(format);
        return known;
    }();
    return suffixes.contains(file.suffix().toLower());
}

Reply<int> Walker::handle(CountFiles, ServiceContext<Walker> &context)
{
    // A task beside the messages, so that the walker can be stopped in the middle.
    return context.spawn([](Walker &walker) -> Task<int> {
        int count = 0;
        for (auto found = walker.next(1000); !found.empty(); found = walker.next(1000)) {
            count += int(found.size());
            co_await ServiceContext<Walker>::sleep(std::chrono::nanoseconds(0));
        }
        co_return count;
    });
}

std::vector<FoundFile> Walker::next(size_t count)
{
    std::vector<FoundFile> found;
    if (!m_root.isEmpty())
        enter(std::exchange(m_root, QString()), found);
    while (found.size() < count && !m_folders.empty()) {
        if (!m_folders.back()->hasNext()) {
            m_folders.pop_back();
            continue;
        }
        m_folders.back()->next();
        const QFileInfo entry = m_folders.back()->fileInfo();
        if (entry.isDir())
            enter(entry.filePath(), found);
        else if (isImage(entry))
            found.push_back({entry.filePath(), {}});
    }
    return found;
}

void Walker::enter(const QString &folder, std::vector<FoundFile> &found)
{
    const QFileInfo info(folder);
    if (!info.isDir())
        found.push_back({folder, u"There is no such folder"_s});
    else if (!info.isReadable() || !info.isExecutable())
        found.push_back({folder, u"The folder can't be read"_s});
    else
        m_folders.push_back(std::make_unique<QDirIterator>(
                folder, QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks));
}
