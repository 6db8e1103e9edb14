#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Every rule, by a topology that breaks it: findings as `vnetlab check` gives them. ACCEPT=1 takes new ones."""
import atexit
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap  # noqa: E402
from tap import ROOT, end, golden, ok  # noqa: E402

HERE = os.path.join(ROOT, "tests/golden/check")
# Checked in a copy, which has what a checkout may lose: a link that leads out of the folder.
WORK = tempfile.mkdtemp(prefix="vnl-check.")
atexit.register(shutil.rmtree, WORK)
COPY = shutil.copytree(HERE, WORK + "/check")
os.symlink("/etc/passwd", COPY + "/files/outside")


def run(*args):
    return tap.run(*args, cwd=COPY)


def readable(status, out, err):
    text = f"status {status}\n"
    for f in json.loads(out)["findings"] if out else []:
        text += f"\n{f['severity']} {f['rule']} {f['pointer']}\n  {f['message']}\n"
        text += f"  {f['count']} places: {' '.join(f['places'])}\n" if "count" in f else ""
        text += f"  hint: {f['hint']}\n" if f["hint"] else ""
        text += f"  Azure: {f['azureCode']}\n" if f["azureCode"] else ""
    return text + err


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


# Images of the tests' own, for what must not depend on which daemons are installed.
IMAGES = {"image-06": COPY + "/images"}
expect = {}
for path in sorted(glob.glob(HERE + "/*.json")):
    name = os.path.basename(path)[:-5]
    tap.ENV.pop("VNETLAB_IMAGES", None)
    if name in IMAGES:
        tap.ENV["VNETLAB_IMAGES"] = IMAGES[name]
    # Which daemons are here, and what they think of a file, is not what these are about.
    rules_only = [] if name in IMAGES else ["--rules-only"]
    expect[name] = readable(*run("check", "-o", "json", *rules_only, name + ".json"))
    golden(name, f"{HERE}/{name}.expect", expect[name])

# No rule without a test, none that is not documented, none documented that does not exist.
sources = [path for layer in ("azure", "checks", "cmd", "input", "kinds", "schema")
           for path in glob.glob(f"{ROOT}/orchestrator/{layer}/**/*.c", recursive=True)]
rule_re = re.compile(r'"([A-Z]+(?:-[A-Z0-9]+)*-[0-9]{2})"')
rules = {r for f in sources for r in rule_re.findall(read(f))}
golden("orchestrator/input/rule_names.inc has every rule (ACCEPT=1)", ROOT + "/orchestrator/input/rule_names.inc",
       "/* SPDX-License-Identifier: GPL-2.0-or-later */\n" + "".join(f'"{r}",\n' for r in sorted(rules)))
# One that is suppressed is a remark, whatever its rule is.
seen = set(re.findall(r"^(error|warning|info) (\S+) .*\n(?!  suppressed \()", "\n".join(expect.values()), re.M))
for path in glob.glob(ROOT + "/tests/golden/import/*.expect"):
    seen |= set(re.findall(r"^(error|warning|info) ((?:IMPORT|INPUT)-\S+) at ", read(path), re.M))
unit = {r for f in glob.glob(ROOT + "/tests/unit/test_input*.c")
        + glob.glob(ROOT + "/tests/unit/test_arm*.c") + glob.glob(ROOT + "/tests/unit/test_bicep.c") + [ROOT + "/tests/golden/import.t", ROOT + "/tests/golden/folder.t"]
        for r in rule_re.findall(read(f))}
unit |= set(re.findall(r"INPUT-[A-Z]+-[0-9]{2}", read(ROOT + "/tests/golden/folder.t")))
unit |= set(re.findall(r"(?:BICEP|INPUT)-[A-Z]+-[0-9]{2}", read(ROOT + "/tests/golden/bicep.t")))
unit |= set(re.findall(r"(?:TF|HCL)-[A-Z]+-[0-9]{2}", read(ROOT + "/tests/golden/terraform.t") + read(ROOT + "/tests/golden/tfsource.t")
                       + read(ROOT + "/tests/golden/terraform/hub.expect")))
documented = re.findall(r"^\| ([A-Z][A-Z0-9-]*-[0-9]{2}) \| (\w+) \|", read(ROOT + "/docs/rules.md"), re.M)
for name, odd in (
    ("every rule has a test", rules - {r for _, r in seen} - unit),
    ("every rule is documented", rules - {r for r, _ in documented}),
    ("every documented rule exists", {r for r, _ in documented} - rules),
    ("severities are as documented", {r for s, r in seen if (r, s) not in documented}),
):
    ok(not odd, name, " ".join(sorted(odd)))

golden("docs/topology.md is what the table says (make docs)", ROOT + "/docs/topology.md", run("schema", "--docs")[1])
golden("docs/settings.md is what the table says (make docs)", ROOT + "/docs/settings.md", run("schema", "--settings")[1])
golden("docs/architecture.svg is what its text says (make docs)", ROOT + "/docs/architecture.svg",
       subprocess.run([ROOT + "/docs/draw", ROOT + "/docs/architecture.txt"], capture_output=True, text=True, check=True).stdout)
ok(run("check", "--strict", "rs-loop-01.json")[0] == 3, "--strict: warnings fail")
ok(run("check", "--strict", "rt-used-01.json")[0] == 0, "--strict: remarks do not")
status, out, err = run("check", "not-there.json")
ok(status == 5 and "not-there.json: No such file" in err, "a file that is not there", f"{status} {err}")
status, out, err = run("check", "nic-addr-01.json")
ok(status == 3 and not err
       and out.startswith("error NIC-ADDR-01 at nic-addr-01.json:9:44 (/virtualMachines/app/nic/privateIPAddress)\n")
       and "Azure answers: PrivateIPAddressNotInSubnet" in out, "findings are data: they go to stdout", out + err)
ok(run("check", "-q", "nic-addr-01.json")[1] == out, "-q leaves out no finding", "")

# The form alone, without what needs the whole design.
FORM = ("TOPO-KEY-", "TOPO-TYPE-", "TOPO-RANGE-", "TOPO-ENUM-", "TOPO-REQ-", "TOPO-NAME-01", "EMU-KIND-")
try:
    import jsonschema
except ImportError:
    print("# no python3-jsonschema: the schema is not compared with the loader")
else:
    schema = json.loads(run("schema")[1])
    do = next(d["properties"]["do"] for d in schema["definitions"].values() if "do" in d.get("properties", {}))
    odd = [w for w, good in (("fault maintenance RS/0 5s", True), ("fault clear", True), (" fault  stop a", True),
                             ("fault maintain RS/0", False), ("stop a", False), ("fault stopa", False))
           if jsonschema.Draft7Validator(do).is_valid(w) != good]
    ok(not odd, "the schema knows the verbs of faults", odd)
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    odd = []
    for path in glob.glob(HERE + "/*.json") + glob.glob(ROOT + "/topologies/*/*.vnetlab.json"):
        try:
            doc = json.loads(read(path))
        except ValueError:
            continue
        found = expect.get(os.path.basename(path)[:-5], "status 0")
        bad_form = any("error " + r in found for r in FORM)
        valid = validator.is_valid(doc)
        if (bad_form and valid) or (found.startswith("status 0") and not valid):
            odd.append(f"{path}: form errors: {bad_form}, valid for the schema: {valid}")
    ok(not odd, "the schema agrees with the loader", "\n".join(odd))

end()
