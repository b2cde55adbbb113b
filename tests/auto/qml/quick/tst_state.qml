// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QtInterlink

Item {
    width: 200
    height: 200

    ServiceState {
        id: state
    }
    ServiceModel {
        id: rows
        property: "rows"
        keyRole: "id"
    }
    Text {
        id: label
        text: state.value?.rows ? state.value.title + state.value.rows.length : "none"
    }
    ListView {
        id: list
        anchors.fill: parent
        model: rows
        delegate: Text {
            required property int id
            required property string name
            required property int index
            text: index + ":" + id + ":" + name
            height: 20
        }
    }
    QtObject {
        id: outside // of all windows
        property ServiceState state: ServiceState { }
    }
    Window {
        id: hidden
        property ServiceState state: ServiceState { }
    }
    SignalSpy {
        id: changes
        target: state
        signalName: "valueChanged"
    }
    SignalSpy {
        id: inserts
        target: rows
        signalName: "rowsInserted"
    }
    SignalSpy {
        id: removes
        target: rows
        signalName: "rowsRemoved"
    }
    SignalSpy {
        id: moves
        target: rows
        signalName: "rowsMoved"
    }

    TestCase {
        id: test
        name: "State"
        readonly property var backend: sharedBackend // qmllint disable unqualified
        when: windowShown

        property var link: null

        // What the delegate adds is its own: so of no type that is known elsewhere.
        function rowAt(index: int): var {
            return list.itemAtIndex(index);
        }
        function topRow(): var {
            return list.itemAt(0, list.contentY + 1);
        }
        function init() {
            link = backend.counter();
            state.type = "";
            rows.property = "rows";
            state.link = rows.link = link;
        }
        function cleanup() {
            backend.stopAll();
            state.link = rows.link = outside.state.link = hidden.state.link = null;
            compare(backend.warnings(), []);
        }
        function publish(title, texts) {
            link.doSend("Publish", title, texts);
            tryVerify(() => state.value?.title === title, 60000);
            tryCompare(rows, "count", texts.length, 60000);
        }

        function test_theStateIsAValueForBindings() {
            compare(state.value, undefined);
            compare(label.text, "none");
            compare(state.active, true);
            publish("a", ["1:x", "2:y"]);
            compare(label.text, "a2");
            compare(state.value.rows[1].name, "y");
        }
        function test_itStaysWhenTheServiceEnds() {
            publish("last", []);
            backend.stop(link);
            tryCompare(state, "active", false, 60000);
            compare(label.text, "last0");
        }
        function test_anotherLinkIsAnotherState() {
            publish("one", []);
            const other = backend.counter();
            state.link = other;
            compare(state.value, undefined);
            other.doSend("Publish", "two", []);
            tryCompare(label, "text", "two0", 60000);
            state.link = link;
            compare(label.text, "one0");
        }
        function test_statesHaveTypes() {
            state.type = "Load";
            link.doSend("Publish", "x", []);
            link.doSend("PublishLoad", 12.5);
            tryVerify(() => state.value?.percent === 12.5, 60000);
        }
        function test_anUnknownTypeIsSaid() {
            ignoreWarning(/there is no state type "?Nothing/);
            state.type = "Nothing";
            compare(state.value, undefined);
            compare(state.active, false);
        }
        function test_aFloodIsConflated() {
            changes.clear();
            let last = 0;
            link.flood(100000).then(version => last = version);
            tryVerify(() => last > 0 && state.value?.version === last, 60000);
            verify(changes.count < 10000, changes.count);
        }
        function test_outsideOfAWindowToo() {
            outside.state.link = link;
            let last = 0;
            link.flood(1000).then(version => last = version);
            tryVerify(() => last > 0 && outside.state.value?.version === last, 60000);
        }
        function test_inAHiddenWindowToo() {
            hidden.state.link = link;
            let last = 0;
            link.flood(1000).then(version => last = version);
            tryVerify(() => last > 0 && hidden.state.value?.version === last, 60000);
        }
        function test_rowsAreRoles() {
            publish("a", ["1:x", "2:y"]);
            tryVerify(() => rowAt(1)?.text === "1:2:y", 60000);
            compare(rows.get(0).name, "x");
            compare(rows.find(2), 1);
            compare(rows.get(7), undefined);
        }
        function test_changesAreMinimal() {
            publish("a", ["1:x", "2:y", "3:z"]);
            inserts.clear();
            removes.clear();
            moves.clear();
            list.forceLayout(); // else a view makes its items when it is painted next
            const item = rowAt(1);
            compare(item?.text, "1:2:y");
            publish("b", ["3:z", "1:x", "2:changed", "4:new"]);
            compare(inserts.count, 1);
            compare(removes.count, 0);
            compare(moves.count, 1);
            list.forceLayout();
            compare(rowAt(2), item);
            tryCompare(item, "text", "2:2:changed", 60000);
        }
        function test_theViewKeepsItsPlace() {
            const many = [];
            for (let i = 0; i < 100; ++i)
                many.push(i + ":x");
            publish("many", many);
            list.forceLayout();
            list.positionViewAtIndex(50, ListView.Beginning);
            const first = topRow().id;
            publish("fewer", many.slice(1));
            list.forceLayout();
            compare(topRow().id, first);
        }
        function test_aPropertyThatIsNoListIsSaid() {
            publish("a", ["1"]);
            ignoreWarning(/the state has no list "?title/);
            rows.property = "title";
            compare(rows.count, 0);
            rows.property = "rows";
            compare(rows.count, 1);
        }
    }
}
