// SPDX-License-Identifier: MIT
// 200 runs, or as many as INTERLINK_QUIT_RUNS says, of a program that quits at a random point with services and futures
// alive: exit code 0 each.
#include "testsupport.h"

#include <QtCore/QProcess>
#include <QtCore/QRandomGenerator>

#include <algorithm>

class tst_RandomQuit : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void quitsCleanlyAtAnyMoment()
    {
        bool isSet = false;
        const int asked = qEnvironmentVariableIntValue("INTERLINK_QUIT_RUNS", &isSet);
        const int runs = isSet ? std::max(asked, 1) : 200;
        QRandomGenerator random(20260101);
        for (int run = 0; run < runs; ++run) {
            const int micros = int(random.bounded(20000));
            QProcess process;
            process.setProcessChannelMode(QProcess::MergedChannels);
            process.start(QStringLiteral(QUITTER), {QString::number(micros)});
            QVERIFY2(process.waitForFinished(60000), "it hangs");
            const QByteArray said = process.readAll();
            QVERIFY2(process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0,
                     qPrintable(QStringLiteral("run %1, %2 us: %3")
                                        .arg(run)
                                        .arg(micros)
                                        .arg(QString::fromLocal8Bit(said))));
            QCOMPARE(said, QByteArray());
        }
    }
};

QTEST_GUILESS_MAIN(tst_RandomQuit)
#include "tst_randomquit.moc"
