#!/usr/bin/env python3
"""Disks that are full or can't be written: tests/fault/disk.py BIP

/dev/full as the output of every command, and closed outputs; a small disk (tmpfs, in a mount namespace of its own) with less and less room
left; the same disk mounted read-only. What fails says so with exit status 1 and has changed nothing; afterwards, with
room, the same goes well.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from commands import MAKES, calls, fill, forgotten, with_out

passed, failures = 0, []


class Store:
    def __init__(self, bip, folder):
        self.bip, self.folder = bip, Path(folder)
        self.path = self.folder / "s.bip"
        self.env = {"PATH": os.environ["PATH"], "BIP_ACTOR": "anna", "TZ": "UTC", "BIP_STORE": str(self.path)}

    def __call__(self, *args, out=subprocess.PIPE, store=None, program=None):
        env = self.env | ({"BIP_STORE": str(store)} if store else {})
        return subprocess.run([*(program or [self.bip]), *map(str, args)], env=env, stdout=out, stderr=subprocess.PIPE,
                              timeout=60)

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


def out_of_the_way(s):
    for made in MAKES.values():
        (s.folder / made).unlink(missing_ok=True)


def full_output(s, name, call, before):
    """Does it print, then with /dev/full as its output it fails and has changed nothing."""
    store = s.folder / MAKES["init"] if name == "init" else None
    out_of_the_way(s)
    prints = s(*call, store=store).stdout
    if s.state() != before:  # it wrote: again from where it was
        restore(s)
    out_of_the_way(s)
    if not prints:
        return
    with open("/dev/full", "w") as full:
        done = s(*call, out=full, store=store)
    claim(done.returncode == 1, f"/dev/full: {call}: exit {done.returncode}")
    claim(done.stderr, f"/dev/full: {call} says nothing")
    claim(not (s.folder / MAKES.get(name, "none")).exists(), f"/dev/full: {call} left a file")
    claim(s.state() == before, f"/dev/full: {call} changed the store")
    restore(s)


def full_outputs(s, ids):
    known = calls(ids, s.folder)
    for name in forgotten(s.bip, known):
        claim(False, f"{name} is not tried: tests/fault/commands.py lacks it")
    before = s.state()
    for name, call in known.items():
        full_output(s, name, call, before)
        full_output(s, name, ["--json", *call], before)
    for option in ("--version", "--help", "-h"):
        full_output(s, option, [option], before)
    for name, call in with_out(known).items():
        at = call.index("--out") + 1
        done = s(*call[:at], "/dev/full", *call[at + 1:])
        claim(done.returncode == 1, f"{name} --out /dev/full: exit {done.returncode}")


def closed(s, call, how, **more):
    """The call with standard streams closed: how is what a shell writes for that."""
    return s(*call, program=("sh", "-c", f'exec "$0" "$@" {how}', s.bip), **more)


def closed_outputs(s, ids):
    """No file that is opened takes the place of a closed output, so that nothing is printed into a store."""
    before = s.state()
    for name, call in calls(ids, s.folder).items():
        store = s.folder / MAKES["init"] if name == "init" else None
        out_of_the_way(s)
        usual = s(*call, store=store)
        changes = s.state() != before
        for how in (">&-", "2>&-", "<&- >&- 2>&-"):
            out_of_the_way(s)
            restore(s)
            done = closed(s, call, how, store=store)
            fails = bool(usual.stdout) and how != "2>&-"
            claim(done.returncode == fails, f"{name} {how}: exit {done.returncode}: {done.stderr.decode()}")
            claim(s("verify").returncode == 0, f"{name} {how}: verify")
            claim((s.state() != before) == (changes and not fails), f"{name} {how}: the store")
            if name in MAKES and not fails:
                claim(s("verify", store=s.folder / MAKES[name]).returncode == 0, f"{name} {how}: what it made")
        restore(s)
    out_of_the_way(s)
    log = s.folder / "log"
    for how in (">&-", "2>&-"):
        closed(s, ["--read-log", log, "progression", "P-001", "P-404"], how)
    closed(s, ["--read-log", log, "progression", "P-001"], ">&-")
    claim(all(line.startswith('{"at":') for line in log.read_text().splitlines()), "a message in the log of who reads")


def keep(s):
    shutil.copy(s.path, s.folder / "kept")


def restore(s):
    for end in ("-wal", "-shm"):
        Path(f"{s.path}{end}").unlink(missing_ok=True)
    shutil.copy(s.folder / "kept", s.path)


def small_disk(s, ids, outside):
    """Less and less room; each deed goes well or fails whole."""
    writes = ("record", "correct", "withdraw", "dispute", "import", "merge", "participant add", "participant erase",
              "instrument add", "backup", "init", "export")
    deeds = {k: v for k, v in calls(ids, outside).items() if k in writes}
    deeds["backup"][-1] = s.folder / MAKES["backup"]
    deeds["export"][-1] = s.folder / "all.json"
    outcome = {0: 0, 1: 0}
    for room in [*range(0, 64, 8), *range(64, 400, 48)]:
        for name, args in deeds.items():
            restore_to(s, outside)
            before = s.state()
            space = os.statvfs(s.folder)
            with open(s.folder / "ballast", "wb") as f:
                f.write(b"x" * max(0, space.f_bavail * space.f_frsize - room * 1024))
            done = s(*args, store=s.folder / "new.bip" if name == "init" else None)
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
            again = s(*args, store=s.folder / "new.bip" if name == "init" else None)
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
    writes = ("init", "record", "correct", "withdraw", "dispute", "import", "merge", "participant add", "participant set",
              "participant erase", "instrument add")
    for name, args in calls(ids, outside).items():
        done = s(*args)
        claim(done.returncode == (name in writes), f"read-only, {name}: exit {done.returncode}: {done.stderr.decode()}")
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
        closed_outputs(s, ids)
        shutil.rmtree(folder)
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
