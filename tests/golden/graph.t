#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Pictures: no line crosses a box that it has nothing to do with, spokes stand below their hub, roles and AS numbers are written."""
import glob
import json
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ROOT, end, ok, run  # noqa: E402


def boxes(svg):
    found = re.finditer(r'<rect id="(\w+)" x="(-?\d+)" y="(-?\d+)" width="(\d+)" height="(\d+)"', svg)
    return {m[1]: tuple(int(m[i]) for i in range(2, 6)) for m in found}


def lines(svg):
    for m in re.finditer(r'<path d="([^"]+)" class="([^"]+)" data-ends="(\w+) (\w+)"', svg):
        points = []
        for step in re.finditer(r"[MLQ]([-\d ]+)", m[1]):
            v = [int(x) for x in step[1].split()]
            points += [tuple(v[i:i + 2]) for i in range(0, len(v), 2)]
        yield m[2], m[3], m[4], points


def holds(outer, inner):
    return (outer[0] <= inner[0] and outer[1] <= inner[1] and outer[0] + outer[2] >= inner[0] + inner[2]
            and outer[1] + outer[3] >= inner[1] + inner[3])


def crosses(p, q, box):
    return (min(p[0], q[0]) < box[0] + box[2] and max(p[0], q[0]) > box[0]
            and min(p[1], q[1]) < box[1] + box[3] and max(p[1], q[1]) > box[1])


def foreign(svg):
    """Lines that go through a box which neither is one of their ends nor holds one."""
    at = boxes(svg)
    for kind, a, z, points in lines(svg):
        for name, box in at.items():
            if name not in (a, z) and not holds(box, at[a]) and not holds(box, at[z]):
                if any(crosses(p, q, box) for p, q in zip(points, points[1:])):
                    yield f"{kind} {a} {z} through {name}"


def draw(design):
    with tempfile.NamedTemporaryFile("w", suffix=".vnetlab.json") as f:
        json.dump(design, f)
        f.flush()
        status, out, err = run("graph", f.name)
        return out if status == 0 else print("# " + err) or ""


odd, drawn = [], 0
for path in sorted(glob.glob(ROOT + "/topologies/**/*.vnetlab.json", recursive=True)):
    svg = run("graph", path)[1]
    drawn += len(list(lines(svg)))
    odd += [os.path.basename(path) + ": " + x for x in foreign(svg)]
ok(drawn > 50 and not odd, "no line of the labs that ship crosses a foreign box", "\n".join(odd))


def network(third, **more):
    return dict({"addressPrefixes": [f"10.{third}.0.0/16"],
                 "subnets": {"a": {"addressPrefix": f"10.{third}.1.0/24"}}}, **more)


def nic(subnet, **more):
    return {"nic": dict({"subnet": subnet}, **more)}


def peerings(*names):
    return {"to-" + n: {"remoteVirtualNetwork": n} for n in names}


# A second hub, more spokes than stand in a row, everything that has a line.
SPOKES = [f"S{i}" for i in range(12)]
hub = network(0, peerings=peerings("Other", *SPOKES))
hub["subnets"].update({"RouteServerSubnet": {"addressPrefix": "10.0.3.0/26"}, "GatewaySubnet": {"addressPrefix": "10.0.4.0/26"},
                       "AzureFirewallSubnet": {"addressPrefix": "10.0.5.0/26"}})
design = {
    "name": "wide",
    "virtualNetworks": dict({"Hub": hub, "Other": network(200, peerings=peerings("Hub", "O0", "O1")),
                             "O0": network(201, peerings=peerings("Other")), "O1": network(202, peerings=peerings("Other"))},
                            **{s: network(i + 1, peerings=peerings("Hub")) for i, s in enumerate(SPOKES)}),
    "routeServers": {"rs": {"virtualNetwork": "Hub", "bgpConnections": {
        "one": {"peerIp": "10.0.1.4", "peerAsn": 65001}, "two": {"peerIp": "10.0.1.5", "peerAsn": 65002}}}},
    "virtualMachines": dict({
        "one": dict(nic("Hub/a", privateIPAddress="10.0.1.4", enableIPForwarding=True), image="frr", bgp={"asn": 65001}),
        "two": nic("Hub/a", privateIPAddress="10.0.1.5", enableIPForwarding=True),
        "nva": nic("Other/a", enableIPForwarding=True)}, **{f"vm{s}": nic(s + "/a") for s in SPOKES}),
    "azureFirewalls": {"fw": {"virtualNetwork": "Hub", "publicIPAddresses": [True]}},
    "loadBalancers": {"ilb": {"subnet": "Hub/a", "privateIPAddress": "10.0.1.100", "backends": ["one", "two"],
                              "rules": {"all": {"protocol": "All"}}}},
    "virtualNetworkGateways": {"vpn": {"virtualNetwork": "Hub", "gatewayType": "Vpn", "activeActive": True}},
    "sites": {"dc": {"addressPrefixes": ["172.16.0.0/24"], "asn": 65010},
              "office": {"addressPrefixes": ["172.16.1.0/24"], "asn": 65020}},
    "connections": {n: {"gateway": "vpn", "site": n, "type": "IPsec", "enableBgp": True} for n in ("dc", "office")},
}
svg = draw(design)
at, kinds = boxes(svg), [k for k, *_ in lines(svg)]
ok(not list(foreign(svg)), "nor one of a hub with 12 spokes, sites, gateways and a load balancer", "\n".join(foreign(svg)) + svg[:200])
ok([kinds.count(k) for k in ("session", "wire", "pool", "peering")] == [2, 4, 2, 15], "every line is drawn", kinds)
index = {n: f"v{i}" for i, n in enumerate(design["virtualNetworks"])}
ok(all(at[index[s]][1] > at[index["Hub"]][1] + at[index["Hub"]][3] for s in SPOKES), "spokes stand below their hub", at)
ok(all(at[index["Other"]][0] <= at[index[s]][0] + at[index[s]][2] <= at[index["Other"]][0] + max(at[index["Other"]][2], 600)
       and at[index[s]][1] > at[index["Other"]][1] for s in ("O0", "O1")), "each below its own", at)
ok(at["t0"][1] < at[index["Hub"]][1], "sites stand above it", at)
for what, text in (("an appliance's AS", "10.0.1.4 frr AS 65001"), ("that which a Route Server expects", "10.0.1.5 AS 65002"),
                   ("the Route Server's", "rs AS 65515"), ("a gateway's", "VPN AS 65515"), ("a site's", "AS 65010"),
                   ("the firewall's role", "firewall"), ("the balancer", "10.0.1.100 to 2 NICs")):
    ok(text in svg, f"the picture says {what}", text)

# Boxes are as wide as the longest of their texts.
wide = {"name": "wide", "virtualNetworks": {"Hub": network(0, subnets={"RouteServerSubnet": {"addressPrefix": "10.0.0.0/26"}, "a": {"addressPrefix": "10.0.1.0/24"}})},
        "routeServers": {"TheSpokesRouteServer": {"virtualNetwork": "Hub"}},
        "virtualMachines": {"openbgpd": {"nic": {"subnet": "Hub/a", "enableIPForwarding": True}, "image": "openbgpd", "bgp": {"asn": 4200000001}}}}
svg = draw(wide)
at = boxes(svg)
for box, text, pixels in (("r0", "TheSpokesRouteServer AS 65515", 8), ("n0", "10.0.1.4 openbgpd AS 4200000001", 6.1)):
    ok(text in svg and at[box][2] >= 16 + pixels * len(text), f"{text} stands in its box", at)

with tempfile.NamedTemporaryFile("w", suffix=".vnetlab.json") as f:
    json.dump(design, f)
    f.flush()
    dot, mermaid = run("graph", f.name, "--format", "dot")[1], run("graph", f.name, "--format", "mermaid")[1]
ok(dot.count("l0 -> n") == 2 and "10.0.1.4 frr AS 65001" in dot and "firewall" in dot, "dot has the same", dot)
ok(mermaid.count("l0 --> n") == 2 and "10.0.1.4 frr AS 65001" in mermaid and ":::firewall" in mermaid, "and mermaid", mermaid)

# Many boxes must not take for ever.
many = {"name": "many", "virtualNetworks": dict({"Hub": network(0, peerings=peerings(*[f"N{i}" for i in range(300)]))}, **{
    f"N{i}": {"addressPrefixes": [f"172.{16 + i // 250}.{i % 250}.0/24"], "subnets": {}, "peerings": peerings("Hub")} for i in range(300)})}
ok(draw(many).count('class="peering"') >= 300, "300 spokes are drawn", "")
end()
