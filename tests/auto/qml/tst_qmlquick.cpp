// SPDX-License-Identifier: MIT
// Runs the Qt Quick tests in the folder quick.
#include "backend.h"

#include <QtQml/QQmlContext>
#include <QtQuickTest/quicktest.h>

class Setup : public QObject
{
    Q_OBJECT
public Q_SLOTS:
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        m_backend = std::make_unique<TestServices::Backend>(*engine);
        engine->rootContext()->setContextProperty(QStringLiteral("sharedBackend"), m_backend.get());
        engine->rootContext()->setContextProperty(QStringLiteral("contextLink"), m_backend->plain().toVariant(engine));
    }
    void cleanupTestCase() { m_backend.reset(); }

private:
    std::unique_ptr<TestServices::Backend> m_backend;
};

QUICK_TEST_MAIN_WITH_SETUP(qmlquick, Setup)
#include "tst_qmlquick.moc"
