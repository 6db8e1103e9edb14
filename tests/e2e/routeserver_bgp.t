#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Real Route Server instances against real FRR, BIRD, OpenBGPD, GoBGP and ExaBGP with the
configurations that the images generate, and against a hand-made peer (azure-behaviour 7.3 to 7.8, and
conformance checks 1 to 5, 12)."""
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from bgpworld import *  # noqa: E402,F403

NVAS = {  # image: address, ASN, bgp block
    "frr": ("10.10.1.4", 65001, {"advertise": ["0.0.0.0/0", "10.0.0.0/8", "10.10.0.0/16",
                                               "10.10.1.0/24", "10.11.0.0/24", "172.20.0.0/16"]}),
    "bird": ("10.10.1.5", 65002, {"advertise": ["10.0.0.0/8", "172.21.0.0/16"]}),
    "openbgpd": ("10.10.1.6", 65003, {"advertise": ["10.0.0.0/8", "172.24.0.0/16"],
                                      "asPathPrepend": 2}),
    "gobgp": ("10.10.1.7", 65004, {"advertise": ["172.22.0.0/16", "10.0.0.0/8"],
                                   "communities": ["65535:65282"], "asPathPrepend": 1}),
    "exabgp": ("10.10.1.8", 65005, {"advertise": ["172.23.0.0/16"], "nextHop": "10.10.1.100"}),
}
PEER = "10.10.1.9"
RS = ("10.10.0.68", "10.10.0.69")


def topology():
    nvas = dict(NVAS, peer=(PEER, 65006, None))
    return {
        "name": "rs-bgp",
        "virtualNetworks": {
            "Hub": {"addressPrefixes": ["10.10.0.0/16", "10.12.0.0/20"],
                    "subnets": {"NVA": {"addressPrefix": "10.10.1.0/24"},
                                "RouteServerSubnet": {"addressPrefix": "10.10.0.64/26"}},
                    "peerings": {"s": {"remoteVirtualNetwork": "Spoke", "allowGatewayTransit": True},
                                 "p": {"remoteVirtualNetwork": "Plain", "allowGatewayTransit": True}}},
            "Spoke": {"addressPrefixes": ["10.11.0.0/24"],
                      "subnets": {"s": {"addressPrefix": "10.11.0.0/24"}},
                      "peerings": {"h": {"remoteVirtualNetwork": "Hub", "useRemoteGateways": True}}},
            "Plain": {"addressPrefixes": ["10.30.0.0/24"],
                      "subnets": {"s": {"addressPrefix": "10.30.0.0/24"}},
                      "peerings": {"h": {"remoteVirtualNetwork": "Hub"}}},
        },
        "routeServers": {"rs": {"virtualNetwork": "Hub", "bgpConnections": {
            n: {"peerIp": ip, "peerAsn": asn} for n, (ip, asn, _) in nvas.items()}}},
        "virtualMachines": {
            n: {"image": n if bgp else "host",
                "nic": {"subnet": "Hub/NVA", "privateIPAddress": ip, "enableIPForwarding": True},
                "routes": [{"prefix": "10.10.0.64/26", "via": "10.10.1.1"}],
                **({"bgp": dict(bgp, asn=asn)} if bgp else {})}
            for n, (ip, asn, bgp) in nvas.items()},
    }


def have():
    for path, package in (("/usr/sbin/bird", "bird2"), ("/usr/lib/frr/bgpd", "frr"),
                          ("/usr/sbin/bgpd", "openbgpd"), ("/usr/bin/gobgpd", "gobgpd"),
                          ("/usr/sbin/exabgp", "exabgp"), ("/usr/bin/nsenter", "util-linux"),
                          ("/usr/sbin/nft", "nftables")):
        if not os.access(path, os.X_OK):
            skip_all(f"there is no {path} (package {package})")


def sessions(world, rs):
    for name, (ip, _, _) in NVAS.items():
        for i in (0, 1):
            wait(f"{name}: Established with instance {i}", 10,
                 lambda r=rs[i], ip=ip: (r.state(ip) == "Established", r.state(ip)))


def wire(world, rs):
    """What an NVA sees on the wire."""
    for i in (0, 1):
        p = Peer(world.nodes["peer"], PEER, RS[i], 65006)
        version, asn, hold, ident, caps = p.open()
        same(f"instance {i} opens with version 4, AS 65515, hold time 180 and its own id",
             (version, asn, hold, ident), (4, 65515, 180, RS[i]))
        # As a set (RFC 5492): route refresh stands where BIRD says enhanced route refresh, too.
        same(f"instance {i} can do IPv4, IPv6, route refresh, 4-octet AS and nothing else",
             sorted(set(caps)),
             [(1, b"\0\1\0\1"), (1, b"\0\2\0\1"), (2, b""), (65, struct.pack(">I", 65515))])
        got = p.routes(lambda r: len(r) >= 3)
        base = {"origin": 0, "path": [65515], "nextHop": RS[i]}
        same(f"instance {i} announces each VNet prefix with itself as next hop, and 65518:65518 on transit",
             got, {"10.10.0.0/16": base, "10.12.0.0/20": base,
                   "10.11.0.0/24": dict(base, communities=[(65518, 65518)])})
        same(f"instance {i} announces no route of another NVA without branch-to-branch",
             p.routes(lambda r: False, seconds=0.5), {})
        if i == 0:
            return_peer = p
        else:
            p.s.close()
    return return_peer


def filters(world, rs):
    want = {"0.0.0.0/0", "10.0.0.0/8", "172.20.0.0/16"}
    for i in (0, 1):
        wait(f"instance {i} takes default, supernet and off-net routes", 5,
             lambda r=rs[i]: (set(r.learned("10.10.1.4")) == want, r.learned("10.10.1.4")))
        same(f"instance {i} refuses VNet, subnet and transit spoke, and lists them as refused",
             set(rs[i].learned("10.10.1.4", filtered=True)),
             {"10.10.0.0/16", "10.10.1.0/24", "10.11.0.0/24"})
    same("the session goes on when routes are refused", rs[0].state("10.10.1.4"), "Established")


def attributes(world, rs, peer):
    wait("the instance learns OpenBGPD's prepended path", 5, lambda: (
        rs[0].learned("10.10.1.6").get("172.24.0.0/16") == ("65003 65003 65003", "10.10.1.6"),
        rs[0].learned("10.10.1.6")))
    wait("the instance learns GoBGP's prepended path with NO_ADVERTISE", 5, lambda: (
        rs[0].learned("10.10.1.7").get("172.22.0.0/16") ==
        ("65004 65004", "10.10.1.7", "(65535,65282)"), rs[0].learned("10.10.1.7")))
    wait("the instance learns ExaBGP's third-party next hop", 5, lambda: (
        rs[0].learned("10.10.1.8").get("172.23.0.0/16") == ("65005", "10.10.1.100"),
        rs[0].learned("10.10.1.8")))
    # Neither MED nor ORIGIN counts; a path with 65515 is as if it had never been sent.
    peer.announce(["172.20.0.0/16"], [65006], med=500, origin=2)
    peer.announce(["172.29.0.0/16"], [65006, 65515])
    peer.announce(["172.28.0.0/16"], [65006], communities=[(65535, 65281)])
    wait("the instance learns the hand-made peer's routes", 5, lambda: (
        set(rs[0].learned(PEER)) == {"172.20.0.0/16", "172.28.0.0/16"}, rs[0].learned(PEER)))
    same("a path with 65515 is dropped before it could be refused", rs[0].learned(PEER, filtered=True), {})
    same("the session goes on with such a path", rs[0].state(PEER), "Established")


def table(world, rs):
    want = {
        "0.0.0.0/0": ["10.10.1.4"],
        "10.0.0.0/8": ["10.10.1.4", "10.10.1.5"],  # equal length, different ASNs; longer ones not
        "172.20.0.0/16": ["10.10.1.4", PEER],
        "172.21.0.0/16": ["10.10.1.5"],
        "172.22.0.0/16": ["10.10.1.7"],  # NO_ADVERTISE is for NICs
        "172.23.0.0/16": ["10.10.1.100"],
        "172.24.0.0/16": ["10.10.1.6"],
        "172.28.0.0/16": [PEER],
    }
    wait("kernel table 100 of instance 0 is its selection, equal paths merged", 5,
         lambda: (rs[0].table() == want, rs[0].table()))
    others = dict(want, **{"172.20.0.0/16": ["10.10.1.4"]})
    del others["172.28.0.0/16"]
    wait("instance 1, which the hand-made peer left, has the rest", 5,
         lambda: (rs[1].table() == others, rs[1].table()))
    same("the instance's main table is untouched", list(rs[0].table(254)) if 254 in rs[0].tables() else [], [])


def guests(world):
    for name in ("frr", "bird"):
        def there(n=world.nodes[name]):
            r = sh("ip", "route", ns=n.ns)
            return "10.12.0.0/20 " in r, r
        wait(f"{name} writes a VNet's route into its kernel", 5, there)


def wait_table(node, prefix, hops):
    wait(f"{node.name}: {prefix} by {hops}", 5,
         lambda: (node.table().get(prefix) == hops, node.table(), node.bird("show route all " + prefix),
                  node.bird("show protocols all")))


def reconfigure(world, rs, peer, top):
    def since():
        text = rs[0].bird("show protocols")
        # BIRD works the time out anew each time, and is off by a millisecond at times.
        return {x.split()[0]: x.split()[5][:-2] for x in text.splitlines() if x.startswith("nva_")}

    before = since()
    top["routeServers"]["rs"]["allowBranchToBranchTraffic"] = True
    rs[0].replan(world.plan(top))
    ok("Reconfigured" in rs[0].bird("configure"), "BIRD takes branch-to-branch")
    got = peer.routes(
                      lambda r: {"172.21.0.0/16", "172.23.0.0/16", "172.24.0.0/16"} <= set(r))
    same("a reflected route has 65515 before the NVA's path and the instance as next hop",
         got.get("172.21.0.0/16"), {"origin": 0, "path": [65515, 65002], "nextHop": RS[0]})
    same("a prepended path is passed on whole", got.get("172.24.0.0/16", {}).get("path"),
         [65515, 65003, 65003, 65003])
    same("third-party next hops become the instance's own towards NVAs",
         got.get("172.23.0.0/16", {}).get("nextHop"), RS[0])
    ok("172.22.0.0/16" not in got, "a route with NO_ADVERTISE is told to nobody", got)
    birds = world.nodes["bird"]
    wait("the BIRD appliance learns FRR's route by it", 5, lambda: (
        routes(birds.bird("show route all 172.20.0.0/16")).get("172.20.0.0/16", [""])[0] ==
        "65515 65001", birds.bird("show route all")))
    ok("172.28.0.0/16" not in birds.bird("show route all"),
       "a route with NO_EXPORT is not told to NVAs (RFC 1997)")
    same("no session ends over branch-to-branch", since(), before)

    del top["routeServers"]["rs"]["bgpConnections"]["exabgp"]
    rs[0].replan(world.plan(top))
    rs[0].bird("configure")
    wait("the routes of a bgpConnection that goes are withdrawn", 5,
         lambda: ("172.23.0.0/16" not in rs[0].table(), rs[0].table()))
    left = dict(before)
    left.pop("nva_10_10_1_8")
    same("no other session ends when a bgpConnection goes", since(), left)
    top["routeServers"]["rs"]["bgpConnections"]["exabgp"] = {"peerIp": "10.10.1.8", "peerAsn": 65005}
    rs[0].replan(world.plan(top))
    rs[0].bird("configure")
    wait("the routes of a bgpConnection that comes back return", 10, lambda: (
        rs[0].table().get("172.23.0.0/16") == ["10.10.1.100"], rs[0].bird("show protocols")))
    left = since()
    left.pop("nva_10_10_1_8")
    before.pop("nva_10_10_1_8")
    same("no other session ends when a bgpConnection comes back", left, before)

    # The spoke stops using the Route Server: its prefix is no longer protected, and all peers are
    # asked for their routes anew; nor is it announced any more.
    top["virtualNetworks"]["Spoke"]["peerings"]["h"]["useRemoteGateways"] = False
    rs[0].replan(world.plan(top))
    rs[0].bird("configure")
    wait_table(rs[0], "10.11.0.0/24", ["10.10.1.4"])
    same("no session ends when a spoke leaves the Route Server",
         {k: v for k, v in since().items() if k != "nva_10_10_1_8"}, before)
    top["settings"] = {"maxRoutesPerPeer": 7}
    rs[0].replan(world.plan(top))
    rs[0].bird("configure")
    peer.announce([f"192.168.{i}.0/24" for i in range(8)], [65006])
    got = peer.routes(lambda r: "NOTIFICATION" in r)
    same("a peer over the limit of routes gets Cease, maximum number of prefixes reached",
         got.get("NOTIFICATION"), (6, 1))


def main():
    have()
    enter()
    top = topology()
    # No checksum offload: what the instances' rules change in an OPEN, both ways, is checked.
    world = World(top, checksums=True)
    try:
        world.start()
        rs = [world.nodes["rs/0"], world.nodes["rs/1"]]
        sessions(world, rs)
        peer = wire(world, rs)
        filters(world, rs)
        attributes(world, rs, peer)
        table(world, rs)
        guests(world)
        reconfigure(world, rs, peer, top)
    except Exception as e:  # noqa: BLE001
        ok(False, "the test runs without an exception", repr(e), world.logs())
        raise
    if failed_any():
        print("\n".join("# " + x for x in world.logs().splitlines()))
    done()


main()
