// SPDX-License-Identifier: MIT
#include "sumsreader.h"

#include "checksumline.h"
#include "filereader.h"
#include "interruption.h"
#include "options.h"

#include <algorithm>
#include <cerrno>

#ifdef Q_OS_UNIX
#  include <unistd.h>
#else
#  include <cstdio>
#endif

static constexpr size_t MaxSums = 32;
static constexpr qsizetype ChunkSize = 64 * 1024;
static constexpr qsizetype MaxLine = 1 << 20; // what isn't a text file shall not fill the memory

SumsReader::SumsReader(FileName sums, std::optional<QCryptographicHash::Algorithm> algorithm) : m_algorithm(algorithm)
{
    if (sums != FileName("-"))
        m_file = std::make_unique<FileReader>(sums);
}

SumsReader::~SumsReader() = default;

Batch SumsReader::handle(NextFiles)
{
    Batch batch;
    while (batch.size() < MaxSums && !Interruption::requested()) {
        const qsizetype end = m_text.indexOf('\n', m_start);
        if (end >= 0) {
            take(QByteArrayView(m_text).sliced(m_start, end - m_start), batch);
            m_start = end + 1;
        } else if (m_isAtEnd) {
            if (m_start < m_text.size()) // the last line may lack its newline
                take(QByteArrayView(m_text).sliced(m_start), batch);
            m_start = m_text.size();
            break;
        } else if (!batch.empty() && !m_file) {
            break; // somebody may be typing: what is there can be checked meanwhile
        } else {
            m_isAtEnd = !readMore();
        }
    }
    return batch;
}

bool SumsReader::readMore()
{
    m_text.remove(0, m_start);
    m_start = 0;
    if (m_text.size() > MaxLine) {
        m_findings.problem = "Line too long";
        m_text.clear();
        return false;
    }
    const qsizetype before = m_text.size();
    m_text.resize(before + ChunkSize);
    qint64 count = 0;
    if (m_file) {
        count = m_file->read(m_text.data() + before, ChunkSize);
        m_findings.problem = m_file->problem();
    } else if (Interruption::waitForInput()) {
#ifdef Q_OS_UNIX
        count = ::read(STDIN_FILENO, m_text.data() + before, size_t(ChunkSize));
#else
        count = std::fgets(m_text.data() + before, int(ChunkSize), stdin) ? qstrlen(m_text.constData() + before) : 0;
#endif
        if (count < 0)
            m_findings.problem = reason(std::error_code(errno, std::generic_category()));
    }
    m_text.resize(before + std::max<qsizetype>(count, 0));
    return count > 0;
}

void SumsReader::take(QByteArrayView text, Batch &batch)
{
    if (text.endsWith('\r')) // from another system; in names it is escaped
        text.chop(1);
    if (text.isEmpty() || text.startsWith('#'))
        return;
    const std::optional<ChecksumLine> line = parseSum(text);
    const auto algorithm = line ? algorithmOfDigest(line->digest) : std::nullopt;
    if (!algorithm || (m_algorithm && m_algorithm != algorithm)) {
        ++m_findings.malformed;
        return;
    }
    ++m_findings.lines;
    batch.push_back({fromBytes(line->name), line->digest, {}});
}
