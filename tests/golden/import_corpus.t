#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Public templates, plans and exports beside the project, where there are any: each imports and checks without a crash,
and says how much of it was understood."""
import glob
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ROOT, end, ok, run  # noqa: E402

CORPUS = os.path.join(ROOT, "..", "shared", "corpus")

files = sorted(glob.glob(CORPUS + "/**/*.json", recursive=True))
if not files:
    print("1..0 # SKIP no corpus of public templates beside the project")
    sys.exit(0)


evaluated = 0
total = {"resources": 0, "understood": 0, "carryPackets": 0, "carryPacketsRead": 0}
for path in files:
    name = os.path.relpath(path, CORPUS)
    beside = path.replace(".json", ".parameters.json")
    args = ["-p", beside] if os.path.exists(beside) else []
    status, out, err = run("import", path, "--coverage", "--output", "json", *args, timeout=120)
    checked, findings, said = run("check", path, "-o", "json", *args, timeout=120)
    fine = status in (0, 3) and checked in (0, 3) and "Sanitizer" not in err + said
    if findings:
        for f in json.loads(findings)["findings"]:
            # whatever is said about an object of the design says where in the file it is
            if f["pointer"].count("/") > 1 and not f["source"] and "INPUT" not in f["rule"] and "TOPO" not in f["rule"]:
                fine = False
                said += f"without source: {f}"
    note = ""
    if out and '"coverage"' in out:
        sums = json.loads(out)["summary"]
        note = f" # {sums['understood']}/{sums['resources']} understood, {sums['carryPacketsRead']}/{sums['carryPackets']} of those that carry packets"
        evaluated += 1
        for k in total:
            total[k] += sums[k]
    ok(fine, name + note, "\n".join(f"{status} {checked}\n{err}\n{said}".splitlines()[:30]))
print(f"# {evaluated} designs of {len(files)} files; resources understood: {total['understood']}/{total['resources']}; "
      f"of types that carry packets: {total['carryPacketsRead']}/{total['carryPackets']}")
end()
