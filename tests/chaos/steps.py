# SPDX-License-Identifier: GPL-2.0-or-later
"""What is done to a lab, step by step, and what must then be seen.  A step is {"design": {...}} for `up`, or
{"fault": [...]} for a fault; "say" has it in words."""
import collections
import copy
import ipaddress
import json
import os
import time

import files
import look
from lab import FAILED, TIMED_OUT, Lab

# A link that is down and a node that hangs leave sessions as they were when it began, until hold times are over: what
# then changes shows differently in a lab that was changed and one that was made so.  While such a fault is there, nothing
# is compared; when it was mended, and something was done meanwhile, sessions get the hold time that Azure proposes.
LATE = ("link", "freeze")
HOLD = 185.0


class Difference(Exception):
    def __init__(self, what, lines):
        super().__init__(what)
        self.what, self.lines = what, lines


def pinned(design, lab):
    """The design with the addresses that NICs have kept since they were new: in a fresh lab they may get others
    (docs/topology.md, privateIPAddress).  One that is given to another NIC meanwhile, or is not in its subnet any more, is
    not kept."""
    d = copy.deepcopy(design)
    kept = lab.ask("design")["design"].get("addresses", {})
    nics = {f"{n}.nic": o for c in ("privateEndpoints", "azureFirewalls") for n, o in d.get(c, {}).items()}
    for vm, v in d.get("virtualMachines", {}).items():
        nics |= {f"{vm}VMNic": v["nic"]} if "nic" in v else v.get("nics", {})
    given = {n.get("privateIPAddress") for n in [*nics.values(), *d.get("loadBalancers", {}).values()]}
    for name, nic in nics.items():
        ip = kept.get(name)
        if nic.get("privateIPAddress") or not ip or ip in given:
            continue
        if "subnet" in nic:
            vnet, subnet = nic["subnet"].split("/")
        else:
            vnet, subnet = nic["virtualNetwork"], "AzureFirewallSubnet"
        net = ipaddress.ip_network(d["virtualNetworks"][vnet]["subnets"][subnet]["addressPrefix"])
        if net[4] <= ipaddress.ip_address(ip) < net[-1]:
            nic["privateIPAddress"] = ip
    return d


def faults_of(texts):
    """["link box down", ...] as fault list prints them, as commands."""
    return [t.split() for t in texts]


def compare(a, b):
    """Keys that differ, with their lines: "+" the lab that was changed has it, "-" the fresh one."""
    out = {}
    for k in sorted(a.keys() | b.keys()):
        x, y = a.get(k, []), b.get(k, [])
        if x != y:
            more, less = collections.Counter(x) - collections.Counter(y), collections.Counter(y) - collections.Counter(x)
            out[k] = [f"+ {v}" for v in more.elements()] + [f"- {v}" for v in less.elements()]
            out[k] = out[k] or ["in another order"]
    return out


def difference(differs):
    return Difference("\n".join(differs), [f"{k}\n" + "\n".join(f"    {x}" for x in v) for k, v in differs.items()])


class Bench:
    """Two labs side by side: one that goes through the steps, and one that is made anew each time."""

    def __init__(self, work, deadline=20.0, unstable=None):
        """unstable: called with a Difference that two fresh labs have, too."""
        self.work, self.deadline, self.unstable = work, deadline, unstable
        self.run = os.path.join(work, "run")
        os.makedirs(self.run, mode=0o700, exist_ok=True)
        self.lab = Lab(self.run, "changed")
        self.design = None
        self.said = ""  # when it refused
        self.late = self.stale = False  # such a fault is there; something was done meanwhile

    def close(self):
        self.lab.command("down", "--all", "-q")

    def write(self, name, design):
        path = os.path.join(self.work, f"{name}.vnetlab.json")
        files.write(design, self.work)
        with open(path, "w", encoding="utf-8") as f:
            json.dump(design, f, indent=1)
        return path

    # --- the running lab ---

    def do(self, step):
        """False: it was refused, and the lab is as before."""
        self.stale = self.stale or self.late
        done = self.take(step)
        self.late = self.design is not None and any(f[0] in LATE for f in faults_of(self.lab.faults()))
        return done

    def take(self, step):
        if "fault" in step:
            status, _, self.said = self.lab.fault(*step["fault"])
            return status == 0
        status, err = self.lab.up(self.write("step", step["design"]))
        if status in (0, TIMED_OUT):
            self.design = step["design"]
            return True
        if status != FAILED:
            raise Difference("up", [f"exit status {status}", *err.splitlines()])
        fresh = Lab(self.run, "alone")
        again, _ = fresh.up(os.path.join(self.work, "step.vnetlab.json"))
        fresh.down()
        self.said = err.strip().split("\n")[0]
        if again != status:
            raise Difference("up", [f"exit status {status} on the running lab, {again} on nothing", *err.splitlines()])
        return False

    # --- a fresh one beside it ---

    def fresh(self, name):
        f = Lab(self.run, name)
        status, err = f.up(self.write(name, pinned(self.design, self.lab)))
        if status not in (0, TIMED_OUT):
            raise Difference("up", [f"exit status {status} on nothing", *err.splitlines()])
        for fault in faults_of(self.lab.faults()):
            f.fault(*fault)
        return f

    def differences(self, fresh):
        """What a daemon that is held has left in its kernel depends on when it was held."""
        held = {f"kernel routes/{f[1]}" for f in faults_of(self.lab.faults()) if f[0] == "kill"}
        found = compare(look.look(self.lab, self.design), look.look(fresh, self.design))
        return {k: v for k, v in found.items() if k not in held}

    def settle(self, fresh, deadline):
        """What still differs when there is nothing to wait for any more."""
        end, wait = time.monotonic() + deadline, .05
        while True:
            differs = self.differences(fresh)
            if not differs or time.monotonic() > end:
                return differs
            time.sleep(min(wait, max(0, end - time.monotonic())))  # between two looks, until a deadline
            wait = min(wait * 1.5, 1)

    def judge(self):
        """Raises Difference."""
        if self.late:
            return
        fresh = self.fresh("fresh")
        other = None
        try:
            differs = self.settle(fresh, self.deadline + (HOLD if self.stale else 0))
            self.stale = False
            if not differs:
                return
            # What two fresh labs do not agree on says nothing about a changed one.
            other = self.fresh("other")
            both = self.settle(other, self.deadline)
            real = {k: v for k, v in differs.items() if both.get(k) == v}
            loose = {k: v for k, v in differs.items() if k not in real}
            if loose and self.unstable:
                self.unstable(difference(loose))
            if real:
                raise difference(real)
        finally:
            fresh.down()
            if other:
                other.down()


def play(steps, work, deadline):
    """The Difference that the last step shows, or None."""
    bench = Bench(work, deadline)
    try:
        for s in steps:
            bench.do(s)
        if bench.design is not None:
            bench.judge()
    except Difference as d:
        return d
    finally:
        bench.close()
    return None
