// SPDX-License-Identifier: MIT
#ifndef STATEFOLLOWER_H
#define STATEFOLLOWER_H

#include <QtInterlinkQml/qmllink.h>

#include <QtCore/QBasicTimer>
#include <QtCore/QObject>
#include <QtCore/QPointer>

#include <memory>

namespace QtInterlink {
class StateObserver;
}

namespace QtInterlink::detail {

// Follows what a service publishes, at the pace of whoever looks: for an object within a window once a frame, right
// before its animations have been applied and it is drawn; for all others once a turn of the event loop.
class StateFollower : public QObject
{
    Q_OBJECT
public:
    explicit StateFollower(QObject *owner);
    ~StateFollower() override;

    // \a type by name; empty: the type that the service publishes first. What there is already shows at once.
    void follow(const QmlLink &link, const QString &type);

    bool isActive() const;
    QVariant state() const; // invalid before the first

Q_SIGNALS:
    void changed();
    void ended();

protected:
    void timerEvent(QTimerEvent *event) override;

private Q_SLOTS:
    void frame();

private:
    void deliver();
    void deliverSoon();
    QObject *window();

    QObject *const m_owner;
    std::unique_ptr<StateObserver> m_observer;
    QPointer<QObject> m_window;
    QBasicTimer m_fallback; // for when the window draws nothing
};

} // namespace QtInterlink::detail

#endif
