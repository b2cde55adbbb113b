// SPDX-License-Identifier: MIT
#ifndef WORK_H
#define WORK_H

#include "filename.h"

#include <QtCore/QByteArray>
#include <QtInterlink/MessageLink>

#include <vector>

// What the services tell each other.
//
//     source (Walker or SumsReader)  <-- NextFiles --  Hasher, one a job  -- Outcomes -->  Collector
//
// Hashers pull: a file is looked for only when a hasher is free, and a hasher goes on when its last results are
// written. So what is in flight is bounded by the number of jobs, however large the tree and however slow the output.

// A file to be read, or what was wrong with it.
struct FileToHash
{
    FileName name;
    QByteArray expected; // in hexadecimal, when checking; empty otherwise
    QByteArray problem; // not empty: why it can't be read
};

using Batch = std::vector<FileToHash>;

// Asks for some files: many small ones, so that they aren't outweighed by the messages, or a large one. An empty batch
// says that there are no more.
struct NextFiles
{
    using Response = Batch;
};

struct Outcome
{
    FileName name;
    QByteArray digest; // in hexadecimal; empty if there was a problem
    QByteArray expected;
    QByteArray problem;
};

// The answer says whether to go on: there is no point if nothing can be written.
struct Outcomes
{
    using Response = bool;
    std::vector<Outcome> list;
};

// Sent in between, so that the progress of a very large file can be seen.
struct BytesRead
{
    qint64 count;
};

struct Totals
{
    qint64 files = 0;
    qint64 mismatches = 0;
    qint64 unreadable = 0;
    bool outputFailed = false;
};

// Asked for when all hashers are done.
struct Finish
{
    using Response = Totals;
};

using SourceLink = QtInterlink::MessageLink<NextFiles>;

#endif
