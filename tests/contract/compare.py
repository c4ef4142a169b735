"""Documents against one another: keys, their order, words, dates, counts and scores exactly; statistics within 1e-9."""
import json

STATISTICS = {"mean", "sd", "from_first", "from_previous", "percent_of_scale", "per_90_days", "at_first",
              "se_per_90_days", "r2", "low", "high", "var_s", "z", "p", "rci", "mean_difference",
              "mean_absolute_difference", "difference", "srm"}


def is_number(x):
    return isinstance(x, (int, float)) and not isinstance(x, bool)


def value(got, expected, path, key=""):
    if isinstance(got, dict) and isinstance(expected, dict):
        assert list(got) == list(expected), f"{path}: keys {list(got)}, expected {list(expected)}"
        for k in got:
            value(got[k], expected[k], f"{path}.{k}", k)
    elif isinstance(got, list) and isinstance(expected, list):
        assert len(got) == len(expected), f"{path}: {len(got)} items, expected {len(expected)}: {got} {expected}"
        for i, (g, e) in enumerate(zip(got, expected)):
            value(g, e, f"{path}[{i}]", key)
    elif is_number(got) and is_number(expected) and key in STATISTICS:
        assert abs(got - expected) <= max(1e-12, 1e-9 * abs(expected)), f"{path}: {got!r}, expected {expected!r}"
    else:
        assert type(got) is type(expected) and got == expected, f"{path}: {got!r}, expected {expected!r}"


def name(document):
    return " ".join(str(document.get(k)) for k in ("schema", "participant", "code") if k in document)


def documents(got, expected):
    assert len(got) == len(expected), f"{len(got)} documents, expected {len(expected)}"
    for i, (g, e) in enumerate(zip(got, expected)):
        value(g, e, f"line {i + 1} ({name(e)})")


def lines(got, expected):
    documents([json.loads(x) for x in got if x], [json.loads(x) for x in expected if x])
