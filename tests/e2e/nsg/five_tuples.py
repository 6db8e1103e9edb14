# SPDX-License-Identifier: GPL-2.0-or-later
"""Random security groups and packets, for model, kernel walk and real packets to agree on.

five_tuples.py design SEED           a topology
five_tuples.py tuples SEED N         N lines: sender, its address, receiver, its address, protocol, port
five_tuples.py send FILE SENDER      inside a node: sends the sender's lines of FILE, from port 50000
"""
import json
import random
import socket
import sys

HOSTS = {"a": "10.0.0.4", "b": "10.0.0.5", "c": "10.0.1.4", "d": "10.1.0.4", "e": "10.1.0.5"}
PORTS = [22, 53, 80, 443, 8080]


def side(r, word, rule):
    kind = r.randrange(5)
    if kind == 0:
        rule[word + "AddressPrefix"] = r.choice(["VirtualNetwork", "Internet", "AzureLoadBalancer", "*"])
    elif kind == 1:
        rule[word + "ApplicationSecurityGroups"] = [r.choice(["g1", "g2"])]
    elif kind == 2:
        rule[word + "AddressPrefixes"] = r.sample(
            ["10.0.0.0/16", "10.0.0.4", "10.0.0.0/31", "10.0.0.4/31", "10.1.0.0/24", "10.0.1.0/25", "0.0.0.0/0"], 2)


def group(r):
    # One that surely denies something: the first of the tuples below.
    rules = {"first": {"priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp",
                       "destinationPortRange": "22"}}
    for i in range(1, r.randrange(2, 9)):
        rule = {"priority": 100 + i, "direction": r.choice(["Inbound", "Outbound"]),
                "access": r.choice(["Allow", "Allow", "Deny"]), "protocol": r.choice(["*", "Tcp", "Udp", "Icmp"])}
        side(r, "source", rule)
        if "sourceApplicationSecurityGroups" not in rule:
            side(r, "destination", rule)
        if rule["access"] == "Deny" or r.randrange(2):
            rule["destinationPortRanges"] = r.choice([["80"], ["22", "440-450"], ["0-1023"], ["53", "50-60", "8000-9000"]])
        if not r.randrange(5):
            rule["sourcePortRange"] = r.choice(["50000", "1-49999"])
        rules["r%d" % i] = rule
    return {"securityRules": rules}


def design(r):
    def nic(subnet, name, asg):
        return {"nic": {"subnet": subnet, "privateIPAddress": HOSTS[name], "applicationSecurityGroups": [asg],
                        "networkSecurityGroup": r.choice([None, "n1", "n2"])}}

    udr = {"x": {"addressPrefix": r.choice(["0.0.0.0/0", "192.0.2.0/24"]), "nextHopType": "Internet"}}
    peer = {"allowForwardedTraffic": True}
    return {
        "name": "nsg-random",
        "virtualNetworks": {
            "V": {"addressPrefixes": ["10.0.0.0/16"],
                  "subnets": {"x": {"addressPrefix": "10.0.0.0/24", "networkSecurityGroup": r.choice([None, "n1", "n3"])},
                              "y": {"addressPrefix": "10.0.1.0/24", "networkSecurityGroup": r.choice(["n2", "n3"]), "routeTable": "rt"}},
                  "peerings": {"w": dict(peer, remoteVirtualNetwork="W")}},
            "W": {"addressPrefixes": ["10.1.0.0/16"],
                  "subnets": {"z": {"addressPrefix": "10.1.0.0/24", "networkSecurityGroup": r.choice([None, "n1", "n2"])}},
                  "peerings": {"v": dict(peer, remoteVirtualNetwork="V")}}},
        "routeTables": {"rt": {"routes": udr}},
        "applicationSecurityGroups": {"g1": {}, "g2": {}},
        "networkSecurityGroups": {n: group(r) for n in ("n1", "n2", "n3")},
        "virtualMachines": {"a": nic("V/x", "a", "g1"), "b": nic("V/x", "b", "g1"), "c": nic("V/y", "c", "g1"),
                            "d": nic("W/z", "d", "g2"), "e": nic("W/z", "e", "g2")},
    }


if sys.argv[1] == "design":
    print(json.dumps(design(random.Random(int(sys.argv[2])))))
elif sys.argv[1] == "tuples":
    rnd = random.Random(int(sys.argv[2]) + 1)
    every = [(s, d, p, n) for s in HOSTS for d in HOSTS if s != d for p in ("tcp", "udp") for n in PORTS]
    first = ("a", "c", "tcp", 22)
    every.remove(first)
    for s, d, p, n in [first] + rnd.sample(every, int(sys.argv[3]) - 1):
        print(s, HOSTS[s], d, HOSTS[d], p, n)
else:
    for line in open(sys.argv[2]):
        s, src, _, dst, proto, port = line.split()
        if s != sys.argv[3]:
            continue
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM if proto == "tcp" else socket.SOCK_DGRAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((src, 50000))
        sock.setblocking(False)
        if proto == "tcp":
            sock.connect_ex((dst, int(port)))
        else:
            sock.sendto(b"x", (dst, int(port)))
        sock.close()
