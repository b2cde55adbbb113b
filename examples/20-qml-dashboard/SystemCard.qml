// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Layouts
import Dashboard

// How busy each processor is, however many there are, and a few facts where there is room.
Card {
    id: card

    property systemState system
    property bool showsFacts: true

    title: qsTr("System")
    note: qsTr("up %1").arg(Theme.duration(system.uptime))

    Words {
        text: qsTr("Load  %1\n%2 processes\n%3 processors").arg(card.system.load).arg(card.system.processCount).arg(cores.count)
        lineHeight: 1.3
        visible: card.showsFacts
    }
    Item {
        id: cores
        objectName: "cores"

        readonly property int count: card.system.cores.length
        readonly property real row: Math.max(12, Math.min(24, height / count))
        readonly property int rows: Math.max(1, Math.floor((height + 4) / row))
        readonly property real column: (width + Theme.grid) / Math.max(1, Math.ceil(count / rows))

        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.topMargin: Theme.grid

        Repeater {
            model: cores.count

            Rectangle {
                id: core

                required property int index
                readonly property real share: card.system.cores[index] ?? 0

                x: Math.floor(index / cores.rows) * cores.column
                y: index % cores.rows * cores.row
                width: cores.column - Theme.grid
                height: 8
                radius: 4
                color: Theme.raised
                Accessible.role: Accessible.ProgressBar
                Accessible.name: qsTr("Processor %1: %2").arg(index + 1).arg(Theme.percent(share))

                Rectangle { width: core.width * core.share; height: 8; radius: 4; color: Theme.cpu }
            }
        }
    }
}
