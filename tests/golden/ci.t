#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The shell steps of docs/ci/ as they stand, in a repository with a pull request; and the examples of docs/ci.md. ACCEPT=1 writes these."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ENV, ROOT, VNETLAB, end, golden, ok  # noqa: E402


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def steps(path, key):
    """The blocks of text behind "KEY |", without their indentation."""
    lines, found = read(ROOT + "/docs/ci/" + path).splitlines(), []
    for i, line in enumerate(lines):
        if not re.fullmatch(rf"\s*{key} ?\|", line):
            continue
        body, indent = [], len(lines[i + 1]) - len(lines[i + 1].lstrip())
        for text in lines[i + 1:]:
            if text.strip() and len(text) - len(text.lstrip()) < indent:
                break
            body.append(text)
        found.append("\n".join(t[indent:] for t in body) + "\n")
    return found


PIPELINES = {"github/action.yml": (steps("github/action.yml", "run:"), 4), "gitlab.yml": (steps("gitlab.yml", "-"), 4),
             "azure-pipelines.yml": (steps("azure-pipelines.yml", "- bash:"), 3)}


def design(lab):
    return json.loads(read(f"{ROOT}/topologies/{lab}/{lab}.vnetlab.json"))


def wrong_route():
    """A route table for a spoke, whose next hop nobody has."""
    d = design("hub-spoke-transit")
    old = json.dumps(d, indent=2)
    d["routeTables"]["spoke1-rt"] = {"routes": {"spoke2": {
        "addressPrefix": "10.2.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.5"}}}
    d["virtualNetworks"]["Spoke1"]["subnets"]["workload"]["routeTable"] = "spoke1-rt"
    return old, json.dumps(d, indent=2)


def lost_flag():
    d = design("hub-spoke-transit")
    old = json.dumps(d, indent=2)
    d["virtualNetworks"]["Spoke2"]["peerings"]["to-hub"]["allowForwardedTraffic"] = False
    return old, json.dumps(d, indent=2)


def no_way_back():
    """Both ways went through the firewall; the route of one side is gone."""
    d = design("azure-firewall")
    new = json.dumps(d, indent=2)
    d["routeTables"]["app"] = {"routes": {"ops": {
        "addressPrefix": "10.0.4.0/24", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4"}}}
    d["virtualNetworks"]["App"]["subnets"]["web"]["routeTable"] = "app"
    return json.dumps(d, indent=2), new


EXAMPLES = {"wrong-route": wrong_route, "lost-flag": lost_flag, "no-way-back": no_way_back}


def repository(work, old, new):
    """A repository whose origin/main has the old design and whose work tree the new one; the base's commit."""
    repo = work + "/repo"
    os.mkdir(repo)

    def git(*args):
        return subprocess.run(["git", "-C", repo, "-c", "user.name=n", "-c", "user.email=e@example.net", *args], check=True, capture_output=True, text=True).stdout.strip()
    git("init", "-q", "-b", "main")
    for text, words in (old, "base"), (new, "change"):
        with open(repo + "/hub.vnetlab.json", "w", encoding="utf-8") as f:
            f.write(text)
        git("add", ".")
        git("commit", "-qm", words)
    git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    return repo, git("rev-parse", "HEAD~1")


def play(work, name, old, new, fail_on="errors", installed=True):
    """Runs the steps one after the other, as a runner does: the first that fails ends them."""
    repo, base = repository(work, old, new)
    programs = work + "/bin"
    os.mkdir(programs)
    # What needs a network, or rights, says what it was asked for.
    for program in ["make", "sudo", "gh"]:
        with open(f"{programs}/{program}", "w", encoding="utf-8") as f:
            f.write(f'#!/bin/sh\necho "{program} $*" >>"{work}/called"\n')
            if program == "make":
                f.write(f'case "$*" in *install*) ln -sf "{VNETLAB}" "{programs}/vnetlab" ;; esac\n')
            if program == "sudo":
                f.write('"$@"\n')
        os.chmod(f"{programs}/{program}", 0o755)
    if installed:
        os.symlink(VNETLAB, programs + "/vnetlab")
    env = ENV | {"PATH": programs + ":/usr/bin:/bin", "FILES": "*.vnetlab.json", "FAIL_ON": fail_on, "BASELINE": "", "BASE": base, "OUT": work + "/out",
                 "SOURCE": "/src", "VNETLAB_SOURCE": "/src", "COMMENT": "true", "NUMBER": "7", "GITHUB_STEP_SUMMARY": work + "/summary",
                 "TARGET": "refs/heads/main", "GH_TOKEN": "none"}
    shell = ["sh", "-e"] if name == "gitlab.yml" else ["bash", "-eo", "pipefail"]
    said = ""
    for step in PIPELINES[name][0]:
        r = subprocess.run([*shell, "-c", step], cwd=repo, env=env, capture_output=True, text=True, timeout=60, check=False)
        said += r.stdout + r.stderr
        if r.returncode:
            break
    out = work + "/out" if os.path.isdir(work + "/out") else repo + "/vnetlab-report"
    called = read(work + "/called") if os.path.exists(work + "/called") else ""
    return r.returncode, said, read(out + "/comment.markdown") if os.path.exists(out + "/comment.markdown") else "", called


for name, (found, number) in PIPELINES.items():
    ok(len(found) == number, f"{name} has {number} shell steps", len(found))
    old, new = lost_flag()
    for fail_on, want in ("errors", 0), ("worse", 1), ("nothing", 0):
        with tempfile.TemporaryDirectory() as work:
            status, said, comment, called = play(work, name, old, new, fail_on)
            ok((status != 0) == bool(want), f"{name}: a change for the worse with {fail_on}", f"{status} {said}")
    ok("### vnetlab check: 0 errors" in comment and "allowForwardedTraffic" in comment, f"{name}: the comment has findings and changes", comment)
    if name.startswith("github"):
        ok("gh pr comment 7 --body-file" in called and "::error file=hub.vnetlab.json,line=" in said, f"{name}: comments, and annotates", called + said)
    bad = new.replace('"10.0.1.4"', '"10.9.1.4"')
    with tempfile.TemporaryDirectory() as work:
        status, said, comment, called = play(work, name, old, bad, installed=False)
        ok(status != 0 and "NIC-ADDR-01" in comment and "make -C /src deps" in called and "make -C /src install" in called,
           f"{name}: installs what is not there, and fails for an error", f"{status} {said} {called}")

path = ROOT + "/docs/ci.md"
text = read(path)
for name, make in EXAMPLES.items():
    with tempfile.TemporaryDirectory() as work:
        repo, base = repository(work, *make())

        def said(*args, repo=repo):
            r = subprocess.run([VNETLAB, *args], cwd=repo, env=ENV, capture_output=True, text=True, check=False)
            return f"$ vnetlab {' '.join(args)}\n{r.stdout}"
        # What was found before the change is known: the base's baseline.
        subprocess.run(["git", "checkout", "-q", base], cwd=repo, check=True)
        said("check", "-q", "--rules-only", "--baseline", "known.json", "--write-baseline", "hub.vnetlab.json")
        subprocess.run(["git", "checkout", "-q", "main"], cwd=repo, check=True)
        want = said("diff", "-q", "origin/main:hub.vnetlab.json", "hub.vnetlab.json")
        want += said("check", "-q", "--rules-only", "--baseline", "known.json", "hub.vnetlab.json")
    block = re.compile(rf"(<!-- {name}: tests/golden/ci.t writes it -->\n```\n)(.*?)(```\n)", re.S)
    ok(block.search(text), f"docs/ci.md has the example {name}", "")
    text = block.sub(lambda m, want=want: m[1] + want + m[3], text)
golden("docs/ci.md shows what these pull requests print", path, text)
end()
