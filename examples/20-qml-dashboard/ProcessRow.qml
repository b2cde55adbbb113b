// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import Dashboard

Rectangle {
    id: row

    required property int index
    required property processInfo modelData
    property var columns: []

    function written(role: string): string {
        const value = modelData[role];
        return role === "cpu" ? value.toFixed(1) + " %" : role !== "memory" ? value : value > 0 ? Theme.bytes(value) : "–";
    }

    width: ListView.view?.width ?? 0
    height: 4 * Theme.grid
    radius: Theme.grid / 2
    color: ListView.isCurrentItem ? Theme.selection : hover.hovered ? Theme.hover : "transparent"
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, PID %2, CPU %3").arg(modelData.name).arg(modelData.pid).arg(written("cpu"))
    Accessible.selected: ListView.isCurrentItem

    HoverHandler { id: hover }
    TapHandler { onTapped: { row.ListView.view.currentIndex = row.index; row.ListView.view.forceActiveFocus(); } }
    Repeater {
        model: row.columns.length

        Words {
            required property int index
            readonly property var column: row.columns[index] ?? row.columns[0]
            readonly property string role: column.role

            x: column.x; width: column.width; height: row.height
            text: row.written(role)
            color: role === "name" || (role === "cpu" && row.modelData.cpu > 0) ? Theme.text : Theme.faint
            font.weight: role === "name" ? Font.Medium : Font.Normal
            horizontalAlignment: column.right ? Text.AlignRight : Text.AlignLeft
        }
    }
}
