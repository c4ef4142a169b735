"""Progression and steps, slowly and exactly, from the words of the contract alone: what the program prints is held
against this. Scores are fractions; only what needs a root or erfc becomes a float. No line of it follows the library's code.
"""
import bisect
import datetime
import math
from decimal import Decimal, localcontext, ROUND_HALF_EVEN
from fractions import Fraction

REASONS = ("not_asked", "declined", "dont_know", "not_applicable")
Z95 = 1.959963984540054


def day(text):
    return datetime.date.fromisoformat(text).toordinal()


def iso(n):
    return datetime.date.fromordinal(n).isoformat()


def number(x):
    """As it should stand in JSON: whole numbers without a point."""
    x = float(x)
    return int(x) if x == int(x) and abs(x) < 1e21 else x


def round12(x):
    if x == 0:
        return Fraction(0)
    with localcontext() as ctx:
        ctx.prec = 60
        exact = Decimal(x.numerator) / Decimal(x.denominator)
        ctx.prec = 12
        ctx.rounding = ROUND_HALF_EVEN
        return Fraction(float(+exact))


class Version:
    """One version of an instrument with the defaults filled in."""

    def __init__(self, definition, place):
        self.d = definition
        self.place = place  # in the order of adding
        self.code, self.name = definition["instrument"], definition["version"]
        self.respondents = [r["code"] for r in definition["respondents"]]
        self.scales = {s["code"]: self.scale(s) for s in definition["scales"]}
        self.indicators = {i["code"]: i for i in definition["indicators"]}
        self.dimensions = {x["code"]: x for x in definition.get("dimensions", [])}

    @staticmethod
    def scale(s):
        if "values" in s:
            v = [Fraction(x) for x in s["values"]]
            return v[0], v[-1], min(b - a for a, b in zip(v, v[1:]))
        return Fraction(s["min"]), Fraction(s["max"]), Fraction(s.get("step", 1))

    def asked(self, indicator, respondent):
        return respondent in self.indicators[indicator].get("respondents", self.respondents)

    def bounds(self, indicator):
        return self.scales[self.indicators[indicator]["scale"]][:2]

    def members(self, dimension, respondent):
        return [i for i in self.dimensions[dimension]["indicators"] if self.asked(i, respondent)]

    def weight(self, dimension, indicator):
        return Fraction(self.dimensions[dimension].get("weights", {}).get(indicator, 1))

    def better(self, kind, code):
        if kind == "indicator":
            return self.indicators[code].get("better", "higher")
        d = self.dimensions[code]
        return d.get("better") or self.better("indicator", d["indicators"][0])

    def method(self, code):
        return self.dimensions[code].get("method", "mean")

    def has(self, kind, code, respondent):
        if respondent not in self.respondents:
            return False
        if kind == "indicator":
            return code in self.indicators and self.asked(code, respondent)
        return code in self.dimensions and bool(self.members(code, respondent))

    def range(self, kind, code, respondent):
        if kind == "indicator":
            return self.bounds(code)
        members = self.members(code, respondent)
        weights = [self.weight(code, i) for i in members]
        low = sum(w * self.bounds(i)[0] for w, i in zip(weights, members))
        high = sum(w * self.bounds(i)[1] for w, i in zip(weights, members))
        if self.method(code) == "mean":
            low, high = low / sum(weights), high / sum(weights)
        return low, high

    def signature(self, kind, code, respondent):
        """What must be the same for a series to run on."""
        method = self.method(code) if kind == "dimension" else None
        return self.range(kind, code, respondent), self.better(kind, code), method

    def visible(self, kind, code):
        members = [code] if kind == "indicator" else self.dimensions[code]["indicators"]
        allowed = [self.indicators[i].get("visible_to", self.respondents) for i in members]
        return [r for r in self.respondents if all(r in a for a in allowed)]

    def smallest_step(self, kind, code, respondent):
        item = (self.indicators if kind == "indicator" else self.dimensions)[code]
        if "smallest_step" in item:
            return Fraction(item["smallest_step"])
        if kind == "indicator":
            return self.scales[item["scale"]][2]
        low, high = self.range(kind, code, respondent)
        return (high - low) / 10

    def score(self, dimension, respondent, scores):
        """The dimension of one assessment, or None."""
        members = self.members(dimension, respondent)
        answered = [i for i in members if isinstance(scores.get(i), (int, float))]
        least = self.dimensions[dimension].get("min_answered", 0.5 if self.method(dimension) == "mean" else 1)
        if not answered or len(answered) / len(members) < least:
            return None
        total = weights = Fraction(0)
        for i in answered:
            x = Fraction(scores[i])
            if self.better("indicator", i) != self.better("dimension", dimension):
                low, high = self.bounds(i)
                x = low + high - x
            total += self.weight(dimension, i) * x
            weights += self.weight(dimension, i)
        result = total / weights
        if self.method(dimension) == "sum":
            result *= sum(self.weight(dimension, i) for i in members)
        return round12(result)


class Assessment:
    def __init__(self, participant, version, respondent, date, rater, scores):
        self.participant, self.version, self.respondent = participant, version, respondent
        self.day, self.rater, self.scores = day(date), rater, scores


class Chain:
    """The versions through which one series runs, oldest first: `run`, of which `versions` ask it of the respondent."""

    def __init__(self, run, kind, code, respondent):
        self.run, self.kind, self.code, self.respondent = run, kind, code, respondent
        self.versions = [v for v in run if v.has(kind, code, respondent)]
        self.newest = self.versions[-1]

    def track(self, assessments, as_of):
        """[(day, score, rater)] by day, and how many days have no number, by reason."""
        days = {}
        for a in assessments:
            if a.respondent != self.respondent or a.day > as_of or a.version not in self.versions:
                continue
            state = days.setdefault(a.day, {"score": None, "rater": None, "reason": "not_asked"})
            if self.kind == "dimension":
                value = a.version.score(self.code, self.respondent, a.scores)
            else:
                value = a.scores.get(self.code)
                if isinstance(value, str):
                    state["reason"], value = value, None
            if value is not None:
                state["score"], state["rater"] = Fraction(value), a.rater
        points = [(d, s["score"], s["rater"]) for d, s in sorted(days.items()) if s["score"] is not None]
        missing = dict.fromkeys(REASONS, 0)
        for s in days.values():
            if s["score"] is None:
                missing[s["reason"]] += 1
        return points, missing


def codes_of(versions, pick):
    """In the order of the newest version; codes it lacks follow, in the order of the newest that has them."""
    seen = []
    for v in reversed(versions):
        seen += [c for c in pick(v) if c not in seen]
    return seen


def chains(versions):
    """Every possible series of the store, in the order printed."""
    out = []
    for instrument in sorted({v.code for v in versions}, key=lambda c: c.encode()):
        mine = [v for v in versions if v.code == instrument]
        for respondent in codes_of(mine, lambda v: v.respondents):
            for kind in ("indicator", "dimension"):
                pick = (lambda v: v.indicators) if kind == "indicator" else (lambda v: v.dimensions)
                for code in codes_of(mine, pick):
                    out += chains_of(mine, kind, code, respondent)
    return out


def chains_of(mine, kind, code, respondent):
    """An indicator's run doesn't end where it is only not asked of the respondent."""
    found = []
    for v in mine:
        if not (code in v.indicators if kind == "indicator" else v.has(kind, code, respondent)):
            continue
        for chain in found:
            last = chain[-1]
            if v.d.get("continues") == last.name and \
               v.signature(kind, code, respondent) == last.signature(kind, code, respondent):
                chain.append(v)
                break
        else:
            found.append([v])
    asked = [Chain(c, kind, code, respondent) for c in found if any(v.has(kind, code, respondent) for v in c)]
    return sorted(asked, key=lambda c: c.newest.place)


def kendall_tail(n, s):
    """P(|S| >= |s|) over all orders of n different numbers."""
    counts = [1]
    for k in range(2, n + 1):  # one more number adds 0 to k-1 inversions
        wider = [0] * (len(counts) + k - 1)
        for i, c in enumerate(counts):
            for j in range(k):
                wider[i + j] += c
        counts = wider
    top = n * (n - 1) // 2
    hits = sum(c for inversions, c in enumerate(counts) if abs(top - 2 * inversions) >= abs(s))
    return float(Fraction(hits, sum(counts)))


def sign(x):
    return (x > 0) - (x < 0)


class Series:
    def __init__(self, chain, assessments, as_of):
        self.chain = chain
        self.points, self.missing = chain.track(assessments, as_of)
        v = chain.newest
        key = (chain.kind, chain.code, chain.respondent)
        self.low, self.high = v.range(*key)
        self.turn = 1 if v.better(chain.kind, chain.code) == "higher" else -1
        self.width = self.high - self.low
        self.eps = self.width * Fraction(1, 10**9)
        self.step = v.smallest_step(*key)
        self.item = (v.indicators if chain.kind == "indicator" else v.dimensions)[chain.code]
        self.days = [p[0] for p in self.points]
        self.x = [p[1] for p in self.points]
        self.n = len(self.points)

    # ---- better and worse, differences below eps ignored
    def ahead(self, a, b):
        """1: a is better than b, -1: worse, 0: alike."""
        d = (a - b) * self.turn
        return 0 if abs(d) < self.eps else sign(d)

    def all_steps(self):
        """(direction, index of the number stepped to)."""
        out = []
        for i in range(1, self.n):
            d = abs(self.x[i] - self.x[i - 1])
            if d >= self.eps and d > self.step - self.eps:
                out.append((self.ahead(self.x[i], self.x[i - 1]), i))
        return out

    def held_for(self, direction, i):
        n = 0
        for later in self.x[i:]:
            if self.ahead(later, self.x[i]) == -direction:
                break
            n += 1
        return n

    def step_facts(self, direction, i):
        a, b = self.points[i - 1][2], self.points[i][2]
        return {"from": number(self.x[i - 1]), "to": number(self.x[i]), "held_for": self.held_for(direction, i),
                "new_best": all(self.ahead(self.x[i], x) > 0 for x in self.x[:i]),
                "same_rater": a == b if a and b else None}

    # ---- statistics
    def ols(self):
        if self.n < 3:
            return None
        t = [d - self.days[0] for d in self.days]
        mt, mx = Fraction(sum(t), self.n), sum(self.x) / self.n
        sxx = sum((a - mt) ** 2 for a in t)
        slope = sum((a - mt) * (b - mx) for a, b in zip(t, self.x)) / sxx
        sse = sum((b - mx - slope * (a - mt)) ** 2 for a, b in zip(t, self.x))
        sst = sum((b - mx) ** 2 for b in self.x)
        return {"per_90_days": number(slope * 90), "at_first": number(mx - slope * mt),
                "se_per_90_days": number(90 * math.sqrt(sse / (self.n - 2) / sxx)),
                "r2": number(1 - sse / sst) if sst else None}

    def slopes(self):
        return sorted((self.x[j] - self.x[i]) / (self.days[j] - self.days[i])
                      for i in range(self.n) for j in range(i + 1, self.n))

    def median_slope(self):
        q = self.slopes()
        return (q[(len(q) - 1) // 2] + q[len(q) // 2]) / 2

    def sigma2(self):
        n = self.n
        ties = sum(t * (t - 1) * (2 * t + 5) for t in (self.x.count(v) for v in set(self.x)))
        return Fraction(n * (n - 1) * (2 * n + 5) - ties, 18)

    def theil_sen(self):
        if self.n < 3:
            return None
        q = self.slopes()
        count, sigma = len(q), math.sqrt(self.sigma2())
        low = q[max(round((count - Z95 * sigma) / 2) - 1, 0)]
        high = q[min(round((count + Z95 * sigma) / 2), count - 1)]
        return {"per_90_days": number(self.median_slope() * 90), "low": number(low * 90), "high": number(high * 90)}

    def mann_kendall(self):
        var = self.sigma2()
        if self.n < 4 or var == 0:
            return None
        s = sum(sign(self.x[j] - self.x[i]) for i in range(self.n) for j in range(i + 1, self.n))
        z = (s - sign(s)) / math.sqrt(var)
        exact = self.n <= 10 and len(set(self.x)) == self.n
        p = kendall_tail(self.n, s) if exact else math.erfc(abs(z) / math.sqrt(2))
        return {"s": s, "var_s": number(var), "z": number(z), "p": number(p), "method": "exact" if exact else "normal"}

    def reliable(self):
        if self.n < 2 or "reliability" not in self.item or "sd" not in self.item:
            return None
        se = math.sqrt(2 * (self.item["sd"] * math.sqrt(1 - self.item["reliability"])) ** 2)
        rci = float(self.x[-1] - self.x[0]) / se
        word = "unchanged"
        if abs(rci) >= 1.96 - 1e-9:
            word = "improved" if rci * self.turn > 0 else "deteriorated"
        return {"method": "jacobson_truax", "rci": number(rci), "class": word}

    def trend_direction(self):
        if self.n < 3:
            return None
        rise = self.median_slope() * (self.days[-1] - self.days[0]) * self.turn
        return "steady" if abs(rise) < self.eps else "forward" if rise > 0 else "back"

    def verdict(self, mk, rc):
        """direction, evidence"""
        steps = self.all_steps()
        if self.n == 1:
            return "unknown", []
        if not steps:
            return "steady", []
        direction, i = steps[-1]
        if self.ahead(self.x[-1], self.x[i - 1]) * direction <= 0:
            return "steady", []
        evidence = ["observed"]
        if self.held_for(direction, i) >= 2:
            evidence.append("held")
        if mk and mk["p"] < 0.05 and sign(mk["s"]) * self.turn == direction:
            evidence.append("trend")
        if rc and rc["class"] == {1: "improved", -1: "deteriorated"}[direction]:
            evidence.append("reliable")
        return {1: "forward", -1: "back"}[direction], evidence

    def band(self):
        bands = sorted((Fraction(b["from"]), b["code"]) for b in self.chain.newest.d.get("bands", [])
                       if b["of"] == self.chain.code)
        if not bands:
            return None
        froms = [b[0] for b in bands]

        def code(x):
            i = bisect.bisect_right(froms, x + self.eps)
            return bands[i - 1][1] if i else None
        return {"first": code(self.x[0]), "latest": code(self.x[-1])}

    def point(self, i):
        return {"date": iso(self.days[i]), "score": number(self.x[i])}

    def best(self):
        best = 0
        for i in range(1, self.n):
            if self.ahead(self.x[i], self.x[best]) > 0:
                best = i
        return self.point(best)

    def spread(self):
        if self.n == 1:
            return None
        mean = sum(self.x) / self.n
        return number(math.sqrt(sum((x - mean) ** 2 for x in self.x) / (self.n - 1)))

    def change(self):
        if self.n == 1:
            return None
        whole = self.x[-1] - self.x[0]
        return {"from_first": number(whole), "from_previous": number(self.x[-1] - self.x[-2]),
                "percent_of_scale": number(100 * whole / self.width)}

    def steps_object(self):
        steps = self.all_steps()
        latest = None
        if steps:
            direction, i = steps[-1]
            latest = {"direction": {1: "forward", -1: "back"}[direction], "date": iso(self.days[i]),
                      **self.step_facts(direction, i)}
        return {"forward": sum(d > 0 for d, _ in steps), "back": sum(d < 0 for d, _ in steps), "latest": latest}

    def document(self):
        c, v = self.chain, self.chain.newest
        mk, rc = self.mann_kendall(), self.reliable()
        direction, evidence = self.verdict(mk, rc)
        return {"instrument": v.code, "version": v.name, "respondent": c.respondent, "kind": c.kind, "code": c.code,
                "better": v.better(c.kind, c.code), "visible_to": v.visible(c.kind, c.code), "n": self.n,
                "missing": self.missing, "first": self.point(0),
                "previous": self.point(-2) if self.n > 1 else None, "latest": self.point(-1), "best": self.best(),
                "mean": number(sum(self.x) / self.n), "sd": self.spread(), "span_days": self.days[-1] - self.days[0],
                "change": self.change(),
                "trend": {"direction": self.trend_direction(), "ols": self.ols(), "theil_sen": self.theil_sen(),
                          "mann_kendall": mk},
                "reliable_change": rc, "steps": self.steps_object(), "band": self.band(), "direction": direction,
                "evidence": evidence}


def pair_up(a, b, pair_days):
    near = sorted((abs(da - db), da, db) for da in a for db in b if abs(da - db) <= pair_days)
    used_a, used_b, out = set(), set(), []
    for _, da, db in near:
        if da not in used_a and db not in used_b:
            used_a.add(da)
            used_b.add(db)
            out.append((da, db))
    return sorted(out)


def pairs(all_chains, tracks):
    """tracks: by chain, its points of one participant. A pair stands under the newest version that asks both."""
    found, versions = [], {}
    for c in all_chains:
        versions.setdefault(c.newest.code, set()).update(c.versions)
    for a in all_chains:
        for b in all_chains:
            both = [v for v in a.versions if v in b.versions]
            if a.kind == b.kind == "indicator" and a.code == b.code and a.run == b.run and both:
                roles = both[-1].respondents
                if roles.index(a.respondent) < roles.index(b.respondent) and (p := one_pair(a, b, both[-1], tracks)):
                    found.append((both[-1], roles.index(a.respondent), roles.index(b.respondent), p))
    out = []
    for instrument in sorted(versions, key=lambda x: x.encode()):
        mine = sorted(versions[instrument], key=lambda v: v.place)
        for code in codes_of(mine, lambda v: v.indicators):
            here = [f for f in found if f[3]["instrument"] == instrument and f[3]["code"] == code]
            out += [f[3] for f in sorted(here, key=lambda f: (f[0].place, f[1], f[2]))]
    return out


def one_pair(a, b, version, tracks):
    xa, xb = ({d: x for d, x, _ in tracks[c]} for c in (a, b))
    found = pair_up(xa, xb, version.d.get("pair_days", 14))
    if not found:
        return None
    diffs = [xa[da] - xb[db] for da, db in found]
    return {"instrument": version.code, "version": version.name, "code": a.code, "a": a.respondent,
            "b": b.respondent, "n": len(found), "mean_difference": number(sum(diffs) / len(diffs)),
            "mean_absolute_difference": number(sum(map(abs, diffs)) / len(diffs)),
            "occasions": [{"date_a": iso(da), "date_b": iso(db), "a": number(xa[da]), "b": number(xb[db]),
                           "difference": number(d)} for (da, db), d in zip(found, diffs)]}


def progression(versions, assessments, participants, as_of, respondent=None):
    """One object a participant; `assessments` in the order of recording."""
    out = []
    every = chains(versions)
    for p in participants:
        mine = [a for a in assessments if a.participant == p]
        series = [Series(c, mine, day(as_of)) for c in every if respondent in (None, c.respondent)]
        tracks = {c: c.track(mine, day(as_of))[0] for c in every}
        out.append({"schema": "bip-progression-1", "participant": p, "as_of": as_of,
                    "series": [s.document() for s in series if s.n],
                    "pairs": [] if respondent else pairs(every, tracks)})
    return out


def steps(versions, assessments, participants, as_of, since=None, role=None):
    found = []
    every = chains(versions)
    for p in participants:
        mine = [a for a in assessments if a.participant == p]
        for place, c in enumerate(every):
            s = Series(c, mine, day(as_of))
            visible = c.newest.visible(c.kind, c.code)
            if c.kind != "indicator" or (role and role not in visible):
                continue
            for direction, i in s.all_steps():
                if direction > 0 and (since is None or s.days[i] >= day(since)):
                    found.append((-s.days[i], p.encode(), place, step_document(p, c, s, i, visible)))
    return [f[3] for f in sorted(found, key=lambda f: f[:3])]


def step_document(participant, chain, series, i, visible):
    facts = series.step_facts(1, i)
    return {"schema": "bip-steps-1", "participant": participant, "date": iso(series.days[i]),
            "instrument": chain.newest.code, "respondent": chain.respondent, "code": chain.code, **facts,
            "visible_to": visible, "evidence": ["observed"] + (["held"] if facts["held_for"] >= 2 else [])}
