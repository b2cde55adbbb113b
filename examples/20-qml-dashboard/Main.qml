// SPDX-License-Identifier: MIT
pragma ComponentBehavior: Bound
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Dashboard
import QtInterlink

ApplicationWindow {
    id: window

    required property var link // to a Sampler
    property string theme: "system"
    property systemState system
    property string notice // what became of the last thing that the user did
    readonly property string protection: table.current?.modelData.protection ?? ""
    readonly property bool canEnd: table.current !== null && protection === ""
    readonly property bool narrow: width < 640
    readonly property bool wide: width >= 1000
    readonly property bool low: height < 800
    readonly property int gap: (narrow ? 1 : 2) * Theme.grid
    readonly property int cardHeight: narrow && low ? 104 : narrow || low ? 136 : 208

    function end(process: processInfo, force: bool) {
        link.endProcess({ pid: process.pid, started: process.started, force: force })
            .then(() => notice = force ? qsTr("%1 was ended.").arg(process.name) : qsTr("%1 was asked to end.").arg(process.name),
                  error => notice = qsTr("%1: %2").arg(process.name).arg(error.message));
    }

    width: 1200; height: 800
    minimumWidth: 400; minimumHeight: 560
    visible: true
    title: qsTr("System monitor")
    color: Theme.window
    palette { text: Theme.text; placeholderText: Theme.faint; mid: Theme.line; dark: Theme.faint }
    palette { highlight: Theme.cpu; highlightedText: Theme.card }
    Component.onCompleted: Theme.mode = theme

    ServiceState { link: window.link; onValueChanged: window.system = value }
    ServiceModel { id: processes; link: window.link; property: "processes"; keyRole: "key" }
    Request {
        id: find; link: window.link; message: "Find"
        args: ({ text: search.text, sortBy: table.sortBy, descending: table.descending })
    }
    EndDialog { id: endDialog; onAboutToShow: process = table.current.modelData; onConfirmed: force => window.end(process, force) }
    Shortcut { sequence: "Ctrl+D"; onActivated: Theme.toggle() }
    Shortcut { sequences: ["/", "Ctrl+F"]; enabled: !search.activeFocus; onActivated: search.forceActiveFocus() }

    ColumnLayout {
        anchors { fill: parent; margins: window.narrow ? Theme.grid : 3 * Theme.grid }
        spacing: window.gap

        RowLayout {
            spacing: Theme.grid

            Words {
                text: window.narrow ? qsTr("Monitor") : window.title
                color: Theme.text
                font { pixelSize: 22; weight: Font.DemiBold }
                Layout.fillWidth: true
            }
            Repeater {
                model: [500, 1000, 2000, 5000]

                PushButton {
                    required property int modelData

                    objectName: "interval-" + modelData
                    text: Theme.duration(modelData / 1000)
                    checked: modelData === window.system.interval
                    Accessible.name: qsTr("Look every %1").arg(text)
                    onClicked: window.link.setInterval({ milliseconds: modelData })
                }
            }
            PushButton { objectName: "theme"; text: Theme.dark ? qsTr("Light") : qsTr("Dark"); onClicked: Theme.toggle() }
        }
        GridLayout {
            columns: window.wide ? 3 : window.narrow ? 1 : 2
            columnSpacing: window.gap
            rowSpacing: window.gap

            HistoryCard {
                title: qsTr("CPU")
                value: Theme.percent(window.system.cpu)
                note: qsTr("last %1").arg(Theme.duration(window.system.historySeconds))
                accent: Theme.cpu
                history: window.system.cpuHistory
                Layout.preferredHeight: window.cardHeight
            }
            HistoryCard {
                title: qsTr("Memory")
                value: Theme.percent(window.system.memoryUsed / Math.max(1, window.system.memoryTotal))
                note: qsTr("%1 of %2").arg(Theme.bytes(window.system.memoryUsed)).arg(Theme.bytes(window.system.memoryTotal))
                accent: Theme.memory
                history: window.system.memoryHistory
                Layout.preferredHeight: window.cardHeight
            }
            SystemCard {
                system: window.system
                showsFacts: window.wide
                Layout.columnSpan: window.wide || window.narrow ? 1 : 2
                Layout.preferredWidth: 120
                Layout.preferredHeight: window.wide ? window.cardHeight : 80
                visible: window.wide || !window.low
            }
        }
        Card {
            title: qsTr("Processes")
            value: qsTr("%1 of %2").arg(table.list.count).arg(window.system.processCount)
            accent: Theme.faint
            Layout.fillHeight: true
            tools: [
                TextField {
                    id: search

                    objectName: "search"
                    placeholderText: qsTr("Find")
                    font.pixelSize: Theme.medium
                    implicitHeight: 4 * Theme.grid
                    Layout.fillWidth: true
                    Layout.maximumWidth: 320
                    Accessible.name: qsTr("Find by name, user, command or PID")
                    background: Rectangle {
                        radius: Theme.grid / 2
                        color: Theme.window
                        border { color: search.activeFocus ? Theme.cpu : Theme.line; width: search.activeFocus ? 2 : 1 }
                    }
                    Keys.onEscapePressed: clear()
                    Keys.onDownPressed: { table.list.forceActiveFocus(); table.list.currentIndex = 0; }
                },
                PushButton {
                    objectName: "end"
                    text: window.narrow ? qsTr("End") : qsTr("End process")
                    ink: Theme.danger
                    enabled: window.canEnd
                    onClicked: endDialog.open()
                }
            ]

            ProcessTable {
                id: table

                rows: processes
                onEndRequested: if (window.canEnd) endDialog.open()
                onCurrentChanged: if (current) window.notice = ""
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.leftMargin: -Theme.grid
                Layout.rightMargin: -Theme.grid
            }
            Words {
                objectName: "status"
                text: find.error?.message ?? (window.notice || window.protection || qsTr("/ find   ↑ ↓ select   Delete end   Ctrl+D theme"))
                Layout.fillWidth: true
                Layout.topMargin: Theme.grid
            }
        }
    }
}
