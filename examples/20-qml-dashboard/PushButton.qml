// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Controls.Basic

Button {
    id: button

    property color ink: Theme.text

    implicitHeight: 4 * Theme.grid
    horizontalPadding: 12
    font.pixelSize: Theme.medium
    Accessible.name: text
    contentItem: Words {
        text: button.text
        color: button.enabled ? button.ink : Theme.faint
        opacity: button.enabled ? 1 : 0.6
        horizontalAlignment: Text.AlignHCenter
    }
    background: Rectangle {
        radius: Theme.grid / 2
        color: button.down ? Theme.line : button.checked || button.hovered ? Theme.raised : Theme.card
        border { color: button.activeFocus ? Theme.cpu : Theme.line; width: button.activeFocus ? 2 : 1 }
    }
}
