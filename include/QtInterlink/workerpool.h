// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_WORKERPOOL_H
#define QTINTERLINK_WORKERPOOL_H

#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QDeadlineTimer>
#include <QtCore/QThread>

#include <chrono>
#include <memory>

QT_BEGIN_NAMESPACE
class QThreadPool;
QT_END_NAMESPACE

namespace QtInterlink {

namespace detail {
class WorkerPoolData;
}

/*!
    \class QtInterlink::WorkerPool
    \since 0.1
    The workers that services live on: threads with a Qt event loop, made on demand and ended when they were without
    services for a while. Most programs use globalInstance() alone and never mention it.

    All methods are thread-safe. Settings hold for workers made later.

    When the application object is destroyed, every pool stops its services in an orderly way, as the destructor
    does.
*/
class Q_INTERLINK_EXPORT WorkerPool
{
public:
    /*! A pool of its own, without workers yet. */
    WorkerPool();
    /*!
        Stops all services as if by Link::stop() and waits for them until shutdownTimeout() is over. A service that
        hangs is named in a warning, its pending replies end in LinkError::NoResponse, and its thread is left alone.
        Then the pool waits for its other threads, with their thread-local data: for as long again, or a tenth of a
        second if a service hangs. One that is still in somebody's event handler, or in such data's destructor, is left
        alone as well; a warning says so, unless one has named the service that hangs.
    */
    ~WorkerPool();
    Q_DISABLE_COPY_MOVE(WorkerPool)

    /*! Returns the pool that services are started in where nothing else is said. It is made when first asked for. */
    static WorkerPool *globalInstance();

    /*!
        How many workers share the services, not counting dedicated ones; at first QThread::idealThreadCount(), or the
        environment variable QTINTERLINK_WORKERS.
    */
    int maxWorkerCount() const;
    void setMaxWorkerCount(int count);

    /*! After which time a worker without services ends; at first 30 s. Negative: never. */
    std::chrono::milliseconds expiryTimeout() const;
    void setExpiryTimeout(std::chrono::milliseconds timeout);

    /*! In bytes; 0: the system's default. */
    uint stackSize() const;
    void setStackSize(uint bytes);

    /*! The priority of the workers' threads; at first QThread::InheritPriority. */
    QThread::Priority threadPriority() const;
    void setThreadPriority(QThread::Priority priority);

    /*!
        How long the end of the pool or of the application waits for the services to stop, and then for their threads
        to end (at least a second); at first 10 s.
    */
    std::chrono::milliseconds shutdownTimeout() const;
    void setShutdownTimeout(std::chrono::milliseconds timeout);

    /*! How many workers there are now, dedicated ones included. */
    int activeWorkerCount() const;

    /*! How many services live in this pool, those on threads of others included. */
    qsizetype serviceCount() const;

    /*!
        Blocks until no service is left or \a deadline is over, and returns whether none is left. It stops nobody.
        Services on the calling thread are run meanwhile.
    */
    bool waitForDone(QDeadlineTimer deadline = QDeadlineTimer(QDeadlineTimer::Forever));

    /*! The threads for ServiceContext::offload(). The pool owns them. */
    QThreadPool *offloadPool() const;

    // For the module itself.
    explicit WorkerPool(std::unique_ptr<detail::WorkerPoolData> data); // with a scheduler of its own
    detail::WorkerPoolData &data() const noexcept { return *d; }

private:
    std::unique_ptr<detail::WorkerPoolData> d;
};

} // namespace QtInterlink

#endif
