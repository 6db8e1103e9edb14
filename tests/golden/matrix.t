#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""matrix: what it says of the labs that ship. ACCEPT=1 takes new texts."""
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ROOT, end, golden, ok, run  # noqa: E402

HERE = os.path.join(ROOT, "tests/golden/matrix")
LABS = {"hub-spoke-transit": 0, "default-route-loop": 1, "azure-firewall": 1, "security-groups": 0, "load-balancer": 1,
        "two-nvas-ecmp": 0, "hybrid/branch-to-branch-on": 0, "hybrid/er-over-vpn": 0}


def path(lab):
    return f"{ROOT}/topologies/{lab}"


for lab, expected in LABS.items():
    status, out, err = run("matrix", "-q", path(lab))
    golden(f"the matrix of {lab}", f"{HERE}/{os.path.basename(lab)}.expect", out)
    ok(status == expected, f"the status of {lab} says whether something loops or breaks", f"{status} {err}")

status, out, err = run("matrix", "-q", "-o", "json", path("azure-firewall"))
m = json.loads(out)
flows, outcomes, sources, classes = (m[k] for k in ("flows", "outcomes", "sources", "destinations"))
named = {s["name"]: i for i, s in enumerate(sources)}
sql = next(i for i, c in enumerate(classes) if c["name"] == "sql")
ports = [(f["protocol"], f["firstPort"], f["lastPort"], outcomes[f["outcome"]]["verdict"])
         for f in flows if f["from"] == named["app"] and f["to"] == sql]
ok(ports == [("icmp", 0, 0, "delivered"), ("tcp", 1, 21, "delivered"), ("tcp", 22, 22, "denied"), ("tcp", 23, 65535, "delivered"),
             ("udp", 1, 65535, "delivered")], "ports are told apart where a rule of the firewall does", ports)
every = sorted((p for c in classes for p in c["prefixes"]), key=lambda p: [int(x) for x in p.split("/")[0].split(".")])
ok(sum(2 ** (32 - int(p.split("/")[1])) for p in every) == 2 ** 32 and len(set(every)) == len(every),
   "every address is of one class", len(every))
with tempfile.TemporaryDirectory() as tmp:
    with open(f"{tmp}/empty.vnetlab.json", "w", encoding="utf-8") as f:
        f.write('{"name": "empty"}')
    status, out, err = run("matrix", "-q", f"{tmp}/empty.vnetlab.json")
    ok(status == 0 and out.rstrip().endswith("classes of destinations: nobody asks anybody"), "a design without anybody is told as one", out + err)
# What nodes' own packet filters say, ports apart; a rule that is not read leaves its packets open.
with open(ROOT + "/tests/golden/walk/own-filter.json", encoding="utf-8") as f:
    case = json.load(f)
with tempfile.TemporaryDirectory() as work:
    for name, text in {**case["files"], "own.vnetlab.json": json.dumps(case["topology"])}.items():
        os.makedirs(os.path.dirname(f"{work}/{name}"), exist_ok=True)
        with open(f"{work}/{name}", "w", encoding="utf-8") as f:
            f.write(text)
    golden("the matrix of own packet filters", HERE + "/own-filter.expect", run("matrix", "-q", work + "/own.vnetlab.json")[1])

of = {p: i for i, c in enumerate(classes) for p in c["prefixes"]}
ok(len({of["10.0.1.5/32"], of["10.0.1.6/32"]} | {i for p, i in of.items() if p.startswith("10.0.1.8/")}) == 3,
   "the instances of a firewall are told apart from addresses that nobody has", str([p for p in of if p.startswith("10.0.1.")]))

pair = {"name": "pair", "virtualNetworks": {"H": {"addressPrefixes": ["10.0.0.0/16"], "subnets": {
            "a": {"addressPrefix": "10.0.2.0/24"}, "b": {"addressPrefix": "10.0.4.0/24"}}}},
        "virtualMachines": {"one": {"nic": {"subnet": "H/a"}}, "two": {
            "nics": {"n1": {"subnet": "H/a"}, "n2": {"subnet": "H/b", "privateIPAddress": "10.0.4.8"}}, "listen": ["tcp/80"]}}}
with tempfile.TemporaryDirectory() as work:
    def matrix_of_pair(**fields):
        pair["virtualMachines"]["two"].update(fields)
        with open(f"{work}/pair.vnetlab.json", "w", encoding="utf-8") as f:
            json.dump(pair, f)
        return run("matrix", "-q", f"{work}/pair.vnetlab.json")[1]

    out = matrix_of_pair()
    ok("one -> two/n2, all: dropped at the receiver, the answer" in out, "the answer of a second NIC leaves by the first one", out)
    out = matrix_of_pair(routes=[{"prefix": "0.0.0.0/0", "via": "10.0.4.1", "from": "10.0.4.8"}])
    ok("two/n1, two/n2" in out and "dropped" not in out, "but for a route for what is from its address", out)
ok(run("matrix", ROOT + "/none.vnetlab.json")[0] == 5, "a file that is not there is status 5", "")
end()
