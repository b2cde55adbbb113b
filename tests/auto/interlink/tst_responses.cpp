// SPDX-License-Identifier: MIT
// Interlink's response types: (), Mr, Fr, Sfr, Option and Result, which are the handlers' return types here.
#include "testsupport.h"

#if __has_include(<tl/expected.hpp>)
#  include <tl/expected.hpp>
#endif

namespace {

using Strings = QStringList;

struct Unit
{
    QString value;
};
struct TestMessage
{
    using Response = QString;
    QString value;
};

// Each of the next services answers TestMessage in one of the ways.
template <typename S>
class Recorder : public Service<S>
{
public:
    void handle(Unit message) { this->log << message.value; }
    Strings log;

private:
    Live m_live;
};

class Mr : public Recorder<Mr>
{
public:
    using Recorder::handle;
    QString handle(TestMessage message)
    {
        log << message.value;
        return QStringLiteral("Response");
    }
};

class FrFuture : public Recorder<FrFuture>
{
public:
    explicit FrFuture(std::shared_ptr<QPromise<QString>> promise) : m_promise(std::move(promise)) { }
    using Recorder::handle;
    QFuture<QString> handle(TestMessage message)
    {
        log << message.value;
        return m_promise->future();
    }

private:
    std::shared_ptr<QPromise<QString>> m_promise;
};

class FrReply : public Recorder<FrReply>
{
public:
    explicit FrReply(Link<Mr> other) : m_other(std::move(other)) { }
    using Recorder::handle;
    Reply<QString> handle(TestMessage message)
    {
        log << message.value;
        return m_other.send(std::move(message));
    }

private:
    Link<Mr> m_other;
};

class FrSpawn : public Recorder<FrSpawn>
{
public:
    explicit FrSpawn(QFuture<QString> future) : m_future(std::move(future)) { }
    using Recorder::handle;
    Reply<QString> handle(TestMessage message, ServiceContext<FrSpawn> &context)
    {
        return context.spawn(answer(std::move(message)));
    }

private:
    Task<QString> answer(TestMessage message)
    {
        log << message.value + QStringLiteral(" begins");
        QString text = co_await m_future;
        log << message.value + QStringLiteral(" ends");
        co_return text;
    }
    QFuture<QString> m_future;
};

class Sfr : public Recorder<Sfr>
{
public:
    using Recorder::handle;
    Task<QString> handle(TestMessage message, ServiceContext<Sfr> &context)
    {
        log << message.value + QStringLiteral(" begins");
        co_await context.sleep(5ms);
        log << message.value + QStringLiteral(" ends");
        co_return QStringLiteral("Response");
    }
};

class Optional : public Recorder<Optional>
{
public:
    using Recorder::handle;
    std::optional<QString> handle(TestMessage message)
    {
        if (message.value.isEmpty())
            return std::nullopt;
        return message.value;
    }
};

template <typename S>
Strings logOf(const Link<S> &link)
{
    return value(link.exec([](S &service) { return service.log; }));
}
QString s(const char *text)
{
    return QString::fromLatin1(text);
}

} // namespace

class tst_Responses : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void nothingAtAll();
    void theValueAtOnce();
    void aFutureLetsTheServiceGoOn();
    void aFutureThatIsReady();
    void theReplyOfAnotherService();
    void aSpawnedTaskInterleavesWithTheMessages();
    void aTaskHoldsBackTheMessages();
    void anOptionalMayBeEmpty();
#if __has_include(<tl/expected.hpp>)
    void aResultsErrorMayLetTheServiceContinue();
    void aResultsErrorMayStopTheService();
    void aResultWithoutAValue();
    void aTaskMayGiveAResult();
#endif
};

void tst_Responses::nothingAtAll()
{
    const auto link = Mr::start();
    Reply<void> reply = link.send(Unit{s("x")});
    value(std::move(reply));
    QCOMPARE(logOf(link), Strings{s("x")});
    stopAndWait(link);
}

void tst_Responses::theValueAtOnce()
{
    const auto link = Mr::start();
    QCOMPARE(value(link.send(TestMessage{s("Example")})), s("Response"));
    QCOMPARE(logOf(link), Strings{s("Example")});
    stopAndWait(link);
}

void tst_Responses::aFutureLetsTheServiceGoOn()
{
    const auto promise = std::make_shared<QPromise<QString>>();
    promise->start();
    const auto link = FrFuture::start(promise);
    Reply<QString> reply = link.send(TestMessage{s("asked")});
    value(link.send(Unit{s("meanwhile")}));
    QVERIFY(!reply.isFinished());
    promise->addResult(s("Response"));
    promise->finish();
    QCOMPARE(value(std::move(reply)), s("Response"));
    QCOMPARE(logOf(link), (Strings{s("asked"), s("meanwhile")}));
    stopAndWait(link);
}

void tst_Responses::aFutureThatIsReady()
{
    const auto promise = std::make_shared<QPromise<QString>>();
    promise->start();
    promise->addResult(s("Response"));
    promise->finish();
    const auto link = FrFuture::start(promise);
    QCOMPARE(value(link.send(TestMessage{s("asked")})), s("Response"));
    stopAndWait(link);
}

void tst_Responses::theReplyOfAnotherService()
{
    const auto other = Mr::start();
    const auto link = FrReply::start(other);
    QCOMPARE(value(link.send(TestMessage{s("asked")})), s("Response"));
    QCOMPARE(logOf(other), Strings{s("asked")});
    stopAndWait(other);
    // The error of the one who was asked is the caller's.
    QCOMPARE(outcome(link.send(TestMessage{s("again")})), LinkError::Closed);
    stopAndWait(link);
}

// A difference: Interlink's future runs apart from its service and can't touch it; a spawned task is on the
// service's worker, with the service at hand between two of its messages.
void tst_Responses::aSpawnedTaskInterleavesWithTheMessages()
{
    QPromise<QString> promise;
    promise.start();
    const auto link = FrSpawn::start(promise.future());
    Reply<QString> reply = link.send(TestMessage{s("task")});
    value(link.send(Unit{s("meanwhile")}));
    QVERIFY(!reply.isFinished());
    promise.addResult(s("Response"));
    promise.finish();
    QCOMPARE(value(std::move(reply)), s("Response"));
    QCOMPARE(logOf(link), (Strings{s("task begins"), s("meanwhile"), s("task ends")}));
    stopAndWait(link);
}

// A difference: Interlink puts the second half of such a handler at the end of the queue, so that messages that came
// before may be handled between the halves. Here the handler goes on in place, and the order in which messages are
// sent is the order in which they are handled, whatever their handlers return.
void tst_Responses::aTaskHoldsBackTheMessages()
{
    const auto link = Sfr::start();
    Gate gate;
    link.doExec([&gate] { gate.pass(); }); // all of the following are in the queue before the first is handled
    Reply<QString> first = link.send(TestMessage{s("one")});
    link.doSend(Unit{s("between")});
    Reply<QString> second = link.send(TestMessage{s("two")});
    link.doSend(Unit{s("after")});
    gate.open();
    QCOMPARE(value(std::move(first)), s("Response"));
    QCOMPARE(value(std::move(second)), s("Response"));
    QCOMPARE(logOf(link),
             (Strings{s("one begins"), s("one ends"), s("between"), s("two begins"), s("two ends"), s("after")}));
    stopAndWait(link);
}

// Interlink's error is Recv.
void tst_Responses::anOptionalMayBeEmpty()
{
    const auto link = Optional::start();
    QCOMPARE(value(link.send(TestMessage{s("Some")})), s("Some"));
    QCOMPARE(outcome(link.send(TestMessage())), LinkError::NoResponse);
    QCOMPARE(link.doSend(TestMessage()), LinkError::NoError);
    QVERIFY(!link.isClosed());
    stopAndWait(link);
}

#if __has_include(<tl/expected.hpp>)
namespace {

struct Parse
{
    using Response = int;
    QString text;
};
struct ParseInATask
{
    using Response = int;
    QString text;
};
struct Check
{
    QString text;
};
struct ParseError
{
    QString text;
};

class Parser : public Service<Parser>
{
public:
    Parser(ErrorAction action, Strings *errors) : m_action(action), m_errors(errors) { }

    tl::expected<int, ParseError> handle(Parse message) { return parse(message.text); }
    tl::expected<void, ParseError> handle(Check message)
    {
        if (auto parsed = parse(message.text); !parsed)
            return tl::make_unexpected(parsed.error());
        return {};
    }
    Task<tl::expected<int, ParseError>> handle(ParseInATask message, ServiceContext<Parser> &context)
    {
        co_await context.sleep(1us);
        co_return parse(message.text);
    }
    ErrorAction handleError(ParseError error, ServiceContext<Parser> &)
    {
        *m_errors << error.text;
        return m_action;
    }

private:
    static tl::expected<int, ParseError> parse(const QString &text)
    {
        bool ok = false;
        const int number = text.toInt(&ok);
        if (!ok)
            return tl::make_unexpected(ParseError{text});
        return number;
    }

    ErrorAction m_action;
    Strings *m_errors;
    Live m_live;
};

} // namespace

void tst_Responses::aResultsErrorMayLetTheServiceContinue()
{
    Strings errors;
    const auto link = Parser::start(ErrorAction::Continue, &errors);
    QCOMPARE(value(link.send(Parse{s("12")})), 12);
    QCOMPARE(outcome(link.send(Parse{s("twelve")})), LinkError::NoResponse);
    link.doSend(Parse{s("a dozen")}); // the service learns of the error, whether anybody asked or not
    QCOMPARE(value(link.send(Parse{s("13")})), 13);
    stopAndWait(link);
    QCOMPARE(errors, (Strings{s("twelve"), s("a dozen")}));
}

void tst_Responses::aResultsErrorMayStopTheService()
{
    Strings errors;
    const auto link = Parser::start(ErrorAction::Stop, &errors);
    QCOMPARE(outcome(link.send(Parse{s("twelve")})), LinkError::NoResponse);
    value(link.stopped());
    QVERIFY(link.isClosed());
    QCOMPARE(outcome(link.send(Parse{s("12")})), LinkError::Closed);
    QCOMPARE(errors, Strings{s("twelve")});
}

void tst_Responses::aResultWithoutAValue()
{
    Strings errors;
    const auto link = Parser::start(ErrorAction::Continue, &errors);
    QCOMPARE(outcome(link.send(Check{s("12")})), LinkError::NoError);
    QCOMPARE(outcome(link.send(Check{s("twelve")})), LinkError::NoResponse);
    stopAndWait(link);
    QCOMPARE(errors, Strings{s("twelve")});
}

void tst_Responses::aTaskMayGiveAResult()
{
    Strings errors;
    const auto link = Parser::start(ErrorAction::Continue, &errors);
    QCOMPARE(value(link.send(ParseInATask{s("12")})), 12);
    QCOMPARE(outcome(link.send(ParseInATask{s("twelve")})), LinkError::NoResponse);
    stopAndWait(link);
    QCOMPARE(errors, Strings{s("twelve")});
}
#endif

QTEST_GUILESS_MAIN(tst_Responses)
#include "tst_responses.moc"
