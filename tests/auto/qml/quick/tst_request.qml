// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QtInterlink

TestCase {
    id: test
    name: "Request"
    readonly property var backend: sharedBackend // qmllint disable unqualified

    property var link: null
    property int destroyedCount: 0

    Component {
        id: requests
        Request {
            property int resolvedCount: 0
            property int rejectedCount: 0
            onResolved: ++resolvedCount
            onRejected: ++rejectedCount
            Component.onDestruction: ++test.destroyedCount // qmllint disable unqualified
        }
    }
    SignalSpy { id: spy }

    function init() {
        link = backend.counter();
        destroyedCount = 0;
    }
    function cleanup() {
        spy.target = null;
        backend.stopAll();
        compare(backend.warnings(), []);
    }
    function create(properties) {
        return createTemporaryObject(requests, test, properties);
    }

    function test_itAsksByItself() {
        const request = create({ link: link, message: "Add", args: { amount: 3 } });
        compare(request.status, Request.Null);
        tryCompare(request, "status", Request.Ready, 60000);
        compare(request.data, 3);
        compare(request.error, null);
        compare(request.running, false);
        compare(request.resolvedCount, 1);
    }
    function test_withoutALinkItWaits() {
        const request = create({ message: "Add" });
        wait(0);
        compare(request.status, Request.Null);
        request.link = link;
        tryCompare(request, "status", Request.Ready, 60000);
        compare(request.data, 0);
    }
    function test_changesOfATurnAreOneRequest() {
        const request = create({ link: link, message: "Add", args: { amount: 1 } });
        for (let i = 0; i < 10; ++i)
            request.args = [100];
        request.timeout = 60000;
        tryCompare(request, "status", Request.Ready, 60000);
        compare(request.data, 100);
        compare(request.resolvedCount, 1);
    }
    function test_theLatestWins() {
        const request = create({ link: link, message: "Wait", args: { number: 1 } });
        tryCompare(request, "running", true, 60000);
        request.args = { number: 2 };
        wait(0);
        link.release();
        tryVerify(() => request.status === Request.Ready || request.running && link.doSend("Release"), 60000);
        tryCompare(request, "status", Request.Ready, 60000);
        compare(request.data, 2);
        compare(request.resolvedCount, 1);
    }
    function test_theDataStayWhileTheNextRuns() {
        const request = create({ link: link, message: "Add", args: { amount: 3 } });
        tryCompare(request, "status", Request.Ready, 60000);
        request.message = "Wait";
        request.args = { number: 7 };
        tryCompare(request, "running", true, 60000);
        compare(request.data, 3);
        link.release();
        tryCompare(request, "data", 7, 60000);
    }
    function test_failuresAreErrors() {
        const request = create({ link: link, message: "Fail", args: ["words"] });
        tryCompare(request, "status", Request.Error, 60000);
        compare(request.error.name, "Error");
        compare(request.error.message, "words");
        compare(request.rejectedCount, 1);
        request.message = "Add";
        request.args = [1];
        tryCompare(request, "status", Request.Ready, 60000);
        compare(request.error, null);
    }
    function test_wrongArgumentsAreErrors() {
        ignoreWarning(/Add\.amount: expected int, got string "x"/);
        const request = create({ link: link, message: "Add", args: { amount: "x" } });
        tryCompare(request, "status", Request.Error, 60000);
        compare(request.error.name, "TypeError");
        compare(request.error.message, "Add.amount: expected int, got string \"x\"");
    }
    function test_aTimeoutIsAnError() {
        const request = create({ link: link, message: "Wait", timeout: 5 });
        tryCompare(request, "status", Request.Error, 60000);
        compare(request.error.name, "LinkError.TimedOut");
    }
    function test_disabledItAsksWhenTold() {
        const request = create({ link: link, message: "Add", args: [1], enabled: false });
        wait(0);
        compare(request.status, Request.Null);
        request.reload();
        compare(request.status, Request.Running);
        tryCompare(request, "status", Request.Ready, 60000);
        request.reload();
        tryCompare(request, "data", 2, 60000);
    }
    function test_cancelWithdraws() {
        const request = create({ link: link, message: "Wait" });
        tryCompare(request, "running", true, 60000);
        request.cancel();
        compare(request.status, Request.Null);
        link.doSend("Release");
        const other = create({ link: link, message: "Add" });
        tryCompare(other, "status", Request.Ready, 60000);
        compare(request.status, Request.Null);
        compare(request.resolvedCount + request.rejectedCount, 0);
    }
    function test_turnedOffItWithdraws() {
        const request = create({ link: link, message: "Wait" });
        tryCompare(request, "running", true, 60000);
        request.enabled = false;
        compare(request.status, Request.Null);
    }
    function test_progressShows() {
        const request = create({ link: link, message: "Work", args: [10], enabled: false });
        spy.target = request;
        spy.signalName = "progressChanged";
        request.reload();
        tryCompare(request, "status", Request.Ready, 60000);
        compare(request.data, 10);
        compare(request.progress, 1);
        verify(spy.count > 1);
    }
    function test_theHandlerSeesTheCancel() {
        const request = create({ link: link, message: "Work", args: [1000000] });
        tryVerify(() => request.progress > 0, 60000);
        request.cancel();
        const count = create({ link: link, message: "CanceledCount" });
        tryVerify(() => {
            count.reload();
            return count.data === 1;
        }, 60000);
    }
    function test_aLinkOfCppIsTaken() {
        const request = create({ link: backend.plain, message: "Add", args: [4] });
        tryCompare(request, "data", 4, 60000);
    }
    function test_noLinkIsSaid() {
        ignoreWarning(/this is no link to a service/);
        const request = create({ link: 3, message: "Add" });
        compare(request.status, Request.Null);
    }
    function test_handlersMayEndTheRequest() {
        const request = requests.createObject(test, { link: link, message: "Add" });
        request.resolved.connect(() => request.destroy());
        tryCompare(test, "destroyedCount", 1, 60000);
    }
}
