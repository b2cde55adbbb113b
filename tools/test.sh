#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib/common.sh"

usage() {
    cat <<'EOF'
Usage: tools/test.sh [--all]

Builds the module with all its examples and tests and runs the tests. On Debian and Ubuntu it installs what is missing.

  --all    also under AddressSanitizer with UndefinedBehaviorSanitizer, under ThreadSanitizer, as an installed package,
           the count of instructions an operation, and the check of the format; this is what continuous integration runs
  --help   this text

Exit code: 0 if everything passed, 1 if something failed, 2 if it could not run.
EOF
}

all=false
for argument in "$@"; do
    case $argument in
    --all) all=true ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
    esac
done

packages=(g++ cmake ninja-build qt6-base-dev libexpected-dev qcoro-qt6-dev qt6-websockets-dev redis-server redis-tools
    libjemalloc-dev qt6-httpserver-dev curl wrk qt6-declarative-dev qt6-declarative-dev-tools qml6-module-qtcore qml6-module-qtqml
    qml6-module-qtqml-models qml6-module-qtqml-workerscript qml6-module-qtquick qml6-module-qtquick-controls
    qml6-module-qtquick-layouts qml6-module-qtquick-shapes qml6-module-qtquick-templates qml6-module-qtquick-window
    qml6-module-qttest fonts-dejavu-core)
$all && packages+=(clang clang-format lld git pkg-config spin relacy-dev valgrind python3)
need_packages "${packages[@]}"
$all && (need_packages chromium) || true # large, and without it one test is skipped

passed=0
failed=()
step() {
    local title=$1
    shift
    say "$title"
    if "$@"; then
        passed=$((passed + 1))
    else
        failed+=("$title")
        printf 'FAILED: %s\n' "$title"
    fi
}

test_preset() {
    build_preset "$1" && (cd "$top" && ctest --preset "$1" "${@:2}")
}
count_instructions() {
    build_preset instructions &&
        "$top/tests/benchmarks/instructions.py" "$top/build/instructions/tests/benchmarks/instructions_bench"
}
check_format() {
    # Only what git knows, so that build trees and fetched code stay out of it.
    (cd "$top" && git ls-files '*.h' '*.cpp' | grep -v '^tests/auto/compile/cases/' |
        xargs clang-format --dry-run -Werror)
}

step "Build and test (dev)" test_preset dev
if $all; then
    # With 2 and 8 workers: what sanitizers look for takes two.
    sanitized=(-LE "model|packaging|compile" -E "@1$")
    step "AddressSanitizer and UndefinedBehaviorSanitizer" test_preset asan "${sanitized[@]}"
    step "ThreadSanitizer" test_preset tsan "${sanitized[@]}"
    step "Installed package" "$top/tests/packaging/run.sh"
    step "Instructions per operation" count_instructions
    step "Format" check_format
fi

say "Done"
for title in "${failed[@]}"; do
    printf 'failed: %s\n' "$title"
done
printf '%d passed, %d failed\n' "$passed" "${#failed[@]}"
[ ${#failed[@]} -eq 0 ]
