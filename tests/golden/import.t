#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Exports of az, REST and Resource Graph become topologies: text, findings and coverage as they were. ACCEPT=1 takes new ones."""
import base64
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import tap  # noqa: E402
from tap import ROOT, end, golden, ok  # noqa: E402

HERE = os.path.join(ROOT, "tests/golden/import")


def run(*args, cwd=HERE):
    return tap.run(*args, cwd=cwd)


for name in ("every-type.json", "odd.json", "more.json", "manager.json", "az", "folder", "with-parameters", "group-export", "group-export/template.json", "../terraform/hub.plan.json",
             "firewall.json", "public-lb.json", "published.json", "gateway-addresses.json", "open.json", "elsewhere.json", "services.json", "../terraform/firewall.plan.json"):
    status, out, err = run("import", name)
    text = f"status {status}\n\n{out}\n{err}\n" + run("import", name, "--coverage")[1]
    golden(name, f"{HERE}/{name.replace('../terraform/', '').replace('/', '-')}.expect", text)
    status, again, _ = run("import", name)
    ok(again == out, f"{name}: the same twice", again)

# Azure takes a machine and a private endpoint of one name in a group; nodes of a lab are told apart by theirs.
with tempfile.TemporaryDirectory() as tmp:
    path = os.path.join(tmp, "alike.json")
    group = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft"
    subnet = {"id": f"{group}.Network/virtualNetworks/V/subnets/S"}
    nic = f"{group}.Network/networkInterfaces/app-nic"
    with open(path, "w", encoding="utf-8") as f:
        json.dump([
            {"id": f"{group}.Network/virtualNetworks/V", "type": "Microsoft.Network/virtualNetworks", "name": "V", "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [{"id": subnet["id"], "name": "S", "properties": {"addressPrefix": "10.0.1.0/24"}}]}},
            {"id": nic, "type": "Microsoft.Network/networkInterfaces", "name": "app-nic", "properties": {
                "ipConfigurations": [{"name": "c", "properties": {"subnet": subnet}}]}},
            {"id": f"{group}.Compute/virtualMachines/app", "type": "Microsoft.Compute/virtualMachines", "name": "app", "properties": {
                "networkProfile": {"networkInterfaces": [{"id": nic}]}}},
            {"id": f"{group}.Network/privateEndpoints/App", "type": "Microsoft.Network/privateEndpoints", "name": "App", "properties": {
                "subnet": subnet}}], f)
    status, out, err = run("check", "-o", "json", path)
    found = json.loads(out)
    ok(status == 0 and "IMPORT-NAME-02" in [f["rule"] for f in found["findings"]],
       "a private endpoint that is called as a machine gets another name", out)

# A template with blanks to fill in: names are invented.
with tempfile.TemporaryDirectory() as tmp:
    path = os.path.join(tmp, "blank.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": [
            {"type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "", "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}}},
            {"type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2023-09-01", "name": "/s", "properties": {
                "addressPrefix": "10.0.1.0/24"}}]}, f)
    status, out, err = run("check", "-o", "json", path)
    found = [f["rule"] for f in json.loads(out)["findings"]]
    ok(status == 0 and found == ["ARM-RES-05", "ARM-RES-05"], "an empty name is a warning, and invented", found)

# What is written is what the other commands see.
with tempfile.TemporaryDirectory() as tmp:
    path = os.path.join(tmp, "lab.vnetlab.json")
    status, out, err = run("import", "az", "-o", path)
    ok(status == 0 and os.path.exists(path), "-o writes it", err)
    status, out, err = run("check", "-o", "json", path)
    kept = json.loads(out)["findings"]
    direct = json.loads(run("check", "-o", "json", "az")[1])["findings"]
    for f in kept + direct:
        f["at"] = f.pop("file")
    ok({f["at"] for f in kept} == {path}, "findings of a topology are in it", kept)
    ok({f["at"] for f in direct} <= {"az/" + n for n in os.listdir(HERE + "/az")}, "those of an export in its files", direct)
    for f in kept + direct:
        ok(f.pop("line") > 0 and f.pop("column") > 0, "a finding has a place", f)
        del f["at"]
    own = [f for f in direct if not f["rule"].startswith(("IMPORT-", "INPUT-"))]
    ok(kept == own and status == 0, "check finds the same in the file and in the export", f"{kept}\n{own}")
    ok(all(f["source"] for f in own if f["pointer"]), "findings name the original place", own)
    status, out, err = run("import", "az", "-o", path)
    ok(status == 5 and "--force" in err, "a file that exists stays", err)
    status, out, err = run("import", "az", "-o", path, "--force")
    ok(status == 0, "--force writes over it", err)
    status, out, err = run("import", path)
    ok(status == 2 and "topology file already" in err, "a topology is one already", err)
    with open(os.path.join(tmp, "own.conf"), "w", encoding="utf-8") as f:
        f.write("frr version 8.4\nfrr defaults traditional\nrouter bgp 65001\n neighbor 10.2.3.4 remote-as 65515\n")
    status, out, err = run("import", "az", "-o", path, "--force", "--node", f"NVA=frr:{tmp}/own.conf")
    with open(path, encoding="utf-8") as f:
        nva = json.load(f)["virtualMachines"]["nva"]
    ok(nva["config"] == {"frr.conf": "nva/frr.conf"} and "bgp" not in nva, "--node gives a configuration", nva)
    ok(os.path.exists(os.path.join(tmp, "nva/frr.conf")), "it is written beside the topology", os.listdir(tmp))

    # Rules of iptables in a machine's script are a file of the machine, whatever runs in it besides.
    ids = "[resourceId('Microsoft.Network/virtualNetworks/subnets','v','s')]", "[resourceId('Microsoft.Network/networkInterfaces','n')]"
    script = "#!/bin/sh\niptables -P FORWARD DROP\niptables -A FORWARD -i ens3 -p udp --dport 53 -j ACCEPT\n"
    resources = [
        {"type": "Microsoft.Network/virtualNetworks", "name": "v", "properties": {
            "addressSpace": {"addressPrefixes": ["10.7.0.0/16"]},
            "subnets": [{"name": "s", "properties": {"addressPrefix": "10.7.1.0/24"}}]}},
        {"type": "Microsoft.Network/networkInterfaces", "name": "n", "properties": {
            "enableIPForwarding": True, "ipConfigurations": [{"name": "c", "properties": {"subnet": {"id": ids[0]}}}]}},
        {"type": "Microsoft.Compute/virtualMachines", "name": "gate", "properties": {
            "osProfile": {"customData": base64.b64encode(script.encode()).decode()},
            "networkProfile": {"networkInterfaces": [{"id": ids[1]}]}}}]
    with open(os.path.join(tmp, "arm.json"), "w", encoding="utf-8") as f:
        json.dump({"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
                   "contentVersion": "1.0.0.0", "resources": resources}, f)
    for more, files in (((), {"iptables.rules"}), (("--node", f"gate=frr:{tmp}/own.conf"), {"iptables.rules", "frr.conf"})):
        status, out, err = run("import", tmp + "/arm.json", "-o", path, "--force", *more)
        with open(path, encoding="utf-8") as f:
            gate = json.load(f)["virtualMachines"]["gate"]
        ok(set(gate["config"]) == files and "sourceNat" not in gate, f"its packet filter is a file of it {more}", gate)
        with open(os.path.join(tmp, "gate/iptables.rules"), encoding="utf-8") as f:
            text = f.read()
        ok(text == "*filter\n:FORWARD DROP [0:0]\n-A FORWARD -i eth0 -p udp --dport 53 -j ACCEPT\nCOMMIT\n", "its rules are those of the script", text)
    status, out, err = run("import", "az", "-o", path, "--force", "--node", f"NVA=frr:{tmp}/own.conf")
    status, out, err = run("check", path)
    ok(status == 0, "and the topology finds it there", err)
for args, want in ((("--node", "nobody=frr"), "IMPORT-NODE-01"), (("--node", "frr"), "IMPORT-NODE-01"),
                   (("--node", "nva=frr:not-there.conf"), "IMPORT-NODE-02")):
    status, out, err = run("import", "az", *args)
    ok(status == 3 and want in err, " ".join(args), err)

# What is no design says what it is and what to do.
with tempfile.TemporaryDirectory() as tmp:
    for name, text, want in (
        ("p.json", '{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"}', "with -p"),
        ("terraform.tfstate", '{"version": 4, "terraform_version": "1.9.0", "lineage": "x", "resources": []}', "IMPORT-EMPTY-01"),
        ("old.tfstate", '{"version": 3, "terraform_version": "0.11.1", "lineage": "x", "modules": []}', "its format has version 3"),
        ("new.tfstate", '{"version": 5, "terraform_version": "9.9.9", "lineage": "x", "resources": []}', "its format has version 5"),
        ("secret.tfstate", '{"serial": 1, "lineage": "x", "meta": {}, "encrypted_data": "eyJ"}', "it is encrypted"),
        ("flat.tfstate", '{"version": 4, "terraform_version": "0.12.0", "lineage": "x", "resources": [{"mode": "managed",'
         '"type": "azurerm_subnet", "name": "s", "instances": [{"schema_version": 0, "attributes_flat": {}}]}]}', "attributes_flat"),
        ("learned.json", '{"RouteServiceRole_IN_0": []}', "folder"),
        ("main.bicep", "resource x 'y'", "BICEP-SYNTAX-01"),
        ("main.tf", 'resource "a" "b" {}', "IMPORT-EMPTY-01"),
        ("nothing.json", '{"value": []}', "IMPORT-EMPTY-01"),
        ("deploy.sh", "az network vnet create -n v", "INPUT-KIND-01"),
        ("broken.json", '{"virtualNetworks": {', "TOPO-JSON-01"),
        ("comment.json", '{} // a topology has none', "TOPO-JSON-01"),
    ):
        with open(os.path.join(tmp, name), "w", encoding="utf-8") as f:
            f.write(text)
        status, out, err = run("check", name, cwd=tmp)
        ok(status == 3 and want in out, f"{name} is refused", f"{status} {out} {err}")
    os.mkdir(os.path.join(tmp, "empty"))
    status, out, err = run("check", "empty", cwd=tmp)
    ok(status == 3 and "no design in folder" in out, "an empty folder is refused", f"{status} {err}")

status, out, err = run("check", "../check/good-small.json", "-p", "a=b")
ok(status == 0 and "INPUT-OPTION-01" in out, "options of templates say nothing to a topology", err)
status, out, err = run("import", "with-parameters", "-p", "prefix=10.9.0.0/16")
ok(status == 0 and "10.9.0.0/24" in out and "net1" not in out and "not used" in err, "-p comes first", f"{out} {err}")
status, out, err = run("import", "with-parameters/main.json")
ok(status == 3 and "prefix" in err, "alone it needs them", err)
status, out, err = run("import", "every-type.json", "--coverage", "--output", "json")
sums = json.loads(out)["summary"]
ok(sums["resources"] >= sums["understood"] >= sums["carryPacketsRead"], "coverage as JSON", sums)
for args in (("graph", "az"), ("plan", "az"), ("plan", "az", "-o", "json")):
    status, out, err = run(*args)
    ok(status == 0 and "nva" in out, " ".join(args), err)

end()
