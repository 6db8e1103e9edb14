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
# Kinds name others by their keys.
APART = ("orchestrator/kinds/",)
# The template evaluator and the endpoint play resource providers, by the rows of the import (input/import/provider.h).  Who names
# a type all the same, and why.
PROVIDERS = ("orchestrator/input/arm/", "orchestrator/rest/")
MAY_NAME_TYPE = {"orchestrator/input/arm/resource/alloc.c": "addresses that Azure gives without a list of configurations",
                 "orchestrator/input/arm/resource/enrich.c": "which lists have addresses; what reference() shows of a type",
                 "orchestrator/rest/action_key.c": "an action of one type",
                 "orchestrator/rest/action_power.c": "an action of one type",
                 "orchestrator/rest/action_routes.c": "actions of NICs, Route Servers, gateways and circuits",
                 "orchestrator/rest/action_run.c": "an action of one type",
                 "orchestrator/rest/action_watcher.c": "a property that is called as a type",
                 "orchestrator/rest/address.c": "NICs, balancers and public addresses get addresses at a PUT",
                 "orchestrator/rest/compute.c": "sizes and images of machines",
                 "orchestrator/rest/defaults.c": "what a machine and a Route Server get depends on the rest of them",
                 "orchestrator/rest/machine.c": "what runs in a machine",
                 "orchestrator/rest/resource.c": "a property that is called as a type; states that only a GET knows",
                 "orchestrator/rest/use.c": "a peering keeps nothing in use",
                 "orchestrator/rest/view.c": "what follows from other resources"}
# Names of nodes of every lab, too.
NODES = {"internet"}


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
        if not path.startswith(APART + PROVIDERS) and path not in MAY_NAME:
            yield from (f'{path} names "{key}"' for key in sorted(keys) if f'"{key}"' in text[path])


def named_types():
    types = {name.lower() for path in glob.glob("orchestrator/kinds/*/import.c")
             for name in re.findall(r'PROVIDER\{\s*(?:ARM_NET )?"(?:Microsoft\.\w+/)?(\w+)', read(path))}
    if len(types) < 15:
        yield "no types found: has struct import_provider another form?"
    for path in sorted(glob.glob("orchestrator/**/*.[ch]", recursive=True)):
        if not path.startswith(PROVIDERS):
            continue
        texts = re.findall(r'"((?:[^"\\]|\\.)*)"', read(path))
        found = sorted(t for t in texts if re.sub(r"^microsoft\.\w+/", "", t.lower()).split("/")[0] in types)
        if path not in MAY_NAME_TYPE:
            yield from (f'{path} names "{text}": a row of the import may say it (input/import/provider.h)' for text in found)
        elif not found:
            yield f"{path} names no type any more, take it out of tests/lint/kinds.t"


def named_ranges():
    """Who takes addresses from ranges expands the rows of kinds/ranges.h, and names no kind of ranges."""
    table = "orchestrator/kinds/ranges.h"
    words = {word for row in re.findall(r"RANGE\(((?:[^()]|\n)*\"(?:[^()]|\n)*)\)", read(table))
             for word in re.findall(r'"(\w+)"', row)}
    if len(words) < 4:
        yield f"no rows found in {table}: have they another form?"
    owners = {os.path.dirname(path) for path in glob.glob("orchestrator/kinds/*/*.[ch]")
              if any(re.search(rf'(?:^\t\.key =|^#define \w+) "{word}"', read(path), re.M) for word in words)}
    for path in sorted(glob.glob("orchestrator/**/*.[ch]", recursive=True)):
        if path != table and os.path.dirname(path) not in owners:
            yield from (f"{path} names {word}: {table} has it" for word in sorted(words)
                        if re.search(rf"\b{word}\b", read(path), re.I))


failed = 0
for n, (what, bad) in enumerate((("kinds do not include each other", list(foreign_includes())),
                                 ("the table of kinds holds rows alone", list(more_than_rows())),
                                 ("no other code names a kind", list(named())),
                                 ("the endpoint and the template evaluator go by the rows of types", list(named_types())),
                                 ("no code names a kind of ranges but its own and the table", list(named_ranges()))), 1):
    print(f"{'not ok' if bad else 'ok'} {n} - {what}")
    for line in bad:
        print("#", line)
    failed |= bool(bad)
print("1..5")
sys.exit(failed)
