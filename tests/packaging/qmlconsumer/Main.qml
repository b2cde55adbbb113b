// SPDX-License-Identifier: MIT
import QtQml
import QtInterlink
import Consumer

QtObject {
    readonly property CounterElement counter: CounterElement {
        first: 2
    }
    readonly property Request request: Request {
        link: counter.link
        message: "Add"
        args: ({ amount: 3 })
        onResolved: data => counter.link.add(data).then(total => Qt.exit(total === 10 ? 0 : 2), () => Qt.exit(3))
        onRejected: Qt.exit(4)
    }
}
