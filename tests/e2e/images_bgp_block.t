#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that a "bgp" block can ask for arrives at the Route Server alike from each image; own
files run unchanged; a wrong one is refused with the daemon's own message, file and line."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from bgpworld import *  # noqa: E402,F403

BIRD1 = "/opt/bird1/usr/sbin/bird"  # no distribution puts it there: images/README.md
IMAGES = ("frr", "bird", "openbgpd", "gobgp", "exabgp") + (("bird1",) if os.access(BIRD1, os.X_OK) else ())
QUAGGA = """hostname bgpd
password zebra
log syslog informational
router bgp 65009
 bgp router-id 10.10.1.20
 network 172.22.2.0/24
 neighbor 10.10.0.68 remote-as 65515
 neighbor 10.10.0.68 ebgp-multihop 255
 neighbor 10.10.0.69 remote-as 65515
 neighbor 10.10.0.69 ebgp-multihop 255
!
 address-family ipv6
 exit-address-family
 exit
!
line vty
"""
FRR = """frr defaults traditional
hostname one-file
ip route 10.10.0.64/26 10.10.1.1
router bgp 65010
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.10.0.68 remote-as 65515
 neighbor 10.10.0.68 ebgp-multihop
 neighbor 10.10.0.69 remote-as 65515
 neighbor 10.10.0.69 ebgp-multihop
 address-family ipv4 unicast
  network 172.23.2.0/24
 exit-address-family
exit
"""
# image: file, its wrong content, what the daemon says of it
WRONG = {
    "frr": ("bgpd.conf", "router bgp 65000\n neighbr 1.2.3.4\n", "line 2: .* neighbr 1.2.3.4"),
    "bird": ("bird.conf", "router id 1.1.1.1;\nprotocol bgq { }\n", "bird.conf:2:.* syntax error"),
    "bird1": ("bird.conf", "router id 1.1.1.1;\nprotocol bgq { }\n", "bird.conf:2:.* syntax error"),
    "openbgpd": ("bgpd.conf", "AS 65001\nneighbor 1.2.3.4 {\n remot-as 1\n}\n",
                 "bgpd.conf:3: syntax error"),
    "gobgp": ("gobgpd.conf", "[global.config]\n as = \"x\"\n", "global.config.as.* invalid syntax"),
    "exabgp": ("exabgp.conf", "neighbor 1.2.3.4 {\n foo 1;\n}\n", "line 2: foo 1"),
}


def vm(image, ip, **more):
    return {"image": image, "nic": {"subnet": "Hub/NVA", "privateIPAddress": ip,
                                    "enableIPForwarding": True}, **more}


def main():
    for path, package in (("/usr/sbin/bird", "bird2"), ("/usr/lib/frr/bgpd", "frr"),
                          ("/usr/sbin/bgpd", "openbgpd"), ("/usr/bin/gobgpd", "gobgpd"),
                          ("/usr/sbin/exabgp", "exabgp")):
        if not os.access(path, os.X_OK):
            skip_all(f"there is no {path} (package {package})")
    enter()
    static = [{"prefix": "10.10.0.64/26", "via": "10.10.1.1"}]
    vms, conns, files = {}, {}, {"zebra.conf": "hostname q\n", "bgpd.conf": QUAGGA, "frr.conf": FRR}
    for i, n in enumerate(IMAGES):
        vms[n] = vm(n, f"10.10.1.{10 + i}", routes=static, bgp={
            "asn": 65001 + i, "asPathPrepend": 2,
            # An interface's own network, too: daemons have a route to it that nobody asked for.
            "advertise": [f"10.{100 + i}.0.0/16", "10.10.1.0/24"],
            "communities": ["65535:65282", "65001:7"], "nextHop": "10.10.1.100"})
        conns[n] = {"peerIp": f"10.10.1.{10 + i}", "peerAsn": 65001 + i}
    vms["quagga"] = vm("frr", "10.10.1.20", routes=static,
                       config={"zebra.conf": "zebra.conf", "bgpd.conf": "bgpd.conf"})
    conns["quagga"] = {"peerIp": "10.10.1.20", "peerAsn": 65009}
    vms["frrconf"] = vm("frr", "10.10.1.21", config={"frr.conf": "frr.conf"})
    conns["frrconf"] = {"peerIp": "10.10.1.21", "peerAsn": 65010}
    if "bird1" not in IMAGES:
        del WRONG["bird1"]
    for n, (name, text, _) in WRONG.items():
        files[f"wrong-{n}-{name}"] = text
    top = {
        "name": "images",
        "virtualNetworks": {"Hub": {"addressPrefixes": ["10.10.0.0/16"], "subnets": {
            "NVA": {"addressPrefix": "10.10.1.0/24"},
            "RouteServerSubnet": {"addressPrefix": "10.10.0.64/26"}}}},
        "routeServers": {"rs": {"virtualNetwork": "Hub", "bgpConnections": conns}},
        "virtualMachines": vms}
    world = World(top, files)
    try:
        world.start()
        rs = world.nodes["rs/0"], world.nodes["rs/1"]
        for i, n in enumerate(IMAGES):
            want = (" ".join([str(65001 + i)] * 3), "10.10.1.100", "(65001,7) (65535,65282)")

            def tidy(r):
                x = r.learned(f"10.10.1.{10 + i}").get(f"10.{100 + i}.0.0/16", ("", "", ""))
                return x[0], x[1], " ".join(sorted((x + ("",))[2].split()))

            for k in (0, 1):
                wait(f"{n} announces path, next hop and communities as asked to instance {k}", 10,
                     lambda r=rs[k]: (tidy(r) == want, tidy(r)))
            same(f"{n} announces the network of its NIC, and nothing else",
                 set(rs[0].learned(f"10.10.1.{10 + i}")) |
                 set(rs[0].learned(f"10.10.1.{10 + i}", filtered=True)),
                 {f"10.{100 + i}.0.0/16", "10.10.1.0/24"})
        wait("Quagga's pair of files runs on FRR", 10, lambda: (
            "172.22.2.0/24" in rs[0].learned("10.10.1.20"), rs[0].state("10.10.1.20")))
        wait("FRR runs its one file with the static route", 20, lambda: (
            rs[0].learned("10.10.1.21").get("172.23.2.0/24") == ("65010", "10.10.1.21"),
            rs[0].state("10.10.1.21")))
        top["virtualMachines"] = {n: vm(n, f"10.10.1.{30 + i}", config={name: f"wrong-{n}-{name}"})
                                  for i, (n, (name, _, _)) in enumerate(WRONG.items())}
        for plan in world.plan(top):
            if plan["name"] not in WRONG:
                continue
            node, text = world.add(dict(plan, name="wrong-" + plan["name"])), ""
            checks = [d["check"] for d in plan["daemons"] if d["check"]]
            rc, text = node.run(*checks[0]) if checks else (0, "no check")
            ok(rc != 0, f"{plan['name']} refuses a wrong file before its start", text)
            ok(re.search(WRONG[plan["name"]][2], text), f"{plan['name']} says what is wrong and where", text)
    except Exception as e:  # noqa: BLE001
        ok(False, "the test runs without an exception", repr(e), world.logs())
        raise
    if failed_any():
        print("\n".join("# " + x for x in world.logs().splitlines()))
    done()


main()
