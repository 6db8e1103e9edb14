#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The virtual router as packets see it: fabric, edge, guests and vnetlab-router, without a lab.

Numbers are sections of docs/azure-behaviour.md. What must not arrive is judged by what arrives
behind it on the same way, never by waiting."""
import ctypes
import json
import os
import pickle
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import time

here = os.path.dirname(os.path.abspath(__file__))
build = os.environ.get("B", "build")
if not os.path.isabs(build):
    build = os.path.join(here, "..", "..", build)
if "VNL_FABRIC_T" not in os.environ:
    os.environ["VNL_FABRIC_T"] = "1"
    os.environ["PATH"] += ":/usr/sbin:/sbin"  # nft and ip, for who is not root
    how = ["-n"] if os.geteuid() == 0 else ["-Urn"]
    if subprocess.run(["unshare", *how, "true"], stderr=subprocess.DEVNULL).returncode:
        print("1..0 # SKIP no network namespaces here")
        sys.exit(0)
    os.execvp("unshare", ["unshare", *how, sys.executable, os.path.abspath(__file__)])

signal.alarm(120)
libc = ctypes.CDLL(None, use_errno=True)
FABRIC_MAC = bytes.fromhex("123456789abc")
count = failed = 0


def ok(held, name, *seen):
    global count, failed
    count += 1
    print("ok" if held else "not ok", count, "-", name, flush=True)
    if not held:
        failed += 1
        for s in seen:
            for line in str(s).splitlines() or [""]:
                print("#", line)


def same(got, want, name):
    ok(got == want, name, f"got {got!r}", f"want {want!r}")


# --- the world ----------------------------------------------------------------------------------

world = subprocess.Popen([f"{build}/tests/e2e/fabric_world"], stdin=subprocess.PIPE,
                         stdout=subprocess.PIPE, text=True,
                         env={**os.environ, "VNETLAB_ROUTER": f"{build}/vnetlab-router"})
nodes = {}


def tell(**what):
    world.stdin.write(json.dumps(what) + "\n")
    world.stdin.flush()
    line = world.stdout.readline()
    if not line:
        print("Bail out! the world ended")
        sys.exit(1)
    reply = json.loads(line)
    if "error" in reply:
        print("# error:", reply["error"])
    nodes.update(reply.get("nodes", {}))
    return reply


def ask(**request):
    return tell(do="send", request=request)["answers"]


def enter(node):
    fd = os.open(nodes[node], os.O_RDONLY)
    if libc.setns(fd, 0x40000000):
        raise OSError(ctypes.get_errno(), "setns")
    os.close(fd)


def sh(node, command, **more):
    r = subprocess.run(["nsenter", "--net=" + nodes[node], "sh", "-c", command],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    return r.stdout


def ping(node, dst, *more, n=1, wait="1"):
    r = subprocess.run(["nsenter", "--net=" + nodes[node], "ping", "-n", "-c", str(n), "-i", "0.01",
                        "-W", wait, *more, dst], stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT, text=True)
    return r.stdout


def reached(text):
    return " 0% packet loss" in text


def silent(text):
    """Nothing came back at all, no ICMP error either."""
    return " 100% packet loss" in text and "From " not in text and "errors" not in text


def inside(node, fn, *args):
    """fn's result, from a process in the node's namespace."""
    r, w = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            enter(node)
            os.write(w, pickle.dumps(fn(*args)))
        finally:
            os._exit(0)
    os.close(w)
    with os.fdopen(r, "rb") as f:
        data = f.read()
    os.waitpid(pid, 0)
    return pickle.loads(data)


class Sniff:
    """Frames that come in on eth0 of a node, from construction to frames()."""

    def __init__(self, node, dev="eth0"):
        ready, self.ready = os.pipe()
        self.stop, stop = os.pipe()
        self.out, out = os.pipe()
        ctl_r, self.ctl = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(self.ctl)
            enter(node)
            s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            s.bind((dev, 0))
            s.setblocking(False)
            os.write(self.ready, b"r")
            got = []
            while True:
                rd, _, _ = select.select([s, ctl_r], [], [])
                while True:
                    try:
                        data, addr = s.recvfrom(65535)
                    except BlockingIOError:
                        break
                    if addr[2] != 4:  # PACKET_OUTGOING
                        got.append(data)
                if ctl_r in rd:
                    break
            with os.fdopen(out, "wb") as f:
                pickle.dump(got, f)
            os._exit(0)
        os.close(out)
        os.close(ctl_r)
        os.read(ready, 1)

    def frames(self):
        os.write(self.ctl, b"x")  # not its end: sniffers made later hold that too
        os.close(self.ctl)
        with os.fdopen(self.out, "rb") as f:
            got = pickle.load(f)
        os.waitpid(self.pid, 0)
        return got


def ips(frames):
    """(source, destination, protocol, ttl, payload) of the IPv4 frames."""
    got = []
    for f in frames:
        if f[12:14] == b"\x08\x00":
            got.append((socket.inet_ntoa(f[26:30]), socket.inet_ntoa(f[30:34]), f[23], f[22],
                        f[14 + (f[14] & 15) * 4:]))
    return got


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    s = sum(struct.unpack(f"!{len(data) // 2}H", data))
    s = (s & 0xFFFF) + (s >> 16)
    return ~(s + (s >> 16)) & 0xFFFF


def raw(src, dst, proto, payload=b"vnetlab!", ttl=64, ids=(0,)):
    s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for i in ids:
        h = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 0, i, 0, ttl, proto, 0, socket.inet_aton(src),
                        socket.inet_aton(dst))
        s.sendto(h + payload, (dst, 0))
    return True


def udp(sport, dport, payload=b"vnetlab!"):
    return struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def arp(target, mine):
    """Who has target: the answering MAC and how long it took, in ms."""
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    s.bind(("eth0", 0))
    s.settimeout(2)
    mac = s.getsockname()[4]
    s.send(b"\xff" * 6 + mac + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) + mac +
           socket.inet_aton(mine) + b"\0" * 6 + socket.inet_aton(target))
    start = time.monotonic()
    try:
        while True:
            f = s.recv(128)
            if f[20:22] == b"\0\2" and f[28:32] == socket.inet_aton(target):
                return f[22:28].hex(), (time.monotonic() - start) * 1e3
    except TimeoutError:
        return None, 2000


def routes(answer, instance):
    """prefix: next hops"""
    text = answer["rib"][instance]["routes"]
    return {r.split()[0]: r.split()[1:] for r in text.split(",") if r}


def wait_rib(dst, instance, hops, seconds=5):
    """Until the router has the route: what it says then."""
    deadline = time.monotonic() + seconds
    while True:
        answers = ask(op="rib")
        rib = routes(answers[-1], instance)
        now = [rib[dst]] if dst in rib else []
        if now == ([hops] if hops else []) or time.monotonic() > deadline:
            return answers, now


r = tell(do="build", design=f"{here}/fabric/fabric.json")
if "error" in r:
    print("Bail out!", r["error"])
    sys.exit(1)
applied = r["answers"][-1]
same((applied.get("event"), applied.get("missing")), ("applied", 0), "the router applied the whole design")
print(f"# built in {r['ms']:.0f} ms, of which the router {applied['ms']:.1f} ms")

# --- 1.5 one hop, TTL untouched, silent gateway ----------------------------------------------------
ok(reached(ping("web1", "10.0.2.5", "-t", "1")), "a VM of the same subnet is one hop away")
ok(reached(ping("web1", "10.0.1.4", "-t", "1")), "a VM of another subnet is one hop away")
ok(reached(ping("web1", "10.1.0.4", "-t", "1")), "a VM of a peered VNet is one hop away")
ok(reached(ping("web1", "8.8.8.8", "-t", "1")), "a host of the Internet is one hop away")
s = Sniff("web2")
for ttl in ("2", "77", "253", "255", "254"):
    ping("web1", "10.0.2.5", "-t", ttl)
got = s.frames()
same([p[3] for p in ips(got) if p[0] == "10.0.2.4"], [2, 77, 253, 255, 253],
     "the TTL arrives as it was sent (254 as 253: ttl.h)")
ids = [i << 8 | 1 for i in range(256)]
for proto in (17, 6):
    headers = []
    for i in range(0, 256, 32):  # as many as a socket's buffer holds, however late its reader is
        s = Sniff("web2")
        inside("web1", raw, "10.0.2.4", "10.0.2.5", proto, udp(1, 2), 64, ids[i:i + 32])
        ping("web1", "10.0.2.5")
        headers += [f[14:34] for f in s.frames() if f[12:14] == b"\x08\x00" and f[23] == proto and
                    f[26:30] == socket.inet_aton("10.0.2.4")]
    same((len(headers), {checksum(h) for h in headers}, {h[8] for h in headers},
          len({h[10] for h in headers})), (256, {0}, {64}, 256),
         f"protocol {proto} arrives with its TTL and a right checksum, whatever the checksum is")

def elements(name):
    listed = json.loads(sh("fabric", f"nft -j list map ip vnetlab {name}"))["nftables"]
    return {(e[0]["concat"][0], e[0]["concat"][1], e[1]) for m in listed if "map" in m for e in m["map"]["elem"]}


group = {link["ifname"]: link["group"] for link in json.loads(sh("fabric", "ip -j -N link"))}
ok(elements("own"), "each port has its address in the filter")
same(elements("quick"), {(int(group[port]), ip, mark) for port, ip, mark in elements("own")},
     "each port has its address in the quick table, too")
same({f[6:12].hex() for f in got}, {FABRIC_MAC.hex()}, "1.4: all frames come from 12:34:56:78:9a:bc")
for gw, node in (("10.0.2.1", "web1"), ("10.0.1.1", "nva1"), ("10.1.0.1", "spoke1")):
    ok(silent(ping(node, gw, wait="0.2")), f"{gw} does not answer")
ok("From 10.0.1.4 " in ping("app1", "10.0.3.5", "-t", "1"), "the NVA on the way is the first hop")
t = ping("app1", "10.0.3.5", "-t", "2")
ok(reached(t) and "ttl=63" in t, "a UDR for the own subnet leads through the NVA, which is one more hop", t)
ok("ttl=64" in ping("app2", "10.0.2.4"), "the way back follows the other subnet's own routes")

# --- 1.4 ARP, no layer 2 ---------------------------------------------------------------------------
for what, ip in (("the gateway", "10.0.2.1"), ("a neighbour", "10.0.2.5"),
                 ("nobody", "10.0.2.77"), ("another subnet", "10.0.1.4"),
                 ("anything", "192.0.2.1")):
    mac, ms = inside("web1", arp, ip, "10.0.2.4")
    ok(mac == FABRIC_MAC.hex() and ms < 200, f"ARP for {what} is answered with 12:34:56:78:9a:bc at once", mac, ms)
s = Sniff("web2")
sh("web1", "ping -n -b -c1 -W0.1 10.0.2.255; ping -n -c1 -W0.1 -I eth0 224.0.0.1")
ping("web1", "10.0.2.5")
same({p[1] for p in ips(s.frames())}, {"10.0.2.5"}, "neither broadcast nor multicast arrives")
for proto, name, through in ((4, "IP in IP", False), (47, "GRE", False), (50, "ESP", True),
                             (17, "UDP", True)):
    s = Sniff("web2")
    inside("web1", raw, "10.0.2.4", "10.0.2.5", proto, udp(1, 4789))
    ping("web1", "10.0.2.5")
    seen = proto in {p[2] for p in ips(s.frames())}
    same(seen, through, f"{name} {'passes' if through else 'does not pass'}")

# --- 1.6 NIC filters -------------------------------------------------------------------------------
s = Sniff("web2")
inside("web1", raw, "10.0.2.99", "10.0.2.5", 17, udp(1, 2))
inside("nva1", raw, "10.9.9.9", "10.0.2.5", 17, udp(1, 2))
ping("web1", "10.0.2.5")
same(sorted({p[0] for p in ips(s.frames())}), ["10.0.2.4", "10.9.9.9"],
     "a foreign source leaves only a NIC with IP forwarding")
s, back = Sniff("plain"), Sniff("app1")
t = ping("app1", "10.0.4.4", wait="0.2")
ping("web1", "10.0.1.6")
ok(silent(t), "a next hop without IP forwarding drops without ICMP", t)
same({p[1] for p in ips(s.frames())}, {"10.0.1.6"}, "the packet does not arrive at that next hop")
same(ips(back.frames()), [], "no packet comes back from there")
ok(silent(ping("app1", "10.1.0.4", wait="0.2")), "next hop None drops in silence")
ok(silent(ping("web1", "10.77.0.1", wait="0.2")), "a private address without a route is dropped in silence")
ok(silent(ping("web1", "10.0.9.9", wait="0.2")), "an address of the VNet that nobody has is silent")
s = Sniff("spoke1")
inside("nva1", raw, "10.9.9.9", "10.1.0.4", 17, udp(1, 2))
inside("nva1", raw, "10.0.2.99", "10.1.0.4", 17, udp(1, 2))
ping("web1", "10.1.0.4")
same(sorted({p[0] for p in ips(s.frames())}), ["10.0.2.4", "10.0.2.99"],
     "3.2: allowForwardedTraffic=false lets only the VNet's own sources in")
s = Sniff("web2")
inside("nva1", raw, "168.63.129.16", "10.0.2.5", 17, udp(1, 2))
ping("web1", "10.0.2.5")
same({p[0] for p in ips(s.frames())}, {"10.0.2.4"}, "nobody, not even an NVA, sends as the platform")

# --- 1.7 platform, overlapping VNets ----------------------------------------------------------------
for node in ("web1", "twin1", "app1", "spoke1", "quiet1"):
    ok(reached(ping(node, "168.63.129.16")), f"168.63.129.16 answers {node}")
ok(reached(ping("web1", "169.254.169.254")), "169.254.169.254 answers")
a, b = Sniff("web2"), Sniff("twin2")
ping("web1", "10.0.2.5", "-s", "100")
ping("twin1", "10.0.2.5", "-s", "200")
same(([len(p[4]) for p in ips(a.frames())], [len(p[4]) for p in ips(b.frames())]), ([108], [208]),
     "two VNets with the same addresses never meet")
ok(silent(ping("twin1", "10.0.1.4", wait="0.2")), "two VNets that are not peered have no way to each other")

# --- 1.8 the Internet ----------------------------------------------------------------------------
for node, as_ in (("web1", "20.100.255.254"), ("nva1", "20.100.0.4"), ("twin1", "20.100.0.5"),
                  ("twin2", "20.100.255.254")):
    s = Sniff("internet")
    t = ping(node, "8.8.8.8")
    same((reached(t), {p[0] for p in ips(s.frames())}), (True, {as_}), f"{node} leaves as {as_}")
ok(silent(ping("quiet1", "8.8.8.8", wait="0.2")), "defaultOutboundAccess=false drops in silence")
s = Sniff("internet")
for node in ("web1", "twin1", "twin2"):
    inside(node, raw, "10.0.2.5" if node == "twin2" else "10.0.2.4", "8.8.8.8", 17, udp(5555, 9))
inside("nva1", raw, "10.0.2.4", "8.8.8.8", 17, udp(5556, 9))
ping("web1", "203.0.113.10")
got = [(p[0], struct.unpack("!H", p[4][:2])[0]) for p in ips(s.frames()) if p[2] == 17]
same(sorted(p[0] for p in got), ["20.100.0.5", "20.100.255.254", "20.100.255.254"],
     "equal sources of two VNets are kept apart; a spoofed source dies")
same(len(set(got)), 3, "each of these flows has a port of its own")
ok(silent(ping("web1", "9.9.9.9", wait="0.2")), "an Internet host that is not there is silent")
for pip, node in (("20.100.0.4", "nva1"), ("20.100.0.5", "twin1")):
    s = Sniff(node)
    t = ping("internet", pip)
    ok(reached(t), f"{pip} is reached from outside", t)
    same({p[0] for p in ips(s.frames())}, {"8.8.8.8"}, f"{node} sees the caller's own address")
ok(silent(ping("internet", "20.100.0.99", wait="0.2")), "a public address that nobody has is silent")
ok(silent(ping("internet", "20.100.255.254", wait="0.2")), "default outbound takes no callers")
s = Sniff("nva1")
t = ping("web1", "20.100.0.4")
same((reached(t), {p[0] for p in ips(s.frames())}), (True, {"20.100.255.254"}),
     "a public address is reached from inside by way of the Internet")

s = Sniff("internet")
t = ping("inner1", "8.8.8.8")
same((reached(t), {p[0] for p in ips(s.frames())}), (True, {"20.100.255.254"}),
     "what an NVA translates leaves as the NVA")
s = Sniff("web2")
ping("inner1", "10.0.2.5")
same({p[0] for p in ips(s.frames())}, {"10.0.5.4"}, "what stays inside the VNet is not translated")

# --- guests --------------------------------------------------------------------------------------
t = sh("web2", "ip -4 route; ip -4 -o addr; cat /proc/sys/net/ipv4/ip_forward")
for line in ("default via 10.0.2.1 dev eth0 proto dhcp metric 100",
             "192.0.2.0/24 via 10.0.2.1 dev eth0 proto static",
             "198.51.100.0/24 via 10.0.2.4 dev eth0 proto static", "inet 10.0.2.5/24",
             "inet 192.168.7.7/32"):
    ok(line in t, f"web2 has {line}", t)
ok(t.endswith("\n0\n"), "web2 does not forward")
same(sh("nva1", "cat /proc/sys/net/ipv4/ip_forward"), "1\n", "an NVA forwards")
t = sh("two", "ip -4 route; ip -4 -o addr; cat /sys/class/net/eth0/address 2>/dev/null")
ok("10.0.2.20/24" in t and "10.0.4.20/24" in t and t.count("default ") == 1,
   "a VM with two NICs has one default route", t)
ok(reached(ping("quiet1", "10.0.4.20")), "the second NIC is reached from its subnet")
s = Sniff("two", "eth1")
t = ping("web1", "10.0.4.20", wait="0.2")
ping("quiet1", "10.0.4.20")
same((silent(t), "10.0.2.4" in {p[0] for p in ips(s.frames())}), (True, True),
     "the second NIC is reached from elsewhere, but its answers leave by the first NIC, as in Azure, and die there")
same(set(sh("web1", "ip neigh show nud permanent").split()) & {"10.0.2.1", "12:34:56:78:9a:bc"},
     {"10.0.2.1", "12:34:56:78:9a:bc"}, "the guest has the gateway as a neighbour that never ages")

# --- Route Server: control plane, ECMP --------------------------------------------------------------
ok(reached(ping("nva1", "10.0.255.4")) and reached(ping("spoke1", "10.0.255.5")),
   "the Route Server's instances are reachable")
same(sh("RS/0", "cat /proc/sys/net/ipv4/ip_forward").strip(), "0", "1.2: the instances do not forward")
before = sh("fabric", "ip route show table all proto 157").splitlines()
ecmp = "nexthop via 10.0.1.4 dev eth0 nexthop via 10.0.1.5 dev eth0"
for i in (0, 1):
    sh(f"RS/{i}", f"ip route add 10.9.0.0/16 proto bird table 100 {ecmp}")
    answers, now = wait_rib("10.9.0.0/16", i, ["10.0.1.4", "10.0.1.5"])
    same(now, [["10.0.1.4", "10.0.1.5"]], f"the router sees instance {i}'s route with two next hops")
resync = ask(op="resync")[-1]
same(resync["changes"], 0, "the router finds what it applied by difference")
after = sh("fabric", "ip -o route show table all proto 157").splitlines()
classes = [x for x in after if x.startswith("10.9.0.0/16 ")]
ok(len(classes) > 2, "each routing class has the route", *after)
sniffs = {n: Sniff(n) for n in ("nva1", "nva2")}
for port in range(1000, 1040):
    for _ in range(2):
        inside("web1", raw, "10.0.2.4", "10.9.0.1", 17, udp(port, 80), 1)
took = {}
for n, s in sniffs.items():
    took[n] = [struct.unpack("!H", p[4][:2])[0] for p in ips(s.frames()) if p[1] == "10.9.0.1"]
same(len(took["nva1"]) + len(took["nva2"]), 80, "ECMP loses no packet")
ok(len(took["nva1"]) > 8 and len(took["nva2"]) > 8, "ECMP uses both next hops", took)
ok(not set(took["nva1"]) & set(took["nva2"]), "ECMP keeps a flow on its way", took)

changes = ask(op="show")[-1]["show"]["changes"]
sh("RS/0", "ip route replace 10.9.0.0/16 proto bird table 100 via 10.0.1.5 dev eth0")
wait_rib("10.9.0.0/16", 0, ["10.0.1.5"])
changes = ask(op="show")[-1]["show"]["changes"] - changes
later = sh("fabric", "ip -o route show table all proto 157").splitlines()
touched = [x for x in later if x not in after]
ok(changes == len(touched) > 0, "one changed route is one operation in each class of it",
   changes, *touched)
for i in (0, 1):
    sh(f"RS/{i}", "ip route del 10.9.0.0/16 table 100")
    wait_rib("10.9.0.0/16", i, None)
same(sh("fabric", "ip route show table all proto 157").splitlines(), before, "a withdrawn route leaves the tables as they were")
sh("RS/0", "ip route add 10.8.0.0/16 proto static table 100 via 10.0.1.4 dev eth0; "
           "ip route add 10.8.0.0/16 proto bird table 99 via 10.0.1.4 dev eth0; "
           "ip route add unreachable 10.7.0.0/16 proto bird table 100")
same(routes(ask(op="rib")[-1], 0), {}, "the router takes only BIRD's routes of the table")
sh("RS/0", "ip route add default proto bird table 100 via 10.0.1.4 dev eth0")
_, now = wait_rib("0.0.0.0/0", 0, ["10.0.1.4"])
same(now, [["10.0.1.4"]], "the router takes a default route")
sh("RS/0", "ip route flush table 100; ip route flush table 99")
wait_rib("0.0.0.0/0", 0, None)

# A monitor's socket overruns, and goes on losing what comes until it is empty.
same(tell(do="overrun", node="RS/1")["answers"][-1],
     {"missing": 0, "wrong": 0, "changes": 2050, "count": 1950},
     "the router reads the routes that its socket lost")
wait_rib("100.0.0.0/24", 1, None)

# --- stopped VMs, applying again, a router that dies --------------------------------------------------
same(ask(op="stopped", vms=["nva1"])[-1]["event"], "applied", "the router takes a VM that is stopped")
t = ping("app1", "10.0.3.5", wait="0.2")
ok(silent(t), "2.4: a UDR to a stopped VM drops", t)
ok(silent(ping("web1", "10.0.1.4", wait="0.2")), "the stopped VM is not reached")
ask(op="stopped", vms=[])
ok(reached(ping("app1", "10.0.3.5")), "the VM that is started again forwards")
same(ask(op="resync")[-1]["changes"], 0, "the router has nothing to do the second time")
same(tell(do="build", design=f"{here}/fabric/fabric.json")["answers"][-1]["changes"], 0,
     "the same design again changes nothing")
same(tell(do="build", design=f"{here}/fabric/fabric.json")["edge"], 0, "the same design again changes nothing at the edge")
filled = next(m["map"] for m in json.loads(sh("edge", "nft -j list maps ip"))["nftables"]
              if m.get("map", {}).get("table") == "vnetlab" and m["map"].get("elem"))
gone = {"element": {"family": "ip", "table": filled["table"], "name": filled["name"], "elem": [filled["elem"][0][0]]}}
sh("edge", "nft -j -f -", input=json.dumps({"nftables": [{"delete": gone}]}))
same(tell(do="build", design=f"{here}/fabric/fabric.json")["edge"], 1, "an element that somebody took from the edge is put back")
same(tell(do="build", design=f"{here}/fabric/fabric.json")["edge"], 0, "nothing is left to put back at the edge")


def steady(what, name):
    """Pings for as long as what() takes, and some; none may be lost."""
    p = subprocess.Popen(["nsenter", "--net=" + nodes["app1"], "ping", "-n", "-q", "-i", "0.002",
                          "10.0.3.5"], stdout=subprocess.PIPE, text=True)
    q = subprocess.Popen(["nsenter", "--net=" + nodes["web1"], "ping", "-n", "-q", "-i", "0.002",
                          "8.8.8.8"], stdout=subprocess.PIPE, text=True)
    ping("app1", "10.0.3.5", n=5)
    result = what()
    ping("app1", "10.0.3.5", n=5)
    for x in (p, q):
        x.send_signal(2)
    out = [x.communicate()[0] for x in (p, q)]
    ok(all(reached(o) for o in out), name, *out)
    return result


steady(lambda: tell(do="kill"), "no packet is lost when the router is killed")
r = steady(lambda: tell(do="start"), "no packet is lost when the router starts again")
same(r["answers"][-1]["changes"], 0, "the new router finds the kernel right")
sh("fabric", "ip route del $(ip route show table all | grep -m1 '^10.0.2.0/24 via')")
sh("fabric", "ip route add blackhole 10.0.2.5 table 100001 proto 157 metric 0 2>/dev/null; "
             "ip route replace blackhole 10.55.0.0/16 table 10005 proto 157; "
             "ip route add 192.0.2.0/24 dev sink0 table 7777; "
             "nft add element ip vnetlab open '{ \"nffffffffffff\" }'")
same(ask(op="resync")[-1]["changes"], 3, "the router repairs what was tampered with, and nothing else")
ok("192.0.2.0/24" in sh("fabric", "ip route show table 7777"), "the router leaves a foreign route alone")
sh("fabric", "ip route flush table 7777")

# --- a running lab changes ---------------------------------------------------------------------------
d = json.load(open(f"{here}/fabric/fabric.json"))
hub = d["virtualNetworks"]["Hub"]["subnets"]
d["virtualNetworks"]["Hub"]["subnets"] = {"front": {"addressPrefix": "10.0.100.0/24"}, **hub}
d["virtualNetworks"] = {"First": {"addressPrefixes": ["10.50.0.0/16"],
                                  "subnets": {"x": {"addressPrefix": "10.50.0.0/24"}}},
                        **d["virtualNetworks"]}
d["virtualMachines"] = {"new1": {"nic": {"subnet": "Hub/front"}}, "new2": {"nic": {"subnet": "First/x"}},
                        **d["virtualMachines"]}
del d["virtualMachines"]["twin2"]
changed = os.path.join(os.environ.get("TMPDIR", "/tmp"), f"vnl-fabric-{os.getpid()}.json")
json.dump(d, open(changed, "w"))
try:
    r = steady(lambda: tell(do="build", design=changed),
               "no packet is lost when a subnet and a VNet come in front of all others and a VM goes")
    ok("error" not in r, "the router applies the changed design", r)
    same(ask(op="resync")[-1]["changes"], 0, "the router leaves nothing half applied")
    ok("8000" not in sh("fabric", "ip rule"), "the kernel has no rule of the state in between")
    ok(reached(ping("new1", "10.0.2.4")) and reached(ping("new2", "8.8.8.8")), "the new VMs are reached")
    same(r["edge"] > 0, True, "the new VNet has its way to the Internet")
    r = steady(lambda: tell(do="build", design=f"{here}/fabric/fabric.json"), "no packet is lost on the way back")
    same(ask(op="resync")[-1]["changes"], 0, "the router has nothing to do after the way back")
    same(sh("fabric", "ip route show table all proto 157").splitlines(), before, "the tables are as before, route by route")
finally:
    os.unlink(changed)
# --- a filter as long as the lab needs --------------------------------------------------------------


def parts():
    """Of the chains that come and go, those that are there."""
    chains = re.findall(r"chain (\w+)", sh("fabric", "nft list chains ip"))
    return sorted({"checks", "lb", "lb_track", "lb_nat", "nsg_from", "nsg_to"} & set(chains))


same(parts(), ["checks"], "a lab with appliances has the checks of ports, and no chains for groups or balancers")
plain = json.load(open(f"{here}/fabric/fabric.json"))
hub = plain["virtualNetworks"]["Hub"]
plain["virtualNetworks"] = {"Hub": hub}
del hub["peerings"], plain["routeTables"], plain["routeServers"]
for subnet in hub["subnets"].values():
    subnet.pop("routeTable", None)
plain["virtualMachines"] = {n: v for n, v in plain["virtualMachines"].items()
                            if n in ("web1", "web2", "app1", "app2")}
tcp_only = {"tcp": {"direction": "Inbound", "access": "Allow", "protocol": "Tcp", "priority": 100},
            "no": {"direction": "Inbound", "access": "Deny", "protocol": "*", "priority": 200}}
grouped = json.loads(json.dumps(plain))
grouped["networkSecurityGroups"] = {"g": {"securityRules": tcp_only}}
grouped["virtualNetworks"]["Hub"]["subnets"]["web"]["networkSecurityGroup"] = "g"
try:
    for design, want, what in ((plain, [], "a lab where nobody forwards has no checks"),
                               (grouped, ["nsg_from", "nsg_to"], "a lab with a group has its chains"),
                               (plain, [], "a group that goes takes its chains along")):
        json.dump(design, open(changed, "w"))
        r = steady(lambda: tell(do="build", design=changed), f"{what}; no packet is lost")
        same(("error" in r, parts()), (False, want), what)
        same(reached(ping("app1", "10.0.2.5", wait="0.2")), not want, "packets pass as that filter says")
        same(ask(op="resync")[-1]["changes"], 0, "the router has nothing to do with that filter the second time")
        if want:
            sh("fabric", f"nft delete chain ip vnetlab {want[1]}")
            same((ask(op="resync")[-1]["changes"], parts()), (1, want), "the router makes a filter anew of which half is gone")
            same(reached(ping("app1", "10.0.2.5", wait="0.2")), False, "the new filter denies what the group denies")
    s = Sniff("web2")
    inside("web1", raw, "10.0.2.99", "10.0.2.5", 17, udp(1, 2))
    inside("web1", raw, "10.0.2.4", "10.0.2.5", 4, udp(1, 2))
    inside("web1", raw, "10.0.2.4", "10.0.2.5", 47, udp(1, 2), 99)
    for ttl in (1, 2, 63, 64, 65, 128, 253, 254, 255):
        inside("web1", raw, "10.0.2.4", "10.0.2.5", 17, udp(1, 2), ttl)
    ping("web1", "10.0.2.5")
    got = [(p[0], p[2], p[3]) for p in ips(s.frames())]
    same([g[2] for g in got if g[1] == 17], [1, 2, 63, 64, 65, 128, 253, 253, 255],
         "a filter without checks keeps the TTL (254 as 253), too")
    same({g[:2] for g in got}, {("10.0.2.4", 17), ("10.0.2.4", 1)}, "a filter without checks lets no foreign source and no tunnel pass, either")
    tell(do="build", design=f"{here}/fabric/fabric.json")
    same(parts(), ["checks"], "a lab with appliances has the checks again")
    same(ask(op="resync")[-1]["changes"], 0, "the router has nothing to do with the first design")
finally:
    if os.path.exists(changed):
        os.unlink(changed)
same({n: sh(n, "grep -E 'Icmp6OutMsgs|Ip6OutRequests' /proc/net/snmp6 | awk '{s+=$2} END {print s}'")
      .strip() for n in ("web1", "nva1", "RS/0")}, {"web1": "0", "nva1": "0", "RS/0": "0"},
     "no guest sends IPv6")
answers = tell(do="send", request={"op": "nonsense"})["answers"]
ok(answers[-1].get("event") == "error" and "nonsense" in answers[-1]["message"],
   "a request that does not exist is refused by name", answers)

world.stdin.close()
same(world.wait(), 0, "the world ends")
print(f"1..{count}")
sys.exit(failed > 0)
