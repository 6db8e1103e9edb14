#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A function, and a table of a file, has a name that stands once in the tree: who looks for it finds it, and nothing else."""
import glob
import os
import re
import sys
import tempfile

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
NAME = r"((?:\w+[ \n*]+)+\**)(\w+)"
STATIC = re.compile(rf"^static {NAME}(?:\(|(?:\[[^\]]*\])*\s*[=;])", re.M)
GLOBAL = re.compile(rf"^(?!static\b|typedef\b|extern\b|return\b|else\b){NAME}\([^;{{}}]*\)\n{{", re.M)


def names_of(path):
    """What a file defines: pairs of a name and whether it is static."""
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    yield from ((m[2], True) for m in STATIC.finditer(text))
    yield from ((m[2], False) for m in GLOBAL.finditer(text))


def twice(root):
    """Names that files below root define although another one does, too."""
    found = {}
    for path in sorted(glob.glob(f"{root}/**/*.[ch]", recursive=True)):
        for name, static in set(names_of(path)):
            found.setdefault(name, []).append((path, static))
    return found, [f"{name} stands in {', '.join(sorted({path for path, _ in places}))}"
                   for name, places in sorted(found.items())
                   if len({path for path, _ in places}) > 1 and any(static for _, static in places)]


def planted():
    """What the test says of a static function that has the name of another file's."""
    with tempfile.TemporaryDirectory() as root:
        for name, storage in (("a", "static "), ("b", "static "), ("c", "")):
            with open(f"{root}/{name}.c", "w", encoding="utf-8") as file:
                file.write(f"{storage}int add_one(int x)\n{{\n\treturn x + 1;\n}}\n{storage}int own_{name};\n")
        return twice(root)[1]


found, bad = twice("orchestrator")
few = [] if len(found) > 5000 else [f"only {len(found)} names were found: are definitions written otherwise?"]
missed = [] if len(planted()) == 1 and "a.c" in planted()[0] and "c.c" in planted()[0] else planted() or ["nothing"]
tests = (("the test sees the tree's definitions", few), ("the test finds a name that was planted twice", missed),
         ("a static name stands once in the tree", bad))
for n, (what, problems) in enumerate(tests, 1):
    print(f"{'not ok' if problems else 'ok'} {n} - {what}")
    for line in problems:
        print("#", line)
print(f"1..{len(tests)}")
sys.exit(any(problems for _, problems in tests))
