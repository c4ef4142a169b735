#!/usr/bin/python3
"""What libbip/doc says, tried: tests/contract/docs.py BUILD [--all] [--update] [PAGE.md...], BUILD as cmake made it.

Every page has a folder of its own in which its blocks run from top to bottom:
  ```sh [exit=N]       run by bash -eu; must end with status N, else 0
  ```json file=NAME    (any language) written to NAME
  ```c                 a whole program: compiled, linked and run
  ```sql               asked of team.bip through SQLite, read-only
  ```python, ```r      run with --all: Python needs SciPy, R is left out where it isn't installed
  ```spss              run with --all by PSPP, where it is installed, on a computer whose decimal sign is the comma
  ```output            what the block before it must have printed; ids and hashes may differ, a line "..." stands for any lines
--update writes what was printed into the pages. Then lists that must not drift: commands, options, statuses, keys, tables.
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
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOC = ROOT / "libbip" / "doc"
RESERVED = "Reserved"  # a heading under which things may be named that don't exist yet
LIBRARIES = ["sqlite3", "libcjson", "libpcre2-8", "libsodium", "libutf8proc"]


class Block:
    def __init__(self, page, line, info, text):
        words = info.split()
        self.page, self.line, self.text = page, line, text
        self.language = words[0] if words else ""
        self.says = dict(w.partition("=")[::2] for w in words[1:])

    def __str__(self):
        return f"{self.page.name}:{self.line}"


def blocks(page):
    """Fenced blocks; `line` is that of the opening fence, from 1."""
    inside, begun, info = [], 0, None
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("```"):
            if info is None:
                info, begun, inside = line[3:].strip(), number, []
            else:
                yield Block(page, begun, info, "".join(x + "\n" for x in inside))
                info = None
        elif info is not None:
            inside.append(line)
    assert info is None, f"{page.name}:{begun}: the block is not closed"


class Shop:
    """The folder of a page, and the program."""

    def __init__(self, build, folder, everything):
        self.build, self.folder, self.everything = build.resolve(), Path(folder), everything
        keep = {k: os.environ[k] for k in ("HOME", "TMPDIR", "ASAN_OPTIONS", "PKG_CONFIG_PATH") if k in os.environ}
        self.env = {**keep, "PATH": f"{self.build}:{os.environ['PATH']}", "BIP_ACTOR": "anna", "TZ": "UTC",
                    "BIP_NOW": "2026-11-21T10:00:00Z", "LC_ALL": "C.UTF-8"}

    def run(self, words, expected=0, where=""):
        done = subprocess.run(words, cwd=self.folder, env=self.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=120)
        text = done.stdout.decode("utf-8", "backslashreplace")
        assert done.returncode == expected, f"{where}: exit status {done.returncode}, expected {expected}:\n{text}"
        return text

    def sh(self, block):
        return self.run(["bash", "-euo", "pipefail", "-c", block.text], int(block.says.get("exit", 0)), block)

    def compile(self, text, where):
        source, program = self.folder / "program.c", self.folder / "program"
        source.write_text(text, encoding="utf-8")
        flags = subprocess.run(["pkg-config", "--libs", *LIBRARIES], check=True, stdout=subprocess.PIPE).stdout
        include = [f"-I{ROOT / 'libbip/include'}", f"-I{self.build / 'include'}"]
        self.run([os.environ.get("CC", "cc"), "-std=c99", "-Wall", "-Wextra", "-Werror", "-DBIP_STATIC_DEFINE", *include,
                  *os.environ.get("CFLAGS", "").split(), "-o", program, source, self.build / "libbip.a",
                  *flags.decode().split(), "-lm"], 0, where)
        return self.run([program], 0, where)

    def c(self, block):
        return self.compile(block.text, block)

    def sql(self, block):
        db = sqlite3.connect(f"file:{self.folder / 'team.bip'}?mode=ro", uri=True)
        rows = db.execute(block.text).fetchall()
        db.close()
        return "".join("|".join("" if v is None else str(v) for v in row) + "\n" for row in rows)

    def python(self, block):
        return self.run([sys.executable, "-c", block.text], 0, block) if self.everything else None

    def r(self, block):
        able = self.everything and shutil.which("Rscript")
        return self.run(["Rscript", "-e", block.text], 0, block) if able else None

    def spss(self, block):
        if not (self.everything and shutil.which("pspp")):
            return None
        (self.folder / "block.sps").write_text("SET DECIMAL=COMMA.\n" + block.text, encoding="utf-8")
        return self.run(["pspp", "--no-statrc", "block.sps"], 0, block)


def settled(text):
    """Without what differs from run to run."""
    return re.sub(r"\b[0-9a-f]{64}\b", "HASH", re.sub(r"\b[0-9a-f]{32}\b", "ENTRY", text))


def matches(printed, expected):
    parts = settled(expected).split("...\n")
    return re.fullmatch("(?s:.*)".join(re.escape(x) for x in parts), settled(printed)) is not None


def run_page(page, shop, update):
    printed, changes = None, []
    for block in blocks(page):
        if "file" in block.says:
            (shop.folder / block.says["file"]).write_text(block.text, encoding="utf-8")
        elif block.language == "output":
            if printed is not None and not matches(printed, block.text):
                assert update, f"{block}: printed was\n{printed}\nexpected was\n{block.text}"
                changes.append((block, printed))
        elif block.language in ("sh", "c", "sql", "python", "r", "spss"):
            printed = getattr(shop, block.language)(block)
    lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
    for block, text in reversed(changes):
        lines[block.line:block.line + block.text.count("\n")] = [text]
    if changes:
        page.write_text("".join(lines), encoding="utf-8")


# ------------------------------------------------------------------------------------------------ lists that could drift

def text_of(name, reserved=True):
    text = (DOC / name).read_text(encoding="utf-8")
    return text if reserved else re.sub(rf"(?ms)^## {RESERVED}.*?(?=^## |\Z)", "", text)


def section(name, word):
    """The part of a page under the heading that holds `word`."""
    found = re.search(rf"(?ms)^(#+) [^\n]*{re.escape(word)}[^\n]*\n(.*?)(?=^#{{1,2}} |\Z)", text_of(name))
    assert found, f"{name} has no heading with {word}"
    return found.group(2)


def anchor(heading):
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")


def check_links(_):
    for page in sorted(DOC.glob("*.md")):
        text = re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, part = target.partition("#")
            if "://" in target:
                continue
            other = (page.parent / path) if path else page
            assert other.exists(), f"{page.name}: no {target}"
            if part:
                headings = re.findall(r"(?m)^#+ (.*)$", other.read_text(encoding="utf-8"))
                assert part in map(anchor, headings), f"{page.name}: no heading {target}"


def check_commands(shop):
    """Every command and option of the program is in program.md, and no other."""
    listed = shop.run(["bip", "help"]).split("Commands:")[1].split("Before the command")[0]
    commands = re.findall(r"(?m)^  ([a-z]+(?: [a-z]+)?)  ", listed)
    page, options = text_of("program.md", reserved=False), set()
    assert len(commands) > 15, commands
    for command in commands:
        assert f"`bip {command}" in page, f"program.md has no `bip {command}"
        options |= set(re.findall(r"--[a-z-]+", shop.run(["bip", "help", *command.split()])))
    options |= set(re.findall(r"--[a-z-]+", shop.run(["bip", "help"])))
    prose = " ".join(re.findall(r"`[^`\n]*`", re.sub(r"(?ms)^```.*?^```", "", page)))
    for option in options:
        assert re.search(rf"{option}(?![\w-])", prose), f"program.md has no {option}"
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]*", prose):
        assert option in options, f"program.md names {option}, which is no option"


def check_statuses(shop):
    header = (ROOT / "libbip/include/bip.h").read_text(encoding="utf-8")
    names = re.findall(r"(?m)^ {4}(BIP_(?:OK|DONE|E_\w+)) = \d+", header)
    assert len(names) > 10, names
    shown = "".join(f'puts(bip_status_code({n}));\n' for n in names)
    codes = shop.compile('#include "bip.h"\n#include <stdio.h>\nint main(void)\n{\n' + shown + "return 0;\n}\n", "statuses")
    for name, code in zip(names, codes.split()):
        assert name in ("BIP_OK", "BIP_DONE") or f"`{code}`" in text_of("program.md"), f"program.md has no `{code}`"


def keys_of(value, free=()):
    if isinstance(value, list):
        for x in value:
            yield from keys_of(x, free)
    elif isinstance(value, dict):
        for k, v in value.items():
            yield k
            if k not in free:
                yield from keys_of(v, free)


def check_keys(shop):
    """Every key of every document stands in the section of its schema."""
    (shop.folder / "keys.sh").write_text(SAMPLE)
    shop.run(["bash", "-eu", "keys.sh"], 0, "keys.sh")
    free = ("title", "attributes", "scores")  # keys within are codes and languages
    for words in (["progression", "--all"], ["steps", "--all"], ["history", "--all"], ["participant", "list"],
                  ["instrument", "list"], ["export"]):
        for line in shop.run(["bip", "-s", "keys.bip", "--json", *words]).splitlines():
            document = json.loads(line)
            schema = document.pop("schema")
            about = section("formats.md", schema)
            for item in document.pop("builtins", []) + document.pop("instruments", []):
                assert item  # definitions: their keys are in instruments.md
            for key in keys_of(document, free):
                assert f"`{key}`" in about or f'"{key}"' in about, f"formats.md has no {key} under {schema}"


SAMPLE = """
bip -s keys.bip init
bip -s keys.bip participant add P-1 --enrolled 2026-01-01 --attr sex=woman
day=1
for score in 2 2 3 3 4; do
    for who in participant caseworker; do
        bip -s keys.bip record P-1 --instrument employability --respondent $who --date 2026-0$day-01 cooperation=$score
    done
    day=$((day + 1))
done
id=$(bip -s keys.bip record P-1 --instrument audit --respondent participant --date 2026-02-01 --note n \
    audit_1=1 audit_2=1 audit_3=1 audit_4=1 audit_5=1 audit_6=1 audit_7=1 audit_8=1 audit_9=2 audit_10=2)
bip -s keys.bip correct $id --reason typo audit_1=2
bip -s keys.bip withdraw $id --reason wrong
bip -s keys.bip record P-1 --instrument audit --respondent participant --date 2026-02-01 --rater R \
    audit_1=1 audit_2=1 audit_3=1 audit_4=1 audit_5=1 audit_6=1 audit_7=1 audit_8=1 audit_9=2 audit_10=2
"""


def check_tables(shop):
    """Every table and column of a store is in store.md."""
    shop.run(["bip", "-s", "tables.bip", "init"])
    db = sqlite3.connect(f"file:{shop.folder / 'tables.bip'}?mode=ro", uri=True)
    tables = [x for (x,) in db.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")]
    assert len(tables) > 10, tables
    for table in tables:
        assert f"`{table}`" in text_of("store.md"), f"store.md has no table `{table}`"
        for _, column, *_ in db.execute(f"PRAGMA table_info({table})"):
            assert f"`{column}`" in text_of("store.md"), f"store.md has no column `{column}` (of {table})"
    db.close()


def check_trail(shop):
    """store.md is enough to recompute the trail, and a change of one letter shows."""
    (shop.folder / "keys.sh").write_text(SAMPLE)
    shop.run(["bash", "-eu", "keys.sh"], 0, "keys.sh")
    shop.run(["bip", "-s", "keys.bip", "export", "--out", "keys.json"])
    (shop.folder / "heads.txt").write_text(shop.run(["bip", "-s", "keys.bip", "head"]))
    check = [sys.executable, str(Path(__file__).with_name("trail_check.py"))]
    shop.run([*check, "keys.json", "heads.txt"], 0, "trail_check.py")
    text = (shop.folder / "keys.json").read_text(encoding="utf-8")
    assert text.count('"reason":"typo"') == 1, "no reason to change"
    for old, new in (('"reason":"typo"', '"reason":"typa"'), ('"actor":"anna"', '"actor":"anne"')):
        (shop.folder / "keys.json").write_text(text.replace(old, new, 1), encoding="utf-8")
        shop.run([*check, "keys.json", "heads.txt"], 1, f"trail_check.py after {new}")


def check_documents(_):
    header = (ROOT / "libbip/include/bip.h").read_text(encoding="utf-8")
    names = re.findall(r'(?m)^ \* \| "([a-z-]+)" \|', header)
    assert len(names) > 8, names
    for name in names:
        assert f"`{name}`" in text_of("formats.md"), f"formats.md has no document `{name}`"


def check_languages(_):
    for table in (ROOT / "libbip/show/words").glob("*.c"):
        assert f"`{table.name}`" in text_of("language.md"), f"language.md has no `{table.name}`"


def check_length(_):
    """The guide is read in one sitting: ten pages of 50 lines."""
    lines = len((DOC / "guide.md").read_text(encoding="utf-8").splitlines())
    assert lines <= 500, f"guide.md has {lines} lines; ten pages hold 500"


CHECKS = [check_links, check_commands, check_statuses, check_keys, check_tables, check_trail, check_documents, check_languages,
          check_length]


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("build", type=Path)
    p.add_argument("pages", nargs="*", type=Path)
    p.add_argument("--all", action="store_true")
    p.add_argument("--update", action="store_true")
    given = p.parse_intermixed_args()
    failed = 0
    pages = given.pages or sorted(DOC.glob("*.md"))
    for name, work in [(x.name, lambda s, x=x: run_page(x, s, given.update)) for x in pages] + \
            [(c.__name__, c) for c in CHECKS if not given.pages]:
        with tempfile.TemporaryDirectory() as folder:
            try:
                work(Shop(given.build, folder, given.all))
                print(f"ok      {name}")
            except (AssertionError, OSError, sqlite3.Error, subprocess.SubprocessError) as e:
                failed += 1
                print(f"FAILED  {name}: {e}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
