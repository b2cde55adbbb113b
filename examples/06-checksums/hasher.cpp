// SPDX-License-Identifier: MIT
#include "hasher.h"

#include "filereader.h"
#include "interruption.h"
#include "options.h"

#include <utility>

using namespace QtInterlink;

static constexpr size_t ChunkSize = 1 << 20;
static constexpr qint64 BytesATime = 16 << 20;

Hasher::Hasher(QCryptographicHash::Algorithm algorithm, SourceLink source, Link<Collector> collector)
    : m_algorithm(algorithm), m_source(std::move(source)), m_collector(std::move(collector)), m_buffer(ChunkSize)
{
}

Task<> Hasher::handle(HashAll)
{
    for (;;) {
        Batch batch = co_await m_source.send();
        if (batch.empty())
            co_return;
        std::vector<Outcome> outcomes;
        for (FileToHash &file : batch) {
            if (std::optional<Outcome> outcome = hash(std::move(file)))
                outcomes.push_back(std::move(*outcome));
        }
        tellBytes();
        if (!co_await m_collector.send<Outcomes>(std::move(outcomes)))
            co_return;
    }
}

// Returns nothing if it was interrupted: half a file has no digest.
std::optional<Outcome> Hasher::hash(FileToHash &&file)
{
    Outcome outcome{std::move(file.name), {}, std::move(file.expected), std::move(file.problem)};
    if (!outcome.problem.isEmpty())
        return outcome;
    QCryptographicHash hash(algorithmOfDigest(outcome.expected).value_or(m_algorithm));
    FileReader reader(outcome.name);
    while (const qint64 count = reader.read(m_buffer.data(), qint64(m_buffer.size()))) {
        hash.addData(QByteArrayView(m_buffer.data(), count));
        m_bytesToTell += count;
        if (m_bytesToTell >= BytesATime)
            tellBytes();
        if (Interruption::requested())
            return {};
    }
    outcome.problem = reader.problem();
    if (outcome.problem.isEmpty())
        outcome.digest = hash.result().toHex();
    return outcome;
}

void Hasher::tellBytes()
{
    if (m_bytesToTell > 0)
        m_collector.doSend(BytesRead{std::exchange(m_bytesToTell, 0)});
}
