// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Controls.Basic
import Dashboard

// Asks whether a process shall really end.
Dialog {
    id: dialog

    property processInfo process

    signal confirmed(force: bool)

    onConfirmed: close()

    anchors.centerIn: parent
    width: Math.min(440, (parent?.width ?? 440) - 4 * Theme.grid)
    modal: true; focus: true
    padding: 3 * Theme.grid
    background: Rectangle { color: Theme.card; border.color: Theme.line; radius: Theme.grid }
    contentItem: Column {
        spacing: 2 * Theme.grid

        Words {
            text: qsTr("End %1 (%2)?").arg(dialog.process.name).arg(dialog.process.pid)
            color: Theme.text
            width: dialog.availableWidth
            font { pixelSize: Theme.large; weight: Font.Medium }
        }
        Words {
            text: qsTr("What it hasn't saved is lost. A process that doesn't answer can be forced to end.")
            width: dialog.availableWidth
            wrapMode: Text.WordWrap
        }
        Row {
            anchors.right: parent.right
            spacing: Theme.grid

            PushButton { focus: true; objectName: "cancel"; text: qsTr("Cancel"); onClicked: dialog.reject() }
            PushButton { objectName: "force"; text: qsTr("Force"); ink: Theme.danger; onClicked: dialog.confirmed(true) }
            PushButton { objectName: "confirm"; text: qsTr("End"); ink: Theme.danger; onClicked: dialog.confirmed(false) }
        }
    }
}
