#!/usr/bin/env python3
"""Every command while its Nth allocation fails: tests/fault/memory.py BIP FAILING_MALLOC [--every N] [--seed S]

FAILING_MALLOC is failing_malloc.c as a shared object: whoever in the process asks, the library, SQLite, the C library, is
told that there is no memory. The command then does what it does otherwise, or ends with status 1, says so and has
changed nothing; it never crashes. With --every above 1 only some of the allocations, by seed.
"""
import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from commands import MAKES, calls, fill, forgotten

MOST = 200000


class Program:
    def __init__(self, bip, shim, folder):
        self.bip, self.shim, self.folder = bip, shim, Path(folder)
        self.path, self.met = self.folder / "s.bip", self.folder / "met"
        self.env = {"PATH": os.environ["PATH"], "BIP_ACTOR": "anna", "TZ": "UTC", "BIP_STORE": str(self.path),
                    "BIP_NOW": "2026-11-21T10:00:00Z"}

    def __call__(self, *args, store=None, at=None):
        env = self.env | ({"BIP_STORE": str(store)} if store else {})
        if at is not None:
            env |= {"LD_PRELOAD": self.shim, "BIP_FAIL_AT": str(at), "BIP_FAIL_TELL": str(self.met)}
        return subprocess.run([self.bip, *map(str, args)], env=env, capture_output=True, timeout=120)

    def ok(self, *args, **more):
        done = self(*args, **more)
        assert done.returncode == 0, f"{args}: {done.stderr.decode()}"
        return done.stdout

    def restore(self):
        for made in [*MAKES.values(), "s.bip-wal", "s.bip-shm"]:
            (self.folder / made).unlink(missing_ok=True)
        shutil.copy(self.folder / "kept", self.path)

    def whole_or_none(self, name, acknowledged):
        made = self.folder / MAKES[name]
        assert made.exists() == acknowledged, f"a file is {'not ' if acknowledged else ''}there"
        assert not acknowledged or self("verify", store=made).returncode == 0, "what was made doesn't verify"


class Sweep:
    def __init__(self, program, every, rng):
        self.p, self.every, self.rng, self.failed, self.done = program, every, rng, 0, 0

    def once(self, name, call, at, usual, before):
        """False where the allocation of that number was not asked for."""
        p = self.p
        p.restore()
        p.met.unlink(missing_ok=True)
        done = p(*call, store=p.folder / MAKES["init"] if name == "init" else None, at=at)
        said = done.stderr.decode(errors="replace")
        assert done.returncode in (0, 1), f"exit {done.returncode}: {said}"
        if done.returncode == 1:
            assert "memory" in said, f"says {said!r}"
            assert p.ok("export", "--format", "json", "--out", "-") == before, "failed, and changed something"
        elif usual.stdout:  # ids are random
            assert len(done.stdout.split()) == len(usual.stdout.split()), f"prints {done.stdout[:200]!r}"
        if name in MAKES:
            p.whole_or_none(name, done.returncode == 0)
        self.failed += done.returncode
        self.done += done.returncode == 0
        return p.met.exists()

    def command(self, name, call):
        p, at = self.p, self.rng.randrange(self.every)
        p.restore()
        before = p.ok("export", "--format", "json", "--out", "-")
        usual = p(*call, store=p.folder / MAKES["init"] if name == "init" else None)
        assert usual.returncode == 0, usual.stderr
        while self.tried(name, call, at, usual, before):
            at += 1 if self.every == 1 else self.rng.randrange(1, 2 * self.every)
            assert at < MOST, f"{name}: no end"

    def tried(self, name, call, at, usual, before):
        try:
            return self.once(name, call, at, usual, before)
        except AssertionError as e:
            raise AssertionError(f"{name}, allocation {at}: {e}") from None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bip", type=os.path.abspath)
    parser.add_argument("shim", type=os.path.abspath)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    seed = args.seed if args.seed is not None else random.SystemRandom().randrange(10 ** 9)
    print(f"seed {seed}", flush=True)
    folder = tempfile.mkdtemp(prefix="bip-memory-")
    program = Program(args.bip, args.shim, folder)
    sweep = Sweep(program, args.every, random.Random(seed))
    try:
        known = calls(fill(program), program.folder)
        assert not forgotten(args.bip, known), f"not tried: {forgotten(args.bip, known)}"
        shutil.copy(program.path, program.folder / "kept")
        for name, call in known.items():
            if args.only in name:
                sweep.command(name, call)
    except AssertionError as e:
        print(f"FAILED: {e}\nleft in {folder}\n0 passed, 1 failed")
        return 1
    shutil.rmtree(folder)
    print(f"figure: {len(known)} commands: {sweep.failed} runs met a failing allocation and failed, {sweep.done} went well")
    print(f"{sweep.failed + sweep.done} passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
