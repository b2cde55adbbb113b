#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Counts the instructions that an operation takes, and compares them with the base line in instructions.json.

    instructions.py build/instructions/tests/benchmarks/instructions_bench

Unlike nanoseconds, instructions are the same on a busy machine and on a quiet one.  They
depend on the compiler, on Qt and on the architecture: where these are not the base line's,
nothing is compared.  A change that makes an operation longer on purpose records the base
line anew, with --record, and says so in its commit.

Exit code: 0 if no workload grew by more than 5 %, or nothing was compared; 1 if one did;
2 if it could not run.
"""
import argparse, concurrent.futures, json, os, re, shutil, subprocess, sys, tempfile

TOLERANCE = 0.05
BASE_LINE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "instructions.json")
SURROUNDINGS = ["compiler", "qt", "architecture"]


def fail(what):
    print(f"instructions.py: {what}", file=sys.stderr)
    sys.exit(2)


def about(program):
    """What the program can run, and what it was built with."""
    try:
        r = json.loads(subprocess.run([program, "list"], check=True, capture_output=True, text=True).stdout)
    except (OSError, subprocess.CalledProcessError, json.JSONDecodeError) as e:
        fail(f"{program} does not tell its workloads: {e}")
    if r["build"] != "release":
        fail(f"{program} is no release build")
    return r


def described(surroundings):
    return "{compiler}, Qt {qt}, {architecture}".format_map(surroundings)


def count(program, workload, n):
    """Instructions an operation in one run."""
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, "out")
        # Counted is only what lies between the program's own marks, in the thread that set them.
        try:
            p = subprocess.run(["valgrind", "--tool=callgrind", "--cache-sim=no", "--branch-sim=no",
                                "--collect-atstart=no", f"--callgrind-out-file={out}",
                                program, workload, str(n)], capture_output=True, text=True, timeout=120)
        except subprocess.TimeoutExpired:
            fail(f"{workload}: not done after two minutes")
        if p.returncode != 0:
            fail(f"{workload}: exit code {p.returncode}: {p.stderr.strip()[-500:]}")
        with open(out) as f:
            total = re.search(r"^totals: (\d+)", f.read(), re.MULTILINE)
    if not total or total[1] == "0":
        fail(f"{workload}: callgrind has counted nothing")
    return int(total[1]) / n


def main():
    a = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    a.add_argument("program", help="instructions_bench of a release build")
    a.add_argument("--only", help="workloads, by comma")
    a.add_argument("--runs", type=int, default=1, help="of each workload; tells how far they lie apart")
    a.add_argument("--jobs", type=int, default=os.cpu_count(), help="at once (default: one a processor)")
    a.add_argument("--record", action="store_true", help="write the base line")
    a = a.parse_args()
    if a.record and a.only:
        fail("a base line has all workloads: --record goes without --only")
    if not shutil.which("valgrind"):
        fail("valgrind is not installed")
    program = about(a.program)
    here = {k: program[k] for k in SURROUNDINGS}
    names = a.only.split(",") if a.only else list(program["workloads"])
    for w in names:
        if w not in program["workloads"]:
            fail(f"no such workload: {w}")

    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        runs = {w: [pool.submit(count, a.program, w, program["workloads"][w]) for _ in range(a.runs)] for w in names}
        runs = {w: [r.result() for r in rs] for w, rs in runs.items()}
    rows = {w: round(min(rs), 1) for w, rs in runs.items()}

    base, recorded = {}, None
    if os.path.exists(BASE_LINE):
        with open(BASE_LINE) as f:
            recorded = json.load(f)
        if all(recorded[k] == here[k] for k in SURROUNDINGS):
            base = recorded["rows"]
    print("| workload | instructions/op | base line | ratio |\n|---|--:|--:|--:|")
    for w, v in rows.items():
        print(f"| {w} | {v:.1f} | " + (f"{base[w]:.1f} | {v / base[w]:.3f} |" if w in base else "- | - |"))
    print()
    if a.runs > 1:
        apart = {w: max(rs) / min(rs) - 1 for w, rs in runs.items()}
        w = max(apart, key=apart.get)
        print(f"{a.runs} runs lie at most {100 * apart[w]:.2f} % apart ({w}).")

    if a.record:
        with open(BASE_LINE, "w") as f:
            json.dump({**here, "rows": rows}, f, indent=1)
            f.write("\n")
        print(f"Recorded in {os.path.relpath(BASE_LINE)}.")
        return 0
    if not base:
        print("Nothing was compared: " + (
            "there is no base line." if not recorded else
            f"the base line is of {described(recorded)}; here are {described(here)}."))
        return 0
    grown = [w for w in rows if w in base and rows[w] > base[w] * (1 + TOLERANCE)]
    shrunk = [w for w in rows if w in base and rows[w] < base[w] * (1 - TOLERANCE)]
    for words, which in ("grew", grown), ("shrank", shrunk):
        for w in which:
            print(f"{w} {words} by {100 * abs(rows[w] / base[w] - 1):.1f} %: "
                  f"from {base[w]:.1f} to {rows[w]:.1f} instructions an operation.")
    new = [w for w in rows if w not in base]
    gone = [w for w in base if w not in program["workloads"]]
    for w in new:
        print(f"{w} has no base line.")
    for w in gone:
        print(f"{w} has a base line and is not there any more.")
    if shrunk or new or gone:
        print("Please record the base line anew: --record.")
    if not (grown or shrunk or new or gone):
        print(f"No workload differs by more than {100 * TOLERANCE:.0f} %.")
    return 1 if grown else 0


if __name__ == "__main__":
    sys.exit(main())
