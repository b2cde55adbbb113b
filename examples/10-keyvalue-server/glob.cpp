// SPDX-License-Identifier: MIT
#include "glob.h"

#include <algorithm>
#include <utility>

// Takes a [class] from the beginning of \a pattern, and returns whether \a c is in it.
static bool takeClass(QByteArrayView &pattern, uchar c)
{
    qsizetype i = 1;
    const bool isNegated = i < pattern.size() && pattern[i] == '^';
    i += isNegated;
    bool isIn = false;
    for (; i < pattern.size() && pattern[i] != ']'; ++i) {
        if (pattern[i] == '\\' && i + 1 < pattern.size()) {
            isIn |= uchar(pattern[++i]) == c;
        } else if (i + 2 < pattern.size() && pattern[i + 1] == '-') {
            const auto [low, high] = std::minmax({uchar(pattern[i]), uchar(pattern[i + 2])});
            isIn |= low <= c && c <= high;
            i += 2;
        } else {
            isIn |= uchar(pattern[i]) == c;
        }
    }
    pattern = pattern.sliced(std::min(i + 1, pattern.size()));
    return isIn != isNegated;
}

bool matchesGlob(QByteArrayView pattern, QByteArrayView text)
{
    // After a mismatch the last * takes one more. Earlier ones needn't: so there are at most size * size steps, however
    // many stars a pattern has.
    QByteArrayView starPattern;
    QByteArrayView starText;
    bool hasStar = false;
    for (;;) {
        if (pattern.startsWith('*')) {
            pattern = starPattern = pattern.sliced(1);
            starText = text;
            hasStar = true;
            continue;
        }
        if (pattern.isEmpty() && text.isEmpty())
            return true;
        bool matches = !pattern.isEmpty() && !text.isEmpty();
        if (matches && pattern[0] == '[') {
            matches = takeClass(pattern, uchar(text[0]));
        } else if (matches) {
            const bool isAny = pattern[0] == '?';
            if (pattern[0] == '\\' && pattern.size() > 1)
                pattern = pattern.sliced(1);
            matches = isAny || pattern[0] == text[0];
            pattern = pattern.sliced(1);
        }
        if (matches) {
            text = text.sliced(1);
        } else {
            if (!hasStar || starText.isEmpty())
                return false;
            text = starText = starText.sliced(1);
            pattern = starPattern;
        }
    }
}
