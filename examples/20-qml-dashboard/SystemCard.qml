// SPDX-License-Identifier: MIT
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

    Words { text: qsTr("Load  %1").arg(card.system.load); visible: card.showsFacts }
    Words { text: qsTr("%1 processes").arg(card.system.processCount); visible: card.showsFacts }
    Words { text: qsTr("%1 processors").arg(card.system.cores.length); visible: card.showsFacts }
    Item {
        id: cores

        readonly property int count: card.system.cores.length
        readonly property int rows: Math.max(1, Math.floor((height + 4) / 12))
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
                y: index % cores.rows * 12
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
