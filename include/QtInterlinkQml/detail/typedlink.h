// SPDX-License-Identifier: MIT
#ifndef QTINTERLINKQML_DETAIL_TYPEDLINK_H
#define QTINTERLINKQML_DETAIL_TYPEDLINK_H

// The typed half of an exported link: from a message's index to its type, and from its response to a QVariant.

#include <QtInterlink/detail/delivery.h>
#include <QtInterlink/detail/typename.h>
#include <QtInterlink/link.h>
#include <QtInterlinkQml/detail/exportedlink.h>

#include <type_traits>
#include <utility>

namespace QtInterlink::detail {

// Carries a reply's outcome to its context's thread.
template <typename R>
class OutcomeDelivery final : public Delivery
{
public:
    static void start(QObject *context, ReplyState<R> *source, OutcomeFunction function)
    {
        auto *const delivery = new OutcomeDelivery(context, source, std::move(function));
        delivery->begin(*source);
    }
    ~OutcomeDelivery() override { m_source->release(); }

private:
    OutcomeDelivery(QObject *context, ReplyState<R> *source, OutcomeFunction function)
        : Delivery(context), m_source(source), m_function(std::move(function))
    {
    }

    void arrive() noexcept override
    {
        Outcome outcome;
        try {
            if constexpr (std::is_void_v<R>)
                m_source->takeValue();
            else if constexpr (std::is_same_v<R, QVariant>)
                outcome.value = m_source->takeValue();
            else
                outcome.value = QVariant::fromValue(m_source->takeValue());
        } catch (...) {
            outcome = failure(std::current_exception());
        }
        m_function(std::move(outcome));
    }
    void drop() noexcept override { }

    ReplyState<R> *m_source;
    OutcomeFunction m_function;
};

template <typename M>
constexpr bool checkExportedMessage() noexcept
{
    static_assert(std::is_default_constructible_v<M>,
                  "QtInterlink: a message for QML is default constructible; what a call leaves out has its default.");
    static_assert(std::is_copy_constructible_v<M>, "QtInterlink: a message for QML can be copied, as all Q_GADGETs.");
    static_assert(
            std::is_void_v<typename ResponseTo<M>::Type> || std::is_copy_constructible_v<typename ResponseTo<M>::Type>,
            "QtInterlink: the Response of a message for QML can be copied into a QVariant.");
    return true;
}

template <typename S, typename... Messages>
class TypedLink final : public ExportedLink
{
public:
    explicit TypedLink(Link<S> link)
        : ExportedLink(exportedMessages(), TypeName<S>::value.data()), m_link(std::move(link))
    {
    }

    PendingReply send(qsizetype message, void *value, Milliseconds timeout, QObject *context, OutcomeFunction function,
                      ProgressFunction progress) const override
    {
        using Send = PendingReply (*)(const Link<S> &, void *, Milliseconds, QObject *, OutcomeFunction &&,
                                      ProgressFunction &&);
        static constexpr Send Table[] = {&sendTyped<Messages>..., nullptr};
        return Table[message](m_link, value, timeout, context, std::move(function), std::move(progress));
    }
    LinkError doSend(qsizetype message, void *value) const override
    {
        using DoSend = LinkError (*)(const Link<S> &, void *);
        static constexpr DoSend Table[] = {&doSendTyped<Messages>..., nullptr};
        return Table[message](m_link, value);
    }
    bool isClosed() const noexcept override { return m_link.isClosed(); }
    void stop() const override { m_link.stop(); }
    const CoreRef &core() const noexcept override { return m_link.core(); }
    bool isSameAs(const ExportedLink &other) const noexcept override
    {
        const auto *const same = dynamic_cast<const TypedLink *>(&other);
        return same && same->m_link == m_link;
    }

private:
    static const QList<ExportedMessage> &exportedMessages()
    {
        static_assert((checkExportedMessage<Messages>() && ...));
        static const QList<ExportedMessage> messages = {exportedMessage(
                QMetaType::fromType<Messages>(), QMetaType::fromType<typename ResponseTo<Messages>::Type>())...};
        return messages;
    }

    template <typename M>
    static PendingReply sendTyped(const Link<S> &link, void *value, Milliseconds timeout, QObject *context,
                                  OutcomeFunction &&function, ProgressFunction &&progress)
    {
        using Response = typename ResponseTo<M>::Type;
        Reply<Response> reply = link.send(std::move(*static_cast<M *>(value)));
        if (timeout > timeout.zero())
            reply.timeout(timeout);
        if (progress)
            reply.onProgress(context, std::move(progress));
        PendingReply pending(reply.state());
        OutcomeDelivery<Response>::start(context, reply.release(), std::move(function));
        return pending;
    }
    template <typename M>
    static LinkError doSendTyped(const Link<S> &link, void *value)
    {
        return link.doSend(std::move(*static_cast<M *>(value)));
    }

    Link<S> m_link;
};

} // namespace QtInterlink::detail

#endif
