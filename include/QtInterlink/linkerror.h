// SPDX-License-Identifier: MIT
#ifndef QTINTERLINK_LINKERROR_H
#define QTINTERLINK_LINKERROR_H

#include <QtInterlink/interlinkglobal.h>

#include <QtCore/QException>
#include <QtCore/QMetaType>
#include <QtCore/QString>

QT_BEGIN_NAMESPACE
class QDebug;
QT_END_NAMESPACE

namespace QtInterlink {

/*!
    \enum QtInterlink::LinkError
    \since 0.1
    Why a message had no response.

    \value NoError       Nothing went wrong: the message is in the mailbox, or its response is there.
    \value Closed        The service had closed its mailbox before the message was sent.
    \value NoResponse    The message was accepted, but no response came: the service stopped first, the handler
                         gave none (an empty optional, an error result).
    \value Canceled      The caller withdrew its request.
    \value TimedOut      The response did not come within the time that the caller gave.
    \value MailboxFull   The mailbox has a capacity and was full.
    \value WouldDeadlock Waiting would never have ended: the response depends on the one who waits.
*/
enum class LinkError : quint8 { NoError, Closed, NoResponse, Canceled, TimedOut, MailboxFull, WouldDeadlock };

/*! Returns the enumerator's name, such as "NoResponse". Thread-safe. \since 0.1 */
Q_INTERLINK_EXPORT const char *toString(LinkError error) noexcept;

/*! Writes the enumerator's name, such as \c{LinkError::NoResponse}, to \a debug. \since 0.1 */
Q_INTERLINK_EXPORT QDebug operator<<(QDebug debug, LinkError error);

/*!
    \class QtInterlink::LinkException
    \since 0.1
    What a future carries, and what \c{Reply::result()} and \c co_await throw, when a message had no response.
    An exception that the handler itself threw reaches the caller as it is instead.
*/
class Q_INTERLINK_EXPORT LinkException : public QException
{
public:
    /*! An exception that carries \a error. */
    explicit LinkException(LinkError error) noexcept;
    LinkException(const LinkException &) noexcept;
    LinkException &operator=(const LinkException &) noexcept;
    ~LinkException() override;

    /*! Returns the reason; never LinkError::NoError. */
    LinkError error() const noexcept { return m_error; }

    /*! Returns the reason's name and what it means, in English. */
    const char *what() const noexcept override;
    void raise() const override;
    LinkException *clone() const override;

private:
    LinkError m_error;
};

/*!
    Returns the reason that \a exception carries if it is a LinkException, and LinkError::NoError for every other
    exception. Thread-safe. \since 0.1
*/
Q_INTERLINK_EXPORT LinkError linkError(const std::exception_ptr &exception) noexcept;

} // namespace QtInterlink

Q_DECLARE_METATYPE(QtInterlink::LinkError)

#endif
