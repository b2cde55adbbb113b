// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_SERVICEOBJECT_H
#define QTINTERLINK_SERVICEOBJECT_H

#include <QtCore/QObject>

#include <exception>

namespace QtInterlink::detail {

class MessageEvent;
class ServiceCore;

// The QObject of a service that was asked for one. Once it is there, messages pass through it, so that event filters
// see them.
class ServiceObject final : public QObject
{
public:
    explicit ServiceObject(ServiceCore &core) : m_core(core) { }

    // Handles \a message unless an event filter keeps it. Throws what the handler throws.
    void pass(MessageEvent *message);

    bool event(QEvent *event) override;

private:
    ServiceCore &m_core;
    MessageEvent *m_passing = nullptr;
    std::exception_ptr m_thrown; // must not cross Qt's event delivery
};

} // namespace QtInterlink::detail

#endif
