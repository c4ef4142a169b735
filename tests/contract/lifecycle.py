"""Checks of the program that tests/contract/run.py runs: what several stores hold together, and what must go for good."""
import json
import shutil
import sqlite3

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
    for form in ("csv-long", "csv-wide", "jsonl"):  # the one that holds the key, so that an import knows every row
        rows = here.ok("export", "--format", form, "--instrument", "example", "--out", "-").text
        assert rows.count("2026-10-01") == 1, form
        here.file("rows", rows.encode())
        assert " 0 new" in " " + here.ok("import", "rows", "--format", form).text, form
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


# ------------------------------------------------------------------------------------------------------------- erasing
SECRETS = ["P-001", "SECRETNOTE", "SECRETREASON", "SECRETATTRIBUTE", "SECRETRATER"]


def told(shop):
    """Something of P-001 in every place that holds text, and the key of their place in the trail."""
    shop.filled()
    shop.ok("participant", "set", "P-001", "--attr", "phase=SECRETATTRIBUTE", "--reason", "SECRETREASON")
    id = shop.ok(*RECORD, "--rater", "SECRETRATER", "--note", "SECRETNOTE", "coping=3").text.strip()
    shop.ok("correct", id, "coping=4", "--note", "SECRETNOTE again", "--reason", "SECRETREASON")
    shop.ok("participant", "add", "P-002")
    person = next(x for x in json.loads(shop.export())["participants"] if x["participant"] == "P-001")
    return [s.encode() for s in SECRETS] + [bytes.fromhex(x) for x in person["identities"]]


def traces(shop, secrets):
    found = []
    for path in shop.folder.iterdir():
        if path.name.startswith(shop.store.name):
            content = path.read_bytes()
            found += [(path.name, s) for s in secrets if s in content]
    return found


ERASE = ["participant", "erase", "P-001", "--reason", "asked for it"]


@check
def an_erased_participant_leaves_no_trace_in_the_files(shop):
    secrets = told(shop)
    assert len({s for _, s in traces(shop, secrets)}) == len(secrets), "nothing to look for"
    said = shop.ok(*ERASE).text
    assert "backups" in said and "exports" in said, said
    assert traces(shop, secrets) == []
    assert not any(s in shop.export() for s in secrets)
    shop.ok("verify")
    for words in (["participant", "show", "P-001"], ["history", "P-001"], ERASE):
        shop.fails(1, *words, says="P-001")
    assert json.loads(shop.export())["erased"], "a marker stays"


@check
def while_somebody_reads_traces_stay_and_the_next_writer_takes_them_away(shop):
    secrets = told(shop)
    reader = sqlite3.connect(shop.store, isolation_level=None)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM assessment").fetchone()[0] > 0
    said = shop.ok(*ERASE)
    assert "traces" in said.error, said.error
    assert "P-001" not in shop.ok("participant", "list").text
    reader.close()
    shop.ok("participant", "set", "P-002", "--attr", "phase=x")
    assert traces(shop, secrets) == []
    shop.ok("verify")


@check
def an_erasing_needs_a_reason_that_does_not_name_the_participant(shop):
    shop.filled()
    before = shop.export()
    shop.fails(2, "participant", "erase", "P-001", says="--reason")
    for nothing in ("", " ", "\t\n", "\u00a0\u2003", "\u200b"):
        shop.fails(2, "participant", "erase", "P-001", "--reason", nothing, says="reason: erasing needs a reason")
    shop.fails(3, "participant", "erase", "P-001", "--reason", "letter of P-001", says="names")
    shop.fails(1, "participant", "erase", "P-404", "--reason", "asked", says="P-404")
    with open("/dev/full", "wb") as full:
        assert shop(*ERASE, stdout=full).status == 1
    assert shop.export() == before


@check
def old_copies_and_exports_bring_nobody_back(here):
    secrets = told(here)
    there = copied(here, "laptop.bip")
    here.file("old.json", here.export())
    here.ok(*ERASE)
    alone = here.export()
    here.ok("merge", "laptop.bip")
    here.ok("import", "old.json")
    assert here.export() == alone and traces(here, secrets) == []
    there.ok(*RECORD[:-1], "2026-10-01", "coping=5", "--note", "SECRETNOTE")  # who doesn't know goes on
    here.ok("merge", "laptop.bip")
    assert "P-001" not in here.export().decode() and traces(here, secrets) == []
    there.ok("merge", "test.bip")  # the news arrives later than the facts
    assert there.export() == here.export() and traces(there, secrets) == []
    for shop in (here, there):
        shop.ok("verify")


@check
def who_registers_again_is_new(here):
    told(here)
    there = copied(here, "laptop.bip")
    here.ok(*ERASE)
    here.ok("participant", "add", "P-001", "--enrolled", "2026-11-01")
    here.ok("merge", "laptop.bip")
    assert [x["kind"] for x in history(here)] == ["participant"]
    there.ok("merge", "test.bip")
    assert here.export() == there.export()
    there.ok("verify")


# ----------------------------------------------------------------------------------------------- retention and holding
@check
def retention_lists_and_erases_whose_last_fact_is_too_old(shop):
    shop.filled()
    for who, day in (("P-002", "2020-03-01"), ("P-003", "2020-03-01"), ("P-004", "2026-11-20")):
        shop.ok("participant", "add", who)
        shop.ok("record", who, *RECORD[2:-1], day, "coping=3")
    shop.ok("participant", "set", "P-003", "--attr", "hold=appeal")
    shop.fails(2, "retention", says="--keep")
    shop.fails(2, "retention", "--days", "365", "--apply", says="--reason")
    line = {"schema": "bip-retention-1", "participant": "P-002", "last": "2020-03-01", "days": 2456}
    assert shop.ok("--json", "retention", "--days", "365").json() == line
    assert shop.ok("--json", "retention", "--days", "2456").text == "" and shop.ok("retention", "--days", "2455").text
    shop.ok("retention", "--keep", "365")
    before = shop.export()
    listed = shop.ok("--json", "retention", "--as-of", "2027-11-21").text.splitlines()
    assert [json.loads(x)["participant"] for x in listed] == ["P-001", "P-002", "P-004"]
    assert shop.export() == before
    shop.ok("retention", "--apply", "--reason", "a year has passed")
    assert [x.split()[0] for x in shop.ok("participant", "list").text.splitlines()] == ["P-001", "P-003", "P-004"]
    assert shop.ok("--json", "retention").text == ""
    shop.ok("verify")
    assert "--keep" not in shop.fails(2, "retention", "--apply", "--reason", " ", says="reason").error
    assert shop.ok("retention", "--keep", "0").text == "no number of days is kept\n"
    shop.fails(2, "retention", says="--keep")


# ------------------------------------------------------------------------------------------------ a person's own data
@check
def an_objection_names_the_rater_where_two_of_a_role_assessed_on_one_day(shop):
    shop.filled()
    by = ["record", "P-001", "--instrument", "example", "--respondent", "caseworker", "--date", "2026-09-01", "--rater"]
    seven = shop.ok(*by, "H07", "coping=2").text.strip()
    shop.ok("dispute", seven, "--text", "not so")
    pages = [[*page, "P-001"] for page in (["progression"], ["steps"], ["brief"], ["report"])]
    pages.append(["chart", "P-001", "--instrument", "example", "--kind", "timeline", "--respondent", "caseworker", "--out", "-"])
    shop.file("two.json", json.dumps({**json.loads((shop.folder / "example.json").read_text()), "instrument": "two"}))
    shop.ok("instrument", "add", "two.json")
    shop.ok("record", "P-001", "--instrument", "two", *by[4:], "H09", "coping=4")  # by another, with something else
    for page in pages:
        assert "(Caseworker): not so" in shop.ok(*page).text, page
    nine = shop.ok(*by, "H09", "coping=4").text.strip()
    for page in pages[:-1]:
        assert "(Caseworker, H07): not so" in shop.ok(*page).text, page
    shop.ok("dispute", nine, "--text", "nor this")
    assert "(Caseworker, H09): nor this" in shop.ok(*pages[-1]).text
    assert "H07" not in shop.ok("report", "--team").text  # which names no rater but one that is asked for
    shop.ok("withdraw", nine, "--reason", "another's form")
    assert "(Caseworker): not so" in shop.ok("report", "P-001").text


@check
def an_objection_stands_wherever_people_see_the_scores(here):
    here.filled()
    there = copied(here, "laptop.bip")
    disputed = here.ok("dispute", here.id, "--text", "I was ill that week").text.strip()
    fact = history(here)[-1]
    assert (fact["kind"], fact["id"], fact["of"], fact["text"]) == ("dispute", disputed, here.id, "I was ill that week")
    for words in (["history"], ["progression"], ["steps"], ["brief"], ["report"]):
        assert "I was ill that week" in here.ok(*words, "P-001").text, words
    told = here.ok("report", "P-001", "--full").text.count("I was ill that week")
    assert told == 1, f"{told} times on the report"  # not once more in each of its pictures
    for kind in ("spider", "timeline"):
        chart = ["chart", "P-001", "--instrument", "example", "--kind", kind, "--out", "-"]
        assert here.ok(*chart).text.count("): I was ill that week<") == 2, kind  # drawn, and in <desc>
    spider = here.ok("--json", "chart", "P-001", "--kind", "spider", "--out", "-").json()
    assert [(o["of"], o["text"]) for o in spider["objections"]] == [(here.id, "I was ill that week")]
    here.ok("verify")
    there.ok("merge", "test.bip")
    assert there.export() == here.export()
    for nothing in ("", " \n"):
        here.fails(3, "dispute", here.id, "--text", nothing, says="text: is empty")
    here.fails(1, "dispute", "0" * 32 + ".0", "--text", "no", says="no assessment")
    here.ok("withdraw", here.id, "--reason", "wrong form")
    assert "I was ill" not in here.ok("progression", "P-001").text
    here.ok(*ERASE)
    assert b"I was ill" not in here.store.read_bytes()


@check
def a_persons_own_data_are_whole_and_without_other_people(shop):
    shop.filled()
    shop.ok("participant", "add", "P-002", "--attr", "team=SECRET")
    shop.ok("correct", shop.id, "coping=4", "--note", "<script>alert(1)</script>", "--reason", "typed wrong")
    shop.ok("subject", "P-001", "--out", "P-001")
    page = (shop.folder / "P-001" / "subject.html").read_text()
    data = json.loads((shop.folder / "P-001" / "subject.json").read_text())
    assert data["known"]["participant"] == data["progression"]["participant"] == "P-001"
    assert [(x["by"], x["reason"]) for x in data["history"]][-1] == ("anna", "typed wrong")
    assert "typed wrong" in page and "anna" in page and "<script>" not in page
    for text in (page, json.dumps(data)):
        assert "P-002" not in text and "SECRET" not in text
    shop.fails(1, "subject", "P-404", "--out", "P-404", says="P-404")
    assert not (shop.folder / "P-404").exists(), "a folder of nobody"


@check
def every_participant_read_is_logged_where_that_is_asked_for(shop):
    shop.filled()
    shop.ok("participant", "add", "P-002")
    log = shop.folder / "read.log"
    shop.ok("--read-log", "read.log", "--actor", "per", "progression", "P-001")
    shop.ok("export", env={"BIP_READ_LOG": "read.log"})
    lines = [json.loads(x) for x in log.read_text().splitlines()]
    assert [(x["by"], x["read"], x["participant"]) for x in lines] == [
        ("per", "progression-text", "P-001"), ("anna", "json", "P-001"), ("anna", "json", "P-002")]
    assert lines[0]["at"] == "2026-11-21T10:00:00.000Z"
    for args in (["report", "P-001", "--full"], ["report", "--team"], ["export", "--format", "csv-wide"],
                 ["chart", "P-001", "--kind", "timeline", "--out", "-"], ["subject", "P-001", "--out", "own"]):
        log.unlink()
        shop.ok("--read-log", "read.log", *args)
        told = [(x["read"], x["participant"]) for x in map(json.loads, log.read_text().splitlines())]
        assert told and len(told) == len(set(told)), (args, told)
    log.unlink()
    shop.fails(3, "--read-log", "read.log", "record", "P-001", "--instrument", "employability", "--respondent",
               "participant", "--date", "2026-01-01", "everyday_coping=99", says="outside")
    assert log.read_text() == ""  # nobody was shown anything
    shop.fails(1, "--read-log", "/dev/full", "progression", "P-001", says="bip: /dev/full: ")
    shop.fails(1, "--read-log", "no/such/folder", "progression", "P-001", says="no/such/folder")
