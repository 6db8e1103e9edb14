# SPDX-License-Identifier: GPL-2.0-or-later
"""Faults, and what mends them."""
MAINTENANCE = "10m"  # over when it is cleared


def targets(status):
    vms = [n["name"] for n in status["nodes"] if n["kind"] == "virtualMachine"]
    running = [n["name"] for n in status["nodes"] if n["state"] == "running"]
    with_procs = [n["name"] for n in status["nodes"] if n["processes"] and n["state"] == "running"]
    own = ("fabric", "internet", "routeServer")
    guests = [n["name"] for n in status["nodes"] if n["kind"] not in own]
    return vms, running, with_procs, guests


def fault(rnd, status, outstanding):
    """argv of one, or of one that mends; None: there is nothing to break."""
    if outstanding and rnd.random() < .6:
        if rnd.random() < .5:
            return ["clear"]
        return mend(rnd.choice(outstanding))
    _, running, with_procs, guests = targets(status)
    instances = [n["name"] for n in status["nodes"] if n["kind"] == "routeServer"]
    sessions = sorted({f"{s['routeServer']}/{s['peering']}" for s in status["bgp"]})
    bgp = {s["connection"] for s in status.get("gatewayBgp", [])}
    connections = [f"{c['gateway']}/{c['name']}" for c in status.get("connections", []) if c["name"] in bgp]
    alive = [g for g in guests if g in running]
    choices = [["stop", g] for g in alive] + [["start", g] for g in guests if g not in running]
    choices += [["kill", p] for p in with_procs] + [["kill", p, "--hold"] for p in with_procs]
    choices += [["impair", g, "rate", rnd.choice(("20mbit", "100mbit"))] for g in alive]
    choices += [["freeze", g] for g in alive] + [["link", g, "down"] for g in alive]
    choices += [["maintenance", i, MAINTENANCE] for i in instances]
    choices += [["session", s + rnd.choice(("", "", "/0", "/1")), "down"] for s in sessions + connections]
    choices += [["kill", "fabric"]]
    # The kernel forgets a cut cable's routes, and a daemon that is held does not write them again: which came first shows.
    held, cut = (any(f.split()[0] == what for f in outstanding) for what in ("kill", "link"))
    choices = [c for c in choices if not (held and c[0] == "link") and not (cut and "--hold" in c)]
    kinds = sorted({c[0] for c in choices})
    kind = rnd.choices(kinds, [{"session": 6, "stop": 3}.get(k, 1) for k in kinds])[0]
    return rnd.choice([c for c in choices if c[0] == kind])


def mend(text):
    words = text.split()
    return {"stop": ["start", words[1]], "start": ["stop", words[1]], "freeze": ["thaw", words[1]],
            "link": ["link", words[1], "up"], "impair": ["impair", words[1], "none"], "session": ["session", words[1], "up"]}.get(words[0], ["clear"])
