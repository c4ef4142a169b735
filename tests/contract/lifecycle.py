"""Checks of the program that tests/contract/run.py runs: what several stores hold together, and what must go for good."""
import json
import shutil

CHECKS = []
RECORD = ["record", "P-001", "--instrument", "example", "--respondent", "participant", "--date", "2026-09-01"]


def check(f):
    CHECKS.append(f)
    return f


# ------------------------------------------------------------------------------------------------------------- merging
def beside(shop, name):
    """The same program with another store in the same folder."""
    other = type(shop)(shop.bip, shop.folder, BIP_STORE=str(shop.folder / name))
    other.store, other.id = shop.folder / name, getattr(shop, "id", None)
    return other


def copied(shop, name):
    """The store as a copy of its file, made while nobody has it open."""
    shutil.copy(shop.store, shop.folder / name)
    return beside(shop, name)


def history(shop):
    return [json.loads(x) for x in shop.ok("--json", "history", "P-001").text.splitlines()]


@check
def copies_that_both_went_on_merge_to_the_same_export(here):
    here.filled()
    there = copied(here, "laptop.bip")
    here.ok("correct", here.id, "coping=4")
    there.ok("correct", here.id, "coping=2")
    for shop in (here, there):
        shop.ok("participant", "add", "P-" + shop.env["BIP_STORE"][-8:-4])
    assert here.ok("merge", "laptop.bip").text.startswith("0 new, 1 known, 1 changed; 1 participant registered")
    there.ok("merge", "test.bip")
    assert here.export() == there.export()
    assert here.ok("merge", "laptop.bip").text.startswith("0 new, 1 known, 0 changed")
    assert here.export() == there.export()
    here.ok("verify")


@check
def two_corrections_are_both_kept_and_shown_beside_each_other(here):
    here.filled()
    there = copied(here, "laptop.bip")
    mine = here.ok("correct", here.id, "coping=4").text.strip()
    theirs = there.ok("correct", here.id, "coping=2").text.strip()
    here.ok("merge", "laptop.bip")
    told = {x["id"]: x for x in history(here) if x["kind"] == "assessment"}
    assert told[mine]["beside"] == [theirs] and told[theirs]["beside"] == [mine], told
    assert told[here.id]["beside"] == []
    assert [x["current"] for x in told.values()].count(True) == 1
    later = here.ok("correct", here.id, "coping=5").text.strip()
    told = {x["id"]: x for x in history(here) if x["kind"] == "assessment"}
    assert told[later]["beside"] == [] and told[later]["current"] and told[mine]["beside"] == [theirs]


@check
def two_assessments_of_one_key_are_both_kept_and_the_last_one_holds_it(here):
    here.filled()
    there = copied(here, "laptop.bip")
    key = [*RECORD[:-1], "2026-10-01"]
    first = here.ok(*key, "coping=3", env={"BIP_NOW": "2026-11-21T10:00:00Z"}).text.strip()
    last = there.ok(*key, "coping=4", env={"BIP_NOW": "2026-11-21T11:00:00Z"}).text.strip()
    for shop, other in ((here, "laptop.bip"), (there, "test.bip")):
        shop.ok("merge", other)
        told = {x["id"]: x for x in history(shop) if x["kind"] == "assessment"}
        assert told[first]["beside"] == [last] and told[last]["beside"] == [first]
        assert shop.ok(*key, "coping=4").text.strip() == last
        shop.fails(1, *key, "coping=3", says=last)
    here.ok("withdraw", last, "--reason", "twice")
    assert here.ok(*key, "coping=3").text.strip() == first


@check
def a_version_with_other_content_is_a_conflict_that_changes_nothing(here):
    here.filled()
    there = beside(here, "other.bip")
    there.ok("init")
    there.file("other.json", (here.folder / "example.json").read_text().replace("An example", "Another"))
    there.ok("instrument", "add", "other.json")
    there.ok("participant", "add", "P-002")
    before, after = here.export(), there.export()
    here.fails(1, "merge", "other.bip", says="example@1")
    there.fails(1, "merge", "test.bip", says="example@1")
    assert here.export() == before and there.export() == after
    here.fails(1, "merge", "missing.bip", says="missing.bip")


@check
def a_merge_that_cannot_be_told_of_is_not_made(here):
    here.filled()
    there = copied(here, "laptop.bip")
    there.ok("participant", "add", "P-002")
    before = here.export()
    with open("/dev/full", "wb") as full:
        assert here("merge", "laptop.bip", stdout=full).status == 1
    assert here.export() == before
    assert "dry run" in here.ok("merge", "laptop.bip", "--dry-run").text
    assert here.export() == before
