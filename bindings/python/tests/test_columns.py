"""Columns: the same figures as the records, in memory that others take as it is."""
import datetime
import json
import math
import sys
import unittest
from array import array

import bip
from common import STORE, small_store

try:
    import numpy
    import pandas
except ImportError:
    numpy = pandas = None

AS_OF = datetime.date(2025, 11, 21)
EPOCH = datetime.date(1970, 1, 1)


def cell(column, row):
    if isinstance(column, bip.Category):
        code = column.codes[row]
        return None if code < 0 else column.categories[code]
    value = column[row]
    return None if isinstance(value, float) and math.isnan(value) else value


def as_cell(series, name):
    """What stands in a column of that name, from the record."""
    for end in ("_date", "_score"):
        if name.endswith(end):
            point = getattr(series, name[:-len(end)])
            if point is None:
                return bip.NO_DATE if end == "_date" else None
            return (point.date - EPOCH).days if end == "_date" else point.score
    value = getattr(series, name)
    if name == "same_rater":
        return -1 if value is None else int(value)
    if isinstance(value, (bip.Evidence, bool)):
        return int(value)
    return value.name.lower() if isinstance(value, (bip.Direction, bip.Kind, bip.Better, bip.MkMethod, bip.RciClass)) else value


class TestColumns(unittest.TestCase):
    def setUp(self):
        self.store = bip.open(STORE)

    def tearDown(self):
        self.store.close()

    def test_progression_is_the_same_as_its_records(self):
        columns = self.store.progression_columns(as_of=AS_OF)
        records = list(self.store.progression(as_of=AS_OF))
        self.assertEqual(columns.n_rows, len(records))
        fields = set(records[0].as_dict()) - {"visible_to"}
        self.assertEqual(fields - {n.replace("_date", "").replace("_score", "") for n in columns}, set())
        for name in columns:
            self.assertEqual([cell(columns[name], i) for i in range(len(records))], [as_cell(r, name) for r in records], name)

    def test_assessments_are_the_same_as_their_records(self):
        columns = self.store.assessment_columns(as_of=AS_OF)
        rows = [(a, code, score) for a in self.store.assessments(as_of=AS_OF) for code, score in a.scores.items()]
        self.assertEqual(columns.n_rows, len(rows))
        self.assertNotIn("note", columns)
        for i, (a, code, score) in enumerate(rows):
            number = score if isinstance(score, float) else None
            word = "number" if number is not None else "not_asked" if score is None else score.name.lower()
            self.assertEqual([cell(columns[n], i) for n in ("participant", "respondent", "rater", "indicator", "score",
                                                            "answer", "date", "revision")],
                             [a.participant, a.respondent, a.rater, code, number, word, (a.date - EPOCH).days, a.revision])

    def test_columns_are_chosen_in_the_order_wanted(self):
        columns = self.store.assessment_columns(["note", "id", "score"], participants="P-001", respondent="caseworker")
        self.assertEqual(list(columns), ["note", "id", "score"])
        ids = {a.id for a in self.store.assessments(participants="P-001", respondent="caseworker")}
        self.assertEqual(set(columns["id"].texts()), ids)
        self.assertEqual(columns["note"].categories, [])
        self.assertEqual(len(columns["note"]), len(columns["score"]))

    def test_no_rows(self):
        with bip.open(":memory:", create=True) as empty:
            for columns in (empty.progression_columns(), empty.assessment_columns()):
                self.assertEqual(columns.n_rows, 0)
                self.assertTrue(all(len(columns[n]) == 0 for n in columns))
                if pandas:
                    self.assertEqual(len(columns.to_pandas()), 0)

    def test_many_rows(self):
        """More than there is room for at first, and more texts."""
        lines = ["participant,date,respondent,cooperation"]
        lines += [f"P-{i:05},2025-01-{d:02},participant,{i % 5 + 1}" for i in range(1500) for d in (1, 2)]
        with bip.open(":memory:", create=True) as store:
            with store.change("anna") as change:
                change.import_("\n".join(lines), options={"instrument": "employability", "create_participants": True})
            columns = store.progression_columns()
            self.assertEqual(columns["participant"].categories, [f"P-{i:05}" for i in range(1500)])
            self.assertEqual(list(columns["participant"].codes), list(range(1500)))
            self.assertEqual(list(columns["mean"]), [float(i % 5 + 1) for i in range(1500)])
            scores = store.assessment_columns(["score", "assessment"])
            self.assertEqual(sum(1 for s in scores["score"] if s == s), 3000)
            self.assertEqual(scores["assessment"][-1], 2999)

    def test_texts_in_any_order(self):
        """Rising, falling, again, and more than fit in a first index."""
        raters = [f"rater {i * 7919 % 400:03}" for i in range(400)] * 2
        lines = ["participant,date,respondent,rater,cooperation"]
        lines += [f"P-{i:03},2025-01-01,caseworker,{rater},3" for i, rater in enumerate(raters)]
        with bip.open(":memory:", create=True) as store:
            with store.change("anna") as change:
                change.import_("\n".join(lines), options={"instrument": "employability", "create_participants": True})
            rater = store.assessment_columns(["rater"])["rater"]
            some = ["P-007", "P-799", "P-005", "P-006", "P-000"]
            named = store.progression_columns(["participant"], participants=some)["participant"]
            asked = [one.participant for one in store.progression(participants=some)]
        rows = len(rater) // len(raters)
        self.assertEqual(rater.categories, raters[:400])
        self.assertEqual(list(rater.codes), [i % 400 for i in range(800) for _ in range(rows)])
        self.assertEqual(list(named.texts()), asked)

    def test_more_codes_than_are_known_by_address(self):
        codes = [f"item_{i}" for i in range(300)]
        title = {"en": "Many"}
        many = {"instrument": "many", "version": "1", "title": title,
                "respondents": [{"code": "participant", "title": title}],
                "scales": [{"code": "five", "min": 1, "max": 5}],
                "indicators": [{"code": c, "title": {"en": c}, "scale": "five"} for c in codes]}
        lines = [",".join(["participant", "date", "respondent", *codes])]
        lines += [",".join([f"P-{i}", "2025-01-01", "participant", *["3"] * len(codes)]) for i in range(3)]
        with bip.open(":memory:", create=True) as store:
            with store.change("anna") as change:
                change.instrument_add(json.dumps(many))
                change.import_("\n".join(lines), options={"instrument": "many", "create_participants": True})
            self.assertEqual(list(store.progression_columns("mean")), ["mean"])
            columns = store.progression_columns(["code", "participant", "code"])
            assessments = store.assessment_columns(["indicator"])
        self.assertEqual(columns["code"].categories, codes)
        self.assertEqual(list(columns["code"].codes), list(range(300)) * 3)
        self.assertEqual(list(columns["participant"].texts()), [f"P-{i}" for i in range(3) for _ in codes])
        self.assertEqual(list(assessments["indicator"].texts()), codes * 3)

    def test_very_many_rows(self):
        """More than fit in the first huge page, and more texts than two bytes count."""
        people, items = 33000, 9
        lines = ["participant,date,respondent,cooperation"]
        lines += [f"P-{i:05},2025-01-01,participant,{i % 5 + 1}" for i in range(people)]
        with bip.open(":memory:", create=True) as store:
            with store.change("anna") as change:
                change.import_("\n".join(lines), options={"instrument": "employability", "create_participants": True})
            columns = store.assessment_columns()
        self.assertEqual(columns.n_rows, items * people)
        self.assertEqual([columns[n].codes.format for n in ("participant", "instrument", "answer")], ["i", "b", "b"])
        self.assertEqual(list(columns["participant"].codes), [i // items for i in range(items * people)])
        self.assertEqual(list(columns["assessment"]), [i // items for i in range(items * people)])
        self.assertEqual(list(columns["indicator"].codes), list(range(items)) * people)
        self.assertEqual([s for s in columns["score"] if s == s], [i % 5 + 1 for i in range(people)])

    def test_buffers_are_what_they_say(self):
        columns = self.store.progression_columns()
        self.assertEqual([(columns[n].format, columns[n].itemsize) for n in ("n", "mk_s", "mean", "first_date", "new_best",
                                                                             "same_rater", "evidence")],
                         [("i", 4), ("q", 8), ("d", 8), ("i", 4), ("?", 1), ("b", 1), ("B", 1)])
        self.assertEqual(columns["mean"].shape, (columns.n_rows,))
        self.assertEqual(array("d", columns["mean"]).tolist(), list(columns["mean"]))
        self.assertEqual(array("d", columns["mean"].tobytes()).tolist(), columns["mean"].tolist())

    def test_memory_lives_as_long_as_its_last_view(self):
        columns = self.store.progression_columns()
        kind = type(columns["mean"].obj)  # each object holds its type
        with_all, values, n = sys.getrefcount(kind), columns["mean"].tolist(), len(columns)
        part = columns["mean"][1:]
        del columns
        self.store.close()
        self.assertEqual(part.tolist(), values[1:])
        self.assertEqual(sys.getrefcount(kind), with_all - n + 1)
        del part
        self.assertEqual(sys.getrefcount(kind), with_all - n)

    def test_a_failure_in_the_middle_leaves_nothing(self):
        told = []

        def read(what, who):
            told.append(who)
            if len(told) == 2:
                raise KeyError(who)
        with small_store(read=read) as store:
            with self.assertRaises(KeyError):
                store.progression_columns()
            with store.change("anna") as change:  # no reading is open
                change.participant_add("P-003")

    @unittest.skipUnless(numpy, "numpy is not there")
    def test_numpy_takes_columns_without_a_copy(self):
        columns = self.store.progression_columns()
        array_ = numpy.asarray(columns["mean"])
        array_[0] = 77.5
        self.assertEqual(columns["mean"][0], 77.5)
        self.assertEqual((array_.dtype, numpy.asarray(columns["direction"].codes).dtype), (numpy.float64, numpy.int8))

    @unittest.skipUnless(numpy, "numpy is not there")
    def test_the_functions_without_a_store_take_arrays_of_numpy_and_pandas(self):
        r = bip.Rules((1, 5), 1)
        days = numpy.array(["2025-09-01", "2025-12-01", "2026-03-02"], dtype="datetime64[D]")
        scores = numpy.array([2, 3, 3])
        wanted = bip.series_compute(["2025-09-01", "2025-12-01", "2026-03-02"], [2, 3, 3], r).as_dict()
        for d in (days, days.astype("datetime64[ns]"), days.astype("int32"), days.astype("int64"), list(days),
                  pandas.Series(days), pandas.to_datetime(pandas.Series(days)).dt.date):
            for s in (scores, scores.astype(float), scores.astype("float32"), pandas.Series(scores),
                      numpy.stack([scores, scores], 1)[:, 0].astype(float), numpy.arange(6.0)[::2] * 0 + scores):
                self.assertEqual(bip.series_compute(d, s, r, numpy.array([0, 0, 0])).as_dict(), wanted)

    @unittest.skipUnless(pandas, "pandas is not there")
    def test_pandas_gets_a_long_frame(self):
        frame = self.store.progression_columns().to_pandas()
        self.assertEqual(len(frame), self.store.progression_columns().n_rows)
        self.assertEqual(str(frame.participant.dtype), "category")
        self.assertEqual(str(frame.latest_date.dtype), "datetime64[ns]")
        self.assertEqual(str(frame.new_best.dtype), "bool")
        self.assertEqual(str(frame.same_rater.dtype), "boolean")
        self.assertEqual([None if truth is pandas.NA else truth for truth in frame.same_rater],
                         [s.same_rater for s in self.store.progression()])
        one = next(self.store.progression())
        self.assertEqual(frame.latest_date[0].date(), one.latest.date)
        self.assertEqual(set(frame.direction), {s.direction.name.lower() for s in self.store.progression()})
        single = frame[frame.n == 1]
        self.assertTrue(len(single) and single.previous_date.isna().all())
        wide = self.store.assessment_columns(as_of=AS_OF).to_pandas()
        means = wide[wide.answer == "number"].groupby(["participant", "respondent", "indicator"], observed=True).score.mean()
        for s in self.store.progression(as_of=AS_OF):
            if s.kind is bip.Kind.INDICATOR:
                self.assertAlmostEqual(means[s.participant, s.respondent, s.code], s.mean)


if __name__ == "__main__":
    unittest.main()
