// SPDX-License-Identifier: MIT
#ifndef OPTIONS_H
#define OPTIONS_H

#include "filename.h"

#include <QtCore/QCryptographicHash>

#include <optional>
#include <variant>
#include <vector>

struct Options
{
    std::optional<QCryptographicHash::Algorithm> algorithm; // as given
    int jobs = 1;
    std::optional<FileName> sums; // to be checked
    std::vector<FileName> roots; // to be hashed
};

// There is nothing to do but to end the program.
struct Farewell
{
    int exitCode;
};

// Reads the command line. Has printed the help, the version or what is wrong where it returns a Farewell.
std::variant<Options, Farewell> readOptions(int argc, char *argv[]);

// Each algorithm has a length of its own.
std::optional<QCryptographicHash::Algorithm> algorithmOfDigest(const QByteArray &hexadecimal);

#endif
