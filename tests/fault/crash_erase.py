"""Killed while people are erased: what crash.py does with `participant erase`, `retention --apply` and the merge of an
erasure, with and without somebody who reads meanwhile.

After each kill the people are wholly there and the export is byte for byte what it was, or they are gone and everybody
else is as before; `verify` is clean; and when the next run that writes has ended, no file holds anything of them.
"""
import json
import shutil
import sqlite3
from collections import Counter

OLD = "1910-%02d-%02d"  # older than anything else in the store
DAYS = "35000"  # since then, and not since 1950
RETENTION, MERGE = "retention --apply", "merge of an erasure"


class Erasing:
    def __init__(self, crash):
        self.c, self.rng = crash, crash.rng
        self.stages = Counter()

    def look(self, sql, *values):
        """What a query finds, in a copy: opening the store itself would put it right."""
        copy = self.c.folder / "look"
        copy.mkdir()
        for end in ("", "-wal"):
            if (beside := self.c.folder / f"s.bip{end}").exists():
                shutil.copy(beside, copy / f"s.bip{end}")
        db = sqlite3.connect(copy / "s.bip")
        found = db.execute(sql, values).fetchall()
        db.close()
        shutil.rmtree(copy)
        return found

    def letters(self):  # digits could happen to be somebody's national identity number, which is refused
        return "".join(self.rng.choices("bcdfghjklmnpqrstvwxz", k=14))

    def secret(self, kind):
        return f"{kind} {self.letters()}"

    def victim(self, objects):
        """Somebody with everything that can be known of a person: (code, what must not be found again). An objection is
        a fact of today: it would keep them from what is erased for its age."""
        ok = self.c.ok
        code, secrets = f"V-{self.letters()}", [self.secret(k) for k in
                                                       ("unit", "why", "rater", "note", "again", "objection", "wrong")]
        unit, why, rater, note, again, objection, wrong = secrets
        ok("participant", "add", code, "--enrolled", OLD % (1, 1), "--attr", f"unit={unit}", "--reason", why)
        key = [code, "--instrument", "employability", "--respondent", "participant"]
        ids = [ok("record", *key, "--date", OLD % (1 + n, 1 + n), "--rater", rater, "--note", note * (1 + 60 * n),
                  f"cooperation={1 + n % 5}").decode().strip() for n in range(3)]
        ok("correct", ids[0], "cooperation=5", "--note", again, "--reason", wrong)
        if objects:
            ok("dispute", ids[0], "--text", objection)
        ok("withdraw", ids[1], "--reason", wrong)
        ((uuid,),) = self.look("SELECT uuid FROM identity WHERE person = (SELECT n FROM person WHERE code = ?)", code)
        return code, [s.encode() for s in (code, *secrets, uuid.hex(), uuid.hex().upper())] + [uuid]

    def traces(self, secrets):
        return [f"{path.name}: {s!r}" for path in self.c.folder.rglob("*") if path.is_file()
                for s in secrets if s in path.read_bytes()]

    def arguments(self, name, code):
        reason = ["--reason", "asked for it"]
        if name == "participant erase":
            return [*name.split(), code, *reason]
        if name == RETENTION:
            return ["retention", "--apply", "--days", DAYS, *reason]
        return ["merge", self.c.folder / "copy.bip"]

    def erase_in_a_copy(self, code):
        copy = self.c.folder / "copy.bip"
        copy.unlink(missing_ok=True)
        self.c.ok("backup", copy)
        self.c.ok("participant", "erase", code, "--reason", "asked for it", store=copy)

    def kill_it(self, name, args):
        """True where it was acknowledged. With a reader it waits for them to end, and is killed before that."""
        if self.rng.random() < 0.6:
            return self.c.start_and_kill(name, args) == 0
        usual = sorted(self.c.took[name])[len(self.c.took[name]) // 2]
        reader = sqlite3.connect(self.c.store, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        done = self.c.start_and_kill(f"{name}, with a reader", args, delay=self.rng.uniform(0.2, 4) * usual) == 0
        reader.close()
        return done

    def go(self, _now):
        name = self.rng.choice(("participant erase", "participant erase", RETENTION, MERGE))
        people = dict(self.victim(name != RETENTION) for _ in range(2))
        doomed = people if name == RETENTION else dict(list(people.items())[:1])
        args = self.arguments(name, next(iter(people)))
        if name == MERGE:
            self.erase_in_a_copy(*doomed)
        before, entries = json.loads(self.export()), self.c.state()[0]
        assert self.traces(next(iter(doomed.values()))), "nothing to look for"
        acknowledged = self.kill_it(name, args)
        (self.c.folder / "copy.bip").unlink(missing_ok=True)
        stage = dict(self.look("SELECT key, value FROM meta")).get("traces", "")
        assert self.c.run("verify").returncode == 0, f"after {name}: {self.c.run('verify').stdout.decode()}"
        after = json.loads(self.export())
        gone = self.gone(name, before, after, entries, doomed)
        assert gone or not acknowledged, f"{name}: acknowledged, and not done"
        self.c.after["the whole of it" if gone else "nothing of it"] += 1
        self.stages[{"rewrite": "gone, the file not yet rewritten", "empty": "rewritten, the -wal not yet empty"}.get(
            stage, "gone from the files too" if gone else "wholly there")] += 1
        self.finish(gone, doomed, name)
        for code in people.keys() - doomed.keys():
            self.c.ok("participant", "erase", code, "--reason", "asked for it")
        return self.c.state()

    def export(self):
        return self.c.ok("export", "--format", "json", "--out", "-")

    def gone(self, name, before, after, entries, doomed):
        left = [p["participant"] for p in after["participants"] if p["participant"] in doomed]
        if left:
            assert after == before, f"after {name}: {left} are there, and something else changed"
            return False
        others = [p for p in before["participants"] if p["participant"] not in doomed]
        assert after["participants"] == others, f"after {name}: somebody else changed"
        now = {e["id"]: e["hash"] for e in after["entries"]}
        assert {i: now.get(i) for i in entries} == {i: h for i, (h, _) in entries.items()}, f"after {name}: the trail"
        assert len(now) == len(entries) + 1, f"after {name}: {len(now) - len(entries)} new entries"
        return True

    def finish(self, gone, doomed, name):
        """The next run that writes; that one may be killed as well. Then nothing is left in any file."""
        add = lambda: ["participant", "add", f"N-{self.letters()}"]
        if gone and self.rng.random() < 0.3:
            self.c.start_and_kill("the run after an erasing", add())
        if gone:
            self.c.ok(*add())
        else:
            for code in doomed:
                self.c.ok("participant", "erase", code, "--reason", "asked for it")
        found = self.traces([s for secrets in doomed.values() for s in secrets])
        assert not found, f"after {name} and the next run: {found}"
        assert self.c.run("verify").returncode == 0, f"after {name} and the next run: verify"
