// SPDX-License-Identifier: MIT
#include "computation.h"

#include <QtCore/QCryptographicHash>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace Qt::StringLiterals;

static std::vector<qint64> smallPrimes(qint64 limit)
{
    std::vector<char> isComposite(size_t(limit) + 1);
    std::vector<qint64> primes;
    for (qint64 i = 2; i <= limit; ++i) {
        if (isComposite[size_t(i)])
            continue;
        primes.push_back(i);
        for (qint64 multiple = i * i; multiple <= limit; multiple += i)
            isComposite[size_t(multiple)] = true;
    }
    return primes;
}

// The sieve of Eratosthenes, a piece at a time, so that it stays in the processor's cache.
static void run(QPromise<QJsonObject> &promise, const CountPrimes &work)
{
    constexpr qint64 PieceSize = 1 << 18;
    const std::vector<qint64> primes = smallPrimes(qint64(std::sqrt(double(work.limit))) + 1);
    std::vector<char> isComposite(PieceSize);
    qint64 count = 0;
    qint64 largest = 0;
    for (qint64 low = 2; low <= work.limit; low += PieceSize) {
        if (promise.isCanceled())
            return;
        const qint64 high = std::min(low + PieceSize - 1, work.limit);
        std::fill(isComposite.begin(), isComposite.end(), 0);
        for (const qint64 prime : primes) {
            if (prime * prime > high)
                break;
            qint64 multiple = std::max(prime * prime, (low + prime - 1) / prime * prime);
            for (; multiple <= high; multiple += prime)
                isComposite[size_t(multiple - low)] = true;
        }
        for (qint64 i = low; i <= high; ++i) {
            if (!isComposite[size_t(i - low)]) {
                ++count;
                largest = i;
            }
        }
        promise.setProgressValue(int(100.0 * double(high) / double(work.limit)));
    }
    promise.addResult(QJsonObject{{u"count"_s, count}, {u"largest"_s, largest}});
}

// Chance decides how long it takes; the progress is that of an average search.
static void run(QPromise<QJsonObject> &promise, const FindHash &work)
{
    const QByteArray text = work.text.toUtf8();
    const QByteArray wanted(work.zeros, '0');
    const double expected = std::pow(16, work.zeros);
    for (qint64 number = 0;; ++number) {
        if (number % 4096 == 0) {
            if (promise.isCanceled())
                return;
            promise.setProgressValue(int(std::min(99.0, 100 * double(number) / expected)));
        }
        const QByteArray digest =
                QCryptographicHash::hash(text + QByteArray::number(number), QCryptographicHash::Sha256).toHex();
        if (digest.startsWith(wanted)) {
            promise.addResult(QJsonObject{{u"number"_s, number}, {u"sha256"_s, QLatin1StringView(digest)}});
            return;
        }
    }
}

void compute(QPromise<QJsonObject> &promise, const Work &work)
{
    promise.setProgressRange(0, 100);
    std::visit([&](const auto &kind) { run(promise, kind); }, work);
}
