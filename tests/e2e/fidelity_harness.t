#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""The fidelity harness tells a lab that is like its observation from one that is not: with the
observation changed, with a rule broken, with the design changed, each row is named and the run fails.
Also an explanation of nothing, and an observation that was left out."""
import json
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RUN = os.path.join(HERE, "../fidelity/run")
SMALL = os.path.join(HERE, "fidelity")
count = failed = 0


def ok(good, name, text=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}")
    for line in "" if good else text.splitlines():
        print(f"# {line}")


def load(path):
    with open(path, encoding="utf-8") as f:
        return json.load(f)


def save(path, what):
    with open(path, "w", encoding="utf-8") as f:
        json.dump(what, f)


def add(work, name, expected=None, case=None, topology=None):
    """A copy of the small case, changed."""
    folder, seen = f"{work}/cases/{name}", f"{work}/seen/{name}"
    shutil.copytree(f"{SMALL}/small", folder)
    shutil.copytree(f"{SMALL}/seen/small", seen)
    os.rename(f"{folder}/small.vnetlab.json", f"{folder}/{name}.vnetlab.json")
    for path, change in ((f"{seen}/expected.json", expected), (f"{folder}/case.json", case),
                         (f"{folder}/{name}.vnetlab.json", topology)):
        if change:
            what = load(path)
            change(what)
            save(path, what)


def harness(work, *args):
    env = dict(os.environ, FIDELITY=f"{work}/seen")
    r = subprocess.run([RUN, "--folder", f"{work}/cases", "--seconds", "1", *args], env=env,
                       capture_output=True, text=True, check=False)
    return r.returncode, r.stdout + r.stderr


def observation(e):
    rows = e["effectiveRoutes"]["the vm"]
    rows[2]["nextHopIp"] = ["10.0.1.4", "10.0.1.5"]
    rows[3]["state"] = "Invalid"
    rows.append({"source": "Default", "state": "Active", "prefix": "10.3.0.0/16",
                 "nextHopType": "VNetPeering", "nextHopIp": []})
    rows.pop(0)
    e["ping"][0]["ttl"] = 63
    e["facts"].append("and one that nobody compares")


def setting(t):
    t["settings"] = {"learnedListing": "accepted"}


def design(t):
    t["virtualNetworks"]["spoke"]["peerings"]["to-hub"]["useRemoteGateways"] = False


def stale(c):
    c["explained"] = [{"rows": "learned/*", "cause": "source", "because": "no reason at all"}]


def excused(c):
    c["explained"] = [{"rows": "effectiveRoutes/the vm/10.9.0.0/16", "cause": "setting",
                       "because": "the spoke does not use the hub's Route Server here"}]


def main():
    with tempfile.TemporaryDirectory(prefix="vnl.") as work:
        add(work, "1-same")
        add(work, "2-observation", expected=observation)
        add(work, "3-setting", topology=setting)
        add(work, "4-design", topology=design)
        add(work, "5-stale", case=stale)
        add(work, "6-excused", topology=design, case=excused)
        status, out = harness(work)
        ok(status == 1, "the harness fails", out)
        ok("\n1-same: " not in out and "\n1-same  " in out, "a case that is the same passes", out)
        for text in ("2-observation: extra: effectiveRoutes/the vm/10.1.0.0/16",
                     "2-observation: missing: effectiveRoutes/the vm/10.3.0.0/16",
                     "2-observation: different: effectiveRoutes/the vm/10.9.0.0/16: "
                     "nextHopIpAddress is 10.0.1.4, not 10.0.1.4,10.0.1.5",
                     "2-observation: different: effectiveRoutes/the vm/0.0.0.0/0: state is Active, "
                     "not Invalid",
                     "2-observation: different: ping/0/vm to 10.0.1.4: TTL is 64, not 63",
                     "2-observation: facts/1 is neither compared nor in notCompared",
                     "3-setting: missing: learned/rs/nva/10.1.0.0/24 at 10.0.0.4",
                     "3-setting: missing: learned/rs/nva/10.1.0.0/24 at 10.0.0.5",
                     "4-design: missing: effectiveRoutes/the vm/10.9.0.0/16",
                     "5-stale: explained learned/*: there is no such difference"):
            ok(f"\n{text}" in out, text, out)
        ok("\n6-excused: " not in out, "a case whose differences are explained passes", out)
        status, out = harness(work, "--docs", f"{work}/docs.md", "1-same", "6-excused")
        ok(status == 0, "a run of the cases that pass succeeds", out)
        with open(f"{work}/docs.md", encoding="utf-8") as f:
            text = f.read()
        ok("does not use the hub's Route Server" in text, "the document has the explanation",
           text)
    status, out = harness("/nonexistent", "--tap")
    ok(status == 0 and out.startswith("1..0 # SKIP"), "the harness skips without observations", out)
    print(f"1..{count}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
