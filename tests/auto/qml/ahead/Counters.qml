// SPDX-License-Identifier: MIT
import QtQuick
import QtInterlink
import AheadOfTime

Item {
    id: counters
    readonly property int total: request.data ?? 0
    readonly property string title: state.value?.title ?? ""
    readonly property int rowCount: model.count
    readonly property string echo: JSON.stringify([everything.data?.list, everything.data?.map])

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
    Request {
        id: everything
        link: counter.link
        message: "Everything"
        args: ({ list: [1, "a", [2, { b: 3 }]], map: { key: [4, { deep: true }] } })
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
