# SPDX-License-Identifier: GPL-2.0-or-later
"""One function for each kind of observation in expected.json: what the source saw, and what the lab
shows in its place, as rows {key, verdict, detail}."""
import re

ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+$")


def words(row):
    """One side of a compared row, short."""
    if not row:
        return ""
    order = ("source", "state", "nextHopType", "nextHopIpAddress", "name", "nextHop", "asPath",
             "origin", "disableBgpRoutePropagation")
    out = []
    for k in order:
        v = row.get(k)
        if v not in (None, "", [], False):
            out.append(",".join(v) if isinstance(v, list) else str(v) if v is not True else k)
    return " ".join(out)


def difference(r):
    return "; ".join(f"{f} is {show(r['got'].get(f))}, not {show(r['want'].get(f))}"
                     for f in r["fields"])


def show(v):
    return ",".join(v) or "empty" if isinstance(v, list) else "absent" if v in (None, "") else v


def from_compare(rows, options):
    only = options.get("only", {})
    out = []
    for r in rows:
        if r["verdict"] == "extra" and any(r["got"].get(k) != v for k, v in only.items()):
            continue  # of a kind that the source cut from its table
        detail = {"missing": words(r["want"]), "extra": words(r["got"]), "equal": "",
                  "different": difference(r) if r["fields"] else ""}[r["verdict"]]
        if r.get("reason"):
            detail += f" ({r['reason']})"
        out.append({"key": r["key"], "verdict": r["verdict"], "detail": detail})
    return out


def flags(options):
    out = []
    for f in options.get("ignore", []):
        out += ["--ignore", f]
    return out + ["--none", options.get("none", "classes")]


def effective_routes(lab, want, of, options):
    rows = []
    for r in want:
        hops = r.get("nextHopIp") or []
        row = {k: v for k, v in r.items() if k not in ("prefix", "nextHopIp")}
        row["addressPrefix"] = [r["prefix"]]
        if all(ADDRESS.match(h) for h in hops):  # else the author masked them
            row["nextHopIpAddress"] = hops
        if not row["name" if "name" in row else "source"]:
            row.pop("name", None)
        rows.append(row)
    return from_compare(lab.compare({"value": rows}, "--nic", of, "--as", "routes",
                                    *flags(options)), options)


def mask_free(rows):
    return [{k: v for k, v in r.items() if v is not None} for r in rows]


def per_instance(want):
    """{"instance0": [...]} or {"10.0.0.4": [...]} -> az's own keys"""
    out = {}
    for i, (key, rows) in enumerate(want.items()):
        m = re.match(r"instance(\d)$", key)
        rows = mask_free(rows)
        if not m:
            rows = [{"localAddress": key, **r} for r in rows]
        out[f"RouteServiceRole_IN_{m[1] if m else i}"] = rows
    return out


def learned(lab, want, of, options):
    return from_compare(lab.compare(per_instance(want), "--peering", of, "--as", "learned",
                                    *flags(options)), options)


def advertised(lab, want, of, options):
    return from_compare(lab.compare(per_instance(want), "--peering", of, "--as", "advertised",
                                    *flags(options)), options)


def gateway_learned(lab, want, of, options):
    rows = [{"localAddress": a, **r} for a, some in want.items() for r in mask_free(some)]
    return from_compare(lab.compare({"value": rows}, "--gateway", of, "--as", "gateway-learned",
                                    *flags(options)), options)


def gateway_advertised(lab, want, of, options):
    peer = ["--peer", options["peer"]] if "peer" in options else []
    return from_compare(lab.compare({"value": mask_free(want)}, "--gateway", of, "--as",
                                    "gateway-advertised", *peer, *flags(options)), options)


def nva_bgp_table(lab, want, of, options):
    """Own routes have no next hop in one daemon and 0.0.0.0 in the other: not compared."""
    def clean(rows):
        out = []
        for r in rows:
            r = {k: r.get(k) for k in ("network", "nextHop", "asPath", "best", "community")}
            if not r["asPath"]:
                r.update(nextHop=None, asPath=None)
            r["community"] = (r["community"] or "").strip("()").replace(",", ":") or None
            out.append({k: v for k, v in r.items() if v is not None})
        return out
    return from_compare(lab.compare_with({"value": clean(want)}, {"value": clean(
        lab.bgp_table(of))}, "--as", "bgp-table", *flags(options)), options)


def value_rows(want, got):
    out = []
    for key in list(want) + [k for k in got if k not in want]:
        w, g = want.get(key), got.get(key)
        if key not in got:
            out.append({"key": key, "verdict": "missing", "detail": str(w)})
        elif key not in want:
            out.append({"key": key, "verdict": "extra", "detail": str(g)})
        else:
            out.append({"key": key, "verdict": "equal" if w == g else "different",
                        "detail": "" if w == g else f"{g}, not {w}"})
    return out


def nva_prefix_counts(lab, want, of, _options):
    return value_rows(want, lab.prefix_counts(of))


def nva_routing_table(lab, want, of, _options):
    """The source printed some rows only: what else the lab has is not looked at. Of equal paths
    one daemon uses one and another all."""
    def key(r):
        return f"{r['code']} {r['network']}"
    hops = {}
    for r in lab.routing_table(of):
        hops.setdefault(key(r), []).append(r["nextHop"])
    wanted = {key(r): r.get("nextHop") for r in want}
    return value_rows(wanted, {k: wanted[k] if wanted[k] in h else ",".join(map(str, h))
                               for k, h in hops.items() if k in wanted})


def ping(lab, want, of, options):
    to = options.get("to", want["to"])
    ttl = lab.ping(of, to)
    want_ttl = None if "ttl" in options.get("ignore", []) else want.get("ttl")
    if (ttl is not None) != want["ok"]:
        return [{"key": f"{of} to {to}", "verdict": "different",
                 "detail": "it is answered" if ttl else "it is not answered"}]
    if want_ttl is not None and ttl != want_ttl:
        return [{"key": f"{of} to {to}", "verdict": "different",
                 "detail": f"TTL is {ttl}, not {want_ttl}"}]
    return [{"key": f"{of} to {to}", "verdict": "equal", "detail": ""}]


def connectivity(lab, want, of, options):
    protocol, port = want["proto"].split("/")
    to = options.get("to", want["to"])
    good = lab.connects(of, to, protocol, port) == want["ok"]
    return [{"key": f"{of} to {to}", "verdict": "equal" if good else "different",
             "detail": "" if good else f"ok is {not want['ok']}"}]


def traceroute(lab, want, of, options):
    to = options.get("to", want["to"])
    hops = options.get("hops", want["hops"])
    got = lab.trace(of, to, len(hops) + 3)
    if hops[-1] == "*" or len(set(hops)) < len(hops):  # goes on like that: a loop, the Internet
        got = got[:len(hops)]
    good = len(got) == len(hops) and all(w in ("*", g) for w, g in zip(hops, got))
    return [{"key": f"{of} to {to}", "verdict": "equal" if good else "different",
             "detail": "" if good else f"hops are {' '.join(got)}, not {' '.join(hops)}"}]


def next_hop(lab, want, of, _options):
    """Network Watcher: the first route of the path."""
    route = lab.data("path", *of.split(" -> "))["hops"][0]["route"]
    got = {"nextHopType": route["nextHopType"],
           "nextHopIpAddress": ",".join(route["nextHopIpAddress"])}
    return value_rows({k: want[k] for k in got}, got)


def peerings(lab, want, of, _options):
    """Those that succeeded; the others are refused by check."""
    key = f"{of}/{want['name']}"
    got = [s for s in lab.data("status")["bgp"]
           if s["routeServer"] == of and s["peering"] == want["name"]]
    good = got and all(s["state"] == "Established" and s["peerIp"] == want["peerIp"] and
                       s["peerAsn"] == want["peerAsn"] for s in got)
    return [{"key": key, "verdict": "equal" if good else "missing",
             "detail": "" if good else str([s["state"] for s in got])}]


def subset(want, row):
    def norm(v):
        v = v if isinstance(v, list) else [v]
        return sorted(str(x).replace("-", " ") for x in v)
    return all(norm(v) == norm(row.get(k)) for k, v in want.items())


def facts(lab, _want, of, _options):
    """of: tables of the lab, and rows that each must contain or lack; or packets."""
    for claim in of if isinstance(of, list) else [of]:
        command = next(k for k in claim if k not in ("contains", "lacks", "peer"))
        if command == "ping":
            got = lab.ping(*claim["ping"].split(" -> ")) is not None
            if got != claim.get("ok", True):
                return [{"key": claim["ping"], "verdict": "different",
                         "detail": f"answered is {got}"}]
            continue
        if command == "connect":
            node, to, protocol, port = claim["connect"].split()
            if not lab.connects(node, to, protocol, port):
                return [{"key": claim["connect"], "verdict": "different",
                         "detail": "not answered"}]
            continue
        table = lab.data(*command.split(), claim[command])
        rows = table["value"] if "value" in table else sum(table.values(), [])
        for w in claim.get("contains", []):
            if not any(subset(w, r) for r in rows):
                return [{"key": claim[command], "verdict": "missing", "detail": str(w)}]
        for w in claim.get("lacks", []):
            if any(subset(w, r) for r in rows):
                return [{"key": claim[command], "verdict": "extra", "detail": str(w)}]
    return [{"key": "holds", "verdict": "equal", "detail": ""}]


# Tables whose parts have names, and lists whose parts have numbers.
TABLES = {
    "circuitRouteTable": nva_bgp_table,
    "effectiveRoutes": effective_routes,
    "extra": effective_routes,
    "learned": learned,
    "advertised": advertised,
    "gatewayLearned": gateway_learned,
    "gatewayAdvertised": gateway_advertised,
    "nvaBgpTable": nva_bgp_table,
    "nvaBgpPrefixCounts": nva_prefix_counts,
    "nvaRoutingTable": nva_routing_table,
    "nextHop": next_hop,
}
LISTS = {"peerings": peerings, "ping": ping, "connectivity": connectivity, "traceroute": traceroute, "facts": facts}
