#!/usr/bin/env python3
"""How much of libbip/ the tests have run: tests/tools/coverage.py BUILD [--lines N] [--branches N] [--list FILE] [--page]

BUILD was compiled with --coverage and its programs have run. What gcov counts in the objects of the library, of the program
and of the library for tests is added up: a line, a branch or a function that ran in one of them did run. A branch is each
way out of each condition as gcc sees it: two for every operand of && and ||, of ?: and of a loop. Those of a line that
never ran count as not taken. Nothing is left out but what isn't compiled here (Windows). Fails below the shares told.

--list writes what didn't run, a line of code a line, with how many of its branches and of what kind. --page prints the
tables of libbip/doc/coverage.md.
"""
import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

root = Path(__file__).resolve().parents[2]


def measured(build):
    """What gcov says of each object file of BUILD, one at a time."""
    notes = sorted(str(p) for p in Path(build).rglob("*.gcno"))
    for i in range(0, len(notes), 40):
        said = subprocess.run(["gcov", "--json-format", "--branch-counts", "--branch-probabilities", "--stdout", *notes[i:i + 40]],
                              cwd=build, capture_output=True, check=True, text=True).stdout
        for line in said.splitlines():
            if line.startswith("{"):
                yield json.loads(line)


class Counts:
    def __init__(self):
        self.lines = defaultdict(int)      # (file, line)
        self.functions = defaultdict(int)  # (file, name)
        self.branches = defaultdict(int)   # (file, line, function, branches of the line, number of the branch)

    def add(self, file, name):
        for f in file["functions"]:
            self.functions[name, f["name"]] += f["execution_count"]
        for line in file["lines"]:
            at, branches = line["line_number"], line["branches"]
            self.lines[name, at] += line["count"]
            for i, branch in enumerate(branches):
                # Objects compiled otherwise have other branches in a line: they are others then, not added up.
                self.branches[name, at, line.get("function_name"), len(branches), i] += branch["count"]


def gather(build):
    counts = Counts()
    for unit in measured(build):
        for file in unit["files"]:
            path = Path(os.path.normpath(os.path.join(unit["current_working_directory"], file["file"])))
            if root / "libbip" in path.parents:
                counts.add(file, str(path.relative_to(root)))
    return counts


def of(table, file=None):
    chosen = [n for key, n in table.items() if file in (None, key[0])]
    return sum(n > 0 for n in chosen), len(chosen)


def share(of_it, all_of_it):
    return 100 * of_it / all_of_it if all_of_it else 100.0


# ------------------------------------------------------------ what didn't run, by kind

# The first that fits a line of code names it. They read the words of the line, not its meaning: a count, not a proof.
KINDS = [
    ("memory ran out", r"nomem|NOMEM|alloc|bip__grow|strndup|_dup\(|keep_|make_\w+\(m\)|(list|text|raters|slots|panels|codes|days|gaps) == NULL"),
    ("a damaged file", r"wide|damaged|column_bytes|CORRUPT|quick_check|corrupt|immutable|wal"),
    ("an error passed on", r"\b\w*(st|status)\b (==|!=) BIP_|(==|!=) BIP_OK|BIP_DONE|(==|!=) SQLITE_|\brc\b|bip__out_finish|err != NULL|if \(err\)"),
    ("the operating system refuses", r"errno|\berror\b|\bfd\b|getpw|stat\(|fopen|mkdir|close\(|sync|PATH_MAX|fflush"),
    ("called as the header forbids", r"== NULL|!= NULL|isfinite|readings > 0|SIZE_MAX|assert"),
]
OTHER = "one of several conditions in a line"


class Source:
    def __init__(self, counts):
        self.counts, self.files = counts, {}

    def line(self, file, at):
        if file not in self.files:
            self.files[file] = (root / file).read_text().split("\n")
        return self.files[file][at - 1].strip()

    def named(self, file, at):
        if file.endswith("_posix.c"):
            return "the operating system refuses"
        return next((name for name, words in KINDS if re.search(words, self.line(file, at))), None)

    def kind(self, file, at):
        """A line that never ran and doesn't say why is of the kind of the last one before it that ran."""
        name = self.named(file, at)
        while not name and at > 1 and self.counts.lines.get((file, at), 0) == 0:
            at -= 1
            name = self.named(file, at) if (file, at) in self.counts.lines else None
        return name or OTHER


def missing(counts):
    """(file, line): branches not taken, branches; None, None where it has none."""
    found = defaultdict(lambda: [0, 0])
    for (file, at, *_), n in counts.branches.items():
        found[file, at][0] += n == 0
        found[file, at][1] += 1
    return {key: both for key, both in found.items() if both[0]} | \
        {key: (0, 0) for key, n in counts.lines.items() if n == 0 and key not in found}


def write_list(counts, path):
    source = Source(counts)
    with open(path, "w") as out:
        for (file, at), (lost, n) in sorted(missing(counts).items()):
            ran = counts.lines[file, at] > 0
            what = f"{lost} of {n} branches" if n else "line"
            out.write(f"{file}:{at}: {what}{'' if ran else ', never run'}: {source.kind(file, at)}: {source.line(file, at)}\n")


def print_page(counts):
    source, kinds = Source(counts), defaultdict(lambda: [0, 0])
    for (file, at), (lost, _) in missing(counts).items():
        ran = counts.lines[file, at] > 0
        kind = kinds[source.kind(file, at)]
        kind[0] += not ran
        kind[1] += lost
    print("| kind | lines | branches |\n|---|---|---|")
    for name, (lines, lost) in sorted(kinds.items(), key=lambda k: -k[1][1]):
        print(f"| {name} | {lines} | {lost} |")
    print("\n| file | lines | branches | branches not taken |\n|---|---|---|---|")
    rows = [(of(counts.branches, f), of(counts.lines, f), f) for f in sorted({key[0] for key in counts.lines})]
    for (taken, branches), (ran, lines), file in sorted(rows, key=lambda r: share(*r[0])):
        if branches and share(taken, branches) < 85:
            print(f"| `{file.removeprefix('libbip/')}` | {share(ran, lines):.0f} % | {share(taken, branches):.0f} % | {branches - taken} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("build", type=os.path.abspath)
    parser.add_argument("--lines", type=float, default=0)
    parser.add_argument("--branches", type=float, default=0)
    parser.add_argument("--list")
    parser.add_argument("--page", action="store_true")
    args = parser.parse_args()
    counts, failed = gather(args.build), 0
    assert len({key[0] for key in counts.lines}) > 100, "few files were measured: is it a build with --coverage?"
    if args.list:
        write_list(counts, args.list)
    if args.page:
        print_page(counts)
    for name, table, least in (("lines", counts.lines, args.lines), ("branches", counts.branches, args.branches),
                               ("functions", counts.functions, 0)):
        percent = share(*of(table))
        print("figure: coverage of libbip, %s: %.1f %% (%d of %d)" % (name, percent, *of(table)))
        if percent < least:
            print(f"FAILED: fewer than {least:g} % of {name}")
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
