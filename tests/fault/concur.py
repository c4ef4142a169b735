#!/usr/bin/env python3
"""Eight processes at one store: tests/fault/concur.py BIP [--seconds N] [--seed S]

Three record, one corrects, one imports, one reads, one makes backups, one verifies, each as fast as it can, each time as
a new run of the program. Nothing is refused, everything acknowledged is there afterwards, and every reading holds the
imports whole or not at all. The longest runs are told.
"""
import argparse
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BATCH = 150
PEOPLE = [f"P-{i:03}" for i in range(40)]


class Worker:
    def __init__(self, bip, folder, who, seed, until):
        self.bip, self.folder, self.who, self.until = bip, Path(folder), who, until
        self.rng = random.Random(f"{seed} {who}")
        self.env = {"PATH": os.environ["PATH"], "BIP_STORE": str(self.folder / "s.bip"), "BIP_ACTOR": who, "TZ": "UTC"}
        self.slowest, self.runs, self.faults, self.mine = {}, {}, [], []

    def run(self, *args):
        start = time.monotonic()
        done = subprocess.run([self.bip, *map(str, args)], env=self.env, capture_output=True, timeout=120)
        took = time.monotonic() - start
        self.slowest[args[0]] = max(took, self.slowest.get(args[0], 0))
        self.runs[args[0]] = self.runs.get(args[0], 0) + 1
        if done.returncode:
            self.faults.append(f"{args[0]}: exit {done.returncode}: {(done.stdout + done.stderr).decode()[:300]}")
        return done.stdout

    def record(self, n):
        date = f"{2000 + n // 336}-{1 + n // 28 % 12:02}-{1 + n % 28:02}"
        out = self.run("record", self.rng.choice(PEOPLE), "--instrument", "employability", "--respondent", "participant",
                       "--rater", self.who, "--date", date, f"cooperation={1 + n % 5}")
        self.mine.append(out.decode().strip())

    def correct(self, n):
        if not self.mine:
            self.record(n)
        self.run("correct", self.rng.choice(self.mine), "--note", f"{self.who} {n}")

    def imports(self, n):
        path = self.folder / f"{self.who}.csv"
        rows = [f"{self.rng.choice(PEOPLE)},1990-{1 + i // 28:02}-{1 + i % 28:02},participant,batch{n},{1 + i % 5}"
                for i in range(BATCH)]
        path.write_text("participant,date,respondent,rater,cooperation\n" + "\n".join(rows) + "\n")
        self.run("import", path, "--instrument", "employability")

    def read(self, n):
        whole = json.loads(self.run("export", "--format", "json", "--out", "-") or b'{"participants":[]}')
        held = {}
        for person in whole["participants"]:
            for fact in person["facts"]:
                if fact.get("rater", "").startswith("batch"):
                    held[fact["rater"]] = held.get(fact["rater"], 0) + 1
        for batch, rows in held.items():
            if rows != BATCH:
                self.faults.append(f"a reading held {rows} rows of {batch}")

    def backup(self, n):
        path = self.folder / f"b{n}.bip"
        self.run("backup", path)
        done = subprocess.run([self.bip, "-s", path, "verify"], env=self.env, capture_output=True)
        if done.returncode:
            self.faults.append("backup: " + done.stdout.decode())
        path.unlink(missing_ok=True)

    def verify(self, n):
        self.run("verify")

    def work(self, what, results):
        n = 0
        while time.monotonic() < self.until and not self.faults:
            getattr(self, what)(n)
            n += 1
        results.put((self.who, self.slowest, self.runs, self.faults, self.mine))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bip", type=os.path.abspath)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="bip-concur-")
    first = Worker(args.bip, folder, "first", args.seed, 0)
    first.run("init")
    for code in PEOPLE:
        first.run("participant", "add", code)
    alone = min(timed(first, n) for n in range(5))
    deeds = ["record", "record", "record", "correct", "imports", "read", "backup", "verify"]
    results = multiprocessing.Queue()
    until = time.monotonic() + args.seconds
    workers = [multiprocessing.Process(target=Worker(args.bip, folder, f"w{i}", args.seed, until).work, args=(d, results))
               for i, d in enumerate(deeds)]
    for w in workers:
        w.start()
    told = [results.get() for _ in workers]
    for w in workers:
        w.join()
    faults = list(first.faults) + [f for t in told for f in t[3]]
    whole = json.loads(first.run("export", "--format", "json", "--out", "-"))
    there = {f["id"] for p in whole["participants"] for f in p["facts"]}
    lost = [i for t in told for i in t[4] if i not in there]
    imports = sum(t[2].get("import", 0) for t in told)
    rows = sum(f.get("rater", "").startswith("batch") for p in whole["participants"] for f in p["facts"])
    corrections = sum("of" in f for p in whole["participants"] for f in p["facts"])
    first.run("verify")
    faults += first.faults + [f"lost: {i}" for i in lost]
    if rows != imports * BATCH:
        faults.append(f"{rows} rows of {imports} imports")
    if corrections != sum(t[2].get("correct", 0) for t in told):
        faults.append(f"{corrections} corrections are there")
    for f in faults:
        print("FAILED:", f)
    runs, slowest = {}, {}
    for t in told:
        for k, v in t[2].items():
            runs[k] = runs.get(k, 0) + v
            slowest[k] = max(slowest.get(k, 0), t[1][k])
    print(f"figure: eight processes, {args.seconds:.0f} s: " +
          ", ".join(f"{n} {k} (slowest {slowest[k] * 1000:.0f} ms)" for k, n in sorted(runs.items())) +
          f"; a record alone takes {alone * 1000:.0f} ms")
    print(f"{sum(runs.values()) - len(faults)} passed, {len(faults)} failed")
    shutil.rmtree(folder)
    return len(faults) > 0


def timed(worker, n):
    start = time.monotonic()
    worker.record(5000 + n)
    return time.monotonic() - start


if __name__ == "__main__":
    sys.exit(main())
