#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

if [ $# -gt 0 ]; then
    cat <<'EOF'
Usage: tools/demo.sh

Builds two of the examples, runs the first one, then hashes a real tree with a pool of services (example 06) and lets the
system's sha256sum check the result. On Debian and Ubuntu it installs what is missing.
EOF
    [ "$1" = --help ] || [ "$1" = -h ] || exit 2
    exit 0
fi

need_packages g++ cmake ninja-build qt6-base-dev
say "Building two of the examples"
build_preset release --target 01-quickstart checksums

examples=$top/build/release/examples
say "Example 01: ask and answer"
"$examples/01-quickstart/01-quickstart"

tree=/usr/include
sums=$(mktemp)
trap 'rm -f "$sums"' EXIT
say "Example 06: SHA-256 of every file below $tree"
"$examples/06-checksums/checksums" "$tree" >"$sums" || [ $? -eq 1 ] # 1: some files could not be read
say "sha256sum checks the $(wc -l <"$sums") sums"
sha256sum --check --quiet "$sums"
say "It agrees with every one"
