# SPDX-License-Identifier: GPL-2.0-or-later
"""A running lab, through vnetlab's own commands."""
import json
import os
import re
import subprocess
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
VNETLAB = os.path.join(ROOT, os.environ.get("B", "build"), "vnetlab")


class Failed(Exception):
    pass


class Lab:
    def __init__(self, name, work):
        self.name, self.work = name, work

    def run(self, *argv, statuses=(0,), timeout=120):
        r = subprocess.run([VNETLAB, *argv], capture_output=True, text=True, timeout=timeout,
                           stdin=subprocess.DEVNULL, check=False)
        if r.returncode not in statuses:
            raise Failed(f"vnetlab {' '.join(argv)}: status {r.returncode}\n{r.stderr}{r.stdout}")
        return r

    def data(self, *argv, statuses=(0,)):
        return json.loads(self.run(*argv, "-n", self.name, "-o", "json", statuses=statuses).stdout)

    def up(self, topology, settles):
        self.run("up", topology, "-n", self.name, "-q", *([] if settles else ["--wait", "none"]))

    def down(self):
        self.run("down", self.name, "-q", statuses=(0, 5))

    def do(self, command):
        self.run(*command.split(), "-n", self.name)

    def check(self, topology):
        return json.loads(self.run("check", topology, "-o", "json", statuses=(0, 3)).stdout)

    # --- tables ---

    def save(self, what):
        fd, path = tempfile.mkstemp(".json", dir=self.work)
        with os.fdopen(fd, "w") as f:
            json.dump(what, f)
        return path

    def compare(self, table, *options):
        """Rows of `vnetlab compare`: {verdict, key, want, got, fields, reason}."""
        path = self.save(table)
        try:
            return self.data("compare", path, *options, statuses=(0, 1))["tables"][0]["rows"]
        finally:
            os.unlink(path)

    def compare_with(self, table, other, *options):
        path = self.save(other)
        try:
            out = self.run("compare", self.save(table), "--against", path, *options, "-o", "json",
                           statuses=(0, 1)).stdout
            return json.loads(out)["tables"][0]["rows"]
        finally:
            os.unlink(path)

    def exec(self, node, *argv, statuses=(0,)):
        return self.run("exec", node, "-n", self.name, "--", *argv, statuses=statuses).stdout

    # --- packets ---

    def ping(self, node, to):
        """TTL of the answer, or None."""
        out = self.exec(node, "ping", "-n", "-c", "1", "-W", "1", to, statuses=(0, 1, 2))
        m = re.search(r"ttl=(\d+)", out)
        return int(m[1]) if m else None

    def connects(self, node, to, protocol, port):
        return self.data("probe", node, to, "--protocol", protocol, "--port", str(port),
                         statuses=(0, 1))["ok"]

    def trace(self, node, to, most):
        """Addresses of the hops, * for a silent one; traceroute itself ends at the goal."""
        out = self.exec(node, "traceroute", "-n", "-I", "-q", "1", "-w", "1", "-m", str(most), to,
                        statuses=(0, 1))
        return [line.split()[1] for line in out.splitlines() if re.match(r" *\d+ ", line)]

    # --- an appliance's own tables ---

    def image(self, node):
        for n in self.data("status")["nodes"]:
            if n["name"] == node:
                return n["image"]
        raise Failed(f"there is no node {node}")

    def bgp_table(self, node):
        return frr_table(self, node) if self.image(node) == "frr" else bird_table(self, node)

    def prefix_counts(self, node):
        peers = json.loads(self.exec(node, "vtysh", "-c", "show ip bgp summary json"))
        return {a: p["pfxRcd"] for a, p in peers["ipv4Unicast"]["peers"].items()}

    def routing_table(self, node):
        codes = {"bgp": "B", "static": "S", "connected": "C", "kernel": "S"}
        out = []
        for prefix, routes in json.loads(
                self.exec(node, "vtysh", "-c", "show ip route json")).items():
            for r in routes:
                if r.get("selected"):
                    out += [{"code": codes.get(r["protocol"], r["protocol"]), "network": prefix,
                             "nextHop": h.get("ip")} for h in r["nexthops"]
                            if not h.get("resolver")]  # by what a next hop is reached
        return out


def frr_table(lab, node):
    table = json.loads(lab.exec(node, "vtysh", "-c", "show ip bgp json"))["routes"]
    return [{"network": prefix, "nextHop": p["nexthops"][0].get("ip"), "asPath": p["path"],
             "best": bool(p.get("bestpath"))} for prefix, paths in table.items() for p in paths]


def bird_table(lab, node):
    """`show route all`: a line for each route, indented lines for its attributes."""
    rows, network = [], None
    for line in lab.exec(node, "birdc", "show", "route", "all").splitlines():
        m = re.match(r"(\S+/\d+)?\s+(?:unicast|blackhole|unreachable|prohibit) \[(\S+) .*?\]( \*)?",
                     line)
        if m:
            network = m[1] or network
            rows.append({"network": network, "proto": m[2], "best": bool(m[3]), "nextHop": None,
                         "asPath": "", "community": ""})
        m = re.match(r"\tBGP\.(as_path|next_hop|community): ?(.*)", line)
        if m and rows:
            key = {"as_path": "asPath", "next_hop": "nextHop"}.get(m[1], m[1])
            rows[-1][key] = m[2].strip()
    return rows
