// SPDX-License-Identifier: MIT
#include "moves.h"

#include "photomodel.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

using namespace QtInterlink;
using namespace Qt::StringLiterals;

// "name.jpg", or "name (2).jpg" if that is taken.
static QString freeName(const QString &folder, const QFileInfo &file)
{
    QString name = folder + u'/' + file.fileName();
    for (int i = 2; QFileInfo::exists(name); ++i)
        name = u"%1/%2 (%3).%4"_s.arg(folder, file.completeBaseName(), QString::number(i), file.suffix());
    return name;
}

QString Mover::handle(const PutAway &wanted)
{
    QFile file(wanted.path);
    if (const QFileInfo info(wanted.path); !info.isFile()) // folders are listed, too, if they can't be read
        return info.exists() ? u"This is not a file"_s : u"The file is gone"_s;
    if (wanted.folder.isEmpty()) {
        if (!file.moveToTrash())
            return u"It could not be moved to the trash"_s;
    } else if (!file.rename(freeName(wanted.folder, QFileInfo(wanted.path)))) {
        return file.errorString();
    }
    m_places.insert({wanted.move, wanted.path}, file.fileName()); // which follows the file
    return {};
}

QString Mover::handle(const BringBack &wanted)
{
    const QFileInfo place(m_places.take({wanted.move, wanted.path}));
    if (!place.exists())
        return u"It is not where it was put"_s;
    QDir().mkpath(QFileInfo(wanted.path).path());
    if (QFile file(place.filePath()); !file.rename(wanted.path))
        return file.errorString();
    if (place.dir().dirName() == u"files") // a trash that notes down in other files where things came from
        QFile::remove(place.path() + u"/../info/"_s + place.fileName() + u".trashinfo"_s);
    return {};
}

class MoveCommand : public QUndoCommand
{
public:
    MoveCommand(Moves *moves, int number, const QStringList &paths, const QString &folder)
        : m_moves(moves), m_number(number), m_paths(paths), m_folder(folder)
    {
        const bool isOne = paths.size() == 1;
        const QString what = isOne ? QFileInfo(paths.first()).fileName() : u"%1 photos"_s.arg(paths.size());
        setText((folder.isEmpty() ? u"Move %1 to the Trash"_s : u"Move %1"_s).arg(what));
    }
    void redo() override { m_moves->putAway(m_number, m_paths, m_folder); }
    void undo() override { m_moves->bringBack(m_number, m_paths); }

private:
    Moves *m_moves;
    int m_number;
    QStringList m_paths;
    QString m_folder;
};

Moves::Moves(PhotoModel *photos, QObject *parent)
    : QUndoStack(parent), m_photos(photos), m_mover(Mover::start(onItsOwn()))
{
}

void Moves::move(const QStringList &paths, const QString &folder)
{
    if (!paths.isEmpty())
        push(new MoveCommand(this, ++m_moves, paths, folder));
}

void Moves::putAway(int move, const QStringList &paths, const QString &folder)
{
    for (const QString &path : paths) {
        m_photos->setAway(path, true);
        follow(m_mover.send<PutAway>(move, path, folder), path, true);
    }
}

void Moves::bringBack(int move, const QStringList &paths)
{
    for (const QString &path : paths)
        follow(m_mover.send<BringBack>(move, path), path, false);
}

void Moves::follow(Reply<QString> reply, const QString &path, bool isLeaving)
{
    std::move(reply).then(this, [this, path, isLeaving](const QString &problem) {
        if (problem.isEmpty() != isLeaving)
            m_photos->setAway(path, false);
        if (!problem.isEmpty())
            Q_EMIT failed(path, problem);
    });
}
