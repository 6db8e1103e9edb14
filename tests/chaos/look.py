# SPDX-License-Identifier: GPL-2.0-or-later
"""Everything that can be seen of a lab, as one dictionary "what/of which" -> list of lines, without what two labs of
one design may differ in: process ids, times, interface numbers, handles, the order of what has none."""
import concurrent.futures
import json
import re

from lab import Refused

# One process for ip and one for nft.  Sysctls: those that kernel/guest.c sets.
KERNEL = r"""printf 'addr show\nroute show table all\nrule show\nneigh show nud permanent\n' | ip -d -j -batch - 2>&1
echo ---; nft -n list ruleset 2>&1
echo ---; cd /proc/sys/net/ipv4; grep . ip_forward conf/all/rp_filter icmp_echo_ignore_all 2>&1
tc qdisc show 2>/dev/null | grep -vE 'qdisc (noqueue|noop)'"""
KNOWN_MAC = ("00:0d:3a", "12:34:56", "02:00:00", "00:00:00")  # all others the kernel draws
PATHS_WITH = [("icmp", 0), ("tcp", 80)]


def line(o):
    return json.dumps(o, sort_keys=True)


def lines(rows):
    return sorted(line(r) for r in rows)


# --- kernels ---------------------------------------------------------------------------------------------------------

def link_lines(links):
    for x in links:
        info = x.get("linkinfo", {})
        mac = x.get("address", "")
        flags = set(x.get("flags", [])) & {"UP", "NO-CARRIER", "LOWER_UP"}
        o = {"link": x["ifname"], "flags": sorted(flags), "mtu": x.get("mtu"), "mac": mac if mac.startswith(KNOWN_MAC) else "random",
             "kind": info.get("info_kind"), "alias": x.get("ifalias"), "group": x.get("group")}
        if o["kind"] == "vxlan":
            data = info.get("info_data", {})
            o["vxlan"] = {k: data.get(k) for k in ("id", "local", "remote", "port")}
        yield line(o)
        for a in x.get("addr_info", []):
            if a.get("family") == "inet":
                keep = ("local", "prefixlen", "scope", "noprefixroute", "secondary")
                yield line({"link": x["ifname"]} | {k: a[k] for k in keep if k in a})


def route_lines(routes):
    for x in routes:
        if x.get("family", "inet") == "inet6" or ":" in x.get("dst", ""):
            continue
        o = {k: v for k, v in x.items() if k in ("type", "dst", "table", "gateway", "dev", "protocol", "scope",
                                                 "prefsrc", "metric", "src")}
        flags = set(x.get("flags", [])) & {"onlink", "linkdown"}
        if flags:
            o["flags"] = sorted(flags)
        if "nexthops" in x:
            o["nexthops"] = sorted(line({k: n.get(k) for k in ("gateway", "dev", "weight")}) for n in x["nexthops"])
        yield line(o)


def nft_rules(text):
    """By table, chain, line: rules in their order, elements sorted."""
    rows, chain = [], 0
    table = name = ""
    text = re.sub(r"counter packets \d+ bytes \d+", "counter", text)
    text = re.sub(r"\n\t\t\t +", " ", text)
    text = re.sub(r"elements = \{(.*?)\}", lambda m: "elements = {" + " ".join(m.group(1).split()) + "}", text, flags=re.S)
    for row in text.splitlines():
        bare = row.strip()
        if row.startswith("table "):
            table = bare.rstrip(" {")
        elif row.startswith("\t") and not row.startswith("\t\t") and bare != "}":
            name, chain = bare.rstrip(" {"), 0
            rows.append(f"{table} {name}")
        elif bare.startswith("elements = {"):
            # What expires is a flow that was seen.
            rows += [f"{table} {name} element {e.strip()}" for e in bare[len("elements = {"):-1].split(",")
                     if " expires " not in e]
        elif bare and bare != "}":
            rows.append(f"{table} {name} {chain:03} {bare}")
            chain += 1
    return sorted(rows)


def parse_batch(text):
    """ip -j -batch prints a JSON list per command; an empty one may be nothing at all."""
    decoder, at, out = json.JSONDecoder(), 0, []
    while True:
        while at < len(text) and text[at] in " \n[]" and not text.startswith("[{", at) and not text.startswith("[ {", at):
            at += 1
        if at >= len(text):
            return out
        o, at = decoder.raw_decode(text, at)
        out.append(o)


def kernel(lab, node):
    text = lab.exec(node, "/bin/sh", "-c", KERNEL)
    ip, nft, rest = (text.split("---\n") + ["", ""])[:3]
    got = {"links": [], "routes": [], "rules": [], "neighbours": []}
    for part in parse_batch(ip):
        for x in part:
            if "ifindex" in x or "addr_info" in x:
                got["links"] += link_lines([x])
            elif "priority" in x:
                got["rules"].append(line(x))
            elif "lladdr" in x and "state" in x:
                got["neighbours"].append(line({k: x.get(k) for k in ("dst", "dev", "lladdr")}))
            elif "dst" in x or "type" in x:
                got["routes"] += route_lines([x])
    got = {f"kernel {k}/{node}": sorted(v) for k, v in got.items()}
    got[f"kernel nft/{node}"] = nft_rules(nft)
    # Handles of queueing disciplines are counted by the machine.
    got[f"kernel settings/{node}"] = sorted(re.sub(r"^(qdisc \w+) \w+:", r"\1", x) for x in rest.splitlines())
    return got


# --- what commands print ---------------------------------------------------------------------------------------------

def process_state(p):
    return "running" if p["state"] in ("running", "done", "ready") else p["state"]


def sessions(status):
    out = {}
    for s in status["bgp"]:
        up = s["state"] == "Established"
        what = {"up": up, "received": s["received"], "advertised": s["advertised"]} if up else {"up": False}
        out[f"session/{s['routeServer']}/{s['peering']}/{s['instance']}"] = [line(what)]
    for s in status.get("gatewayBgp", []):
        up = s["state"] == "Established"
        what = {"up": up, "received": s["received"], "advertised": s["advertised"]} if up else \
               {"up": False, "reason": s["reason"]}
        out[f"gateway session/{s['node']}/{s['peer']}/{s['peerIp']}"] = [line(what)]
    for c in status.get("connections", []):
        out[f"connection/{c['name']}"] = [line(c)]
    return out


def nodes(status):
    out = {}
    for n in status["nodes"]:
        what = {k: n[k] for k in ("kind", "image", "state")}
        what["processes"] = [[p["name"], process_state(p)] for p in n["processes"]]
        out[f"node/{n['name']}"] = [line(what)]
    for b in status.get("loadBalancers", []):
        out[f"backends/{b['name']}"] = lines(b["backends"])
    return out


def tables(lab, design):
    """Questions of one name each, with the answers' rows."""
    ask = []
    for vm, v in design.get("virtualMachines", {}).items():
        nics = v.get("nics") or {f"{vm}VMNic": 1}
        for nic in nics:
            ask.append(("routes", "routes", "value", {"nic": f"{vm}/{nic}", "explain": True}))
            ask.append(("nsg", "nsg", "value", {"nic": f"{vm}/{nic}"}))
    for rs, v in design.get("routeServers", {}).items():
        for c in v.get("bgpConnections", {}):
            ask.append(("learned", "learned", "routes", {"connection": f"{rs}/{c}"}))
            ask.append(("advertised", "advertised", "routes", {"connection": f"{rs}/{c}"}))
    for gw in design.get("virtualNetworkGateways", {}):
        for op in ("gatewayLearned", "gatewayAdvertised", "gatewayPeers"):
            ask.append((op, op, "value", {"gateway": gw}))

    def one(q):
        what, op, key, body = q
        try:
            rows = lab.ask(op, **body)[key]
        except Refused as e:
            rows = [f"refused: {e}"]
        if isinstance(rows, dict):
            rows = [r | {"of": k} for k, v in rows.items() for r in v]
        for r in rows:
            if isinstance(r, dict):
                r.pop("connectedDuration", None)
        return f"{what}/{next(iter(body.values()))}", lines(rows)

    return [lambda q=q: dict([one(q)]) for q in ask]


def verdict(walk):
    """Who was on the way: by the model; what the kernel's tables say, as the verdict alone (ECMP)."""
    if not isinstance(walk, dict):
        return walk
    out = {}
    for k, v in walk.items():
        if k in ("verdict", "kernelVerdict", "agree", "reason", "answered"):
            out[k] = v
        elif isinstance(v, dict):
            out[k] = verdict(v)
    return out


def paths(lab, names):
    """Of all pairs of nodes that send packets; one request."""
    pairs = [{"from": a, "to": b, "protocol": p} | ({"port": n} if n else {})
             for a in names for b in names if a != b for p, n in PATHS_WITH]
    out = {}
    try:
        for q, r in zip(pairs, lab.ask("path", paths=pairs)["paths"]):
            out[f"path/{q['from']}/{q['to']}/{q['protocol']}"] = [line(verdict(r))]
    except Refused as e:
        out["path"] = [f"refused: {e}"]
    return out


def look(lab, design):
    status = lab.ask("status")
    out = nodes(status) | sessions(status)
    alive = [n["name"] for n in status["nodes"] if n["state"] == "running"]
    senders = [n["name"] for n in status["nodes"] if n["state"] == "running" and n["kind"] in
               ("virtualMachine", "siteHost", "siteRouter", "internet", "azureFirewall")]
    jobs = [lambda n=n: kernel(lab, n) for n in alive] + tables(lab, design) + [lambda: paths(lab, senders)]
    out["faults"] = sorted(lab.faults())
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for part in pool.map(lambda j: j(), jobs):
            out |= part
    return out
