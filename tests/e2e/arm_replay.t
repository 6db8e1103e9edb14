#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The endpoint against what real clients sent (tests/arm/traces), and against who must not get in."""
import glob
import json
import os
import random
import re
import shutil
import socket
import ssl
import sys
import threading
import time
import warnings

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
import arm  # noqa: E402
import tap  # noqa: E402

TRACES = os.path.join(tap.ROOT, "tests/arm/traces")
# What stands for the same several times, and logins, which are tested by themselves.
NOT_REPLAYED = re.compile(r"/(0[125]|16[b-d]|40-js-(location|direct)|41)")
S = "/subscriptions/00000000-0000-0000-0000-000000000001"
G = f"{S}/resourceGroups/mine"
V = "?api-version=2022-07-01"


def network(kind):
    return f"{G}/providers/Microsoft.Network/{kind}"


# --- getting in ------------------------------------------------------------------------------------------------------

def raw(e, text, later="", wait=True):
    """What is answered to bytes as they are, and to later ones, sent behind the first answer."""
    with socket.create_connection(("127.0.0.1", e.port), timeout=arm.TIME) as plain:
        with e.context.wrap_socket(plain, server_hostname="localhost") as s:
            s.sendall(text.encode() if isinstance(text, str) else text)
            got = b""
            try:
                while wait and (more := s.recv(65536)):
                    got += more
                    s.sendall(later.encode())
                    later = ""
            except (ssl.SSLError, ConnectionError):
                pass
            return got.decode(errors="replace")


def look_at_doors(e, other):
    url = f"{S}/resourcegroups{V}"
    status = {name: e.call("GET", url, headers=h)[0] for name, h in {
        "none": {"Authorization": None}, "another lab's": {"Authorization": f"Bearer {other}"}, "ours": {},
        "Host": {"Host": f"evil.example:{e.port}"}, "port": {"Host": "localhost:1"}, "Origin": {"Origin": "https://evil.example"}}.items()}
    tap.ok(status == {"none": 401, "another lab's": 401, "ours": 200, "Host": 400, "port": 400, "Origin": 403},
           "a request needs a bearer of this lab, our own Host, and no Origin", status)
    answer = e.call("GET", url, headers={"Origin": "https://evil.example"})
    tap.ok(not any(h.startswith("access-control") for h in answer[1]), "no page of a browser is invited", answer[1])
    with socket.socket() as s:
        s.settimeout(arm.TIME)
        own = next((a[4][0] for a in socket.getaddrinfo(socket.gethostname(), 0, socket.AF_INET) if not a[4][0].startswith("127.")), None)
        tap.ok(not own or s.connect_ex((own, e.port)) != 0, "other addresses of this machine do not answer", own)
    modes = {n: oct(os.stat(os.path.join(e.folder(), n)).st_mode & 0o777) for n in os.listdir(e.folder()) if n != "az"}
    tap.ok(set(modes.values()) == {"0o600"} and os.stat(e.folder()).st_mode & 0o777 == 0o700,
           "the endpoint's files are its user's alone", modes)
    warnings.simplefilter("ignore")
    old = ssl.create_default_context(cafile=e.variables["ARM_CA"])
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    try:
        with socket.create_connection(("127.0.0.1", e.port)) as p, old.wrap_socket(p, server_hostname="localhost"):
            tap.ok(False, "TLS 1.1 is not spoken")
    except (ssl.SSLError, ConnectionError):
        tap.ok(True, "TLS 1.1 is not spoken")


def look_at_limits(e):
    head = f"Host: localhost:{e.port}\r\nAuthorization: Bearer {e.token}\r\nConnection: close\r\n"
    first = {name: raw(e, text).split(" ")[1:2] for name, text in {
        "URL": f"GET {S}/{'a' * 9000} HTTP/1.1\r\n{head}\r\n",
        "headers": f"GET {S}{V} HTTP/1.1\r\n{head}X: {'a' * 17000}\r\n\r\n",
        "body": f"PUT {G}{V} HTTP/1.1\r\n{head}Content-Length: 99999999\r\n\r\n"}.items()}
    tap.ok(first == {"URL": ["414"], "headers": ["431"], "body": ["413"]}, "a URL, headers and a body have a limit each", first)
    chunked = raw(e, f"PUT {S}/resourcegroups/chunked{V} HTTP/1.1\r\n{head}Transfer-Encoding: chunked\r\n\r\n"
                     "5\r\n{\"loc\r\nf\r\nation\":\"somewhe\r\n4\r\nre\"}\r\n0\r\n\r\n")
    tap.ok(" 201 " in chunked[:20] and '"somewhere"' in chunked, "a body may come in chunks", chunked)
    # A server may leave it out when the body has come already (RFC 9110, 10.1.1): here it comes behind the 100.
    expecting = raw(e, f"PUT {S}/resourcegroups/chunked{V} HTTP/1.1\r\n{head}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", "{}")
    tap.ok(" 100 " in expecting[:20] and " 200 " in expecting, "who expects 100-continue gets it", expecting)
    twice = f"GET {S}{V} HTTP/1.1\r\n{head.replace('close', 'keep-alive')}\r\n" + f"GET {S}{V} HTTP/1.1\r\n{head}\r\n"
    tap.ok(raw(e, twice).count("200 OK") == 2, "requests may be pipelined")
    bad = {"{\"a\":1,\"a\":2}": 400, "{\"a\":NaN}": 400, "{\"a\":\"\\u0000\"}": 400, "[" * 101: 400, "{": 400, "[]": 400, "1": 400}
    got = {b: e.call("PUT", network("virtualNetworks/x") + V, b)[0] for b in bad}
    tap.ok(got == bad, "a body that is no object, or means two things, is refused", got)
    ids = {f"{G}/%2e%2e/x{V}": 400, f"{G}%2fx{V}": 400, f"{network('virtualNetworks')}/a%00{V}": 400, f"{S}/resourcegroups": 400}
    got = {u: e.call("GET", u)[0] for u in ids}
    tap.ok(got == ids, "an id that none can have is refused, and so is no api-version", got)


# --- slow and many clients ---------------------------------------------------------------------------------------------

def begin_slowly(e):
    """A connection whose request does not arrive."""
    s = e.context.wrap_socket(socket.create_connection(("127.0.0.1", e.port), timeout=arm.TIME), server_hostname="localhost")
    s.sendall(f"PUT {G}{V} HTTP/1.1\r\nHost: localhost:{e.port}\r\n".encode())
    return s


def look_at_slow(s):
    try:
        got = s.recv(65536).decode()
    except OSError as x:
        got = str(x)
    tap.ok(got.startswith("HTTP/1.1 408 "), "who sends half a request hears 408 after 30 seconds", got)
    s.close()


def look_at_many(e, already):
    idle = [socket.create_connection(("127.0.0.1", e.port), timeout=arm.TIME) for _ in range(64 - already)]
    status, _, answer = e.call("GET", f"{S}{V}")
    tap.ok(status == 503 and "64 connections" in json.dumps(answer), "the 65th connection is told that there are 64", f"{status} {answer}")
    for s in idle:
        s.close()
    until = time.monotonic() + arm.TIME
    while (status := e.call("GET", f"{S}{V}")[0]) == 503 and time.monotonic() < until:
        time.sleep(0.02)
    tap.ok(status == 200, "when they have gone, there is room again", status)


CLIENTS, STEPS = int(os.environ.get("CLIENTS", "10")), int(os.environ.get("STEPS", "12"))


def one_client(e, seed, bad):
    """Random PUTs, PATCHes and DELETEs of a few resources that all clients change."""
    rnd, c = random.Random(seed), e.connect()
    for _ in range(STEPS):
        n = rnd.randrange(6)
        url, body = rnd.choice([
            (network(f"virtualNetworks/Hub/subnets/c{n}"), {"properties": {"addressPrefix": f"10.9.{100 + n}.0/24"}}),
            (network(f"networkInterfaces/c{n}"), {"properties": {"ipConfigurations": [{"name": "ip", "properties": {
                "subnet": {"id": network(f"virtualNetworks/Hub/subnets/c{rnd.randrange(6)}")}}}]}}),
            (network(f"routeTables/c{n}"), {"properties": {"routes": [{"name": "r", "properties": {
                "addressPrefix": f"10.{100 + rnd.randrange(9)}.0.0/16", "nextHopType": "None"}}]}})])
        method = rnd.choice(["PUT", "PUT", "PATCH", "DELETE"])
        try:
            status, headers, answer = e.call(method, url + V, {"tags": {"n": str(n)}} if method == "PATCH" else body if method == "PUT" else None, connection=c)
            e.wait(headers, c)
            if status >= 500:
                bad.append(f"{method} {url}: {status} {answer}")
        except Exception as x:  # in a thread nobody else would hear it
            bad.append(f"{method} {url}: {x!r}")
            c = e.connect()
    c.close()


def ask_driver(e, request):
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(arm.TIME)
        s.connect(f"{e.work}/run/{e.lab}/control")
        s.sendall(json.dumps(request).encode() + b"\n")
        for line in s.makefile():
            if "progress" not in (answer := json.loads(line)):
                return answer
    return {}


def all_of(e):
    return {kind: e.call("GET", network(kind) + V)[2] for kind in ("virtualNetworks", "networkInterfaces", "routeTables")}


def look_at_clients(e):
    """At the end the store, the lab's design and its kernels say the same."""
    seed, bad = random.randrange(1 << 30), []
    threads = [threading.Thread(target=one_client, args=(e, seed + i, bad)) for i in range(CLIENTS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    tap.ok(not bad, f"{CLIENTS} clients at once are answered (seed {seed})", "\n".join(bad[:5]))
    shown = all_of(e)
    nics = sorted(c["properties"]["privateIPAddress"] for n in shown["networkInterfaces"]["value"] for c in n["properties"]["ipConfigurations"]
                  if "privateIPAddress" in c["properties"])
    tap.ok(len(nics) == len(set(nics)), "no two NICs have one address", nics)
    found = ask_driver(e, {"op": "audit", "audits": ["oracles", "loops"]})
    tap.ok(found.get("ok") and not found.get("oracles", [1]) and not found.get("loops", [1]), "design, kernel and packets agree", found)


# --- replay ------------------------------------------------------------------------------------------------------------

# Of the throw-away server that recorded them, and sent back by clients.
READ_ONLY = {"etag", "id", "location", "type", "privateIPAddress", "ipAddress", "provisioningState", "resourceGuid", "macAddress", "primary",
             "virtualMachine", "virtualRouterIps", "vmId", "timeCreated"}


def members(sent, shown, path=""):
    """What a PUT had, and a GET does not show."""
    hidden = {"adminPassword", "customData", "sharedKey", "protectedSettings"}
    if isinstance(sent, dict):
        for k, v in sent.items():
            if k in hidden or k in READ_ONLY or v is None:
                continue
            if not isinstance(shown, dict) or k not in shown:
                yield f"{path}/{k}"
            else:
                yield from members(v, shown[k], f"{path}/{k}")
    elif isinstance(sent, list):
        for i, v in enumerate(sent):
            if not isinstance(shown, list) or i >= len(shown):
                yield f"{path}/{i}"
            else:
                yield from members(v, shown[i], f"{path}/{i}")
    elif sent != shown and str(sent).lower() != str(shown).lower():
        yield f"{path}: {sent} is {shown}"


ALLOWED = {"PUT": {200, 201}, "PATCH": {200}, "GET": {200, 404}, "HEAD": {204, 404}, "DELETE": {200, 202, 204}, "POST": {200, 202, 404}}
# An answer of the throw-away server that recorded them, which knew no rule of Azure.
REFUSED = {400, 409}


def replay(e, c, path):
    """What the rules do not allow of what one file's requests are answered."""
    bad, unanswered = [], set()
    for line in open(path, encoding="utf-8"):
        q = json.loads(line)
        url = q["url"].replace("https://localhost:8443", "")
        if "/operations" in url or "/operationResults" in url or "oauth2" in url or not url.startswith("/"):
            continue
        body = q.get("raw") or q.get("body")
        if isinstance(body, dict):
            body = json.loads(json.dumps(body).replace("https://localhost:8443", e.variables["ARM_ENDPOINT"]))
        status, headers, answer = e.call(q["method"], url, body, connection=c)
        text = json.dumps(answer)
        if status == 404 and "is not answered here" in text:
            unanswered.add(url.partition("?")[0].rpartition("/")[2])
            continue
        e.wait(headers, c)
        if status >= 500:
            bad.append(f"{q['method']} {url}: {status} {text[:300]}")
        elif status not in ALLOWED[q["method"]] and status not in REFUSED:
            bad.append(f"{q['method']} {url}: {status} {text[:300]}")
        elif q["method"] == "DELETE" and status < 300 and e.call("GET", url, connection=c)[0] != 404:
            bad.append(f"{url} is there after its DELETE")
        elif q["method"] == "PUT" and status < 300 and "deployments/" not in url:
            shown = e.call("GET", url, connection=c)[2]
            bad += [f"{url} lost {m}" for m in members(body, shown)]
    return bad, unanswered


# --- the design after each trace ------------------------------------------------------------------------------------------

DESIGNS = os.path.join(tap.ROOT, "tests/arm/designs.txt")
# Where something comes from, not what it is.
BESIDE = {"source", "description", "id", "location"}


def lines_of(j, path=""):
    """A design as lines, "virtualNetworks/Hub/subnets/a/addressPrefix: 10.0.1.0/24"."""
    if isinstance(j, dict) and j:
        for k, v in j.items():
            if k not in BESIDE:
                yield from lines_of(v, f"{path}/{k}" if path else k)
    else:
        yield f"{path}: {json.dumps(j)}"


def expected_designs():
    """{file: what it adds ("+ ") and removes ("- ")}."""
    sections, name = {}, None
    with open(DESIGNS, encoding="utf-8") as f:
        for line in f.read().splitlines():
            if line.startswith("== "):
                name = line[3:]
            elif line[:2] in ("+ ", "- "):
                sections.setdefault(name, []).append(line)
    return sections


def write_designs(seen):
    with open(DESIGNS, encoding="utf-8") as f:
        head = f.read().partition("== ")[0]
    with open(DESIGNS, "w", encoding="utf-8") as f:
        f.write(head + "\n".join(f"== {name}\n" + "".join(f"{line}\n" for line in lines) for name, lines in seen.items()))


def design_changes(e, before):
    """Lines that came and went since; an object that is gone is one line. And the lines that are there."""
    def object_of(line):
        return "/".join(line.partition(": ")[0].split("/")[:2])

    after = set(lines_of(ask_driver(e, {"op": "design"})["design"]["topology"]))
    there = {object_of(x) for x in after}
    gone = {x if object_of(x) in there else object_of(x) for x in before - after}
    return [f"- {x}" for x in sorted(gone)] + [f"+ {x}" for x in sorted(after - before)], after


def replay_all(e):
    c = e.connect()
    unanswered, seen = set(), {}
    design = set(lines_of(ask_driver(e, {"op": "design"})["design"]["topology"]))
    # 71 makes what 70 changes, and in the end the group goes.
    for path in sorted(glob.glob(f"{TRACES}/*.jsonl"), key=lambda p: ("/17" in p, "/70" in p, p)):
        if NOT_REPLAYED.search(path):
            continue
        bad, more = replay(e, c, path)
        unanswered |= more
        name = os.path.basename(path).removesuffix(".jsonl")
        tap.ok(not bad, f"what {name} sent is answered by the rules", "\n".join(bad[:6]))
        changes, design = design_changes(e, design)
        if changes:
            seen[name] = changes
    tap.ok(not unanswered, "every action that was recorded is answered", sorted(unanswered))
    c.close()
    if os.environ.get("ACCEPT"):
        write_designs(seen)
    want = expected_designs()
    for name in sorted(seen.keys() | want.keys()):
        got, lines = seen.get(name, []), want.get(name, [])
        tap.ok(got == lines, f"the lab is what {name} means (tests/arm/designs.txt)", "\n".join(
            [f"is not: {x}" for x in lines if x not in got][:5] + [f"is: {x}" for x in got if x not in lines][:5]))


# --- the lab -------------------------------------------------------------------------------------------------------------

def build(e, c):
    e.call("PUT", G + V, {"location": "westeurope"})
    e.put(network("virtualNetworks/Hub") + V, {"properties": {"addressSpace": {"addressPrefixes": ["10.9.0.0/16"]}, "subnets": [
        {"name": n, "properties": {"addressPrefix": p}} for n, p in (("a", "10.9.1.0/24"), ("b", "10.9.2.0/24"))]}}, c)
    for n, subnet in (("one", "a"), ("two", "b")):
        e.put(network(f"networkInterfaces/{n}Nic") + V, {"properties": {"ipConfigurations": [
            {"name": "ip", "properties": {"subnet": {"id": network(f"virtualNetworks/Hub/subnets/{subnet}")}}}]}}, c)
        e.put(f"{G}/providers/Microsoft.Compute/virtualMachines/{n}{V}", {"properties": {
            "osProfile": {"adminPassword": "Hunter2!secret", "customData": "SHVudGVyMiFzZWNyZXQ="},
            "networkProfile": {"networkInterfaces": [{"id": network(f"networkInterfaces/{n}Nic")}]}}}, c)


def look_at_lab(e):
    c = e.connect()
    build(e, c)
    rc, out, err = e.vnetlab("probe", "-n", e.lab, "one", "two", "-o", "json")
    tap.ok(rc == 0 and json.loads(out)["received"] > 0, "a packet goes from one machine to the other", out + err)
    status, headers, answer = e.call("PUT", network("virtualNetworks/Hub/subnets/bad") + V, {"properties": {"addressPrefix": "192.168.0.0/24"}})
    tap.ok(status == 400 and answer["error"]["code"] == "NetcfgSubnetRangeOutsideVnet", "what Azure refuses is refused by its code", answer)
    tap.ok("azure-asyncoperation" not in headers and e.call("GET", network("virtualNetworks/Hub/subnets/bad") + V)[0] == 404,
           "a refused request changes nothing", headers)
    with open(f"{e.work}/x.vnetlab.json", "w", encoding="utf-8") as f:
        f.write('{"name": "x"}')
    rc, out, err = e.vnetlab("up", f"{e.work}/x.vnetlab.json", "-n", e.lab)
    tap.ok(rc != 0 and "is served by vnetlab azure" in err, "up of a file on a lab that is served is refused, with the reason", err)
    e.put(network("routeTables/drop") + V, {"properties": {"routes": [{"name": "r", "properties": {
        "addressPrefix": "10.9.2.0/24", "nextHopType": "None"}}]}}, c)
    subnet = e.call("GET", network("virtualNetworks/Hub/subnets/a") + V)[2]
    subnet["properties"]["routeTable"] = {"id": network("routeTables/drop")}
    e.put(network("virtualNetworks/Hub/subnets/a") + V, subnet, c)
    rc, out, err = e.vnetlab("routes", "-n", e.lab, "one", "-o", "json")
    rows = [r["nextHopType"] for r in json.loads(out)["value"] if r["addressPrefix"] == ["10.9.2.0/24"]]
    tap.ok(rows == ["None"], "a route table that is attached is in the NIC's routes", out + err)
    filtered = [x["name"] for x in e.call("GET", f"{S}/resources{V}&$filter=resourceGroup%20eq%20'mine'%20and%20name%20eq%20'hub'")[2]["value"]]
    tap.ok(filtered == ["Hub"], "a list is filtered", filtered)
    batch = {"requests": [{"httpMethod": "GET", "name": "a", "url": e.variables["ARM_ENDPOINT"] + network("virtualNetworks/Hub") + V},
                          {"httpMethod": "GET", "url": "https://elsewhere.example/x"}]}
    answers = e.call("POST", "/batch?api-version=2015-11-01", batch)[2]["responses"]
    tap.ok([a["httpStatusCode"] for a in answers] == [200, 400] and answers[0]["name"] == "a" and answers[0]["content"]["name"] == "Hub",
           "a batch answers each of its requests", answers)
    status, _, answer = e.call("PUT", network("routeTables/later") + V, {"properties": {}}, connection=c)
    tap.ok((status, answer["properties"]["provisioningState"]) == (201, "Updating"), "what is under way is Updating in the answer of its PUT", answer)
    look_at_commands(e)
    c.close()


def look_at_commands(e):
    machines = f"{G}/providers/Microsoft.Compute/virtualMachines"
    power = {"commandId": "RunPowerShellScript", "script": ["Get-NetRoute"]}
    status, _, answer = e.call("POST", f"{machines}/one/runCommand{V}", power)
    tap.ok(status == 409 and answer["error"]["message"] == "Run command OS type 'Windows' does not match the target OS Linux.",
           "PowerShell is refused in a Linux machine as Azure does", answer)
    windows = e.call("GET", f"{machines}/two{V}")[2]
    windows["properties"]["storageProfile"] = {"osDisk": {"osType": "Windows"}}
    e.put(f"{machines}/two{V}", windows)
    status, _, answer = e.call("POST", f"{machines}/two/runCommand{V}", power)
    codes = [x["code"] for x in answer.get("value", [])]
    tap.ok(status == 200 and codes == [f"ComponentStatus/{n}/succeeded" for n in ("StdOut", "StdErr")] and
           (shutil.which("pwsh") or "no PowerShell" in answer["value"][1]["message"]),
           "in a Windows machine its streams are answered, and that it did not run", answer)


def look_after_restart(e):
    before = {u: e.call("GET", u + V)[2] for u in (network("virtualNetworks"), network("networkInterfaces"), network("routeTables"))}
    before |= all_of(e)
    pids = json.loads(e.vnetlab("status", "-n", e.lab, "-o", "json")[1])["driver"]
    tap.ok(e.stop() == 0, "Ctrl-C ends the endpoint, and the lab stays")
    e.start()
    after = {u: e.call("GET", u + V)[2] for u in before if u.startswith("/")} | all_of(e)
    tap.ok(before == after, "an endpoint that is started again goes on", json.dumps(after)[:500])
    tap.ok(json.loads(e.vnetlab("status", "-n", e.lab, "-o", "json")[1])["driver"] == pids, "its lab is the same one")


def look_at_links(e):
    """A template that is fetched is read in a process of its own, which goes to no address of this machine."""
    e.call("PUT", G + V, {"location": "westeurope"})
    url = f"{G}/providers/Microsoft.Resources/deployments/linked{V}"
    link = {"mode": "Incremental", "templateLink": {"uri": e.variables["ARM_ENDPOINT"] + "/template.json"}}
    status, _, answer = e.call("PUT", url, {"properties": link})
    tap.ok(status == 400 and e.call("GET", url)[0] == 404, "a linked template is fetched from no address of this machine", f"{status} {answer}")
    inline = {"mode": "Incremental", "template": {"contentVersion": "1.0.0.0", "resources": [
        {"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": "templateLink"}]}}
    status, headers, answer = e.call("PUT", url, {"properties": inline})
    e.wait(headers)
    tap.ok(status == 201 and e.call("GET", network("routeTables/templateLink") + V)[0] == 200, "what that process has read is deployed", f"{status} {answer}")


def look_for_secrets(e):
    secret = e.variables["ARM_CLIENT_SECRET"]
    places = {n: e.file(n) for n in os.listdir(e.folder()) if n not in ("secret", "az", "key", "store.json", "ca.key", "server.key")} | {"log": e.said()}
    shown = json.dumps(e.call("GET", f"{G}/providers/Microsoft.Compute/virtualMachines{V}")[2])
    bad = [n for n, text in (places | {"answer": shown}).items() if "Hunter2" in text or "SHVudGVy" in text or secret in text]
    tap.ok(not bad, "no secret is in an answer, in the log, or in a file but its own", bad)


def runs(words):
    """Is there a process of these words?"""
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as f:
                if f.read() == b"".join(w.encode() + b"\0" for w in words):
                    return True
        except OSError:
            continue  # it has ended
    return False


def look_at_end(e):
    words, heard = ["sleep", f"80.{os.getpid()}"], []
    script = {"commandId": "RunShellScript", "script": [" ".join(words), "true"]}
    asking = threading.Thread(target=lambda: heard.append(e.call("POST", f"{G}/providers/Microsoft.Compute/virtualMachines/one/runCommand{V}", script)))
    asking.start()
    until = time.monotonic() + arm.TIME / 2
    while not (begun := runs(words)) and asking.is_alive() and time.monotonic() < until:
        time.sleep(0.02)
    e.vnetlab("down", e.lab)
    asking.join(arm.TIME)
    tap.ok(begun and heard and heard[0][0] == 503, "who asks while the lab ends hears 503", f"{begun} {heard}")
    tap.ok(e.process.wait(arm.TIME) != 0 and "has ended" in e.said(), "the endpoint ends with its lab", e.said()[-300:])


with arm.Endpoint("other", "-v", "--fetch") as o, arm.Endpoint("arm", "-v") as end:
    slow = begin_slowly(o)
    look_at_doors(end, o.token)
    look_at_many(o, 1)
    look_at_limits(end)
    look_at_lab(end)
    look_at_clients(end)
    look_after_restart(end)
    replay_all(o)
    look_at_links(o)
    for e in (o, end):
        look_for_secrets(e)
    wrong = [end.log_in("wrong")[0] for _ in range(6)]
    tap.ok(wrong == [401] * 5 + [429], "five wrong secrets in a minute are enough", wrong)
    look_at_end(end)
    look_at_slow(slow)
tap.end()
