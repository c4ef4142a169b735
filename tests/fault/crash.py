#!/usr/bin/env python3
"""The program killed at random moments: tests/fault/crash.py BIP [--kills N] [--seed S]

SIGKILL while it records, corrects, withdraws, objects, registers, erases, imports CSV and a whole store, merges, writes
an export, makes a backup, makes a store, and now and then while what came before is put right again. After each kill:
every entry that was acknowledged is there unchanged, the killed command did all or nothing, `verify` is clean, and a
file that init left is no store at all or a whole one. What a backup or an export left aside is gone after the next one.
With --only WORD: of the deeds, those whose name contains it.
"""
import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from crash_erase import Erasing

ROLES = ("participant", "caseworker")
ITEMS = ("cooperation", "job_search", "everyday_coping")


class Killed(Exception):
    pass


class Crash:
    def __init__(self, bip, folder, rng):
        self.bip, self.folder, self.rng = bip, Path(folder), rng
        self.store = self.folder / "s.bip"
        temporary = self.folder / "tmp"  # where a program would put its temporary files
        temporary.mkdir()
        self.env = {"PATH": os.environ["PATH"], "BIP_ACTOR": "anna", "TZ": "UTC", "TMPDIR": str(temporary),
                    "SQLITE_TMPDIR": str(temporary)}
        self.took = defaultdict(lambda: [0.02])  # seconds of earlier runs, by command
        self.kills, self.after, self.left = Counter(), Counter(), Counter()
        self.serial = 0
        self.erasing = Erasing(self)

    def run(self, *args, store=None):
        return subprocess.run([self.bip, "-s", store or self.store, *map(str, args)], env=self.env, capture_output=True,
                              timeout=120)

    def ok(self, *args, **more):
        done = self.run(*args, **more)
        assert done.returncode == 0, f"{args}: {done.returncode} {done.stderr.decode()}"
        return done.stdout

    def start_and_kill(self, name, args, store=None, delay=None):
        """The exit status, or None where it was killed."""
        past = self.took[name]
        usual = sorted(past)[len(past) // 2]
        start = time.monotonic()
        process = subprocess.Popen([self.bip, "-s", store or self.store, *map(str, args)], env=self.env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        delay = delay or usual * (self.rng.random() if self.rng.random() < 0.3 else self.rng.uniform(0.4, 1.1))
        try:
            process.wait(delay)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        said = process.stderr.read().decode()
        process.stderr.close()
        status = process.wait()
        if status == -signal.SIGKILL:
            self.kills[name] += 1
            return None
        past.append(time.monotonic() - start)
        del past[:-25]
        assert status == 0, f"{name}: exit {status}: {said}"
        return status

    # ---- what is in the store

    def state(self, store=None):
        """{entry id: (hash, facts in it)}, and the ids of first revisions."""
        whole = json.loads(self.ok("export", "--format", "json", "--out", "-", store=store))
        facts = defaultdict(list)
        firsts = []
        for person in whole["participants"]:
            for fact in person["facts"]:
                facts[fact["id"].split(".")[0]].append(fact)
                if fact["fact"] == "assessment" and "of" not in fact:
                    firsts.append(fact["id"])
        entries = {e["id"]: (e["hash"], len(facts[e["id"]])) for e in whole["entries"]}
        withdrawn = {f["of"] for fs in facts.values() for f in fs if f["fact"] == "assessment" and f["scores"] is None}
        return entries, [f for f in firsts if f not in withdrawn], [p["participant"] for p in whole["participants"]]

    def check(self, before, expected, acknowledged, name):
        if self.rng.random() < 0.1:  # also what is put right after a kill can be killed
            self.start_and_kill("verify", ["verify"])
        done = self.run("verify")
        assert done.returncode == 0, f"after {name}: verify: {done.stdout.decode()}{done.stderr.decode()}"
        now = self.state()
        for entry, held in before[0].items():
            assert now[0].get(entry) == held, f"after {name}: entry {entry} was {held}, is {now[0].get(entry)}"
        new = [n for e, (_, n) in now[0].items() if e not in before[0]]
        assert sorted(new) in ([], sorted(expected)), f"after {name}: {new} facts in new entries, of {expected}"
        assert new or not acknowledged, f"after {name}: acknowledged, and not there"
        self.after["the whole of it" if new else "nothing of it"] += 1
        return now

    # ---- what is killed

    def date(self):
        self.serial += 1  # no date twice, so that no key is held
        return "%04d-%02d-%02d" % (1950 + self.serial // 336, 1 + self.serial // 28 % 12, 1 + self.serial % 28)

    def record(self, now):
        scores = [f"{i}={self.rng.randint(1, 5)}" for i in ITEMS]
        return [1], ["record", self.rng.choice(now[2]), "--instrument", "employability", "--respondent",
                     self.rng.choice(ROLES[:1]), "--date", self.date(), "--note", "n" * self.rng.randint(1, 3000), *scores]

    def correct(self, now):
        note = "again %d" % self.rng.getrandbits(40)
        return [1], ["correct", self.rng.choice(now[1]), "--note", note]

    def withdraw(self, now):
        return [1], ["withdraw", self.rng.choice(now[1]), "--reason", "killed here"]

    def dispute(self, now):
        return [1], ["dispute", self.rng.choice(now[1]), "--text", "I was ill %d" % self.rng.getrandbits(40)]

    def register(self, now):
        return [2], ["participant", "add", "N-" + "".join(self.rng.choices("abcdefghij", k=12)), "--attr", "sex=woman"]

    def write_csv(self, path, rows, people):
        with open(path, "w") as out:
            out.write("participant,date,respondent,cooperation,job_search\n")
            for _ in range(rows):
                out.write(f"{self.rng.choice(people)},{self.date()},participant,{self.rng.randint(1, 5)},declined\n")

    def imports(self, now):
        rows = self.rng.choice((20, 200, 1500))
        self.write_csv(self.folder / "in.csv", rows, now[2])
        return [rows], ["import", self.folder / "in.csv", "--instrument", "employability"]

    def merge(self, now):
        """A copy that went on by itself, or its export."""
        copy = self.folder / "copy.bip"
        copy.unlink(missing_ok=True)
        self.ok("backup", copy)
        for _ in range(3):
            self.ok(*self.record(now)[1], store=copy)
        self.write_csv(self.folder / "in.csv", 300, now[2])
        self.ok("import", self.folder / "in.csv", "--instrument", "employability", store=copy)
        self.ok("export", "--format", "json", "--out", self.folder / "copy.json", store=copy)
        ways = [["import", self.folder / "copy.json"], ["merge", copy]]
        return [1, 1, 1, 300], self.rng.choice(ways)

    def in_store(self, name, make, now):
        expected, args = make(now)
        return self.check(now, expected, self.start_and_kill(name, args) == 0, name)

    def whole_or_none(self, name, path, acknowledged):
        """path holds a whole store, or nothing that would be taken for one."""
        done = self.run("verify", store=path)
        whole = done.returncode == 0
        said = done.stderr.decode()
        assert whole or not acknowledged, f"{name} was acknowledged: {said}"
        assert whole or done.returncode == 1, f"after {name}: exit {done.returncode}: {said}"
        if whole:
            assert b"employability" in self.ok("instrument", "list", store=path)
        self.after["the whole of it" if whole else "nothing of it"] += 1
        if not whole and path.exists():  # what may still stand beside it does no harm to the next one
            assert name == "init", "a backup that was killed left something under its name"
            self.left["a file of init that is no store"] += 1
            path.unlink()
        self.next_one_cleans_up(name, path)
        return whole

    def next_one_cleans_up(self, name, path):
        """What is made aside and was killed is gone when the same is made again, with all that it holds."""
        aside = lambda: [p for p in self.folder.iterdir() if ".tmp-" in p.name]
        self.left["a file made aside"] += len(aside())
        for beside in self.folder.glob(path.name + "*"):
            if ".tmp-" not in beside.name:
                beside.unlink()
        self.ok(*([name] if name == "init" else [name, path]), store=path if name == "init" else None)
        self.ok("verify", store=path)
        assert not aside(), f"{name}: {aside()} is left"
        for beside in self.folder.glob(path.name + "*"):
            beside.unlink()

    def init(self, now):
        path = self.folder / "new.bip"
        self.whole_or_none("init", path, self.start_and_kill("init", ["init"], store=path) == 0)
        return now

    def backup(self, now):
        path = self.folder / "backup.bip"
        acknowledged = self.start_and_kill("backup", ["backup", path]) == 0
        if path.exists() and self.run("verify", store=path).returncode == 0:
            assert self.state(path) == self.state(), "a backup that is whole is the store"
        self.whole_or_none("backup", path, acknowledged)
        return self.check(now, [], False, "backup")

    def export(self, now):
        """The file is the old one or the new one, and the next one leaves nothing aside."""
        path, args = self.folder / "all.json", ["export", "--format", "json", "--out", self.folder / "all.json"]
        path.write_text("old")
        acknowledged = self.start_and_kill("export", args) == 0
        whole = self.ok("export", "--format", "json", "--out", "-")
        assert path.read_bytes() in ([whole] if acknowledged else [whole, b"old"]), "export: half a file"
        self.left["a file made aside"] += len(list(self.folder.glob("all.json.tmp-*")))
        self.ok(*args)
        assert [p.name for p in self.folder.glob("all.json*")] == ["all.json"], "export: something is left"
        path.unlink()
        return now

    def new_store(self):
        self.serial = 0
        for beside in self.folder.glob("*.*"):
            beside.unlink()
        self.ok("init")
        self.write_csv(self.folder / "in.csv", 60, [f"P-{i:03}" for i in range(20)])
        self.ok("import", self.folder / "in.csv", "--instrument", "employability", "--create-participants")
        return self.state()

    def go(self, kills, only):
        deeds = [("record", 4, self.record), ("correct", 3, self.correct), ("withdraw", 1, self.withdraw),
                 ("dispute", 1, self.dispute), ("participant add", 2, self.register), ("import", 4, self.imports),
                 ("merge", 2, self.merge)]
        whole = {"backup": self.backup, "init": self.init, "export": self.export, "erase": self.erasing.go}
        names = [d for d, weight, _ in deeds for _ in range(weight)] + ["backup"] * 3 + ["init"] * 3 + ["export", *["erase"] * 5]
        names = [n for n in names if only in n]
        make = {d: m for d, _, m in deeds}
        now = self.new_store()
        while sum(self.kills.values()) < kills:
            if len(now[0]) > 50:
                now = self.new_store()
            name = self.rng.choice(names)
            now = whole[name](now) if name in whole else self.in_store(name, make[name], now)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bip", type=os.path.abspath)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10 ** 9)
    print(f"seed {seed}", flush=True)  # the moment of a kill can't be had again, the commands can
    folder = tempfile.mkdtemp(prefix="bip-crash-")
    crash = Crash(args.bip, folder, random.Random(seed))
    try:
        crash.go(args.kills, args.only)
    except AssertionError as e:
        print(f"FAILED: {e}"[:2000] + f"\nleft in {folder}")
        print("0 passed, 1 failed")
        return 1
    shutil.rmtree(folder)
    print("figure: kills: " + ", ".join(f"{n} of {k}" for k, n in sorted(crash.kills.items())))
    print("figure: after them or before the kill came: " + ", ".join(f"{k} {n} times" for k, n in sorted(crash.after.items())))
    if crash.erasing.stages:
        print("figure: of those who were to be erased: " +
              ", ".join(f"{k} {n} times" for k, n in sorted(crash.erasing.stages.items())))
    print("left behind: " + ", ".join(f"{k} {n} times" for k, n in sorted(crash.left.items())))
    print(f"{sum(crash.kills.values())} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
