#!/usr/bin/python3
"""Hold progression against PSPP, which runs the syntax of SPSS: pspp.py BIP

A store of made-up participants is exported as CSV, read by the syntax that libbip/doc/formats.md shows, and computed by
series.sps beside this file. Results come back by pspp-convert, which gives every digit; PSPP's tables give two decimals.
"""
import csv
import datetime
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(ROOT / "tests/contract")]
import docs  # noqa: E402
import recompute  # noqa: E402

SEED = 20261122
TOLERANCE = 1e-9  # relative to max(1, |x|)
AS_OF = "2199-12-31"
ROLES = ["participant", "caseworker"]
REASONS = ["declined", "dont_know", "not_applicable"]
RELIABILITY, SD = 0.8, 0.9  # series.sps has them too
MEASURED = {
    "instrument": "measured", "version": "1", "title": {"en": "Measured"},
    "respondents": [{"code": r, "title": {"en": r.capitalize()}} for r in ROLES],
    "scales": [{"code": "any", "min": 0, "max": 10, "step": 0}, {"code": "half", "min": 0, "max": 10, "step": 0.5}],
    "indicators": [{"code": "level", "title": {"en": "Level"}, "scale": "any", "reliability": RELIABILITY, "sd": SD},
                   {"code": "worry-at-night", "title": {"en": "Worry"}, "scale": "half", "better": "lower"}],
}
EMPLOYABILITY = ["job_search", "labour_market_knowledge", "health_coping", "cooperation", "determination",
                 "job_self_efficacy", "caseworker_belief", "everyday_coping", "social_support", "work_identity", "job_skills"]
NOT_OF_PARTICIPANT = ("caseworker_belief", "job_skills")
SHAPES = {"level": ["few", "halves", "decimals", "decimals", "equal"], "worry-at-night": ["few", "halves"]}
NOTES = ["by telephone", 'said "better", twice', "Hälsan; oro,\nför hyran"]


# ------------------------------------------------------------------------------------------------ what is recorded

def cell(rng, score):
    """The score, or a reason, or nothing."""
    x = rng.random()
    return rng.choice(REASONS) if x < 0.08 else "" if x < 0.13 else repr(score)


def rows_of(rng, person, role, courses):
    """A row a date, and now and then another of the same date by another rater, with other answers."""
    n = len(next(iter(courses.values())))
    for i, day in enumerate(recompute.days_of(rng, n)):
        date = (datetime.date(1970, 1, 1) + datetime.timedelta(day)).isoformat()
        note = rng.choice(NOTES) if rng.random() < 0.1 else ""
        yield [person, date, role, "H1", note, *(cell(rng, c[i]) for c in courses.values())]
        if rng.random() < 0.1:
            yield [person, date, role, "H2", "", *(cell(rng, c[rng.randrange(n)]) for c in courses.values())]


def measured(rng, people):
    for person in people:
        for role in ROLES:
            n = rng.choice([1, 2, 3, 3, 4, 5, 6, 8, 10, 12, 17, 25])
            yield from rows_of(rng, person, role, {c: recompute.scores_of(rng, n, rng.choice(s)) for c, s in SHAPES.items()})


def employability(rng, people):
    for person in people:
        for role in ROLES:
            n = rng.randint(1, 8)
            rows = rows_of(rng, person, role, {c: [rng.randint(1, 5) for _ in range(n)] for c in EMPLOYABILITY})
            for row in rows:
                yield row[:5] + ["" if role == "participant" and c in NOT_OF_PARTICIPANT else x
                                 for c, x in zip(EMPLOYABILITY, row[5:])]


def make_store(bip, folder):
    rng = random.Random(SEED)
    people = [f"{rng.choice('PÅ')}-{i:03}" for i in range(300)]
    (folder / "measured.json").write_text(json.dumps(MEASURED))
    bip("init")
    bip("instrument", "add", "measured.json")
    for code, indicators, rows in (("measured", SHAPES, measured(rng, people)),
                                   ("employability", EMPLOYABILITY, employability(rng, people[:40]))):
        with open(folder / "in.csv", "w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([["participant", "date", "respondent", "rater", "note", *indicators], *rows])
        bip("import", "in.csv", "--instrument", code, "--create-participants")


# ------------------------------------------------------------------------------------------------ what PSPP makes of it

def reading(file):
    """The page's syntax that reads the file, without what it prints."""
    found = [b.text for b in docs.blocks(ROOT / "libbip/doc/formats.md") if b.language == "spss" and f"'{file}'" in b.text]
    assert len(found) == 1, f"formats.md has {len(found)} blocks of SPSS that read {file}"
    return "SET DECIMAL=COMMA.\n" + re.sub(r"(?m)^LIST .*\n", "", found[0])


def a_case_a_score():
    """From a case an assessment. A user-missing value doesn't pass a COMPUTE: they are declared anew."""
    names = "".join(f" ({i}='{code}')" for i, code in enumerate(EMPLOYABILITY, 1))
    return f"""MISSING VALUES job_search TO job_skills ().
VECTOR answers=job_search TO job_skills.
STRING indicator (A64).
LOOP #i=1 TO {len(EMPLOYABILITY)}.
COMPUTE number=answers(#i).
COMPUTE at=#i.
RECODE at{names} INTO indicator.
XSAVE OUTFILE='wide.sav' /KEEP=participant date respondent indicator instrument number.
END LOOP.
EXECUTE.
GET FILE='wide.sav'.
MISSING VALUES number (-97, -98, -99).
"""


def pspp(folder, syntax):
    """The series of what the syntax reads, by key."""
    text = syntax + "SAVE OUTFILE='scores.sav'.\n" + (HERE / "series.sps").read_text(encoding="utf-8")
    (folder / "run.sps").write_text(text, encoding="utf-8")
    env = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["pspp", "--no-statrc", "-o", "run.txt", "-e", "errors.txt", "run.sps"], cwd=folder, env=env)
    told = (folder / "errors.txt").read_text(encoding="utf-8") if (folder / "errors.txt").exists() else ""
    if done.returncode or "error:" in told or "warning:" in told:
        sys.exit(f"PSPP ended with {done.returncode}:\n{told[:4000]}")
    subprocess.run(["pspp-convert", "series.sav", "series.csv"], cwd=folder, env=env, check=True)
    with open(folder / "series.csv", encoding="utf-8", newline="") as file:
        return {(r["participant"], r["instrument"].split("@")[0], r["respondent"], r["indicator"]): r
                for r in csv.DictReader(file)}


# ------------------------------------------------------------------------------------------------ held against each other

def seconds(date):
    """As SPSS counts them."""
    return (datetime.date.fromisoformat(date) - datetime.date(1582, 10, 14)).days * 86400


def figures_of(s):
    """What PSPP computes too, by the names of series.sps; None where there is none."""
    def part(x, *keys):
        return {k: x and x[k] for k in keys}
    trend, ols, ts, mk = s["trend"], s["trend"]["ols"], s["trend"]["theil_sen"], s["trend"]["mann_kendall"]
    return {
        **part(s, "n", "mean", "sd", "span_days"), **part(s["change"], "from_first", "from_previous"),
        "first": s["first"]["score"], "first_date": seconds(s["first"]["date"]),
        "latest": s["latest"]["score"], "latest_date": seconds(s["latest"]["date"]),
        "before_latest": s["previous"] and s["previous"]["score"],
        "most" if s["better"] == "higher" else "least": s["best"]["score"],
        **part(ols, "at_first", "r2"), "ols": ols and ols["per_90_days"], "se": ols and ols["se_per_90_days"],
        **part(ts, "low", "high"), "theil_sen": ts and ts["per_90_days"],
        **(part(mk, "s", "var_s") if mk else {}), "z": mk and mk["z"],
        "p": mk["p"] if mk and mk["method"] == "normal" else None,  # the exact one is SciPy's to hold
        "rci": s["reliable_change"] and s["reliable_change"]["rci"],
        **part(s["missing"], *REASONS),
    }


def agree(a, b):
    return abs(a - b) <= TOLERANCE * max(1, abs(b))


def compare(documents, got, wide):
    passed, wrong = 0, []
    left = set(got)
    for d in documents:
        for s in d["series"]:
            key = (d["participant"], s["instrument"], s["respondent"], s["code"])
            if wide and s["instrument"] != "employability":
                continue
            left.discard(key)
            wanted = figures_of(s)
            if wide:
                wanted["not_asked"] = s["missing"]["not_asked"]
            for name, x in wanted.items():
                y = got[key][name].strip() if key in got else "no series"
                bad = y != "" if x is None else y in ("", "no series") or not agree(float(y), x)
                passed += not bad
                if bad:
                    wrong.append(f"{' '.join(key)}: {name} is {x!r}, PSPP says {y or 'nothing'}")
    return passed, wrong + [f"{' '.join(key)}: PSPP has a series, bip has none" for key in sorted(left)]


def main(program):
    version = subprocess.run(["pspp", "--version"], capture_output=True, text=True, check=True).stdout.splitlines()[0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)

        def bip(*args):
            env = {"BIP_ACTOR": "anna", "BIP_STORE": "team.bip", "TZ": "UTC"}
            return subprocess.run([os.path.abspath(program), *args], cwd=folder, env=env, check=True, stdout=subprocess.PIPE,
                                  stderr=subprocess.DEVNULL).stdout.decode()
        make_store(bip, folder)
        bip("export", "--format", "csv-long", "--no-notes", "--out", "scores.csv")
        bip("export", "--format", "csv-wide", "--instrument", "employability", "--no-notes", "--out",
            "employability.csv")
        documents = [json.loads(x) for x in bip("--json", "progression", "--all", "--as-of", AS_OF).splitlines()]
        failed = 0
        for file, more in (("scores.csv", ""), ("employability.csv", a_case_a_score())):
            passed, wrong = compare(documents, pspp(folder, reading(file) + more), file == "employability.csv")
            for x in wrong[:20]:
                print("FAILED", x)
            print(f"figure: {version}, {file}, seed {SEED}: {passed} figures agree, {len(wrong)} don't")
            failed += len(wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
