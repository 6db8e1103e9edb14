#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""What needs no lab of learn, exam and grade: lessons are lintable, the model contradicts no check of a shipped lab."""
import atexit
import glob
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ENV, VNETLAB, end, ok, run  # noqa: E402

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
work = tempfile.mkdtemp(prefix="vnl-teach.")
atexit.register(shutil.rmtree, work)
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

# --- exam ---
with open(glob.glob(f"{ROOT}/topologies/lessons/03-*/*.vnetlab.json")[0], encoding="utf-8") as f:
    hub = json.load(f)
hub["virtualNetworks"]["data"]["subnets"]["vms"]["routeTable"] = "data-rt"
hub["virtualNetworks"]["data"]["peerings"]["to-hub"]["allowForwardedTraffic"] = True
hub["routeTables"]["data-rt"] = {"routes": {"app": {"addressPrefix": "10.1.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4"}}}
hub["virtualMachines"]["nva"]["nic"]["enableIPForwarding"] = True
hub["networkSecurityGroups"] = {"g": {"securityRules": {
    n: {"priority": p, "direction": "Inbound", "access": a, "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
        "destinationAddressPrefix": "*", "destinationPortRange": "*"} for n, p, a in (("in", 100, "Allow"), ("none", 200, "Deny"))}}}
hub["virtualNetworks"]["data"]["subnets"]["vms"]["networkSecurityGroup"] = "g"
with open(f"{work}/hub.vnetlab.json", "w", encoding="utf-8") as f:
    json.dump(hub, f)


def exam(*args):
    return run("exam", f"{work}/hub.vnetlab.json", *args, "-o", "json")


status, out, err = exam("--seed", "7", "--dir", f"{work}/e1")
exam("--seed", "7", "--dir", f"{work}/e2")
ok(status == 0 and json.loads(out) == {"file": f"{work}/e1/lesson-spoke-to-spoke.vnetlab.json", "faults": 1} and not err,
   "exam writes a copy, and says how many faults are in it", out + err)
with open(f"{work}/e1/lesson-spoke-to-spoke.vnetlab.json", encoding="utf-8") as a, open(f"{work}/e2/lesson-spoke-to-spoke.vnetlab.json", encoding="utf-8") as b:
    one, two = a.read(), b.read()
ok(one == two and json.loads(one) != hub, "the same seed hides the same fault")
status, out, err = run("grade", f"{work}/e1", "--checks", f"{work}/hub.vnetlab.json", "--model", "-o", "json")
ok(status == 1 and json.loads(out)["students"][0]["points"] < 5, "a check of the design fails in the copy", out + err)
seen = {}
for seed in range(20):
    for x in json.loads(exam("--seed", str(seed), "--reveal")[1])["faults"]:
        seen[x["fault"]] = x
ok({"next-hop", "lost-route", "peering-flag"} <= set(seen) and all(x["breaks"] for x in seen.values()), "seeds choose different faults, and each breaks a check", str(seen))
for fault in ("next-hop", "lost-route", "peering-flag", "rule-order", "stopped", "forwarding"):
    found = json.loads(exam("--seed", "1", "--faults", fault, "--reveal")[1])["faults"]
    ok([x["fault"] for x in found] == [fault] and found[0]["breaks"], f"{fault} can be asked for", str(found))
ok(len({x["pointer"] for x in json.loads(exam("--seed", "5", "--count", "3", "--reveal")[1])["faults"]}) == 3, "three faults are in three places")
ok(exam("--seed", "1", "--faults", "prepend", "--dir", f"{work}/e3")[0] == 5 and not os.path.exists(f"{work}/e3"), "a design without a place for the fault is not copied")
status, out, err = exam("--seed", "1", "--faults", "next-hop,nonsense")
ok(status == 2 and "there is no fault nonsense; there are all, next-hop" in err, "an unknown fault is wrong usage", err)
ok(exam()[0] == 2, "without a seed it is wrong usage")
ok(exam("--seed", "7", "--dir", f"{work}/e1")[0] == 5, "a folder that exists is not written to")
plain = run("exam", f"{work}/hub.vnetlab.json", "--seed", "7", "--dir", f"{work}/it's one")[1]
ok(shlex.split(plain.splitlines()[1]) == ["vnetlab", "test", f"{work}/it's one/lesson-spoke-to-spoke.vnetlab.json"], "the command that exam tells can be pasted", plain)


def with_small_files(*args):
    """run() where no file can be larger than a kilobyte, as on a disk that is full."""
    return subprocess.run(["sh", "-c", 'trap "" XFSZ; ulimit -f 2; exec "$@"', "sh", VNETLAB, *args], env=ENV, capture_output=True, text=True, check=False)


r = with_small_files("exam", f"{work}/hub.vnetlab.json", "--seed", "7", "--dir", f"{work}/e4")
ok(r.returncode == 5 and "File too large" in r.stderr and not os.path.exists(f"{work}/e4"), "an exam that cannot be written leaves no folder behind", r.stderr)
with open(f"{work}/page.html", "w", encoding="utf-8") as f:
    f.write("before")
r = with_small_files("report", f"{work}/hub.vnetlab.json", "--html", f"{work}/page.html")
with open(f"{work}/page.html", encoding="utf-8") as f:
    ok(r.returncode == 5 and f.read() == "before" and not glob.glob(f"{work}/*.part"), "a page that cannot be written leaves the one that was there", r.stderr)
r = with_small_files("learn", "3", "--dir", f"{work}/l3", "--no-watch")
ok(r.returncode == 5 and not os.path.exists(f"{work}/l3"), "a lesson that cannot be copied leaves no folder behind", r.stdout + r.stderr)

# --- grade: what students hand in ---
os.makedirs(f"{work}/class/folder.vnetlab.json")
os.mkfifo(f"{work}/class/pipe.vnetlab.json")
os.symlink("round.vnetlab.json", f"{work}/class/round.vnetlab.json")
for name, text in ("a b", json.dumps(hub)), ('two\nlines"', json.dumps(hub)), ("array", "[]"), ("deep", "[" * 9999), ("=cmd", "{"):
    with open(f"{work}/class/{name}.vnetlab.json", "w", encoding="utf-8") as f:
        f.write(text)
status, out, err = run("grade", f"{work}/class", "--checks", f"{work}/hub.vnetlab.json", "--model", "-o", "json")
states = {x["student"]: (x["state"], x["reason"] or "") for x in json.loads(out)["students"]}
ok(len(states) == 8 and {k for k, v in states.items() if v[0] == "graded"} == {"a b", 'two\nlines"'}, "whatever has the name of work is a row", out + err)
ok("neither a file nor a folder" in states["pipe"][1] and "Too many levels" in states["round"][1] and states["folder"][0] == "invalid",
   "a pipe, a link to itself and an empty folder are rows with their reasons", str(states))
rs = f"{ROOT}/topologies/two-nvas-ecmp/two-nvas-ecmp.vnetlab.json"
for fault in ("peer-asn", "peer-address", "prepend", "unpeered", "hold-time"):
    found = json.loads(run("exam", rs, "--seed", "1", "--faults", fault, "--reveal", "-o", "json")[1] or '{"faults": []}')["faults"]
    ok([x["fault"] for x in found] == [fault] and found[0]["breaks"], f"{fault} can be asked for", str(found))
for fault, old, new in (("unpeered", "172.16.3.", "172.16.3.12"), ("hold-time", " timers ", "60 180")):
    run("exam", rs, "--seed", "1", "--faults", fault, "--dir", f"{work}/{fault}")
    files = {k: [open(x, encoding="utf-8").read() for x in sorted(glob.glob(f"{k}/nva*/frr.conf"))] for k in (os.path.dirname(rs), f"{work}/{fault}")}
    changed = [(a.splitlines(), b.splitlines()) for a, b in zip(*files.values()) if a != b]
    ok(len(changed) == 1 and all(old in x and new in y for x, y in zip(*changed[0]) if x != y), f"{fault} is in one appliance's own file, and changes nothing else",
       str(changed))
ok(run("exam", rs, "--running", "--seed", "1")[0] == 2 and run("exam", rs, "--redeploy", "routeTables/rt")[0] == 2, "a running lab needs no file")
end()
