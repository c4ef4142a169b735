#!/usr/bin/env python3
"""What Python costs beside C, on one store: the same progression as columns, objects and JSON.

    python_overhead.py columns|objects|JSON STORE       one of them, for tests/bench/run to measure
    python_overhead.py compare STORE BUILD [ROUNDS]     all of them beside typed and bip, in turn; medians of user CPU

It takes the package bip from PYTHONPATH. BUILD is where `typed` and `build/bip` are: the working folder of the bench.
"""
import os
import sys


def columns(store):
    print({"series": store.progression_columns().n_rows})


def objects(store):
    """The sums that typed.c takes."""
    series = scores = s = 0
    slopes = theil_sen = 0.0
    for one in store.progression():
        series += 1
        scores += one.n
        s += one.mk_s
        slope, ts = one.ols_per_90_days, one.ts_per_90_days
        if slope is not None:
            slopes += slope
        if ts is not None:
            theil_sen += ts
    print({"series": series, "scores": scores, "s": s, "slopes": slopes, "theil_sen": theil_sen})


def json(store):
    with open(os.devnull, "wb", buffering=0) as out:
        store.write("progression", out)


def user_seconds(command):
    import subprocess  # here and below: what is compared starts without it

    p = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(p.pid, 0)
    if status != 0:
        sys.exit(f"python_overhead: failed: {' '.join(command)}")
    return used.ru_utime


def compare(store, build, rounds):
    import statistics

    python = [sys.executable, "-S", os.path.abspath(__file__)]
    typed, said = [os.path.join(build, "typed"), store], [os.path.join(build, "build/bip"), "-s", store, "--json"]
    pairs = {"columns": (typed, 1.5), "objects": (typed, 10), "JSON": (said + ["progression", "--all"], 1.2)}
    for name, (c, most) in pairs.items():
        figures = [(user_seconds(c), user_seconds(python + [name, store])) for _ in range(rounds)]
        ratio = statistics.median(ours / theirs for theirs, ours in figures)
        print(f"{name}: C {statistics.median(f[0] for f in figures):.2f} s, Python "
              f"{statistics.median(f[1] for f in figures):.2f} s of user CPU, {ratio:.2f} times, at most {most}")


def main():
    if sys.argv[1] == "compare":
        return compare(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 3)
    import bip

    with bip.open(sys.argv[2]) as store:
        {"columns": columns, "objects": objects, "JSON": json}[sys.argv[1]](store)


if __name__ == "__main__":
    main()
