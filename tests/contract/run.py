#!/usr/bin/env python3
"""The contract of the program `bip`, tried from outside: tests/contract/run.py BIP [--vectors DIR] [--examples DIR] [--random N].

Worked cases in folders (args.txt, instrument.json, input.csv, expected*.ndjson), checks written as functions whose names
are claims, and random stores held against reference.py. Needs nothing but Python's standard library.
"""
import argparse
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True  # the checkout stays clean
sys.path.insert(0, str(HERE))
import compare  # noqa: E402
import forged  # noqa: E402
import lifecycle  # noqa: E402
import random_stores  # noqa: E402

NOW = "2026-11-21T10:00:00Z"
INSTRUMENT = {
    "instrument": "example", "version": "1", "title": {"en": "An example", "sv": "Ett exempel"},
    "respondents": [{"code": "participant", "title": {"en": "Participant", "sv": "Deltagare", "da": "Borger"}},
                    {"code": "caseworker", "title": {"en": "Caseworker", "sv": "Handläggare"}}],
    "scales": [{"code": "five", "min": 1, "max": 5}, {"code": "half", "min": 0, "max": 5, "step": 0.5}],
    "indicators": [{"code": "coping", "title": {"en": "Coping", "sv": "Vardagshantering"}, "scale": "five"},
                   {"code": "health", "title": {"en": "Health", "sv": "Hälsa"}, "scale": "half"},
                   {"code": "belief", "title": {"en": "Belief"}, "scale": "five", "respondents": ["caseworker"],
                    "visible_to": ["caseworker"]}],
}
RECORD = ["record", "P-001", "--instrument", "example", "--respondent", "participant", "--date", "2026-09-01"]


class Run:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def text(self):
        return self.out.decode()

    @property
    def error(self):
        return self.err.decode()

    def json(self):
        return json.loads(self.out)


class Shop:
    """A folder of its own with a store in it, and the program."""

    def __init__(self, bip, folder, **env):
        self.bip, self.folder = bip, Path(folder)
        self.store = self.folder / "test.bip"
        keep = {k: os.environ[k] for k in ("PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TMPDIR") if k in os.environ}
        self.env = {**keep, "BIP_STORE": str(self.store), "BIP_ACTOR": "anna", "BIP_NOW": NOW, "TZ": "UTC", **env}

    def __call__(self, *args, stdin=b"", env=None, stdout=subprocess.PIPE):
        merged = {k: v for k, v in {**self.env, **(env or {})}.items() if v is not None}
        done = subprocess.run([self.bip, *map(os.fsencode, args)], input=stdin, stdout=stdout, stderr=subprocess.PIPE,
                              cwd=self.folder, env=merged, timeout=120)
        return Run(done)

    def ok(self, *args, **more):
        r = self(*args, **more)
        assert r.status == 0, f"{args}: status {r.status}, {r.error}"
        return r

    def fails(self, status, *args, says="", **more):
        r = self(*args, **more)
        assert r.status == status, f"{args}: status {r.status}, not {status}: {r.error or r.text}"
        assert says in r.error, f"{args}: {says!r} is not in {r.error!r}"
        return r

    def export(self):
        return self.ok("export", "--format", "json", "--out", "-").out

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def filled(self):
        self.ok("init")
        self.file("example.json", json.dumps(INSTRUMENT))
        self.ok("instrument", "add", "example.json")
        self.ok("participant", "add", "P-001")
        self.id = self.ok(*RECORD, "coping=3", "health=declined").text.strip()
        return self


CHECKS = []


def check(f):
    CHECKS.append(f)
    return f


# ------------------------------------------------------------------------------------------------- errors and statuses
WIDE = "participant,date,respondent,coping,health,belief\n"
LONG = "participant,date,respondent,indicator,score\n"
IMPORT = ["import", "in.csv", "--instrument", "example"]
R = "participant --date 2026-10-01".split()

# what is tried, the status of the contract, a piece of the error; in.csv where a file is needed
FAILURES = [
    # wrong usage
    ([], 2, "usage", None),
    (["recrod"], 2, "record", None),
    (["participant", "lst"], 2, "participant list", None),
    (["participant"], 2, "participant", None),
    (["--jsno", "head"], 2, "--json", None),
    (["progression", "--al"], 2, "--all", None),
    (["progression"], 2, "--all", None),
    (["progression", "--all", "P-001"], 2, "--all", None),
    (["progression", "P-001", "--as-of", "2026-13-01"], 2, "--as-of", None),
    (["steps", "P-001", "--since", "yesterday"], 2, "--since", None),
    (["progression", "P-001", "--as-of"], 2, "--as-of", None),
    (["progression", "P-001", "--as-of", "2026-01-01", "--as-of=2026-01-02"], 2, "twice", None),
    (["progression", "P-001", "--all=yes"], 2, "--all", None),
    (["progression", "P-001", "--json"], 2, "before the command", None),
    (["--lang", "de", "progression", "P-001"], 2, "de", None),
    (["withdraw", "x"], 2, "--reason", None),
    (["record", "P-001", "coping=3"], 2, "--", None),
    ([*RECORD], 2, "INDICATOR=SCORE", None),
    ([*RECORD, "coping"], 2, "coping", None),
    (["participant", "add", "P-009", "--attr", "sex"], 2, "sex", None),
    (["participant", "set", "P-001"], 2, "--attr", None),
    (["export", "--format", "parquet"], 2, "parquet", None),
    (["export", "--no-notes"], 2, "--no-notes", None),
    (["head", "too", "many"], 2, "too", None),
    (["chart", "P-001", "--kind", "pie", "--out", "p.svg"], 2, "pie", None),
    (["report"], 2, "--team", None),
    (["report", "P-001", "--team"], 2, "--team", None),
    (["report", "--team", "--full"], 2, "--full", None),
    (["report", "P-001", "--rater", "anna"], 2, "--rater", None),
    (["retention", "--days", "0"], 2, "--days", None),
    (["retention", "--days", "123456"], 2, "123456", None),
    (["retention", "--days", "ten"], 2, "ten", None),
    (["retention", "--days", "10d"], 2, "10d", None),
    (["retention", "--days", ""], 2, "--days", None),
    (["import", "in.csv"], 2, "", WIDE + "P-001,2026-10-01,participant,3,,\n"),
    ([*IMPORT, "--dates", "mdy"], 2, "mdy", WIDE),
    ([*IMPORT, "--format", "xlsx"], 2, "xlsx", WIDE),
    # what was given as data is refused
    ([*RECORD[:-1], "2026-02-30", "coping=3"], 3, "2026-02-30", None),
    ([*RECORD[:-1], "1899-12-31", "coping=3"], 3, "1899", None),
    ([*RECORD[:-1], "2200-01-01", "coping=3"], 3, "2200", None),
    ([*RECORD[:-1], "01/09/2026", "coping=3"], 3, "01/09/2026", None),
    ([*RECORD, "coping=6"], 3, "coping", None),
    ([*RECORD, "coping=2.5"], 3, "coping", None),
    ([*RECORD, "coping=nan"], 3, "coping", None),
    ([*RECORD, "coping=1e400"], 3, "coping", None),
    ([*RECORD, "coping=0x3"], 3, "coping", None),
    ([*RECORD, "coping=three"], 3, "coping", None),
    ([*RECORD, "coping=3", "coping=3"], 3, "coping", None),
    ([*RECORD, "belief=3"], 3, "belief", None),
    ([*RECORD, "hope=3"], 3, "hope", None),
    (["record", "P-404", *RECORD[2:], "coping=3"], 3, "participant add P-404", None),
    ([*RECORD[:3], "nothing", *RECORD[4:], "coping=3"], 3, "nothing", None),
    ([*RECORD[:3], "example@7", *RECORD[4:], "coping=3"], 3, "example@7", None),
    ([*RECORD[:5], "mother", *RECORD[6:], "coping=3"], 3, "mother", None),
    ([*RECORD, "--note", "calls herself 19811218-9876", "coping=2"], 3, "", None),
    ([*RECORD, "--rater", "811218-9876", "coping=2"], 3, "", None),
    (["participant", "add", "8112189876"], 3, "", None),
    (["participant", "add", " P"], 3, "", None),
    (["participant", "add", b"P\xff"], 3, "", None),
    (["participant", "add", "P-009", "--enrolled", "2026-02-30"], 3, "2026-02-30", None),
    (["participant", "add", "P-009", "--attr", "Sex=woman"], 3, "", None),
    (["participant", "set", "P-001", "--attr", "note=811218-9876"], 3, "", None),
    (["participant", "set", "P-001", "--attr", "brother-8112189876=yes"], 3, "national", None),
    (["participant", "add", "P-009", "--reason", "811218-9876"], 3, "", None),
    (["--actor", " anna", "participant", "add", "P-009"], 3, "actor", None),
    (["instrument", "add", "in.csv"], 3, "bip: in.csv: indicators[0].scael: ",
     json.dumps({**INSTRUMENT, "version": "2",
                 "indicators": [{"code": "a", "title": {"en": "A"}, "scale": "five", "scael": 1}]})),
    (["instrument", "add", "in.csv"], 3, "", json.dumps({**INSTRUMENT, "title": {"en": "Another"}})),
    (["instrument", "add", "in.csv"], 3, "bip: in.csv: title.sv: holds a national identity number\n",
     json.dumps({**INSTRUMENT, "version": "2", "title": {"en": "Of one", "sv": "Om 850709-9805"}})),
    (["instrument", "add", "in.csv"], 3, "bip: in.csv: x_tried[1].on: holds a national identity number\n",
     json.dumps({**INSTRUMENT, "version": "2", "x_tried": ["nobody", {"on": "198507099805"}]})),
    (["instrument", "check", "in.csv"], 3, "", "{"),
    (["instrument", "check", "in.csv"], 3, "bip: in.csv: instrument: is missing\n", "{}"),
    (["instrument", "check", "in.csv"], 3, "", "[" * 100000),
    (["--words", "in.csv", "steps", "P-001"], 3, "bip: in.csv: ", "{}"),
    (["verify", "--anchor", "in.csv"], 3, "bip: in.csv: anchor: is empty", ""),
    (["verify", "--anchor", "in.csv"], 3, "bip: in.csv: anchor: is empty", "\n\r\n"),
    (["verify", "--anchor", "in.csv"], 3, "bip: in.csv: anchor: holds U+0000", "\n" + "\0" * 98),
    (["verify", "--anchor", "in.csv"], 3, "bip: in.csv: anchor, line 1: is not ENTRY HASH", "0" * 32 + " " + "0" * 40),
    (["correct", "ID", "coping=9"], 3, "coping", None),
    ([*IMPORT], 3, "in.csv: line 2", WIDE + "P-001,2026-10-01,participant,7,,\n"),
    ([*IMPORT], 3, "in.csv: line 3", WIDE + "P-001,2026-10-01,participant,2,,\nP-001,2026-02-30,participant,3,,\n"),
    ([*IMPORT], 3, "in.csv: line 2", WIDE + "P-404,2026-10-01,participant,3,,\n"),
    ([*IMPORT], 3, "in.csv: line 2", WIDE + "P-001,2026-10-01,mother,3,,\n"),
    ([*IMPORT], 3, "in.csv: line 2", WIDE + "P-001,2026-10-01,participant,,,3\n"),
    ([*IMPORT], 3, "in.csv: line 2", WIDE + "P-001,2026-10-01,participant,3,,,,9\n"),
    ([*IMPORT], 3, "colour", "participant,date,respondent,coping,colour\nP-001,2026-10-01,participant,3,red\n"),
    ([*IMPORT], 3, "", "participant,date,respondent,coping,Vardagshantering\nP-001,2026-10-01,participant,3,3\n"),
    ([*IMPORT], 3, "line 2", WIDE + 'P-001,2026-10-01,participant,"3,,\n'),
    ([*IMPORT], 3, "line 2", WIDE + "P-001,2026-10-01,participant,\0,,\n"),
    ([*IMPORT], 3, "line 2", (WIDE + "P-001,2026-10-01,partic\u00e5").encode() + b"\xff,3,,\n"),
    ([*IMPORT], 3, "line 2", WIDE + "P-001,2026-10-01,participant," + "3" * (1 << 20) + ",,\n"),
    ([*IMPORT], 3, "line 2", WIDE + "P-001,2026-09-01,participant,4,,\n"),
    ([*IMPORT], 3, "line 3", LONG + "P-001,2026-10-01,participant,coping,3\nP-001,2026-10-01,participant,coping,3\n"),
    ([*IMPORT], 3, "line 2", LONG + "P-001,2026-10-01,participant,hope,3\n"),
    ([*IMPORT], 3, "line 2", LONG + "P-001,2026-10-01,participant,coping,1e400\n"),
    (["merge", "absent.bip"], 1, "absent.bip: there is no such file\n", None),
    (["merge", "in.csv"], 1, "the file is not a store\n", WIDE),
    ([*IMPORT[:3], "nothing"], 3, "nothing", WIDE + "P-001,2026-10-01,participant,3,,\n"),
    (["import", "in.csv"], 3, "", "{"),
    (["import", "in.csv", "--format", "json"], 3, "", '{"schema":"bip-store-9"}'),
    (["import", "in.csv"], 3, "set to jsonl", '{"schema":"bip-assessment-1","scores":{"coping":03}}\n'),
    (["import", "in.csv"], 3, "JSON list", '[{"schema":"bip-assessment-1"}]'),
    (["import", "in.csv"], 3, "JSON list", '[\n  {"schema":"bip-assessment-1"}\n]'),
    # it could not be done
    (["progression", "P-404"], 1, "P-404", None),
    (["progression", "P-001", "P-404"], 1, "P-404", None),
    (["steps", "P-404"], 1, "P-404", None),
    (["history", "P-404"], 1, "P-404", None),
    (["participant", "show", "P-404"], 1, "P-404", None),
    (["participant", "set", "P-404", "--attr", "a=b"], 1, "P-404", None),
    (["participant", "add", "P-001"], 1, "P-001", None),
    (["progression", "P-001", "--instrument", "nothing"], 1, "nothing", None),
    (["progression", "P-001", "--instrument", "example@7"], 1, "example@7", None),
    (["progression", "P-001", "--respondent", "mother"], 1, "mother", None),
    (["steps", "P-001", "--for", "mother"], 1, "mother", None),
    (["instrument", "show", "nothing"], 1, "nothing", None),
    (["correct", "nothing", "coping=3"], 1, "nothing", None),
    (["withdraw", "nothing", "--reason", "x"], 1, "nothing", None),
    ([*RECORD, "coping=4"], 1, "ID", None),
    (["import", "absent.csv", "--instrument", "example"], 1, "absent.csv", None),
    (["import", ".", "--instrument", "example"], 1, ".", None),
    (["instrument", "add", "absent.json"], 1, "absent.json", None),
    (["verify", "--anchor", "absent.txt"], 1, "absent.txt", None),
    (["init"], 1, "test.bip", None),
    (["backup", "test.bip"], 1, "test.bip", None),
    (["export", "--out", "no/such/folder/x.json"], 1, "no/such/folder", None),
]


# What is asked for by a wrong name: the error says which command tells the right ones.
NEXT = [
    ([*RECORD[:3], "exampel", *RECORD[4:], "coping=3"], "`bip instrument list`"),
    ([*RECORD[:5], "self", *RECORD[6:], "coping=3"], "`bip instrument show CODE`"),
    ([*RECORD, "copping=3"], "`bip instrument show CODE`"),
    (["record", "P-009", *RECORD[2:], "coping=3"], "`bip participant add P-009`"),
    (["correct", "0.0", "coping=3"], "`bip history PARTICIPANT`"),
    (["participant", "show", "P-009"], "`bip participant list`"),
    (["participant", "erase", "P-009", "--reason", "x"], "`bip participant list`"),
    (["progression", "P-009"], "`bip participant list`"),
    (["progression", "P-001", "--instrument", "exampel"], "`bip instrument list`"),
    (["steps", "P-001", "--for", "nobody"], "`bip instrument show CODE`"),
    (["form", "exampel"], "`bip instrument list`"),
    (["form", "example", "--for", "nobody"], "`bip instrument show CODE`"),
    (["-s", "none.bip", "verify"], "`bip -s none.bip init`"),
    (["-s", "example.json", "verify"], "`bip -s FILE init`"),
    (["init"], "choose a name that isn't taken"),
    (["backup", "test.bip"], "choose a name that isn't taken"),
]


@check
def a_wrong_name_is_answered_with_the_command_that_tells_the_right_ones(shop):
    shop.filled()
    for args, command in NEXT:
        r = shop(*args)
        assert r.status in (1, 3) and command in r.error, f"{args}: {r.error}"


@check
def colour_is_for_a_terminal_that_has_not_asked_for_none(shop):
    def told(to, **env):
        mine, theirs = os.openpty() if to == "terminal" else os.pipe()
        subprocess.run([shop.bip, "recrod"], stderr=theirs, stdout=subprocess.DEVNULL, env={**shop.env, **env})
        os.close(theirs)
        text = os.read(mine, 4096)
        os.close(mine)
        return text
    if os.name == "posix":
        assert told("terminal", TERM="xterm").startswith(b"\x1b[1;31mbip:\x1b[0m no command")
        assert told("terminal", TERM="xterm", NO_COLOR="1").startswith(b"bip: no command")
        assert told("pipe", TERM="xterm").startswith(b"bip: no command")


@check
def a_timeline_shows_a_dimension_below_its_indicators(shop):
    shop.filled()
    shop.file("two.json", json.dumps({**INSTRUMENT, "instrument": "two", "dimensions": [
        {"code": "both", "title": {"en": "Both together"}, "method": "sum", "indicators": ["coping", "health"]}]}))
    shop.ok("instrument", "add", "two.json")
    for day, coping in (("01", 2), ("15", 3), ("29", 4)):
        shop.ok("record", "P-001", "--instrument", "two", "--respondent", "participant", "--date", f"2026-09-{day}",
                f"coping={coping}", "health=1.5")
    drawn = shop.ok("chart", "P-001", "--kind", "timeline", "--instrument", "two", "--out", "-").text
    at = [drawn.find(f">{title}<") for title in ("Coping", "Health", "Both together")]
    assert 0 < at[0] < at[1] < at[2], at
    shop.ok("chart", "P-001", "--kind", "timeline", "--instrument", "two", "--out", "t.svg")
    assert (shop.folder / "t.svg").read_text() == drawn
    shop.fails(2, "--json", "chart", "P-001", "--kind", "timeline", "--out", "-", says="progression")
    axes = shop.ok("--json", "chart", "P-001", "--kind", "spider", "--instrument", "two", "--out", "-").json()["axes"]
    assert [axis["code"] for axis in axes][:2] == ["coping", "health"]


def variants(value):
    """Other values than this one, some of its own kind."""
    if isinstance(value, str):
        return ["", value + "x", value[::-1], value.upper(), None, 7]
    if isinstance(value, bool) or value is None:
        return [not value, "x"]
    if isinstance(value, (int, float)):
        return [value + 1, -1, 0, 0.5, 1e300, "1"]
    return [value[::-1], value[1:], value + value[:1], {}] if isinstance(value, list) else [[], None]


def changed(value):
    """The document with one thing in it changed: a value another, a key left out, a list turned, shortened, lengthened."""
    yield from (other for other in variants(value) if other != value)
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from ([*value[:i], other, *value[i + 1:]] for other in changed(item))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield {k: v for k, v in value.items() if k != key}
            yield from ({**value, key: other} for other in changed(item))


@check
def an_export_changed_anywhere_is_refused_or_taken_as_it_was(shop):
    """Every seventh change: the import says no and leaves nothing, or what was changed is of no account."""
    shop.filled()
    shop.ok("correct", shop.id, "coping=4", "--reason", "misheard", "--note", "by phone")
    shop.ok("dispute", shop.id, "--text", "I was ill")
    shop.ok("participant", "add", "P-002", "--attr", "team=north")
    shop.ok("record", "P-002", *RECORD[2:], "--rater", "cat", "coping=2")
    shop.ok("participant", "add", "P-003")
    shop.ok("participant", "erase", "P-003", "--reason", "asked for")
    whole = shop.ok("export", "--format", "json", "--out", "-").json()
    said = {key: whole[key] for key in whole if key != "instruments"}
    shop.ok("-s", "empty.bip", "init")
    empty = shop.ok("-s", "empty.bip", "export", "--format", "json", "--out", "-").json()
    wrong, refused = [], 0
    for i, other in enumerate(changed(said)):
        if i % 7 or not isinstance(other, dict):
            continue
        other = {key: other[key] if key in other else whole[key] for key in whole if key in other or key == "instruments"}
        shutil.copy(shop.folder / "empty.bip", shop.folder / "other.bip")
        shop.file("other.json", json.dumps(other, ensure_ascii=False))
        r = shop("-s", "other.bip", "import", "other.json", "--format", "json")
        after = shop.ok("-s", "other.bip", "export", "--format", "json", "--out", "-").json()
        refused += r.status != 0
        if r.status not in (0, 1, 3) or after != (whole if r.status == 0 else empty):
            wrong.append(f"change {i}, status {r.status}: {r.error.strip()[:200]}: {json.dumps(other)[-300:]}")
    assert not wrong, f"{len(wrong)}:\n  " + "\n  ".join(wrong[:10])
    assert refused > 50, refused


@check
def a_title_is_listed_as_it_was_given(shop):
    title = 'A "quoted" one, C:\\path {a: [b]}, 5/5'
    shop.filled()
    shop.file("hard.json", json.dumps({**INSTRUMENT, "instrument": "hard", "title": {"en": title}}))
    shop.ok("instrument", "add", "hard.json")
    line = [x for x in shop.ok("instrument", "list").text.splitlines() if x.startswith("hard")]
    assert line and title in line[0], line
    titles = {"da": "Kun dansk", "sv": "Svensk"}
    shop.file("danish.json", json.dumps({**INSTRUMENT, "instrument": "danish", "title": titles}))
    assert shop.ok("--json", "instrument", "check", "danish.json").json() == {"faults": 0}
    shop.ok("instrument", "add", "danish.json")
    for lang, said in (("en", "Kun dansk"), ("da", "Kun dansk"), ("sv", "Svensk")):
        assert f"danish@1  {said}" in shop.ok("--lang", lang, "instrument", "list").text, lang


@check
def every_failure_has_its_status_says_why_and_changes_nothing(shop):
    shop.filled()
    before = shop.export()
    wrong = []
    for args, status, says, content in FAILURES:
        if content is not None:
            shop.file("in.csv", content)
        args = [shop.id if a == "ID" else a for a in args]
        r = shop(*args)
        says = shop.id if says == "ID" else says
        lines = r.error.splitlines()
        faults = [f"status {r.status}, not {status}"] * (r.status != status)
        faults += [f"lacks {says!r}"] * (says not in r.error)
        faults += ["printed something"] * (r.out != b"")
        faults += ["is not one line `bip: ...`"] * (args != [] and not (lines and all(x.startswith("bip: ") for x in lines)))
        faults += ["changed the store"] * (shop.export() != before)
        wrong += [f"{args[:12]}: {', '.join(faults)}: {r.error[:300].strip()}"] * bool(faults)
    assert not wrong, "\n  " + "\n  ".join(wrong)


@check
def every_failure_is_one_json_object_with_json(shop):
    shop.filled()
    wrong = []
    for args, status, _, content in FAILURES:
        if content is not None:
            shop.file("in.csv", content)
        args = ["--json", *(shop.id if a == "ID" else a for a in args)]
        r = shop(*args)
        try:
            document = json.loads(r.err)
            keys = list(document["error"])
            good = list(document) == ["error"] and keys[:3] == ["code", "where", "message"] and \
                set(keys[3:]) <= {"rows", "more"} and document["error"]["message"] and \
                all(list(x) in (["line", "column", "message"], ["where", "message"])
                    for x in document["error"].get("rows", []))
        except (ValueError, KeyError, TypeError):
            good = False
        if not good or r.status != status or r.out or r.err.count(b"\n") != 1:
            wrong.append(f"{args[:12]}: status {r.status}: {r.error[:300].strip()} {r.text[:100]}")
    assert not wrong, "\n  " + "\n  ".join(wrong)


@check
def json_is_asked_for_behind_an_option_that_is_not_known_too(shop):
    def where(*args):
        return json.loads(shop.fails(2, *args).err)["error"]["where"]
    for wrong in (["--jsn"], ["--stoer", "team.bip"], ["--stoer=team.bip"], ["-x"]):
        assert where(*wrong, "--json", "head") == wrong[0].partition("=")[0]
    assert where("--json", "--jsn", "head") == "--jsn"
    shop.fails(2, "--jsn", "--", "--json", says="bip: --jsn: ")


@check
def error_codes_are_the_words_of_the_library(shop):
    shop.filled()

    def code(*args, **more):
        return json.loads(shop("--json", *args, **more).err)["error"]["code"]
    assert code("progression") == "usage"
    assert code("progression", "P-404") == "not_found"
    assert code(*RECORD, "coping=4") == "conflict"
    assert code(*RECORD, "coping=7") == "refused"


@check
def a_store_that_is_named_nowhere_is_wrong_usage(shop):
    r = shop.fails(2, "head", env={"BIP_STORE": None})
    assert "BIP_STORE" in r.error and "-s" in r.error
    shop.fails(2, "head", env={"BIP_STORE": ""})


@check
def a_store_that_is_not_there_tells_how_to_make_one(shop):
    assert "init" in shop.fails(1, "head", says="test.bip").error
    assert not shop.store.exists()


@check
def files_that_are_no_store_are_refused_untouched(shop):
    shop.filled()
    good = shop.store.read_bytes()
    newer = bytearray(good)
    newer[60:64] = (999).to_bytes(4, "big")  # SQLite's user_version
    foreign = bytearray(good)
    foreign[68:72] = (0x42424242).to_bytes(4, "big")  # its application_id
    files = {"text": b"participant,date\n" * 50, "empty": b"", "newer": bytes(newer), "foreign": bytes(foreign),
             "half": good[:len(good) // 2 // 4096 * 4096], "cut": good[:len(good) // 2 + 100], "bytes": bytes(8192)}
    wrong = []
    for name, content in files.items():
        path = shop.file(name, content)
        for args in (["head"], ["participant", "add", "P-002"], ["init"], ["verify"], ["export"]):
            r = shop("-s", name, *args)
            if r.status != 1 or path.read_bytes() != content or not r.error.startswith("bip: "):
                wrong.append(f"{name} {args}: status {r.status}, same {path.read_bytes() == content}: {r.error.strip()}")
    (shop.folder / "folder").mkdir()
    for args in (["head"], ["participant", "add", "P-002"], ["init"]):
        if shop("-s", "folder", *args).status != 1:
            wrong.append(f"folder {args}")
    assert not wrong, "\n  " + "\n  ".join(wrong)
    assert sorted(p.name for p in shop.folder.iterdir() if p.name.endswith(("-wal", "-shm", "-journal"))) == []


# ------------------------------------------------------------------------------------------------------ recording
@check
def a_name_that_no_file_can_have_is_said_to_be_too_long(shop):
    shop.filled()
    for length in (250, 300, 5000):  # the first could be a file's, but for what stands beside a store
        name = "n" * length
        shop.fails(1, "-s", name, "verify", says="there is no such file")
        shop.fails(1, "backup", name, says="the name is too long")
        shop.fails(1, "export", "--format", "json", "--out", name, says="n" * 100)  # in words of the system
    shop.fails(1, "-s", "n" * 300, "init", says="the name is too long")
    shop.fails(1, "backup", "none/b.bip", says="the folder does not exist")
    assert sorted(p.name for p in shop.folder.iterdir()) == ["example.json", "test.bip"]


@check
def a_folder_that_may_not_be_entered_is_said_to_be_that(shop):
    if not hasattr(os, "geteuid") or os.geteuid() == 0:  # nothing is barred for root
        return
    shop.filled()
    barred = shop.folder / "barred"
    barred.mkdir(0o000)
    for command, says in ((["-s", "barred/s.bip", "verify"], "no right to look at it"),
                          (["-s", "barred/s.bip", "init"], "no right to make a file there"),
                          (["backup", "barred/b.bip"], "no right to make a file there"),
                          (["export", "--format", "json", "--out", "barred/e.json"], "barred/e.json")):
        shop.fails(1, *command, says=says)
    barred.rmdir()


@check
def the_same_again_prints_the_id_it_has(shop):
    shop.filled()
    before = shop.export()
    assert shop.ok(*RECORD, "coping=3", "health=declined").text.strip() == shop.id
    assert shop.ok(*RECORD, "health=declined", "coping=3,0", "--reason", "x").text.strip() == shop.id
    assert shop.ok("--json", *RECORD, "coping=3", "health=declined").text == json.dumps(
        {"id": shop.id}, separators=(",", ":")) + "\n"
    assert shop.export() == before


@check
def another_content_under_the_key_is_a_conflict_that_names_the_id(shop):
    shop.filled()
    shop.fails(1, *RECORD, "coping=4", says=shop.id)
    shop.fails(1, *RECORD, "coping=3", "health=declined", "--note", "new", says=shop.id)
    other = shop.ok(*RECORD, "coping=4", "--rater", "H07").text.strip()  # another rater is another key
    assert other != shop.id


@check
def a_correction_keeps_what_it_does_not_name(shop):
    shop.filled()
    shop.ok("correct", shop.id, "coping=4", "--note", "typed wrong", "--reason", "a slip")
    shop.fails(1, *RECORD, "coping=4", "health=declined", says=shop.id)  # the note is part of the content
    shop.ok("correct", shop.id, "--note", "")
    assert shop.ok(*RECORD, "coping=4", "health=declined").text.strip() != ""
    shop.ok("correct", shop.id, "health=")
    assert shop.ok(*RECORD, "coping=4").text.strip() != ""
    lines = [json.loads(x) for x in shop.ok("--json", "history", "P-001").text.splitlines()]
    text = json.dumps(lines)
    assert "a slip" in text and "typed wrong" in text and '"anna"' in text


@check
def any_revision_stands_for_the_assessment(shop):
    shop.filled()
    second = shop.ok("correct", shop.id, "coping=4").text.strip()
    shop.ok("correct", second, "coping=5")
    shop.ok("correct", shop.id, "coping=2")
    series = shop.ok("--json", "progression", "P-001").json()["series"]
    assert [s["latest"]["score"] for s in series] == [2]


@check
def a_withdrawn_assessment_leaves_the_figures_frees_its_key_and_stays_in_the_history(shop):
    shop.filled()
    shop.ok("withdraw", shop.id, "--reason", "another person's form")
    assert shop.ok("--json", "progression", "P-001").json()["series"] == []
    again = shop.ok(*RECORD, "coping=5").text.strip()
    assert again and again != shop.id
    assert "another person's form" in shop.ok("history", "P-001").text
    shop.fails(1, "withdraw", shop.id, "--reason", "twice")
    shop.fails(1, "correct", shop.id, "coping=1")


@check
def attributes_come_and_go(shop):
    shop.filled()
    shop.ok("participant", "add", "Ö-2", "--enrolled", "2026-01-15", "--attr", "sex=woman", "--attr=team=a=b")
    assert shop.ok("--json", "participant", "show", "Ö-2").json()["attributes"] == {"sex": "woman", "team": "a=b"}
    text = shop.ok("participant", "list").text
    assert text.splitlines() == ["P-001", "Ö-2  enrolled 2026-01-15  sex=woman  team=a=b"], text
    shop.ok("participant", "set", "Ö-2", "--attr", "team=")
    assert shop.ok("--json", "participant", "show", "Ö-2").json()["attributes"] == {"sex": "woman"}
    before = shop.export()
    shop.ok("participant", "set", "Ö-2", "--attr", "sex=woman")
    assert shop.export() == before


@check
def redact_takes_national_numbers_out_of_notes(shop):
    shop.filled()
    shop.ok("correct", shop.id, "--note", "is 811218-9876 indeed", "--redact")
    assert b"811218" not in shop.export() and b"is [...] indeed" in shop.export()


@check
def a_store_made_for_national_numbers_takes_them(shop):
    shop.ok("init", "--allow-national-ids")
    shop.ok("participant", "add", "19811218-9876")
    shop.file("one.json", json.dumps({**INSTRUMENT, "source": "tried with 850709-9805"}))
    shop.ok("instrument", "add", "one.json")


@check
def a_definition_with_a_national_number_that_a_store_holds_is_still_merged(shop):
    """No version can be changed: refused, the two stores could never take in one another again."""
    shop.filled()
    shop.ok("-s", "other.bip", "init", "--allow-national-ids")
    shop.file("one.json", json.dumps({**INSTRUMENT, "instrument": "one", "source": "tried with 850709-9805"}))
    shop.fails(3, "instrument", "add", "one.json", says="one.json: source: holds a national identity number")
    shop.ok("-s", "other.bip", "instrument", "add", "one.json")
    shop.ok("merge", "other.bip")
    shop.ok("verify")


@check
def a_version_may_look_like_a_national_number(shop):
    shop.filled()
    shop.file("one.json", json.dumps({**INSTRUMENT, "version": "198507099805", "continues": "1"}))
    shop.ok("instrument", "add", "one.json")


@check
def every_writing_command_keeps_its_reason(shop):
    shop.filled()
    shop.ok("participant", "set", "P-001", "--attr", "a=b", "--reason", "reason one")
    shop.ok("participant", "add", "P-002", "--reason", "reason two")
    shop.ok("record", "P-002", *RECORD[2:], "coping=1", "--reason", "reason three")
    shop.file("in.csv", WIDE + "P-002,2026-10-01,participant,3,,\n")
    shop.ok(*IMPORT, "--reason", "reason four")
    text = shop.ok("history", "P-001").text + shop.ok("history", "P-002").text
    for word in ("one", "two", "three", "four"):
        assert f"reason {word}" in text, word


# ------------------------------------------------------------------------------------------------------------ import
@check
def import_counts_new_known_and_changed(shop):
    shop.filled()
    shop.file("in.csv", WIDE + "P-001,2026-10-01,participant,3,,\nP-001,2026-09-01,participant,3,declined,\n"
              "P-007,2026-10-02,caseworker,,2.5,1\n,,,,,\nP-007,2026-10-03,participant,,,\n")
    before = shop.export()
    dry = shop.ok("--json", *IMPORT, "--create-participants", "--dry-run").json()
    assert dry == {"new": 2, "known": 1, "changed": 0, "participants": 1, "empty_rows": dry["empty_rows"], "future": 0,
                   "dry_run": True}
    assert list(dry) == ["new", "known", "changed", "participants", "empty_rows", "future", "dry_run"]
    assert shop.export() == before
    text = shop.ok(*IMPORT, "--create-participants").text
    assert text.startswith("2 new, 1 known, 0 changed; 1 participant registered"), text
    assert shop.ok(*IMPORT).text.startswith("0 new, 3 known, 0 changed")
    shop.file("in.csv", WIDE + "P-001,2026-10-01,participant,4,,\n")
    shop.fails(3, *IMPORT, says="line 2")
    assert shop.ok(*IMPORT, "--update").text.startswith("0 new, 0 known, 1 changed")


@check
def import_reads_standard_input_and_names_it(shop):
    shop.filled()
    shop.ok("import", "-", *IMPORT[2:], stdin=(WIDE + "P-001,2026-10-01,participant,3,,\n").encode())
    shop.fails(3, "import", "-", *IMPORT[2:], says="bip: stdin: line 2",
               stdin=(WIDE + "P-001,2026-10-02,participant,8,,\n").encode())


@check
def import_reports_every_bad_cell_and_at_most_a_thousand(shop):
    shop.filled()
    rows = "".join(f"P-001,2026-10-01,participant,{9 + i},,\n" for i in range(1203))
    shop.file("in.csv", WIDE + rows)
    lines = shop.fails(3, *IMPORT).error.splitlines()
    assert len(lines) == 1001 and lines[0].startswith("bip: in.csv: line 2, column coping: "), lines[:2]
    assert "203" in lines[-1], lines[-1]
    error = json.loads(shop.fails(3, "--json", *IMPORT).err)["error"]
    assert len(error["rows"]) == 1000 and error["rows"][1]["line"] == 3 and error["rows"][1]["column"] == "coping"


@check
def dates_ahead_are_taken_with_a_warning_that_counts_them(shop):
    shop.filled()
    shop.file("in.csv", WIDE + "P-001,2026-11-22,participant,3,,\nP-001,2026-11-21,participant,3,,\n"
              "P-001,2027-01-01,participant,3,,\n")
    r = shop.ok(*IMPORT)
    assert r.error == "bip: warning: 2 dates after 2026-11-21\n", r.error
    shop.file("in.csv", WIDE + "P-001,2026-10-22,participant,3,,\n")
    assert shop.ok(*IMPORT, "--as-of", "2026-10-01").error == "bip: warning: 1 date after 2026-10-01\n"
    assert b'"at":"2026-10-01' not in shop.export()  # which day counts as today is no business of the trail
    r = shop.ok(*RECORD[:-1], "2026-12-24", "coping=3")
    assert r.error == "bip: warning: 1 date after 2026-11-21\n", r.error


@check
def an_enrolment_ahead_is_taken_with_a_warning(shop):
    shop.filled()
    ahead = "bip: warning: 1 date after 2026-11-21\n"
    assert shop.ok("participant", "add", "P-002", "--enrolled", "2026-11-22").error == ahead
    assert shop.ok("participant", "add", "P-003", "--enrolled", "2026-11-21").error == ""
    assert shop.ok("participant", "add", "P-004").error == ""
    assert shop.ok("participant", "add", "P-005", "--enrolled", "2026-11-22", "--as-of", "2026-11-22").error == ""
    shop.fails(2, "participant", "add", "P-006", "--as-of", "soon", says="--as-of")


@check
def columns_that_match_nothing_can_be_ignored_by_name(shop):
    shop.filled()
    shop.file("in.csv", "participant,date,respondent,coping,colour,x\nP-001,2026-10-01,participant,3,red,1\n")
    shop.fails(3, *IMPORT, "--ignore-column", "x", says="colour")
    shop.ok(*IMPORT, "--ignore-column", "x", "--ignore-column", "colour")


@check
def swedish_words_and_danish_dates_are_read(shop):
    shop.filled()
    content = "Deltagare;Datum;Svarande;Vardagshantering;Hälsa\r\nP-001;1.10.2026;DELTAGARE;Vill ej svara;2,5\r\n"
    shop.file("in.csv", content.encode("cp1252"))
    shop.ok(*IMPORT, "--dates", "dmy")
    series = shop.ok("--json", "progression", "P-001").json()["series"]
    assert [(s["code"], s["latest"]["score"], s["missing"]["declined"]) for s in series] == \
        [("coping", 3, 1), ("health", 2.5, 1)], series


# ------------------------------------------------------------------------------------------------ export, backup, verify
@check
def an_export_imported_into_a_fresh_store_exports_the_same(shop):
    shop.filled()
    shop.ok("correct", shop.id, "coping=4", "--reason", "å\u2028\"\\")
    shop.ok("participant", "add", "Ö", "--attr", "a=\u00e9")
    shop.ok("record", "Ö", *RECORD[2:], "health=0,5", "--note", "  rad ett\nrad två\t ")
    shop.ok("withdraw", shop.id, "--reason", "gone")
    whole = shop.export()
    shop.file("whole.json", whole)
    shop.ok("-s", "other.bip", "init")
    shop.ok("-s", "other.bip", "import", "whole.json")
    assert shop.ok("-s", "other.bip", "export").out == whole
    shop.ok("-s", "other.bip", "import", "whole.json", "--format", "json")  # a merge with itself is nothing
    assert shop.ok("-s", "other.bip", "export").out == whole
    shop.ok("-s", "other.bip", "verify")
    assert shop.ok("-s", "other.bip", "head").out == shop.ok("head").out


@check
def a_reason_is_recorded_by_what_people_call_it(shop):
    """In Swedish and Danish, in any case, as CSV takes it; the same again is no change."""
    shop.filled()
    shop.ok("participant", "add", "P-002")
    said = ["record", "P-002", *RECORD[2:]]
    first = shop.ok(*said, "coping=Vet ej", "health=ØNSKER ikke at svare").out
    assert shop.ok(*said, "coping=dont_know", "health=declined").out == first
    shop.fails(3, *said[:-1], "2026-10-01", "coping=vet inte", says="vet inte")
    assert shop.ok("export", "--format", "csv-long", "--out", "-").out.count(b",dont_know,") == 1


@check
def notes_stay_at_home_where_they_are_left_out(shop):
    shop.file("example.json", json.dumps(INSTRUMENT))
    shop.ok("init")
    shop.ok("instrument", "add", "example.json")
    shop.ok("participant", "add", "P-001")
    shop.ok(*RECORD, "--note", "what was said", "coping=3")
    for form in ("jsonl", "csv-long", "csv-wide"):
        assert b"what was said" in shop.ok("export", "--format", form).out
        without = shop.ok("export", "--format", form, "--no-notes").out
        assert without and b"note" not in without and b"said" not in without, without
        again = shop.ok("import", "-", "--format", form, stdin=without).text
        assert again == "0 new, 1 known, 0 changed\n", again


@check
def two_stores_that_met_hold_the_same_and_verify(shop):
    """Each has been given the same instrument and the same participant by itself."""
    shop.file("example.json", json.dumps(INSTRUMENT))
    for store in ("a.bip", "b.bip"):
        shop.ok("-s", store, "init")
        shop.ok("-s", store, "instrument", "add", "example.json")
        shop.ok("-s", store, "participant", "add", "P-001")
        shop.ok("-s", store, *RECORD, "--rater", store[0], "coping=3")
    one, other = shop.ok("-s", "a.bip", "export").out, shop.ok("-s", "b.bip", "export").out
    shop.file("a.json", one)
    shop.file("b.json", other)
    shop.ok("-s", "a.bip", "import", "b.json")
    shop.ok("-s", "b.bip", "import", "a.json")
    assert shop.ok("-s", "a.bip", "export").out == shop.ok("-s", "b.bip", "export").out
    for store in ("a.bip", "b.bip"):
        shop.ok("-s", store, "verify")
        assert len(shop.ok("-s", store, "--json", "history", "P-001").out.splitlines()) == 4
    shop.ok("-s", "a.bip", "participant", "set", "P-001", "--attr", "sex=woman")  # facts go on after a meeting
    shop.ok("-s", "a.bip", "verify")


@check
def an_export_to_a_file_is_whole_private_and_replaces(shop):
    shop.filled()
    shop.ok("export", "--format", "json", "--out", "x.json")
    path = shop.folder / "x.json"
    assert path.read_bytes() == shop.export() and path.stat().st_mode & 0o077 == 0
    (shop.folder / "link.json").symlink_to("x.json")
    shop.ok("participant", "add", "P-002")
    shop.ok("export", "--out", "link.json")
    assert (shop.folder / "link.json").is_symlink() and path.read_bytes() == shop.export()
    assert not [p for p in shop.folder.iterdir() if p.name.endswith(".tmp")]


@check
def nothing_is_written_over_a_store_or_into_one(shop):
    shop.filled()
    shop.ok("-s", "other.bip", "init")
    other = (shop.folder / "other.bip").read_bytes()
    (shop.folder / "link").symlink_to("test.bip")
    before = shop.export()
    for name in ("test.bip", "other.bip", "link"):
        for args in (["export", "--out", name], ["export", "--format", "csv-long", "--out", name],
                     ["report", "P-001", "--out", name], ["form", "example", "--out", name],
                     ["chart", "P-001", "--kind", "spider", "--instrument", "example", "--out", name],
                     ["--read-log", name, "progression", "P-001"]):
            shop.fails(1, *args, says=f"bip: {name}: is a store")
    assert shop.export() == before and (shop.folder / "other.bip").read_bytes() == other
    shop.ok("verify")


@check
def a_name_that_is_empty_is_shown_as_that(shop):
    shop.filled()
    for args in (["import", ""], ["export", "--out", ""], ["instrument", "add", ""], ["--read-log", "", "history", "P-001"]):
        shop.fails(1, *args, says='bip: "": ')


@check
def a_pattern_that_costs_too_much_is_named_with_its_instrument(shop):
    shop.filled()
    who = "a" * 40 + "!"
    shop.file("costly.json", json.dumps({**INSTRUMENT, "instrument": "costly", "participant_pattern": "(a+)+$"}))
    shop.ok("instrument", "add", "costly.json")
    shop.ok("participant", "add", who)
    says = f"bip: participant: {who} can't be held against the form that costly asks for: the pattern is too costly"
    shop.fails(3, "record", who, "--instrument", "costly", *RECORD[4:], "coping=3", says=says)


@check
def json_is_valid_where_a_name_is_no_utf8(shop):
    shop.filled()
    (shop.folder / "in.csv").write_text("participant\n")
    os.rename(shop.folder / "in.csv", os.path.join(os.fsencode(shop.folder), b"\xff.csv"))
    assert shop.ok("--json", "-s", b"\xff.bip", "init").json() == {"store": "?.bip"}
    assert shop.ok("--json", "backup", b"\xff.bak").json() == {"backup": "?.bak"}
    assert shop.ok("--json", "subject", "P-001", "--out", b"\xff").json()["files"][0] == "?/subject.html"
    told = json.loads(shop.fails(3, "--json", "import", b"\xff.csv", "--instrument", "example").err)
    assert told["error"]["where"] == "?.csv: line 1", told
    shop.ok("--read-log", "read.log", "--actor", b"\xff", "history", "P-001")
    assert json.loads((shop.folder / "read.log").read_text())["by"] == "?"


@check
def a_hint_that_does_not_fit_is_left_out(shop):
    shop.filled()
    far = "ä" * 100 + "/"
    told = json.loads(shop.fails(1, "--json", "-s", "a" + far * 3, "head", says="no such file").err)
    assert "init" not in told["error"]["message"]
    told = json.loads(shop.fails(3, "--json", "record", "😀" * 64, *RECORD[2:], "coping=3").err)
    assert "😀" * 64 + "`" in told["error"]["message"]


@check
def a_backup_opens_and_exports_the_same(shop):
    shop.filled()
    shop.ok("backup", "copy.bip")
    assert shop.ok("-s", "copy.bip", "export").out == shop.export()
    shop.ok("-s", "copy.bip", "verify")
    assert "copy.bip" in shop.fails(1, "backup", "copy.bip").error


@check
def verify_is_clean_and_an_anchor_finds_an_older_file(shop):
    shop.filled()
    old = shop.store.read_bytes()
    shop.ok("verify")
    shop.ok(*RECORD[:-1], "2026-10-01", "coping=5")
    noted = shop.ok("head").out
    assert re.fullmatch(rb"(\S+ \S+\n)+", noted), noted
    shop.file("noted.txt", noted)
    shop.ok("verify", "--anchor", "noted.txt")
    assert shop.ok("--json", "verify").json() == {"faults": 0}
    heads = shop.ok("--json", "head").json()["heads"]
    assert "".join(f"{h['entry']} {h['hash']}\n" for h in heads).encode() == noted
    for extra in ("-wal", "-shm"):
        Path(f"{shop.store}{extra}").unlink(missing_ok=True)
    shop.store.write_bytes(old)
    shop.ok("verify")
    shop.fails(1, "verify", "--anchor", "noted.txt")
    told = json.loads(shop.fails(1, "--json", "verify", "--anchor", "noted.txt").err)["error"]
    assert told["message"] == "1 fault found" and len(told["rows"]) == 1, told


@check
def an_edit_behind_the_programs_back_is_found(shop):
    shop.filled()
    shop.ok("verify")
    with sqlite3.connect(shop.store) as db:
        db.execute("UPDATE assessment SET scores = replace(scores, '3', '5')")
    db.close()
    assert "P-001" in shop.fails(1, "verify").error
    error = json.loads(shop.fails(1, "--json", "verify").err)["error"]
    assert error["code"] == "corrupt" and list(error["rows"][0]) == ["where", "message"], error


@check
def the_view_score_is_there_for_a_plain_sqlite_shell(shop):
    shop.filled()
    db = sqlite3.connect(f"file:{shop.store}?mode=ro", uri=True)
    rows = db.execute("SELECT participant, date, instrument, respondent, indicator, score, note FROM score").fetchall()
    db.close()
    assert rows == [("P-001", "2026-09-01", "example", "participant", "coping", 3, None),
                    ("P-001", "2026-09-01", "example", "participant", "health", "declined", None)], rows


@check
def a_store_that_may_only_be_read_is_read_and_not_written(shop):
    shop.filled()
    whole = shop.export()
    readonly = shop.folder / "ro"
    readonly.mkdir()
    shutil.copy(shop.store, readonly / "s.bip")
    (readonly / "s.bip").chmod(0o444)
    readonly.chmod(0o555)
    try:
        before = (readonly / "s.bip").read_bytes()
        assert shop.ok("-s", "ro/s.bip", "export").out == whole
        shop.ok("-s", "ro/s.bip", "progression", "--all")
        if os.geteuid() != 0:  # nothing is read-only for root
            shop.fails(1, "-s", "ro/s.bip", "participant", "add", "P-002")
            assert (readonly / "s.bip").read_bytes() == before
    finally:
        readonly.chmod(0o755)


@check
def a_full_device_is_an_error_and_nothing_is_kept(shop):
    shop.filled()
    shop.file("in.csv", WIDE + "P-001,2026-10-01,participant,3,,\n")
    before = shop.export()
    full = open("/dev/full", "wb") if Path("/dev/full").exists() else None
    if not full:
        return
    with full:
        for args in (["progression", "P-001"], ["export"], ["steps", "--all"], ["help"], ["--version"], ["head"],
                     ["history", "P-001"], ["participant", "list"], ["instrument", "list"], ["backup", "b.bip"],
                     [*IMPORT], ["participant", "add", "P-777"], [*RECORD, "coping=1", "--rater", "x"],
                     ["-s", "new.bip", "init"], ["correct", shop.id, "coping=1"]):
            done = shop(*args, stdout=full)
            assert done.status == 1 and done.err.startswith(b"bip: "), (args, done.status, done.err)
    assert shop.export() == before
    assert not (shop.folder / "b.bip").exists() and not (shop.folder / "new.bip").exists()
    shop.fails(1, "export", "--out", "/dev/full", says="/dev/full")
    assert Path("/dev/full").is_char_device()


@check
def a_reader_that_has_gone_is_no_news(shop):
    shop.filled()
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        r = shop("export", stdout=gone)
    assert r.status == 1 and r.err == b"", (r.status, r.err)


# --------------------------------------------------------------------------------------------------- clock and language
@check
def bip_now_is_the_clock_and_as_of_is_today(shop):
    shop.filled()
    document = shop.ok("--json", "progression", "P-001").json()
    assert document["as_of"] == "2026-11-21"
    assert shop.ok("--json", "progression", "P-001", env={"BIP_NOW": "2026-08-31T23:00:00Z"}).json()["series"] == []
    assert shop.ok("--json", "progression", "P-001", "--as-of", "2026-08-31").json()["series"] == []
    assert len(shop.ok("--json", "progression", "P-001", "--as-of=2026-09-01").json()["series"]) == 1
    assert b"2026-11-21T10:00:00.000Z" in shop.export()
    for now in ("yesterday", "2026-11-21", "2026-11-21T10:00:00", "2026-02-30T10:00:00Z"):
        shop.fails(2, "progression", "P-001", env={"BIP_NOW": now}, says="BIP_NOW")


@check
def today_is_that_of_the_local_calendar(shop):
    shop.filled()
    late = {"BIP_NOW": "2026-11-21T23:30:00Z", "TZ": "XYZ-2"}
    assert shop.ok("--json", "progression", "P-001", env=late).json()["as_of"] == "2026-11-22"


@check
def the_language_is_the_option_then_the_store_then_the_environment(shop):
    shop.filled()
    shop.ok("-s", "da.bip", "init", "--lang", "da")
    said = {}
    for lang in ("en", "sv", "da"):
        said[lang] = shop.ok("--lang", lang, "verify").text
    assert len(set(said.values())) == 3
    assert shop.ok("verify", env={"LANG": "sv_SE.UTF-8"}).text == said["sv"]
    assert shop.ok("verify", env={"LANG": "sv_SE.UTF-8", "LC_ALL": "da_DK"}).text == said["da"]
    assert shop.ok("verify", env={"LANG": "de_DE.UTF-8"}).text == said["en"]
    assert shop.ok("-s", "da.bip", "verify", env={"LANG": "sv_SE.UTF-8"}).text == said["da"]
    assert shop.ok("-s", "da.bip", "--lang", "sv", "verify").text == said["sv"]


@check
def a_swedish_locale_changes_no_byte(shop):
    shop.filled()
    shop.ok(*RECORD[:-1], "2026-10-01", "health=2,5", "coping=4")
    folder = shop.folder / "locales"
    folder.mkdir()
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "sv_SE", "-f", "UTF-8", str(folder / "sv_SE.UTF-8")], capture_output=True).returncode == 0
    swedish = {"LC_ALL": "sv_SE.UTF-8", "LOCPATH": str(folder) if made else None}
    for args in (["--json", "progression", "--all"], ["export"], ["--json", "steps", "--all"], ["--json", "history", "P-001"]):
        assert shop.ok(*args).out == shop.ok(*args, env=swedish).out, args
    shop.ok(*RECORD[:-1], "2026-10-08", "health=3.5", env=swedish)
    assert b"3.5" in shop.export() and b"3,5" not in shop.export()


# ------------------------------------------------------------------------------------------------- options and answers
@check
def options_take_their_value_both_ways_and_end_at_two_hyphens(shop):
    shop.filled()
    shop.ok("participant", "add", "--", "--all")
    assert shop.ok("--json", "progression", "--as-of", "2026-11-01", "--", "--all").json()["participant"] == "--all"
    assert shop.ok(f"--store={shop.store}", "--json", "head").out == shop.ok("-s", str(shop.store), "--json", "head").out
    assert shop.ok("--actor=bo", "participant", "set", "P-001", "--attr=a=b").status == 0
    assert '"bo"' in shop.ok("--json", "history", "P-001").text


@check
def help_has_an_example_for_every_command(shop):
    listing = shop.ok("help").text
    commands = re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", listing.split("Commands:")[1].split("Before")[0], re.M)
    assert len(commands) >= 20, commands
    for command in commands:
        text = shop.ok("help", *command.split()).text
        assert "Example:\n  bip " in text and text.startswith("usage: bip"), text
        assert shop.ok(*command.split(), "--help").text == text
    assert "participant add" in shop.ok("help", "participant").text
    assert shop.ok("--help").text == listing
    shop.fails(2, "help", "recrod", says="record")


def descriptions(text):
    """What is said of each command and option, without the words that are the same in every language."""
    found = re.findall(r"^  (?:-s, )?(?:--)?[a-z-]+(?: [a-z]+)?(?: [A-Z=|a-z]+)?  +(\S.*)$", text, re.M)
    return found + re.findall(r"\A[^\n]*\n\n[a-z ]+: (.*)", text)


@check
def help_is_complete_in_every_language(shop):
    same = {"spider or timeline"}  # only words that are typed
    pages = [[], *(c.split() for c in re.findall(r"^  ([a-z]+(?: [a-z]+)?)  +\S", shop.ok("--lang", "en", "help").text.split("Before")[0], re.M))]
    for page in pages:
        english = shop.ok("--lang", "en", "help", *page).text
        assert len(descriptions(english)) >= (30 if not page else 1), english
        for lang, usage in (("sv", "användning: bip"), ("da", "brug: bip")):
            text = shop.ok("--lang", lang, "help", *page).text
            assert text.startswith(usage), text
            left = [t for t in descriptions(text) if t in descriptions(english) and not any(t.startswith(x) for x in same)]
            told, in_english = (t.split("\n\n")[1].split("\n", 1)[1:] for t in (text, english))
            assert not left, f"{lang}: {page} has English text: {left}"
            assert not page or not told or told != in_english, f"{lang}: {page} explains in English: {told}"


@check
def the_version_names_what_it_links(shop):
    assert re.match(r"bip \d+\.\d+\.\d+\nsqlite 3\.", shop.ok("--version").text)
    assert "sqlite" in shop.ok("--json", "--version").json()["libraries"]


@check
def lists_are_readable_and_as_json(shop):
    shop.filled()
    text = shop.ok("instrument", "list").text.splitlines()
    assert any(x.startswith("example@1  An example") for x in text) and len(text) == 3, text
    assert any("Ett exempel" in x for x in shop.ok("--lang", "sv", "instrument", "list").text.splitlines())
    lines = [json.loads(x) for x in shop.ok("--json", "instrument", "list").text.splitlines()]
    assert sorted(x["instrument"] for x in lines) == ["audit", "employability", "example"]
    shown = shop.ok("instrument", "show", "example").json()
    assert shown["indicators"][0]["code"] == "coping"
    shop.file("shown.json", json.dumps(shown))
    shop.ok("instrument", "check", "shown.json")
    assert [json.loads(x)["participant"] for x in shop.ok("--json", "participant", "list").text.splitlines()] == ["P-001"]


@check
def what_init_makes_is_the_same_every_time(shop):
    shop.ok("init")
    shop.ok("-s", "b.bip", "init")
    assert shop.ok("-s", "b.bip", "export").out == shop.export()
    assert shop.ok("head").out == b"" and shop.ok("--json", "head").json() == {"heads": []}


@check
def keys_stand_in_the_order_of_the_contract(shop):
    shop.filled()
    shop.ok(*RECORD[:-1], "2026-10-01", "coping=4")
    document = shop.ok("--json", "progression", "P-001").json()
    assert list(document) == ["schema", "participant", "as_of", "series", "pairs"]
    assert list(document["series"][0]) == [
        "instrument", "version", "respondent", "kind", "code", "better", "visible_to", "n", "missing", "first", "previous",
        "latest", "best", "mean", "sd", "span_days", "change", "trend", "reliable_change", "steps", "band", "direction",
        "evidence"]
    assert list(document["series"][0]["steps"]["latest"]) == [
        "direction", "date", "from", "to", "held_for", "new_best", "same_rater"]
    step = json.loads(shop.ok("--json", "steps", "P-001").text)
    assert list(step) == ["schema", "participant", "date", "instrument", "respondent", "code", "from", "to", "held_for",
                          "new_best", "same_rater", "visible_to", "evidence"]


@check
def participants_without_series_are_printed_too_and_named_ones_in_their_order(shop):
    shop.filled()
    shop.ok("participant", "add", "A")
    lines = shop.ok("--json", "progression", "--all").text.splitlines()
    assert [json.loads(x)["participant"] for x in lines] == ["A", "P-001"]
    lines = shop.ok("--json", "progression", "P-001", "A").text.splitlines()
    assert [json.loads(x)["participant"] for x in lines] == ["P-001", "A"]


@check
def people_get_words_in_three_languages(shop):
    shop.filled()
    shop.ok(*RECORD[:-1], "2026-10-01", "coping=4")
    texts = {shop.ok("--lang", lang, *args).text for lang in ("en", "sv", "da")
             for args in (["steps", "P-001"], ["progression", "P-001"], ["history", "P-001"])}
    assert len(texts) == 9 and all(texts)


@check
def the_actor_is_the_option_then_the_variable_then_the_login(shop):
    shop.filled()
    shop.ok("--actor", "bo", "participant", "set", "P-001", "--attr", "a=1")
    shop.ok("participant", "set", "P-001", "--attr", "a=2", env={"BIP_ACTOR": "cilla"})
    history = shop.ok("--json", "history", "P-001").text
    assert '"bo"' in history and '"cilla"' in history and '"anna"' in history


# ------------------------------------------------------------------------------------------------------- worked cases
def run_case(shop, case):
    """The lines of args.txt in a copy of the folder; what --json prints, a kind at a time, against expected*.ndjson."""
    shutil.copytree(case, shop.folder, dirs_exist_ok=True)
    printed = {}
    for line in (case / "args.txt").read_text().splitlines():
        must_fail = line.startswith("! ")
        words = line.removeprefix("! ").split()
        if not words or words[0] != "bip":
            continue
        r = shop(*words[1:])
        assert (r.status != 0) == must_fail, f"{line}: status {r.status}: {r.error}"
        kind = next((k for k in ("progression", "steps", "cohort") if "--json" in words and k in words), None)
        if kind:
            printed.setdefault(kind, []).extend(r.text.splitlines())
    for kind, name in (("progression", "expected"), ("steps", "expected_steps"), ("cohort", "expected_cohort")):
        path = case / f"{name}.ndjson"
        if path.exists():
            compare.lines(printed.get(kind, []), path.read_text().splitlines())


def run_example(program, expected):
    done = subprocess.run([program], capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.decode() == expected.read_text(), f"printed\n{done.stdout.decode()}"


# -------------------------------------------------------------------------------------------------------------- running
class Tally:
    def __init__(self, bip, only, without):
        self.bip, self.only, self.without, self.passed, self.failed = bip, only, without, 0, 0

    def wanted(self, name):
        return (not self.only or any(word in name for word in self.only)) and not any(word in name for word in self.without)

    def run(self, name, action):
        if not self.wanted(name):
            return
        folder = tempfile.mkdtemp(prefix="bip-contract-")
        try:
            action(Shop(self.bip, folder))
            self.passed += 1
        except Exception as e:  # whatever it is, it is this check that failed
            self.failed += 1
            print(f"FAILED {name}: {e if isinstance(e, AssertionError) else traceback.format_exc()}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("bip", help="the program")
    p.add_argument("--vectors", type=Path, default=HERE.parents[2] / "shared" / "vectors", help="more worked cases")
    p.add_argument("--examples", type=Path, help="folder with the built example programs")
    p.add_argument("--random", type=int, default=50, help="how many random stores")
    p.add_argument("--seed", type=int, default=1, help="of the first random store")
    p.add_argument("--only", action="append", help="names that contain this, or another one given so")
    p.add_argument("--without", action="append", default=[], help="no names that contain this")
    a = p.parse_args()
    tally = Tally(str(Path(a.bip).resolve()), a.only, a.without)
    for f in CHECKS + lifecycle.CHECKS + forged.CHECKS:
        tally.run(f.__name__, f)
    for root in (HERE / "cases", a.vectors):
        for case in sorted(x.parent for x in root.glob("*/args.txt")) if root.is_dir() else []:
            tally.run(f"case {case.name}", lambda shop, case=case: run_case(shop, case))
    for expected in sorted((HERE / "examples").glob("*.txt")) if a.examples else []:
        tally.run(f"example {expected.stem}", lambda _, e=expected: run_example(a.examples / f"example_{e.stem}", e))
    for seed in range(a.seed, a.seed + a.random):
        tally.run(f"random store {seed}", lambda shop, seed=seed: random_stores.compare_one(shop, seed))
    print(f"{tally.passed} passed, {tally.failed} failed")
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
