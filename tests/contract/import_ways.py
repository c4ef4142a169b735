#!/usr/bin/env python3
"""Rows of csv-long that hold nothing new are read by a shorter way: it must say and do what the long way does.

    tests/contract/import_ways.py BUILD [FILES [SEED]]

Files are made at random and spoilt at random. Each is imported as it is and once more with a column without a name in its
header, which means nothing and makes every row go the long way: messages, counts and the export must be equal.
"""
import json, os, random, re, shutil, subprocess, sys, tempfile

BIP = os.path.join(sys.argv[1], "bip")
FILES = int(sys.argv[2]) if len(sys.argv) > 2 else 150
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 1
ENV = dict(os.environ, BIP_NOW="2026-11-21T10:00:00Z", BIP_ACTOR="tester", LC_ALL="C.UTF-8")


def instrument(version, ceiling, pattern):
    return {"instrument": "ways", "version": version, "title": {"en": "Ways"}, **pattern,
            "respondents": [{"code": "me", "title": {"en": "Myself", "sv": "Jag själv"}}, {"code": "worker", "title": {"en": "Worker"}}],
            "scales": [{"code": "s", "min": 1, "max": ceiling}, {"code": "half", "min": 0, "max": 300, "step": 0.5}],
            "indicators": [{"code": "a", "title": {"en": "First thing"}, "scale": "s"},
                           {"code": "b", "title": {"en": "Second"}, "scale": "half"},
                           {"code": "c", "title": {"en": "Third"}, "scale": "s", "respondents": ["worker"]}] +
                          [{"code": f"d{i}", "title": {"en": f"Many {i}"}, "scale": "half"} for i in range(15)]}


def bip(store, *words):
    done = subprocess.run([BIP, "-s", store, *words], env=ENV, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr


def make_template(folder, pattern):
    store = os.path.join(folder, f"template{len(pattern)}.bip")
    lines = "participant,date,respondent,indicator,score\n"
    bip(store, "init")
    for version, ceiling in (("1", 5), ("2", 12)):
        path = os.path.join(folder, "instrument.json")
        json.dump(instrument(version, ceiling, pattern), open(path, "w"))
        assert bip(store, "instrument", "add", path)[0] == 0
        path = os.path.join(folder, "held.csv")
        open(path, "w").write(lines + f"P-{version},2026-01-0{version},me,a,{ceiling}\nP-{version},2026-01-0{version},me,b,2.5\n")
        assert bip(store, "import", path, "--instrument", "ways@" + version, "--create-participants")[0] == 0
    return store


CELLS = {"participant": ["P-1", "P-2", "P-3", "P-4", "P-1 ", "Q", "", "850709-9805", "P\u00e5"],
         "date": ["2026-01-01", "2026-01-02", "2026-01-02T10:00", " 2026-01-01", "2026-02-30", "2026-1-1", "", "2027-01-01"],
         "respondent": ["me", "worker", "Myself", "ME", "jag sj\u00e4lv", "nobody", ""],
         "indicator": ["a", "b", "c", "d1", "d2", "First thing", "A", "zz", "", " b"],
         "score": ["1", "2", "5", "9", "12", "2.5", "2,5", "0", "250.5", "declined", "vet ej", "7x", "", "-1", "1e2", " 3"],
         "instrument": ["ways", "ways@1", "ways@2", "Ways", "employability", "none", ""],
         "rater": ["", "anna", "bo", "bo ", "850709-9805"], "note": ["", "", "a note", "another", "850709-9805"],
         "assessment": ["", "x", "y", "z " * 40]}


def make_rows(rng, columns, good):
    """Assessments row by row, mostly in order and often of the same indicators: the rows that go the short way."""
    rows, always = [], rng.random() < 0.6 and [c for c in ("d1", "a", "b", "d2", "d3") if rng.random() < 0.7]
    for _ in range(rng.randrange(1, 12)):
        key = {c: rng.choice(CELLS[c][:good]) for c in ("participant", "date", "respondent", "instrument", "rater")}
        if rng.random() < 0.8:  # nobody's yet
            key.update(participant=f"P-{rng.randrange(3, 9)}", date=f"2026-02-{rng.randrange(10, 28)}")
        key["respondent"] = rng.choice(CELLS["respondent"][:2])
        group = str(len(rows)) if rng.random() < 0.7 else ""
        if always and rng.random() < 0.4:
            always = always[1:] + always[:1]  # another than is expected
        for code in always or rng.sample(["a", "b", "d1", "d2", "d3", "d4"], rng.randrange(1, 6)):
            row = dict(key, indicator=code, score=rng.choice(["1", "2", "3", "4"]), note="", assessment=group)
            rows.append([row[c] for c in columns])
    if rng.random() < 0.4:
        rng.shuffle(rows)
    return rows


def spoil(rng, columns, rows):
    for _ in range(rng.choice([0, 0, 1, 2, 6])):
        at = rng.randrange(len(rows))
        kind = rng.random()
        if kind < 0.7:
            column = rng.randrange(len(rows[at]))
            rows[at][column] = rng.choice(CELLS[columns[column]])
        elif kind < 0.8:
            rows.insert(at, list(rng.choice(rows)))
        elif kind < 0.9:
            rows[at] = rows[at][:rng.randrange(len(columns))] or [""]
        else:
            rows[at][rng.randrange(len(rows[at]))] = rng.choice(["\x01", "\x7f", 'say "x"', "", "  "])


def written(rng, columns, rows):
    end, separator = rng.choice(["\n", "\n", "\r\n"]), rng.choice(",,;\t")
    rows = [[c.replace(",", ".") if separator == "," else c for c in row] for row in rows]
    lines = [separator.join(row) for row in rows]
    for _ in range(rng.choice([0, 0, 1])):
        lines.insert(rng.randrange(len(lines) + 1), rng.choice(["", separator * (len(columns) - 1), '"', "  "]))
    text = end.join(lines) + rng.choice(["", end])
    return [separator.join(columns) + extra + end + text for extra in ("", separator)]


def outcome(folder, template, text, options):
    path, store = os.path.join(folder, "file.csv"), os.path.join(folder, "store.bip")
    open(path, "w", newline="").write(text)
    shutil.copy(template, store)
    status, said, error = bip(store, "--json", "import", path, *options)
    _, rows, _ = bip(store, "export", "--format", "jsonl", "--out", "-")
    error = re.sub(r"the header \d+", "the header", error)
    return status, said, error, re.sub(r'"id":"[^"]*"', "", rows)


def main():
    rng, failed, refused = random.Random(SEED), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        templates = [make_template(folder, p) for p in ({}, {"participant_pattern": "^P-[0-9]$"})]
        for number in range(FILES):
            columns = ["participant", "date", "respondent", "indicator", "score"]
            columns += [c for c in ("instrument", "rater", "note", "assessment") if rng.random() < 0.4]
            if rng.random() < 0.4:
                rng.shuffle(columns)
            rows = make_rows(rng, columns, rng.choice([2, 2, 4]))
            spoil(rng, columns, rows)
            options = ["--create-participants", *rng.choice([[], ["--update"], ["--redact"]])]
            options += rng.choice([["--instrument", "ways"], ["--instrument", "ways@1"], ["--instrument", "ways@2"]])
            template = rng.choice(templates)
            short, long = (outcome(folder, template, text, options) for text in written(rng, columns, rows))
            refused += short[0] != 0
            if short != long:
                failed += 1
                shutil.copy(os.path.join(folder, "file.csv"), os.path.join(tempfile.gettempdir(), f"ways-{SEED}-{number}.csv"))
                print("" if failed > 5 else f"file {number}: {' '.join(options)}\n  short {short[:3]}\n  long  {long[:3]}")
    if not FILES // 8 < refused < FILES - FILES // 8:
        failed += 1
        print(f"{refused} of {FILES} files were refused: too many or too few to show anything")
    print(f"{FILES - failed} passed, {failed} failed")
    sys.exit(failed > 0)


main()
