# SPDX-License-Identifier: GPL-2.0-or-later
"""Speed of the endpoint (vnetlab azure): scenarios of tests/bench/run."""
import http.client
import json
import os
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import arm  # noqa: E402

S = "/subscriptions/00000000-0000-0000-0000-000000000001"
G = f"{S}/resourceGroups/mine"
V = "?api-version=2022-07-01"


def network(kind):
    return f"{G}/providers/Microsoft.Network/{kind}"


def machine(name):
    return f"{G}/providers/Microsoft.Compute/virtualMachines/{name}"


def nic_body(subnet):
    return {"properties": {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": network(f"virtualNetworks/net/subnets/s{subnet}")}}}]}}


def machine_body(name):
    return {"properties": {"networkProfile": {"networkInterfaces": [{"id": network(f"networkInterfaces/{name}Nic")}]}}}


def resources(n, subnets=20):
    """An export of so many machines."""
    out = [{"id": network("virtualNetworks/net"), "type": "Microsoft.Network/virtualNetworks", "name": "net", "properties": {
        "addressSpace": {"addressPrefixes": ["10.0.0.0/8"]},
        "subnets": [{"name": f"s{i}", "properties": {"addressPrefix": f"10.{i}.0.0/16"}} for i in range(subnets)]}}]
    for i in range(n):
        out.append({"id": network(f"networkInterfaces/vm{i}Nic"), "type": "Microsoft.Network/networkInterfaces", "name": f"vm{i}Nic", **nic_body(i % subnets)})
        out.append({"id": machine(f"vm{i}"), "type": "Microsoft.Compute/virtualMachines", "name": f"vm{i}", **machine_body(f"vm{i}")})
    return out


def ms(f):
    began = time.monotonic()
    f()
    return (time.monotonic() - began) * 1000


def median(f, repeats):
    return statistics.median(ms(f) for _ in range(repeats))


def floor_ms(b, e, repeats):
    """Of a request to a bare server with the lab's own certificate."""
    p = subprocess.Popen([os.path.join(b, "tests/bench/http_floor"), e.folder() + "/server.key", e.folder() + "/server.pem"],
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        c = http.client.HTTPSConnection("localhost", int(p.stdout.readline()), context=e.context)
        return median(lambda: (c.request("GET", "/"), c.getresponse().read()), repeats)
    finally:
        p.stdin.close()
        p.wait(10)


def look(e, c, b, row, repeats):
    floor = floor_ms(b, e, 10 * repeats)
    got = median(lambda: e.call("GET", network("networkInterfaces/vm1Nic") + V, connection=c), 10 * repeats)
    row("endpoint: GET of a resource, 1,000 machines", got, "ms", "1 ms above the floor", got < floor + 1, floor)
    got = median(lambda: e.call("GET", network("networkInterfaces") + V, connection=c), repeats)
    row("endpoint: list of 1,000 NICs", got, "ms", "30 ms", got < 30)


def change(e, c, row, machines, limit, repeats):
    got = statistics.median(ms(lambda: e.put(network(f"virtualNetworks/net/subnets/x{i}") + V, {"properties": {"addressPrefix": f"10.{100 + i}.0.0/16"}}, c))
                            for i in range(repeats))
    row(f"endpoint: PUT of a subnet, {machines:,} machines", got, "ms", f"{limit} ms", got < limit)


def effective(e, c, nic):
    status, headers, body = e.call("POST", network(f"networkInterfaces/{nic}/effectiveRouteTable") + V, connection=c)
    return e.wait(headers, c)[1] if status == 202 else body


def route(e, c, row, repeats):
    """In a lab of 20 resources: nine machines, their NICs, a network and a route table on all its subnets."""
    net = resources(0)[0]["properties"]
    e.put(network("routeTables/rt") + V, {"properties": {}}, c)
    for s in net["subnets"]:
        s["properties"]["routeTable"] = {"id": network("routeTables/rt")}
    e.put(network("virtualNetworks/net") + V, {"properties": net}, c)
    times = []
    for i in range(repeats):
        times.append(ms(lambda: e.put(network(f"routeTables/rt/routes/r{i}") + V, {"properties": {
            "addressPrefix": f"99.{i}.0.0/16", "nextHopType": "None"}}, c)))
        assert f"99.{i}.0.0/16" in json.dumps(effective(e, c, "vm8Nic")), i
    got = statistics.median(times)
    row("endpoint: PUT of a route, 20 resources, NICs have it", got, "ms", "60 ms", got < 60)
    command = median(lambda: e.vnetlab("routes", "-n", e.lab, "vm8", "-o", "json"), repeats)
    got = median(lambda: effective(e, c, "vm8Nic"), repeats)
    row("endpoint: effectiveRouteTable", got, "ms", "vnetlab routes and 2 ms", got < command + 2, command)


def burst(e, row):
    """50 clients, which are connected, put a route each: all are sent before an answer is read."""
    e.put(network("routeTables/rt") + V, {"properties": {}})
    calls = [e.connect() for _ in range(50)]
    for c in calls:
        c.connect()
    before = e.said().count("apply of ")

    def put_all():
        for i, c in enumerate(calls):
            c.request("PUT", network(f"routeTables/rt/routes/r{i}") + V, json.dumps({"properties": {"addressPrefix": f"99.{i}.0.0/16", "nextHopType": "None"}}),
                      {"Authorization": f"Bearer {e.token}", "Content-Type": "application/json"})
        answers = [c.getresponse() for c in calls]
        for r, c in zip(answers, calls):
            r.read()
            assert r.status == 201, r.status
            e.wait({k.lower(): v for k, v in r.getheaders()}, c)

    got = ms(put_all)
    applies = e.said().count("apply of ") - before
    row("endpoint: 50 PUTs at once, 100 machines", got, "ms", "1 s and 3 applies", got < 1000 and applies <= 3, None, f"{applies} applies")


def pss_mib(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
        return next(int(line.split()[1]) for line in f if line.startswith("Pss:")) / 1024


def measure(b, work, row, repeats):
    for n, limit in ((9, 150), (100, 150), (1000, 1000)):
        path = f"{work}/resources-{n}.json"
        with open(path, "w", encoding="utf-8") as f:
            json.dump(resources(n), f)
        with arm.Endpoint(f"bench{n}", "--from", path) as e:
            c = e.connect()
            if n == 1000:
                look(e, c, b, row, repeats)
            if n == 9:
                route(e, c, row, repeats)
                continue
            change(e, c, row, n, limit, repeats)
            if n == 1000:
                got = pss_mib(e.process.pid)
                row("endpoint: memory, 1,000 machines", got, "MiB", "64 MiB", got < 64)
            else:
                burst(e, row)
                got = ms(lambda: e.wait(e.call("DELETE", G + V, connection=c)[1], c))
                row("endpoint: DELETE of a group of 100 machines", got, "ms", "2 s", got < 2000)
    out = subprocess.run([os.path.join(b, "tests/bench/store"), "-r", str(repeats), "1000"], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        what, value = line.split()
        row(f"endpoint, 1,000 machines: {what}", float(value), "ms", None, None, None, "processor time")
