#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the same workloads on several peers, interleaved, and prints a table.

    compare.py [--rounds 5] [--ref NAME] [--json FILE] [--only tell,ask]
               [--probe COMMAND] PEER=COMMAND ...

COMMAND is the path of a `bench` program; words VAR=value before it are put in its
environment, words after it come after WORKLOAD and N (e.g. 'qt-raw-same=/x/bench same').
A program exits with 2 for a workload that it does not have.

N: for the workloads in SAME_N it is the same for all peers, because how deep the queue
gets (or how many objects live at once) belongs to the workload; only for a peer that
would be done in less than 0.05 s does it grow.  For the others N is set per peer, so
that a run takes about 0.7 s.  The runs that find N are not counted.  "peak MB" has a
floor of about 15, which is this script's own at the fork.

--probe: runs COMMAND (the peer `limit`) with `ask 100000` before each run, and says
between which figures it was: on a virtual machine whose two processors come to lie
nearer or farther apart on the host, the price of a cache line handed over changes
threefold within a minute, and with it everything that crosses threads.
"""
import argparse, json, os, shlex, signal, statistics, subprocess, sys, threading

WORKLOADS = ["tell", "fanin4", "exec", "ask", "ask_service", "ask_window",
             "ring", "pairs", "spawn", "skynet"]
SAME_N = {"tell": 600_000, "fanin4": 600_000, "exec": 600_000,
         "spawn": 100_000, "skynet": 100_000}
FIRST_N, MAX_N, TARGET_S = 10_000, 500_000_000, 0.7


def run(command, workload, n, timeout):
    """One run: its JSON line with CPU time and peak memory added; None: no such workload."""
    words = shlex.split(command)
    env = dict(os.environ)
    while "=" in words[0] and "/" not in words[0].split("=")[0]:
        k, v = words.pop(0).split("=", 1)
        env[k] = v
    p = subprocess.Popen([words[0], workload, str(n), *words[1:]], env=env, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    late = threading.Timer(timeout, p.kill)
    late.start()
    text, err = p.stdout.read(), p.stderr.read()
    _, status, used = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    late.cancel()
    if p.returncode == 2:
        return None
    if p.returncode == -signal.SIGKILL:
        return {"error": f"over {timeout:g} s", "n": n}
    if p.returncode != 0:
        return {"error": f"exit {p.returncode}: {err.strip()[-200:]}", "n": n}
    r = json.loads(text)
    r["cpu_ns_per_op"] = round((used.ru_utime + used.ru_stime) * 1e9 / r["n"], 1)
    r["peak_mb"] = round(used.ru_maxrss / 1024, 1)
    return r


def find_n(command, workload, timeout):
    """N for this peer; None: it lacks the workload; a string: why it cannot run."""
    same_n = SAME_N.get(workload)
    n = same_n or FIRST_N
    while True:
        r = run(command, workload, n, timeout)
        if r is None:
            return None
        if "error" in r:
            return r["error"]
        took = r["n"] * r["ns_per_op"] / 1e9
        if workload == "skynet":  # a power of ten
            return n
        if same_n and took >= 0.05 or n >= MAX_N:
            return n
        if not same_n and took >= 0.1:
            return max(1000, round(n * TARGET_S / took / 1000) * 1000)
        n = min(MAX_N, n * max(2, round((0.3 if same_n else TARGET_S) / max(took, 0.0002))))


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    a.add_argument("peers", nargs="+", metavar="PEER=COMMAND")
    a.add_argument("--rounds", type=int, default=5)
    a.add_argument("--timeout", type=float, default=60)
    a.add_argument("--ref", help="the peer that ratios are against (default: the first)")
    a.add_argument("--only", help="workloads, by comma")
    a.add_argument("--json", help="write all figures here")
    a.add_argument("--probe", metavar="COMMAND", help="see above")
    a = a.parse_args()
    peers = dict(p.split("=", 1) for p in a.peers)
    ref = a.ref or next(iter(peers))
    if ref not in peers:
        sys.exit(f"no such peer: {ref}")
    out = {"machine": {"cpus": os.cpu_count(), "load_before": os.getloadavg()},
           "ref": ref, "rounds": a.rounds, "results": {}}

    for w in a.only.split(",") if a.only else WORKLOADS:
        ns, res = {}, {}
        for p, c in peers.items():
            n = find_n(c, w, a.timeout)
            if isinstance(n, int):
                ns[p] = n
            elif n:
                res[p] = {"error": n}
        runs, probes = {p: [] for p in ns}, []
        for _ in range(a.rounds):
            for p in ns:
                if a.probe:
                    probes.append(run(a.probe, "ask", 100_000, a.timeout)["ns_per_op"])
                r = run(peers[p], w, ns[p], a.timeout)
                if a.probe:
                    r["probe_ns"] = probes[-1]
                runs[p].append(r)
        for p, rs in runs.items():
            bad = [r["error"] for r in rs if "error" in r]
            v = [r["ns_per_op"] for r in rs if "error" not in r]
            if bad:
                res[p] = {"error": bad[0], "failed": len(bad)}
            if v:
                good = [r for r in rs if "error" not in r]
                res.setdefault(p, {}).update(
                    n=ns[p], median=statistics.median(v), min=min(v), max=max(v),
                    cpu_ns_per_op=statistics.median(r["cpu_ns_per_op"] for r in good),
                    peak_mb=statistics.median(r["peak_mb"] for r in good), runs=rs)
                b = [r["bytes_per_service"] for r in good if "bytes_per_service" in r]
                if b:
                    res[p]["bytes_per_service"] = statistics.median(b)
        out["results"][w] = res
        base = res.get(ref, {}).get("median")
        said = f" (probe: {statistics.median(probes):.0f}, {min(probes):.0f}..{max(probes):.0f} ns)" if probes else ""
        print(f"\n## {w}{said}\n\n| peer | ns/op (median) | min..max | CPU ns/op | x {ref} | n | peak MB | bytes/service |"
              "\n|---|---:|---:|---:|---:|---:|---:|---:|")
        for p in peers:
            r = res.get(p)
            if r is None:
                print(f"| {p} | - | | | | | | |")
            elif "median" not in r:
                print(f"| {p} | {r['error']} | | | | | | |")
            else:
                ratio = f"{r['median'] / base:.2f}" if base else ""
                print(f"| {p} | {r['median']:.1f} | {r['min']:.1f}..{r['max']:.1f} "
                      f"| {r['cpu_ns_per_op']:.1f} | {ratio} | {r['n']} | {r['peak_mb']:.0f} "
                      f"| {r.get('bytes_per_service', '')} |" + (f" {r['failed']} failed: {r['error']}" if "error" in r else ""))
        sys.stdout.flush()

    print("\n## all: median ns/op (x " + ref + ")\n\n| workload | " + " | ".join(peers) + " |\n|---|" + "---:|" * len(peers))
    for w, res in out["results"].items():
        base = res.get(ref, {}).get("median")
        cells = []
        for p in peers:
            m = res.get(p, {}).get("median")
            cells.append("-" if m is None else f"{m:.1f}" + (f" ({m / base:.2f})" if base else ""))
        print(f"| {w} | " + " | ".join(cells) + " |")
    out["machine"]["load_after"] = os.getloadavg()
    if a.json:
        with open(a.json, "w") as f:
            json.dump(out, f, indent=1)
            f.write("\n")


if __name__ == "__main__":
    main()
