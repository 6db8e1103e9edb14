#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A kind of resource is one folder and one row: kinds do not include each other, kinds.c, imports.c and rules.c hold rows
alone, and no code that goes over all kinds names one that has a folder."""
import glob
import os
import re
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
# Who names a kind all the same, and why.
MAY_NAME = {"orchestrator/cmd/compare_lab.c": "asks a gateway for its tables, and VMs for their NICs",
            "orchestrator/cmd/exam_faults.c": "each fault spoils a value of one kind",
            "orchestrator/cmd/status.c": "shows a field of `status` that is called as a kind",
            "orchestrator/lab/ops/op_status.c": "makes that field: what balancers' probes see",
            "orchestrator/lab/ops/status_hybrid.c": "makes that field: gateways and circuits",
            "orchestrator/report/picture_live.c": "draws fields of `status` that are called as kinds",
            "orchestrator/input/import/guest.c": "what runs in the virtual machines of a design",
            "orchestrator/input/import/override.c": "what runs in the virtual machines of a design"}
# Names of nodes of every lab, too.
NODES = {"internet"}
# Kinds name others by their keys; the template evaluator and the endpoint play resource providers.
APART = ("orchestrator/kinds/", "orchestrator/input/arm/", "orchestrator/rest/")


def read(path):
    with open(path, encoding="utf-8") as file:
        return re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)


def foreign_includes():
    for path in sorted(glob.glob("orchestrator/**/*.[ch]", recursive=True)):
        parts = path.split("/")
        room = parts[2] if parts[1] == "kinds" and len(parts) == 4 else None
        for other in re.findall(r'#include "kinds/([^"]+)"', read(path)):
            if parts[1] != "kinds":
                yield f"{path} includes kinds/{other}, which is above it"
            elif "/" in other and other.split("/")[0] != room:
                yield f"{path} includes kinds/{other}, which is another kind's"


def more_than_rows():
    for path in ("orchestrator/kinds/kinds.c", "orchestrator/kinds/imports.c", "orchestrator/kinds/rules.c"):
        for word in re.findall(r"\b(?:if|for|while|return|static)\b", read(path)):
            yield f"{path} has code: {word}"


def named():
    text = {path: read(path) for path in glob.glob("orchestrator/**/*.[ch]", recursive=True)}
    keys = {key for path in text if path.startswith("orchestrator/kinds/")
            for key in re.findall(r'(?:^\t\.key =|^#define (?:KEY|PREFIXES)) "(\w+)"', text[path], re.M)}
    if len(keys) < 5:
        yield "no keys found: has struct kind another form?"
    keys -= NODES
    for path in sorted(text):
        if not path.startswith(APART) and path not in MAY_NAME:
            yield from (f'{path} names "{key}"' for key in sorted(keys) if f'"{key}"' in text[path])


failed = 0
for n, (what, bad) in enumerate((("kinds do not include each other", list(foreign_includes())),
                                 ("the table of kinds holds rows alone", list(more_than_rows())),
                                 ("no other code names a kind", list(named()))), 1):
    print(f"{'not ok' if bad else 'ok'} {n} - {what}")
    for line in bad:
        print("#", line)
    failed |= bool(bad)
print("1..3")
sys.exit(failed)
