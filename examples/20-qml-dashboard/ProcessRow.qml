// SPDX-License-Identifier: MIT
import QtQuick
import Dashboard

Rectangle {
    id: row

    required property int index
    required property processInfo modelData
    property var columns: []

    function written(role: string): string {
        switch (role) {
        case "cpu":
            return modelData.cpu.toFixed(1) + " %";
        case "memory":
            return modelData.memory > 0 ? Theme.bytes(modelData.memory) : "–";
        default:
            return modelData[role];
        }
    }

    width: ListView.view?.width ?? 0
    height: 4 * Theme.grid
    color: ListView.isCurrentItem ? Theme.selection : hover.hovered ? Theme.hover : "transparent"
    Accessible.role: Accessible.ListItem
    Accessible.name: qsTr("%1, PID %2, CPU %3").arg(modelData.name).arg(modelData.pid).arg(written("cpu"))
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
            readonly property string role: modelData.role

            x: modelData.x
            width: modelData.width
            height: row.height
            text: row.written(role)
            color: role === "name" || (role === "cpu" && row.modelData.cpu > 0) ? Theme.text : Theme.faint
            font.weight: role === "name" ? Font.Medium : Font.Normal
            horizontalAlignment: modelData.right ? Text.AlignRight : Text.AlignLeft
        }
    }
}
