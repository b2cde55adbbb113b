// SPDX-License-Identifier: MIT
#ifndef MOVES_H
#define MOVES_H

#include <QtCore/QHash>
#include <QtGui/QUndoStack>
#include <QtInterlink/Service>

class PhotoModel;

// Both are answered with what went wrong, or nothing. A file may come and go several times: \c move tells these apart.
struct PutAway
{
    using Response = QString;
    int move;
    QString path;
    QString folder; // empty: the trash
};
struct BringBack
{
    using Response = QString;
    int move;
    QString path; // where it was
};

// Moves files, and remembers where they went. Since it does one after the other, an undo may be sent while what it
// undoes is still under way. It never overwrites anything.
class Mover : public QtInterlink::Service<Mover>
{
public:
    QString handle(const PutAway &wanted);
    QString handle(const BringBack &wanted);

private:
    QHash<std::pair<int, QString>, QString> m_places;
};

// Photos that are moved out of the window, and back by undo. They go at once; one that can't be moved comes back.
class Moves : public QUndoStack
{
    Q_OBJECT

public:
    Moves(PhotoModel *photos, QObject *parent);

    // \a folder is where to; empty: the trash.
    void move(const QStringList &paths, const QString &folder);
    void putAway(int move, const QStringList &paths, const QString &folder);
    void bringBack(int move, const QStringList &paths);

Q_SIGNALS:
    void failed(const QString &path, const QString &problem);

private:
    void follow(QtInterlink::Reply<QString> reply, const QString &path, bool isLeaving);

    PhotoModel *m_photos;
    QtInterlink::Link<Mover> m_mover;
    int m_moves = 0;
};

#endif
