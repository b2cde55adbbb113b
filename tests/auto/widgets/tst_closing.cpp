// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <QtCore/QProcess>
#include <QtCore/QRandomGenerator>
#include <QtCore/QTemporaryDir>

// The last window closes while services are busy: the program ends, in order and in time.

class tst_Closing : public InterlinkTest
{
    Q_OBJECT
private:
    static QByteArray run(const QStringList &arguments)
    {
        static const QTemporaryDir runtimeFolder;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        // Qt remarks that there is no such folder, and that the offscreen plugin can do little.
        environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), runtimeFolder.path());
        environment.insert(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("qt.qpa.*=false"));
        QProcess process;
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral(WINDOW_CLOSER), arguments);
        if (!process.waitForFinished(120000))
            return "it hangs";
        QByteArray said = process.readAll();
        said.replace("This plugin does not support propagateSizeHints()\n", "");
        if (process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
            return "it crashed: " + said;
        return said;
    }

private Q_SLOTS:
    void atAnyMoment()
    {
        QRandomGenerator random(20260401);
        for (int i = 0; i < 200; ++i) {
            const int micros = int(random.bounded(30000));
            const QByteArray said = run({QString::number(micros)});
            QVERIFY2(said.isEmpty(),
                     qPrintable(
                             QStringLiteral("run %1, %2 us: %3").arg(i).arg(micros).arg(QString::fromLocal8Bit(said))));
        }
    }
    void withAThousandBusyServices()
    {
        QCOMPARE(run({QStringLiteral("300000"), QStringLiteral("1000")}), QByteArray());
    }
    void withOneThatHangs()
    {
        const QByteArray said = run({QStringLiteral("100000"), QStringLiteral("1000"), QStringLiteral("hang")});
        QVERIFY2(said.contains("sleeper did not stop within 1000 ms"), said.constData());
        QCOMPARE(said.count("did not stop"), 1);
        QVERIFY2(!said.contains("crashed"), said.constData());
    }
};

QTEST_GUILESS_MAIN(tst_Closing)
#include "tst_closing.moc"
