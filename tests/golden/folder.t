#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Folders with several templates: stages of one design, alternatives, linked ones, and the addresses that they share."""
import json
import os
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import end, ok, run  # noqa: E402

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
NET = "Microsoft.Network/"


def template(*resources, **more):
    return dict({"$schema": SCHEMA, "contentVersion": "1.0.0.0", "resources": list(resources)}, **more)


def resource(kind, name, properties, **more):
    return dict({"type": kind, "apiVersion": "2023-05-01", "name": name, "location": "westeurope",
                 "properties": properties}, **more)


def vnet(prefix="10.1.0.0/16", subnets=("a",)):
    third = prefix.split(".")[1]
    return resource(NET + "virtualNetworks", "net", {
        "addressSpace": {"addressPrefixes": [prefix]},
        "subnets": [{"name": s, "properties": {"addressPrefix": f"10.{third}.{i + 1}.0/24"}} for i, s in enumerate(subnets)]})


def pip(name):
    return resource(NET + "publicIPAddresses", name, {"publicIPAllocationMethod": "Static"}, sku={"name": "Standard"})


def machine(name, subnet="a", ip=None, public=None, forwarding=False):
    config = {"subnet": {"id": f"[resourceId('{NET}virtualNetworks/subnets','net','{subnet}')]"}}
    if ip:
        config.update(privateIPAddress=ip, privateIPAllocationMethod="Static")
    if public:
        config["publicIPAddress"] = {"id": f"[resourceId('{NET}publicIPAddresses','{public}')]"}
    nic = resource(NET + "networkInterfaces", name + "-nic", {
        "enableIPForwarding": forwarding, "ipConfigurations": [{"name": "c", "properties": config}]})
    vm = resource("Microsoft.Compute/virtualMachines", name, {
        "networkProfile": {"networkInterfaces": [{"id": f"[resourceId('{NET}networkInterfaces','{name}-nic')]"}]}})
    return nic, vm


def folder(**files):
    """Findings of check, as "rule: message" lines; machines of the lab with their addresses."""
    with tempfile.TemporaryDirectory() as tmp:
        for name, doc in files.items():
            path = os.path.join(tmp, "design", name.replace("__", "/").replace("_", "-") + ".json")
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8") as f:
                json.dump(doc, f)
        status, out, err = run("check", "-o", "json", "design", cwd=tmp)
        found = json.loads(out)["findings"] if out else []
        text = "".join(f"{f['rule']} {f['file']}: {f['message']} | {f['hint']}\n" for f in found) + err
        lab = json.loads(run("import", "design", cwd=tmp)[1] or "{}")
    return status, text, lab


def address(lab, vm):
    nic = lab["virtualMachines"][vm].get("nic") or lab["virtualMachines"][vm]["nics"][vm + "-nic"]
    return nic.get("privateIPAddress")


# --- addresses ---------------------------------------------------------------------------------

status, text, lab = folder(a=template(vnet(), pip("one"), *machine("vm1", public="one")),
                           b=template(pip("two"), *machine("vm2", public="two")))
ok(status == 0, "public addresses that were invented differ", text)
ok(sorted(x["ipAddress"] for x in lab["publicIPAddresses"].values()) == ["20.100.0.4", "20.100.0.5"], "they are the lowest free", lab)

status, text, lab = folder(a=template(vnet(), *machine("vm1")), b=template(vnet(), *machine("vm2")),
                           c=template(vnet(), *machine("vm3", ip="10.1.1.4")))
ok(status == 0, "private ones, too, of a VNet that each file has", text)
ok([address(lab, x) for x in ("vm1", "vm2", "vm3")] == ["10.1.1.5", "10.1.1.6", "10.1.1.4"],
   "an address that a later file gives is not free for an earlier one", lab)

hop = resource(NET + "routeTables", "rt", {"routes": [{"name": "r", "properties": {
    "addressPrefix": "10.9.0.0/16", "nextHopType": "VirtualAppliance",
    "nextHopIpAddress": f"[reference(resourceId('{NET}networkInterfaces','vm1-nic')).ipConfigurations[0].properties.privateIPAddress]"}}]})
status, text, lab = folder(a=template(vnet(), *machine("vm0"), *machine("vm1")),
                           b=template(vnet(), *machine("vm1"), hop))
ok(status == 0 and address(lab, "vm1") == "10.1.1.5", "a resource that two files have keeps its address", text)
ok(lab["routeTables"]["rt"]["routes"]["r"]["nextHopIpAddress"] == "10.1.1.5", "and what the later file makes of it is that", lab)

# --- one design --------------------------------------------------------------------------------

status, text, lab = folder(a_base=template(vnet(), *machine("vm1")),
                           b_more=template(vnet(subnets=("a", "b")), *machine("vm1"), *machine("vm2", "b")))
CHOICE = "INPUT-CHOICE-01"
ok(status == 0 and CHOICE not in text and set(lab["virtualMachines"]) == {"vm1", "vm2"},
   "a stage that repeats an earlier one and adds to it is part of the design", text)

status, text, lab = folder(a=template(vnet()), b=template(*machine("vm1")), c=template(*machine("vm2")))
ok(status == 0 and CHOICE not in text and set(lab["virtualMachines"]) == {"vm1", "vm2"}, "so are stages", text)

linked = resource("Microsoft.Resources/deployments", "d", {
    "mode": "Incremental", "templateLink": {"uri": "https://example.net/lab/modules/vm.json"},
    "parameters": {"ip": {"value": "10.1.1.9"}}})
module = template(*machine("vm9", ip="[parameters('ip')]"), parameters={"ip": {"type": "string"}})
status, text, lab = folder(main=template(vnet(), linked), modules__vm=module)
ok(status == 0 and address(lab, "vm9") == "10.1.1.9", "a linked template is read where it is linked alone", text)
ok("INPUT-KIND-03 design/modules/vm.json: modules/vm.json is a linked template" in text, "and a remark says so", text)

itself = resource("Microsoft.Resources/deployments", "d", {
    "mode": "Incremental", "templateLink": {"uri": "https://example.net/elsewhere/main.json"}})
status, text, lab = folder(main=template(vnet(), itself))
ok(status == 3 and "ARM-LINK-01 design/main.json: the linked template https://example.net/elsewhere/main.json is not here" in text,
   "a link does not find the file that it stands in", text)

with tempfile.TemporaryDirectory() as tmp:
    os.mkdir(tmp + "/design")
    for name in ("design/net.json", "out.json"):
        with open(f"{tmp}/{name}", "w", encoding="utf-8") as f:
            json.dump(template(vnet(), *machine("vm1")), f)
    os.symlink("net.json", tmp + "/design/latest.json")
    os.symlink("../out.json", tmp + "/design/out.json")
    status, out, err = run("check", "-o", "json", "design", cwd=tmp)
    said = [f["message"] for f in json.loads(out)["findings"]]
    ok(status == 0 and said == ["out.json is a symbolic link that leads out of the folder: not used"],
       "a link is not followed out of the folder; one that leads to a file of it is that file", out + err)

# --- alternatives ------------------------------------------------------------------------------

status, text, lab = folder(with_firewall=template(vnet(), *machine("app"), *machine("fw")),
                           with_router=template(vnet(), *machine("app"), *machine("router")))
ok(status == 0 and set(lab["virtualMachines"]) == {"app", "fw"}, "the lab has one of two alternatives", text)
ok('INPUT-CHOICE-01 design/with-router.json: with-firewall.json and with-router.json are alternatives, or meant for two resource groups: both build '
   in text and "vnetlab check design/with-router.json reads this one instead" in text, "a warning names both, with a line to paste", text)

status, text, lab = folder(azuredeploy=template(vnet("10.2.0.0/16"), *machine("app")),
                           a_small=template(vnet("10.1.0.0/16"), *machine("app")))
ok(status == 0 and lab["virtualNetworks"]["net"]["addressPrefixes"] == ["10.2.0.0/16"],
   "of two that contradict each other the main one is read", text)

status, text, lab = folder(a=template(vnet(subnets=("a", "b")), *machine("vm1")), b=template(vnet(subnets=("b", "a")), *machine("vm2")))
ok(status == 0 and "both build \"net\"; the lab has a.json" in text and set(lab["virtualMachines"]) == {"vm1"},
   "so are two with the same VNet and other subnets in it", text)

status, text, lab = folder(a=template(vnet(subnets=("a", "b")), *machine("app")), b=template(vnet(subnets=("a", "b")), *machine("app", "b")))
ok(status == 0 and "both build \"app-nic\"; the lab has a.json" in text, "and two with one NIC at different places", text)

longer = vnet()
longer["properties"]["addressSpace"]["addressPrefixes"].append("10.7.0.0/16")
status, text, lab = folder(a=template(vnet(), *machine("app")), b=template(longer, *machine("vm2")))
ok(status == 0 and CHOICE not in text and len(lab["virtualMachines"]) == 2, "a VNet that grows is one design", text)

status, text, lab = folder(a=template(vnet(), *machine("app")), b=template(vnet(), *machine("app")))
ok(status == 0 and CHOICE not in text, "two that say the same are no alternatives", text)
end()
