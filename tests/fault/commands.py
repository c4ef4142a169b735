"""Every command of the program, called once: what disk.py and memory.py try. A command that `bip help` lists and that is
not here is a failure, so that no new one is forgotten."""
import re
import subprocess

OWN = ('{"instrument":"own","version":"1","title":{"en":"O"},"respondents":[{"code":"participant","title":{"en":"P"}}],'
       '"scales":[{"code":"five","min":1,"max":5}],"indicators":[{"code":"sleep","title":{"en":"S"},"scale":"five"}]}')
MAKES = {"backup": "b.bip", "init": "new.bip"}  # a file of its own, in the folder of the store


def fill(s):
    """What the calls below are made on; the ids of P-001's assessments."""
    s.ok("init")
    for p in ("P-001", "P-002"):
        s.ok("participant", "add", p, "--attr", "sex=woman")
    ids = []
    for month in range(1, 7):
        ids.append(s.ok("record", "P-001", "--instrument", "employability", "--respondent", "participant", "--date",
                        f"2026-0{month}-01", f"cooperation={1 + month % 5}", "job_search=2").decode().strip())
    rows = "".join(f"P-002,2025-{1 + i % 12:02}-{1 + i // 12:02},participant,{1 + i % 5}\n" for i in range(250))
    (s.folder / "in.csv").write_text("participant,date,respondent,cooperation\n" + rows)
    (s.folder / "own.json").write_text(OWN)
    other = s.folder / "other.bip"
    s.ok("backup", other)
    s.ok("participant", "add", "P-777", store=other)
    s.ok("correct", ids[2], "cooperation=1", store=other)
    return ids


def calls(ids, folder):
    chart = ["chart", "P-001", "--kind", "spider", "--out", "-"]
    listed = [
        ["init"], ["instrument", "list"], ["instrument", "show", "employability"],
        ["instrument", "add", folder / "own.json"], ["instrument", "check", folder / "own.json"],
        ["participant", "add", "P-009"], ["participant", "list"], ["participant", "show", "P-001"],
        ["participant", "set", "P-001", "--attr", "unit=north"],
        ["participant", "erase", "P-002", "--reason", "asked for it"], ["retention", "--days", "1"],
        ["record", "P-001", "--instrument", "employability", "--respondent", "participant", "--date", "2026-09-09",
         "cooperation=2"],
        ["correct", ids[0], "cooperation=5"], ["withdraw", ids[1], "--reason", "wrong"],
        ["dispute", ids[3], "--text", "I was ill"],
        ["import", folder / "in.csv", "--instrument", "employability"], ["merge", folder / "other.bip"],
        ["progression", "P-001"], ["steps", "--all"], ["history", "P-001"], ["subject", "P-001", "--out", folder / "subject"],
        ["export", "--format", "json", "--out", "-"], chart, ["report", "P-001", "--out", "-"],
        ["form", "employability", "--out", "-"], ["brief", "P-001"], ["words"], ["verify"], ["head"],
        ["backup", folder / "b.bip"], ["help"],
    ]
    two = {"instrument", "participant"}
    return {" ".join(c[:2] if c[0] in two else c[:1]): [str(a) for a in c] for c in listed}


def forgotten(bip, known):
    text = subprocess.run([bip, "help"], capture_output=True, text=True).stdout
    names = re.findall(r"^  (\w+(?: \w+)?)  +\S", text.split("Commands:")[1].split("\n\n")[0], re.M)
    assert len(names) > 25, text
    return [n for n in names if n not in known]


def with_out(known):
    """Those that take --out FILE."""
    return {n: c for n, c in known.items() if "--out" in c and n != "subject"}
