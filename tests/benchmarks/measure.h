// SPDX-License-Identifier: MIT
// What the benchmarks measure with.
#ifndef MEASURE_H
#define MEASURE_H

#include <QtCore/QElapsedTimer>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

// A benchmark whose result is wrong has measured nothing.
inline void check(bool right, const char *what)
{
    if (!right) {
        std::fprintf(stderr, "wrong result: %s\n", what);
        std::abort();
    }
}

inline qint64 nowInNanoseconds()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

// Of this process.
inline quint64 residentKilobytes()
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:"))
            return std::strtoull(line.c_str() + 6, nullptr, 10);
    }
    return 0;
}

// The value that a share of all don't exceed; 0 if there is none.
inline double percentile(std::vector<double> values, double share)
{
    if (values.empty())
        return 0;
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, size_t(share * double(values.size())))];
}

// How much is due by now, at a rate a second.
class Pace
{
public:
    explicit Pace(int rate) : m_rate(rate) { m_clock.start(); }

    quint64 due() const { return quint64(double(m_clock.nsecsElapsed()) * m_rate / 1e9); }
    qint64 seconds() const { return m_clock.elapsed() / 1000; }

private:
    QElapsedTimer m_clock;
    int m_rate;
};

#endif
