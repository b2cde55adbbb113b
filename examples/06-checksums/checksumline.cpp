// SPDX-License-Identifier: MIT
#include "checksumline.h"

#include <algorithm>

EscapedName::EscapedName(const QByteArray &name)
    : text(name), isEscaped(name.contains('\n') || name.contains('\r') || name.contains('\\'))
{
    if (isEscaped)
        text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
}

static std::optional<QByteArray> unescape(QByteArrayView text)
{
    QByteArray name;
    name.reserve(text.size());
    for (auto c = text.begin(); c != text.end(); ++c) {
        if (*c != '\\') {
            name += *c;
            continue;
        }
        if (++c == text.end())
            return {};
        switch (*c) {
        case '\\':
            name += '\\';
            break;
        case 'n':
            name += '\n';
            break;
        case 'r':
            name += '\r';
            break;
        default:
            return {};
        }
    }
    return name;
}

QByteArray formatSum(const QByteArray &digest, const QByteArray &name)
{
    const EscapedName escaped(name);
    return (escaped.isEscaped ? "\\" : "") + digest + "  " + escaped.text + '\n';
}

QByteArray formatVerdict(const QByteArray &name, const char *verdict)
{
    if (!name.contains('\n')) // it alone would spoil the lines
        return name + ": " + verdict + '\n';
    return '\\' + EscapedName(name).text + ": " + verdict + '\n';
}

static bool isHexadecimal(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

std::optional<ChecksumLine> parseSum(QByteArrayView line)
{
    while (line.startsWith(' ') || line.startsWith('\t'))
        line = line.sliced(1);
    const bool isEscaped = line.startsWith('\\');
    if (isEscaped)
        line = line.sliced(1);
    const qsizetype length = std::find_if_not(line.begin(), line.end(), isHexadecimal) - line.begin();
    if (length == 0 || line.size() < length + 3 || line[length] != ' ')
        return {};
    if (line[length + 1] != ' ' && line[length + 1] != '*') // text or binary, which are the same
        return {};
    const QByteArrayView name = line.sliced(length + 2);
    const std::optional<QByteArray> unescaped = isEscaped ? unescape(name) : name.toByteArray();
    if (!unescaped || unescaped->contains('\0'))
        return {};
    return ChecksumLine{line.first(length).toByteArray().toLower(), *unescaped};
}
