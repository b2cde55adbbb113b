// SPDX-License-Identifier: MIT
pragma Singleton
import QtQml
import QtInterlink

QtObject {
    readonly property var link: loader.link
    readonly property ServiceLoader loader: ServiceLoader {
        service: "Counter"
    }
    function add(amount: int): var {
        return link.add({ amount: amount });
    }
}
