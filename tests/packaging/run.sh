#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the module, shared and static, moves what was installed, and builds and runs a program against it as a
# user would: with CMake, pkg-config and qmake, as far as they are there.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Runs a command and shows what it said only if it fails.
quietly() {
    "$@" >"$work/log" 2>&1 || { printf 'failed: %s\n' "$*"; cat "$work/log"; return 1; } >&2
}

# Installed elsewhere first: a file that names the path it was made for would be of no use after the move.
install_module() {
    # Several sources at once and without -O3, which takes a sixth of the time: nothing is measured here.
    quietly cmake -S "$top" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_CXX_FLAGS_RELEASE="-O1 -DNDEBUG" -DCMAKE_UNITY_BUILD=ON \
        -DBUILD_SHARED_LIBS="$shared" -DINTERLINK_BUILD_TESTS=OFF -DINTERLINK_BUILD_EXAMPLES=OFF \
        -DINTERLINK_BUILD_BENCHMARKS=OFF -DCMAKE_INSTALL_PREFIX="$folder/made-for"
    quietly cmake --build "$folder/build"
    quietly cmake --install "$folder/build"
    mv "$folder/made-for" "$prefix"
}

check_cmake() {
    quietly cmake -S "$here/consumer" -B "$folder/by-cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DQT_ADDITIONAL_PACKAGES_PREFIX_PATH="$prefix"
    quietly cmake --build "$folder/by-cmake"
    quietly "$folder/by-cmake/consumer"
}

# Left out where Qt's QML isn't installed.
check_qml() {
    quietly cmake -S "$here/qmlconsumer" -B "$folder/qml-by-cmake" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DQT_ADDITIONAL_PACKAGES_PREFIX_PATH="$prefix"
    quietly cmake --build "$folder/qml-by-cmake"
    quietly "$folder/qml-by-cmake/qmlconsumer"
}

check_pkg_config() {
    local options=()
    read -ra options < <(pkg-config --cflags --libs Qt6Interlink)
    quietly g++ -std=c++20 -fPIC "$here/consumer/main.cpp" -o "$folder/by-pkg-config" "${options[@]}"
    LD_LIBRARY_PATH=$prefix/lib quietly "$folder/by-pkg-config"
}

check_qmake() {
    mkdir "$folder/by-qmake"
    cd "$folder/by-qmake"
    QMAKEMODULES=$prefix/lib/qt6/mkspecs/modules quietly qmake6 "$here/consumer/consumer.pro"
    quietly make
    LD_LIBRARY_PATH=$prefix/lib quietly ./consumer
    cd "$top"
}

for shared in ON OFF; do
    kind=$([ "$shared" = ON ] && echo shared || echo static)
    folder=$work/$kind
    prefix=$folder/moved-to
    export PKG_CONFIG_PATH=$prefix/lib/pkgconfig

    install_module
    echo "$kind: installed"
    check_cmake
    echo "$kind: found by CMake, built and run"
    if [ -d "$prefix/lib/cmake/Qt6InterlinkQml" ]; then
        check_qml
        echo "$kind: the QML module is found by CMake, built and run"
    else
        echo "$kind: Qt's QML is not installed, left out"
    fi
    if command -v pkg-config >/dev/null && pkg-config --exists Qt6Core; then
        check_pkg_config
        echo "$kind: found by pkg-config, built and run"
    else
        echo "$kind: pkg-config knows no Qt here, left out"
    fi
    if command -v qmake6 >/dev/null && command -v make >/dev/null; then
        check_qmake
        echo "$kind: found by qmake, built and run"
    else
        echo "$kind: qmake6 or make is not installed, left out"
    fi
done
