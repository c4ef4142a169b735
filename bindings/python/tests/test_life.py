"""Writing, and everything that can go wrong in the order of things: closing, callbacks, threads, collection."""
import contextlib
import datetime
import gc
import io
import itertools
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import threading
import unittest
import weakref

import bip
from common import CSV, OPTIONS, STORE, small_store


class Boom(Exception):
    pass


def boom(*args):
    raise Boom(*args)


def record(change, date="2025-07-10", scores=None, **more):
    return change.assessment_add("P-001", "employability", "participant", date, scores or {"cooperation": 4}, **more)


class TestWriting(unittest.TestCase):
    def setUp(self):
        self.store = small_store(now=lambda: 1763719200000, random=os.urandom)

    def tearDown(self):
        self.store.close()

    def test_a_change_is_committed_or_rolled_back(self):
        with self.store.change("anna") as change:
            self.assertIsNone(change.entry_id)
            a_id = record(change, datetime.date(2025, 7, 10), note="says hello", rater="H07")
        self.assertTrue(a_id.startswith(change.entry_id))
        with self.assertRaises(Boom), self.store.change("anna") as change:
            record(change, "2025-08-10")
            boom()
        kept = [a for a in self.store.assessments(participants="P-001")]
        self.assertEqual(len(kept), 3)
        self.assertEqual((kept[-1].id, kept[-1].note, kept[-1].rater, kept[-1].actor, kept[-1].recorded_ms),
                         (a_id, "says hello", "H07", "anna", 1763719200000))

    def test_a_change_that_was_ended_stays_ended(self):
        with self.store.change("anna") as change:
            record(change)
            entry = change.commit()
        self.assertEqual(change.entry_id, entry)
        with self.store.change("anna") as change:
            record(change, "2025-09-10")
            change.rollback()
            change.rollback()
        with self.assertRaises(bip.UsageError):
            change.commit()
        with self.assertRaises(bip.UsageError):
            record(change)
        self.assertEqual(len(list(self.store.assessments(participants="P-001"))), 3)

    def test_everything_that_can_be_changed(self):
        with self.store.change("anna", reason="typed wrong") as change:
            first = record(change)
            self.assertEqual(change.assessment_correct(first, {"cooperation": bip.Answer.DECLINED}, "new"),
                             change.assessment_correct(first, {"cooperation": bip.Answer.DECLINED}))
            change.assessment_dispute(first, "I see it otherwise.")
            change.participant_add("P-009", "2025-01-01")
            change.participant_set("P-009", "site", "north")
            change.participant_set("P-009", "site", None)
            change.retention_keep(30)
            change.instrument_add(self.store.text("instrument", instrument="audit"))  # the same again: no change
        self.assertEqual(self.store.retention_days(), 30)
        a = [a for a in self.store.assessments() if a.id == first][0]
        self.assertEqual((a.scores["cooperation"], a.note, a.revision), (bip.Answer.DECLINED, "new", 1))
        with self.store.change("anna", reason="over") as change:
            change.assessment_withdraw(first)
            self.assertIn("P-001", change.retention_erase(1, "2026-11-21"))
        self.assertEqual(list(self.store.assessments()), [])
        with self.store.change("anna", reason="asked for it") as change:
            change.participant_add("P-010")
            change.participant_erase("P-010")
        self.assertFalse(self.store.traces())

    def test_scores_in_the_instruments_order(self):
        n = next(self.store.assessments()).n
        with self.store.change("anna") as change:
            record(change, "2025-10-10", [3] + [None] * (n - 2) + [bip.Answer.DONT_KNOW])
        last = list(self.store.assessments(participants=["P-001"]))[-1]
        self.assertEqual(list(last.scores.values()), [3.0] + [None] * (n - 2) + [bip.Answer.DONT_KNOW])

    def test_refusals_say_where(self):
        with self.store.change("anna") as change:
            with self.assertRaises(bip.RefusedError) as caught:
                record(change, scores={"cooperation": 9})
            self.assertEqual((caught.exception.code, caught.exception.status), ("refused", bip.Status.REFUSED))
            self.assertTrue(caught.exception.where and caught.exception.message)
            with self.assertRaises(bip.ConflictError):
                record(change, "2025-01-10")
            with self.assertRaises(bip.NotFoundError):
                change.assessment_correct("nonsense", {"cooperation": 1})
            with self.assertRaises(bip.UsageError):
                self.store.change("bo")
            with self.assertRaises(bip.RefusedError):
                record(change, scores={"cooperation": float("nan")})

    def test_import_from_text_bytes_buffers_and_files(self):
        issues = []
        for source in (CSV, CSV.encode(), bytearray(CSV.encode()), memoryview(CSV.encode()), io.BytesIO(CSV.encode())):
            with bip.open(":memory:", create=True) as new, new.change("anna") as change:
                result = change.import_(source, "csv-wide", OPTIONS, issues.append)
                self.assertEqual((result.added, result.participants, result.refused), (4, 2, 0))
        self.assertEqual(issues, [])

    def test_import_tells_every_bad_cell(self):
        issues = []
        bad = CSV.replace(",4,5", ",9,77")
        with self.assertRaises(bip.RefusedError) as caught, self.store.change("anna") as change:
            change.import_(bad, options={**OPTIONS, "update": True}, issue=issues.append)
        self.assertEqual([(i.line, i.column) for i in issues], [(5, "everyday_coping"), (5, "cooperation")])
        self.assertEqual((issues[0].where, issues[0].message), (caught.exception.where, caught.exception.message))

    def test_merge_is_a_union(self):
        with tempfile.TemporaryDirectory() as folder:
            one, other = (os.path.join(folder, name) for name in ("one.bip", "other.bip"))
            small_store(one).close()
            with bip.open(one) as store:
                store.backup(other)
            with bip.open(one, write=True) as a, bip.open(other, write=True) as b:
                with b.change("bo") as change:
                    record(change)
                with a.change("anna") as change:
                    self.assertEqual(change.merge(b).added, 1)
                with a.change("anna") as change, self.assertRaises(bip.UsageError):
                    change.merge(a)
                self.assertEqual(a.text("json"), b.text("json"))

    def test_words_backup_and_verify(self):
        words = self.store.text("words", lang="sv")
        self.assertEqual(self.store.add_words(words), "sv")
        self.assertIsNone(self.store.verify())
        with tempfile.TemporaryDirectory() as folder:
            self.store.backup(os.path.join(folder, "copy.bip"))
            with self.assertRaises(bip.ConflictError):
                self.store.backup(os.path.join(folder, "copy.bip"))
        with self.assertRaises(bip.CorruptError):
            self.store.verify("0" * 32 + " " + "0" * 64)

    def test_opening_is_refused_as_the_library_says(self):
        with tempfile.TemporaryDirectory() as folder:
            text = os.path.join(folder, "text")
            with open(text, "w") as f:
                f.write("no store")
            for path, error, options in ((text, bip.FormatError, {}), (text, bip.ConflictError, {"create": True}),
                                         (text + "x", bip.NotFoundError, {}), ("", bip.UsageError, {})):
                with self.assertRaises(error):
                    bip.open(path, **options)
        with bip.open(STORE) as store, self.assertRaises(bip.ReadOnlyError):
            store.change("anna")


class TestWrongTypes(unittest.TestCase):
    def test_wrong_types_are_type_errors(self):
        r = bip.Rules((1, 5))
        with small_store() as store, store.change("anna") as change:
            for call in (lambda: bip.open(3), lambda: bip.open(), lambda: bip.open(STORE, nonsense=1),
                         lambda: store.text(3), lambda: store.text("steps", participants=3),
                         lambda: store.text("steps", participants=[3]), lambda: store.text("steps", as_of=1.5),
                         lambda: store.text("steps", as_of=object()), lambda: store.text("steps", options=object()),
                         lambda: store.verify(issue=3, anchor=3), lambda: store.add_words(3), lambda: store.change(3),
                         lambda: change.participant_add(None), lambda: change.import_(3), lambda: change.merge(change),
                         lambda: record(change, scores={"cooperation": "3"}), lambda: record(change, scores=3),
                         lambda: record(change, scores={3: 3}), lambda: change.retention_keep("x"),
                         lambda: bip.series_compute(3, [1], r), lambda: bip.series_compute([1], 3, r),
                         lambda: bip.series_compute([1], ["x"], r), lambda: bip.series_sentence(3, "x"),
                         lambda: bip.series_compute([1], [1], bip.Rules(3)), lambda: bip.date_parse(3),
                         lambda: bip.spider(3, []), lambda: bip.timeline([bip.Panel("x", [1], 3, r)]),
                         lambda: bip.Store(), lambda: bip.Series(), lambda: bip.Change(), lambda: bip.Assessment(),
                         lambda: bip.spider([bip.Axis(3, (1, 5))], [])):
                with self.assertRaises(TypeError):
                    call()
            for call, name in ((lambda: record(change, scores={"cooperation": "3"}), "cooperation: "),
                               (lambda: record(change, scores={3: 3}), "scores: "),
                               (lambda: record(change, rater=0.5), "rater must be "),
                               (lambda: record(change, date=0.5), "date: "),
                               (lambda: change.participant_add(None), "code must be "),
                               (lambda: change.participant_add("P-7", 0.5), "enrolled: "),
                               (lambda: change.import_(["participant,date"]), "source: "),
                               (lambda: store.text("steps", since=object()), "since: "),
                               (lambda: store.text("steps", participants=["P-001", None]), r"participants\[1\]: "),
                               (lambda: store.text("steps", for_role=3), "for_role must be "),
                               (lambda: store.progression_columns([3]), r"columns\[0\]: "),
                               (lambda: bip.series_compute([1, 2], [1, "x"], r), r"scores\[1\]: "),
                               (lambda: bip.series_compute([1, None, object()], [1, 2, 3], r), r"days\[2\]: "),
                               (lambda: bip.series_compute([1], [1], r, [[]]), r"raters\[0\]: "),
                               (lambda: bip.series_compute([1], [1], bip.Rules((1, 5), better="lower")), "better: "),
                               (lambda: bip.spider([bip.Axis("x", 3)], []), "scale: ")):
                with self.assertRaisesRegex(TypeError, "^" + name):
                    call()
            for call in (lambda: bip.series_compute([1], [1], 3), lambda: store.write("steps", 3)):
                with self.assertRaises(AttributeError):
                    call()
            for call in (lambda: bip.series_compute([1, 2], [1], r), lambda: bip.date_parse("2025-01-01\0"),
                         lambda: bip.series_compute([1], [1], r, [1, 2]), lambda: bip.open("a\0b"),
                         lambda: bip.spider([bip.Axis("x", (1, 5))], [bip.Layer([1, 2])])):
                with self.assertRaises(ValueError):
                    call()
            with self.assertRaises(OverflowError):
                bip.series_compute([2**40], [1], r)
            with self.assertRaises(KeyError):
                store.progression_columns(["nonsense"])
            with self.assertRaises(UnicodeEncodeError):
                store.text("steps", participants="\ud800")


class TestClosing(unittest.TestCase):
    def test_closing_twice_is_fine(self):
        store = small_store()
        self.assertFalse(store.closed)
        store.close()
        store.close()
        self.assertTrue(store.closed)
        with bip.open(STORE) as store:
            cursor = store.progression()
            cursor.close()
            cursor.close()

    def test_nothing_works_after_closing(self):
        store = small_store()
        change = store.change("anna")
        cursors = [store.progression(), store.assessments()]
        next(cursors[0])
        store.close()
        calls = [store.today, store.traces, store.retention_days, store.verify, store.progression, store.assessments,
                 lambda: store.lang, lambda: store.text("steps"), lambda: store.backup("x"), lambda: store.change("a"),
                 lambda: store.add_words("{}"), store.retention_list, store.progression_columns,
                 store.assessment_columns, change.commit, lambda: record(change), change.retention_erase,
                 lambda: change.import_(CSV), lambda: change.participant_add("x"), lambda: change.merge(store),
                 lambda: change.assessment_correct("x"), lambda: change.assessment_withdraw("x"),
                 lambda: change.assessment_dispute("x", "y"), lambda: change.instrument_add("{}"),
                 lambda: change.participant_set("x", "y", "z"), lambda: change.participant_erase("x"),
                 lambda: change.retention_keep(1), lambda: next(cursors[0]), lambda: next(cursors[1])]
        for call in calls:
            with self.assertRaises(bip.UsageError) as caught:
                call()
            self.assertTrue(caught.exception.message)
        store.interrupt()
        change.rollback()
        for cursor in cursors:
            cursor.close()

    def test_a_reading_ends_by_itself(self):
        with small_store() as store:
            cursor = store.assessments()
            self.assertEqual(len(list(cursor)), 4)
            self.assertRaises(StopIteration, next, cursor)
            with store.change("anna") as change:
                record(change)
            with contextlib.closing(store.assessments()) as cursor:
                next(cursor)
                with self.assertRaises(bip.UsageError), store.change("anna") as change:
                    record(change, "2025-08-10")
            self.assertRaises(bip.UsageError, next, cursor)
            for _ in store.assessments():
                break  # dropped, and so closed
            with store.change("anna") as change:
                record(change, "2025-08-10")

    def test_records_outlive_their_store(self):
        store = bip.open(STORE)
        series, assessments = list(store.progression()), list(store.assessments())
        columns = store.progression_columns()
        dicts = [s.as_dict() for s in series], [a.scores for a in assessments], bytes(columns["mean"])
        store.close()
        del store
        gc.collect()
        self.assertEqual(([s.as_dict() for s in series], [a.scores for a in assessments], bytes(columns["mean"])), dicts)

    def test_collection_in_any_order(self):
        for order in itertools.permutations(range(4)):
            store = small_store()
            held = [store, store.progression(), store.assessments(), store.change("anna")]
            next(held[1])
            del store
            for i in order:
                held[i] = None
                gc.collect()
        self.assertEqual([o for o in gc.get_objects() if isinstance(o, (bip.Store, bip.Change, bip.Progression))], [])

    def test_collection_of_a_ring_through_a_hook(self):
        class Flag:
            pass
        flag = Flag()
        seen = weakref.ref(flag)
        held = {"flag": flag}

        def read(what, who, held=held):
            held["last"] = who

        store = small_store(read=read)
        held["store"], held["cursor"], held["change"] = store, store.progression(), store.change("anna")
        next(held["cursor"])
        self.assertEqual(held["last"], "P-001")
        del store, held, read, flag
        gc.collect()
        self.assertIsNone(seen())

    def test_random_orders(self):
        r = random.Random(7)
        for _ in range(60):
            things = [small_store() if r.random() < 0.5 else bip.open(STORE)]
            for _ in range(25):
                store = r.choice(things)
                if not isinstance(store, bip.Store):
                    with contextlib.suppress(bip.Error, StopIteration, TypeError, AttributeError):
                        r.choice([lambda: next(store), store.__exit__, lambda: store.close(), store.__enter__])()
                    continue
                with contextlib.suppress(bip.Error):
                    things.append(r.choice([store.progression, store.assessments, lambda: store.change("a"),
                                            lambda: store.close() or store, lambda: store])())
                if r.random() < 0.3 and len(things) > 1:
                    things.pop(r.randrange(len(things)))
        gc.collect()


class TestCallbacks(unittest.TestCase):
    def test_exceptions_pass_through_unchanged(self):
        class Into:
            write = staticmethod(boom)

        class From:
            read = staticmethod(boom)

        with small_store() as store:
            with self.assertRaises(Boom):
                store.write("json", Into)
            with self.assertRaises(Boom), store.change("anna") as change:
                change.import_(From, options=OPTIONS)
            with self.assertRaises(Boom) as caught, store.change("anna") as change:
                change.import_(CSV.replace(",4,5", ",9,5"), options=OPTIONS, issue=boom)
            self.assertIsInstance(caught.exception.args[0], bip.Issue)
            self.assertEqual(len(list(store.assessments())), 4)
            self.assertIsNone(store.verify(issue=boom))

    def test_hooks_raise_through_every_reading(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s.bip")
            small_store(path).close()
            with bip.open(path, read=boom) as store:
                for call in (lambda: list(store.progression()), lambda: list(store.assessments()),
                             lambda: store.text("steps"), store.progression_columns, store.assessment_columns):
                    with self.assertRaises(Boom):
                        call()
            with bip.open(path, write=True, now=boom) as store:
                with self.assertRaises(Boom):
                    store.today()
                with self.assertRaises(Boom), store.change("anna") as change:
                    record(change)
            with bip.open(path, write=True, random=boom) as store, self.assertRaises(Boom):
                with store.change("anna") as change:
                    record(change)
            for bad in (lambda: "x", lambda: None, lambda: 1.5):
                with bip.open(path, now=bad) as store, self.assertRaises(TypeError):
                    store.today()
            with bip.open(path) as store:
                self.assertEqual(len(list(store.assessments())), 4)

    def test_a_true_answer_stops(self):
        told = []
        with small_store(read=lambda what, who: told.append((what, who)) or len(told) > 1) as store:
            with self.assertRaises(bip.CancelledError):
                store.text("steps")
        self.assertEqual(told, [("steps", "P-001"), ("steps", "P-002")])

    def test_a_file_that_gives_nonsense(self):
        for read in (lambda n: "text", lambda n: None, lambda n: 3):
            with small_store() as store, self.assertRaises(TypeError), store.change("a") as change:
                change.import_(type("From", (), {"read": staticmethod(read)}), options=OPTIONS)
        with small_store() as store, self.assertRaises(bip.IoError), store.change("a") as change:
            change.import_(type("From", (), {"read": staticmethod(lambda n: b"x" * (n + 1))}), options=OPTIONS)

    def test_a_callback_cannot_call_its_store(self):
        with small_store() as store:
            for call in (store.close, store.today, lambda: store.text("steps"), lambda: list(store.progression()),
                         store.progression, lambda: store.change("bo")):
                with self.assertRaises(bip.UsageError):
                    store.write("steps", type("Into", (), {"write": staticmethod(lambda piece: call())}))
            self.assertFalse(store.closed)

    def test_a_callback_may_drop_what_it_holds(self):
        store = small_store()
        held = [store.progression(), store.assessments(), store.progression()]
        next(held[0])
        changes = [store.change("anna")]

        def write(piece):
            held.clear()
            changes.clear()
            gc.collect()
        store.write("steps", type("Into", (), {"write": staticmethod(write)}))
        with store.change("anna") as change:  # nothing is open any more
            record(change)
        store.close()


class TestThreads(unittest.TestCase):
    def test_threads_on_one_store_wait_for_one_another(self):
        store, errors, results = small_store(), [], []
        expected = [s.as_dict() for s in store.progression()], store.text("steps")

        def work():
            try:
                for _ in range(30):
                    results.append(([s.as_dict() for s in store.progression()], store.text("steps")))
            except BaseException as e:
                errors.append(e)
        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        self.assertEqual(errors, [])
        self.assertEqual(len(results), 120)
        self.assertTrue(all(r == expected for r in results))
        store.close()

    def test_threads_that_record_open_the_store_each_for_itself(self):
        with tempfile.TemporaryDirectory() as folder:
            path, failed = os.path.join(folder, "team.bip"), []
            with bip.open(path, create=True) as store, store.change("a"):
                self.assertRaises(bip.UsageError, store.change, "b")

            def work(name):
                try:
                    with bip.open(path, write=True) as own:
                        for i in range(5):
                            with own.change(name) as change:
                                change.participant_add(f"{name}-{i}")
                except bip.Error as e:
                    failed.append(e)
            threads = [threading.Thread(target=work, args=(name,)) for name in "ABCD"]
            for t in threads:
                t.start()
            for t in threads:
                t.join()
            self.assertEqual(failed, [])
            with bip.open(path) as store:
                self.assertEqual(store.text("participants").count("\n"), 20)

    def test_closing_waits_for_the_call_in_progress(self):
        store, began, seen = small_store(), threading.Event(), []

        def write(piece):
            began.set()
            threading.Event().wait(0.05)
            seen.append(store.closed)
        thread = threading.Thread(target=lambda: store.write(
            "json", type("Into", (), {"write": staticmethod(write)})))
        thread.start()
        began.wait()
        store.close()
        self.assertEqual(set(seen), {False})
        thread.join()

    def test_others_run_while_the_library_works(self):
        """The GIL is free: a callback of one store waits for what another thread does with a second store."""
        one, other, told = small_store(), small_store(), threading.Event()

        def work():
            other.text("json")
            told.set()
        thread = threading.Thread(target=work)

        def write(piece):
            thread.start()
            self.assertTrue(told.wait(20))
        one.write("steps", type("Into", (), {"write": staticmethod(write)}))
        thread.join()

    def test_interrupt_from_another_thread(self):
        begun, interrupted = threading.Event(), threading.Event()

        def read(what, who):
            begun.set()
            interrupted.wait(20)
        store = bip.open(STORE, read=read)

        def work():
            begun.wait(20)
            store.interrupt()  # doesn't wait for the call in progress
            interrupted.set()
        thread = threading.Thread(target=work)
        thread.start()
        with self.assertRaises(bip.CancelledError):
            store.text("progression")
        thread.join()
        self.assertEqual(len(list(store.assessments())), 11)  # the store is as it was
        store.close()
        store.interrupt()

    def test_two_stores_merge_each_other_without_a_deadlock(self):
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, n) for n in ("a.bip", "b.bip")]
            small_store(paths[0]).close()
            with bip.open(paths[0]) as store:
                store.backup(paths[1])
            a, b = (bip.open(p, write=True) for p in paths)

            def work(into, other):
                for _ in range(20):
                    with contextlib.suppress(bip.UsageError):  # the other has a change open just now
                        with into.change("anna") as change:
                            change.merge(other)
            threads = [threading.Thread(target=work, args=pair) for pair in ((a, b), (b, a))]
            for t in threads:
                t.start()
            for t in threads:
                t.join(60)
            self.assertFalse(any(t.is_alive() for t in threads))
            a.close()
            b.close()


class TestInterpreters(unittest.TestCase):
    def run_python(self, code):
        return subprocess.run([sys.executable, "-c", textwrap.dedent(code), STORE], capture_output=True, text=True, timeout=120)

    @unittest.skipIf(sys.version_info[:2] == (3, 12), "3.12.1 falls over the third import of datetime by itself")
    def test_subinterpreters_have_their_own(self):
        done = self.run_python("""
            import sys
            try:
                import _xxsubinterpreters as sub
            except ImportError:
                import _interpreters as sub
            code = '''
            import bip
            store = bip.open(PATH)
            assert len(list(store.assessments())) == 11
            try:
                store.text("nonsense")
            except bip.UsageError as e:
                assert e.status is bip.Status.USAGE
            else:
                raise AssertionError
            '''.replace("            ", "").replace("PATH", repr(sys.argv[1]))
            for _ in range(3):
                one = sub.create()
                failed = sub.run_string(one, code)  # 3.13 tells what older ones raise
                assert failed is None, failed
                sub.destroy(one)
            exec(code)
            print("good")
            """)
        self.assertEqual((done.stdout, done.returncode), ("good\n", 0), done.stderr)

    def test_ending_with_everything_open(self):
        done = self.run_python("""
            import bip, sys
            store = bip.open(":memory:", create=True, read=lambda *a: None)
            change = store.change("anna")
            change.participant_add("P-001")
            read = bip.open(sys.argv[1])
            cursors = [read.progression(), read.assessments()]
            next(cursors[0])
            print("good")
            """)
        self.assertEqual((done.stdout, done.stderr, done.returncode), ("good\n", "", 0))


if __name__ == "__main__":
    unittest.main()
