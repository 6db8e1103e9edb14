#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Layers go one way: base <- azure, remote <- input, plan <- kernel <- lab, router, probe <- report, proof <- cmd.

azure/ and plan/ are pure: of the system's headers they include only those that declare data types,
strings and constants.  Nothing runs a shell.
"""
import glob
import os
import re
import sys

os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
RANK = {"base": 0, "azure": 1, "remote": 1, "input": 2, "plan": 2, "kernel": 3, "lab": 4, "router": 4, "probe": 4,
        "report": 5, "proof": 5, "cmd": 6}
PURE = {"assert.h", "ctype.h", "errno.h", "inttypes.h", "limits.h", "math.h", "stdarg.h", "stdbool.h",
        "stddef.h", "stdint.h", "stdio.h", "stdlib.h", "string.h", "strings.h", "jansson.h", "uthash.h",
        "netinet/in.h", "net/if.h", "linux/rtnetlink.h"}
SHELL = re.compile(r"\b(system|popen|wordexp)\s*\(")

problems = {}
files = sorted(glob.glob("orchestrator/*/*.[ch]") + glob.glob("orchestrator/*/*/*.[ch]"))
for path in files:
    layer = path.split("/")[1]
    bad = problems.setdefault(layer, [])
    if layer not in RANK:
        bad.append(f"{path}: the layer {layer} is not in tests/lint/layers.t")
        continue
    for number, line in enumerate(open(path, encoding="utf-8"), 1):
        where = f"{path}:{number}"
        own = re.match(r'\s*#\s*include\s+"([^"/]+)/', line)
        if own and RANK.get(own[1], 99) > RANK[layer]:
            bad.append(f"{where}: {layer}/ includes {own[1]}/, which is above it")
        foreign = re.match(r"\s*#\s*include\s+<([^>]+)>", line)
        if foreign and layer in ("azure", "plan") and foreign[1] not in PURE:
            bad.append(f"{where}: {layer}/ is pure, <{foreign[1]}> is not for it")
        if SHELL.search(line.split("/*")[0]):
            bad.append(f"{where}: no shell: {line.strip()}")

failed = 0
for n, (layer, bad) in enumerate(sorted(problems.items()), 1):
    print(f"{'not ok' if bad else 'ok'} {n} - {layer}/ knows only what is below it")
    for text in bad:
        print("#", text)
    failed |= bool(bad)
print(f"1..{len(problems)}")
sys.exit(failed)
