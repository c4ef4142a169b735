#!/usr/bin/env python3
"""Every table, every column: an edit past the library is found and placed. tests/fault/tamper.py BIP [--table]

For each table and column that pragma_table_info names: edits of single cells, cells of two rows swapped, rows deleted
and inserted with SQLite itself, and changes of the schema. After each `bip verify` must say so, and where: the entry
and the person for what is recorded. What may pass is listed in PASSES with the reason; --table prints what was tried.
"""
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

# What an edit may do unseen, because nothing that was recorded changes with it.
PASSES = {
    ("meta", "value"): "a setting of this file, about nobody: not recorded in the trail",
    ("meta", "row"): "a setting of this file, about nobody: not recorded in the trail",
    ("word", "unused"): "a word that no row names: never shown",
}
ROWS = 5  # of a table, spread over it, are tried


class Store:
    def __init__(self, bip, folder):
        self.bip, self.path = bip, Path(folder) / "s.bip"
        self.env = {"PATH": os.environ["PATH"], "BIP_STORE": str(self.path), "BIP_ACTOR": "anna", "TZ": "UTC"}
        self.env |= {k: v for k, v in os.environ.items() if k.endswith("_OPTIONS")}

    def __call__(self, *args, ok=True, actor=None):
        env = self.env | ({"BIP_ACTOR": actor} if actor else {})
        done = subprocess.run([self.bip, *args], env=env, capture_output=True, timeout=60)
        if ok and done.returncode:
            raise SystemExit(f"{args}: {done.stderr.decode()}")
        return done

    def rows(self, sql):
        db = sqlite3.connect(self.path)
        found = db.execute(sql).fetchall()
        db.close()
        return found

    def out(self, *args, **more):
        return self(*args, **more).stdout.decode().strip()


def fork(s, folder, name, date):
    """A copy that went on by itself and was taken in: entries that follow the same one, and a join with the next."""
    copy = str(Path(folder) / name)
    s("backup", copy)
    for store in ("-s", copy), ():
        s(*store, "record", "P-001", "--instrument", "own", "--respondent", "nurse", "--date", date, "sleep=2")
    s("merge", copy)


def fill(s, folder):
    """A little of everything that a store can hold, in a dozen entries."""
    text = s.out("instrument", "show", "employability")
    own = (Path(folder) / "own.json")
    for version, continues in (("1", "null"), ("2", '"1"')):
        own.write_text('{"instrument":"own","version":"%s","continues":%s,"title":{"en":"Own"},"respondents":[{"code":'
                       '"participant","title":{"en":"P"}},{"code":"nurse","title":{"en":"N"}}],"scales":[{"code":"five",'
                       '"min":1,"max":5}],"indicators":[{"code":"sleep","title":{"en":"Sleep"},"scale":"five"},{"code":'
                       '"mood","title":{"en":"Mood"},"scale":"five","respondents":["nurse"]}]}' % (version, continues))
        s("instrument", "add", str(own), "--reason", "version " + version)
    assert "employability" in text
    s("participant", "add", "P-001", "--enrolled", "2026-01-02", "--attr", "sex=woman", "--reason", "came by herself")
    s("participant", "add", "P-002", actor="eva")
    rec = lambda p, role, date, *scores: s.out("record", p, "--instrument", "own", "--respondent", role, "--date", date,
                                               *scores)
    first = rec("P-001", "participant", "2026-01-05", "sleep=2", "--note", "tired")
    rec("P-001", "nurse", "2026-01-05", "--rater", "H07", "sleep=3", "mood=declined", "--reason", "on paper")
    other = rec("P-002", "nurse", "2026-01-06", "--rater", "H08", "sleep=4", "mood=2")
    last = rec("P-002", "participant", "2026-01-07", "sleep=1")
    s("correct", first, "sleep=3", "--reason", "misread")
    s("correct", other, "mood=5", actor="eva")
    s("withdraw", last, "--reason", "the wrong person")
    s("participant", "set", "P-002", "--attr", "unit=north")
    s("record", "P-001", "--instrument", "employability", "--respondent", "participant", "--date", "2026-02-01",
      "cooperation=3")
    lines = "participant,date,respondent,rater,sleep,mood\n" + "".join(
        f"P-00{1 + i % 3},2026-0{3 + i}-01,nurse,H0{7 + i % 2},{1 + i % 5},{5 - i % 5}\n" for i in range(6))
    (Path(folder) / "in.csv").write_text(lines)
    s("import", str(Path(folder) / "in.csv"), "--instrument", "own", "--create-participants")
    s("participant", "set", "P-001", "--attr", "sex=", "--reason", "asked to")
    s("dispute", first, "--text", "I was ill that week")
    fork(s, folder, "fork.bip", "2026-01-20")
    s("participant", "add", "P-066")
    s("record", "P-066", "--instrument", "own", "--respondent", "nurse", "--date", "2026-02-02", "sleep=2")
    before = s.rows("SELECT * FROM person WHERE code = 'P-066'"), s.rows("SELECT * FROM identity"), s.rows(
        "SELECT * FROM assessment WHERE person = (SELECT n FROM person WHERE code = 'P-066')"), s.rows(
        "SELECT * FROM fact WHERE person = (SELECT n FROM person WHERE code = 'P-066')")
    s("participant", "erase", "P-066", "--reason", "asked for it")
    fork(s, folder, "last.bip", "2026-01-21")
    return before


def sql_value(v):
    return v if not isinstance(v, str) else v


def other_values(v):
    """Values that a cell could be given instead of v."""
    if v is None:
        return [1, "x"]
    if isinstance(v, int):
        return [v + 1, v - 1, v + 1000, None]
    if isinstance(v, bytes):
        return [bytes([v[0] ^ 1]) + v[1:], v[:-1], None]
    changed = [v + "x", v[:-1] + chr(ord(v[-1]) ^ 1) if v else "y", None]
    if v.startswith("["):
        changed += [re.sub(r"\d", lambda m: str((int(m[0]) + 1) % 6), v, count=1), v[:-1] + ",5]"]
    return changed


class Tampering:
    def __init__(self, store, erased):
        self.s, self.erased = store, erased
        self.tried, self.found, self.passed = Counter(), Counter(), Counter()
        self.missed, self.vague, self.refused = [], [], 0
        self.whole = store.path.read_bytes()
        db = sqlite3.connect(store.path)
        self.db = db
        self.tables = {t: [r[1] for r in db.execute(f"SELECT * FROM pragma_table_info('{t}')")] for (t,) in
                       db.execute("SELECT name FROM sqlite_schema WHERE type='table' AND name NOT LIKE 'sqlite_%'")}
        self.keys = {t: [r[0] for r in db.execute(f"SELECT name FROM pragma_table_info('{t}') WHERE pk ORDER BY pk")]
                     for t in self.tables}
        self.rows = {t: db.execute(f"SELECT * FROM {t} ORDER BY {','.join(self.keys[t])}").fetchall()
                     for t in self.tables}
        self.entry_id = {n: i.hex() for n, i in db.execute("SELECT n, id FROM entry")}
        self.code = dict(db.execute("SELECT n, code FROM person"))
        self.unused = {n for (n,) in db.execute(
            "SELECT n FROM word WHERE n NOT IN (SELECT respondent FROM assessment UNION SELECT respondent FROM item "
            "UNION SELECT actor FROM entry UNION SELECT rater FROM assessment WHERE rater IS NOT NULL)")}
        db.close()
        self.meant = self.meaning()

    def attempt(self, table, column, what, statements, place=()):
        """statements: [(sql, values)]. place: words that the faults must hold."""
        self.s.path.write_bytes(self.whole)
        for end in ("-wal", "-shm"):
            Path(str(self.s.path) + end).unlink(missing_ok=True)
        db = sqlite3.connect(self.s.path, isolation_level=None)
        db.execute("PRAGMA foreign_keys = OFF")
        try:
            for sql, values in statements:
                db.execute(sql, values)
            changed = db.total_changes
        except sqlite3.IntegrityError:
            self.refused += 1  # the file's own constraints don't let it be
            return
        finally:
            db.close()
        if statements and not changed and not column.startswith("schema"):
            return
        self.tried[table, column] += 1
        done = self.s("verify", ok=False)
        said = done.stdout.decode() + done.stderr.decode()
        if done.returncode == 0:
            if (table, column) in PASSES or self.meaning() == self.meant:
                self.passed[table, column] += 1
            else:
                self.missed.append((table, column, what))
        elif done.returncode != 1:
            self.missed.append((table, column, f"{what}: exit {done.returncode}: {said}"))
        else:
            self.found[table, column] += 1
            lacking = [p for p in place if p not in said]
            if lacking:
                self.vague.append((table, column, what, lacking, said[:300]))

    def meaning(self):
        """What the rows say, with the numbers of this file followed to what they stand for."""
        db = sqlite3.connect(self.s.path)
        said = [sorted(map(repr, db.execute(sql))) for sql in (
            "SELECT instrument, text, pos, code FROM item JOIN word ON n = respondent",
            "SELECT person, day, entry, idx, instrument, r.text, j.text, current, root_entry, root_idx, scores, note, reason"
            " FROM assessment JOIN word r ON r.n = respondent LEFT JOIN word j ON j.n = rater",
            "SELECT e.n, id, moved, at, logical, text, hash, pos, identity, leaf FROM entry e JOIN word w ON w.n = actor",
            *(f"SELECT * FROM {t}" for t in self.tables if t not in ("word", "item", "assessment", "entry", "meta")))]
        db.close()
        return said

    def sample(self, table):
        rows = self.rows[table]
        step = max(1, len(rows) // ROWS)
        picked = rows[::step][:ROWS] + ([rows[-1]] if rows else [])
        return list(dict.fromkeys(picked))

    def place_of(self, table, row):
        r = dict(zip(self.tables[table], row))
        if table in ("assessment", "fact"):
            return [self.entry_id[r["entry"]], *([self.code[r["person"]]] if r["person"] else [])]
        if table == "person":
            return [r["code"]]
        if table == "entry":
            return [r["id"].hex()]
        if table in ("leaf", "parent"):
            return [self.entry_id[r["entry"]]]
        return []

    def where(self, table, row):
        r = dict(zip(self.tables[table], row))
        return " AND ".join(f"{k} IS ?" for k in self.keys[table]), [r[k] for k in self.keys[table]]

    def tag(self, table, column, row):
        if table == "word" and row[0] in self.unused:
            return "unused"
        return column

    def edit_cells(self, table):
        for row in self.sample(table):
            where, key = self.where(table, row)
            for i, column in enumerate(self.tables[table]):
                # Where the key itself is edited, the old place must be named, by the trail that misses it.
                place = self.place_of(table, row) if column not in ("entry", "person", "code", "n", "id") else []
                for value in other_values(row[i]):
                    self.attempt(table, self.tag(table, column, row), f"{key}: {row[i]!r} -> {value!r}",
                                 [(f"UPDATE {table} SET {column}=? WHERE {where}", [value, *key])], place)

    def swap_cells(self, table):
        rows = self.sample(table)
        for i, column in enumerate(self.tables[table]):
            for a, b in zip(rows, rows[1:]):
                if a[i] == b[i]:
                    continue
                (wa, ka), (wb, kb) = self.where(table, a), self.where(table, b)
                if column in self.keys[table]:
                    aside = -12345 if isinstance(a[i], int) else "aside"
                    named = [aside if k == column else v for k, v in zip(self.keys[table], ka)]
                    steps = [(f"UPDATE {table} SET {column}=? WHERE {wa}", [aside, *ka]),
                             (f"UPDATE {table} SET {column}=? WHERE {wb}", [a[i], *kb]),
                             (f"UPDATE {table} SET {column}=? WHERE {wa}", [b[i], *named])]
                elif isinstance(a[i], (bytes, str)):
                    aside = a[i] + (b"~" if isinstance(a[i], bytes) else "~")
                    if table == "assessment" and column == "scores":
                        aside = "[]"
                    steps = [(f"UPDATE {table} SET {column}=? WHERE {wa}", [aside, *ka]),
                             (f"UPDATE {table} SET {column}=? WHERE {wb}", [a[i], *kb]),
                             (f"UPDATE {table} SET {column}=? WHERE {wa}", [b[i], *ka])]
                else:
                    steps = [(f"UPDATE {table} SET {column}=? WHERE {wa}", [b[i], *ka]),
                             (f"UPDATE {table} SET {column}=? WHERE {wb}", [a[i], *kb])]
                tag = "unused" if table == "word" and {a[0], b[0]} & self.unused else column
                self.attempt(table, tag, f"swap {ka} {kb}", steps)

    def delete_rows(self, table):
        for row in self.sample(table):
            where, key = self.where(table, row)
            place = [] if table in ("person", "entry") else self.place_of(table, row)
            self.attempt(table, self.tag(table, "row", row), f"delete {key}",
                         [(f"DELETE FROM {table} WHERE {where}", key)], place)
        self.attempt(table, "row", "delete all", [(f"DELETE FROM {table}", [])])

    def insert_rows(self, table):
        """Copies of rows under another key, and with another random value where one must be unique."""
        for row in self.sample(table):
            for shift in (1, 777):
                for key in self.keys[table]:
                    copy = dict(zip(self.tables[table], row))
                    copy[key] = copy[key] + shift if isinstance(copy[key], int) else f"{copy[key]}{shift}"
                    for column, value in copy.items():
                        unique = {"entry": ["id"], "identity": ["uuid", "hash"], "person": ["code"], "word": ["text"],
                                  "instrument": ["version"]}.get(table, [])
                        if column in unique and value is not None:
                            copy[column] = os.urandom(len(value)) if isinstance(value, bytes) else f"{value}{shift}"
                    marks = ",".join("?" * len(copy))
                    tag = "unused" if table == "word" else "row"
                    self.attempt(table, tag, f"insert {copy}",
                                 [(f"INSERT INTO {table}({','.join(copy)}) VALUES({marks})", list(copy.values()))])

    def change_schema(self):
        for what in ("CREATE TRIGGER t AFTER INSERT ON assessment BEGIN DELETE FROM fact; END",
                     "CREATE TABLE extra(x)", "CREATE VIEW extra AS SELECT 1", "DROP VIEW score",
                     "CREATE INDEX extra ON word(text)", "DROP INDEX identity_person",
                     "ALTER TABLE meta ADD COLUMN more TEXT", "ALTER TABLE assessment ADD COLUMN more TEXT",
                     "ALTER TABLE fact RENAME COLUMN day TO dag", "CREATE TABLE sqlitex(x)",
                     "DROP TABLE head", "DROP TABLE item", "DROP TABLE leaf"):
            self.attempt("(schema)", "schema", what, [(what, [])])
        view = "SELECT p.code, '2026-01-01', 'x', 'y', 'z', 5, NULL FROM person p"
        self.attempt("(schema)", "schema", "another view score", [
            ("DROP VIEW score", []),
            (f"CREATE VIEW score(participant, date, instrument, respondent, indicator, score, note) AS {view}", [])])

    def forge(self):
        """Edits that keep the tables in step with one another, as somebody would who knows the schema."""
        e = max(self.entry_id)
        person, entry, idx = self.db_row("SELECT person, entry, idx FROM assessment ORDER BY entry DESC")
        forged = [
            ("an assessment and a leaf for it, in an old entry", [
                ("INSERT INTO assessment SELECT person,day,entry,900,instrument,respondent,rater,1,NULL,NULL,'[5,5]',"
                 "NULL,NULL FROM assessment WHERE entry=? AND idx=?", [entry, idx]),
                ("INSERT INTO leaf SELECT ?,900,n,randomblob(32) FROM identity WHERE person=?", [entry, person])]),
            ("a fact about nobody", [
                ("INSERT INTO fact VALUES(0,1,?,901,1,NULL,NULL,NULL,NULL,'{}')", [e])]),
            ("a fact about a person who isn't there", [
                ("INSERT INTO fact VALUES(4711,2,?,902,1,NULL,NULL,NULL,NULL,'{}')", [e])]),
            ("an identity more", [
                ("INSERT INTO identity(uuid,hash,person) VALUES(x'00',x'01',1)", [])]),
            ("an identity more with the right hash", [
                ("INSERT INTO identity(uuid,hash,person) VALUES(?,?,1)",
                 [b"\x07" * 16, __import__("hashlib").blake2b(b"\x07" * 16, digest_size=32).digest()])]),
            ("a person said to be erased", [
                ("UPDATE identity SET uuid=NULL, erased_by=?, person=NULL WHERE person=?", [e, person]),
                ("DELETE FROM assessment WHERE person=?", [person]), ("DELETE FROM fact WHERE person=?", [person]),
                ("DELETE FROM person WHERE n=?", [person])]),
            ("an identity erased by an entry that isn't there", [
                ("UPDATE identity SET uuid=NULL, erased_by=999, person=NULL WHERE person=?", [person])]),
            ("a participant's last facts, rows only", [
                ("DELETE FROM assessment WHERE person=? AND entry=?", [person, entry])]),
            ("an assessment, its leaf", [
                ("DELETE FROM assessment WHERE entry=?", [entry]), ("DELETE FROM leaf WHERE entry=?", [entry]),
                ("UPDATE entry SET pos=NULL, identity=NULL, leaf=NULL WHERE n=?", [entry])]),
            ("an entry in the middle, whole", [
                ("DELETE FROM assessment WHERE entry=5", []), ("DELETE FROM fact WHERE entry=5", []),
                ("DELETE FROM leaf WHERE entry=5", []), ("UPDATE parent SET parent=4 WHERE parent=5", []),
                ("DELETE FROM parent WHERE entry=5", []), ("DELETE FROM entry WHERE n=5", [])]),
            ("two people change codes", [
                ("UPDATE person SET code='x' WHERE n=1", []), ("UPDATE person SET code='P-001' WHERE n=2", []),
                ("UPDATE person SET code='P-002' WHERE n=1", [])]),
            ("two people change identities", [
                ("UPDATE identity SET person=3-person WHERE person IN (1,2)", [])]),
            ("two people change assessments", [
                ("UPDATE assessment SET person=-person WHERE person=1", []),
                ("UPDATE assessment SET person=1 WHERE person=2", []),
                ("UPDATE assessment SET person=2 WHERE person=-1", [])]),
            ("respondents are raters", [("UPDATE word SET kind=2 WHERE kind=1", [])]),
            ("a setting that nobody knows", [("INSERT INTO meta VALUES('wrong', '1')", [])]),
        ]
        for what, statements in forged:
            tag = "forged"
            self.attempt("(several)", tag, what, statements)

    def db_row(self, sql):
        return self.s.rows(sql)[0]

    def forge_erasures(self):
        """Who is said to be erased and was not, who was and is there again, and erasures that are gone."""
        persons, identities, assessments, facts = self.erased
        n = self.db_row("SELECT n FROM identity WHERE uuid IS NULL")[0]
        entry, idx = self.db_row("SELECT entry, idx FROM fact WHERE kind = 4")
        alive, person = self.db_row("SELECT n, person FROM identity WHERE person IS NOT NULL")
        uuid, whose = next((i[1], i[3]) for i in identities if i[0] == n)
        insert = lambda table, rows: [(f"INSERT INTO {table} VALUES({','.join('?' * len(r))})", r) for r in rows]
        hashed = self.db_row(f"SELECT lower(hex(hash)) FROM identity WHERE n = {alive}")[0]
        gone = [("UPDATE identity SET uuid=NULL, person=NULL, erased_by=? WHERE n=?", [entry, alive])] + [
            (f"DELETE FROM {t} WHERE {c}=?", [person])
            for t, c in (("assessment", "person"), ("fact", "person"), ("person", "n"))]
        fact = ("INSERT INTO fact SELECT 0,4,entry,800,1,NULL,NULL,NULL,NULL,replace(body,?,?) FROM fact WHERE kind=4",
                [self.db_row(f"SELECT lower(hex(hash)) FROM identity WHERE n = {n}")[0], hashed])
        back = insert("person", persons) + [
            ("UPDATE identity SET uuid=?, person=?, erased_by=NULL WHERE n=?", [uuid, whose, n])]
        for what, statements, said in (
                ("a marker put in by hand, with the entry of another erasure", gone, "nothing in the trail says so"),
                ("a marker, and a fact for it", [*gone, fact], "does not know"),
                ("a marker, a fact, a leaf", [*gone, fact, ("INSERT INTO leaf VALUES(?,800,NULL,randomblob(32))", [entry])],
                 "its hash does not match"),
                ("an erasure that names somebody else", [*gone, ("UPDATE fact SET body=replace(body,?,?) WHERE kind=4",
                                                                  fact[1])], "is not what was recorded"),
                ("the erasure's fact is gone", [("DELETE FROM fact WHERE kind=4", [])], "are gone"),
                ("the erasure's fact and leaf are gone", [
                    ("DELETE FROM fact WHERE kind=4", []), ("DELETE FROM leaf WHERE entry=? AND pos=?", [entry, idx]),
                    ("UPDATE entry SET pos=NULL, identity=NULL, leaf=NULL WHERE n=? AND pos=?", [entry, idx])],
                 "its hash does not match"),
                ("an erased identity taken out", [
                    ("UPDATE leaf SET identity=NULL WHERE identity=?", [n]),
                    ("UPDATE entry SET identity=NULL WHERE identity=?", [n]),
                    ("DELETE FROM identity WHERE n=?", [n])], "its hash does not match"),
                ("an identity there again, without its facts", back, "was erased, and is there again"),
                ("a person there again, whole, from an older copy",
                 [*back, *insert("assessment", assessments), *insert("fact", facts)], "was erased, and is there again"),
                ("an added instrument said to be built in",
                 [("UPDATE instrument SET entry=NULL, idx=NULL, reason=NULL WHERE code='own' AND version='1'", [])],
                 "own@1: is not known"),
        ):
            self.attempt("(several)", "erasure", what, statements, [said])

    def roll_back(self, folder):
        """An older copy put back verifies: only an anchor noted elsewhere finds it."""
        self.s.path.write_bytes(self.whole)
        old = self.whole
        self.s("participant", "add", "P-100")
        anchor = Path(folder) / "anchor"
        anchor.write_bytes(self.s("head").stdout)
        assert self.s("verify", "--anchor", str(anchor), ok=False).returncode == 0, "the anchor holds while nothing happens"
        self.s.path.write_bytes(old)
        assert self.s("verify", ok=False).returncode == 0, "a rolled-back file verifies without an anchor"
        done = self.s("verify", "--anchor", str(anchor), ok=False)
        assert done.returncode == 1 and b"gone" in done.stdout + done.stderr, "the anchor finds a rolled-back file"

    def run(self):
        for table in self.tables:
            self.edit_cells(table)
            self.swap_cells(table)
            self.delete_rows(table)
            self.insert_rows(table)
        self.change_schema()
        self.forge()
        self.forge_erasures()


def main():
    folder = tempfile.mkdtemp(prefix="bip-tamper-")
    try:
        store = Store(os.path.abspath(sys.argv[1]), folder)
        store("init")
        erased = fill(store, folder)
        assert store("verify", ok=False).returncode == 0
        t = Tampering(store, erased)
        t.run()
        t.roll_back(folder)
    finally:
        shutil.rmtree(folder)
    if "--table" in sys.argv:
        for key in sorted(t.tried):
            print(f"{key[0]:12} {key[1]:12} {t.tried[key]:4} tried {t.found[key]:4} found {t.passed[key]:4} may pass")
    for m in t.missed:
        print("FAILED: not found:", *m)
    for v in t.vague:
        print("FAILED: found, not placed:", *v)
    print(f"figure: edits past the library: {sum(t.tried.values())} tried, {sum(t.found.values())} found and placed, "
          f"{sum(t.passed.values())} that change nothing recorded passed; {t.refused} the file's own constraints refused")
    bad = len(t.missed) + len(t.vague)
    print(f"{sum(t.tried.values()) - bad} passed, {bad} failed")
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
