// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_DETAIL_ATTACHMENT_H
#define QTINTERLINK_DETAIL_ATTACHMENT_H

#include <QtInterlink/interlinkglobal.h>

namespace QtInterlink::detail {

class ServiceCore;

// Something that a service holds on to until its end: a stream, a sink, a server. Its list is the service's, and is
// touched on the worker that runs the service only.
class Attachment
{
public:
    // The service ends, or has let go of it: on its worker, before the service is destroyed. May delete itself.
    virtual void detached() noexcept = 0;

protected:
    ~Attachment() = default;

private:
    friend class ServiceCore;
    Attachment *m_previous = nullptr;
    Attachment *m_next = nullptr;
    bool m_attached = false;
};

} // namespace QtInterlink::detail

#endif
