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
public:
    explicit Backend(QJSEngine &engine);
    ~Backend() override;

    Q_INVOKABLE QJSValue counter();
    Q_INVOKABLE void stop(const QJSValue &link) { QmlLink::fromScriptValue(link).stop(); }
    Q_INVOKABLE void stopAll()
    {
        for (const Link<Counter> &counter : std::exchange(m_counters, {}))
            stopAndWait(counter);
    }
    // A link as C++ knows it, to a counter that stays.
    QtInterlink::QmlLink plain() const { return exported(m_standing); }
    // Warnings of qt.interlink.qml since the last counter was made.
    Q_INVOKABLE QStringList warnings() const;
    Q_INVOKABLE int living() const { return Live::count.load(); }

private:
    static void watchWarnings();

    QJSEngine &m_engine;
    std::vector<Link<Counter>> m_counters;
    Link<Counter> m_standing = Counter::start();
};

} // namespace TestServices

#endif
