#!/usr/bin/env python3
"""Every function and document of bip.h is among the deeds that are tried with failing allocations: tests/fault/swept.py"""
import re
import sys
from pathlib import Path

root = Path(__file__).resolve().parents[2]
header = (root / "libbip/include/bip.h").read_text()
deeds = (root / "tests/fault/deeds.c").read_text()

functions = re.findall(r"\b(bip_\w+)\s*\(", " ".join(re.findall(r"^BIP_API [^;]*;", header, re.M)))
documents = re.findall(r'^ \* \| "([\w-]+)" \|', header, re.M)
assert len(functions) > 40 and len(documents) > 20, "the header reads otherwise now"

lacking = [f"{f}()" for f in functions if f"{f}(" not in deeds]
lacking += [f'the document "{d}"' for d in documents if f'{{.name = "{d}", .read = document}}' not in deeds]
for what in lacking:
    print(f"FAILED: {what} is in no deed of tests/fault/deeds.c")
print(f"{len(functions) + len(documents) - len(lacking)} passed, {len(lacking)} failed")
sys.exit(len(lacking) > 0)
