#!/usr/bin/env python3
"""Disks that are full or can't be written: tests/fault/disk.py BIP

/dev/full as the output of every command; a small disk (tmpfs, in a mount namespace of its own) with less and less room
left; the same disk mounted read-only. What fails says so with exit status 1 and has changed nothing; afterwards, with
room, the same goes well.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

KEEPS_QUIET = {"init"}  # with a store that is there they are refused anyway
passed, failures, left_out = 0, [], []


class Store:
    def __init__(self, bip, folder):
        self.bip, self.folder = bip, Path(folder)
        self.path = self.folder / "s.bip"
        self.env = {"PATH": os.environ["PATH"], "BIP_ACTOR": "anna", "TZ": "UTC", "BIP_STORE": str(self.path)}

    def __call__(self, *args, out=subprocess.PIPE, store=None):
        env = self.env | ({"BIP_STORE": str(store)} if store else {})
        return subprocess.run([self.bip, *map(str, args)], env=env, stdout=out, stderr=subprocess.PIPE, timeout=60)

    def ok(self, *args, **more):
        done = self(*args, **more)
        if done.returncode:
            raise SystemExit(f"FAILED: {args}: {done.stderr.decode()}")
        return done.stdout

    def state(self):
        return self.ok("export", "--format", "json", "--out", "-")


def claim(holds, what):
    global passed
    passed += bool(holds)
    if not holds:
        failures.append(what)


def fill(s):
    s.ok("init")
    for p in ("P-001", "P-002"):
        s.ok("participant", "add", p, "--attr", "sex=woman")
    ids = []
    for month in range(1, 7):
        ids.append(s.ok("record", "P-001", "--instrument", "employability", "--respondent", "participant", "--date",
                        f"2026-0{month}-01", f"cooperation={1 + month % 5}", "job_search=2").decode().strip())
    rows = "".join(f"P-002,2025-{1 + i % 12:02}-{1 + i // 12:02},participant,{1 + i % 5}\n" for i in range(250))
    (s.folder / "in.csv").write_text("participant,date,respondent,cooperation\n" + rows)
    (s.folder / "own.json").write_text(
        '{"instrument":"own","version":"1","title":{"en":"O"},"respondents":[{"code":"participant","title":{"en":"P"}}],'
        '"scales":[{"code":"five","min":1,"max":5}],"indicators":[{"code":"sleep","title":{"en":"S"},"scale":"five"}]}')
    return ids


def commands(ids, folder):
    """Of each command of the program one call that prints something."""
    return {
        "instrument list": [], "instrument show": ["employability"], "instrument add": [folder / "own.json"],
        "instrument check": [folder / "own.json"], "participant add": ["P-009"], "participant list": [],
        "participant show": ["P-001"], "participant set": ["P-001", "--attr", "unit=north"],
        "record": ["P-001", "--instrument", "employability", "--respondent", "participant", "--date", "2026-09-09",
                   "cooperation=2"],
        "correct": [ids[0], "cooperation=5"], "withdraw": [ids[1], "--reason", "wrong"],
        "import": [folder / "in.csv", "--instrument", "employability"],
        "progression": ["P-001"], "steps": ["--all"], "history": ["P-001"],
        "export": ["--format", "json", "--out", "-"], "head": [], "verify": [], "backup": [folder / "b.bip"],
        "help": [],
    }


def full_outputs(s, ids):
    known = commands(ids, s.folder)
    listed = [line[2:22].strip() for line in s.ok("help").decode().split("Commands:")[1].split("\n\n")[0].splitlines()
              if line.startswith("  ") and line[2] != " "]
    left_out.extend(c for c in listed if c not in known and c not in KEEPS_QUIET)
    before = s.state()
    for json in ([], ["--json"]):
        for name in listed:
            if name not in known:
                continue
            (s.folder / "b.bip").unlink(missing_ok=True)
            prints = s(*json, *name.split(), *known[name]).stdout
            if s.state() != before:  # it wrote: again from where it was
                restore(s)
            (s.folder / "b.bip").unlink(missing_ok=True)
            if not prints:
                continue
            with open("/dev/full", "w") as full:
                done = s(*json, *name.split(), *known[name], out=full)
            claim(done.returncode == 1, f"/dev/full: {json} {name}: exit {done.returncode}")
            claim(done.stderr, f"/dev/full: {json} {name} says nothing")
            if name != "backup":
                claim(s.state() == before, f"/dev/full: {json} {name} changed the store")
            if s.state() != before:
                restore(s)
    for name in ("export", ):
        done = s(name, "--format", "json", "--out", "/dev/full")
        claim(done.returncode == 1, f"--out /dev/full: exit {done.returncode}")


def keep(s):
    shutil.copy(s.path, s.folder / "kept")


def restore(s):
    for end in ("-wal", "-shm"):
        Path(f"{s.path}{end}").unlink(missing_ok=True)
    shutil.copy(s.folder / "kept", s.path)


def small_disk(s, ids, outside):
    """Less and less room; each deed goes well or fails whole."""
    deeds = {k: v for k, v in commands(ids, outside).items() if k in ("record", "correct", "withdraw", "import",
                                                                        "participant add", "instrument add", "backup")}
    deeds["init"] = []
    deeds["export"] = ["--format", "json", "--out", s.folder / "all.json"]
    outcome = {0: 0, 1: 0}
    for room in [*range(0, 64, 8), *range(64, 400, 48)]:
        for name, args in deeds.items():
            restore_to(s, outside)
            args = [s.folder / "b.bip" if a == outside / "b.bip" else a for a in args]
            before = s.state()
            space = os.statvfs(s.folder)
            with open(s.folder / "ballast", "wb") as f:
                f.write(b"x" * max(0, space.f_bavail * space.f_frsize - room * 1024))
            done = s(*name.split(), *args, store=s.folder / "new.bip" if name == "init" else None)
            (s.folder / "ballast").unlink()
            said = done.stderr.decode()
            outcome[done.returncode] = outcome.get(done.returncode, 0) + 1
            claim(done.returncode in (0, 1), f"{room} KiB left, {name}: exit {done.returncode}: {said}")
            claim(done.returncode == 0 or "no room" in said or "No space" in said, f"{room} KiB left, {name}: {said}")
            claim(s("verify").returncode == 0, f"{room} KiB left, {name}: verify")
            same = s.state() == before
            claim(same if done.returncode or name in ("init", "backup", "export") else not same,
                  f"{room} KiB left, {name}: exit {done.returncode}, {'nothing' if same else 'something'} changed")
            for made in ("new.bip", "b.bip"):
                there = (s.folder / made).exists()
                mine = (made == "new.bip") == (name == "init") and name in ("init", "backup")
                claim(there == (mine and done.returncode == 0), f"{room} KiB left, {name}: {made} is {'' if there else 'not '}there")
            claim(not list(s.folder.glob("*.tmp-*")), f"{room} KiB left, {name}: a temporary file is left")
            again = s(*name.split(), *args, store=s.folder / "new.bip" if name == "init" else None)
            claim(again.returncode == 0 or done.returncode == 0, f"with room again, {name}: {again.stderr.decode()}")
    print(f"figure: a disk with less and less room: {outcome[0]} deeds done, {outcome[1]} refused whole")


def restore_to(s, outside):
    for f in s.folder.iterdir():
        f.unlink()
    shutil.copy(outside / "kept", s.path)


def read_only(s, ids, outside):
    restore_to(s, outside)
    before = s.state()
    subprocess.run(["mount", "-o", "remount,ro", str(s.folder)], check=True)
    for name, args in commands(ids, outside).items():
        done = s(*name.split(), *args)
        writes = name in ("record", "correct", "withdraw", "import", "participant add", "participant set", "instrument add")
        claim(done.returncode == (1 if writes else 0), f"read-only, {name}: exit {done.returncode}: {done.stderr.decode()}")
        (outside / "b.bip").unlink(missing_ok=True)
    claim(s("init", store=s.folder / "new.bip").returncode == 1, "read-only: init")
    claim(s("backup", s.folder / "b.bip").returncode == 1, "read-only: backup to it")
    claim(s.state() == before, "read-only: the same export")


def in_small_disk(bip):
    outside = Path(tempfile.mkdtemp(prefix="bip-disk-"))
    disk = outside / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], check=True)
    try:
        plain = Store(bip, outside)
        ids = fill(plain)
        keep(plain)
        s = Store(bip, disk)
        small_disk(s, ids, outside)
        read_only(s, ids, outside)
    finally:
        subprocess.run(["umount", str(disk)], check=False)
        shutil.rmtree(outside)


def may_mount():
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0


def main():
    bip = os.path.abspath(sys.argv[1])
    if "--mounts" in sys.argv:
        in_small_disk(bip)
    else:
        folder = tempfile.mkdtemp(prefix="bip-disk-")
        s = Store(bip, folder)
        ids = fill(s)
        keep(s)
        full_outputs(s, ids)
        shutil.rmtree(folder)
        if left_out:
            print("not tried with /dev/full:", ", ".join(left_out))
        if may_mount():
            done = subprocess.run(["unshare", "-rm", sys.executable, __file__, bip, "--mounts"])
            claim(done.returncode == 0, "on a small disk, see above")
        else:
            print("a small disk and a read-only one are not tried: nothing may be mounted here")
    for f in failures:
        print("FAILED:", f)
    print(f"{passed} passed, {len(failures)} failed")
    return len(failures) > 0


if __name__ == "__main__":
    sys.exit(main())
