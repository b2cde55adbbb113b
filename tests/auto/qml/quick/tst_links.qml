// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QtInterlink

TestCase {
    id: test
    name: "Links"
    readonly property var backend: sharedBackend // qmllint disable unqualified

    property var link: null
    property var outcome: undefined
    property var failure: undefined

    function init() {
        link = backend.counter();
        outcome = failure = undefined;
    }
    function cleanup() {
        backend.stopAll();
    }
    function take(promise) {
        verify(promise instanceof Promise);
        promise.then(value => outcome = value ?? "nothing", error => failure = error);
        tryVerify(() => outcome !== undefined || failure !== undefined, 60000);
    }

    function test_aMessageIsAMethod() {
        take(link.add({ amount: 3 }));
        compare(outcome, 3);
    }
    function test_aMessageIsSentByName() {
        take(link.send("Add", { amount: 3, note: "x" }));
        compare(outcome, 3);
    }
    function test_argumentsGoByPositionToo() {
        take(link.add(4, "x"));
        compare(outcome, 4);
        take(link.send("Add", 5));
        tryCompare(test, "outcome", 9, 60000);
    }
    function test_doSendTellsWithoutAnAnswer() {
        compare(link.doSend("Add", { amount: 3 }), true);
        take(link.add());
        compare(outcome, 3);
        backend.stop(link);
        tryVerify(() => link.isClosed(), 60000);
        compare(link.doSend("Add", { amount: 3 }), false);
    }
    function test_doSendThrowsWhatIsWrong() {
        try {
            link.doSend("Add", { amount: "x" });
            fail("it took it");
        } catch (error) {
            verify(error instanceof TypeError);
            compare(error.message, "Add.amount: expected int, got string \"x\"");
        }
    }
    function test_aClosedServiceRejects() {
        backend.stop(link);
        tryVerify(() => link.isClosed(), 60000);
        take(link.add(1));
        verify(failure instanceof Error);
        compare(failure.name, "LinkError.Closed");
    }
    function test_aServiceThatStopsRejects() {
        const promise = link.work(1000000);
        backend.stop(link);
        take(promise);
        compare(failure.name, "LinkError.NoResponse");
    }
    function test_theHandlersWordsComeThrough() {
        take(link.fail("what happened"));
        compare(failure.name, "Error");
        compare(failure.message, "what happened");
    }
    function test_aLinkStandsInAContextProperty() {
        contextLink.doSend("Reset"); // qmllint disable unqualified
        take(contextLink.add(1)); // qmllint disable unqualified
        compare(outcome, 1);
    }
    function test_aLinkSaysWhatItIs() {
        compare(String(link), "Link(TestServices::Counter)");
        verify(link.messages.includes("Add"));
        compare(link.isClosed(), false);
        compare(link.nothing, undefined);
    }
    function test_aLinkOfCppIsMadeUsable() {
        take(Links.of(backend.plain).add(1));
        verify(outcome > 0);
        compare(Links.of(null), null);
        verify(Links.of(link).add instanceof Function);
    }
    function test_aMethodNeedsNoObject() {
        const add = link.add;
        take(add(2));
        compare(outcome, 2);
    }
    function test_chains() {
        take(link.add(1).then(value => link.add(value)).then(value => [value, value + 1]));
        compare(outcome, [2, 3]);
    }
    function test_aFailureThatNobodyHandlesIsLogged() {
        link.fail("lost");
        tryVerify(() => backend.warnings().length > 0, 60000);
        const texts = backend.warnings();
        compare(texts.length, 1);
        verify(/tst_links\.qml:\d+: Nobody handled .*: Error: lost$/.test(texts[0]), texts[0]);
    }
    function test_aHandledFailureIsNotLogged() {
        link.fail("handled").then(() => 1).catch(() => 2);
        link.fail("handled too").catch(() => 2);
        take(Promise.all([link.fail("last")]));
        wait(0);
        compare(backend.warnings(), []);
    }
    function test_aFailureIsLoggedOnceAtTheEndOfItsChain() {
        link.fail("lost").then(() => 1).then(() => 2);
        tryVerify(() => backend.warnings().length > 0, 60000);
        take(link.add(1));
        compare(backend.warnings().length, 1);
    }
    function test_gadgetsComeBack() {
        take(link.everything({ point: { x: 1, y: 2 }, color: "Blue", texts: ["a"], when: new Date(0) }));
        compare(outcome.point.x, 1);
        compare(outcome.color, 6);
        compare(outcome.texts[0], "a");
        compare(outcome.when.getTime(), 0);
        // and are taken as they are
        link.everything(outcome).then(again => test.outcome = again.point.y);
        tryCompare(test, "outcome", 2, 60000);
    }
}
