// SPDX-License-Identifier: MIT
#ifndef HASHER_H
#define HASHER_H

#include "collector.h"
#include "work.h"

#include <QtCore/QCryptographicHash>
#include <QtInterlink/Service>

#include <optional>
#include <vector>

// Starts the work; answered when there is none left.
struct HashAll
{
};

// Reads and hashes files, one after the other. It blocks its worker while it does, so it wants one of its own.
class Hasher : public QtInterlink::Service<Hasher>
{
public:
    Hasher(QCryptographicHash::Algorithm algorithm, SourceLink source, QtInterlink::Link<Collector> collector);

    QtInterlink::Task<> handle(HashAll);

private:
    std::optional<Outcome> hash(FileToHash &&file);
    void tellBytes();

    QCryptographicHash::Algorithm m_algorithm;
    SourceLink m_source;
    QtInterlink::Link<Collector> m_collector;
    std::vector<char> m_buffer;
    qint64 m_bytesToTell = 0;
};

#endif
