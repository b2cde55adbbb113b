// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_STATEOBSERVER_H
#define QTINTERLINK_STATEOBSERVER_H

#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/stateboard.h>

#include <QtCore/QMetaType>
#include <QtCore/QObject>

#include <atomic>

QT_BEGIN_NAMESPACE
class QVariant;
QT_END_NAMESPACE

namespace QtInterlink {

/*!
    \class QtInterlink::StateObserver
    \since 0.1
    Follows what a service publishes with ServiceContext::publish(), by metatype rather than by type: what Observed and
    the QML module stand on. It lives in the thread that made it, which must have an event loop.

    States are conflated: however fast the service publishes, changed() comes at most once in a turn of the event loop,
    with the newest state; the last one always arrives.
*/
class Q_INTERLINK_EXPORT StateObserver : public QObject
{
    Q_OBJECT
public:
    /*!
        Observes the states of \a type that the service behind \a core publishes; those of the type that it publishes
        first, if \a type is invalid. What it has published already is there at once.
    */
    explicit StateObserver(const detail::CoreRef &core, QMetaType type = {}, QObject *parent = nullptr);
    ~StateObserver() override;

    /*! The type that is observed; invalid as long as it isn't known. */
    QMetaType stateType() const noexcept { return m_type; }

    /*! The newest state that was seen, of type stateType(); null before the first. Valid until the next changed(). */
    const void *state() const noexcept { return m_snapshot ? m_snapshot->state : nullptr; }

    /*! The same as a variant; an invalid one before the first. */
    QVariant stateVariant() const;

    /*! Whether the service may still publish. */
    bool isActive() const noexcept { return m_active; }

    /*!
        With manual delivery a new state is announced by changePending(), once, and is taken by deliver(): for
        receivers with a rhythm of their own, such as a window that draws frames.
    */
    void setManualDelivery(bool manual) noexcept { m_manual = manual; }

    /*! Takes the newest state. Returns whether it is a new one, after emitting changed(). */
    bool deliver();

Q_SIGNALS:
    /*! There is a new state(). */
    void changed();
    /*! The service has ended; what it published last was announced before. */
    void ended();
    /*! There is something to deliver(). Only with manual delivery. */
    void changePending();

protected:
    bool event(QEvent *event) override;

private:
    friend class detail::StateBoard;
    void tell() noexcept; // any thread, the board locked
    bool show(detail::Retained<detail::Snapshot> newest);

    detail::Retained<detail::StateBoard> m_board;
    QMetaType m_type;
    detail::Retained<detail::Snapshot> m_snapshot;
    std::atomic<bool> m_told{false}; // an event is under way, or deliver() is due
    bool m_active = false;
    bool m_manual = false;
};

} // namespace QtInterlink

#endif
