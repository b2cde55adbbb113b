#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# run_spin.sh holds|fails MODEL.pml [-DSWITCH...]
#
# Searches all states of a model, and succeeds if it holds or, with a switch that breaks it, if the error was found.
# Everything is made in a temporary folder. SPIN and CC may name the programs.
set -euo pipefail
expected=$1
model=$(realpath "$2")
shift 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cp "$model" model.pml

"${SPIN:-spin}" "$@" -a model.pml >spin.log || { cat spin.log; exit 1; }
"${CC:-cc}" -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c
started=$SECONDS
./pan -m1000000 -w22 >pan.log 2>&1 || { cat pan.log; exit 1; }

errors=$(sed -n 's/.*errors: \([0-9]*\).*/\1/p' pan.log)
states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log)
printf '%s %s: %s states, %s errors, %s s\n' "$(basename "$model")" "$*" "$states" "$errors" $((SECONDS - started))
grep '^pan:[0-9]*:' pan.log || true

case $expected in
holds)
    [[ -z ${VERBOSE-} ]] || cat pan.log
    if [[ $errors -gt 0 ]]; then
        "${SPIN:-spin}" "$@" -t -p -g -l model.pml | tail -n 400
    elif ! grep -E 'Search not completed|max search depth too small|pan: reached' pan.log; then
        exit 0
    fi
    ;;
fails)
    [[ $errors -gt 0 ]] && exit 0
    echo 'The model no longer finds what was broken on purpose.'
    ;;
esac
exit 1
