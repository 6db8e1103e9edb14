#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""report: one page of HTML, which needs nobody else, is the same each time, and says everything to everybody."""
import html.parser
import json
import os
import re
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from tap import ROOT, end, ok, run  # noqa: E402

VOID = {"meta", "link", "br", "path", "rect"}
EVIL = "</title><script>alert(1)</script><img src=x onerror=alert(1)>\"' onload='x"


class Page(html.parser.HTMLParser):
    """What a reader of the page needs to know of it."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.ids, self.odd, self.headings, self.links = [], [], [], [], [], []
        self.tables = self.captions = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        self.tags.append((tag, a))
        if "id" in a and "svg" not in self.open:
            self.ids.append(a["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        self.links += [v for k, v in attrs if k in ("href", "src", "srcset", "action", "xlink:href")]
        self.odd += [f"{tag} {k}" for k in a if k.startswith("on")]
        self.tables += tag == "table"
        self.captions += tag == "caption"
        if tag == "th" and a.get("scope") not in ("col", "row"):
            self.odd.append("th without a scope")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.odd.append("closes " + tag)


def judge(name, text):
    p = Page(text)
    tags = {t for t, _ in p.tags}
    ok(not p.odd and not p.open, f"{name}: elements are closed, headers have a scope, nothing has a handler", f"{p.odd[:5]} {p.open}")
    ok(not tags & {"script", "img", "iframe", "object", "embed", "form", "base"}, f"{name}: no script, no picture from elsewhere", tags)
    ok(all(u.startswith(("#", "data:,")) for u in p.links) and "url(" not in text and "@import" not in text,
       f"{name}: nothing leads out of the page", p.links)
    ok({"header", "nav", "main", "footer", "section"} <= tags, f"{name}: landmarks", tags)
    ok(p.headings[0] == 1 and p.headings.count(1) == 1 and all(b <= a + 1 for a, b in zip(p.headings, p.headings[1:])),
       f"{name}: headings go down step by step", p.headings)
    ok(p.tables == p.captions and p.tables > 0, f"{name}: every table has a caption", f"{p.tables} {p.captions}")
    ok(len(p.ids) == len(set(p.ids)) and all(u[1:] in p.ids for u in p.links if u.startswith("#")), f"{name}: every link has its goal", p.ids)
    ok(all(a.get("tabindex") == "0" for _, a in p.tags if a.get("role") == "region"), f"{name}: what scrolls is reached by keyboard", "")
    ok("default-src 'none'" in text and "prefers-color-scheme:dark" in text and 'lang="en"' in text, f"{name}: a policy, dark colours, a language", "")


with tempfile.TemporaryDirectory() as work:
    lab = ROOT + "/topologies/azure-firewall"
    status, out, err = run("report", lab, "--html", work + "/a.html")
    with open(work + "/a.html", encoding="utf-8") as f:
        text = f.read()
    ok(status == 0 and run("report", lab)[1] == text, "the same design gives the same bytes, to a file and to standard output", err)
    judge("azure-firewall", text)
    for part in ("ASYM-01", "broken at fw, the answer", "Everybody to everywhere", "Effective routes of", "a rule that denies comes first", "<svg role=\"img\"",
                 "a BGP route for 0.0.0.0/0 removes all None routes", "rule closed/admin of firewall fw denies"):
        ok(part in text, f"the page has {part}", "")

    with open(lab + "/azure-firewall.vnetlab.json", encoding="utf-8") as f:
        design = json.load(f)
    design["description"] = EVIL
    design["checks"] = {EVIL: {"from": "app", "to": "sql", "protocol": "tcp", "port": 22, "expect": "drop"}}
    design["virtualMachines"]["app"]["description"] = EVIL
    with open(work + "/evil.vnetlab.json", "w", encoding="utf-8") as f:
        json.dump(design, f)
    judge("a stranger's words", run("report", work + "/evil.vnetlab.json")[1])

    # 200 machines in 20 spokes, each with a route table and a group of its own.
    def via(prefix):
        return {"addressPrefix": prefix, "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4"}
    big = {"virtualNetworks": {"hub": {"addressPrefixes": ["10.0.0.0/16"], "subnets": {"fw": {"addressPrefix": "10.0.1.0/24"}},
                                       "peerings": {f"s{i}": {"remoteVirtualNetwork": f"s{i}"} for i in range(20)}}},
           "routeTables": {}, "virtualMachines": {"fw": {"nic": {"subnet": "hub/fw", "privateIPAddress": "10.0.1.4", "enableIPForwarding": True}}}}
    for i in range(20):
        big["virtualNetworks"][f"s{i}"] = {"addressPrefixes": [f"10.{i + 1}.0.0/16"], "subnets": {
            "w": {"addressPrefix": f"10.{i + 1}.1.0/24", "routeTable": f"rt{i}"}},
            "peerings": {"hub": {"remoteVirtualNetwork": "hub", "allowForwardedTraffic": True}}}
        big["routeTables"][f"rt{i}"] = {"routes": {f"r{k}": via(f"172.{16 + k // 250}.{k % 250}.0/24") for k in range(100)}}
        for k in range(10):
            big["virtualMachines"][f"vm{i}-{k}"] = {"nic": {"subnet": f"s{i}/w"}}
    with open(work + "/big.vnetlab.json", "w", encoding="utf-8") as f:
        json.dump(big, f)
    status, out, err = run("report", work + "/big.vnetlab.json")
    ok(status == 0 and len(out) < 2_000_000, "200 machines and 2,000 routes are below 2 MB", f"{status} {len(out)} {err}")
    print(f"# {len(out)} bytes")

    design["virtualMachines"]["app"]["nic"]["subnet"] = "none"
    with open(work + "/bad.vnetlab.json", "w", encoding="utf-8") as f:
        json.dump(design, f)
    status, out, err = run("report", work + "/bad.vnetlab.json")
    ok(status == 3 and "TOPO-" in out and "<svg" not in out, "of an invalid design the page has the findings", f"{status} {err}")
    ok(run("report", work + "/none.json")[0] == 5, "a file that is not there is status 5", "")
    ok(run("report", lab, "--html", work + "/no/such/folder.html")[0] == 5, "a page that cannot be written is status 5", "")
end()
