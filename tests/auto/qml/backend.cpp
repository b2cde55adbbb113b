// SPDX-License-Identifier: MIT
#include "backend.h"

#include <QtInterlinkQml/QmlServiceFactory>

#include <mutex>

namespace TestServices {

static std::mutex warningsMutex;
static QStringList warningTexts;
static QtMessageHandler previousHandler = nullptr;

static void collect(QtMsgType type, const QMessageLogContext &context, const QString &text)
{
    if (qstrcmp(context.category, "qt.interlink.qml") == 0 && type == QtWarningMsg) {
        const std::lock_guard lock(warningsMutex);
        warningTexts.append(text);
    } else {
        previousHandler(type, context, text);
    }
}

Backend::Backend(QJSEngine &engine) : m_engine(engine)
{
    watchWarnings();
    QmlServiceFactory::registerService(QStringLiteral("Counter"), [](const QVariantMap &options) {
        const Link<Counter> counter = Counter::start();
        counter.doSend<Add>(Add{.amount = options.value(QStringLiteral("first")).toInt(), .note = {}});
        return exported(counter);
    });
}

Backend::~Backend()
{
    stopAll();
    stopAndWait(m_standing);
}

// Qt Test installs a handler of its own for each test.
void Backend::watchWarnings()
{
    if (const QtMessageHandler before = qInstallMessageHandler(collect); before != collect)
        previousHandler = before;
    const std::lock_guard lock(warningsMutex);
    warningTexts.clear();
}

QJSValue Backend::counter()
{
    watchWarnings();
    m_counters.push_back(Counter::start());
    return exported(m_counters.back()).toScriptValue(&m_engine);
}

QStringList Backend::warnings() const
{
    const std::lock_guard lock(warningsMutex);
    return warningTexts;
}

} // namespace TestServices
