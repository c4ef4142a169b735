"""Random instruments, courses and files from a seed; what the program says of them is held against reference.py."""
import datetime
import json
import random

import compare
import reference

AS_OF = "2026-11-21"
FIRST = datetime.date(2023, 1, 1).toordinal()


def scale(rng, code):
    kind = rng.randrange(5)
    if kind == 0:
        return {"code": code, "values": sorted(rng.sample([0, 0.5, 1, 2, 3.5, 4, 7], rng.randint(2, 5)))}
    if kind == 1:
        return {"code": code, "min": 0, "max": 10, "step": 0}
    if kind == 2:
        return {"code": code, "min": -2, "max": 3, "step": 0.5}
    return {"code": code, "min": 1, "max": rng.choice([4, 5, 7]), **({"step": 1} if kind == 3 else {})}


def allowed(rng, s):
    """A score on the scale."""
    if "values" in s:
        return rng.choice(s["values"])
    step = s.get("step", 1)
    if step == 0:
        return rng.choice([round(rng.uniform(s["min"], s["max"]), rng.choice([0, 1, 2, 6])), s["min"], s["max"]])
    return s["min"] + step * rng.randint(0, int((s["max"] - s["min"]) / step))


def maybe(rng, chance, **members):
    return members if rng.random() < chance else {}


def indicator(rng, code, scales, roles):
    some = sorted(rng.sample(roles, rng.randint(1, len(roles))), key=roles.index)
    seen = sorted(rng.sample(roles, rng.randint(1, len(roles))), key=roles.index)
    return {"code": code, "title": {"en": f"Title {code}"}, "scale": rng.choice(scales)["code"],
            **maybe(rng, 0.3, better=rng.choice(["higher", "lower"])), **maybe(rng, 0.4, respondents=some),
            **maybe(rng, 0.4, visible_to=seen), **maybe(rng, 0.3, smallest_step=rng.choice([0.25, 0.5, 1, 2])),
            **maybe(rng, 0.4, reliability=rng.choice([0, 0.5, 0.8, 0.95]), sd=rng.choice([0.1, 0.5, 1.2]))}


def dimension(rng, code, indicators):
    members = rng.sample([i["code"] for i in indicators], rng.randint(1, len(indicators)))
    ways = {i.get("better", "higher") for i in indicators if i["code"] in members}
    better = {"better": rng.choice(["higher", "lower"])} if len(ways) > 1 or rng.random() < 0.2 else {}
    weights = {m: rng.choice([0.5, 1, 2, 3]) for m in members if rng.random() < 0.5}
    return {"code": code, "title": {"en": f"Dimension {code}"}, "indicators": members,
            **maybe(rng, 0.6, method=rng.choice(["mean", "sum"])), **better, **({"weights": weights} if weights else {}),
            **maybe(rng, 0.5, min_answered=rng.choice([0, 0.3, 0.5, 0.6, 0.8, 1])),
            **maybe(rng, 0.3, smallest_step=rng.choice([0.01, 0.25, 1])), **maybe(rng, 0.3, reliability=0.85, sd=0.7)}


def instrument(rng):
    roles = ["self", "staff", "coach"][:rng.randint(1, 3)]
    scales = [scale(rng, f"s{i}") for i in range(rng.randint(1, 3))]
    indicators = [indicator(rng, c, scales, roles) for c in rng.sample("abcdef", rng.randint(1, 5))]
    dimensions = [dimension(rng, f"dim{i}", indicators) for i in range(rng.randint(0, 3))]
    return {"instrument": "random", "version": "1", "title": {"en": "Random"},
            "respondents": [{"code": r, "title": {"en": r.capitalize()}} for r in roles], "scales": scales,
            "indicators": indicators, **({"dimensions": dimensions} if dimensions else {}),
            **maybe(rng, 0.4, pair_days=rng.choice([0, 3, 30]))}


def bands(rng, definition):
    """Some, within the range of what they are bands of."""
    version, out = reference.Version(definition, 0), []
    for kind, items in (("indicator", version.indicators), ("dimension", version.dimensions)):
        for code in items:
            ranges = [version.range(kind, code, r) for r in version.respondents if version.has(kind, code, r)]
            low, high = max(r[0] for r in ranges), min(r[1] for r in ranges)
            if rng.random() > 0.3 or low > high:
                continue
            froms = sorted({float(low + (high - low) * rng.randint(0, 8) / 8) for _ in range(3)})
            out += [{"of": code, "code": f"{code}_{i}", "from": x, "title": {"en": "Band"}} for i, x in enumerate(froms)]
    rng.shuffle(out)
    return {**definition, "bands": out} if out else definition


def drop_indicator(rng, new):
    """And from the dimensions, of which those go that have no other."""
    gone = rng.choice(new["indicators"])
    new["indicators"].remove(gone)
    for x in new.get("dimensions", []):
        x["indicators"] = [c for c in x["indicators"] if c != gone["code"]]
        x.get("weights", {}).pop(gone["code"], None)
    new["dimensions"] = [x for x in new.get("dimensions", []) if x["indicators"]]
    new.pop("bands", None)


def next_version(rng, before):
    """The same as the last with little things changed: an order, a scale's name, an indicator more or less, whom it is
    asked of, rules that belong to the newest; maybe not continued."""
    new = json.loads(json.dumps(before[-1]))
    new.pop("continues", None)
    new["version"] = str(len(before) + 1)
    free = [v["version"] for v in before if all(v["version"] != w.get("continues") for w in before)]
    if rng.random() < 0.8:
        new["continues"] = rng.choice([free[-1], *free])
    rng.shuffle(new["indicators"])
    rng.shuffle(new["respondents"])
    if len(new["indicators"]) > 1 and rng.random() < 0.3:
        drop_indicator(rng, new)
    if rng.random() < 0.3:
        roles = [r["code"] for r in new["respondents"]]
        unused = [c for c in "abcdefgh" if all(c != i["code"] for i in new["indicators"])]
        new["indicators"].append(indicator(rng, rng.choice(unused), new["scales"], roles))
    for i in new["indicators"]:
        if rng.random() < 0.3:
            i["smallest_step"] = rng.choice([0.5, 1, 2])
        if rng.random() < 0.2:
            i["scale"] = rng.choice(new["scales"])["code"]
            new.pop("bands", None)  # they may not fit any more
        if rng.random() < 0.15:
            roles = [r["code"] for r in new["respondents"]]
            i["respondents"] = sorted(rng.sample(roles, rng.randint(1, len(roles))), key=roles.index)
    if rng.random() < 0.5:
        new["pair_days"] = rng.choice([1, 7, 60])
    return new


def answer(rng, s, level):
    """A score near the level where the scale is stepped, so that courses hold ties, plateaus and steps."""
    x = rng.random()
    if x < 0.08:
        return rng.choice(["declined", "dont_know", "not_applicable"])
    if x < 0.2:
        return None
    if "values" in s or s.get("step", 1) == 0 or rng.random() < 0.3:
        return allowed(rng, s)
    step = s.get("step", 1)
    return min(s["max"], max(s["min"], s["min"] + step * (level + rng.choice([-1, 0, 0, 0, 1]))))


def assessments(rng, version, people, from_day, n):
    out, keys = [], set()
    scales = {s["code"]: s for s in version.d["scales"]}
    for _ in range(n):
        person, role = rng.choice(people), rng.choice(version.respondents)
        date = datetime.date.fromordinal(from_day + rng.choice([rng.randint(0, 20), rng.randint(0, 900)])).isoformat()
        rater = rng.choice([None, None, "H1", "H2"])
        scores = {c: answer(rng, scales[i["scale"]], rng.randint(0, 3)) for c, i in version.indicators.items()
                  if version.asked(c, role)}
        if (person, role, date, rater) in keys or all(v is None for v in scores.values()):
            continue  # a row without anything in it is no assessment
        keys.add((person, role, date, rater))
        out.append(reference.Assessment(person, version, role, date, rater, scores))
    return out


def cell(x):
    return "" if x is None else x if isinstance(x, str) else repr(x)


def csv_of(rng, version, given):
    day = lambda a: datetime.date.fromordinal(a.day).isoformat()
    if rng.random() < 0.5:
        codes = list(version.indicators)
        rng.shuffle(codes)
        rows = [["participant", "date", "respondent", "rater", *codes]]
        rows += [[a.participant, day(a), a.respondent, a.rater or "", *(cell(a.scores.get(c)) for c in codes)] for a in given]
    else:
        rows = [["participant", "date", "respondent", "rater", "indicator", "score"]]
        for a in given:
            named = [(c, v) for c, v in a.scores.items() if v is not None]
            rng.shuffle(named)
            rows += [[a.participant, day(a), a.respondent, a.rater or "", c, cell(v)] for c, v in named]
    separator, comma = rng.choice([(",", False), (";", True), (";", False), ("\t", True)])
    if comma:
        rows = [rows[0]] + [r[:4] + [x.replace(".", ",") for x in r[4:]] for r in rows[1:]]
    return rng.choice(["\n", "\r\n"]).join(separator.join(r) for r in rows) + "\n"


def compare_one(shop, seed):
    rng = random.Random(seed)
    definitions = [bands(rng, instrument(rng))]
    while len(definitions) < 4 and rng.random() < 0.5:
        definitions.append(next_version(rng, definitions))
    people = [f"p{i}" for i in range(rng.randint(1, 3))]
    versions, given = [], []
    shop.ok("init")
    for p in people:
        shop.ok("participant", "add", p)
    for place, definition in enumerate(definitions):
        version = reference.Version(definition, place)
        shop.file("i.json", json.dumps(definition))
        shop.ok("instrument", "add", "i.json")
        rows = assessments(rng, version, people, FIRST + 901 * place, rng.choice([3, 12, 30, 60]))
        versions.append(version)
        given += rows
        take_in(shop, rng, version, rows)
    check_answers(shop, rng, versions, given, people)


def take_in(shop, rng, version, rows):
    """By import, or a few of them one at a time."""
    name = f"random@{version.name}"
    if len(rows) > 12 or rng.random() < 0.5:
        shop.file("in.csv", csv_of(rng, version, rows))
        if rows:
            shop.ok("import", "in.csv", "--instrument", name)
        return
    for a in rows:
        day = datetime.date.fromordinal(a.day).isoformat()
        scores = [f"{c}={cell(v)}" for c, v in a.scores.items() if v is not None or rng.random() < 0.5]
        shop.ok("record", a.participant, "--instrument", name, "--respondent", a.respondent, "--date", day,
                *(["--rater", a.rater] if a.rater else []), *scores)


def check_answers(shop, rng, versions, given, people):
    def ask(*args):
        return [json.loads(x) for x in shop.ok("--json", *args).text.splitlines()]
    as_of = rng.choice([AS_OF, AS_OF, "2024-06-01"])
    compare.documents(ask("progression", "--all", "--as-of", as_of),
                      reference.progression(versions, given, people, as_of))
    since, role = rng.choice([None, "2023-06-01"]), rng.choice([None, versions[-1].respondents[0]])
    filters = [*(["--since", since] if since else []), *(["--for", role] if role else [])]
    compare.documents(ask("steps", "--all", "--as-of", as_of, *filters),
                      reference.steps(versions, given, people, as_of, since, role))
