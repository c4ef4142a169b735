"""Checks of the program that tests/contract/run.py runs: exports that break a rule though all their hashes hold.

Whoever knows libbip/doc/store.md can write one, by mistake too. Each is the export of one small store with one thing in it
changed and every hash made anew; what refuses it is the rule, not the hash. Names of what is changed are those of the store.
"""
import copy
from collections import defaultdict

from lifecycle import RECORD, copied
from trail_check import NOBODY, Number, Trail, blake, canonical, read

CHECKS = []
ELSEWHERE = "ab" * 16


def check(f):
    CHECKS.append(f)
    return f


def sealed(document):
    """The document with the hashes that what it says now should have. Those of erased facts stay: nobody can make them."""
    trail, known = Trail(document), defaultdict(lambda: NOBODY)  # an unknown parent's hash is anything
    for entry in document["entries"]:
        for leaf, end in trail.leaves(entry):
            if trail.identity(leaf) not in trail.erased:
                leaf["hash"] = trail.leaf_hash(entry, leaf, end).hex()
        known[entry["id"]] = trail.entry_hash(entry, known)
        entry["hash"] = known[entry["id"]].hex()
    return document


def hashes(person):
    return [blake(bytes.fromhex(identity)).hex() for identity in person["identities"]]


class Whole:
    """An export, with names for what the forgeries change."""

    def __init__(self, document):
        self.document = document
        self.entries, self.facts, self.erased = document["entries"], document["facts"], document["erased"]
        self.anna, self.bo = document["participants"]
        self.registration, *_ = self.anna["facts"]
        kinds = {fact["fact"]: fact for fact in self.bo["facts"]}
        self.attribute, self.other_registration = kinds["attribute"], kinds["participant"]
        self.root, self.revision = [f for f in self.anna["facts"] if f["fact"] == "assessment"][:2]
        self.dispute = next(f for f in self.anna["facts"] if f["fact"] == "dispute")
        self.instrument = next(f for f in self.facts if f["fact"] == "instrument")
        self.erasure = next(f for f in self.facts if f["fact"] == "erasure")

    def entry_of(self, fact):
        return next(e for e in self.entries if fact["id"].startswith(e["id"]))

    def give(self, fact, to, identity, at=99):
        """The only fact of its entry stands with somebody else, and the leaf says so too."""
        for facts in (self.facts, self.anna["facts"], self.bo["facts"]):
            if fact in facts:
                facts.remove(fact)
        to.insert(at, fact)
        self.leaf_of(fact)["identity"] = identity

    def leaf_of(self, fact):
        """The first, which is the only one of what is changed here."""
        return self.entry_of(fact)["leaves"][0]

    def hash_of(self, person):
        """Of the identity under which the assessment of P-001 stands, or of the only one there is."""
        return next(h for h in hashes(person) if person is not self.anna or h == self.leaf_of(self.root)["identity"])

    def other_hash(self):
        """Of the identity of P-001 that came with the other store."""
        return next(h for h in hashes(self.anna) if h != self.hash_of(self.anna))


def never_registered(x):
    """Without the fact that registers, in an entry of its own facts only."""
    x.bo["facts"].remove(x.other_registration)
    for fact in x.bo["facts"]:
        entry, _, index = fact["id"].partition(".")
        if x.other_registration["id"].startswith(entry):
            fact["id"] = f"{entry}.{int(index) - 1}"


def renumbered(x):
    x.attribute["id"] = x.attribute["id"].replace(".1", ".7")


def parents_turned(x):
    next(e for e in x.entries if len(e["parents"]) == 2)["parents"].reverse()


def later_leaf(x):
    x.leaf_of(x.dispute)["pos"] = Number(1)


def leaves_turned(x):
    leaves = x.entry_of(x.dispute)["leaves"]
    leaves.append(dict(leaves[0]))


OTHER_KEY = "a revision by another respondent or rater, or with another instrument"

# what the refusal says, and the change that brings it about
FORGERIES = [
    ("the attribute's key is no code", lambda x: x.attribute.update(key="The team")),
    ("not one line of at most 200 characters", lambda x: x.attribute.update(value="x" * 201)),
    ("not one line of at most 200 characters", lambda x: x.attribute.update(value="one\ntwo")),
    ("national identity number", lambda x: x.attribute.update(value="850709-9805")),
    ("national identity number", lambda x: x.root.update(note="called, 850709-9805")),
    ("national identity number", lambda x: x.root.update(rater="850709-9805")),
    ("national identity number", lambda x: x.entries[0].update(actor="850709-9805")),
    ("registers another participant", lambda x: x.registration.update(code="P-007")),
    ("the participant was never registered", never_registered),
    ("a respondent whom the instrument does not have", lambda x: x.root.update(respondent="coach")),
    ("an instrument that is not there", lambda x: x.root.update(version="2")),
    ("the scores are not those the instrument asks for", lambda x: x.root["scores"].append(Number(1))),
    ("6 is outside 1..5", lambda x: x.root["scores"].__setitem__(0, Number(6))),
    ("1900 to 2199", lambda x: (x.root.update(date="2200-01-01"), x.revision.update(date="2200-01-01"))),
    ("a revision of an assessment that is not there", lambda x: x.revision.update(date="2026-09-02")),
    ("a revision of an assessment that is not there", lambda x: x.revision.update(of=ELSEWHERE + ".0")),
    ("a revision of an assessment that is not there", lambda x: x.give(x.revision, x.anna["facts"], x.other_hash())),
    (OTHER_KEY, lambda x: x.revision.update(rater="cat")),
    (OTHER_KEY, lambda x: x.revision.update(respondent="caseworker", scores=None)),
    (OTHER_KEY, lambda x: x.revision.update(instrument="audit", version="1", scores=None)),
    ("withdraws an assessment without saying which", lambda x: x.root.update(scores=None)),
    ("an objection without a text", lambda x: x.dispute.update(text="")),
    ("disputes an assessment that is not there", lambda x: x.dispute.update(of=ELSEWHERE + ".0")),
    ("disputes an assessment of another identity", lambda x: x.give(x.dispute, x.anna["facts"], x.other_hash())),
    ("an assessment of nobody", lambda x: x.give(x.root, x.facts, None)),
    ("an attribute of nobody", lambda x: x.facts.append(x.attribute)),
    ("an instrument stands with a participant", lambda x: x.give(x.instrument, x.anna["facts"], x.hash_of(x.anna), 0)),
    ("an erasure stands with a participant", lambda x: x.give(x.erasure, x.anna["facts"], x.hash_of(x.anna))),
    ("with a participant whose it is not", lambda x: x.give(x.dispute, x.anna["facts"], x.hash_of(x.bo))),
    ("identities of an erasure are not in order", lambda x: x.erasure["identities"].insert(0, "ff" * 32)),
    ("but no fact erases it", lambda x: x.erased.append("ff" * 32)),
    ("not in the list of the erased", lambda x: x.erasure["identities"].append("ff" * 32)),
    ("was erased, and stands there all the same", lambda x: x.erased.append(x.hash_of(x.anna))),
    ("no entry knows this identity", lambda x: x.bo["identities"].append("00" * 16)),
    ("the identity stands twice", lambda x: x.bo["identities"].append(x.bo["identities"][0])),
    ("a fact stands out of order, twice, or is missing", lambda x: x.anna["facts"].append(x.dispute)),
    ("a fact stands out of order, twice, or is missing", renumbered),
    ("names an entry that does not know it", lambda x: x.dispute.update(id=ELSEWHERE + ".0")),
    ("the entry stands twice", lambda x: x.entries.append(x.entries[-1])),
    ("follows an entry that does not stand before it", lambda x: x.entries[0]["parents"].append(x.entries[0]["id"])),
    ("its parents are not in order", parents_turned),
    ("its first fact has no leaf", later_leaf),
    ("its leaves are not in order", leaves_turned),
]


def filled(here):
    """Two participants, one of them known from two stores, and one who was erased."""
    here.filled()
    here.ok("-s", "other.bip", "init")
    here.ok("-s", "other.bip", "participant", "add", "P-001")
    here.ok("merge", "other.bip")
    here.ok("correct", here.id, "coping=4", "--note", "by phone")
    here.ok("dispute", here.id, "--text", "I was ill")
    here.ok("participant", "add", "P-002", "--attr", "team=north")
    here.ok("record", "P-002", *RECORD[2:], "--rater", "cat", "coping=2")
    here.ok("participant", "add", "P-003")
    here.ok("participant", "erase", "P-003", "--reason", "asked for")
    return read(here.export().decode())


def fresh(here):
    here.ok("-s", "fresh.bip", "init")
    there = copied(here, "fresh.bip")
    there.store.unlink()
    there.ok("init")
    return there


@check
def a_trail_written_anew_is_taken(here):
    """So it is not the hashes that refuse the forgeries below."""
    whole, there = filled(here), fresh(here)
    whole["participants"][1]["facts"][-1].pop("rater")
    here.file("forged.json", canonical(sealed(whole)))
    there.ok("import", "forged.json")
    there.ok("verify")
    assert there.export() == (here.folder / "forged.json").read_bytes().rstrip() + b"\n"


@check
def blanks_that_were_once_taken_for_a_reason_are_still_read(here):
    """Earlier versions took them; no file that they wrote may become unreadable."""
    whole, there = filled(here), fresh(here)
    x = Whole(whole)
    x.revision.update(reason=" ")
    x.erasure.update(reason=" \t")
    x.dispute.update(text="\n")
    here.file("forged.json", canonical(sealed(whole)))
    there.ok("import", "forged.json")
    there.ok("verify")
    assert there.export() == (here.folder / "forged.json").read_bytes().rstrip() + b"\n"


@check
def whatever_is_forged_is_refused_for_what_it_says(here):
    whole, there = filled(here), fresh(here)
    empty, wrong = there.export(), []
    for i, (says, forge) in enumerate(FORGERIES):
        document = copy.deepcopy(whole)
        forge(Whole(document))
        there.file("forged.json", canonical(sealed(document)))
        r = there("import", "forged.json")
        if r.status != 3 or says not in r.error or there.export() != empty:
            wrong.append(f"{i}, {says!r}: status {r.status}, {r.error.strip() or r.text.strip()}")
    assert not wrong, "\n  ".join(["", *wrong])
    there.ok("verify")


@check
def what_two_stores_say_otherwise_is_refused(here):
    """Each export holds by itself; it can't be true beside what is in the store."""
    whole = filled(here)
    before = here.export()

    def refused(document, says):
        here.file("forged.json", canonical(sealed(document)))
        here.fails(3, "import", "forged.json", says=says)
        assert here.export() == before

    other = copy.deepcopy(whole)
    Whole(other).attribute["value"] = "south"
    refused(other, "is not the entry that this store has under this id")
    bo = copy.deepcopy(whole["participants"][1])
    registers = {"id": ELSEWHERE + ".0", "fact": "participant", "code": "P-009"}
    leaf = {"pos": Number(0), "identity": hashes(bo)[0]}
    entry = {**whole["entries"][0], "id": ELSEWHERE, "parents": [], "leaves": [leaf]}
    refused({**whole, "instruments": [], "erased": [], "entries": [entry], "facts": [],
             "participants": [{"participant": "P-009", "identities": bo["identities"], "facts": [registers]}]},
            "the identity is another participant's in this store")
    here.ok("verify")


@check
def a_built_in_instrument_of_a_later_libbip_comes_along_and_is_told(here):
    """Not forged: what an older program meets. It can't check it, and says so wherever it goes."""
    whole, there = filled(here), fresh(here)
    later = next(x for x in whole["instruments"] if x["instrument"] == "employability")
    whole["instruments"].append({**later, "version": "later"})
    whole["instruments"].sort(key=lambda x: (x["instrument"], x["version"]))
    here.file("later.json", canonical(whole))
    for _ in range(2):  # what is here already is known
        there.ok("import", "later.json")
        assert there.export() == canonical(whole).encode() + b"\n"
    here.ok("merge", "fresh.bip")
    for shop in (here, there):
        assert "employability@later" in shop.ok("instrument", "list").text
        shop.fails(1, "verify", says="employability@later: is not known to this version of libbip")
