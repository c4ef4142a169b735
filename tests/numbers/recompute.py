#!/usr/bin/python3
"""Compare the statistics of libbip with SciPy and with exact fractions: recompute.py PATH_OF_DRIVER

--table prints some of the series and their reference values as tests/data/series_reference.csv carries them.
"""
import math
import random
import statistics
import subprocess
import sys
from fractions import Fraction

import scipy
from scipy import stats

SEED = 20260901


def days_of(rng, n):
    gap = rng.choice([(1, 1), (80, 100), (91, 91), (1, 700), (7, 35)])
    day, days = rng.randint(15000, 22000), []
    for _ in range(n):
        days.append(day)
        day += rng.randint(*gap)
    return days


def scores_of(rng, n, shape):
    if shape == "few":
        return [float(rng.randint(1, 5)) for _ in range(n)]
    if shape == "halves":
        return [rng.randint(0, 20) / 2 for _ in range(n)]
    if shape == "decimals":
        return [round(rng.uniform(0, 10), 3) for _ in range(n)]
    if shape == "far":
        return [1e6 + rng.randint(0, 40) / 10 for _ in range(n)]
    if shape == "wide":
        return [rng.choice([7.1, 123456.7, 999999.9, 500000.25]) for _ in range(n)]
    if shape == "line":
        return [1e6 + 0.1 + 3 * i for i in range(n)]
    if shape == "mirror":  # symmetric, so the slope is 0 on even dates
        half = [rng.uniform(0, 1e6) for _ in range(n)]
        return [half[min(i, n - 1 - i)] for i in range(n)]
    return [3.3] * n


SHAPES = ["few", "few", "few", "halves", "decimals", "decimals", "far", "wide", "line", "mirror", "equal"]


def make_series(count):
    rng = random.Random(SEED)
    for _ in range(count):
        n = rng.choice([1, 2, 3, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 17, 25, 40])
        yield rng.randint(0, 1), days_of(rng, n), scores_of(rng, n, rng.choice(SHAPES))
    yield 0, days_of(rng, 300), scores_of(rng, 300, "few")  # more than the library keeps the slopes of
    yield 1, days_of(rng, 300), scores_of(rng, 300, "decimals")


def root(x):
    """Square root of a fraction, good for a double also where it is far from 1."""
    scale = 2 ** (200 + max(0, x.denominator.bit_length() - x.numerator.bit_length()))
    return Fraction(math.isqrt(x.numerator * scale * scale // x.denominator), scale)


def least_squares(days, scores):
    n, t, y = len(days), [Fraction(d - days[0]) for d in days], [Fraction(s) for s in scores]
    mt, my = sum(t) / n, sum(y) / n
    sxx, syy = sum((a - mt) ** 2 for a in t), sum((b - my) ** 2 for b in y)
    slope = sum((a - mt) * (b - my) for a, b in zip(t, y)) / sxx
    sse = sum((b - my - slope * (a - mt)) ** 2 for a, b in zip(t, y))
    return {
        "ols_per_90_days": 90 * slope,
        "ols_at_first": my - slope * mt,
        "ols_se_per_90_days": 90 * root(sse / (n - 2) / sxx),
        "ols_r2": 1 - sse / syy if syy else math.nan,
    }


def theil_sen(days, scores):
    """Sen (1968), the slopes as fractions: SciPy's overflow."""
    n, y = len(days), [Fraction(s) for s in scores]
    slopes = sorted((y[j] - y[i]) / (days[j] - days[i]) for i in range(n) for j in range(i + 1, n))
    count, ties = len(slopes), [scores.count(x) for x in set(scores)]
    sigma = math.sqrt((n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18)
    low, high = (round((count + side * 1.959963984540054 * sigma) / 2) for side in (-1, 1))
    return {"ts_per_90_days": 45 * (slopes[(count - 1) // 2] + slopes[count // 2]), "ts_low": 90 * slopes[max(low - 1, 0)],
            "ts_high": 90 * slopes[min(high, count - 1)]}


def kendall(scores):
    n = len(scores)
    s = sum((b > a) - (b < a) for i, a in enumerate(scores) for b in scores[i + 1:])
    ties = [scores.count(x) for x in set(scores)]
    var = Fraction(n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties), 18)
    if var == 0:
        return {"mk_method": 0}
    z = (s - (s > 0) + (s < 0)) / math.sqrt(var)
    exact = n <= 10 and max(ties) == 1
    p = stats.kendalltau(range(n), scores, method="exact").pvalue if exact else math.erfc(abs(z) / math.sqrt(2))
    return {"mk_method": 1 if exact else 2, "mk_s": s, "mk_var_s": var, "mk_z": z, "mk_p": p}


def reference(days, scores):
    n, y = len(days), [Fraction(s) for s in scores]
    ref = {"n": n, "mean": sum(y) / n, "span_days": days[-1] - days[0]}
    if n >= 2:
        ref["sd"] = root(statistics.variance(y))
    if n >= 3:
        ref.update(least_squares(days, scores))
        slope, _, low, high = stats.theilslopes(scores, [d - days[0] for d in days])
        ref.update(ts_per_90_days=90 * slope, ts_low=90 * low, ts_high=90 * high)
    if n >= 4:
        ref.update(kendall(scores))
    return ref


def agree(a, b):
    if math.isnan(a) or math.isnan(b):
        return math.isnan(a) and math.isnan(b)
    return abs(Fraction(a) - Fraction(b)) <= max(Fraction(1, 10 ** 9) * abs(Fraction(b)), Fraction(1, 10 ** 12))


def scipy_line(days, scores):
    """SciPy's own least squares, where plain doubles are good enough for it."""
    fit = stats.linregress([d - days[0] for d in days], scores)
    return {"ols_per_90_days": 90 * fit.slope, "ols_at_first": fit.intercept, "ols_se_per_90_days": 90 * fit.stderr,
            "ols_r2": fit.rvalue ** 2}


def line_of(better, days, scores, rules="0 10000000 1 nan nan"):
    rest = " ".join(f"{d} {s!r} 0" for d, s in zip(days, scores))
    return f"{better} {rules} {rest}\n"


def run(driver, series):
    text = "".join(line_of(*s) for s in series)
    done = subprocess.run([driver], input=text, capture_output=True, text=True, check=True)
    return [{k: float(v) for k, v in (w.split("=") for w in row.split())} for row in done.stdout.splitlines()]


def check(driver):
    series = list(make_series(600))
    results, passed, failed = run(driver, series), 0, 0
    if len(results) != len(series):
        sys.exit(f"{len(results)} answers to {len(series)} series")
    for (better, days, scores), got in zip(series, results):
        wanted = [("exact", reference(days, scores))]
        if 3 <= len(days) and max(scores) <= 10 and min(scores) < max(scores) and len(days) > 3:
            wanted.append(("linregress", scipy_line(days, scores)))
        for origin, values in wanted:
            for key, value in values.items():
                if agree(got[key], value):
                    passed += 1
                else:
                    failed += 1
                    print(f"{origin} {key}: {got[key]!r}, not {float(value)!r}: {line_of(better, days, scores)}", end="")
    print(f"SciPy {scipy.__version__}, seed {SEED}: {passed} passed, {failed} failed")
    return failed


# ---------------------------------------------------------------------------------- scores of any size that doubles have
BIG = sys.float_info.max


def far_series(count):
    """The greatest score is anything from the least double to the greatest; the scale and its error go with it."""
    rng = random.Random(SEED)
    for i in range(count):
        n, top = rng.choice([1, 2, 3, 4, 5, 8, 12, 30]), min(math.ldexp(rng.uniform(0.5, 1), rng.randint(-1073, 1024)), BIG)
        if i % 3 == 0:
            top = rng.choice([BIG, BIG / 2, 1e300, 2.0 ** 301, 2.0 ** 300, 1e-300, sys.float_info.min, 5e-323])
        scores = [rng.choice([top, -top, top / 2, 0.0, rng.uniform(-1, 1) * top]) for _ in range(n)]
        sd = max(top * rng.uniform(0.01, 1), 5e-324)
        yield rng.randint(0, 1), days_of(rng, n), scores, (-top, top, max(top / 8, 5e-324), rng.choice([0.0, 0.5, 0.9]), sd)


def far_reference(better, days, scores, rules):
    low, high, step, reliability, sd = map(Fraction, rules)
    n, y = len(days), [Fraction(s) for s in scores]
    least, turned = (high - low) / 10 ** 9, [-s if better else s for s in y]
    gains = [b - a for a, b in zip(turned, turned[1:])]
    ref = {"mean": sum(y) / n, "steps_forward": sum(g >= max(step - least, least) for g in gains),
           "steps_back": sum(-g >= max(step - least, least) for g in gains)}
    if n >= 2:
        ref.update(sd=root(statistics.variance(y)), from_first=y[-1] - y[0], from_previous=y[-1] - y[-2],
                   percent_of_scale=100 * (y[-1] - y[0]) / (high - low),
                   rci=(y[-1] - y[0]) / root(2 * sd ** 2 * (1 - reliability)))
        ref["rci_class"] = 2 if abs(ref["rci"]) < 1.96 else 1 if turned[-1] > turned[0] else 3
    if n >= 3:
        ref.update(least_squares(days, scores))
        ref.update(theil_sen(days, scores))
    if n >= 4:
        ref.update(kendall(scores))
    return ref


def far_agree(got, wanted, top):
    """Within 1e-9 of the exact figure, or 1e-12 of the greatest score; none where no double is that great."""
    if wanted != wanted or abs(wanted) > Fraction(BIG):
        return math.isnan(got)
    return not math.isnan(got) and not math.isinf(got) and \
        abs(Fraction(got) - Fraction(wanted)) <= max(abs(Fraction(wanted)) / 10 ** 9, top / Fraction(10 ** 12), Fraction(5e-324))


def check_far(driver):
    series, passed, failed = list(far_series(900)), 0, 0
    text = "".join(line_of(b, d, s, " ".join(map(repr, rules))) for b, d, s, rules in series)
    done = subprocess.run([driver], input=text, capture_output=True, text=True, check=True)
    for (better, days, scores, rules), row in zip(series, done.stdout.splitlines()):
        got = {k: float(v) for k, v in (w.split("=") for w in row.split())}
        for key, value in far_reference(better, days, scores, rules).items():
            of_size_1 = key in ("percent_of_scale", "rci", "ols_r2", "mk_z", "mk_p")
            if far_agree(got[key], value, 1 if of_size_1 else Fraction(max(map(abs, scores)))):
                passed += 1
            else:
                failed += 1
                print(f"far {key}: {got[key]!r}, not {float(value / 2 ** 10)!r} * 1024: {better} {rules} {days} {scores}")
        if "inf" in row:
            failed += 1
            print(f"far: {row}")
    print(f"scores of any size: {passed} passed, {failed} failed")
    return failed


KEYS = ["mean", "sd", "ols_per_90_days", "ols_at_first", "ols_se_per_90_days", "ols_r2", "ts_per_90_days", "ts_low",
        "ts_high", "mk_method", "mk_s", "mk_var_s", "mk_z", "mk_p"]


def table():
    print(f"# SciPy {scipy.__version__} and exact fractions, seed {SEED}; written by tests/numbers/recompute.py --table")
    print(";".join(["days", "scores"] + KEYS))
    chosen = [s for s in make_series(600) if 3 <= len(s[1]) <= 17][:36]
    for _, days, scores in chosen:
        ref = reference(days, scores)
        cells = [" ".join(map(str, days)), " ".join(map(repr, scores))]
        print(";".join(cells + [repr(float(ref[k])) if k in ref else "nan" for k in KEYS]))


if __name__ == "__main__":
    if sys.argv[1] == "--table":
        table()
    else:
        sys.exit(1 if check(sys.argv[1]) + check_far(sys.argv[1]) else 0)
