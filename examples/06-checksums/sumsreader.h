// SPDX-License-Identifier: MIT
#ifndef SUMSREADER_H
#define SUMSREADER_H

#include "work.h"

#include <QtCore/QCryptographicHash>
#include <QtCore/QFile>
#include <QtInterlink/Service>

#include <memory>
#include <optional>

class FileReader;

// Reads the lines of a sums file, a few at a time, whenever a hasher asks.
class SumsReader : public QtInterlink::Service<SumsReader>
{
public:
    // "-" means standard input. Without an algorithm, each line's is known by the length of its digest.
    SumsReader(FileName sums, std::optional<QCryptographicHash::Algorithm> algorithm);
    ~SumsReader();

    Batch handle(NextFiles);

    // What was found, to be asked for when all is done.
    struct Findings
    {
        qint64 lines = 0;
        qint64 malformed = 0;
        QByteArray problem;
    };
    Findings findings() const { return m_findings; }

private:
    bool readMore();
    void take(QByteArrayView line, Batch &batch);

    std::optional<QCryptographicHash::Algorithm> m_algorithm;
    std::unique_ptr<FileReader> m_file; // null: standard input
    QByteArray m_text; // read and not yet taken
    qsizetype m_start = 0;
    bool m_isAtEnd = false;
    Findings m_findings;
};

#endif
