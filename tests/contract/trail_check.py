#!/usr/bin/env python3
"""The audit trail recomputed from an export: tests/contract/trail_check.py EXPORT.json [HEADS.txt].

Written from libbip/doc/store.md alone, with nothing but Python's standard library. EXPORT.json is what
`bip export --format json` wrote, HEADS.txt what `bip head` printed of the same store.
"""
import datetime
import hashlib
import json
import sys
from pathlib import Path

NOBODY = bytes(32)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Number(str):
    """A number as it is written: the canonical form keeps its digits."""


def read(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def canonical(value):
    """Compact JSON, keys in the order in which they stand."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def blake(data, key=b""):
    return hashlib.blake2b(data, key=key, digest_size=32).digest()


def be(n, size):
    return n.to_bytes(size, "big")


def milliseconds(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=datetime.timezone.utc)
    return (moment - EPOCH) // datetime.timedelta(milliseconds=1)


class Trail:
    def __init__(self, document):
        self.document, self.faults, self.facts, self.owner = document, [], {}, {NOBODY: b""}
        self.erased = set(map(bytes.fromhex, document["erased"]))
        self.gather(document["facts"], {NOBODY})
        for person in document["participants"]:
            mine = set()
            for identity in person["identities"]:
                uuid = bytes.fromhex(identity)
                self.owner[blake(uuid)] = uuid
                mine.add(blake(uuid))
            self.gather(person["facts"], mine)

    def gather(self, facts, identities):
        for fact in facts:
            entry, _, index = fact["id"].partition(".")
            text = canonical({k: v for k, v in fact.items() if k != "id"})
            self.facts.setdefault(entry, {})[int(index)] = (text, identities)

    def fault(self, entry, what):
        self.faults.append(f"entry {entry['id']}: {what}")

    def identity(self, leaf):
        return bytes.fromhex(leaf["identity"]) if leaf["identity"] else NOBODY

    def leaves(self, entry):
        """Each leaf with the index at which its facts end."""
        starts = [int(leaf["pos"]) for leaf in entry["leaves"]]
        return zip(entry["leaves"], starts[1:] + [max(self.facts.get(entry["id"], {-1: 0})) + 1])

    def under(self, entry, leaf, end):
        """The facts of a leaf: text, and the identities it may be of."""
        own = self.facts.get(entry["id"], {})
        return [own.get(index, ("", ())) for index in range(int(leaf["pos"]), end)]

    def leaf_hash(self, entry, leaf, end):
        texts = "".join(text + "\n" for text, _ in self.under(entry, leaf, end))
        return blake(texts.encode(), self.owner[self.identity(leaf)])

    def entry_hash(self, entry, known):
        """Of what the entry itself says; known: the hashes of those before it."""
        actor, parents = entry["actor"].encode(), sorted(known[p] for p in entry["parents"])
        data = b"bip-entry-1\0" + bytes.fromhex(entry["id"]) + be(milliseconds(entry["at"]), 8)
        data += be(len(actor), 4) + actor + be(len(parents), 4) + b"".join(parents)
        for leaf in entry["leaves"]:
            data += be(int(leaf["pos"]), 4) + self.identity(leaf) + bytes.fromhex(leaf["hash"])
        return blake(data)

    def leaf(self, entry, leaf, end):
        identity = self.identity(leaf)
        if identity in self.erased:
            return
        if any(identity not in identities for _, identities in self.under(entry, leaf, end)):
            return self.fault(entry, f"a fact from {leaf['pos']} on is lacking, or another person's than its leaf says")
        if self.leaf_hash(entry, leaf, end).hex() != leaf["hash"]:
            self.fault(entry, f"the facts from {leaf['pos']} on are not those that were recorded")

    def entry(self, entry, known):
        for leaf, end in self.leaves(entry):
            self.leaf(entry, leaf, end)
        if self.entry_hash(entry, known).hex() != entry["hash"]:
            self.fault(entry, "its hash does not match")
        known[entry["id"]] = bytes.fromhex(entry["hash"])

    def check(self):
        known, logical, order = {}, {}, []
        for entry in self.document["entries"]:
            self.entry(entry, known)
            logical[entry["id"]] = max([milliseconds(entry["at"])] + [logical[p] + 1 for p in entry["parents"]])
            order.append((logical[entry["id"]], entry["id"]))
        if order != sorted(order):
            self.faults.append("the entries are not in the order of recording")
        for entry in self.facts.keys() - known.keys():
            self.faults.append(f"entry {entry}: has facts but is not in the trail")
        parents = {p for e in self.document["entries"] for p in e["parents"]}
        return sorted(f"{e} {h.hex()}" for e, h in known.items() if e not in parents)


def main():
    trail = Trail(read(Path(sys.argv[1]).read_text(encoding="utf-8")))
    heads = trail.check()
    if len(sys.argv) > 2 and sorted(Path(sys.argv[2]).read_text().split("\n")[:-1]) != heads:
        trail.faults.append("the heads are not those that `bip head` printed")
    print("\n".join(trail.faults) or f"{len(trail.document['entries'])} entries, "
                                     f"{sum(map(len, trail.facts.values()))} facts: every hash as recorded")
    return 1 if trail.faults else 0


if __name__ == "__main__":
    sys.exit(main())
