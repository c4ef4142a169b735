"""What the tests share: the fixtures of bindings/fixtures, the header as read by bindings/tools, and a small store.

BIP_FIXTURES in the environment names the folder that bip_fixtures has filled.
"""
import importlib.util
import json
import os

import bip

HERE = os.path.dirname(os.path.abspath(__file__))
BINDINGS = os.path.dirname(os.path.dirname(HERE))
FIXTURES = os.environ["BIP_FIXTURES"]
STORE = os.path.join(FIXTURES, "store.bip")


def fixtures():
    with open(os.path.join(FIXTURES, "fixtures.json"), encoding="utf-8") as f:
        return json.load(f)


def header():
    spec = importlib.util.spec_from_file_location("header", os.path.join(BINDINGS, "tools", "header.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.read()


CSV = ("participant,date,respondent,everyday_coping,cooperation\n"
       "P-001,2025-01-10,participant,2,3\nP-001,2025-04-10,participant,3,declined\n"
       "P-002,2025-01-10,participant,4,\nP-002,2025-04-10,participant,4,5\n")
OPTIONS = {"instrument": "employability", "create_participants": True}


def small_store(path=":memory:", **options):
    """Two participants, two assessments each."""
    store = bip.open(path, create=True, **options)
    with store.change("anna") as change:
        change.import_(CSV, options=OPTIONS)
    return store
