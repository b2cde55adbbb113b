// SPDX-License-Identifier: MIT
// GCC before 13 destroys an aggregate or a closure twice that is made inside a co_await expression. The ways around
// that which the documentation names are right with every compiler: nothing is destroyed twice, nothing is lost.
// What is refused instead is in tests/auto/compile.
#include "coroutines.h"
#include "testsupport.h"

#include <stdexcept>

namespace {

struct Parcel
{
    using Response = QString;
    QString text;
    Live live = {};
};

class Letter
{
public:
    using Response = QString;
    explicit Letter(QString text) : m_text(std::move(text)) { }
    QString text() const { return m_text; }

private:
    QString m_text;
    Live m_live;
};

struct SlowParcel
{
    using Response = QString;
    QString text;
    Live live = {};
};

struct LostParcel
{
    using Response = QString;
    QString text;
    Live live = {};
};

class Postman : public Service<Postman>
{
public:
    QString handle(Parcel parcel) { return parcel.text; }
    QString handle(const Letter &letter) { return letter.text(); }
    Task<QString> handle(SlowParcel parcel, ServiceContext<Postman> &context)
    {
        co_await context.sleep(1us);
        co_return parcel.text;
    }
    QString handle(LostParcel parcel) { throw std::runtime_error(parcel.text.toStdString()); }
    ErrorAction handleError(std::exception_ptr) { return ErrorAction::Continue; }

private:
    Live m_live;
};
class Sender : public Service<Sender>
{
private:
    Live m_live;
};

// Each form for a Task and for a coroutine that is none of ours. The text is long enough to be on the heap.

template <typename C>
C builtInPlace(Link<Postman> link, QString text, QString *got)
{
    *got = co_await link.send<Parcel>(text);
}
template <typename C>
C builtInPlaceFromMovedArguments(Link<Postman> link, QString text, QString *got)
{
    *got = co_await link.send<Parcel>(std::move(text), Live());
}
template <typename C>
C builtInPlaceForATask(Link<Postman> link, QString text, QString *got)
{
    *got = co_await link.send<SlowParcel>(text);
}
template <typename C>
C builtInPlaceByAMessageLink(Link<Postman> link, QString text, QString *got)
{
    const auto messageLink = link.messageLink<Parcel>();
    *got = co_await messageLink.send(text);
}
template <typename C>
C builtInPlaceWithATimeout(Link<Postman> link, QString text, QString *got)
{
    *got = co_await link.send<Parcel>(text).timeout(1h);
}
template <typename C>
C copiedFromAVariable(Link<Postman> link, QString text, QString *got)
{
    const Parcel parcel{text};
    *got = co_await link.send(parcel);
}
template <typename C>
C movedFromAVariable(Link<Postman> link, QString text, QString *got)
{
    Parcel parcel{text};
    Reply<QString> reply = link.send(std::move(parcel));
    *got = co_await std::move(reply);
}
template <typename C>
C theReplyInAVariable(Link<Postman> link, QString text, QString *got)
{
    Reply<QString> reply = link.send(Parcel{text});
    *got = co_await std::move(reply);
}
template <typename C>
C theReplyInAVariableByItsOwnType(Link<Postman> link, QString text, QString *got)
{
    auto reply = link.send(Parcel{text});
    *got = co_await reply;
}
template <typename C>
C theReplyInAVariableWithATimeout(Link<Postman> link, QString text, QString *got)
{
    Reply<QString> reply = link.send(SlowParcel{text}).timeout(1h);
    *got = co_await std::move(reply);
}
template <typename C>
C aClassWithAConstructor(Link<Postman> link, QString text, QString *got)
{
    *got = co_await link.send(Letter(text));
}
template <typename C>
C aClosureInAVariable(Link<Postman> link, QString text, QString *got)
{
    auto action = [text, live = Live()] { return text; };
    *got = co_await link.exec(action);
}
template <typename C>
C theReplyToAClosureInAVariable(Link<Postman> link, QString text, QString *got)
{
    Reply<QString> reply = link.exec([text, live = Live()] { return text; });
    *got = co_await std::move(reply);
}
template <typename C>
C theReplyToAWaitInAVariable(Link<Postman> link, QString text, QString *got)
{
    Reply<QString> reply = link.wait([text, live = Live()](ServiceContext<Postman> &context) -> Task<QString> {
        co_await context.sleep(1us);
        co_return text;
    });
    *got = co_await std::move(reply);
}
template <typename C>
C aClosureWithoutCaptures(Link<Postman> link, QString text, QString *got)
{
    co_await link.exec([] { return 1; });
    *got = text;
}
template <typename C>
C manyInOneExpression(Link<Postman> link, QString text, QString *got)
{
    const QString half = text.left(text.size() / 2);
    *got = co_await link.send<Parcel>(half) + co_await link.send(Letter(text.mid(half.size())));
}
template <typename C>
C anException(Link<Postman> link, QString text, QString *got)
{
    try {
        co_await link.send<LostParcel>(text);
    } catch (const std::runtime_error &e) {
        *got = QString::fromLatin1(e.what());
    }
}
template <typename C>
C aRefusal(Link<Postman>, QString text, QString *got)
{
    try {
        co_await Link<Postman>().send<Parcel>(text);
    } catch (const LinkException &) {
        *got = text;
    }
}

struct Form
{
    Task<void> (*inATask)(Link<Postman>, QString, QString *) = nullptr;
    Detached (*outside)(Link<Postman>, QString, QString *) = nullptr;
};

} // namespace

Q_DECLARE_METATYPE(Form)

class tst_CoroutineSafety : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    void inATask_data() { forms(); }
    void inATask();
    void inASpawnedTask_data() { forms(); }
    void inASpawnedTask();
    void outsideOfServices_data() { forms(); }
    void outsideOfServices();

private:
    static void forms();
    const QString m_text = QStringLiteral("a text that is too long for any small buffer");
};

void tst_CoroutineSafety::forms()
{
    QTest::addColumn<Form>("form");
#define FORM(name) QTest::newRow(#name) << Form{&name<Task<void>>, &name<Detached>}
    FORM(builtInPlace);
    FORM(builtInPlaceFromMovedArguments);
    FORM(builtInPlaceForATask);
    FORM(builtInPlaceByAMessageLink);
    FORM(builtInPlaceWithATimeout);
    FORM(copiedFromAVariable);
    FORM(movedFromAVariable);
    FORM(theReplyInAVariable);
    FORM(theReplyInAVariableByItsOwnType);
    FORM(theReplyInAVariableWithATimeout);
    FORM(aClassWithAConstructor);
    FORM(aClosureInAVariable);
    FORM(theReplyToAClosureInAVariable);
    FORM(theReplyToAWaitInAVariable);
    FORM(aClosureWithoutCaptures);
    FORM(manyInOneExpression);
    FORM(anException);
    FORM(aRefusal);
#undef FORM
}

// cleanup() sees whether each message was destroyed just as often as it was made.

void tst_CoroutineSafety::inATask()
{
    QFETCH(Form, form);
    const auto postman = Postman::start();
    const auto sender = Sender::start();
    QString got;
    for (int i = 0; i < 10; ++i) {
        got.clear();
        value(sender.wait([&] { return form.inATask(postman, m_text, &got); }));
        QCOMPARE(got, m_text);
    }
    stopAndWait(postman);
    stopAndWait(sender);
}

void tst_CoroutineSafety::inASpawnedTask()
{
    QFETCH(Form, form);
    const auto postman = Postman::start();
    const auto sender = Sender::start();
    std::vector<QString> got(10);
    std::vector<Reply<void>> replies;
    for (QString &text : got) {
        replies.push_back(sender.exec([&, text = &text](ServiceContext<Sender> &context) {
            return context.spawn(form.inATask(postman, m_text, text));
        }));
    }
    for (Reply<void> &reply : replies)
        value(std::move(reply));
    for (const QString &text : got)
        QCOMPARE(text, m_text);
    stopAndWait(postman);
    stopAndWait(sender);
}

void tst_CoroutineSafety::outsideOfServices()
{
    QFETCH(Form, form);
    const auto postman = Postman::start();
    std::vector<QString> got(10);
    for (QString &text : got)
        form.outside(postman, m_text, &text);
    for (const QString &text : got)
        TRY_COMPARE(text, m_text);
    stopAndWait(postman);
}

QTEST_GUILESS_MAIN(tst_CoroutineSafety)
#include "tst_coroutinesafety.moc"
