// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_SERVICECELL_H
#define QTINTERLINK_DETAIL_SERVICECELL_H

#include <QtInterlink/detail/handlers.h>
#include <QtInterlink/detail/servicecore.h>
#include <QtInterlink/detail/typename.h>
#include <QtInterlink/placement.h>
#include <QtInterlink/servicecontext.h>

#include <algorithm>
#include <concepts>
#include <memory>
#include <new>
#include <stdexcept>
#include <tuple>
#include <type_traits>
#include <utility>

namespace QtInterlink::detail {

// The typed half of a service: its context, and the object itself. A large object has memory of its own, so that
// it goes when the service ends and not with the last link. So has a QObject, which somebody else may delete: its
// parent, or the window system. That is its service's end, too.
template <typename S>
class ServiceCell final : public ServiceCore
{
public:
    static constexpr bool IsObject = std::is_base_of_v<QObject, S>;
    static constexpr bool InPlace = !IsObject && sizeof(S) <= 192 && alignof(S) <= alignof(std::max_align_t);

    explicit ServiceCell(const StartOptions &options) : ServiceCore(operations(), options), m_context(*this) { }

    ServiceContext<S> &context() noexcept { return m_context; }
    S &service() noexcept
    {
        if constexpr (InPlace) {
            if (!isSeparate()) [[likely]]
                return *std::launder(reinterpret_cast<S *>(m_place));
        }
        return **std::launder(reinterpret_cast<S **>(m_place));
    }

    // \a make returns an S, or a unique_ptr to one, for types that can't move.
    template <typename Make>
    void construct(Make &&make)
    {
        using Made = std::remove_cvref_t<std::invoke_result_t<Make>>;
        if constexpr (!std::is_same_v<Made, S>) {
            std::unique_ptr<S> made = make();
            if (!made)
                throw std::logic_error("its factory returned null");
            setSeparate(made.release());
        } else if constexpr (InPlace) {
            ::new (static_cast<void *>(&m_place)) S(make());
            setConstructed(false);
        } else {
            setSeparate(new S(make()));
        }
        if constexpr (IsObject)
            followObject(&service());
        operations().started(*this);
    }

private:
    static const ServiceOperations &operations() noexcept
    {
        static constexpr ServiceOperations Operations = {
                TypeName<S>::value.data(), affinity(), &started, &stopping, &destroy, exceptionHandler()};
        return Operations;
    }
    static constexpr Affinity affinity() noexcept
    {
        if constexpr (requires { S::affinity; })
            return S::affinity;
        else
            return Affinity::Worker;
    }

    static void started(ServiceCore &core)
    {
        auto &self = static_cast<ServiceCell &>(core);
        S &service = self.service();
        Answer<void> nobody;
        if constexpr (requires { service.started(self.m_context); })
            answerWith<S>(core, nobody, [&] { return service.started(self.m_context); });
        else if constexpr (requires { service.started(); })
            answerWith<S>(core, nobody, [&] { return service.started(); });
    }
    static void stopping(ServiceCore &core)
    {
        auto &self = static_cast<ServiceCell &>(core);
        S &service = self.service();
        if constexpr (requires { service.stopping(self.m_context); })
            service.stopping(self.m_context);
        else if constexpr (requires { service.stopping(); })
            service.stopping();
    }
    static void destroy(ServiceCore &core) noexcept
    {
        auto &self = static_cast<ServiceCell &>(core);
        S *const service = &self.service();
        if (self.isSeparate())
            delete service;
        else
            service->~S();
    }
    void setSeparate(S *service) noexcept
    {
        ::new (static_cast<void *>(&m_place)) S *(service);
        setConstructed(true);
    }
    static constexpr auto exceptionHandler() noexcept -> ErrorAction (*)(ServiceCore &, std::exception_ptr)
    {
        if constexpr (HandlesErrorWithContext<S, std::exception_ptr> || HandlesErrorAlone<S, std::exception_ptr>)
            return [](ServiceCore &core, std::exception_ptr exception) {
                return callErrorHandler<S, std::exception_ptr>(core, std::move(exception));
            };
        else
            return nullptr;
    }

    static constexpr std::size_t PlaceSize = InPlace ? std::max(sizeof(S), sizeof(S *)) : sizeof(S *);
    static constexpr std::size_t PlaceAlignment = InPlace ? std::max(alignof(S), alignof(S *)) : alignof(S *);

    ServiceContext<S> m_context;
    alignas(PlaceAlignment) std::byte m_place[PlaceSize]; // the service, or a pointer to it
};

template <typename S>
S &serviceOf(ServiceCore &core) noexcept
{
    return static_cast<ServiceCell<S> &>(core).service();
}

// The first thing in every mailbox: constructs the service on its worker.
template <typename S, typename Make>
class Starter final : public MessageEvent
{
public:
    explicit Starter(Make make) : m_make(std::move(make)) { }
    void deliver(ServiceCore &core) override
    {
        auto &cell = static_cast<ServiceCell<S> &>(core);
        cell.construct([&]() -> decltype(auto) { return m_make(cell.context()); });
    }

private:
    Make m_make;
};

template <typename S, typename Make>
Link<S> startCell(const StartOptions &options, Make &&make)
{
    auto *const cell = new ServiceCell<S>(options);
    Link<S> link(CoreRef::adopt(cell));
    cell->start(new Starter<S, std::decay_t<Make>>(std::forward<Make>(make)), options);
    return link;
}

template <typename S, typename... Args>
Link<S> startWith(const StartOptions &options, Args &&...args)
{
    static_assert(std::is_constructible_v<S, std::decay_t<Args>...>,
                  "QtInterlink: the service has no constructor for the arguments given to start(). They are "
                  "moved to its worker and handed over there as rvalues.");
    return startCell<S>(options,
                        [arguments = std::tuple<std::decay_t<Args>...>(std::forward<Args>(args)...)](
                                ServiceContext<S> &) mutable -> S {
                            return std::apply([](auto &...each) -> S { return S(std::move(each)...); }, arguments);
                        });
}

// The first argument may say how to start.
template <typename S>
Link<S> startService()
{
    return startWith<S>(StartOptions());
}
template <typename S, typename First, typename... Args>
Link<S> startService(First &&first, Args &&...args)
{
    using F = std::remove_cvref_t<First>;
    if constexpr (std::is_same_v<F, StartOptions>)
        return startWith<S>(first, std::forward<Args>(args)...);
    else if constexpr (std::is_same_v<F, Placement>)
        return startWith<S>(StartOptions{.placement = first}, std::forward<Args>(args)...);
    else
        return startWith<S>(StartOptions(), std::forward<First>(first), std::forward<Args>(args)...);
}

template <typename S, typename Factory>
Link<S> createService(const StartOptions &options, Factory &&factory)
{
    using F = std::decay_t<Factory>;
    static_assert(std::is_invocable_v<F &, ServiceContext<S> &>,
                  "QtInterlink: a factory takes (ServiceContext<Service> &).");
    using Made = std::invoke_result_t<F &, ServiceContext<S> &>;
    static_assert(std::is_same_v<Made, S> || std::is_convertible_v<Made, std::unique_ptr<S>>,
                  "QtInterlink: a factory returns the service, or a std::unique_ptr to it.");
    return startCell<S>(options, std::forward<Factory>(factory));
}

} // namespace QtInterlink::detail

#endif
