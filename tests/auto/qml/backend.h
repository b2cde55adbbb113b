// SPDX-License-Identifier: MIT
#ifndef BACKEND_H
#define BACKEND_H

#include "services.h"

#include <QtQml/QQmlEngine>

namespace TestServices {

// What the QML tests see of C++: makes counters, and stops those that are left when it goes.
class Backend : public QObject
{
    Q_OBJECT
    Q_PROPERTY(QtInterlink::QmlLink plain READ plain CONSTANT)
    Q_PROPERTY(QStringList warnings READ warnings)
public:
    explicit Backend(QJSEngine &engine) : m_engine(engine) { }
    ~Backend() override { stopAll(); }

    Q_INVOKABLE QJSValue counter()
    {
        m_counters.push_back(Counter::start());
        return exported(m_counters.back()).toScriptValue(&m_engine);
    }
    Q_INVOKABLE void stop(const QJSValue &link) { QmlLink::fromScriptValue(link, &m_engine).stop(); }
    Q_INVOKABLE void stopAll()
    {
        for (const Link<Counter> &counter : std::exchange(m_counters, {}))
            stopAndWait(counter);
    }
    // A link as C++ knows it.
    QtInterlink::QmlLink plain()
    {
        m_counters.push_back(Counter::start());
        return exported(m_counters.back());
    }
    // Warnings of qt.interlink.qml since the last question.
    QStringList warnings();

private:
    QJSEngine &m_engine;
    std::vector<Link<Counter>> m_counters;
};

} // namespace TestServices

#endif
