# SPDX-License-Identifier: MIT
# What the project's scripts share. Sourced, not run.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
started=$SECONDS

say() { printf '\n== %s (%d:%02d)\n' "$*" $(((SECONDS - started) / 60)) $(((SECONDS - started) % 60)); }
fail() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; exit 2; }

# Installs the Debian packages named, as far as they are missing; elsewhere says which they are.
need_packages() {
    command -v dpkg-query >/dev/null || {
        command -v cmake >/dev/null && command -v ninja >/dev/null && return
        fail "not a Debian or Ubuntu machine; please install what these packages hold: $*"
    }
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "missing packages: ${missing[*]}. Install them, or run this as root."
        as_root=(sudo)
    fi
    say "Installing ${missing[*]}"
    local attempt
    for attempt in 1 2; do
        "${as_root[@]}" apt-get update -qq &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
                apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null && return 0
    done
    fail "could not install ${missing[*]}"
}

# Configures and builds a preset, or targets of it (--target ...); with the linker that takes a third of the time, if that is installed.
build_preset() {
    local linker=()
    ! command -v ld.lld >/dev/null ||
        linker=(-DCMAKE_EXE_LINKER_FLAGS=-fuse-ld=lld -DCMAKE_SHARED_LINKER_FLAGS=-fuse-ld=lld)
    (cd "$top" && cmake --preset "$1" --log-level=WARNING "${linker[@]}" && cmake --build --preset "$@")
}
