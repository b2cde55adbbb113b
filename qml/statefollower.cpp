// SPDX-License-Identifier: MIT
#include "statefollower.h"

#include <QtInterlink/StateObserver>

#include <QtCore/QTimerEvent>
#include <QtQml/qqmlinfo.h>

namespace QtInterlink::detail {

// Longer than a frame takes, unless the window doesn't draw.
static constexpr int FallbackMilliseconds = 20;

StateFollower::StateFollower(QObject *owner) : QObject(owner), m_owner(owner)
{
}

StateFollower::~StateFollower() = default;

void StateFollower::follow(const QmlLink &link, const QString &type)
{
    m_fallback.stop();
    m_observer.reset();
    if (!link)
        return;
    const QMetaType metaType = type.isEmpty() ? QMetaType() : link.stateType(type);
    if (!type.isEmpty() && !metaType.isValid()) {
        qmlWarning(m_owner) << "type: there is no state type " << type << " known";
        return;
    }
    m_observer = std::make_unique<StateObserver>(link.exportedLink()->core(), metaType);
    m_observer->setManualDelivery(true);
    connect(m_observer.get(), &StateObserver::changed, this, &StateFollower::changed);
    connect(m_observer.get(), &StateObserver::ended, this, &StateFollower::ended);
    connect(m_observer.get(), &StateObserver::changePending, this, &StateFollower::deliverSoon);
}

bool StateFollower::isActive() const
{
    return m_observer && m_observer->isActive();
}

QVariant StateFollower::state() const
{
    return m_observer ? m_observer->stateVariant() : QVariant();
}

void StateFollower::deliverSoon()
{
    QObject *const window = this->window();
    if (!window || !window->property("visible").toBool()) {
        deliver();
        return;
    }
    QMetaObject::invokeMethod(window, "update");
    m_fallback.start(FallbackMilliseconds, Qt::PreciseTimer, this);
}

// The window is about to draw.
void StateFollower::frame()
{
    if (m_fallback.isActive())
        deliver();
}

void StateFollower::deliver()
{
    m_fallback.stop();
    if (m_observer)
        m_observer->deliver();
}

void StateFollower::timerEvent(QTimerEvent *event)
{
    if (event->timerId() == m_fallback.timerId())
        deliver();
}

// The library doesn't know Qt Quick: the window is the QObject ancestor that is one, and is asked by name.
QObject *StateFollower::window()
{
    QObject *window = m_owner;
    while (window && !window->inherits("QQuickWindow"))
        window = window->parent();
    if (m_window != window) {
        if (m_window)
            disconnect(m_window, SIGNAL(afterAnimating()), this, SLOT(frame()));
        if (window)
            connect(window, SIGNAL(afterAnimating()), this, SLOT(frame()));
        m_window = window;
    }
    return window;
}

} // namespace QtInterlink::detail
