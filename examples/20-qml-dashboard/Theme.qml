// SPDX-License-Identifier: MIT
pragma Singleton
import QtQuick

// Colours, measures and how numbers are written.
QtObject {
    id: theme

    property string mode: "system" // or "light", "dark"
    // Where Qt knows of the system's dark mode, its palette is a dark one.
    readonly property SystemPalette system: SystemPalette {}
    readonly property bool dark: mode === "system" ? system.window.hslLightness < 0.5 : mode === "dark"

    readonly property color window: dark ? "#12151a" : "#f3f4f7"
    readonly property color card: dark ? "#1a1e25" : "#ffffff"
    readonly property color raised: dark ? "#262c36" : "#eef0f4"
    readonly property color line: dark ? "#2b313c" : "#dfe2e8"
    readonly property color text: dark ? "#e9ecf1" : "#1a1e26"
    readonly property color faint: dark ? "#97a1b0" : "#5c6675"
    readonly property color cpu: dark ? "#5aa2ff" : "#1f6feb"
    readonly property color memory: dark ? "#3ecfa6" : "#0b8065"
    readonly property color danger: dark ? "#ff7b72" : "#c62f2a"
    readonly property color selection: Qt.alpha(cpu, dark ? 0.22 : 0.14)
    readonly property color hover: Qt.alpha(text, 0.05)

    readonly property int grid: 8
    readonly property int medium: 13
    readonly property int large: 18

    function toggle() {
        mode = dark ? "light" : "dark";
    }
    function percent(share: real): string {
        return Math.round(100 * share) + " %";
    }
    function bytes(count: real): string {
        let unit = 0;
        for (; count >= 1000 && unit < 4; ++unit)
            count /= 1024;
        return count.toFixed(unit > 0 && count < 10 ? 1 : 0) + [" B", " KiB", " MiB", " GiB", " TiB"][unit];
    }
    function duration(seconds: real): string {
        if (seconds < 60)
            return (seconds < 10 ? Math.round(10 * seconds) / 10 : Math.round(seconds)) + " s";
        const minutes = Math.round(seconds / 60), hours = Math.floor(minutes / 60);
        return hours < 1 ? minutes + " min" : hours < 48 ? hours + " h " + minutes % 60 + " min" : Math.floor(hours / 24) + " days";
    }
}
