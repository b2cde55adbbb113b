// SPDX-License-Identifier: MIT
// The memory of messages, replies and services: blocks, the slabs that they are cut from, and their way back to the
// system.
#include "testsupport.h"

#include "../../../src/memory/slabstore.h"

#include <QtCore/QFile>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <latch>
#include <set>

#if defined(Q_OS_LINUX)
#  include <sys/mman.h>
#endif

using detail::Block;
using detail::SlabStore;

namespace {

constexpr std::size_t Megabyte = 1024 * 1024;

std::vector<Block *> take(SlabStore &store, int count)
{
    std::vector<Block *> blocks;
    for (Block *block = store.take(count); block; block = block->next)
        blocks.push_back(block);
    return blocks;
}

void give(SlabStore &store, const std::vector<Block *> &blocks)
{
    Block *list = nullptr;
    for (Block *block : blocks) {
        block->next = list;
        list = block;
    }
    store.give(list);
}

// Everything, so that nothing of the store's own may be in there.
void fill(const std::vector<Block *> &blocks, std::size_t size, int byte)
{
    for (Block *block : blocks)
        std::memset(static_cast<void *>(block), byte, size);
}

bool isFilled(const Block *block, std::size_t size, int byte)
{
    const auto *const bytes = reinterpret_cast<const unsigned char *>(block);
    return std::all_of(bytes, bytes + size, [byte](unsigned char each) { return each == byte; });
}

std::size_t residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').at(1).toULongLong() * 4096;
}

bool canPopulatePages()
{
#if defined(MADV_POPULATE_WRITE)
    void *const page = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    const bool can = page != MAP_FAILED && ::madvise(page, 4096, MADV_POPULATE_WRITE) == 0;
    if (page != MAP_FAILED)
        ::munmap(page, 4096);
    return can;
#else
    return false;
#endif
}

struct Hold
{
    Gate *gate;
};
struct Count
{
    int value;
};

class Counter : public Service<Counter>
{
public:
    void handle(Hold message) { message.gate->pass(); }
    void handle(Count message) { m_sum += message.value; }

private:
    qint64 m_sum = 0;
};

} // namespace

class tst_Memory : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void blocksLieApart_data();
    void blocksLieApart();
    void givenBlocksAreTakenAgain();
    void emptySlabsGoWhenTrimmedTwice();
    void slabsInUseStay();
    void pagesArePreparedAhead();
    void fromManyThreads();
    void goesBackAfterAFlood();
};

void tst_Memory::blocksLieApart_data()
{
    QTest::addColumn<int>("size");
    for (const int size : {64, 128, 192, 448, 512})
        QTest::addRow("%d", size) << size;
}

void tst_Memory::blocksLieApart()
{
    QFETCH(const int, size);
    SlabStore store{std::size_t(size)};
    // Slabs of all sizes: 128 KiB, 512 KiB, and some of 2 MiB.
    std::vector<Block *> blocks = take(store, int(8 * Megabyte) / size);
    QCOMPARE(blocks.size(), 8 * Megabyte / std::size_t(size));
    std::sort(blocks.begin(), blocks.end());
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        QVERIFY(reinterpret_cast<std::uintptr_t>(blocks[i]) % 64 == 0);
        if (i > 0)
            QVERIFY(reinterpret_cast<char *>(blocks[i]) - reinterpret_cast<char *>(blocks[i - 1]) >= size);
    }
    fill(blocks, std::size_t(size), 0x5a);
    give(store, blocks);
    QVERIFY(store.hasEmpty());
    store.trim();
    store.trim();
}

void tst_Memory::givenBlocksAreTakenAgain()
{
    SlabStore store(64);
    const std::vector<Block *> kept = take(store, 100); // so that their slab isn't begun anew
    const std::vector<Block *> given = take(store, 1000);
    give(store, given);
    QVERIFY(!store.hasEmpty());
    const std::vector<Block *> again = take(store, 1000);
    QCOMPARE(std::set<Block *>(again.begin(), again.end()), std::set<Block *>(given.begin(), given.end()));
    give(store, again);
    give(store, kept);
    QVERIFY(store.hasEmpty());
    store.trim();
    store.trim();
}

void tst_Memory::emptySlabsGoWhenTrimmedTwice()
{
    SlabStore store(64);
    give(store, take(store, 1));
    QVERIFY(store.hasEmpty());
    store.trim(); // has been empty for how long?
    QVERIFY(store.hasEmpty());
    give(store, take(store, 1)); // in use meanwhile
    store.trim();
    QVERIFY(store.hasEmpty());
    store.trim();
    QVERIFY(!store.hasEmpty());
    give(store, take(store, 1)); // a new one
    QVERIFY(store.hasEmpty());
    store.trim();
    store.trim();
}

void tst_Memory::slabsInUseStay()
{
    constexpr std::size_t Size = 128;
    SlabStore store(Size);
    const std::vector<Block *> blocks = take(store, int(10 * Megabyte / Size));
    // One in ten thousand stays, in each slab but the smallest at least one.
    std::vector<Block *> kept, given;
    for (std::size_t i = 0; i < blocks.size(); ++i)
        (i % 10'000 == 5'000 ? kept : given).push_back(blocks[i]);
    fill(kept, Size, 0x77);
    give(store, given);
    store.trim();
    store.trim();
    QVERIFY(!store.hasEmpty());
    for (const Block *block : kept)
        QVERIFY(isFilled(block, Size, 0x77)); // neither gone nor written to
    give(store, kept);
    QVERIFY(store.hasEmpty());
    store.trim();
    store.trim();
}

void tst_Memory::pagesArePreparedAhead()
{
    constexpr std::size_t Size = 128;
    SlabStore store(Size);
    QVERIFY(!store.wantsPages());
    store.prepare(); // of what?
    const std::vector<Block *> first = take(store, 100);
    QVERIFY(!store.wantsPages()); // a small program's pages come as they are touched
    const std::vector<Block *> second = take(store, 1100); // in the second slab, 512 KiB
    fill(second, Size, 0x33);
    if (!canPopulatePages()) {
        store.prepare();
        QVERIFY(!store.wantsPages()); // nobody tries again
    } else {
        QVERIFY(store.wantsPages());
        const std::size_t before = residentBytes();
        for (int i = 0; i < 10; ++i)
            store.prepare();
        QVERIFY(!store.wantsPages());
        const std::size_t grown = residentBytes() - before;
        QVERIFY2(grown > 150'000 && grown < 300'000, qPrintable(QString::number(grown)));
    }
    const std::vector<Block *> third = take(store, 3800);
    QVERIFY(!store.wantsPages()); // all of that slab is ready
    fill(third, Size, 0x44);
    for (const Block *block : second)
        QVERIFY(isFilled(block, Size, 0x33));
    give(store, first);
    give(store, second);
    give(store, third);
    store.trim();
    store.trim();
    QVERIFY(!store.hasEmpty());
}

void tst_Memory::fromManyThreads()
{
    constexpr std::size_t Size = 64;
    constexpr int Rounds = 300;
    SlabStore store(Size);
    std::latch begin(4);
    std::atomic<int> torn{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 4; ++thread) {
        threads.emplace_back([&, thread] {
            begin.arrive_and_wait();
            for (int round = 0; round < Rounds; ++round) {
                const int byte = thread * 64 + round % 64;
                const std::vector<Block *> blocks = take(store, 32 + round);
                fill(blocks, Size, byte);
                for (const Block *block : blocks)
                    torn += !isFilled(block, Size, byte);
                give(store, blocks);
                if (round % 16 == 0)
                    store.trim();
                store.prepare();
            }
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(torn.load(), 0); // no block was two threads' at once
    store.trim();
    store.trim();
    QVERIFY(!store.hasEmpty()); // all came back
}

void tst_Memory::goesBackAfterAFlood()
{
#ifdef TEST_SANITIZED
    QSKIP("Sanitizers keep memory for themselves.");
#endif
    if (residentBytes() == 0)
        QSKIP("Only where there is a /proc.");
    const auto counter = Counter::start();
    counter.exec([] {}).result();
    const std::size_t before = residentBytes();

    Gate gate;
    counter.doSend(Hold{&gate});
    for (int i = 0; i < 1'000'000; ++i)
        counter.doSend<Count>(i);
    QVERIFY(residentBytes() > before + 60 * Megabyte);
    gate.open();
    counter.exec([] {}).result();
    TRY_VERIFY(residentBytes() < before + 10 * Megabyte); // some seconds later

    counter.stop();
    counter.stopped().result();
}

QTEST_GUILESS_MAIN(tst_Memory)
#include "tst_memory.moc"
