// SPDX-License-Identifier: MIT
#ifndef COLLECTOR_H
#define COLLECTOR_H

#include "photo.h"

#include <array>
#include <unordered_map>

// Finds photos whose hashes differ in a few bits only. Two hashes of which no byte is equal differ in eight bits at
// least: only those that share a byte are compared.
class AlikeIndex
{
public:
    static constexpr int MaxDistance = 6;

    // Adds the next photo, and returns which ones are alike, as far as that doesn't follow from what was said before.
    std::vector<std::pair<int, int>> add(quint64 hash);

private:
    int groupOf(int photo);

    std::vector<int> m_parents; // of each photo; those with the same root are in one group
    std::unordered_map<quint64, int> m_photos; // the first photo with that hash
    std::array<std::array<std::vector<quint64>, 256>, 8> m_hashesByByte;
};

// Published whenever a file was examined.
struct ScanState
{
    int files = 0;
    qint64 bytes = 0;
};

// Groups what the decoders find, and delivers it in batches. While the window is busy with one, the decoders wait here.
class Collector : public QtInterlink::Service<Collector>
{
public:
    Collector(QtInterlink::MessageLink<Findings> window, int scan) : m_window(std::move(window)), m_scan(scan) { }

    QtInterlink::Task<> handle(Examined examined, QtInterlink::ServiceContext<Collector> &context);
    QtInterlink::Task<> deliver(); // what has gathered
    // The window is gone. What for, then?
    QtInterlink::ErrorAction handleError(std::exception_ptr) { return QtInterlink::ErrorAction::Stop; }

private:
    QtInterlink::MessageLink<Findings> m_window;
    int m_scan;
    ScanState m_state;
    AlikeIndex m_index;
    std::vector<Examined> m_photos; // not delivered yet
    std::vector<std::pair<int, int>> m_alike;
};

#endif
