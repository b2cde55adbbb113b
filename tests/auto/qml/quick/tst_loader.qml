// SPDX-License-Identifier: MIT
import QtQuick
import QtTest
import QtInterlink
import AheadOfTime

TestCase {
    id: test
    name: "Loader"
    readonly property var backend: sharedBackend // qmllint disable unqualified

    property var outcome: undefined

    Component {
        id: loaders
        ServiceLoader {
            service: "Counter"
        }
    }

    function init() {
        outcome = undefined;
    }

    function create(properties: var): var {
        return loaders.createObject(test, properties);
    }
    function test_aServiceLivesAsLongAsItsItem() {
        const living = backend.living();
        const loader = create({ options: { first: 10 } });
        loader.link.add(1).then(value => outcome = value);
        tryCompare(test, "outcome", 11, 60000);
        compare(backend.living(), living + 1);
        const link = loader.link;
        loader.destroy();
        tryVerify(() => link.isClosed(), 60000);
        tryVerify(() => backend.living() === living, 60000);
    }
    function test_turnedOnAgainItIsAnother() {
        const loader = createTemporaryObject(loaders, test);
        const first = loader.link;
        loader.active = false;
        compare(loader.link, null);
        tryVerify(() => first.isClosed(), 60000);
        loader.active = true;
        loader.link.add(1).then(value => outcome = value);
        tryCompare(test, "outcome", 1, 60000);
    }
    function test_anUnknownServiceIsSaid() {
        ignoreWarning(/nothing is registered as "?Nobody/);
        const loader = createTemporaryObject(loaders, test, { service: "Nobody" });
        compare(loader.link, null);
    }

    // Compiled ahead of time, as a QML module of the program.
    function test_aSingletonHoldsAService() {
        Shared.add(3).then(value => outcome = value);
        tryCompare(test, "outcome", 3, 60000);
        verify(!Shared.link.isClosed());
    }
    function test_componentsAreCompiledAheadOfTime() {
        const view = createTemporaryObject(countersComponent, test);
        tryCompare(view, "total", 5, 60000);
        tryCompare(view, "title", "compiled", 60000);
        tryCompare(view, "rowCount", 2, 60000);
        tryCompare(view, "echo", '[[1,"a",[2,{"b":3}]],{"key":[4,{"deep":true}]}]', 60000);
    }
    Component {
        id: countersComponent
        Counters { }
    }
}
