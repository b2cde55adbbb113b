// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_GUARDED_H
#define QTINTERLINK_GUARDED_H

#include <QtInterlink/reply.h>

#include <QtCore/QObject>
#include <QtCore/QPointer>
#include <QtCore/QThread>

#include <functional>
#include <type_traits>
#include <utility>

namespace QtInterlink {

/*!
    Returns a closure that calls \a function with a reference to \a object, if that still lives: for the closures of
    \c exec() and \c runLater() on services that live in the object's thread. If it died, or lives in another thread
   than the service, the caller gets LinkError::Canceled and \a function is not called.

    \code
    windowLink.exec(guarded(label, [text](QLabel &label) { label.setText(text); }));
    \endcode

    To be called in the object's thread. For responses use \c{reply.then(object, ...)}, which is guarded already.
    \since 0.1
*/
template <typename Object, typename Function>
requires std::is_base_of_v<QObject, Object> && std::is_invocable_v < std::decay_t<Function>
&, Object & > auto guarded(Object *object, Function &&function)
{
    using Result = std::remove_cvref_t<std::invoke_result_t<std::decay_t<Function> &, Object &>>;
    return [pointer = QPointer<Object>(object),
            function = std::forward<Function>(function)]() mutable -> Reply<Result> {
        Object *const object = pointer.data();
        if (!object || object->thread() != QThread::currentThread())
            return Reply<Result>::failed(LinkError::Canceled);
        if constexpr (std::is_void_v<Result>) {
            std::invoke(function, *object);
            return Reply<void>::ready();
        } else {
            return Reply<Result>::ready(std::invoke(function, *object));
        }
    };
}

} // namespace QtInterlink

#endif
