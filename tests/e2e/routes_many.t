#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""Three appliances with 4,000 prefixes each, the most that Azure takes of a peer: whatever happens, each NIC has what is
announced, compared by content, and `up` ends no sooner."""
import json
import os
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import VNETLAB, end, ok  # noqa: E402

EACH = 4000


def vnetlab(*argv, want=0):
    r = subprocess.run([VNETLAB, *argv], cwd=work, capture_output=True, text=True, check=False)
    if r.returncode != want:
        ok(False, "vnetlab " + " ".join(argv), f"status {r.returncode}\n{r.stdout[-2000:]}{r.stderr}")
    return r.stdout


def data(*argv):
    return json.loads(vnetlab(*argv, "-o", "json"))


def announced(i, n):
    """What appliance i announces, mixed with what the others do; one prefix all of them."""
    return {f"100.{k * 4 + i >> 8}.{(k * 4 + i) & 255}.0/24" for k in range(n - 1)} | {"100.255.0.0/16"}


def configure(i, n):
    ip = f"10.0.1.{10 + i}"
    with open(f"{work}/n{i}.conf", "w") as f:
        f.write(f"router id {ip};\nprotocol device {{}}\nprotocol static far {{ ipv4;\n")
        f.writelines(f"  route {p} blackhole;\n" for p in sorted(announced(i, n)))
        f.write("}\nprotocol static near { ipv4; route 10.0.3.0/26 via 10.0.1.1; }\n"
                'protocol kernel { ipv4 { export where proto = "near"; }; }\n')
        for k in (4, 5):
            f.write(f"protocol bgp rs{k} {{ local {ip} as {65001 + i}; neighbor 10.0.3.{k} as 65515; multihop 2;\n"
                    '  connect delay time 1; ipv4 { import all; export where proto = "far"; }; }\n')


def expected(sizes):
    """Prefix -> next hops, of appliances by the numbers that each announces."""
    table = {}
    for i, n in sizes.items():
        for p in announced(i, n):
            table.setdefault(p, set()).add(f"10.0.1.{10 + i}")
    return table


def learned_by(*vms):
    """Prefix -> next hops, for each; asked for at once."""
    asked = [subprocess.Popen([VNETLAB, "routes", vm, "-o", "json"], stdout=subprocess.PIPE, text=True) for vm in vms]
    return [{p: set(r["nextHopIpAddress"]) for r in json.loads(x.communicate()[0])["value"] for p in r["addressPrefix"]
             if r["source"] == "VirtualNetworkGateway"} for x in asked]


def difference(got, want):
    """A sentence, or "" when they are the same."""
    lacks, more = want.keys() - got.keys(), got.keys() - want.keys()
    other = [p for p in want.keys() & got.keys() if want[p] != got[p]]
    if not lacks and not more and not other:
        return ""
    return f"{len(got)} of {len(want)}: {len(lacks)} missing, {len(more)} too many, {len(other)} with other next hops"


def compare(sizes, name):
    want = expected(sizes)
    *hear, deaf = learned_by("a", "b", "tabled", "deaf")
    seen = [difference(t, want) for t in hear] + [difference(deaf, {})]
    ok(not any(seen), name, seen)


def until(true, seconds=30):
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return true()


def compare_in_the_end(sizes, name):
    n = len(expected(sizes))
    until(lambda: all(p["selected"] == p["read"] == n for p in data("status")["programming"]))
    compare(sizes, name)


def kernel_tables():
    """What the fabric's kernel forwards by, a set of prefixes for each table with learned routes."""
    tables = {}
    for line in vnetlab("exec", "fabric", "--", "ip", "route", "show", "table", "all", "proto", "157").splitlines():
        words = line.split()
        if words[0].startswith("100."):
            tables.setdefault(words[words.index("table") + 1], set()).add(words[0])
    return tables


with tempfile.TemporaryDirectory() as work:
    sizes = {i: EACH for i in range(3)}
    for i in sizes:
        configure(i, EACH)
    vms = {"a": "one", "b": "two", "tabled": "tabled", "deaf": "deaf"}
    with open(f"{work}/many.vnetlab.json", "w") as f:
        json.dump({
            "name": "many",
            "virtualNetworks": {"net": {"addressPrefixes": ["10.0.0.0/8"], "subnets": {
                "nva": {"addressPrefix": "10.0.1.0/24"}, "RouteServerSubnet": {"addressPrefix": "10.0.3.0/26"},
                "one": {"addressPrefix": "10.0.4.0/24"}, "two": {"addressPrefix": "10.0.5.0/24"},
                "tabled": {"addressPrefix": "10.0.6.0/24", "routeTable": "rt"},
                "deaf": {"addressPrefix": "10.0.7.0/24", "routeTable": "deaf"}}}},
            "routeTables": {
                "rt": {"routes": {"far": {"addressPrefix": "198.51.100.0/24", "nextHopType": "None"}}},
                "deaf": {"disableBgpRoutePropagation": True, "routes": {}}},
            "routeServers": {"rs": {"virtualNetwork": "net", "bgpConnections": {
                f"n{i}": {"peerIp": f"10.0.1.{10 + i}", "peerAsn": 65001 + i} for i in sizes}}},
            "virtualMachines": {
                **{vm: {"nic": {"subnet": f"net/{s}"}} for vm, s in vms.items()},
                **{f"n{i}": {"image": "bird", "config": {"bird.conf": f"n{i}.conf"}, "nic": {
                    "subnet": "net/nva", "privateIPAddress": f"10.0.1.{10 + i}", "enableIPForwarding": True}}
                   for i in sizes}}}, f)

    vnetlab("up", "-q", "many.vnetlab.json")
    compare(sizes, "up ends when NICs have what is announced")
    status = data("status")
    ok(all(p["selected"] == p["read"] == 3 * EACH - 2 for p in status["programming"]) and len(status["programming"]) == 2,
       "status says how many routes that are", status["programming"])
    tables = kernel_tables()
    ok(len(tables) > 2 and all(t == expected(sizes).keys() for t in tables.values()), "the kernel's tables have the routes",
       {k: len(v) for k, v in tables.items()})
    rows = data("learned", "rs/n1")
    ok(len(rows) == 2 and all({r["network"] for r in x} == announced(1, EACH) for x in rows.values()),
       "learned lists the routes of both instances", {k: len(x) for k, x in rows.items()})
    events = [json.loads(line) for line in vnetlab("events", "--no-follow").splitlines()]
    ok(len(events) < 2000 and any("more added" in e["detail"] for e in events if e["kind"] == "route"),
       "events are fewer than routes", len(events))

    # Somebody takes routes away that BIRD believes to be there: it would look again after an hour.
    vnetlab("exec", "rs/0", "--", "sh", "-c", "for i in 0 1 2 4 5 6 8 9; do ip route del 100.0.$i.0/24 table 100; done")
    until(lambda: "BIRD writes them anew" in vnetlab("events", "--no-follow"))
    compare_in_the_end(sizes, "BIRD writes anew what the kernel has lost")

    sizes[2] = 10
    configure(2, 10)
    vnetlab("up", "-q", "many.vnetlab.json")
    compare(sizes, "routes that a new configuration withdraws are gone when up ends")
    vnetlab("fault", "kill", "n1", "--hold")
    del sizes[1]
    compare_in_the_end(sizes, "all NICs lose the routes of an appliance that dies")
    ok(all(len(t) == len(expected(sizes)) for t in kernel_tables().values()), "the kernel's tables lose them, too")
    vnetlab("fault", "clear")
    configure(0, EACH + 1)
    r = subprocess.run([VNETLAB, "up", "many.vnetlab.json"], cwd=work, capture_output=True, text=True, check=False)
    ok(r.returncode == 0 and f"instance 0 does not stay up: it announced more than {EACH} prefixes" in r.stderr,
       "up says of a peer that is one prefix over the limit that its sessions do not stay up", r.stderr)
    ok(f"over the limit of {EACH} routes" in vnetlab("events", "--no-follow"), "one prefix over the limit ends the session")
    vnetlab("down", "many")
end()
