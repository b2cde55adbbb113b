// SPDX-License-Identifier: MIT
// A worker's timer queue beside a std::multimap that does the same: what is due, when, and in which order.
#include "testsupport.h"

#include "../../../src/scheduling/timerqueue.h"

#include <algorithm>
#include <functional>
#include <map>
#include <random>

using detail::TimerQueue;
using std::chrono::nanoseconds;

namespace {

using Random = std::mt19937_64;

class Entry final : public detail::TimerEntry
{
public:
    void leaving() noexcept override { ++left; }
    void expired() noexcept override
    {
        if (fired)
            fired->push_back(this);
        if (then)
            then();
        ++expirations; // at last: somebody may wait for it to delete this
    }

    std::vector<Entry *> *fired = nullptr;
    std::function<void()> then;
    int left = 0;
    std::atomic<int> expirations{0};
};

// The queue and its model, with entries that are used again and again.
class Both
{
public:
    explicit Both(std::size_t count) : m_entries(count)
    {
        for (Entry &entry : m_entries) {
            entry.fired = &m_fired;
            m_unused.push_back(&entry);
        }
    }
    ~Both()
    {
        for (const auto &[due, entry] : m_model)
            m_queue.remove(*entry);
    }

    bool isFull() const { return m_unused.empty(); }
    std::size_t size() const { return m_model.size(); }
    nanoseconds now() const { return m_now; }

    bool add(nanoseconds due)
    {
        Entry *const entry = m_unused.back();
        m_unused.pop_back();
        const bool first = m_queue.nextDue() > due;
        m_model.emplace(due, entry);
        return m_queue.add(*entry, due, m_now) == first && entry->due == due && isRight();
    }
    bool remove(std::size_t skip)
    {
        auto i = m_model.begin();
        std::advance(i, std::min(skip, m_model.size() - 1));
        return remove(i);
    }
    bool removeNear(nanoseconds due)
    {
        const auto i = m_model.lower_bound(due);
        return i == m_model.end() ? remove(0) : remove(i);
    }
    bool moveTo(nanoseconds now)
    {
        m_now = now;
        m_fired.clear();
        while (m_queue.fire(now))
            ;
        nanoseconds last = nanoseconds::min();
        for (Entry *const entry : m_fired) {
            const auto [begin, end] = m_model.equal_range(entry->due);
            const auto i = std::find_if(begin, end, [=](const auto &pair) { return pair.second == entry; });
            if (i == end || i->first > now || i->first < last || m_queue.remove(*entry))
                return false;
            last = i->first;
            m_model.erase(i);
            m_unused.push_back(entry);
        }
        return (m_model.empty() || m_model.begin()->first > now) && isRight();
    }
    bool moveToFirst() { return m_model.empty() || moveTo(std::max(m_now, m_model.begin()->first)); }

    // Among more than that it may be too early.
    bool isRight() const
    {
        const nanoseconds due = m_model.empty() ? TimerQueue::Never : m_model.begin()->first;
        return m_model.size() <= Few ? m_queue.nextDue() == due : m_queue.nextDue() <= due;
    }

private:
    static constexpr std::size_t Few = 200;

    bool remove(std::multimap<nanoseconds, Entry *>::iterator i)
    {
        Entry *const entry = i->second;
        m_model.erase(i);
        m_unused.push_back(entry);
        return m_queue.remove(*entry) && !m_queue.remove(*entry) && isRight();
    }

    TimerQueue m_queue;
    std::multimap<nanoseconds, Entry *> m_model;
    std::vector<Entry> m_entries;
    std::vector<Entry *> m_unused;
    std::vector<Entry *> m_fired;
    nanoseconds m_now{0};
};

// Up to so many bits of nanoseconds, each number of bits as often as the others.
nanoseconds span(Random &random, int bits)
{
    return nanoseconds(random() >> (63 - random() % unsigned(bits)));
}

} // namespace

class tst_TimerQueue : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsDueInAnEmptyQueue();
    void asTheModel_data();
    void asTheModel();
    void manyInOrder();
    void manyAtTheSameTime();
    void theFirstIsKnownWhenOthersWereRemoved();
    void extremeTimes();
    void firedInsideOfFiring();
    void removedByOthersWhileItFires();
};

void tst_TimerQueue::nothingIsDueInAnEmptyQueue()
{
    TimerQueue queue;
    Entry entry;
    QVERIFY(queue.nextDue() == TimerQueue::Never);
    QVERIFY(!queue.remove(entry));
    QVERIFY(!queue.fire(1h));
    QVERIFY(queue.add(entry, 1ms));
    QVERIFY(queue.nextDue() == 1ms);
    QVERIFY(!queue.fire(1ms - 1ns));
    QVERIFY(queue.fire(1ms));
    QCOMPARE(entry.left, 1);
    QCOMPARE(entry.expirations.load(), 1);
    QVERIFY(queue.nextDue() == TimerQueue::Never);
}

void tst_TimerQueue::asTheModel_data()
{
    QTest::addColumn<int>("most");
    QTest::addColumn<int>("bits"); // of the times until they are due
    QTest::addColumn<qint64>("begin");
    const qint64 uptime = nanoseconds(std::chrono::hours(1000)).count() + 12345;
    for (const int most : {5, 150, 4000}) {
        for (const int bits : {1, 12, 17, 23, 30, 41, 55, 61}) {
            QTest::addRow("%d within 2^%d ns", most, bits) << most << bits << qint64(0);
            QTest::addRow("%d within 2^%d ns, later", most, bits) << most << bits << uptime;
        }
    }
}

void tst_TimerQueue::asTheModel()
{
    QFETCH(int, most);
    QFETCH(int, bits);
    QFETCH(qint64, begin);
    Random random(std::size_t(most + bits));
    Both both{std::size_t(most)};
    QVERIFY(both.moveTo(nanoseconds(begin)));
    int removing = 0;
    for (int i = 0; i < 40000; ++i) {
        if (i % 4000 == 0)
            removing = int(random() % 8); // so that the queue grows and shrinks
        switch (random() % 16) {
        case 0:
            // As far as it goes without an overflow.
            if (both.now() < nanoseconds::max() / 2)
                QVERIFY(both.moveTo(both.now() + span(random, bits) / 16));
            break;
        case 1:
            if (both.now() < nanoseconds::max() / 2)
                QVERIFY(both.moveToFirst());
            break;
        default:
            if (both.size() && (both.isFull() || int(random() % 8) < removing)) {
                if (random() % 2)
                    QVERIFY(both.remove(random() % 4));
                else
                    QVERIFY(both.removeNear(both.now() + span(random, bits)));
            } else if (random() % 32 == 0) {
                QVERIFY(both.add(both.now() - std::min(both.now(), span(random, bits)))); // in the past
            } else {
                QVERIFY(both.add(both.now() + span(random, bits)));
            }
        }
    }
    while (both.size())
        QVERIFY(both.moveToFirst());
}

void tst_TimerQueue::manyInOrder()
{
    constexpr int Count = 100000;
    Random random(1);
    Both both(Count);
    QVERIFY(both.moveTo(77h));
    for (int i = 0; i < Count; ++i)
        QVERIFY(both.add(both.now() + nanoseconds(random() % quint64(nanoseconds(20s).count()))));
    for (int i = 0; i < Count / 10; ++i)
        QVERIFY(both.removeNear(both.now() + nanoseconds(random() % quint64(nanoseconds(20s).count()))));
    for (int i = 0; i < 3000; ++i)
        QVERIFY(both.moveTo(both.now() + 7ms));
    QCOMPARE(both.size(), std::size_t(0));
}

void tst_TimerQueue::manyAtTheSameTime()
{
    constexpr std::size_t Count = 3000;
    Both both(2 * Count);
    for (std::size_t i = 0; i < Count; ++i) {
        QVERIFY(both.add(3s));
        QVERIFY(both.add(0s));
    }
    QVERIFY(both.moveTo(3s - 1ns));
    QCOMPARE(both.size(), Count);
    QVERIFY(both.moveTo(3s));
    QCOMPARE(both.size(), std::size_t(0));
}

// However many there were: once there are few again, nobody is woken for what isn't there any more.
void tst_TimerQueue::theFirstIsKnownWhenOthersWereRemoved()
{
    constexpr int Count = 5000;
    Both both(Count);
    for (int i = 0; i < Count; ++i)
        QVERIFY(both.add(1h + i * 1us));
    for (int i = 0; i < Count; ++i)
        QVERIFY(both.remove(0));
    for (int i = 0; i < Count; ++i)
        QVERIFY(both.add(2h - i * 1us));
    for (int i = 0; i < Count - 1; ++i)
        QVERIFY(both.remove(0));
    QVERIFY(both.moveTo(2h - 1ns));
    QCOMPARE(both.size(), std::size_t(1));
    QVERIFY(both.moveTo(2h));
    QCOMPARE(both.size(), std::size_t(0));
}

void tst_TimerQueue::extremeTimes()
{
    Both both(1000);
    QVERIFY(both.moveTo(5h));
    constexpr auto year = std::chrono::hours(24 * 365);
    for (int i = 0; i < 80; ++i) {
        QVERIFY(both.add(TimerQueue::Never));
        QVERIFY(both.add(TimerQueue::Never - 1ns));
        QVERIFY(both.add(nanoseconds::min()));
        QVERIFY(both.add(both.now() + 100 * year));
        QVERIFY(both.add(0ns));
        QVERIFY(both.add(-1ns));
    }
    QVERIFY(both.moveTo(both.now()));
    QCOMPARE(both.size(), std::size_t(3 * 80));
    QVERIFY(both.moveTo(both.now() + 100 * year - 1ns));
    QCOMPARE(both.size(), std::size_t(3 * 80));
    QVERIFY(both.moveTo(both.now() + 1ns));
    QCOMPARE(both.size(), std::size_t(2 * 80));
    QVERIFY(both.moveTo(TimerQueue::Never - 1ns));
    QCOMPARE(both.size(), std::size_t(80));
    QVERIFY(both.moveTo(TimerQueue::Never));
    QCOMPARE(both.size(), std::size_t(0));
}

// What expires may run an event loop, and add what is due.
void tst_TimerQueue::firedInsideOfFiring()
{
    TimerQueue queue;
    std::vector<Entry> entries(500);
    std::vector<Entry *> fired;
    Entry again;
    for (std::size_t i = 0; i < entries.size(); ++i) {
        entries[i].fired = &fired;
        queue.add(entries[i], nanoseconds(i));
    }
    entries[10].then = [&] {
        queue.add(again, 5ns);
        while (queue.fire(1s))
            ;
    };
    while (queue.fire(1s))
        ;
    QCOMPARE(again.expirations.load(), 1);
    QCOMPARE(fired.size(), entries.size());
    for (const Entry &entry : entries) {
        QCOMPARE(entry.left, 1);
        QCOMPARE(entry.expirations.load(), 1);
    }
}

// Each entry either expires or is removed.
void tst_TimerQueue::removedByOthersWhileItFires()
{
    constexpr int Threads = 3;
    constexpr std::size_t Each = 300;
    constexpr int Rounds = 100;
    TimerQueue queue;
    std::atomic<nanoseconds::rep> now{0};
    std::atomic<int> running{Threads};
    std::atomic<qint64> removed{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < Threads; ++thread) {
        threads.emplace_back([&, thread] {
            Random random{std::size_t(thread)};
            std::vector<Entry> entries(Each);
            for (int round = 0; round < Rounds; ++round) {
                const nanoseconds begin(now.load());
                for (Entry &entry : entries) {
                    entry.left = 0;
                    entry.expirations = 0;
                    queue.add(entry, begin + nanoseconds(random() % 4'000'000), begin);
                }
                for (Entry &entry : entries) {
                    if (random() % 2 == 0 && queue.remove(entry)) {
                        ++removed;
                        entry.expirations = 1; // nobody else will
                    }
                }
                for (Entry &entry : entries) {
                    while (entry.expirations == 0)
                        std::this_thread::yield();
                }
            }
            --running;
        });
    }
    while (running > 0) {
        now += 20'000;
        queue.fire(nanoseconds(now.load()));
        std::this_thread::yield();
    }
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(removed > 0);
    QVERIFY(queue.nextDue() == TimerQueue::Never);
}

QTEST_GUILESS_MAIN(tst_TimerQueue)
#include "tst_timerqueue.moc"
