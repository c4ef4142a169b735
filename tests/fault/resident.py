#!/usr/bin/env python3
"""How much memory a run of the program takes at most: tests/fault/resident.py BIP GENERATE [--participants N]

GENERATE is tests/bench/generate.c, built. What is printed or exported takes no more for four times the people; an import
takes at most 200 bytes for each assessment more, however long the texts are. The program without sanitizers only.
"""
import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

MB = 1 << 20
MOST = 64 * MB       # of any reading
SLACK = 8 * MB       # the cache of the store's pages fills up, 16 MB at most; the allocator's rounding
EACH = 200           # bytes an assessment, of an import


class Store:
    def __init__(self, bip, path):
        self.bip, self.path = bip, str(path)
        self.peak("init")

    def peak(self, *args):
        """Bytes resident at most, while what is printed is thrown away."""
        p = subprocess.Popen([self.bip, "-s", self.path, "--actor", "test", *map(str, args)], stdout=subprocess.DEVNULL)
        _, status, used = os.wait4(p.pid, 0)
        p.returncode = status # so that nobody waits again
        assert status == 0, f"{args}: status {status}"
        return used.ru_maxrss * 1024

    def load(self, csv):
        return self.peak("import", csv, "--instrument", "employability", "--create-participants")


READINGS = [("--json", "progression", "--all"),
            *(("export", "--format", f, "--out", "/dev/null") for f in ("jsonl", "csv-long", "csv-wide", "json"))]


def assessments_of(csv):
    """Sorted, so that each stands together; and this program must stay small: a child begins with its parent's peak."""
    n, last = -1, None
    with open(csv) as lines:
        for line in lines:
            key = line.split(",", 3)[:3]
            n += key != last
            last = key
    return n


def readings_take_no_more_for_more_people(small, large):
    for args in READINGS:
        few, many = small.peak(*args), large.peak(*args)
        name = " ".join(a for a in args if not a.startswith("/"))
        print(f"figure: {name}: {few / MB:.1f} and {many / MB:.1f} MB")
        assert many <= MOST, f"{name}: {many / MB:.1f} MB"
        assert many <= few + SLACK, f"{name}: {few / MB:.1f} MB, and {many / MB:.1f} MB for four times the people"


def an_import_takes_at_most_200_bytes_an_assessment(peaks, counts):
    each = (peaks[1] - peaks[0]) / (counts[1] - counts[0])
    print(f"figure: import: {peaks[0] / MB:.1f} and {peaks[1] / MB:.1f} MB, {each:.0f} bytes an assessment more")
    # A million takes 115 bytes each in all; here the cache has filled up only in the larger of the two.
    assert peaks[1] - peaks[0] - SLACK <= EACH * (counts[1] - counts[0]), f"{each:.0f} bytes an assessment"


def an_import_takes_no_more_for_long_texts(bip, folder):
    peaks = []
    for n in (500, 2000): # 20,000 notes, 10 and 40 MB: more than the store's cache holds in both
        csv = folder / "notes.csv"
        with open(csv, "w") as out:
            out.write("participant,date,respondent,cooperation,note\n")
            for i in range(20000):
                out.write(f"N-{i:06},2026-01-15,participant,3,{'a' * n}\n")
        peaks.append(Store(bip, folder / f"notes{n}.bip").load(csv))
    print(f"figure: import of 10 and 40 MB of notes: {peaks[0] / MB:.1f} and {peaks[1] / MB:.1f} MB")
    assert peaks[1] <= peaks[0] + SLACK, "the texts are held in memory"


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("bip")
    p.add_argument("generate")
    p.add_argument("--participants", type=int, default=20000)
    a = p.parse_args()
    passed = failed = 0

    def claim(what, *args):
        nonlocal passed, failed
        try:
            what(*args)
            passed += 1
            print("ok      " + what.__name__.replace("_", " "))
        except AssertionError as e:
            failed += 1
            print(f"FAILED  {what.__name__.replace('_', ' ')}: {e}")

    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        stores, peaks, counts = [], [], []
        for n in (a.participants // 4, a.participants):
            csv = folder / f"{n}.csv"
            with open(csv, "w") as out:
                subprocess.run([a.generate, "--participants", str(n)], stdout=out, check=True)
            stores.append(Store(a.bip, folder / f"{n}.bip"))
            peaks.append(stores[-1].load(csv))
            counts.append(assessments_of(csv))
        claim(readings_take_no_more_for_more_people, *stores)
        claim(an_import_takes_at_most_200_bytes_an_assessment, peaks, counts)
        claim(an_import_takes_no_more_for_long_texts, a.bip, folder)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
