// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_CONNECTIONS_H
#define QTINTERLINK_DETAIL_CONNECTIONS_H

// What a server's connections are, and how their services are made.

#include <QtInterlink/interlinkglobal.h>

#include <memory>
#include <tuple>
#include <type_traits>
#include <utility>

namespace QtInterlink {

template <typename S>
class ServiceContext;

namespace detail {

template <typename Server>
using SocketOf = std::remove_pointer_t<decltype(std::declval<Server &>().nextPendingConnection())>;

// ---- which service a factory makes ----

template <typename Made>
struct MadeService
{
    using Type = Made;
};
template <typename Made>
struct MadeService<std::unique_ptr<Made>>
{
    using Type = Made;
};
template <typename Call>
struct FactoryTraits
{
    using Service = void;
};
template <typename F, typename Made, typename... Args>
struct FactoryTraits<Made (F::*)(Args...) const>
{
    using Service = typename MadeService<Made>::Type;
};
template <typename F, typename Made, typename... Args>
struct FactoryTraits<Made (F::*)(Args...)> : FactoryTraits<Made (F::*)(Args...) const>
{
};

// Makes the connection's service from the socket and copies of \a Args.
template <typename C, typename Socket, typename... Args>
struct ConstructConnection
{
    static_assert(std::is_constructible_v<C, std::unique_ptr<Socket>, Args...>,
                  "QtInterlink: a connection's service needs a public constructor that takes a std::unique_ptr to the "
                  "socket, and copies of the arguments given to attachServer() after it.");
    C operator()(std::unique_ptr<Socket> socket, ServiceContext<C> &)
    {
        return std::apply([&](auto &...each) { return C(std::move(socket), std::move(each)...); }, arguments);
    }
    std::tuple<Args...> arguments;
};

} // namespace detail
} // namespace QtInterlink

#endif
