// SPDX-License-Identifier: MIT
#ifndef SCRIPT_H
#define SCRIPT_H

#include "services.h"

#include <QtQml/QQmlEngine>

namespace TestServices {

// Runs JS in an engine that knows `link`, and `script` for what it has to say.
class Script : public QObject
{
    Q_OBJECT
public:
    Script() : counter(Counter::start()), link(exported(counter))
    {
        engine.globalObject().setProperty(QStringLiteral("link"), link.toScriptValue(&engine));
        QJSEngine::setObjectOwnership(this, QJSEngine::CppOwnership);
        engine.globalObject().setProperty(QStringLiteral("script"), engine.newQObject(this));
    }
    ~Script() override { stopAndWait(); }

    Q_INVOKABLE void done(const QJSValue &value) { results.append(value.toString()); }

    Q_INVOKABLE void stop() { counter.stop(); }
    Q_INVOKABLE void stopAndWait() { ::stopAndWait(counter); }

    QJSValue run(const QString &code) { return engine.evaluate(code, QStringLiteral("test.js")); }

    // Runs \a code and waits for what it calls done() with.
    QString evaluate(const QString &code)
    {
        results.clear();
        const QJSValue value = run(code);
        if (value.isError())
            return QStringLiteral("threw ") + value.toString();
        if (!QTest::qWaitFor([this] { return !results.isEmpty(); }, int(std::chrono::milliseconds(Patience).count())))
            return QStringLiteral("nothing came");
        return results.constFirst();
    }

    QQmlEngine engine;
    Link<Counter> counter;
    QmlLink link;
    QStringList results;
};

} // namespace TestServices

#endif
