// SPDX-License-Identifier: MIT
import QtQuick

Text {
    color: Theme.faint
    font.pixelSize: Theme.medium
    textFormat: Text.PlainText // names are whatever a program likes
    verticalAlignment: Text.AlignVCenter
    elide: Text.ElideRight
}
