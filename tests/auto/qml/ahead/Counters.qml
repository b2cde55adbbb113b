// SPDX-License-Identifier: MIT
import QtQuick
import QtInterlink
import AheadOfTime

Item {
    id: counters
    readonly property int total: request.data ?? 0
    readonly property string title: state.value?.title ?? ""
    readonly property int rowCount: model.count

    CounterElement {
        id: counter
        first: 2
    }
    Request {
        id: request
        link: counter.link
        message: "Add"
        args: ({ amount: 3 })
    }
    ServiceState {
        id: state
        link: counter.link
    }
    ServiceModel {
        id: model
        link: counter.link
        property: "rows"
        keyRole: "id"
    }
    Component.onCompleted: counter.link.publish("compiled", ["1:a", "2:b"]).catch(error => console.warn(error))
}
