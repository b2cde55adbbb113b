// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_SIGNALLINK_H
#define QTINTERLINK_DETAIL_SIGNALLINK_H

// The slot of a signal that is connected to a link.

#include <QtInterlink/detail/coreref.h>
#include <QtInterlink/detail/streams.h>
#include <QtInterlink/linkerror.h>

#include <QtCore/QMetaObject>
#include <QtCore/QObject>

#include <memory>
#include <mutex>
#include <tuple>
#include <type_traits>
#include <utility>

namespace QtInterlink::detail {

template <typename Function, typename Arguments, typename Index>
inline constexpr bool TakesFirst = false;
template <typename Function, typename... Args, std::size_t... Index>
inline constexpr bool TakesFirst<Function, std::tuple<Args...>, std::index_sequence<Index...>> =
        std::is_invocable_v<Function &, std::tuple_element_t<Index, std::tuple<Args...>>...>;

// Calls \a function with as many of the first arguments as it takes.
template <std::size_t Count, typename Function, typename Arguments>
decltype(auto) callWithSome(Function &function, const Arguments &args)
{
    using First = std::make_index_sequence<Count>;
    if constexpr (TakesFirst<Function, Arguments, First>) {
        return [&]<std::size_t... Index>(std::index_sequence<Index...>)->decltype(auto)
        {
            return function(std::get<Index>(args)...);
        }
        (First());
    } else {
        static_assert(Count > 0,
                      "QtInterlink: the mapper of connectTo() takes the signal's arguments, or the first of them.");
        if constexpr (Count > 0)
            return callWithSome<Count - 1>(function, args);
    }
}

// What a connection knows of itself: how to end when its service has.
class Q_INTERLINK_EXPORT SignalLink
{
public:
    explicit SignalLink(CoreRef core) noexcept : m_core(std::move(core)) { }

    void setConnection(const QMetaObject::Connection &connection);
    void sent(LinkError result); // Closed: it was the last; MailboxFull: a warning, the first time

private:
    const CoreRef m_core;
    std::mutex m_mutex;
    QMetaObject::Connection m_connection;
    bool m_warned = false;
};

template <typename Send, typename Arguments>
struct SignalLinkSlot;
template <typename Send, typename... Args>
struct SignalLinkSlot<Send, std::tuple<Args...>>
{
    void operator()(const Args &...args) { link->sent(send(std::tuple<const Args &...>(args...))); }

    std::shared_ptr<SignalLink> link;
    Send send;
};

template <typename Sender, typename Signal, typename Send>
QMetaObject::Connection connectSignal(Sender *sender, Signal signal, CoreRef core, Send send)
{
    using Slot = SignalLinkSlot<Send, typename SignalTraits<Signal>::Arguments>;
    const auto link = std::make_shared<SignalLink>(std::move(core));
    const QMetaObject::Connection connection = QObject::connect(sender, signal, Slot{link, std::move(send)});
    link->setConnection(connection);
    return connection;
}

} // namespace QtInterlink::detail

#endif
