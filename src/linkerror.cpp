// SPDX-License-Identifier: MIT
#include <QtInterlink/linkerror.h>

#include <QtCore/QDebug>

namespace QtInterlink {

const char *toString(LinkError error) noexcept
{
    switch (error) {
    case LinkError::NoError:
        return "NoError";
    case LinkError::Closed:
        return "Closed";
    case LinkError::NoResponse:
        return "NoResponse";
    case LinkError::Canceled:
        return "Canceled";
    case LinkError::TimedOut:
        return "TimedOut";
    case LinkError::MailboxFull:
        return "MailboxFull";
    case LinkError::WouldDeadlock:
        return "WouldDeadlock";
    }
    return "unknown";
}

QDebug operator<<(QDebug debug, LinkError error)
{
    const QDebugStateSaver saver(debug);
    debug.nospace() << "LinkError::" << toString(error);
    return debug;
}

LinkException::LinkException(LinkError error) noexcept : m_error(error)
{
}
LinkException::LinkException(const LinkException &) noexcept = default;
LinkException &LinkException::operator=(const LinkException &) noexcept = default;
LinkException::~LinkException() = default;

const char *LinkException::what() const noexcept
{
    switch (m_error) {
    case LinkError::NoError:
        break;
    case LinkError::Closed:
        return "the service is closed";
    case LinkError::NoResponse:
        return "the service gave no response";
    case LinkError::Canceled:
        return "the request was canceled";
    case LinkError::TimedOut:
        return "the response did not come in time";
    case LinkError::MailboxFull:
        return "the service's mailbox is full";
    case LinkError::WouldDeadlock:
        return "the response depends on the one who waits for it";
    }
    return "no error";
}

void LinkException::raise() const
{
    throw *this;
}

LinkException *LinkException::clone() const
{
    return new LinkException(*this);
}

LinkError linkError(const std::exception_ptr &exception) noexcept
{
    if (!exception)
        return LinkError::NoError;
    try {
        std::rethrow_exception(exception);
    } catch (const LinkException &e) {
        return e.error();
    } catch (...) {
        return LinkError::NoError;
    }
}

} // namespace QtInterlink
