// SPDX-License-Identifier: MIT
#include "testsupport.h"

#include <mutex>

void InterlinkTest::init()
{
    QCOMPARE(Live::count.load(), 0);
}

void InterlinkTest::cleanup()
{
    // Services without a link stop by themselves only if told so; a test that left one running forgot something.
    QVERIFY2(WorkerPool::globalInstance()->waitForDone(QDeadlineTimer(Patience)), "a service is left running");
    QTRY_COMPARE_WITH_TIMEOUT(Live::count.load(), 0, 60000);
}

static std::mutex warningsMutex;
static QStringList warningTexts;

static void collect(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    if (qstrcmp(context.category, "qt.interlink") == 0 && type == QtWarningMsg) {
        const std::lock_guard lock(warningsMutex);
        warningTexts << text;
    }
}

Warnings::Warnings() : m_previous(qInstallMessageHandler(collect))
{
    const std::lock_guard lock(warningsMutex);
    warningTexts.clear();
}

Warnings::~Warnings()
{
    qInstallMessageHandler(m_previous);
}

QStringList Warnings::texts() const
{
    const std::lock_guard lock(warningsMutex);
    return warningTexts;
}
