#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""check of several files, matrix and diff, in the formats that programs read. ACCEPT=1 takes new ones."""
import json
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import sarif  # noqa: E402
import tap  # noqa: E402
from tap import ROOT, end, golden, ok  # noqa: E402

HERE = os.path.join(ROOT, "tests/golden/check_formats")
# A wrong value, a name with every character that a format gives a meaning, one that is not there, an
# import whose findings point into its own file, and one that is in order.
FILES = ["plain.vnetlab.json", "odd %,:é.vnetlab.json", "none.json", "export/peers.json", "good.vnetlab.json"]


def run(*args):
    return tap.run("check", *args, cwd=HERE)


status, out, err = run(*FILES)
golden("people", HERE + "/human.expect", out)
ok(status == 5, "a file that cannot be read is the worst status", status)
ok(err == "vnetlab: none.json: No such file or directory\n", "standard error has what is no finding", err)
ok(run(*FILES[:2], *FILES[3:])[0] == 3, "an invalid one among others is status 3", "")
ok(run(FILES[4], FILES[3])[0] == 0 and run("--strict", FILES[4], FILES[3])[0] == 3, "--strict looks at all", "")

seen = {}
for fmt, ending in ("json", "json"), ("github", "txt"), ("sarif", "json"), ("junit", "xml"), ("tap", "tap"), ("markdown", "md"):
    status, out, err = run("--format", fmt, *FILES)
    seen[fmt] = out
    golden(fmt, f"{HERE}/{fmt}.expect.{ending}", re.sub(r'("version": )"0[^"]*"', r'\1"0"', out))
    ok(status == 5, f"{fmt}: the status is the same", status)
ok(run("-o", "json", *FILES)[1] == seen["json"], "-o json is --format json", "")

# A workflow command is one line, and GitHub reads its properties as this does (actions/runner).
COMMAND = re.compile(r"::(error|warning|notice) ((?:[a-z]+=[^,:]*)(?:,[a-z]+=[^,:]*)*)::(.*)")


def odd_commands(text):
    """Lines of the text that are no such commands."""
    found = [(line, COMMAND.fullmatch(line)) for line in text.splitlines()]
    return [line for line, m in found if not m or not {p.split("=")[0] for p in m[2].split(",")} >= {"file", "title"}]


ok(seen["github"] and not odd_commands(seen["github"]), "each line of github is a command", odd_commands(seen["github"]))
unescaped = re.search("file=(odd[^,]*)", seen["github"])[1].replace("%2C", ",").replace("%3A", ":").replace("%25", "%")
ok(unescaped == FILES[1], "a file's name survives", unescaped)

# A spoke's route through the firewall is lost: matrix and diff of that, in every format.
LAB = ROOT + "/topologies/azure-firewall/azure-firewall.vnetlab.json"
with tempfile.TemporaryDirectory() as work:
    with open(LAB, encoding="utf-8") as f:
        design = json.load(f)
    del design["routeTables"]["straight-out"]["routes"]["out"]
    for name, text in ("old", None), ("new", design):
        with open(f"{work}/{name}.vnetlab.json", "w", encoding="utf-8") as f, open(LAB, encoding="utf-8") as old:
            f.write(json.dumps(text, indent=1) if text else old.read())
    for fmt in "github", "sarif", "junit", "tap", "markdown":
        for verb, files in ("matrix", ["old.vnetlab.json"]), ("diff", ["old.vnetlab.json", "new.vnetlab.json"]):
            status, out, err = tap.run(verb, "-q", "--format", fmt, *files, cwd=work)
            seen[verb, fmt] = out
            ok(status == 1 and out, f"{verb} as {fmt} has the status that it has for people", f"{status} {err}")
for verb, place in ("matrix", "old.vnetlab.json,line=85,"), ("diff", "new.vnetlab.json,line="):
    ok(not odd_commands(seen[verb, "github"]) and place in seen[verb, "github"], f"{verb}: commands name the line that did it", seen[verb, "github"])
    golden(f"{verb}: Markdown for a pull request", f"{HERE}/{verb}.expect.md", seen[verb, "markdown"])
    ok(re.search(r"^not ok 1 - .*\n", seen[verb, "tap"], re.M) and re.search(r"^1\.\.[1-9]", seen[verb, "tap"], re.M), f"{verb}: TAP has a plan, and what is wrong is not ok", seen[verb, "tap"])
ok("ok 18 - old.vnetlab.json: " in seen["matrix", "tap"], "matrix: what is delivered is a test that holds", seen["matrix", "tap"])

for what in "sarif", ("matrix", "sarif"), ("diff", "sarif"):
    log = json.loads(seen[what])
    wrong = sarif.problems(log)
    ok(not wrong, f"{what}: the SARIF has what its schema demands", "\n".join(wrong))

for what in "junit", ("matrix", "junit"), ("diff", "junit"):
    try:
        r = subprocess.run(["xmllint", "--noout", "--schema", ROOT + "/tests/lib/junit.xsd", "-"],
                           input=seen[what], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        print("# no xmllint: the JUnit is not compared with its schema")
    else:
        ok(r.returncode == 0, f"{what}: the JUnit is as its schema demands", r.stderr)

# What is known stays silent wherever it stands; what is new fails.
with tempfile.TemporaryDirectory() as work:
    os.mkdir(work + "/d")
    path, known = work + "/d/x.vnetlab.json", work + "/known.json"

    def write(text):
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)

    def check(*args, cwd=work):
        return tap.run("check", "--rules-only", *args, cwd=cwd)
    with open(HERE + "/plain.vnetlab.json", encoding="utf-8") as f:
        plain = f.read()
    write(plain)
    status, out, err = check("--baseline", "known.json", "--write-baseline", "d/x.vnetlab.json")
    ok(status == 0 and not out and err == "known.json has 2 findings\n", "--write-baseline keeps what is found", out + err)
    with open(known, encoding="utf-8") as f:
        golden("a baseline has a line for each finding", HERE + "/baseline.expect.json", f.read())
    write("\n\n" + plain.replace('"virtualMachines": {', '"virtualMachines": { "new": { "nic": { "subnet": "Net/App" } },'))
    status, out, err = check("--baseline", "known.json", "d/x.vnetlab.json")
    ok(status == 0 and out == "d/x.vnetlab.json: no findings\n" and err.startswith("2 known findings"), "lines that move are known", out + err)
    ok(check("--baseline", "../known.json", "x.vnetlab.json", cwd=work + "/d")[0] == 0, "from another folder, too", "")
    write(plain.replace('"virtualMachines": {', '"virtualMachines": { "new": { "nic": { "subnet": "Net/Nowhere" } },'))
    status, out, err = check("--baseline", "known.json", "--format", "json", "d/x.vnetlab.json")
    found = [f["pointer"] for f in json.loads(out)["findings"]]
    ok(status == 3 and found == ["/virtualMachines/new/nic/subnet"], "a new finding alone is printed, and fails", out)
    write(plain.replace("Net/Apps", "Net/App"))
    status, out, err = check("--baseline", "known.json", "d/x.vnetlab.json")
    ok(status == 0 and "1 entry of known.json found nothing" in err, "what is mended is told", err)
    ok(check("--write-baseline", "d/x.vnetlab.json")[0] == 2, "--write-baseline without a file is wrong usage", "")
    ok(check("--baseline", "d/x.vnetlab.json", "d/x.vnetlab.json")[0] == 5, "a baseline that is none is status 5", "")
    ok(check("--baseline", "none.json", "d/x.vnetlab.json")[0] == 5, "and so is one that is not there", "")

    # A warning that is meant so is a remark with its reason, also when warnings fail.
    with open(ROOT + "/tests/golden/check/suppress-01.json", encoding="utf-8") as f:
        design = json.load(f)
    del design["suppress"]["RS-LOOP-1"]
    write(json.dumps(design))
    status, out, err = check("--strict", "d/x.vnetlab.json")
    ok(status == 0 and "info RS-LOOP-01" in out and "suppressed (the loop is the lesson): " in out, "a suppressed warning does not fail, and shows its reason", out + err)

end()
