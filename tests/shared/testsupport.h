// SPDX-License-Identifier: MIT
#ifndef TESTSUPPORT_H
#define TESTSUPPORT_H

#include <QtInterlink/QtInterlink>
#include <QtTest/QtTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

using namespace QtInterlink;
using namespace std::chrono_literals;

// How long a test waits for what must happen; it is never reached where things are right.
inline constexpr auto Patience = std::chrono::seconds(60);
#define TRY_VERIFY(condition) QTRY_VERIFY_WITH_TIMEOUT(condition, 60000)
#define TRY_COMPARE(actual, expected) QTRY_COMPARE_WITH_TIMEOUT(actual, expected, 60000)

// Counts its living instances, so that a test can see that nothing was leaked or destroyed twice.
class Live
{
public:
    Live() noexcept { ++count; }
    Live(const Live &) noexcept { ++count; }
    Live(Live &&) noexcept { ++count; }
    Live &operator=(const Live &) noexcept = default;
    ~Live() { --count; }

    static inline std::atomic<int> count{0};
};

// A gate that a handler waits at until the test opens it.
class Gate
{
public:
    void open() { m_semaphore.release(); }
    void pass()
    {
        if (!m_semaphore.try_acquire_for(Patience))
            qFatal("a gate was never opened");
    }

private:
    std::counting_semaphore<1000000> m_semaphore{0};
};

// The base of all test classes: after each case no service and no counted object may be left.
class InterlinkTest : public QObject
{
    Q_OBJECT

protected Q_SLOTS:
    void init();
    void cleanup();
};

// What a reply ended in: NoError for a value.
template <typename R>
LinkError outcome(Reply<R> reply)
{
    if (!reply.waitForFinished(QDeadlineTimer(Patience)))
        qFatal("a reply never ended");
    try {
        static_cast<void>(reply.result());
        return LinkError::NoError;
    } catch (const LinkException &e) {
        return e.error();
    }
}

// The value of a reply; a test that asks for it expects one.
template <typename R>
R value(Reply<R> reply)
{
    if (!reply.waitForFinished(QDeadlineTimer(Patience)))
        qFatal("a reply never ended");
    return reply.result();
}

// Stops a service and waits until it is gone.
template <typename S>
void stopAndWait(const Link<S> &link)
{
    link.stop();
    value(link.stopped());
}

// Which warnings of qt.interlink came while this lives.
class Warnings
{
public:
    Warnings();
    ~Warnings();
    QStringList texts() const;

private:
    QtMessageHandler m_previous;
};

QT_BEGIN_NAMESPACE
namespace QTest {
template <>
inline char *toString(const QtInterlink::LinkError &error)
{
    return qstrdup(QtInterlink::toString(error));
}
} // namespace QTest
QT_END_NAMESPACE

#endif
