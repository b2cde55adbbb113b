#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# What the detour through a service costs a web server: requests a second of GET /stats, answered by
# examples/11-http-api and by a QHttpServer that answers on the spot, in turn.
set -euo pipefail

usage() { echo "Usage: tests/benchmarks/httpapi.sh BUILD_TREE [ROUNDS]   (a release build; needs wrk)"; }
[[ ${1:-} == --help ]] && { usage; exit 0; }
build=${1:-}
rounds=${2:-15}
[[ -x $build/examples/11-http-api/httpapi && -x $build/tests/benchmarks/httpinline_bench ]] || { usage >&2; exit 2; }
command -v wrk >/dev/null || { echo "wrk is not installed" >&2; exit 2; }

folder=$(mktemp -d)
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT

# Starts a server and waits for the line with its address, which becomes $address.
start() {
    local name=$1
    shift
    "$@" >"$folder/$name" &
    servers+=($!)
    until address=$(grep -o 'http://[^ ]*' "$folder/$name"); do
        kill -0 "${servers[-1]}" || exit 1
        sleep 0.1
    done
}
start inline "$build/tests/benchmarks/httpinline_bench"
inline=$address
start service "$build/examples/11-http-api/httpapi" --port 0 --ws-port 0
service=$address

rate() { wrk -t1 -c16 -d"${SECONDS_EACH:-3}s" "$1stats" | awk '/Requests\/sec/ { print $2 }'; }
median() { sort -n | awk '{ values[NR] = $1 } END { print (values[int((NR + 1) / 2)] + values[int((NR + 2) / 2)]) / 2 }'; }

for ((round = 1; round <= rounds; ++round)); do
    rate "$inline" >>"$folder/inline.rates"
    rate "$service" >>"$folder/service.rates"
    printf 'round %d: inline %s, service %s requests/s\n' "$round" \
        "$(tail -1 "$folder/inline.rates")" "$(tail -1 "$folder/service.rates")"
done
inline=$(median <"$folder/inline.rates")
service=$(median <"$folder/service.rates")
awk -v i="$inline" -v s="$service" \
    'BEGIN { printf "median: inline %.0f, service %.0f requests/s; the service costs %.1f %%\n", i, s, (1 - s / i) * 100 }'
