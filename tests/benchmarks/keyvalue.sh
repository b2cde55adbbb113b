#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
set -euo pipefail

usage() {
    cat <<'EOF'
Usage: tests/benchmarks/keyvalue.sh [SERVER [OPTION...]]

Runs redis-benchmark with 50 clients against examples/10-keyvalue-server and a redis-server, in turn, three rounds,
without pipelining and with 16 requests at a time. Prints medians in requests per second, and how they compare. Needs
redis-server and redis-benchmark.

SERVER is the program, by default that of build/release; OPTIONs are for it.
ROUNDS and REQUESTS can be set in the environment.
EOF
}

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
case ${1:-} in --help | -h) usage; exit 0 ;; esac
server=${1:-$top/build/release/examples/10-keyvalue-server/keyvalue-server}
shift $(($# > 0 ? 1 : 0))
rounds=${ROUNDS:-3}
tests=set,get,incr,lpush,rpush,lpop,rpop,sadd,hset,spop,lrange_100,mset
for program in "$server" redis-server redis-benchmark; do
    command -v "$program" > /dev/null || { echo "keyvalue.sh: there is no $program" >&2; exit 2; }
done

work=$(mktemp -d)
pids=()
cleanup() {
    for pid in "${pids[@]}"; do kill "$pid" 2> /dev/null || true; done
    wait
    rm -rf "$work"
}
trap cleanup EXIT

: > "$work/ours.log"
"$server" --port 0 "$@" >> "$work/ours.log" & pids+=($!)
ours=
until ours=$(sed -n 's/.*at port //p' "$work/ours.log") && [ -n "$ours" ]; do
    kill -0 "${pids[0]}" || exit 1
    sleep 0.1
done
# A free port: the one after ours that somebody lets us have.
redis=$ours
while :; do
    redis=$((redis % 60000 + 1024 > 60000 ? 20000 : redis + 1))
    : > "$work/redis.log"
    redis-server --port $redis --save '' --appendonly no >> "$work/redis.log" & pid=$!
    until grep -q 'Ready to accept' "$work/redis.log" || ! kill -0 $pid 2> /dev/null; do sleep 0.1; done
    kill -0 $pid 2> /dev/null && break
done
pids+=($pid)

measure() { # name port pipelined
    redis-cli -p "$2" flushall > /dev/null
    timeout 600 redis-benchmark -p "$2" -c 50 -P "$3" -n $((${REQUESTS:-100000} * ($3 > 1 ? 5 : 1))) -t $tests --csv |
        sed 1d | awk -F'","' -v who="$1" -v p="$3" '{ sub(/"/, "", $1); print p "\t" who "\t" $1 "\t" $2 }' >> "$work/all"
}
for pipelined in 1 16; do
    for ((round = 1; round <= rounds; ++round)); do
        measure redis $redis $pipelined
        measure ours "$ours" $pipelined
    done
done

awk -F'\t' '
function median(list,   values, n, i, j, t) {
    n = split(list, values, " ")
    for (i = 2; i <= n; ++i)
        for (j = i; j > 1 && values[j] + 0 < values[j - 1] + 0; --j) { t = values[j]; values[j] = values[j - 1]; values[j - 1] = t }
    return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
}
{
    if (!(($1, $3) in seen)) { seen[$1, $3] = 1; order[++count] = $1 "\t" $3 }
    all[$1, $2, $3] = all[$1, $2, $3] " " $4
}
END {
    for (i = 1; i <= count; ++i) {
        split(order[i], at, "\t")
        if (at[1] != last) {
            printf "%s-P %s: median requests per second\n%-40s %10s %10s %7s\n", (i > 1 ? "\n" : ""), at[1], "", "redis", "ours", "ratio"
            last = at[1]
        }
        r = median(all[at[1], "redis", at[2]]); o = median(all[at[1], "ours", at[2]])
        printf "%-40s %10d %10d %7.2f\n", at[2], r, o, o / r
    }
}' "$work/all"
