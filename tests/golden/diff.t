#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""diff: planted changes are found, each with its cause; renamed, reordered and reformatted designs are equal."""
import json
import os
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import end, ok, run  # noqa: E402

SPOKES = 4
FW, NVA = "10.0.1.4", "10.0.3.4"


def via(prefix, hop=FW):
    return {"addressPrefix": prefix, "nextHopType": "VirtualAppliance", "nextHopIpAddress": hop}


def base():
    """A hub with a firewall, an appliance that announces on-premises prefixes, spokes with a route table and a group each."""
    peer = {"allowForwardedTraffic": True}
    d = {
        "name": "diff",
        "virtualNetworks": {"hub": {
            "addressPrefixes": ["10.0.0.0/16"],
            "subnets": {"AzureFirewallSubnet": {"addressPrefix": "10.0.1.0/26"}, "RouteServerSubnet": {"addressPrefix": "10.0.2.0/26"},
                        "nva": {"addressPrefix": "10.0.3.0/24"}},
            "peerings": {f"to-s{i}": {"remoteVirtualNetwork": f"s{i}", "allowGatewayTransit": True, **peer} for i in range(SPOKES)}}},
        "routeTables": {}, "networkSecurityGroups": {},
        "azureFirewalls": {"fw": {"virtualNetwork": "hub", "publicIPAddresses": [True], "networkRuleCollections": {"n": {
            "priority": 100, "action": "Allow", "rules": {
                "web": {"protocols": ["TCP"], "sourceAddresses": ["10.0.0.0/8"], "destinationAddresses": ["*"], "destinationPorts": ["443"]},
                "dns": {"protocols": ["UDP"], "sourceAddresses": ["10.0.0.0/8"], "destinationAddresses": ["*"], "destinationPorts": ["53"]}}}}}},
        "routeServers": {"rs": {"virtualNetwork": "hub", "bgpConnections": {"nva": {"peerIp": NVA, "peerAsn": 65001}}}},
        "virtualMachines": {"nva": {
            "image": "bird", "nic": {"subnet": "hub/nva", "privateIPAddress": NVA, "enableIPForwarding": True},
            "routes": [{"prefix": "10.0.2.0/26", "via": "10.0.3.1"}], "loopbacks": ["10.40.0.1", "10.41.0.1"],
            "bgp": {"asn": 65001, "advertise": ["10.40.0.0/16", "10.41.0.0/16"]}}}}
    for i in range(SPOKES):
        d["virtualNetworks"][f"s{i}"] = {
            "addressPrefixes": [f"10.{i + 1}.0.0/16"],
            "subnets": {"w": {"addressPrefix": f"10.{i + 1}.1.0/24", "routeTable": f"rt{i}", "networkSecurityGroup": f"g{i}"}},
            "peerings": {"to-hub": {"remoteVirtualNetwork": "hub", "useRemoteGateways": True, **peer}}}
        d["routeTables"][f"rt{i}"] = {"routes": {"spokes": via("10.0.0.0/13", NVA), "out": via("0.0.0.0/0"), "lan": {
            "addressPrefix": f"10.{i + 1}.0.0/16", "nextHopType": "VnetLocal"}}}
        d["networkSecurityGroups"][f"g{i}"] = {"securityRules": {
            "web": {"priority": 100, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourceAddressPrefix": "10.0.0.0/8",
                    "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "443"},
            "ssh": {"priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourceAddressPrefix": "*",
                    "sourcePortRange": "*", "destinationAddressPrefix": "*", "destinationPortRange": "22"}}}
        for k in range(2):
            d["virtualMachines"][f"vm{i}{k}"] = {"image": "host", "nic": {"subnet": f"s{i}/w", "privateIPAddress": f"10.{i + 1}.1.{4 + k}"}}
    return d


def plants():
    """(what, design, a word of the cause): twelve and more kinds of mistakes, in each spoke."""
    for i in range(SPOKES):
        rt, g, s = f"rt{i}", f"g{i}", f"s{i}"

        def change(f):
            d = base()
            f(d)
            return d
        yield f"{rt} lost spokes", change(lambda d: d["routeTables"][rt]["routes"].pop("spokes")), f"route table {rt} lost 10.0.0.0/13"
        yield f"{rt} lost out", change(lambda d: d["routeTables"][rt]["routes"].pop("out")), f"route table {rt} lost 0.0.0.0/0"
        yield f"{rt} out elsewhere", change(lambda d: d["routeTables"][rt]["routes"].update(out=via("0.0.0.0/0", NVA))), \
            f"route table {rt} sends 0.0.0.0/0 to {NVA}, no longer to {FW}"
        yield f"{rt} to nowhere", change(lambda d: d["routeTables"][rt]["routes"].update(
            none={"addressPrefix": "10.40.0.0/16", "nextHopType": "None"})), f"route table {rt} gained 10.40.0.0/16 to None"
        yield f"{s} without table", change(lambda d: d["virtualNetworks"][s]["subnets"]["w"].pop("routeTable")), "routeTable"
        yield f"{s} without group", change(lambda d: d["virtualNetworks"][s]["subnets"]["w"].pop("networkSecurityGroup")), "networkSecurityGroup"
        yield f"{g} denies web", change(lambda d: d["networkSecurityGroups"][g]["securityRules"]["web"].update(access="Deny")), g
        yield f"{g} allows ssh", change(lambda d: d["networkSecurityGroups"][g]["securityRules"].pop("ssh")), g
        yield f"{s} takes nothing forwarded", change(lambda d: d["virtualNetworks"][s]["peerings"]["to-hub"].update(
            allowForwardedTraffic=False)), "allowForwardedTraffic"
        yield f"{s} without the hub's gateways", change(lambda d: d["virtualNetworks"][s]["peerings"]["to-hub"].update(
            useRemoteGateways=False)), "useRemoteGateways"
        yield f"{s} without peering", change(lambda d: d["virtualNetworks"][s]["peerings"].pop("to-hub")), "to-hub"
        yield f"{rt} without propagation", change(lambda d: d["routeTables"][rt].update(disableBgpRoutePropagation=True)), "disableBgpRoutePropagation"
    d = base()
    d["azureFirewalls"]["fw"]["networkRuleCollections"]["n"]["rules"].pop("web")
    yield "the firewall lost a rule", d, "fw"
    d = base()
    d["virtualMachines"]["nva"]["bgp"]["advertise"].pop()
    yield "the appliance announces less", d, "nva"
    d = base()
    d["virtualMachines"]["nva"]["nic"]["enableIPForwarding"] = False
    yield "the appliance does not forward", d, "nva"


def shuffled(value, rng):
    if isinstance(value, dict):
        keys = list(value)
        rng.shuffle(keys)
        return {k: shuffled(value[k], rng) for k in keys}
    return value


def renamed(design, rng):
    """Other names for tables, groups, peerings, machines, subnets; the same addresses."""
    text = json.dumps(design)
    for old in [f"{p}{i}" for p in ("rt", "g") for i in range(SPOKES)] + [f"vm{i}{k}" for i in range(SPOKES) for k in range(2)]:
        if rng.random() < 0.5:
            text = text.replace(f'"{old}"', f'"{old}-{rng.randrange(1000)}"')
    if rng.random() < 0.5:
        text = text.replace('"to-hub"', '"up"').replace('"web"', '"https"').replace('"nva": {"peerIp"', '"peer": {"peerIp"')
    return json.loads(text)


with tempfile.TemporaryDirectory() as work:
    def write(name, design, **how):
        with open(f"{work}/{name}.vnetlab.json", "w", encoding="utf-8") as f:
            json.dump(design, f, **how)
        return f"{work}/{name}.vnetlab.json"

    old = write("old", base())
    missed, n = [], 0
    for what, design, word in plants():
        n += 1
        status, out, err = run("diff", "-o", "json", old, write("new", design))
        changes = json.loads(out)["changes"] if status in (0, 1) else []
        if status != 1 or not changes or not all(word in c["cause"] for c in changes):
            missed.append(f"{what}: {status} {err} {[c for c in changes if word not in c['cause']][:2]}")
    ok(n >= 50 and not missed, f"each of {n} planted changes is found, and every line has its cause", "\n".join(missed))
    odd = []
    for seed in range(50):
        rng = random.Random(seed)
        design = renamed(base(), rng) if seed % 2 else base()
        design = shuffled(design, rng) if seed % 3 else design
        status, out, err = run("diff", old, write("new", design, indent=rng.choice([None, 1, 8])))
        if status or out:
            odd.append(f"seed {seed}: {status} {err}{out[:300]}")
    ok(not odd, "50 renamed, reordered and reformatted designs are equal, without a line", "\n".join(odd))

    # What published histories have shown (tests/tools/diff_histories).
    bastion = base()
    bastion["virtualNetworks"]["hub"]["subnets"]["AzureBastionSubnet"] = {"addressPrefix": "10.0.4.0/26"}
    before = write("bastion", bastion)
    bastion["virtualNetworks"]["hub"]["subnets"]["AzureBastionSubnet"]["defaultOutboundAccess"] = False
    status, out, err = run("diff", before, write("new", bastion))
    ok(status == 0 and not out, "a subnet of Azure's own service does not need default outbound access", out + err)
    gateways = {"name": "g", "virtualNetworks": {v: {"addressPrefixes": [f"10.{i}.0.0/16"], "subnets": {
        "GatewaySubnet": {"addressPrefix": f"10.{i}.0.0/27"}, "w": {"addressPrefix": f"10.{i}.1.0/24"}}} for i, v in ((1, "a"), (2, "b"))},
        "virtualNetworkGateways": {f"g{v}": {"virtualNetwork": v, "gatewayType": "Vpn", "asn": 65000 + i} for i, v in ((1, "a"), (2, "b"))},
        "connections": {f"{v}-{w}": {"gateway": f"g{v}", "type": "Vnet2Vnet", "remoteGateway": f"g{w}", "enableBgp": True} for v, w in ("ab", "ba")},
        "virtualMachines": {f"vm{v}": {"nic": {"subnet": f"{v}/w"}} for v in "ab"}}
    before = write("gateways", gateways)
    gateways["virtualNetworkGateways"]["ga"].update(activeActive=True)
    status, out, err = run("diff", "-o", "json", before, write("new", gateways))
    changes = json.loads(out or '{"changes": []}')["changes"]
    ok(status == 1 and "169.254." not in out and all(c["cause"].startswith("virtualNetworkGateway ga: activeActive") for c in changes if c["kind"] != "objects"),
       "a gateway that becomes active-active is the cause, and its inner link is nobody's destination", out + err)

    design = base()
    design["routeTables"]["rt1"]["routes"].pop("out")
    new = write("new", design)
    status, out, err = run("diff", old, new)
    ok("s1/w (2 NICs) -> internet, tcp 443, udp 53: was delivered by fw, now delivered direct: route table rt1 lost 0.0.0.0/0\n" in out, "a line says from whom, to whom, what was, what is, and why", out)
    ok("| From | To |" in run("diff", old, new, "--markdown")[1], "Markdown is a table", "")
    ok(run("diff", old, new, "--only", "nothing")[0] == 2, "another kind of change is wrong usage", "")
    every, routes = (json.loads(run("diff", "-o", "json", old, new, *more)[1])["changes"] for more in ((), ("--only", "routes")))
    ok(routes == [c for c in every if c["kind"] == "routes"], "--only keeps one kind", routes)
    ok(run("diff", old, f"{work}/none.json")[0] == 5, "a file that is not there is status 5", "")

    def git(*args):
        subprocess.run(["git", "-C", work, "-c", "user.name=n", "-c", "user.email=e@x", *args], check=True, capture_output=True)
    git("init", "-q")
    os.mkdir(f"{work}/d")
    os.rename(old, f"{work}/d/x.vnetlab.json")
    git("add", "d")
    git("commit", "-qm", "one")
    write("d/x", design)
    status, out, err = run("diff", "HEAD:d/x.vnetlab.json", "d/x.vnetlab.json", cwd=work)
    ok(status == 1 and "route table rt1 lost 0.0.0.0/0" in out, "a git revision is one of the designs", out + err)
    ok(run("diff", "HEAD:d/x.vnetlab.json", "HEAD:d/x.vnetlab.json", cwd=work + "/d")[0] == 0, "and equals itself, from a folder below, too", "")
    ok(run("diff", "nope:d/x.vnetlab.json", "d/x.vnetlab.json", cwd=work)[0] == 5, "a revision that is not there is status 5", "")
end()
