// SPDX-License-Identifier: MIT
// Interlink's links: send, do_send, exec, do_exec, wait, do_wait, stop, is_closed and the message link.
#include "testsupport.h"

#include <QtCore/QHash>
#include <QtCore/QSet>

#include <unordered_set>

namespace {

struct TextMessage
{
    using Response = QString;
    QString value;
};
struct Append
{
    QString value;
};

class Texts : public Service<Texts>
{
public:
    explicit Texts(QString text = {}) : text(std::move(text)) { }

    QString handle(TextMessage message) { return message.value; }
    void handle(Append message) { text += message.value; }

    QString text;

private:
    Live m_live;
};

// Another type of service that takes the same message.
class Shouts : public Service<Shouts>
{
public:
    QString handle(TextMessage message, ServiceContext<Shouts> &)
    {
        ++heard;
        return message.value.toUpper();
    }
    int heard = 0;

private:
    Live m_live;
};

QString textOf(const Link<Texts> &link)
{
    return value(link.exec([](Texts &service) { return service.text; }));
}

} // namespace

class tst_Links : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void sendGivesTheHandlersResponse();
    void doSendAsksForNone();
    void execReturnsTheActionsResult();
    void execTakesWhatTheActionWants();
    void doExecDropsTheActionsResult();
    void waitHoldsBackTheMessagesUntilTheTaskEnds();
    void doWaitDoesTheSameWithoutAResult();
    void stopIsQueuedLikeAMessage();
    void isClosedAfterTheStop();
    void whatASendToAClosedServiceSays();
    void linksAreCopiedBetweenThreads();
    void aLinkEqualsItsCopies();
    void messageLinksHideTheTypeOfTheService();
    void messageLinksAreEqualIfTheirServiceIs();
    void messageLinksStandInHashes();
    void messageLinksAskToo();
    void aMessageLinkToNothingIsClosed();
};

void tst_Links::sendGivesTheHandlersResponse()
{
    const auto link = Texts::start();
    Reply<QString> reply = link.send(TextMessage{QStringLiteral("Test123")});
    QCOMPARE(value(std::move(reply)), QStringLiteral("Test123"));
    stopAndWait(link);
}

// Interlink returns Ok or a LinkError; NoError is the former.
void tst_Links::doSendAsksForNone()
{
    const auto link = Texts::start();
    QCOMPARE(link.doSend(Append{QStringLiteral("Test123")}), LinkError::NoError);
    QCOMPARE(link.doSend(TextMessage{QStringLiteral("nobody reads it")}), LinkError::NoError);
    QCOMPARE(textOf(link), QStringLiteral("Test123"));
    stopAndWait(link);
}

void tst_Links::execReturnsTheActionsResult()
{
    const auto link = Texts::start(QStringLiteral("Test"));
    Reply<QString> reply = link.exec([](Texts &service, ServiceContext<Texts> &) {
        service.text += u'A';
        return service.text;
    });
    QCOMPARE(value(std::move(reply)), QStringLiteral("TestA"));
    stopAndWait(link);
}

// A difference: closures may leave out what they don't need.
void tst_Links::execTakesWhatTheActionWants()
{
    const auto link = Texts::start(QStringLiteral("a"));
    QCOMPARE(value(link.exec([] { return 1; })), 1);
    QCOMPARE(value(link.exec([](Texts &service) { return service.text; })), QStringLiteral("a"));
    QCOMPARE(value(link.exec([](ServiceContext<Texts> &context) { return context.link(); })), link);
    QCOMPARE(value(link.exec(
                     [](Texts &service, ServiceContext<Texts> &context) { return &context.service() == &service; })),
             true);
    stopAndWait(link);
}

void tst_Links::doExecDropsTheActionsResult()
{
    const auto link = Texts::start(QStringLiteral("Test"));
    QCOMPARE(link.doExec([](Texts &service) {
        service.text += u'A';
        return 42;
    }),
             LinkError::NoError);
    QCOMPARE(textOf(link), QStringLiteral("TestA"));
    stopAndWait(link);
}

void tst_Links::waitHoldsBackTheMessagesUntilTheTaskEnds()
{
    const auto link = Texts::start();
    Reply<int> twelve = link.wait([](Texts &service, ServiceContext<Texts> &context) -> Task<int> {
        service.text += u'1';
        co_await context.sleep(5ms);
        service.text += u'2';
        co_return 12;
    });
    link.doSend(Append{QStringLiteral("3")});
    QCOMPARE(textOf(link), QStringLiteral("123"));
    QCOMPARE(value(std::move(twelve)), 12);
    stopAndWait(link);
}

void tst_Links::doWaitDoesTheSameWithoutAResult()
{
    const auto link = Texts::start();
    QCOMPARE(link.doWait([](Texts &service, ServiceContext<Texts> &context) -> Task<void> {
        service.text += u'1';
        co_await context.sleep(5ms);
        service.text += u'2';
    }),
             LinkError::NoError);
    link.doSend(Append{QStringLiteral("3")});
    QCOMPARE(textOf(link), QStringLiteral("123"));
    stopAndWait(link);
}

void tst_Links::stopIsQueuedLikeAMessage()
{
    const auto link = Texts::start();
    Gate gate;
    link.doExec([&gate] { gate.pass(); });
    Reply<QString> before = link.send(TextMessage{QStringLiteral("before")});
    link.stop();
    Reply<QString> after = link.send(TextMessage{QStringLiteral("after")});
    gate.open();
    QCOMPARE(value(std::move(before)), QStringLiteral("before"));
    QCOMPARE(outcome(std::move(after)), LinkError::NoResponse);
    value(link.stopped());
}

void tst_Links::isClosedAfterTheStop()
{
    const auto link = Texts::start();
    QVERIFY(!link.isClosed());
    stopAndWait(link);
    QVERIFY(link.isClosed());
    QVERIFY(Link<Texts>().isClosed());
}

// Interlink has two errors, Send and Recv. Ours are more, and named by what happened: Send is Closed, Recv NoResponse.
void tst_Links::whatASendToAClosedServiceSays()
{
    const auto link = Texts::start();
    stopAndWait(link);
    QCOMPARE(outcome(link.send(TextMessage())), LinkError::Closed);
    QCOMPARE(outcome(link.exec([] {})), LinkError::Closed);
    QCOMPARE(outcome(link.wait([]() -> Task<void> { co_return; })), LinkError::Closed);
    QCOMPARE(link.doSend(TextMessage()), LinkError::Closed);
    QCOMPARE(link.doExec([] {}), LinkError::Closed);
    QCOMPARE(link.doWait([]() -> Task<void> { co_return; }), LinkError::Closed);
    link.stop(); // does no harm
}

void tst_Links::linksAreCopiedBetweenThreads()
{
    const auto link = Texts::start();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([link] { link.doSend(Append{QStringLiteral("x")}); });
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(textOf(link), QStringLiteral("xxxx"));
    stopAndWait(link);
}

void tst_Links::aLinkEqualsItsCopies()
{
    const auto one = Texts::start(), two = Texts::start();
    const auto copy = one;
    QVERIFY(copy == one);
    QVERIFY(one != two);
    QCOMPARE(qHash(copy), qHash(one));
    stopAndWait(one);
    stopAndWait(two);
}

void tst_Links::messageLinksHideTheTypeOfTheService()
{
    const auto texts = Texts::start();
    const auto shouts = Shouts::start();
    std::vector<MessageLink<TextMessage>> links;
    links.push_back(texts.messageLink<TextMessage>());
    links.push_back(shouts.messageLink<TextMessage>());
    QStringList answers;
    for (const auto &link : links)
        answers << value(link.send(TextMessage{QStringLiteral("hey")}));
    QCOMPARE(answers, (QStringList{QStringLiteral("hey"), QStringLiteral("HEY")}));
    stopAndWait(texts);
    stopAndWait(shouts);
    QVERIFY(links[0].isClosed() && links[1].isClosed());
}

void tst_Links::messageLinksAreEqualIfTheirServiceIs()
{
    const auto texts = Texts::start();
    const auto shouts = Shouts::start();
    const auto a = texts.messageLink<TextMessage>(), b = texts.messageLink<TextMessage>();
    const auto c = shouts.messageLink<TextMessage>();
    QVERIFY(a == b);
    QVERIFY(a != c);
    QVERIFY(a != MessageLink<TextMessage>());
    stopAndWait(texts);
    stopAndWait(shouts);
}

void tst_Links::messageLinksStandInHashes()
{
    const auto texts = Texts::start();
    const auto shouts = Shouts::start();
    QSet<MessageLink<TextMessage>> subscribers;
    std::unordered_set<MessageLink<TextMessage>> others;
    for (int i = 0; i < 2; ++i) {
        subscribers.insert(texts.messageLink<TextMessage>());
        subscribers.insert(shouts.messageLink<TextMessage>());
        others.insert(texts.messageLink<TextMessage>());
        others.insert(shouts.messageLink<TextMessage>());
    }
    QCOMPARE(subscribers.size(), 2);
    QCOMPARE(others.size(), size_t(2));
    for (const auto &subscriber : std::as_const(subscribers))
        QCOMPARE(subscriber.doSend(TextMessage{QStringLiteral("news")}), LinkError::NoError);
    QCOMPARE(value(shouts.exec([](Shouts &service) { return service.heard; })), 1);
    subscribers.remove(texts.messageLink<TextMessage>());
    QCOMPARE(subscribers.size(), 1);
    QHash<Link<Texts>, int> numbers;
    numbers[texts] = 1;
    QCOMPARE(numbers.value(Link<Texts>(texts)), 1);
    stopAndWait(texts);
    stopAndWait(shouts);
}

void tst_Links::messageLinksAskToo()
{
    const auto shouts = Shouts::start();
    const auto link = shouts.messageLink<TextMessage>();
    const TextMessage message{QStringLiteral("by reference")};
    QCOMPARE(value(link.send(message)), QStringLiteral("BY REFERENCE"));
    QCOMPARE(value(link.send(QStringLiteral("from arguments"))), QStringLiteral("FROM ARGUMENTS"));
    stopAndWait(shouts);
    QCOMPARE(outcome(link.send(message)), LinkError::Closed);
    QCOMPARE(link.doSend(message), LinkError::Closed);
}

void tst_Links::aMessageLinkToNothingIsClosed()
{
    const MessageLink<TextMessage> link;
    QVERIFY(!link);
    QVERIFY(link.isClosed());
    QCOMPARE(outcome(link.send(TextMessage())), LinkError::Closed);
    QCOMPARE(link.doSend(TextMessage()), LinkError::Closed);
}

QTEST_GUILESS_MAIN(tst_Links)
#include "tst_links.moc"
