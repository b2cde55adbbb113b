// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SERVICE_H
#define QTINTERLINK_SERVICE_H

#include <QtInterlink/affinity.h>
#include <QtInterlink/detail/servers.h>
#include <QtInterlink/detail/servicecell.h>
#include <QtInterlink/link.h>
#include <QtInterlink/placement.h>
#include <QtInterlink/servicecontext.h>
#include <QtInterlink/task.h>

#include <utility>

namespace QtInterlink {

/*!
    \class QtInterlink::Service
    \since 0.1
    The base of a service: an object that owns its state alone and acts only when a message reaches it.

    A service handles a message of type \c M by a public member function

    \code
    Response handle(M message);
    Response handle(M message, ServiceContext<S> &context);
    \endcode

    where \c Response is \c{M::Response}, or \c void if M names none. The function may also return a Task, Reply or
    QFuture of it, a \c std::optional (empty: the caller gets LinkError::NoResponse) or an expected-like type (its
    error goes to \c{ErrorAction handleError(E)}).

    These member functions are optional:
    \list
    \li \c{started(ServiceContext<S> &)}, before the first message; it may be a Task.
    \li \c{stopping()}, after the last message, before the destructor.
    \li \c{ErrorAction handleError(std::exception_ptr)}, for exceptions that left a handler. Without it such a service
        stops, with a warning.
    \endlist

    All of them, the constructor and the destructor run on the service's worker, never at the same time. See Affinity
    for services that float between workers.
*/
template <typename S>
class Service
{
public:
    /*!
        Starts a service: constructs an S from \a args on its worker, and returns a link to it at once. What is sent
        meanwhile waits. If the first argument is a Placement or StartOptions it says how; the others are moved or
        copied to the worker. Thread-safe.

        If the constructor throws, the service ends, with a warning, and all that is sent to it ends in
        LinkError::NoResponse or LinkError::Closed.
    */
    template <typename... Args>
    static Link<S> start(Args &&...args)
    {
        return detail::startService<S>(std::forward<Args>(args)...);
    }

    /*!
        The same with a \a factory that is called on the worker with the service's context, and returns the service,
        or a \c std::unique_ptr to it if it can't move. The context can hand out links and start other services
        already.
    */
    template <typename Factory>
    static Link<S> create(Factory &&factory)
    {
        return detail::createService<S>(StartOptions(), std::forward<Factory>(factory));
    }
    template <typename Factory>
    static Link<S> create(const StartOptions &options, Factory &&factory)
    {
        return detail::createService<S>(options, std::forward<Factory>(factory));
    }
};

/*!
    Starts a service as \c{S::start(args...)} does; for classes in which another base has a \c start() of its own.
    Thread-safe. \since 0.1
*/
template <typename S, typename... Args>
Link<S> start(Args &&...args)
{
    return Service<S>::start(std::forward<Args>(args)...);
}

/*! Starts a service as \c{S::create(...)} does. Thread-safe. \since 0.1 */
template <typename S, typename... Args>
Link<S> create(Args &&...args)
{
    return Service<S>::create(std::forward<Args>(args)...);
}

} // namespace QtInterlink

#endif
