// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_PLACEMENT_H
#define QTINTERLINK_PLACEMENT_H

#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QString>

QT_BEGIN_NAMESPACE
class QThread;
QT_END_NAMESPACE

namespace QtInterlink {

class WorkerPool;
namespace detail {
class WorkerPoolData;
}
template <typename S>
class Link;

/*!
    \class QtInterlink::Placement
    \since 0.1
    Says on which worker a pinned service lives. A floating service needs none and ignores it.
*/
class Placement
{
public:
    /*! On the worker that has the fewest services: the default. */
    static Placement leastLoaded() noexcept { return Placement(Kind::LeastLoaded); }

    /*!
        On the worker of the service behind \a link, so that the two talk without crossing threads. Falls back to
        leastLoaded() if that service is floating or has stopped.
    */
    template <typename S>
    static Placement nearTo(const Link<S> &link)
    {
        Placement placement(Kind::Near);
        placement.m_neighbour = link.m_core;
        return placement;
    }

    /*!
        On a worker of its own, that ends with the service: for code that blocks. It does not count against
        WorkerPool::maxWorkerCount().
    */
    static Placement dedicated() noexcept { return Placement(Kind::Dedicated); }

    /*!
        On \a thread, which must run a Qt event loop: the GUI thread, for a service with widgets. Its messages are
        handled in slices of at most 4 ms a turn of that loop.
    */
    static Placement onThread(QThread *thread) noexcept
    {
        Placement placement(Kind::Thread);
        placement.m_thread = thread;
        return placement;
    }

private:
    friend class detail::WorkerPoolData;
    enum class Kind : quint8 { LeastLoaded, Near, Dedicated, Thread };

    explicit Placement(Kind kind) noexcept : m_kind(kind) { }

    Kind m_kind;
    QThread *m_thread = nullptr;
    detail::CoreRef m_neighbour;
};

/*!
    \class QtInterlink::StartOptions
    \since 0.1
    How a service is started; the first argument of \c start() or \c create() where the defaults don't fit.
    A Placement alone will do as well.

    \code
    auto log = Logger::start(StartOptions{.mailboxCapacity = 1000, .name = u"log"_s}, path);
    auto view = View::start(Placement::onThread(qApp->thread()));
    \endcode
*/
struct StartOptions
{
    Placement placement = Placement::leastLoaded();
    /*! The pool that lends the worker; null: WorkerPool::globalInstance(). */
    WorkerPool *pool = nullptr;
    /*! How many messages may wait; 0: no bound. See LinkError::MailboxFull. */
    int mailboxCapacity = 0;
    /*! Stop the service when its last Link is gone (its context's own link doesn't count). */
    bool stopWhenUnlinked = false;
    /*! Names the service in warnings; empty: the name of its class. */
    QString name = {};
};

} // namespace QtInterlink

#endif
