// SPDX-License-Identifier: MIT
// What the Rust crate Interlink says of attach_stream() and attach_sink(), retold. "Interlink:" says where we differ.
#include "testsupport.h"

#include <QtCore/QPromise>

namespace {

struct Item
{
    int number;
};
// Interlink: an error of the sink's own type. A callable throws it.
struct SinkError
{
};

// A service that handles a stream of items, and has a sink.
class Attached : public Service<Attached>
{
public:
    // impl StreamHandler<Item> for Attached
    void handleStream(Item item, ServiceContext<Attached> &context)
    {
        numbers.push_back(item.number);
        if (item.number == stopAt)
            context.stop();
        if (item.number == throwAt)
            throw SinkError();
    }
    // impl ErrorHandler<SinkError> for Attached
    ErrorAction handleError(std::exception_ptr)
    {
        ++errors;
        return onError;
    }

    std::vector<int> numbers;
    int stopAt = -1;
    int throwAt = -1;
    int errors = 0;
    ErrorAction onError = ErrorAction::Continue;

private:
    Live m_live;
};
using Context = ServiceContext<Attached>;

std::vector<Item> items(int last)
{
    std::vector<Item> items;
    for (int i = 1; i <= last; ++i)
        items.push_back({i});
    return items;
}
std::vector<int> numbersOf(const Link<Attached> &link)
{
    return value(link.exec([](Attached &service) { return service.numbers; }));
}

// Attaches a sink that keeps what it takes.
SinkLink<Item> attachSink(const Link<Attached> &link)
{
    return value(link.exec([](Context &context) {
        return context.attachSink<Item>([](Item item, Attached &service) {
            if (item.number == service.throwAt)
                throw SinkError();
            service.numbers.push_back(item.number);
        });
    }));
}

} // namespace

class tst_Attached : public InterlinkTest
{
    Q_OBJECT

private Q_SLOTS:
    // attach_stream(stream, stop)
    void theStreamsItemsAreHandledInOrder();
    void withoutStopTheServiceGoesOnAfterTheStream();
    void withStopTheServiceStopsAfterTheStream();
    void whatWasSentBeforeTheStreamsEndIsHandled();
    void theStreamEndsWithTheService();
    void aServiceMayHaveManyStreams();
    void messagesAreHandledBetweenItems();
    void aServiceMayStopInItsStreamHandler();
    // attach_sink(sink)
    void sinkWritesAnItem();
    void feedThenFlush();
    void stopClosesTheSink();
    void theSinkEndsWithTheService();
    void aSinkLinkIsCloned();
    void theSinksErrorContinues();
    void theSinksErrorStops();
    void theSinkTellsItsSender();
    void theSinkIsBounded();
};

// ---- attach_stream ----

void tst_Attached::theStreamsItemsAreHandledInOrder()
{
    const auto link = Attached::start();
    value(link.exec([](Context &context) { context.attachStream(items(100)); }));
    TRY_COMPARE(numbersOf(link).size(), size_t(100));
    const std::vector<int> numbers = numbersOf(link);
    QVERIFY(std::is_sorted(numbers.begin(), numbers.end()));
    stopAndWait(link);
}

void tst_Attached::withoutStopTheServiceGoesOnAfterTheStream()
{
    const auto link = Attached::start();
    // Interlink: a bool. An option has a name where it is used.
    const StreamHandle handle = value(link.exec(
            [](Context &context) { return context.attachStream(items(3), StreamOptions{.stopAtEnd = false}); }));
    TRY_VERIFY(!handle.isActive());
    QCOMPARE(numbersOf(link).size(), size_t(3));
    QVERIFY(!link.isClosed());
    stopAndWait(link);
}

void tst_Attached::withStopTheServiceStopsAfterTheStream()
{
    const auto link = Attached::start();
    Reply<void> stopped = link.stopped();
    link.doExec([](Context &context) { context.attachStream(items(3), {.stopAtEnd = true}); });
    value(std::move(stopped));
    QVERIFY(link.isClosed());
}

// Interlink sends a stop at the end, and so do we, in effect: what is in the mailbox by then is handled.
void tst_Attached::whatWasSentBeforeTheStreamsEndIsHandled()
{
    Gate gate;
    QPromise<Item> promise;
    promise.start();
    const QFuture<Item> future = promise.future();
    const auto link = Attached::start();
    value(link.exec([&](Context &context) { context.attachStream(future, {.stopAtEnd = true}); }));
    link.doExec([&] { gate.pass(); });
    Reply<int> reply = link.exec([] { return 7; });
    promise.finish();
    gate.open();
    QCOMPARE(value(std::move(reply)), 7);
    value(link.stopped());
}

// Interlink: the stream's task learns of the end when it sends its next item. Ours is let go of at once.
void tst_Attached::theStreamEndsWithTheService()
{
    QPromise<Item> promise;
    promise.start();
    const QFuture<Item> future = promise.future();
    const auto link = Attached::start();
    const StreamHandle handle = value(link.exec([&](Context &context) { return context.attachStream(future); }));
    QVERIFY(handle.isActive());
    stopAndWait(link);
    QVERIFY(!handle.isActive());
    promise.addResult(Item{1});
    promise.finish();
}

void tst_Attached::aServiceMayHaveManyStreams()
{
    const auto link = Attached::start();
    value(link.exec([](Context &context) {
        for (int i = 0; i < 10; ++i)
            context.attachStream(items(10));
    }));
    TRY_COMPARE(numbersOf(link).size(), size_t(100));
    stopAndWait(link);
}

// Interlink: each item is a message in the queue. Ours are taken when the service has time, at most some at once.
void tst_Attached::messagesAreHandledBetweenItems()
{
    const auto link = Attached::start();
    const size_t before = value(link.exec([](Attached &service, Context &context) {
        context.attachStream(items(10'000));
        return service.numbers.size();
    }));
    QCOMPARE(before, size_t(0));
    const size_t between = numbersOf(link).size();
    QVERIFY(between <= 10'000);
    TRY_COMPARE(numbersOf(link).size(), size_t(10'000));
    stopAndWait(link);
}

void tst_Attached::aServiceMayStopInItsStreamHandler()
{
    const auto link = Attached::start();
    Reply<void> stopped = link.stopped();
    link.doExec([](Attached &service, Context &context) {
        service.stopAt = 3;
        context.attachStream(items(1'000'000));
    });
    value(std::move(stopped));
}

// ---- attach_sink ----

// Interlink: sink() returns when the item is queued. So does ours, with a reply that ends when it was taken.
void tst_Attached::sinkWritesAnItem()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    value(sink.sink({1}));
    QCOMPARE(numbersOf(link), std::vector<int>{1});
    stopAndWait(link);
}

// Interlink: what is fed is not written before flush(). Ours is written in any case; flush() tells when it was.
void tst_Attached::feedThenFlush()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    for (int i = 1; i <= 3; ++i)
        QCOMPARE(sink.feed({i}), LinkError::NoError);
    value(sink.flush());
    QCOMPARE(numbersOf(link), (std::vector<int>{1, 2, 3}));
    stopAndWait(link);
}

// Interlink: stop() has its turn in the queue, and drops the sink's target. Ours refuses from now on what is fed, and
// leaves a device open.
void tst_Attached::stopClosesTheSink()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    QVERIFY(!sink.isClosed());
    sink.feed({1});
    value(sink.stop());
    QVERIFY(sink.isClosed());
    QCOMPARE(sink.feed({2}), LinkError::Closed);
    QCOMPARE(numbersOf(link), std::vector<int>{1});
    stopAndWait(link);
}

// Interlink: a sink goes on until its last link is dropped. Ours is its service's, as its device is.
void tst_Attached::theSinkEndsWithTheService()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    stopAndWait(link);
    QVERIFY(sink.isClosed());
    QCOMPARE(outcome(sink.sink({1})), LinkError::Closed);
}

void tst_Attached::aSinkLinkIsCloned()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    {
        const auto copy = sink;
        copy.feed({1});
    }
    sink.feed({2});
    value(sink.flush());
    QCOMPARE(numbersOf(link), (std::vector<int>{1, 2}));
    stopAndWait(link);
}

void tst_Attached::theSinksErrorContinues()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    value(link.exec([](Attached &service) { service.throwAt = 2; }));
    for (int i = 1; i <= 3; ++i)
        sink.feed({i});
    value(sink.flush());
    QCOMPARE(numbersOf(link), (std::vector<int>{1, 3}));
    QCOMPARE(value(link.exec([](Attached &service) { return service.errors; })), 1);
    stopAndWait(link);
}

// As in Interlink, the answer decides about the service.
void tst_Attached::theSinksErrorStops()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    value(link.exec([](Attached &service) {
        service.throwAt = 2;
        service.onError = ErrorAction::Stop;
    }));
    sink.feed({2});
    value(link.stopped());
    QVERIFY(sink.isClosed());
}

// Interlink: only the service learns of an error. Our sender does, too.
void tst_Attached::theSinkTellsItsSender()
{
    const auto link = Attached::start();
    const auto sink = attachSink(link);
    value(link.exec([](Attached &service) { service.throwAt = 2; }));
    Reply<void> reply = sink.sink({2});
    QVERIFY_THROWS_EXCEPTION(SinkError, reply.result());
    stopAndWait(link);
}

// Interlink: has no bound.
void tst_Attached::theSinkIsBounded()
{
    Gate gate;
    const auto link = Attached::start();
    const auto sink = value(link.exec(
            [](Context &context) { return context.attachSink<Item>([](Item) {}, SinkOptions{.maxPending = 1}); }));
    link.doExec([&] { gate.pass(); });
    QCOMPARE(sink.feed({1}), LinkError::NoError);
    QCOMPARE(sink.feed({2}), LinkError::MailboxFull);
    gate.open();
    value(sink.flush());
    QCOMPARE(sink.feed({3}), LinkError::NoError);
    stopAndWait(link);
}

QTEST_GUILESS_MAIN(tst_Attached)
#include "tst_attached.moc"
