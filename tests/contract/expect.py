#!/usr/bin/env python3
"""Write the expected files of a worked case by reference.py: tests/contract/expect.py CASE-FOLDER... Read what it wrote
before you keep it. Understands plain CSV with codes, and the options that the cases use."""
import argparse
import csv
import json
import sys
from pathlib import Path

import reference


def cell(text):
    return None if text == "" else text if text in reference.REASONS else float(text)


def read(path, version):
    given, groups = [], {}
    for row in csv.DictReader(path.open(encoding="utf-8", newline="")):
        key = row["participant"], row["respondent"], row["date"], row.get("rater") or None
        scores = {row["indicator"]: cell(row["score"])} if "indicator" in row else \
            {c: cell(row[c]) for c in version.indicators if c in row}
        if all(v is None for v in scores.values()) and not row.get("note"):
            continue
        if key not in groups:
            groups[key] = reference.Assessment(key[0], version, key[1], key[2], key[3], {})
            given.append(groups[key])
        groups[key].scores.update(scores)
    return given


def options(words):
    p = argparse.ArgumentParser()
    p.add_argument("operands", nargs="*")
    p.add_argument("--all", action="store_true")
    p.add_argument("--create-participants", action="store_true")
    for name in ("--instrument", "--respondent", "--as-of", "--since", "--for"):
        p.add_argument(name)
    return p.parse_intermixed_args(words)


class Case:
    def __init__(self, folder):
        self.folder, self.versions, self.given, self.people, self.out = folder, [], [], set(), {}

    def line(self, words):
        if words[:2] == ["instrument", "add"]:
            version = reference.Version(json.loads((self.folder / words[2]).read_text()), len(self.versions))
            if (version.code, version.name) not in [(v.code, v.name) for v in self.versions]:
                self.versions.append(version)
        elif words[:2] == ["participant", "add"]:
            self.people.add(words[2])
        elif words[0] == "import":
            o = options(words[1:])
            code, _, name = o.instrument.partition("@")
            version = [v for v in self.versions if v.code == code and name in ("", v.name)][-1]
            rows = read(self.folder / o.operands[0], version)
            self.given += rows
            self.people |= {a.participant for a in rows}
        elif words[:2] in (["--json", "progression"], ["--json", "steps"]):
            self.answer(words[1], options(words[2:]))

    def answer(self, kind, o):
        people = o.operands or sorted(self.people, key=str.encode)
        role = getattr(o, "for")
        if kind == "progression":
            got = reference.progression(self.versions, self.given, people, o.as_of, o.respondent)
        else:
            got = reference.steps(self.versions, self.given, people, o.as_of, o.since, role)
            got = [x for x in got if o.respondent in (None, x["respondent"])]
        self.out.setdefault(kind, []).extend(json.dumps(x, ensure_ascii=False, separators=(",", ":")) for x in got)

    def write(self):
        for kind, name in (("progression", "expected"), ("steps", "expected_steps")):
            if kind in self.out:
                (self.folder / f"{name}.ndjson").write_text("\n".join(self.out[kind]) + "\n", encoding="utf-8")


def main():
    for folder in map(Path, sys.argv[1:]):
        case = Case(folder)
        for line in (folder / "args.txt").read_text().splitlines():
            if line.startswith("bip "):
                case.line(line.split()[1:])
        case.write()


if __name__ == "__main__":
    main()
