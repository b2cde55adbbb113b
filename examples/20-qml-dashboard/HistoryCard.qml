// SPDX-License-Identifier: MIT
import QtQuick
import QtQuick.Layouts

// A share over time, from 0 at the bottom to 1 at the top.
Card {
    id: card

    property var history: [] // oldest first; below 0: not known

    onHistoryChanged: chart.requestPaint()
    onAccentChanged: chart.requestPaint()

    Canvas {
        id: chart

        Layout.fillWidth: true
        Layout.fillHeight: true
        Layout.topMargin: Theme.grid

        onPaint: {
            const context = getContext("2d");
            const y = share => 1.5 + (height - 3) * (1 - share);
            context.reset();
            context.fillStyle = Theme.line;
            for (const share of [0, 0.25, 0.5, 0.75, 1])
                context.fillRect(0, Math.floor(y(share)), width, 1);

            const values = card.history;
            const x = i => i * width / (values.length - 1);
            const first = values.findIndex(value => value >= 0);
            if (first < 0)
                return;
            context.beginPath();
            for (let i = first; i < values.length; ++i)
                context.lineTo(x(i), y(values[i]));
            context.lineWidth = 2;
            context.lineJoin = "round";
            context.strokeStyle = card.accent;
            context.stroke();
            context.lineTo(width, height);
            context.lineTo(x(first), height);
            context.fillStyle = Qt.alpha(card.accent, Theme.dark ? 0.18 : 0.12);
            context.fill();
        }
    }
}
