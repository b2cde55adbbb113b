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
    GridLayout {
        id: cores

        flow: GridLayout.TopToBottom
        rows: Math.max(1, Math.floor(height / 12))
        rowSpacing: 4
        columnSpacing: Theme.grid
        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.topMargin: Theme.grid

        Repeater {
            model: card.system.cores.length

            Rectangle {
                id: core

                required property int index
                readonly property real share: card.system.cores[index] ?? 0

                radius: 3
                color: Theme.raised
                implicitHeight: 6
                Layout.fillWidth: true
                Layout.maximumHeight: 12
                Layout.fillHeight: true
                Accessible.role: Accessible.ProgressBar
                Accessible.name: qsTr("Processor %1: %2").arg(index + 1).arg(Theme.percent(share))

                Rectangle {
                    width: core.width * core.share
                    height: core.height
                    radius: core.radius
                    color: Theme.cpu
                }
            }
        }
    }
}
