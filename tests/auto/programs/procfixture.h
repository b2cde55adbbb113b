// SPDX-License-Identifier: MIT
#ifndef PROCFIXTURE_H
#define PROCFIXTURE_H

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>

using namespace Qt::StringLiterals;

// A folder that looks like /proc, with whatever a test wants in it.
class ProcFixture
{
public:
    ProcFixture()
    {
        writeProcessors(0, 0);
        write(u"meminfo"_s, "MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 400 kB\n");
        write(u"loadavg"_s, "0.25 1.50 12.00 1/234 5678\n");
        write(u"uptime"_s, "3600.25 7000.00\n");
    }

    QString path() const { return m_folder.path(); }

    void write(const QString &name, const QByteArray &content) const
    {
        const QString path = m_folder.filePath(name);
        QDir().mkpath(path.left(path.lastIndexOf(u'/')));
        // As a whole or not at all, for whoever reads at the same time.
        QFile file(path + u".new"_s);
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("can't write %s", qPrintable(path));
        file.close();
        if (::rename(qPrintable(file.fileName()), qPrintable(path)) != 0)
            qFatal("can't replace %s", qPrintable(path));
    }

    // Two processors that were busy and idle for so many ticks, each.
    void writeProcessors(int busy, int idle) const
    {
        const QByteArray one = QByteArray::number(busy) + " 0 0 " + QByteArray::number(idle) + " 0 0 0 0 0 0\n";
        const QByteArray both =
                QByteArray::number(2 * busy) + " 0 0 " + QByteArray::number(2 * idle) + " 0 0 0 0 0 0\n";
        write(u"stat"_s, "cpu  " + both + "cpu0 " + one + "cpu1 " + one + "intr 1 2 3\nctxt 4\n");
    }

    struct Process
    {
        QByteArray name = "program";
        QByteArray command = "program";
        QByteArray user = "0";
        char state = 'S';
        int ticks = 0;
        int threads = 1;
        qint64 pages = 100;
        quint64 started = 1000;
        quint64 flags = 0;
    };
    void writeProcess(int pid, const Process &process) const
    {
        const QString folder = QString::number(pid) + u'/';
        const auto number = [](auto value) { return QByteArray::number(value); };
        // The status last: without it, it isn't there yet.
        write(folder + u"stat"_s,
              number(pid) + " (" + process.name + ") " + process.state + " 1 1 1 0 -1 " + number(process.flags)
                      + " 0 0 0 0 " + number(process.ticks) + " 0 0 0 20 0 " + number(process.threads) + " 0 "
                      + number(process.started) + " 1000000 " + number(process.pages)
                      + " 18446744073709551615 1 1 0\n");
        write(folder + u"cmdline"_s, process.command);
        write(folder + u"status"_s,
              "Name:\tUid:\t7\nState:\tS\nUid:\t" + process.user + "\t0\t0\t0\nGid:\t0\t0\t0\t0\n");
    }
    void remove(int pid) const { QDir(m_folder.filePath(QString::number(pid))).removeRecursively(); }

private:
    QTemporaryDir m_folder;
};

#endif
