#!/usr/bin/env python3
"""An import whose file comes slowly, through a pipe: tests/fault/slow_import.py BIP

Others record while it is being checked, and who waits at a terminal is told how far it is. The only clock is the
second after which the terminal is told: nothing here fails because the machine is slow.
"""
import os
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HEAD = "participant,date,respondent,cooperation\n"
ROWS = 40000


class Shop:
    def __init__(self, bip, folder):
        self.bip = bip
        self.env = {"PATH": os.environ["PATH"], "BIP_STORE": str(Path(folder) / "s.bip"), "BIP_ACTOR": "test",
                    "TZ": "UTC", "TERM": "xterm", "LANG": "C"}
        self("init")
        self("participant", "add", "OTHER")

    def __call__(self, *args):
        # a lock held by the import would keep this from ending
        done = subprocess.run([self.bip, *args], env=self.env, capture_output=True, timeout=120)
        assert done.returncode == 0, f"{args}: {done.stderr.decode()}"
        return done.stdout.decode()

    def importing(self, **streams):
        return subprocess.Popen([self.bip, "import", "-", "--instrument", "employability", "--create-participants"],
                                env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, **streams)


def rows(begin, end):
    return "".join(f"P-{i:06},2026-01-{1 + i % 28:02},participant,{1 + i % 5}\n" for i in range(begin, end)).encode()


def others_record_while_a_file_is_being_checked(shop):
    at_work = shop.importing(stderr=subprocess.PIPE)
    # More than a pipe holds: once it is all written, nearly all of it was read.
    at_work.stdin.write(HEAD.encode() + rows(0, ROWS))
    before = shop("record", "OTHER", "--instrument", "employability", "--respondent", "participant", "--date",
                  "2026-02-01", "cooperation=3").strip()
    assert at_work.poll() is None, "the import has ended before its file did"
    assert "P-000000" not in shop("participant", "list"), "something is in the store before all of it was checked"
    at_work.stdin.write(rows(ROWS, ROWS + 10))
    said, error = at_work.communicate()
    assert at_work.returncode == 0 and f"{ROWS + 10} new" in said.decode(), (said, error)
    assert error == b"", "what is no terminal was told of progress"
    held = shop("export", "--format", "jsonl", "--out", "-")
    assert held.count("\n") == ROWS + 11 and before in held


def a_terminal_that_waits_is_told_how_far_it_is(shop):
    mine, theirs = os.openpty()
    at_work = shop.importing(stderr=theirs)
    os.close(theirs)
    told = b""
    at_work.stdin.write(HEAD.encode())
    for i in range(100): # until it has told; a tenth of a second brings more than it asks for at a time
        at_work.stdin.write(rows(ROWS + 2000 * (i + 1), ROWS + 2000 * (i + 2)))
        if select.select([mine], [], [], 0.1)[0]:
            told += os.read(mine, 4096)
            break
    at_work.stdin.close()
    assert at_work.wait(timeout=120) == 0
    at_work.stdout.close()
    assert b"\r\x1b[K" in told and b"MB" in told, told
    os.close(mine)


def main():
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        shop = Shop(os.path.abspath(sys.argv[1]), folder)
        for claim in (others_record_while_a_file_is_being_checked, a_terminal_that_waits_is_told_how_far_it_is):
            begin = time.monotonic()
            try:
                claim(shop)
                passed += 1
                print(f"ok      {claim.__name__.replace('_', ' ')}, {time.monotonic() - begin:.1f} s")
            except (AssertionError, subprocess.TimeoutExpired) as e:
                failed += 1
                print(f"FAILED  {claim.__name__.replace('_', ' ')}: {e}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
