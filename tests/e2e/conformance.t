#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
# Takes long.
"""The twenty conformance checks for an emulator (azure-behaviour 10), each by its number: in the
checks of the labs beside this file, and here where it takes more than a check can say. What cannot be
shown yet is skipped by name."""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
LABS = os.path.join(HERE, "conformance")
ROOT = os.path.dirname(os.path.dirname(HERE))
VNETLAB = os.path.join(ROOT, os.environ.get("B", "build"), "vnetlab")
NOT_YET = {}  # N -> the kinds of resources that are not emulated yet
STATEFUL = """table inet fw {
	chain forward {
		type filter hook forward priority 0; policy drop;
		ct state established,related accept
		ct state new tcp flags & (syn|ack) == syn accept
	}
}
"""
count = failed = 0
seen = {}  # N -> how often it held


def ok(good, name, text=""):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    for line in "" if good else str(text).splitlines():
        print(f"# {line}")
    m = re.match(r"conformance (\d+):", name)
    if m and good:
        seen[int(m[1])] = seen.get(int(m[1]), 0) + 1
    return good


def vnetlab(*argv, text=None):
    r = subprocess.run([VNETLAB, *argv], input=text, capture_output=True, text=True, check=False)
    return r.returncode, r.stdout, r.stderr


def data(lab, *argv):
    status, out, err = vnetlab(*argv, "-n", lab, "-o", "json")
    if status not in (0, 1):
        raise RuntimeError(f"vnetlab {argv}: {status} {err}")
    return json.loads(out)


def inside(lab, node, *argv, text=None):
    status, out, err = vnetlab("exec", node, "-n", lab, "--", *argv, text=text)
    return status, out + err


def script(name):
    """Its text: our files are not the node's."""
    with open(f"{LABS}/{name}", encoding="utf-8") as f:
        return f.read()


def checks(name):
    """Brings the lab up, reports its checks by their names, and leaves it running."""
    status, out, err = vnetlab("test", f"{LABS}/{name}.vnetlab.json", "--keep", "--format", "json")
    try:
        result = json.loads(out)
    except ValueError:
        return ok(False, f"{name}: the lab comes up", f"status {status}\n{out}{err}")
    result = result[0] if isinstance(result, list) else result
    for c in result["checks"]:
        ok(c["ok"], c["name"], c.get("detail"))
    return bool(result["checks"])


def emulated(name, numbers):
    """Whether the lab's kinds of resources are; else its numbers wait for them."""
    out = vnetlab("check", f"{LABS}/{name}.vnetlab.json", "-o", "json")[1]
    kinds = sorted({f["pointer"].split("/")[1] for f in json.loads(out)["findings"]
                    if f["rule"] == "EMU-KIND-01"})
    for n in numbers if kinds else ():
        NOT_YET[n] = ", ".join(kinds)
    return not kinds


def soon(fn, seconds=30):
    until = time.monotonic() + seconds
    while True:
        got = fn()
        if got or time.monotonic() > until:
            return got
        time.sleep(0.05)


# --- what a check cannot say ---

def routes():
    lab = "conformance-routes"
    for k, address in enumerate(("10.10.0.68", "10.10.0.69")):
        status, out = inside(lab, "raw", "python3", "-c", script("open.py"), address, "65003")
        got = json.loads(out) if status == 0 else {}
        caps = {c[0]: c[1] for c in got.get("capabilities", [])}
        ok((got.get("version"), got.get("asn"), got.get("hold"), got.get("id")) ==
           (4, 65515, 180, address),
           f"conformance 1: instance {k} opens as AS 65515 with hold time 180 and its own id", out)
        families = sorted(c[1] for c in got.get("capabilities", []) if c[0] == 1)
        ok(families == ["00010001", "00020001"] and 2 in caps and caps.get(65) == "0000ffeb" and
           set(caps) == {1, 2, 65},
           f"conformance 1: instance {k} can do IPv4, IPv6, route refresh, 4-octet AS, and nothing "
           "else", out)

    def wire():
        return inside(lab, "nva1", "birdc", "show", "route", "all")[1]

    def communities(prefix):
        block = re.search(rf"^{re.escape(prefix)}.*?(?=^\S|\Z)", wire(), re.M | re.S)
        return re.findall(r"BGP.community: (.*)", block[0]) if block else None
    ok(communities("10.11.0.0/24") == ["(65518,65518)"] * 2,
       "conformance 2: the prefix of a VNet that uses the Route Server carries 65518:65518",
       wire())
    ok(communities("10.10.0.0/16") == [], "conformance 2: the prefix of its own VNet carries no community", wire())


def packets():
    lab = "conformance-packets"

    def hops(node, to):
        out = inside(lab, node, "traceroute", "-n", "-I", "-q", "1", "-w", "1", "-m", "5", to)[1]
        return re.findall(r"^ *\d+ +(\S+)", out, re.M)
    ok(hops("hub", "10.0.2.5") == ["10.0.2.5"],
       "conformance 14: a trace inside a VNet is one hop", hops("hub", "10.0.2.5"))
    ok(hops("a", "10.0.2.4") == ["10.0.2.4"],
       "conformance 14: a trace over a peering is one hop, too", hops("a", "10.0.2.4"))
    got = hops("routed", "10.2.0.4")
    ok(got == ["10.0.1.4", "10.2.0.4"],
       "conformance 14: a trace through an appliance shows the appliance alone", got)
    status, out = inside(lab, "hub", "ping", "-n", "-c", "1", "-W", "1", "10.0.2.1")
    ok(status == 1, "conformance 14: the subnet's .1 is silent", out)
    asked = ("10.0.2.1", "10.0.2.5", "10.0.2.99")  # the gateway, a neighbour, nobody
    status, out = inside(lab, "hub", "python3", "-c", script("arp.py"), *asked)
    ok(out.split() == [w for a in asked for w in (a, "12:34:56:78:9a:bc")],
       "conformance 14: ARP says 12:34:56:78:9a:bc for the gateway, a neighbour, and nobody", out)
    status, out = inside(lab, "by-mute", "ping", "-n", "-c", "1", "-W", "1", "10.2.0.4")
    ok(status == 1 and "From" not in out,
       "conformance 15: no ICMP tells of the packet that vanishes", out)


def answered(lab):
    got = data(lab, "probe", "a", "b", "--protocol", "tcp", "--port", "80", "--count", "40",
               "--interval", "10ms", "--timeout", "500ms")
    return got["received"], got["sent"]


def make_stateful(lab):
    for nva in ("nva1", "nva2"):
        status, out = inside(lab, nva, "nft", "-f", "-", text=STATEFUL)
        ok(status == 0, f"{lab}: {nva} gets a stateful filter", out)


def pair():
    lab = "conformance-pair"
    got = answered(lab)
    ok(got == (40, 40), "conformance 19: without state all flows pass over two appliances", got)
    make_stateful(lab)
    received, sent = answered(lab)
    ok(sent * 0.1 < received < sent * 0.9,
       "conformance 19: stateful appliances behind ECMP lose about half of the flows",
       f"{received} of {sent}")

    def having():
        return [i for i in range(1, 9) if any(
            r["addressPrefix"] == ["10.66.0.0/16"] for r in data(lab, "routes", f"vm{i}")["value"])]
    soon(having)
    ok(0 < len(having()) < 8,
       "conformance 20: of an appliance that peers with one instance, some NICs lack the routes",
       having())


def ilb():
    lab = "conformance-ilb"
    make_stateful(lab)
    got = answered(lab)
    ok(got == (40, 40), "conformance 17: both directions of each flow pass the same appliance, "
       "which is why stateful ones pass all", got)
    ok(got == (40, 40), "conformance 19: stateful appliances behind a load balancer lose no flow", got)


def nsg():
    lab = "conformance-nsg"

    def tag(nic):
        rules = data(lab, "nsg", nic)["value"][0]["effectiveSecurityRules"]
        return next(r["expandedSourceAddressPrefix"] for r in rules
                    if r["name"].endswith("AllowVnetInBound"))
    ok("0.0.0.0/0" in tag("routed"), "conformance 18: with a default route of the user the tag "
       "VirtualNetwork has 0.0.0.0/0 in it", tag("routed"))
    ok("0.0.0.0/0" not in tag("bare"), "conformance 18: without such a route the tag does not have it", tag("bare"))

    def ping(to):
        return inside(lab, "nva", "ping", "-n", "-c", "1", "-W", "1", "-I", "198.51.100.7", to)
    status, out = ping("10.0.2.4")
    ok(status == 0, "conformance 18: a stranger's packet passes the default rules there", out)
    status, out = ping("10.0.3.4")
    ok(status == 1, "conformance 18: a stranger's packet is dropped where the tag does not have it", out)


def gateway(on):
    lab = f"conformance-gateway-{'on' if on else 'off'}"

    def networks(*argv):
        return {r["network"] for r in data(lab, *argv)["value"]}

    def told():
        return "172.16.0.0/16" in networks("gateway", "learned", "vpngw")
    soon(told) if on else None
    ok(told() == on, f"conformance 11: branch-to-branch {'on' if on else 'off'}: the gateway "
       f"{'learns' if on else 'does not learn'} the appliance's route",
       networks("gateway", "learned", "vpngw"))
    status, out = inside(lab, "dc", "birdc", "show", "route")
    ok(("172.16.0.0/16" in out) == on,
       f"conformance 11: branch-to-branch {'on' if on else 'off'}: on-premises "
       f"{'learns' if on else 'does not learn'} it, too", out)
    if on:
        ok("172.17.0.0/16" not in networks("gateway", "learned", "vpngw") and
           "172.17.0.0/16" not in out,
           "conformance 12: gateways are not told what carries NO_ADVERTISE", out)


def limit():
    lab = "conformance-limit"
    with open(f"{LABS}/limit.vnetlab.json", encoding="utf-8") as f:
        design = json.load(f)
    nets = design["virtualNetworks"]
    nets["Hub"]["peerings"] = {"to-spoke": {"remoteVirtualNetwork": "Spoke"}}
    nets["Spoke"]["peerings"] = {"to-hub": {"remoteVirtualNetwork": "Hub"}}
    path = os.path.join(os.environ["VNETLAB_RUN_DIR"], "..", "peered.vnetlab.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(design, f)
    status, _, err = vnetlab("up", path, "-n", lab, "-q", "--wait", "none")
    ok(status == 0, "a VNet is peered, and the Route Server asks for all routes again", err)

    def dropped():
        out = vnetlab("events", lab, "--no-follow")[1]
        return all(re.search(rf'"RS/nva/{k}".*over the limit of 5 routes: 3 learned, 3', out)
                   for k in (0, 1))
    ok(soon(dropped), "conformance 13: the answer counts on top of what is known, and ends the "
       "session", vnetlab("events", lab, "--no-follow")[1])


def main():
    with tempfile.TemporaryDirectory(prefix="vnl.") as work:
        for v in [v for v in os.environ if v.startswith("VNETLAB_") and v != "VNETLAB_IMAGES"]:
            del os.environ[v]
        os.environ.update(VNETLAB_RUN_DIR=f"{work}/run", NO_COLOR="1",
                          PATH=os.environ["PATH"] + ":/usr/sbin:/sbin",
                          ASAN_OPTIONS=f"log_path={work}/reports/sanitizer",
                          UBSAN_OPTIONS=f"log_path={work}/reports/sanitizer:print_stacktrace=1")
        os.mkdir(f"{work}/run", 0o700)
        # Root's labs are run by an id that owns nothing here, and it has reports to write.
        os.chmod(work, 0o711)
        os.mkdir(f"{work}/reports")
        os.chmod(f"{work}/reports", 0o1777)
        try:
            for name, more, numbers in (
                    ("routes", routes, ()), ("packets", packets, ()), ("pair", pair, ()),
                    ("limit", limit, ()), ("ilb", ilb, (17,)), ("nsg", nsg, (18,)),
                    ("gateway-off", lambda: gateway(False), (11,)),
                    ("gateway-on", lambda: gateway(True), (11, 12))):
                if emulated(name, numbers) and checks(name):
                    more()
                vnetlab("down", "--all", "-q")
        finally:
            vnetlab("down", "--all", "-q")
        for f in os.listdir(f"{work}/reports"):
            with open(f"{work}/reports/{f}", encoding="utf-8") as text:
                ok(False, "sanitizers report nothing", text.read())
    global count
    for n in range(1, 21):
        if n in NOT_YET:
            count += 1
            print(f"ok {count} - conformance {n} # SKIP not emulated yet: {NOT_YET[n]}")
        else:
            ok(seen.get(n, 0) > 0, f"conformance {n} is covered")
    print(f"# conformance: {20 - len(NOT_YET)} of 20; not yet: "
          f"{', '.join(map(str, sorted(NOT_YET))) or 'none'}")
    print(f"1..{count}")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
