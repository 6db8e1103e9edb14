# SPDX-License-Identifier: GPL-2.0-or-later
"""TAP for tests in Python, as tap.sh is for those in shell:

    sys.dont_write_bytecode = True
    sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
    import tap
    tap.ok(status == 0, "it comes up", what_was_seen)
    tap.golden("its text", "tests/golden/x.expect", text)      # ACCEPT=1 writes it
    tap.end()
"""
import difflib
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VNETLAB = os.path.join(ROOT, os.environ.get("B", "build"), "vnetlab")
# Options in the environment of whoever runs the tests must not change them.
ENV = {k: v for k, v in os.environ.items() if not k.startswith("VNETLAB_")} | {"NO_COLOR": "1"}
count = failed = 0


def ok(good, name, why=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    for line in [] if good else str(why).splitlines():
        print("# " + line, flush=True)


def run(*args, cwd=None, timeout=60):
    """vnetlab: its status, standard output and standard error."""
    r = subprocess.run([VNETLAB, *args], cwd=cwd, env=ENV, capture_output=True, text=True,
                       timeout=timeout, errors="replace")
    return r.returncode, r.stdout, r.stderr


def golden(name, path, text):
    if os.environ.get("ACCEPT"):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
    try:
        with open(path, encoding="utf-8") as f:
            want = f.read()
    except FileNotFoundError:
        want = ""
    ok(text == want, name, "\n".join(difflib.unified_diff(want.splitlines(), text.splitlines(),
                                                          "want", "got", lineterm="")))


def end():
    print(f"1..{count}")
    sys.exit(failed > 0)
