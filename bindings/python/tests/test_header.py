"""The binding has what bip.h has: functions, statuses, enums, fields; and nothing that is the library's to say."""
import glob
import inspect
import os
import pathlib
import re
import types
import unittest

import bip
from bip import Change, Store
from common import HERE, header

HEADER = header()
SOURCES = glob.glob(os.path.join(HERE, "..", "src", "*.c"))
# Where each function is. One that is missing here, or here and not in bip.h, fails.
FUNCTIONS = {
    "bip_status_code": bip.status_code, "bip_status_text": bip.status_text, "bip_version": bip.version,
    "bip_versions": bip.versions, "bip_date_parse": bip.date_parse, "bip_date_format": bip.date_format,
    "bip_open_options_init": bip.open, "bip_store_open": bip.open, "bip_store_close": Store.close,
    "bip_store_interrupt": Store.interrupt, "bip_store_lang": Store.lang, "bip_store_add_words": Store.add_words,
    "bip_store_today": Store.today, "bip_store_verify": Store.verify, "bip_store_backup": Store.backup,
    "bip_store_traces": Store.traces, "bip_change_begin": Store.change, "bip_change_commit": Change.commit,
    "bip_change_rollback": Change.rollback, "bip_assessment_add": Change.assessment_add,
    "bip_assessment_correct": Change.assessment_correct, "bip_assessment_withdraw": Change.assessment_withdraw,
    "bip_assessment_dispute": Change.assessment_dispute, "bip_participant_add": Change.participant_add,
    "bip_participant_set": Change.participant_set, "bip_participant_erase": Change.participant_erase,
    "bip_retention_keep": Change.retention_keep, "bip_retention_days": Store.retention_days,
    "bip_retention_list": Store.retention_list, "bip_retention_erase": Change.retention_erase,
    "bip_instrument_add": Change.instrument_add, "bip_instrument_check": bip.instrument_check,
    "bip_import": Change.import_, "bip_merge": Change.merge, "bip_query_init": Store.assessments,
    "bip_assessments": Store.assessments, "bip_assessment_next": bip.Assessments.__next__,
    "bip_progression": Store.progression, "bip_series_next": bip.Progression.__next__,
    "bip_cursor_close": bip.Progression.close, "bip_write": Store.write, "bip_series_rules_init": bip.Rules,
    "bip_series_compute": bip.series_compute, "bip_series_sentence": bip.series_sentence,
    "bip_picture_init": bip.spider, "bip_spider": bip.spider, "bip_timeline": bip.timeline,
}
ENUMS = {"bip_status": bip.Status, "bip_answer": bip.Answer, "bip_kind": bip.Kind, "bip_better": bip.Better,
         "bip_direction": bip.Direction, "bip_mk_method": bip.MkMethod, "bip_rci_class": bip.RciClass,
         "bip_theme": bip.Theme, "bip_layer_kind": bip.LayerKind}


def names_of(struct):
    return {f["name"] for f in HEADER["structs"][struct]}


def parameters(function):
    return set(inspect.signature(function).parameters) - {"self"}


def fields(cls):
    return set(cls._fields)


def short(name):
    return re.sub(r"^BIP_(E_|MK_|RCI_|THEME_|LAYER_)?", "", name)


def sources():
    return "".join(pathlib.Path(path).read_text(encoding="utf-8") for path in SOURCES)


class TestHeader(unittest.TestCase):
    def test_every_function_of_the_header_is_here(self):
        self.assertEqual(set(FUNCTIONS), set(HEADER["functions"]))

    def test_every_function_of_the_header_is_called(self):
        called = set(re.findall(r"\bbip_\w+", sources()))
        self.assertEqual(set(HEADER["functions"]) - called, set())

    def test_every_enum_has_the_headers_names_and_numbers(self):
        self.assertEqual(set(ENUMS), set(HEADER["enums"]))
        for name, values in HEADER["enums"].items():
            self.assertEqual({short(k): v for k, v in values.items()}, {m.name: m.value for m in ENUMS[name]}, name)

    def test_every_failure_has_its_class(self):
        classes = {c.status: c for c in vars(bip).values()
                   if isinstance(c, type) and issubclass(c, bip.Error) and c is not bip.Error}
        failures = [n for name, n in HEADER["statuses"].items() if name.startswith("BIP_E_")]
        self.assertEqual(sorted(classes), sorted(failures))
        for status, cls in classes.items():
            self.assertEqual(cls.code, bip.status_code(status))
            self.assertEqual(cls.__name__, cls.code.title().replace("_", "") + "Error")
            self.assertEqual(cls.__doc__, bip.status_text(status))

    def test_every_constant_is_here_in_some_form(self):
        here = {"BIP_NO_DATE": bip.NO_DATE, "BIP_MOST_AXES": bip.BIP_MOST_AXES, "BIP_MOST_LAYERS": bip.BIP_MOST_LAYERS}
        here.update({f"BIP_{e.name}": e.value for e in bip.Evidence})
        flags = {f"BIP_OPEN_{p.upper()}" for p in parameters(bip.open)}
        for name, value in HEADER["constants"].items():
            if name.startswith("BIP_OPEN_"):
                self.assertIn(name, flags)
            elif not name.endswith("_SIZE"):  # of arrays in C
                self.assertEqual(here[name], value, name)

    def test_every_field_that_is_lent_can_be_read(self):
        self.assertEqual(names_of("bip_series") - {"n_visible_to"}, set(dir(bip.Series)) & names_of("bip_series"))
        self.assertEqual(names_of("bip_assessment"), {n for n in dir(bip.Assessment) if not n.startswith("_")})
        self.assertEqual(names_of("bip_error"), set(bip.Error.__doc__.replace(":", " ").split()) & names_of("bip_error"))
        for struct, cls in (("bip_issue", bip.Issue), ("bip_point", bip.Point), ("bip_import_result", bip.ImportResult)):
            self.assertEqual(names_of(struct) - {"size", "reserved"}, {n for n in names_of(struct) if hasattr(cls, n)})

    def test_every_field_that_is_given_can_be_given(self):
        query = names_of("bip_query") - {"size", "n_participants"}
        for reading in (Store.text, Store.bytes, Store.write, Store.assessments, Store.progression,
                        Store.progression_columns, Store.assessment_columns):
            self.assertEqual(query - parameters(reading), set(), reading)
        opening = names_of("bip_open_options") - {"size", "flags", "ctx", "now_ms"} | {"now"}
        self.assertEqual(opening - parameters(bip.open), set())
        self.assertEqual(names_of("bip_assessment_in") - {"size", "n", "indicators"} - parameters(Change.assessment_add),
                         set())
        for picture in (bip.spider, bip.timeline):
            self.assertEqual(names_of("bip_picture") - {"size"} - parameters(picture), set())
        self.assertEqual(names_of("bip_sentence_words") - {"size", "n_labels"} - parameters(bip.Series.sentence), set())
        ends = {"scale_min", "scale_max"}
        for struct, cls in (("bip_series_rules", bip.Rules), ("bip_axis", bip.Axis), ("bip_layer", bip.Layer),
                            ("bip_panel", bip.Panel)):
            wanted = {"scale" if n in ends else n for n in names_of(struct) - {"size", "reserved", "n_labels", "n"}}
            self.assertEqual(wanted, fields(cls), struct)

    def test_everything_public_tells_what_it_is(self):
        for name, thing in vars(bip).items():
            if name.startswith("_") or not isinstance(thing, (type, types.BuiltinFunctionType)):
                continue
            self.assertTrue(thing.__doc__, name)
            if isinstance(thing, type) and thing.__module__.startswith("bip"):
                for member, value in vars(thing).items():
                    if isinstance(value, (types.MethodDescriptorType, types.GetSetDescriptorType,
                                          types.MemberDescriptorType)) and not member.startswith("__"):
                        self.assertTrue(value.__doc__, f"{name}.{member}")

    def test_no_error_text_and_no_sql_is_the_bindings_own(self):
        code = sources()
        self.assertEqual(re.findall(r"PyErr_SetString", code), [])
        formats = re.findall(r'PyErr_Format\(\w+, "([^"]*)"', code)
        self.assertIn("%zd != %zd", formats)
        for text in formats:
            self.assertNotRegex(re.sub(r"%\w+", "", text), "[A-Za-z]")
        self.assertEqual(re.findall(r"\b(?:SELECT|INSERT|UPDATE|DELETE)\b", code), [])


if __name__ == "__main__":
    unittest.main()
