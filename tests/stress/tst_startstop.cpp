// SPDX-License-Identifier: MIT
// 10,000 start/stop cycles: threads, descriptors and memory end where they began.
#include "testsupport.h"

#include <QtCore/QDir>
#include <QtCore/QFile>

namespace {

struct Ping
{
    using Response = int;
};
template <Affinity A>
class Brief : public Service<Brief<A>>
{
public:
    static constexpr Affinity affinity = A;
    int handle(Ping) { return 1; }
    Live live;
};

#ifdef Q_OS_LINUX
int entries(const char *folder)
{
    // Pipes, sockets and what wakes an event loop are there only as System.
    const QDir::Filters all = QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot;
    return int(QDir(QString::fromLatin1(folder)).entryList(all).size());
}
qint64 residentBytes()
{
    QFile file(QStringLiteral("/proc/self/statm"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    return file.readAll().split(' ').value(1).toLongLong() * 4096;
}
#endif

template <Affinity A>
void cycle(const Placement &placement)
{
    const auto link = Brief<A>::start(placement);
    QCOMPARE(value(link.send(Ping())), 1);
    stopAndWait(link);
}

} // namespace

class tst_StartStop : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void tenThousandCyclesLeaveNothingBehind()
    {
#ifdef Q_OS_LINUX
        const auto cycles = [](int count) {
            for (int i = 0; i < count; ++i) {
                cycle<Affinity::Worker>(Placement::leastLoaded());
                cycle<Affinity::Floating>(Placement::leastLoaded());
                if (i % 50 == 0)
                    cycle<Affinity::Worker>(Placement::dedicated());
            }
        };
        WorkerPool *const pool = WorkerPool::globalInstance();
        pool->setExpiryTimeout(1h); // a worker that ends would make up for what is left behind
        std::vector<Link<Brief<Affinity::Worker>>> links; // one on each worker
        for (int i = 0; i < pool->maxWorkerCount(); ++i)
            links.push_back(Brief<Affinity::Worker>::start());
        for (const auto &link : links)
            stopAndWait(link);
        cycles(500); // everything that is kept for the next time is there now
        TRY_COMPARE(pool->activeWorkerCount(), pool->maxWorkerCount());
        const int threads = entries("/proc/self/task"), descriptors = entries("/proc/self/fd");
        const qint64 memory = residentBytes();
        cycles(5000);
        TRY_VERIFY(entries("/proc/self/task") <= threads);
        TRY_VERIFY(entries("/proc/self/fd") <= descriptors);
        // Sanitizers keep freed memory for a while.
#  ifndef TEST_SANITIZED
        QVERIFY2(residentBytes() - memory < 4 * 1024 * 1024, qPrintable(QString::number(residentBytes() - memory)));
#  else
        Q_UNUSED(memory)
#  endif
#else
        QSKIP("counts what Linux shows in /proc");
#endif
    }
};

QTEST_GUILESS_MAIN(tst_StartStop)
#include "tst_startstop.moc"
