#!/usr/bin/env python3
"""What bip.h declares, as JSON: the list that each binding's tests hold the binding against.

    bindings/tools/header.py [BIP.H]

{"functions": {NAME: {"returns", "parameters": [{"name", "type"}], "doc"}},
 "statuses":  {NAME: NUMBER},                      the values of bip_status
 "enums":     {TYPE: {NAME: NUMBER}},              all of them, bip_status too
 "constants": {NAME: NUMBER},                      the #defines
 "structs":   {TYPE: [{"name", "type", "doc"}]},   fields in order
 "callbacks": {NAME: {"returns", "parameters"}},   types of functions
 "handles":   [TYPE],                              structs that are never shown
 "documents": [NAME]}                              what bip_write() takes, from its table

It knows C as bip.h uses it and stops at a declaration it can't read: nothing is left out in silence.
"""
import json
import os
import re
import sys

HEADER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "libbip", "include", "bip.h")
PLACE = "@{}@"  # stands for a comment while the code is read


class Header:
    def __init__(self, text):
        self.comments = []
        text = re.sub(r"/\*.*?\*/", self.keep, text, flags=re.S)
        defines = re.findall(r"^#define[ \t]+(\w+)[ \t]+([^\n]*)$", text, flags=re.M)
        text = re.sub(r"^#.*$", "", text, flags=re.M)
        self.code = re.sub(r'extern\s+"C"\s*\{', "", text)
        self.enums, self.structs, self.callbacks, self.handles, self.functions = {}, {}, {}, [], {}
        for declaration, doc in self.declarations():
            self.read(declaration, doc)
        known = {name: number for values in self.enums.values() for name, number in values.items()}
        self.constants = {name: self.number(value, known) for name, value in defines}

    def keep(self, match):
        self.comments.append(match.group(0))
        return " " + PLACE.format(len(self.comments) - 1) + " "

    def words(self, places):
        """The comments at these places as running text."""
        said = "\n".join(self.comments[int(i)] for i in re.findall(r"@(\d+)@", places))
        said = re.sub(r"/\*+<?|\s*\*/|^[ \t]*\*[ \t]?", "", said, flags=re.M)
        return "\n".join(line.rstrip() for line in said.strip().splitlines())

    def declarations(self):
        """Each declaration without its comments, and the last comment before it."""
        depth = start = 0
        for i, c in enumerate(self.code):
            depth += {"{": 1, "}": -1}.get(c, 0)
            if c == ";" and depth == 0:
                yield self.split(self.code[start:i])
                start = i + 1

    def split(self, text):
        head = re.match(r"(\s|@\d+@)*", text).group(0)
        before = re.findall(r"@\d+@", head)
        return text[len(head):].strip(), self.words(before[-1]) if before else ""

    @staticmethod
    def number(text, known):
        text = re.sub(r"@\d+@", "", text).strip()
        if text in known:
            return known[text]
        if text == "INT32_MIN":
            return -2**31
        return int(re.fullmatch(r"(-?\d+)u?", text).group(1))

    @staticmethod
    def parameter(text):
        text = re.sub(r"@\d+@", "", text).strip()
        callback = re.fullmatch(r"(.*)\(\*(\w+)\)\((.*)\)", text, flags=re.S)
        if callback:
            return {"name": callback.group(2), "type": " ".join(f"{callback.group(1)}(*)({callback.group(3)})".split())}
        name, array = re.search(r"(\w+)\s*(\[[^\]]*\])?$", text).groups()
        kind = re.sub(r"\w+\s*(\[[^\]]*\])?$", "", text) + (array or "")
        return {"name": name, "type": " ".join(kind.split())}

    @classmethod
    def parameters(cls, text):
        return [] if text.strip() in ("", "void") else [cls.parameter(p) for p in re.split(r",(?![^(]*\))", text)]

    def fields(self, body):
        for field in re.finditer(r"([^;]*);((?:[ \t]*@\d+@)*)", body):
            declared, doc = re.sub(r"@\d+@", "", field.group(1)).strip(), self.words(field.group(2))
            if not doc:
                doc = self.words(" ".join(re.findall(r"@\d+@", field.group(1))))
            first, *others = re.split(r",(?![^(]*\))", declared)
            first = self.parameter(first)
            yield {**first, "doc": doc}
            for other in others:
                yield {"name": other.strip(" *\n"), "type": first["type"], "doc": doc}

    def values(self, body, known):
        number = -1
        for item in filter(str.strip, re.sub(r"@\d+@", "", body).split(",")):
            name, _, value = map(str.strip, item.partition("="))
            number = self.number(value, known) if value else number + 1
            yield name, number

    def read(self, text, doc):
        enum = re.fullmatch(r"typedef enum \w+ \{(.*)\} (\w+)", text, flags=re.S)
        struct = re.fullmatch(r"typedef struct \w+ \{(.*)\} (\w+)", text, flags=re.S)
        handle = re.fullmatch(r"typedef struct (\w+) \1", text)
        callback = re.fullmatch(r"typedef (.*?)\(\*(\w+)\)\((.*)\)", text, flags=re.S)
        function = re.fullmatch(r"BIP_API (.*?)(\w+)\((.*)\)", text, flags=re.S)
        if enum:
            self.enums[enum.group(2)] = dict(self.values(enum.group(1), {}))
        elif struct:
            self.structs[struct.group(2)] = list(self.fields(struct.group(1)))
        elif handle:
            self.handles.append(handle.group(1))
        elif callback:
            self.callbacks[callback.group(2)] = {"returns": callback.group(1).strip(),
                                                 "parameters": self.parameters(callback.group(3))}
        elif function:
            self.functions[function.group(2)] = {"returns": function.group(1).strip(),
                                                 "parameters": self.parameters(function.group(3)), "doc": doc}
        elif not re.fullmatch(r"typedef \w+ \w+", text):
            raise SystemExit(f"header.py: can't read: {text[:200]}")

    def tell(self):
        documents = re.findall(r'^\| "([a-z-]+)" \|', self.functions["bip_write"]["doc"], flags=re.M)
        return {"functions": self.functions, "statuses": self.enums["bip_status"], "enums": self.enums,
                "constants": self.constants, "structs": self.structs, "callbacks": self.callbacks,
                "handles": self.handles, "documents": documents}


def read(path=HEADER):
    with open(path, encoding="utf-8") as f:
        return Header(f.read()).tell()


if __name__ == "__main__":
    json.dump(read(*sys.argv[1:2]), sys.stdout, indent=1)
    print()
