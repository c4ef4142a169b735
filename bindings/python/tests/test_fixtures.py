"""What the C library makes of the fixtures comes out of Python as the same."""
import datetime
import enum
import json
import math
import unittest

import bip
from common import STORE, fixtures

F = fixtures()
EPOCH = datetime.date(1970, 1, 1)


def day(number):
    return None if number is None else EPOCH + datetime.timedelta(number)


class Missing:
    """As pandas.NA: whether it equals something is missing too."""

    def __eq__(self, other):
        return self

    def __bool__(self):
        raise TypeError("nobody knows")

    __hash__ = object.__hash__


def number_of(date):
    return None if date is None else (date - EPOCH).days


def score(value):
    return bip.Answer[value.upper()] if isinstance(value, str) else value


def plain(value):
    """A value of Python as the fixtures have it."""
    if isinstance(value, bip.Point):
        return {"date": number_of(value.date), "score": value.score}
    if isinstance(value, bip.Answer):
        return value.name.lower()
    if isinstance(value, (bool, enum.Enum)):
        return int(value)
    if isinstance(value, datetime.date):
        return number_of(value)
    if isinstance(value, (tuple, list)):
        return [plain(v) for v in value]
    return value


def series_of(s):
    d = {k: plain(v) for k, v in s.as_dict().items()}
    for point in ("first", "previous", "latest", "best", "step_from", "step_to"):
        d[point] = d[point] or {"date": None, "score": None}
    d["same_rater"] = -1 if d["same_rater"] is None else d["same_rater"]
    return d


def rules(r):
    return bip.Rules((r["scale_min"], r["scale_max"]), r["smallest_step"], r["reliability"], r["sd"],
                     bip.Better(r["better"]))


def labels(given):
    return {label["score"]: label["text"] for label in given}


def query(q):
    return {k: day(v) if k in ("as_of", "since") else v for k, v in q.items()}


class Fixtures(unittest.TestCase):
    maxDiff = 4000

    def outcome(self, fixture, call):
        """What the call gives; None where it fails as the fixture says."""
        if fixture["status"] == 0:
            return call()
        with self.assertRaises(bip.Error) as caught:
            call()
        e = caught.exception
        self.assertEqual((e.status, e.where, e.message), (fixture["status"], fixture["where"], fixture["message"]))
        self.assertEqual(str(e), f"{e.where}: {e.message}" if e.where else e.message)
        self.assertIs(type(e).status, e.status)
        return None

    def same_series(self, ours, theirs):
        ours = series_of(ours)
        self.assertEqual(ours, theirs)
        for key, value in theirs.items():
            if isinstance(value, float):
                self.assertEqual(math.copysign(1, ours[key]), math.copysign(1, value))


class TestFixtures(Fixtures):
    def test_versions_and_statuses(self):
        self.assertEqual((bip.version(), bip.versions()), (F["version"], F["versions"]))
        self.assertEqual(bip.__version__, F["version"])
        for s in F["statuses"]:
            self.assertEqual((bip.status_code(s["number"]), bip.status_text(s["number"])), (s["code"], s["text"]))

    def test_dates(self):
        for d in F["dates"]:
            made = self.outcome(d, lambda: bip.date_parse(d["text"]))
            self.assertEqual(number_of(made), d["days"])
            self.assertEqual(bip.date_format(made), d["format"])

    def test_instruments(self):
        for i in F["instrument_checks"]:
            self.outcome(i, lambda: bip.instrument_check(i["json"]))
            self.outcome(i, lambda: bip.instrument_check(i["json"].encode()))

    def test_series(self):
        for s in F["series"]:
            made = self.outcome(s, lambda: bip.series_compute(s["days"], s["scores"], rules(s["rules"]), s["raters"]))
            if made is not None:
                self.same_series(made, s["series"])

    def test_series_from_dates_texts_and_arrays(self):
        from array import array
        for s in F["series"][:12]:
            if s["status"] != 0:
                continue
            dates = [day(d) for d in s["days"]]
            for days in (dates, [d.isoformat() for d in dates], tuple(s["days"]), array("i", s["days"]),
                         array("q", s["days"]), memoryview(array("i", s["days"]))):
                for scores in (tuple(s["scores"]), array("d", s["scores"]), map(float, s["scores"])):
                    self.same_series(bip.series_compute(days, scores, rules(s["rules"]), s["raters"]), s["series"])

    def test_raters_by_name(self):
        days, scores, r = ["2025-01-01", "2025-02-01"], [1, 2], bip.Rules((1, 5), 1)
        for raters, same in ((["a", "a"], True), (["a", "b"], False), ([None, "a"], None), ([3, 3], True), (None, None),
                             ([1, "a"], False), ([2**40, 2**40], True), ([0, "a"], None), ([0, 0], None),
                             ([math.nan, math.nan], None), (["a", math.nan], None), ([Missing(), "a"], None)):
            self.assertIs(bip.series_compute(days, scores, r, raters).same_rater, same)

    def test_sentences(self):
        for s in F["sentences"]:
            of = F["series"][s["of"]]
            series = bip.series_compute(of["days"], of["scores"], rules(of["rules"]))
            for call in (series.sentence, lambda *a: bip.series_sentence(series, *a)):
                made = self.outcome(s, lambda: call(s["title"], s["lang"], labels(s["labels"]), s["rater_role"]))
                self.assertEqual(made, s.get("text"))

    def test_spiders(self):
        for s in F["spiders"]:
            axes = [bip.Axis(a["title"], (a["scale_min"], a["scale_max"]), a["step"], a["better"], labels(a["labels"]))
                    for a in s["axes"]]
            layers = [bip.Layer(list(map(score, l["scores"])), l["kind"], l["label"], l["respondent"], day(l["date"]))
                      for l in s["layers"]]
            self.assertEqual(self.outcome(s, lambda: bip.spider(axes, layers, **s["picture"])), s.get("text"))

    def test_timelines(self):
        for t in F["timelines"]:
            panels = [bip.Panel(p["title"], p["days"], list(map(score, p["scores"])), rules(p["rules"]),
                                labels(p["labels"]), p["raters"]) for p in t["panels"]]
            self.assertEqual(self.outcome(t, lambda: bip.timeline(panels, **t["picture"])), t.get("text"))


class TestStoreFixtures(Fixtures):
    def setUp(self):
        self.store = bip.open(STORE)
        self.as_of = day(F["store"]["as_of"])

    def tearDown(self):
        self.store.close()

    def test_language(self):
        self.assertEqual(self.store.lang, F["store"]["lang"])

    def test_assessments(self):
        keys = list(F["store"]["assessments"][0])
        ours = [{k: plain(list(a.scores.values()) if k == "scores" else getattr(a, k)) for k in keys}
                for a in self.store.assessments(as_of=self.as_of)]
        self.assertEqual(ours, F["store"]["assessments"])
        for a in self.store.assessments(as_of=self.as_of):
            self.assertEqual((tuple(a.scores), len(a.scores)), (a.indicators, a.n))

    def test_progression(self):
        ours = list(self.store.progression(as_of=self.as_of))
        self.assertEqual(len(ours), len(F["store"]["progression"]))
        for one, theirs in zip(ours, F["store"]["progression"]):
            self.same_series(one, theirs)

    def test_retention(self):
        r = F["store"]["retention"]
        self.assertEqual(self.store.retention_days(), r["kept"])
        self.assertEqual(self.store.retention_list(r["days"], day(r["as_of"])), r["text"])

    def test_documents(self):
        for d in F["store"]["documents"]:
            q = query(d["query"])
            options = None if d["options"] is None else json.loads(d["options"])
            self.assertEqual(self.outcome(d, lambda: self.store.text(d["document"], options=options, **q)), d.get("text"))
            if d["status"] == 0:
                pieces = []
                into = type("Into", (), {"write": staticmethod(pieces.append)})
                self.assertEqual(self.store.bytes(d["document"], options=d["options"], **q), d["text"].encode())
                self.assertIsNone(self.store.write(d["document"], into, options=options, **q))
                self.assertEqual(b"".join(pieces), d["text"].encode())

    def test_import_into_a_new_store(self):
        i = F["store"]["import"]
        with bip.open(":memory:", create=True) as new:
            with new.change("anna") as change:
                result = change.import_(i["text"], i["format"], json.loads(i["options"]))
            self.assertEqual({k: getattr(result, k) for k in i["result"]}, i["result"])
            corrected = [d for d in F["store"]["documents"] if d["document"] == "csv-long"][0]["text"]
            ours = new.text("csv-long", as_of=self.as_of)
            self.assertEqual(len(ours.splitlines()), len(corrected.splitlines()) - 1)  # one score came by a correction


if __name__ == "__main__":
    unittest.main()
