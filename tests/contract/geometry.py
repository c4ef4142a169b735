#!/usr/bin/env python3
"""Pictures read back: tests/contract/geometry.py BIP. Draws spiders and timelines with the program, reads the SVG as any
XML and measures it with code of its own: texts lie inside the picture and not on one another, points stand where the
data say, gaps are gaps, the outside of the rim belongs to the labels.

Widths of texts are those of DejaVu Sans, read from the font itself (Debian's fonts-dejavu-core).
"""
import itertools
import json
import math
import os
import re
import struct
import subprocess
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ET
from pathlib import Path

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
SVG = "{http://www.w3.org/2000/svg}"
SLACK = 0.02  # coordinates are printed as hundredths

TITLES = {
    "en": ["Job-search behaviour", "Knowledge of the labour market", "Health and coping with health", "Cooperation",
           "Determination", "Belief in managing a job", "The caseworker's belief", "Coping with everyday life",
           "Support from the network", "Work identity", "Job skills"],
    "sv": ["Jobbsökarbeteende", "Kunskap om arbetsmarknaden", "Hälsa och hantering av hälsan", "Samarbetsförmåga",
           "Målmedvetenhet", "Tilltro till att klara ett arbete", "Handläggarens tilltro", "Vardagshantering",
           "Stöd från nätverket", "Arbetsidentitet", "Yrkeskunskaper"],
    "da": ["Jobsøgningsadfærd", "Viden om arbejdsmarkedet", "Helbred og helbredsmestring", "Samarbejdsevner",
           "Målrettethed", "Tro på at kunne klare et arbejde", "Sagsbehandlerens tro på jobchancen",
           "Hverdagsmestring", "Støtte fra netværket", "Arbejdsidentitet", "Faglige kompetencer"],
}
HARD = ["<&\"'> ]]> &amp; " + "ord " * 45, "Arbetsmarknadsorienteringsförberedelsesamtal" * 4, "אמונה ביכולת להתמודד עם עבודה",
        "👩‍👩‍👧 familj och nätverk 🏠", "e\u0301\u0302 n\u0303 " * 20, "الثقة في القدرة على العمل", "日本語の見出しはとても長い" * 8]
ANSWERS = ["1", "2", "3", "4", "5", "declined", ""]


# ------------------------------------------------------------------------------------------------------------- measuring

class Font:
    """Advance widths: cmap format 12 for the glyphs, hmtx for their widths."""

    def __init__(self, path):
        data = path.read_bytes()
        table = {}
        for i in range(struct.unpack_from(">H", data, 4)[0]):
            tag, _, at, n = struct.unpack_from(">4sLLL", data, 12 + 16 * i)
            table[tag] = data[at:at + n]
        self.em = struct.unpack_from(">H", table[b"head"], 18)[0]
        self.n = struct.unpack_from(">H", table[b"hhea"], 34)[0]
        self.hmtx, self.groups = table[b"hmtx"], []
        cmap = table[b"cmap"]
        for i in range(struct.unpack_from(">H", cmap, 2)[0]):
            at = struct.unpack_from(">L", cmap, 8 + 8 * i)[0]
            if struct.unpack_from(">H", cmap, at)[0] == 12:
                count = struct.unpack_from(">L", cmap, at + 12)[0]
                self.groups = [struct.unpack_from(">LLL", cmap, at + 16 + 12 * k) for k in range(count)]
        assert self.groups, "the font has no cmap of format 12"

    def width(self, text):
        return sum(map(self.advance, text))

    def advance(self, char):
        if unicodedata.category(char) in ("Mn", "Me", "Cf"):
            return 0
        for first, last, glyph in self.groups:
            if first <= ord(char) <= last:
                place = min(glyph + ord(char) - first, self.n - 1)
                return struct.unpack_from(">H", self.hmtx, 4 * place)[0] / self.em
        return 1


class Box:
    def __init__(self, text, left, top, right, bottom):
        self.text, self.left, self.top, self.right, self.bottom = text, left, top, right, bottom

    def meets(self, other):
        return (self.left < other.right - SLACK and other.left < self.right - SLACK and
                self.top < other.bottom - SLACK and other.top < self.bottom - SLACK)

    def __repr__(self):
        return f"{self.text[:30]!r} at {self.left:.1f},{self.top:.1f}..{self.right:.1f},{self.bottom:.1f}"


class Picture:
    def __init__(self, text, font):
        self.root = ET.fromstring(text)
        self.width, self.height = map(float, self.root.get("viewBox").split()[2:])
        self.font, self.parents = font, {c: p for p in self.root.iter() for c in p}

    def size(self, element):
        classes = (element.get("class") or "").split()
        return 18 if "b-t" in classes else 11 if "b-k" in classes else 13

    def box(self, element):
        text, size = element.text or "", self.size(element)
        width = self.font.width(text) * size
        x, y = float(element.get("x")), float(element.get("y"))
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[element.get("text-anchor", "start")]
        return Box(text, left, y - 0.76 * size, left + width, y + 0.24 * size)  # ascent and descent of words

    def boxes(self):
        return [self.box(t) for t in self.root.iter(SVG + "text")]

    def paths(self, name):
        return [p for p in self.root.iter(SVG + "path") if name in (p.get("class") or "").split()]

    def layer(self, style):
        """The groups of a style: the layer, then its sample in the legend."""
        return [g for g in self.root.iter(SVG + "g") if g.get("class") == f"b-s{style}"]


def subpaths(d):
    """Runs of absolute points, each with whether it is closed."""
    runs, x, y = [], 0.0, 0.0
    for command, rest in re.findall(r"([MLHVlhvazZ])([^A-Za-z]*)", d):
        n = [float(v) for v in re.findall(r"-?[\d.]+", rest)]
        if command == "M":
            runs.append([[], False])
        if command in "ML":
            x, y = n
        elif command == "l":
            x, y = x + n[0], y + n[1]
        elif command == "a":
            x, y = x + n[-2], y + n[-1]
        elif command in "Hh":
            x = n[0] + (x if command == "h" else 0)
        elif command in "Vv":
            y = n[0] + (y if command == "v" else 0)
        if command in "zZ":
            runs[-1][1] = True
        else:
            runs[-1][0].append((x, y))
    return runs


def middle(points):
    """Of the corners, each once."""
    corners = {(round(x, 2), round(y, 2)) for x, y in points}
    return sum(x for x, _ in corners) / len(corners), sum(y for _, y in corners) / len(corners)


def near(a, b, slack=SLACK):
    return abs(a[0] - b[0]) <= slack and abs(a[1] - b[1]) <= slack


# ---------------------------------------------------------------------------------------------------------------- checks

def check_texts(p):
    boxes = p.boxes()
    for b in boxes:
        assert b.left >= -SLACK and b.top >= -SLACK and b.right <= p.width + SLACK and b.bottom <= p.height + SLACK, \
            f"{b} leaves the picture of {p.width} by {p.height}"
    for a, b in itertools.combinations(boxes, 2):
        assert not a.meets(b), f"{a} lies on {b}"


def check_words(p):
    assert p.root.get("role") == "img"
    ids = {e.get("id"): e for e in p.root.iter() if e.get("id")}
    named = p.root.get("aria-labelledby").split()
    assert [ids[n].tag for n in named] == [SVG + "title", SVG + "desc"], named
    assert all((ids[n].text or "").strip() for n in named), "an empty title or description"
    for element in p.root.iter():
        for key, value in element.attrib.items():
            assert not re.search(r"\d,\d|nan|inf", value) or key in ("aria-labelledby", "id"), (key, value)


def check_objections(p, data, objected):
    said = next(p.root.iter(SVG + "desc")).text
    assert bool(data["objections"]) == objected, data["objections"]
    assert all(o["text"] in said for o in data["objections"]), said


def rings(p, n):
    """Middle, inner and outer radius: from the rings themselves."""
    drawn = [subpaths(e.get("d"))[0] for e in p.paths("b-r") + p.paths("b-e")]
    whole = [points for points, closed in drawn if closed and len(points) == n]
    assert len(whole) >= 2, "rings are missing"
    x = sum(q[0] for q in whole[0]) / n
    y = sum(q[1] for q in whole[0]) / n
    radii = sorted(math.hypot(points[0][0] - x, points[0][1] - y) for points in whole)
    for points in whole:
        radius = math.hypot(points[0][0] - x, points[0][1] - y)
        for i, q in enumerate(points):
            turn = 2 * math.pi * i / n
            assert near(q, (x + radius * math.sin(turn), y - radius * math.cos(turn)), 0.03), "a ring is bent"
    return x, y, radii[0], radii[-1]


def check_points(p, data):
    """Every score where the data put it, every missing one nowhere on the axis, lines only between neighbours."""
    n = len(data["axes"])
    x, y, inner, outer = rings(p, n)
    assert 0.1 < inner / outer < 0.3, "the inner ring is no place of its own"
    styles = explained_styles(p, data["layers"])
    for layer, style in zip(data["layers"], styles):
        wanted = {}
        for i, value in enumerate(layer["values"]):
            if value["position"] is not None:
                radius, turn = inner + value["position"] * (outer - inner), 2 * math.pi * i / n
                wanted[i] = (x + radius * math.sin(turn), y - radius * math.cos(turn))
        group = p.layer(style)[0]
        marks = [e for e in group if "b-m" in e.get("class").split()][0]
        centres = [middle(points) for points, _ in subpaths(marks.get("d"))]
        assert len(centres) == len(wanted), f"{len(centres)} marks for {len(wanted)} scores"
        for at, centre in zip(wanted.values(), centres):
            assert near(at, centre, 0.05), f"a mark at {centre} belongs to {at}"
        check_line([e for e in group if "b-l" in e.get("class").split()][0].get("d"), wanted, n)
        check_gaps(group, layer, (x, y), outer, n)


def explained_styles(p, layers):
    """Which style is which layer: as the legend says, a sample and then its words."""
    children, styles = list(p.root), []
    for at, element in enumerate(children):
        style = re.fullmatch(r"b-s(\d)", element.get("class") or "")
        words = " ".join(t.text or "" for t in itertools.takewhile(lambda e: e.tag == SVG + "text", children[at + 1:]))
        if style and len(styles) < len(layers) and words.startswith(layers[len(styles)]["label"]):
            styles.append(style.group(1))
    assert len(styles) == len(layers) == len(set(styles)), f"the legend tells {styles} for {len(layers)} layers"
    return styles


def check_line(d, wanted, n):
    drawn = set()
    where = {v: k for k, v in wanted.items()}

    def axis(point):
        return next(k for at, k in where.items() if near(at, point, 0.05))

    for points, closed in subpaths(d):
        axes = [axis(q) for q in points]
        pairs = list(zip(axes, axes[1:])) + ([(axes[-1], axes[0])] if closed else [])
        drawn |= {tuple(sorted(pair)) for pair in pairs}
    expected = {tuple(sorted((i, (i + 1) % n))) for i in wanted if (i + 1) % n in wanted}
    assert drawn == expected, f"lines {sorted(drawn ^ expected)} are drawn or missing"


def check_gaps(group, layer, centre, outer, n):
    marks = [e for e in group if "b-x" in e.get("class").split()]
    found = []
    for points, _ in subpaths(marks[0].get("d")) if marks else []:
        at = middle(points)
        if not found or not near(found[-1][0], at, 0.05):
            found.append([at, 0])
        found[-1][1] += 1  # a cross has two strokes, a bar one
    missing = [(i, v["missing"]) for i, v in enumerate(layer["values"]) if v["missing"]]
    assert len(found) == len(missing), f"{len(found)} gaps are marked of {len(missing)}"
    for (at, strokes), (i, reason) in zip(found, missing):
        turn = math.atan2(at[0] - centre[0], centre[1] - at[1]) % (2 * math.pi)
        assert abs(turn - 2 * math.pi * i / n) < 0.01 or i == 0, "a gap stands on another axis"
        assert math.hypot(at[0] - centre[0], at[1] - centre[1]) > outer + 3, "a gap stands where a score could"
        assert strokes == (1 if reason == "not_asked" else 2), "the reasons look alike"


def check_labels(p, data, narrow):
    """No label reaches into the rim; each title is drawn, or cut and whole in a <title>."""
    n = len(data["axes"])
    x, y, _, outer = rings(p, n)
    around = [b for b in p.boxes() if b.text not in {str(k) for k in range(1, 6)} or narrow]
    for b in around:
        dx = max(b.left - x, 0, x - b.right)
        dy = max(b.top - y, 0, y - b.bottom)
        inside = math.hypot(dx, dy) < outer * math.cos(math.pi / n) - 1  # what every side of the rim encloses
        assert not inside or b.text in {"1", "2", "3", "4", "5"}, f"{b} reaches into the rim"
    drawn = " ".join(t.text or "" for t in p.root.iter(SVG + "text"))
    whole = {" ".join((t.text or "").split()) for t in p.root.iter(SVG + "title")}
    squeezed = re.sub(r"\s", "", drawn)
    for axis in data["axes"]:
        title = " ".join(axis["title"].split())
        assert re.sub(r"\s", "", title) in squeezed or title in whole, f"{title[:40]!r} is neither drawn nor whole"


# ----------------------------------------------------------------------------------------------------------------- cases

def instrument(code, titles, mixed=False):
    indicators = []
    for i, title in enumerate(titles):
        indicators.append({"code": f"i{i}", "title": title, "scale": "ten" if mixed and i % 3 == 1 else "five",
                           "better": "lower" if mixed and i % 4 == 2 else "higher"})
        if i % 5 == 4:
            indicators[-1]["respondents"] = ["caseworker"]
    return {"instrument": code, "version": "1", "title": {"en": "Progression towards work", "sv": "Progression mot arbete"},
            "respondents": [{"code": "participant", "title": {"en": "Participant", "sv": "Deltagare", "da": "Borger"}},
                            {"code": "caseworker", "title": {"en": "Caseworker", "sv": "Handläggare"}}],
            "scales": [{"code": "five", "min": 1, "max": 5, "labels": {"1": {"en": "Not at all", "sv": "Inte alls"},
                                                                       "5": {"en": "Completely"}}},
                       {"code": "ten", "min": 0, "max": 10}],
            "indicators": indicators}


class Shop:
    def __init__(self, bip, folder):
        self.bip, self.folder, self.store = bip, Path(folder), str(Path(folder) / "s.bip")
        self.run("init")
        self.run("participant", "add", "P-001")

    def run(self, *args, lang="en"):
        env = {k: v for k, v in os.environ.items() if not k.startswith("BIP_")}
        env.update(BIP_ACTOR="test", BIP_NOW="2026-11-21T10:00:00Z")
        return subprocess.run([self.bip, "-s", self.store, "--lang", lang, *args], env=env, check=True,
                              stdout=subprocess.PIPE).stdout.decode()

    def fill(self, code, n, mixed=False, hard=False):
        titles = [{lang: (HARD[i % len(HARD)] if hard and i % 2 else words[i % len(words)]).strip()
                   for lang, words in TITLES.items()} for i in range(n)]
        definition = instrument(code, titles, mixed)
        path = self.folder / f"{code}.json"
        path.write_text(json.dumps(definition), encoding="utf-8")
        self.run("instrument", "add", str(path))
        for k, (day, who) in enumerate([("2025-09-01", "participant"), ("2025-12-01", "participant"),
                                        ("2026-03-01", "participant"), ("2026-03-03", "caseworker"),
                                        ("2026-09-01", "participant"), ("2026-09-02", "caseworker")]):
            scores = [f"i{i}={ANSWERS[(i * 3 + k * k) % (7 if k > 1 else 5)]}" for i in range(n)
                      if who == "caseworker" or i % 5 != 4]
            recorded = self.run("record", "P-001", "--instrument", code, "--respondent", who, "--date", day, *scores)
            for text in ("I was ill that week", " ".join(HARD).strip())[:2 * hard if day.startswith("2026-09") else 0]:
                self.run("dispute", recorded.strip(), "--text", text)

    def spider(self, code, *options, lang="en"):
        chart = ["chart", "P-001", "--kind", "spider", "--out", "-", "--instrument", code, *options]
        return self.run(*chart, lang=lang), json.loads(self.run("--json", *chart, lang=lang))


def spiders(shop, font):
    for n, mixed, hard in [(3, False, False), (4, True, False), (7, False, True), (11, False, False), (11, True, False),
                           (12, False, True), (24, False, False), (40, False, False), (40, True, True)]:
        code = f"n{n}{'m' * mixed}{'h' * hard}"
        shop.fill(code, n, mixed, hard)
        for lang, width in itertools.product(TITLES, (240, 320, 480, 720, 1100)):
            for layers in ("first,latest", "first,previous,latest,best"):
                svg, data = shop.spider(code, "--width", str(width), "--layers", layers, *(
                    ["--respondent", "participant"] if "best" in layers else []), lang=lang)
                yield f"{n} axes{' of mixed scales' * mixed}{' with hard titles' * hard}, {lang}, {width} px, {layers}", \
                    Picture(svg, font), data, width < 600


def timelines(shop, font):
    for code in ("n3", "n4m", "n7h", "n11", "n40mh"):
        for lang, width in itertools.product(TITLES, (240, 320, 720, 1100)):
            svg = shop.run("chart", "P-001", "--kind", "timeline", "--out", "-", "--instrument", code, "--width", str(width),
                           lang=lang)
            yield f"timeline of {code}, {lang}, {width} px", Picture(svg, font)


def main():
    if not FONT.exists():
        sys.exit(f"{FONT} is missing: apt-get install fonts-dejavu-core")
    font, passed, failed = Font(FONT), 0, 0

    def claim(name, check, *args):
        nonlocal passed, failed
        try:
            check(*args)
            passed += 1
        except AssertionError as e:
            failed += 1
            print(f"FAILED  {name}: {check.__name__}: {e}")

    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(sys.argv[1], folder)
        for name, picture, data, narrow in spiders(shop, font):
            claim(name, check_texts, picture)
            claim(name, check_words, picture)
            claim(name, check_points, picture, data)
            claim(name, check_labels, picture, data, narrow)
            claim(name, check_objections, picture, data, "hard" in name)
        for name, picture in timelines(shop, font):
            claim(name, check_texts, picture)
            claim(name, check_words, picture)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
