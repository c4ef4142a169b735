#!/usr/bin/env python3
"""Everything the program writes as JSON holds to libbip/schemas: tests/contract/schemas.py BUILD.

A store with something of every kind is made and asked for every document. Each must validate, and name no key that its
schema doesn't (later versions may add keys, so the schemas themselves allow them). So that the schemas aren't empty
promises, each document is then damaged at every place, and the damage must be refused.
"""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
SCHEMAS = SOURCE / "libbip" / "schemas"
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


class Schemas:
    """JSON Schema 2020-12, as far as these schemas use it: a keyword unknown here is an error, never passed over."""

    def __init__(self, folder):
        self.documents = {p.name: json.loads(p.read_text()) for p in sorted(folder.glob("*.json"))}

    def faults(self, name, value):
        """What doesn't hold, as lines; keys that no schema names count."""
        found, named = self._check(name, self.documents[name], value, "$")
        return found + [f"{path}.{key}: not in the schema" for path, key in self._keys(value, "$")
                        if (path, key) not in named] if not found else found

    def holds(self, name, value):
        return not self._check(name, self.documents[name], value, "$")[0]

    def _keys(self, value, path):
        if isinstance(value, dict):
            for key, member in value.items():
                yield path, key
                yield from self._keys(member, f"{path}.{key}")
        elif isinstance(value, list):
            for i, member in enumerate(value):
                yield from self._keys(member, f"{path}[{i}]")

    def _check(self, name, schema, value, path):
        """(faults, the keys of objects that the schema names)."""
        found, named = [], set()

        def inner(document, rule, at, where):
            f, n = self._check(document, rule, at, where)
            found.extend(f)
            named.update(n)

        for keyword, rule in schema.items():
            if keyword in ("$schema", "$id", "$defs", "title", "description"):
                continue
            if keyword == "$ref":
                file, _, place = rule.partition("#/$defs/")
                document = file or name
                target = self.documents[document]
                inner(document, target["$defs"][place] if place else target, value, path)
            elif keyword == "oneOf":
                tried = [self._check(name, branch, value, path) for branch in rule]
                good = [n for f, n in tried if not f]
                if len(good) == 1:
                    named |= good[0]
                else:
                    nearest = min((f for f, _ in tried), key=len)
                    found.append(f"{path}: holds to {len(good)} of what it may be; nearest: {nearest[:2]}")
            elif keyword == "properties" and isinstance(value, dict):
                for key in rule.keys() & value.keys():
                    named.add((path, key))
                    inner(name, rule[key], value[key], f"{path}.{key}")
            elif keyword == "additionalProperties" and isinstance(value, dict):
                others = [k for k in value if k not in schema.get("properties", {})
                          and not any(re.search(p, k) for p in schema.get("patternProperties", {}))]
                if rule is False:
                    found.extend(f"{path}.{key}: not allowed" for key in others)
                else:
                    for key in others:
                        named.add((path, key))
                        inner(name, rule, value[key], f"{path}.{key}")
            elif keyword == "patternProperties" and isinstance(value, dict):
                for key in value:
                    for pattern, its in rule.items():
                        if re.search(pattern, key):
                            named.add((path, key))
                            named.update((p, k) for p, k in self._keys(value[key], f"{path}.{key}"))
                            inner(name, its, value[key], f"{path}.{key}")
            elif keyword == "propertyNames" and isinstance(value, dict):
                for key in value:
                    inner(name, rule, key, f"{path}: the key {key}")
            elif keyword == "items" and isinstance(value, list):
                for i, member in enumerate(value):
                    inner(name, rule, member, f"{path}[{i}]")
            elif not self._simple(keyword, rule, value):
                found.append(f"{path}: {json.dumps(value)[:60]} breaks {keyword} {json.dumps(rule)[:80]}")
        return found, named

    @staticmethod
    def _simple(keyword, rule, value):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        same = lambda a, b: json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)  # noqa: E731 - True is not 1
        text, items, members = isinstance(value, str), isinstance(value, list), isinstance(value, dict)

        def of_type(t):
            if t == "number":
                return number
            if t == "integer":
                return number and float(value).is_integer()
            return isinstance(value, TYPES[t])
        rules = {
            "type": lambda: any(of_type(t) for t in ([rule] if isinstance(rule, str) else rule)),
            "const": lambda: same(value, rule),
            "enum": lambda: any(same(value, v) for v in rule),
            "required": lambda: not members or all(k in value for k in rule),
            "minProperties": lambda: not members or len(value) >= rule,
            "minItems": lambda: not items or len(value) >= rule,
            "maxItems": lambda: not items or len(value) <= rule,
            "uniqueItems": lambda: not items or len({json.dumps(v, sort_keys=True) for v in value}) == len(value),
            "minLength": lambda: not text or len(value) >= rule,
            "maxLength": lambda: not text or len(value) <= rule,
            "pattern": lambda: not text or re.search(rule, value) is not None,
            "minimum": lambda: not number or value >= rule,
            "maximum": lambda: not number or value <= rule,
            "exclusiveMinimum": lambda: not number or value > rule,
            "exclusiveMaximum": lambda: not number or value < rule,
            # Those that hang on the kind of value they are for; _check has dealt with it where it was of that kind.
            **{k: lambda: True for k in ("properties", "additionalProperties", "patternProperties", "propertyNames",
                                         "items")},
        }
        return rules[keyword]()


class Bip:
    def __init__(self, build, folder):
        self.program, self.folder = build / "bip", folder
        self.env = {"PATH": os.environ["PATH"], "BIP_STORE": str(folder / "team.bip"), "BIP_ACTOR": "anna", "TZ": "UTC",
                    "BIP_NOW": "2026-11-21T10:00:00Z"}
        self.env.update({k: v for k, v in os.environ.items() if k in ("ASAN_OPTIONS", "UBSAN_OPTIONS")})

    def __call__(self, *args, status=0, stdin=""):
        done = subprocess.run([self.program, *args], input=stdin.encode(), capture_output=True, cwd=self.folder,
                              env=self.env, timeout=120, check=False)
        assert done.returncode == status, f"{args}: {done.returncode}, {done.stderr.decode()}"
        return (done.stderr if status else done.stdout).decode()


INSTRUMENT = {
    "instrument": "all_of_it", "version": "1.a", "continues": None, "title": {"en": "All of it", "sv": "Allt"},
    "source": "this test", "interval_days": 90, "pair_days": 7, "handout": True, "x_note": {"free": [1]},
    "respondents": [{"code": "participant", "title": {"en": "Participant"}}, {"code": "caseworker"}],
    "scales": [{"code": "five", "min": 1, "max": 5, "step": 0.5, "labels": {"1": {"en": "Low"}, "5": {"en": "High"}}},
               {"code": "three", "values": [0, 2, 4]}],
    "indicators": [{"code": "one", "title": {"en": "One"}, "scale": "five", "reliability": 0.8, "sd": 0.9},
                   {"code": "two", "title": {"en": "Two"}, "scale": "three", "better": "lower", "smallest_step": 2,
                    "respondents": ["caseworker"], "visible_to": ["caseworker"],
                    "question": {"caseworker": {"en": "And two?"}}},
                   {"code": "three", "title": {"en": "Three"}, "scale": "five"}],
    "dimensions": [{"code": "both", "title": {"en": "Both"}, "method": "sum", "indicators": ["one", "three"],
                    "weights": {"one": 2}, "min_answered": 0.5, "better": "higher", "smallest_step": 1,
                    "reliability": 0.9, "sd": 1.5}],
    "bands": [{"of": "both", "code": "near", "from": 9, "title": {"en": "Near"}}],
    "participant_pattern": "^P-",
}


def answers(bip):
    """Makes the store, and yields (schema, document) of what is answered on the way."""
    def say(schema, *args, **more):
        return schema, json.loads(bip("--json", *args, **more))

    (bip.folder / "all.json").write_text(json.dumps(INSTRUMENT))
    yield say("answer.json", "init")
    yield say("answer.json", "--version")
    yield say("answer.json", "instrument", "check", "all.json")
    yield say("answer.json", "instrument", "add", "all.json", "--reason", "ours")
    yield say("answer.json", "participant", "add", "P-001", "--enrolled", "2025-01-01", "--attr", "team=north")
    yield say("answer.json", "participant", "add", "P-002")
    yield say("answer.json", "participant", "set", "P-001", "--attr", "team=", "--reason", "moved")

    def record(role, date, *scores):
        return say("answer.json", "record", "P-001", "--instrument", "all_of_it", "--respondent", role, "--date", date,
                   "--rater", "H1", "--note", "n", *scores)
    for i, date in enumerate(("2025-01-10", "2025-04-10", "2025-07-10", "2025-10-10", "2026-01-10")):
        yield record("participant", date, f"one={1 + i / 2}", f"three={'declined' if i == 1 else 1 + i}")
        schema, last = record("caseworker", date, f"one={2 + i / 2}", f"two={4 - 2 * (i > 2)}", "three=2")
        yield schema, last
    yield say("answer.json", "correct", last["id"], "one=3", "three=not_applicable", "--reason", "typed wrong")
    yield say("answer.json", "dispute", last["id"], "--text", "nobody asked me")
    schema, gone = record("participant", "2026-02-10", "one=dont_know")
    yield say("answer.json", "withdraw", gone["id"], "--reason", "another's form")
    rows = "participant,date,respondent,indicator,score\nP-002,2026-01-01,participant,one,{}\n"
    yield say("answer.json", "import", "-", "--instrument", "all_of_it", stdin=rows.format("2"))
    yield say("answer.json", "participant", "add", "P-003")
    yield say("answer.json", "participant", "erase", "P-003", "--reason", "asked for it")
    yield say("answer.json", "retention", "--keep", "30")
    yield say("answer.json", "subject", "P-001", "--out", "P-001")
    yield say("answer.json", "verify")
    yield say("answer.json", "head")
    yield say("answer.json", "backup", "copy.bip")
    yield say("answer.json", "merge", "copy.bip")
    yield say("error.json", "init", status=1)
    yield say("error.json", "steps", "P-404", status=1)
    yield say("error.json", "nonsense", status=2)
    yield say("error.json", "subject", "P-001", "--out", "-", status=2)
    yield say("error.json", "import", "-", "--instrument", "all_of_it", stdin=rows.format("77"), status=3)
    broken = {**INSTRUMENT, "version": "2", "indicators": [{"code": "one", "scael": "five"}]}
    yield say("error.json", "instrument", "check", "-", stdin=json.dumps(broken), status=3)


def documents(bip):
    """(schema, document) of all that the store then tells."""
    def lines(schema, *args):
        told = bip(*args).splitlines()
        assert told, f"{args} says nothing"
        for line in told:
            yield schema, json.loads(line)

    yield from lines("bip-progression-1.json", "--json", "progression", "--all")
    yield from lines("bip-steps-1.json", "--json", "steps", "--all", "--for", "caseworker")
    yield from lines("bip-history-1.json", "--json", "history", "--all")
    yield from lines("bip-participant-1.json", "--json", "participant", "list")
    yield from lines("bip-participant-1.json", "--json", "participant", "show", "P-001")
    yield from lines("bip-instrument-1.json", "--json", "instrument", "list")
    yield from lines("bip-assessment-1.json", "export", "--format", "jsonl")
    for code in ("all_of_it", "employability", "audit"):
        yield from lines("instrument.json", "instrument", "show", code)
    yield from lines("bip-retention-1.json", "--json", "retention", "--days", "30")
    yield "bip-subject-1.json", json.loads((bip.folder / "P-001" / "subject.json").read_text())
    yield "bip-store-1.json", json.loads(bip("export", "--format", "json"))
    spider = ["--json", "chart", "P-001", "--instrument", "all_of_it", "--kind", "spider", "--out", "-"]
    yield from lines("bip-spider-1.json", *spider)
    yield from lines("bip-spider-1.json", *spider, "--for", "caseworker", "--layers", "best,2025-04-10")
    for lang in ("en", "sv", "da"):
        yield "bip-words-1.json", json.loads(bip("--lang", lang, "words"))
    for built_in in sorted((SOURCE / "libbip" / "instruments").glob("*.json")):
        yield "instrument.json", json.loads(built_in.read_text())


def damaged(value, free, at=()):
    """Copies of the document, each with one place made what it can't be: (place, copy). Free members are left alone."""
    def replaced(document, path):
        document = copy.deepcopy(document)
        inner = document
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = {"damaged": [True]}
        return document

    def places(inner, path):
        members = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        for key, member in members:
            if str(key).startswith(free):
                continue
            yield path + (key,)
            yield from places(member, path + (key,))
    for path in places(value, at):
        yield ".".join(map(str, path)), replaced(value, path)


def shortened(value):
    """The first of a long list stand for the others, and of the many texts of a language."""
    if isinstance(value, list):
        return [shortened(v) for v in value[:3]]
    if isinstance(value, dict):
        return {k: shortened(v) for k, v in list(value.items())[:40]}
    return value


class Tally:
    passed = failed = 0

    def claim(self, text, found):
        if not found:
            self.passed += 1
            print(f"ok      {text}")
        else:
            self.failed += 1
            print(f"FAILED  {text}", *list(found)[:10], sep="\n        ")


def status_words():
    """The words of bip_status, but for those that are no errors."""
    table = (SOURCE / "libbip" / "api" / "values.c").read_text()
    return set(re.findall(r'\[BIP_E_\w+\] = \{"(\w+)"', table))


def main():
    schemas, tally = Schemas(SCHEMAS), Tally()
    with tempfile.TemporaryDirectory() as folder:
        bip = Bip(Path(sys.argv[1]).resolve(), Path(folder))
        told = [*answers(bip), *documents(bip)]
    by_schema = {}
    for schema, document in told:
        by_schema.setdefault(schema, []).append(document)
    for name in schemas.documents:
        its = by_schema.get(name, [])
        found = [fault for d in its for fault in schemas.faults(name, d)] if its else ["nothing was written"]
        tally.claim(f"{name}: everything of it that was written holds ({len(its)})", found)
        largest = shortened(max(its, key=lambda d: len(json.dumps(d)), default={}))
        assert schemas.holds(name, largest) or found, f"{name}: shortened, it doesn't hold"
        tally.claim(f"{name}: damage at any place is refused",
                    [place for place, d in damaged(largest, "x_") if schemas.holds(name, d)])
        lacking = [key for key in schemas.documents[name].get("required", largest)
                   if schemas.holds(name, {k: v for k, v in largest.items() if k != key})]
        tally.claim(f"{name}: no required key may be lacking", lacking)
    words = set(schemas.documents["error.json"]["properties"]["error"]["properties"]["code"]["enum"])
    tally.claim("error.json: its codes are those of bip_status", words ^ status_words())
    print(f"{tally.passed} passed, {tally.failed} failed")
    return tally.failed > 0


if __name__ == "__main__":
    sys.exit(main())
