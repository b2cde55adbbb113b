// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Layouts

Rectangle {
    id: card

    property string title
    property string value
    property string note
    property color accent
    property alias tools: header.data // after the title
    default property alias content: column.data

    color: Theme.card
    border.color: Theme.line
    radius: Theme.grid
    Layout.fillWidth: true
    Layout.preferredWidth: 200
    Accessible.role: Accessible.Grouping
    Accessible.name: title + " " + value

    ColumnLayout {
        id: column

        anchors { fill: parent; margins: 2 * Theme.grid }
        spacing: Theme.grid / 2

        RowLayout {
            id: header

            spacing: Theme.grid

            Words { text: card.title; color: Theme.text; font { pixelSize: Theme.large; weight: Font.Medium } }
            Words { text: card.value; color: card.accent; font { pixelSize: Theme.large; weight: Font.Medium } }
            Words { text: card.note; horizontalAlignment: Text.AlignRight; Layout.fillWidth: true }
        }
    }
}
