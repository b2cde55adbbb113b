// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_CONNECTTO_H
#define QTINTERLINK_CONNECTTO_H

#include <QtInterlink/detail/signallink.h>
#include <QtInterlink/link.h>

#include <QtCore/QObject>

#include <concepts>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>

namespace QtInterlink {

/*!
    Sends the service behind \a link a message for each emission of \a signal: the one that \a mapper makes of its
    arguments. Like a connection with QObject::connect(), it ends with \a sender or by QObject::disconnect(), and it
   ends when the service does. The mapper runs in the emitting thread, the handler on the service's worker.

    \code
    connectTo(slider, &QSlider::valueChanged, link, [](int volume) { return SetVolume{volume}; });
    connectTo<SetVolume>(slider, &QSlider::valueChanged, link);
    \endcode

    \a mapper may take fewer arguments than the signal has, and may return a \c std::optional: an empty one sends
   nothing. What a full mailbox refuses is dropped with a warning, the first time. \since 0.1
*/
// clang-format off
template <std::derived_from<QObject> Sender, typename Signal, typename S, typename Mapper>
    requires std::is_member_function_pointer_v<Signal>
QMetaObject::Connection connectTo(Sender *sender, Signal signal, const Link<S> &link, Mapper mapper)
{
    return detail::connectSignal(sender, signal, link.core(), [link, mapper = std::move(mapper)](const auto &args) mutable {
        auto message = detail::callWithSome<std::tuple_size_v<std::remove_cvref_t<decltype(args)>>>(mapper, args);
        if constexpr (detail::Is<decltype(message), std::optional>)
            return message ? link.doSend(*std::move(message)) : LinkError::NoError;
        else
            return link.doSend(std::move(message));
    });
}

/*! The same for messages of type \a M that are made of the signal's arguments as they are. \since 0.1 */
template <typename M, std::derived_from<QObject> Sender, typename Signal, typename S>
    requires std::is_member_function_pointer_v<Signal>
QMetaObject::Connection connectTo(Sender *sender, Signal signal, const Link<S> &link)
{
    return detail::connectSignal(sender, signal, link.core(), [link](const auto &args) {
        return std::apply([&link](const auto &...each) { return link.doSend(detail::makeMessage<M>(each...)); }, args);
    });
}
// clang-format on

} // namespace QtInterlink

#endif
