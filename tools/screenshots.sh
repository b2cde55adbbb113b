#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

usage() {
    cat <<'EOT'
Usage: tools/screenshots.sh [--preset NAME] [PICTURE...]

Makes the pictures of the examples, all or those named, in doc/images. On Debian and Ubuntu it installs what is missing.
The programs run for real, on a screen that nobody sees, in a process namespace of their own: so the process monitor shows
the work that this script gives it to watch and nothing of your machine.

  --preset NAME  the build to use (dev); one that has the tests, since the sample photos come with them
  --help         this text
EOT
}

# The pictures: a line each. NAME WIDTHxHEIGHT SECONDS KEYS PROGRAM ARGUMENTS...
# The program is an example, by its path below examples/. Its keys are pressed, and the picture is taken, after the seconds.
# A program that takes a picture of itself, with --screenshot FILE: itself NAME PROGRAM ARGUMENTS...
pictures() {
    picture dashboard-wide 1600x1000 62 "slash Down Down" 20-qml-dashboard/dashboard --interval 0.5 --theme dark
    picture dashboard-light 1600x1000 62 "" 20-qml-dashboard/dashboard --interval 0.5 --theme light
    picture dashboard-narrow 480x900 62 "slash Down" 20-qml-dashboard/dashboard --interval 0.5 --theme dark
    itself photosorter 30-photo-sorter/photo-sorter album
}

preset=dev
inside=false
wanted=()
while [ $# -gt 0 ]; do
    case $1 in
    --preset) preset=${2:?}; shift ;;
    --inside) inside=true ;; # for the script itself: it is in the namespace
    --help | -h) usage; exit 0 ;;
    -*) usage >&2; exit 2 ;;
    *) wanted+=("$1") ;;
    esac
    shift
done

images=$top/doc/images
build=build/$preset
started_here=()
scratch=

# Only what was started here, and all of it.
end_all() {
    for pid in "${started_here[@]}"; do
        kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true
    done
    started_here=()
}

start() {
    "$@" >/dev/null 2>>"$scratch/log" &
    started_here+=($!)
}

# Something to watch: servers that rest, processes of other users, and work that comes and goes.
work() {
    cd "$top"
    start "$build/examples/10-keyvalue-server/keyvalue-server" --port 0
    [ ! -x "$build/examples/11-http-api/httpapi" ] || start "$build/examples/11-http-api/httpapi" --port 0 --ws-port 0
    start top -b -d 2
    start vmstat 2
    start ssh-agent -D -a "$scratch/agent"
    if (as daemon true); then
        start as redis redis-server --port 0 --save ''
        start as www-data tail -F /etc/services
        start as daemon sleep infinity
    fi
    start busy
}
as() {
    exec setpriv --reuid="$1" --regid=nogroup --clear-groups "${@:2}"
}
busy() {
    trap 'kill $(jobs -p)' EXIT
    while :; do
        timeout 20 bash -c 'seq 60000000 | sort --random-sort --parallel=1 --buffer-size=6G --output=/dev/null' &
        timeout 6 "$build/examples/06-checksums/checksums" --jobs 1 /usr/lib || true
        sleep 2
        compile & compile
        sleep 3
        timeout 4 "$build/examples/06-checksums/checksums" --jobs 2 /usr/share || true
    done
}
compile() {
    g++ -std=c++20 -O2 -c -o /dev/null -x c++ - <<<'#include <regex>
        bool isNumber(const std::string &s) { return std::regex_match(s, std::regex("[0-9]+")); }'
}

is_wanted() {
    if [ ${#wanted[@]} -eq 0 ] || [[ " ${wanted[*]} " == *" $1 "* ]]; then
        say "$1"
    else
        return 1
    fi
}
finish() {
    pngquant --force --strip --speed 1 --output "$images/$1.png" 256 "$scratch/$1.png"
    ls -l "$images/$1.png" | awk '{ print $5 " bytes" }'
}

itself() {
    local name=$1 program=$2
    shift 2
    is_wanted "$name" || return 0
    [ -d "$scratch/album" ] || "$top/$build/tests/auto/programs/photo-samples" "$scratch/album"
    (cd "$scratch" && HOME=$scratch QT_QPA_PLATFORM=offscreen "$top/$build/examples/$program" --screenshot "$name.png" "$@")
    finish "$name"
}

picture() {
    local name=$1 size=$2 seconds=$3 keys=$4 program=$5
    shift 5
    is_wanted "$name" || return 0
    work
    local display=$scratch/display
    mkfifo "$display"
    start Xvfb -displayfd 3 -screen 0 "${size}x24" -nolisten tcp 3<>"$display"
    DISPLAY=:$(head -n 1 "$display")
    rm "$display"
    export DISPLAY
    start "$build/examples/$program" "$@" -platform xcb -qwindowgeometry "$size+0+0"
    sleep "$seconds"
    xdotool mousemove "${size%x*}" "${size#*x}"
    if [ -n "$keys" ]; then
        xdotool search --sync --onlyvisible --name . windowfocus --sync >/dev/null
        # shellcheck disable=SC2086
        xdotool key --delay 100 $keys
    fi
    sleep 1
    import -window root "$scratch/$name.png"
    end_all
    finish "$name"
}

if ! $inside; then
    need_packages g++ cmake ninja-build qt6-base-dev qt6-declarative-dev qt6-declarative-dev-tools \
        qml6-module-qtquick qml6-module-qtquick-controls qml6-module-qtquick-layouts qml6-module-qtquick-templates \
        qml6-module-qtquick-window qml6-module-qtqml-workerscript qt6-httpserver-dev qt6-websockets-dev \
        xvfb xdotool imagemagick pngquant procps fonts-roboto-unhinted fonts-dejavu-core
    say "Building"
    cd "$top"
    cmake --preset "$preset" --log-level=WARNING
    grep -q '^INTERLINK_BUILD_TESTS:BOOL=ON$' "$build/CMakeCache.txt" ||
        fail "the preset $preset builds no tests, and so no sample photos"
    cmake --build --preset "$preset" --target dashboard checksums keyvalue-server httpapi photo-sorter photo-samples
    mkdir -p "$images"
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(--user --map-root-user)
    exec unshare "${as_root[@]}" --pid --fork --mount-proc tools/screenshots.sh --inside --preset "$preset" "${wanted[@]}"
fi

scratch=$(mktemp -d)
trap 'end_all; rm -rf "$scratch"' EXIT
# One font on every machine, and no theme of its own.
cat >"$scratch/fonts.conf" <<'EOT'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <match target="pattern">
    <test name="family"><string>sans-serif</string></test>
    <edit name="family" mode="prepend" binding="strong"><string>Roboto</string></edit>
  </match>
</fontconfig>
EOT
export FONTCONFIG_FILE=$scratch/fonts.conf QT_QUICK_BACKEND=software QT_FONT_DPI=96 XDG_RUNTIME_DIR=$scratch LC_ALL=C.UTF-8
unset QT_QPA_PLATFORMTHEME QT_STYLE_OVERRIDE XDG_CURRENT_DESKTOP
chmod 700 "$scratch"
pictures
