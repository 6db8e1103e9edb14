#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What needs no lab of learn, exam and grade: lessons are lintable, the model contradicts no check of a shipped lab."""
import glob
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ENV, end, ok, run  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
work = tempfile.mkdtemp()
ENV["XDG_STATE_HOME"] = f"{work}/state"

# --- the model ---
wrong, known = [], 0
for path in sorted(glob.glob(f"{ROOT}/topologies/*/*.vnetlab.json") + glob.glob(f"{ROOT}/topologies/hybrid/*/*.vnetlab.json")):
    with open(path, encoding="utf-8") as f:
        checks = json.load(f)["checks"]
    with open(f"{work}/checks.json", "w", encoding="utf-8") as f:
        json.dump(checks, f)
    out = run("grade", path, "--checks", f"{work}/checks.json", "--model", "-o", "json")[1]
    student = json.loads(out)["students"][0]
    wrong += [f"{path}: {x['name']}: {x['detail']}" for x in student["failed"] if x["judged"]]
    known += sum("do" not in x for x in checks.values()) - len(student["failed"])
ok(not wrong and known > 100, "the model foretells more than 100 checks of the labs that ship, and contradicts none", "\n".join(wrong))

# --- lessons ---
lessons = sorted(glob.glob(f"{ROOT}/topologies/lessons/*"))
status, out, err = run("learn", "--lint")
ok(status == 0 and out.count("nothing is wrong") == len(lessons) >= 12, "the model plays at least twelve lessons, and finds nothing wrong", out + err)
listed = json.loads(run("learn", "-o", "json")[1])["lessons"]
ok([x["name"] for x in listed] == [os.path.basename(x) for x in lessons] and all(x["title"] and x["hints"] >= 2 for x in listed),
   "learn lists them with titles and hints", str(listed))
status, out, err = run("learn", "3", "hint")
second = run("learn", "03-spoke-to-spoke", "hint")[1]
ok(status == 0 and out.startswith("Hint 1 of 4: ") and second.startswith("Hint 2 of 4: "), "hints are told one by one", out + second + err)
ok(run("learn", "3", "story")[1].startswith("Spoke to spoke\n"), "story tells the story again")
ok('"enableIPForwarding": true' in run("learn", "spoke-to-spoke", "solution")[1], "solution shows what becomes of the design")
ok(run("learn", "99")[0] == 2 and run("learn", "3", "cheat")[0] == 2, "an unknown lesson or word is wrong usage")
ok(run("learn", "3", "reset")[0] == 5, "a lesson that was not begun cannot be reset")

status, out, err = run("init", "--lesson", f"{work}/mine/01-mine" if os.mkdir(f"{work}/mine") is None else "")
ok(status == 0 and run("learn", "--lint", f"{work}/mine/01-mine")[:2] == (0, "01-mine: nothing is wrong\n"), "init --lesson writes a lesson that is right", out + err)
ok(run("init", "--lesson", f"{work}/mine/01-mine")[0] == 5, "init --lesson writes over nothing")


def spoil(name, change):
    """The complaints about a lesson that something is done to."""
    folder = f"{work}/{name}"
    run("init", "--lesson", folder, "--name", "mine")
    change(folder)
    status, out, _ = run("learn", "--lint", folder, "-o", "json")
    return status, "\n".join(json.loads(out)["lessons"][folder])


def rewrite(file, old, new):
    def change(folder):
        with open(f"{folder}/{file}", encoding="utf-8") as f:
            text = f.read()
        with open(f"{folder}/{file}", "w", encoding="utf-8") as f:
            f.write(text.replace(old, new))
    return change


for name, change, words in [
        ("no-title", rewrite("lesson.md", "# The title", "The title"), "does not begin with a title"),
        ("no-hint", rewrite("lesson.md", "## Hint", "Hint"), "has no hint"),
        ("no-solution", rewrite("lesson.md", "## Solution", "## Answer"), "a section \"Answer\": there are Hint and Solution"),
        ("no-patch", lambda folder: os.remove(f"{folder}/solution.json"), "solution.json"),
        ("no-design", lambda folder: os.remove(f"{folder}/mine.vnetlab.json"), "it has 0 designs"),
        ("bad-json", rewrite("solution.json", "}", "]"), "solution.json, line 1"),
        ("bad-design", rewrite("mine.vnetlab.json", "hub/fw", "hub/nowhere"), "the design: TOPO-REF-01 at /virtualMachines/fw"),
        ("not-broken", rewrite("mine.vnetlab.json", "10.0.1.9", "10.0.1.4"), "all tasks are done before"),
        ("not-cured", rewrite("solution.json", "10.0.1.4", "10.0.1.8"), "does not hold"),
        ("acts", rewrite("mine.vnetlab.json", '"checks": {', '"checks": { "it stops": { "do": "fault stop fw" },'), "does something")]:
    status, out = spoil(name, change)
    ok(status == 3 and words in out, f"lint finds the lesson that is {name}", out)
end()
