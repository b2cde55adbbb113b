// SPDX-License-Identifier: MIT
#ifndef CHECKSUMLINE_H
#define CHECKSUMLINE_H

#include <QtCore/QByteArray>

#include <optional>

// The lines of sha256sum and its sisters: digest, space, space or asterisk, name. A name that holds a newline, a
// carriage return or a backslash is written with escapes, and a backslash opens the line.
struct ChecksumLine
{
    QByteArray digest;
    QByteArray name;
};

// The name as it is printed, and whether that differs.
struct EscapedName
{
    explicit EscapedName(const QByteArray &name);

    QByteArray text;
    bool isEscaped;
};

// Both end with a newline. A verdict's name is written with escapes only if it holds a newline, as sha256sum does it.
QByteArray formatSum(const QByteArray &digest, const QByteArray &name);
QByteArray formatVerdict(const QByteArray &name, const char *verdict);

// Takes a line without its newline; empty if it is not such a line.
std::optional<ChecksumLine> parseSum(QByteArrayView line);

#endif
