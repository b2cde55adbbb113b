// SPDX-License-Identifier: MIT
#ifndef FILEREADER_H
#define FILEREADER_H

#include "filename.h"

#include <QtCore/QByteArray>
#include <QtCore/QtGlobal>

#ifndef Q_OS_UNIX
#  include <QtCore/QFile>
#endif

// Reads a regular file from its beginning to its end. On Unix by its native name, which QFile can't take, and so that a
// fifo that took a file's place is neither waited for nor read.
class FileReader
{
public:
    explicit FileReader(const FileName &name);
    ~FileReader();
    Q_DISABLE_COPY_MOVE(FileReader)

    // Returns how many bytes came, 0 at the end or if there is a problem.
    qint64 read(char *buffer, qint64 size);

    // Why the file can't be opened or read; empty: no problem.
    QByteArray problem() const { return m_problem; }

private:
#ifdef Q_OS_UNIX
    void open(const FileName &name);

    int m_file = -1;
#else
    QFile m_file;
#endif
    QByteArray m_problem;
};

// The system's words for an error.
QByteArray reason(const std::error_code &error);

// What a file is that isn't regular, for people.
QByteArray describe(std::filesystem::file_type type);

#endif
