// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls.Basic

// A header that sorts, and rows that keep their place while they change.
Item {
    id: table

    property alias rows: list.model
    readonly property alias list: list
    readonly property ProcessRow current: list.currentItem as ProcessRow
    property string sortBy: "cpu"
    property bool descending: true
    // Those that fit, and where they stand. What is left over is the command's, or the name's.
    readonly property var columns: {
        const shown = [
            { role: "name", title: qsTr("Name"), from: 0, width: 200 },
            { role: "pid", title: qsTr("PID"), from: 440, width: 56, right: true },
            { role: "user", title: qsTr("User"), from: 620, width: 96 },
            { role: "status", title: qsTr("State"), from: 760, width: 72 },
            { role: "threads", title: qsTr("Threads"), from: 860, width: 72, right: true },
            { role: "cpu", title: qsTr("CPU"), from: 0, width: 64, right: true },
            { role: "memory", title: qsTr("Memory"), from: 0, width: 72, right: true },
            { role: "command", title: qsTr("Command"), from: 1000, width: 0 }
        ].filter(column => column.from <= width);
        const gap = 3 * Theme.grid;
        shown[shown.length === 8 ? 7 : 0].width += width - shown.reduce((sum, column) => sum + column.width + gap, 2 * Theme.grid - gap);
        let x = Theme.grid;
        for (const column of shown) {
            column.x = x;
            x += column.width + gap;
        }
        return shown;
    }

    signal endRequested

    function sort(column) {
        // Numbers from the greatest on, texts from A on.
        descending = sortBy === column.role ? !descending : column.right === true;
        sortBy = column.role;
    }

    Repeater {
        model: table.columns.length

        AbstractButton {
            id: title

            required property int index
            readonly property var column: table.columns[index] ?? table.columns[0]
            readonly property bool sorts: table.sortBy === column.role

            objectName: "header-" + column.role
            x: column.x; width: column.width; height: 4 * Theme.grid
            text: column.title + (!sorts ? "" : table.descending ? " ↓" : " ↑")
            Accessible.role: Accessible.ColumnHeader
            Accessible.name: text
            onClicked: table.sort(column)
            contentItem: Words {
                text: title.text
                color: title.sorts || title.hovered ? Theme.text : Theme.faint
                font { weight: Font.Medium; underline: title.visualFocus }
                horizontalAlignment: title.column.right ? Text.AlignRight : Text.AlignLeft
            }
        }
    }
    ListView {
        id: list

        objectName: "processes"
        anchors { fill: parent; topMargin: 4 * Theme.grid }
        clip: true
        currentIndex: -1
        activeFocusOnTab: true
        boundsBehavior: Flickable.StopAtBounds
        highlightFollowsCurrentItem: false
        Accessible.role: Accessible.List
        Accessible.name: qsTr("Processes")
        delegate: ProcessRow { columns: table.columns }
        ScrollBar.vertical: ScrollBar {}

        Connections {
            target: list.model

            function onRowsAboutToBeRemoved(parent: var, first: int, last: int) {
                if (list.currentIndex >= first && list.currentIndex <= last)
                    list.currentIndex = -1; // and not the next one
            }
        }

        Keys.onDeletePressed: table.endRequested()
        Keys.onEscapePressed: currentIndex = -1
        Keys.onPressed: event => {
            const page = Math.floor(height / (4 * Theme.grid));
            const steps = {
                [Qt.Key_Up]: -1, [Qt.Key_PageUp]: -page, [Qt.Key_Home]: -count,
                [Qt.Key_Down]: 1, [Qt.Key_PageDown]: page, [Qt.Key_End]: count
            };
            event.accepted = event.key in steps;
            if (event.accepted)
                currentIndex = Math.max(0, Math.min(count - 1, currentIndex + steps[event.key]));
            positionViewAtIndex(currentIndex, ListView.Contain);
        }
    }
    Rectangle { y: 4 * Theme.grid; width: table.width; height: 1; color: Theme.line }
}
