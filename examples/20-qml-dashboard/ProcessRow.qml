// SPDX-License-Identifier: MIT
import QtQuick

Rectangle {
    id: row

    required property int index
    required property int pid
    required property real started
    required property string name
    required property string user
    required property real cpu
    required property real memory
    required property int threads
    required property string status
    required property string command
    required property string protection
    property var columns: []

    function written(role: string): string {
        return role === "cpu" ? cpu.toFixed(1) + " %" : role === "memory" ? Theme.bytes(memory) : row[role];
    }

    width: ListView.view?.width ?? 0
    height: 4 * Theme.grid
    color: ListView.isCurrentItem ? Theme.selection : hover.hovered ? Theme.hover : "transparent"
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, PID %2, %3, CPU %4").arg(name).arg(pid).arg(user).arg(written("cpu"))
    Accessible.selected: ListView.isCurrentItem

    HoverHandler { id: hover }
    TapHandler {
        onTapped: {
            row.ListView.view.currentIndex = row.index;
            row.ListView.view.forceActiveFocus();
        }
    }
    Repeater {
        model: row.columns

        Words {
            required property var modelData
            readonly property bool isMain: modelData.role === "name"

            x: modelData.x
            width: modelData.width
            height: row.height
            text: row.written(modelData.role)
            color: isMain || (modelData.role === "cpu" && row.cpu > 0) ? Theme.text : Theme.faint
            font.weight: isMain ? Font.Medium : Font.Normal
            horizontalAlignment: modelData.right ? Text.AlignRight : Text.AlignLeft
        }
    }
}
