# SPDX-License-Identifier: GPL-2.0-or-later
"""Random changes of a design.  Objects are made by design.py; fields come from `vnetlab schema`, so that a field that
is new is in play by itself.  What comes out need not be valid: `check` decides."""
import copy
import re

import files
from design import AZURE, ELSEWHERE, Maker

# Not changed: the lab's name, what only people read, what makes a lab slow, what makes sessions end again and again.
NOT = {"name", "description", "id", "source", "$schema", "checks", "timing", "timingScale", "maxRoutesPerPeer", "maxPrefixesPerVpnPeer",
       "maxPrefixesFromCircuit", "maxPrefixesFromPremiumCircuit", "maxPrefixesToCircuit", "config", "router",
       "instanceLossHold", "maintenanceTime"}
POOL = ("0.0.0.0/0", "10.0.1.0/24", "10.1.0.0/16", "10.101.0.0/16", "10.200.0.0/16", "10.201.3.0/24", "172.20.0.0/16")
# Names of properties that are not the singular of the collection that they refer to.
REFERS = {"gateway": "virtualNetworkGateways", "circuit": "expressRouteCircuits", "vm": "virtualMachines"}


class Changer:
    def __init__(self, rnd, schema, design):
        self.rnd, self.schema, self.d = rnd, schema, copy.deepcopy(design)
        self.maker = Maker(rnd, self.d)

    # --- the schema ---

    def resolve(self, s):
        while True:
            if "$ref" in s:
                s = self.schema["definitions"][s["$ref"].split("/")[-1]]
            elif "allOf" in s:
                s = s["allOf"][0]
            elif "anyOf" in s:
                s = s["anyOf"][0]
            else:
                return s

    def objects(self):
        """(what contains it, its key, its schema) of each object of the design."""
        out = []

        def walk(o, s):
            s = self.resolve(s)
            for k, v in o.items():
                inner = s.get("properties", {}).get(k)
                if inner is None and isinstance(s.get("additionalProperties"), dict):
                    inner = s["additionalProperties"]
                if inner is None or k in NOT:
                    continue
                if isinstance(v, dict):
                    out.append((o, k, self.resolve(inner)))
                    walk(v, inner)
                elif isinstance(v, list):
                    of = self.resolve(self.resolve(inner).get("items", {}))
                    for i, x in enumerate(v):
                        if isinstance(x, dict):
                            out.append((v, i, of))
                            walk(x, of)
        walk(self.d, self.schema)
        return out

    # --- values ---

    def reference(self, name):
        low = name.lower()
        for c, v in self.d.items():
            one = c.rstrip("s").lower() if not c.endswith("sses") else c[:-2].lower()
            if isinstance(v, dict) and v and (REFERS.get(name) == c or low in (one, c.lower()) or low.endswith(one)):
                return self.rnd.choice(list(v))
        if name.endswith("SubnetNames"):
            return self.rnd.choice(self.maker.subnets()).split("/")[1]
        return None

    def text(self, name, s):
        pattern = s.get("pattern", "")
        if "VirtualNetwork" in name or name in REFERS or "A-Za-z0-9_.-" in pattern:
            got = self.reference(name)
            if got:
                return got
        if name == "subnet":
            return self.rnd.choice(self.maker.subnets())
        if name == "image":
            return self.rnd.choice(("host", "frr", "bird", "gobgp"))
        if name == "backends":
            return self.rnd.choice(list(self.d.get("virtualMachines", {"x": 0}))) + "VMNic"
        if "[0-9]{1,2}$" in pattern or re.search("prefix|range|addresses", name, re.I) and "port" not in name.lower():
            return self.rnd.choice(POOL)
        if "[0-9]{1,3}$" in pattern or name.lower().endswith("address"):
            return self.rnd.choice(self.maker.addresses() + ["10.0.1.77"])
        if "tcp|udp" in pattern:
            return self.rnd.choice(("tcp/80", "tcp/443", "udp/53"))
        if "port" in name.lower():
            return self.rnd.choice(("*", "80", "100-200"))
        if "ms|s|m|h" in pattern:
            return self.rnd.choice(("1s", "5s"))
        if ":[0-9]" in pattern:
            return self.rnd.choice(("65001:7", "65535:65282"))
        return self.rnd.choice(("a", "b"))

    def value(self, name, s, old=None):
        s = self.resolve(s)
        kind = s.get("type")
        if isinstance(kind, list):
            kind = self.rnd.choice(kind)
        if "enum" in s:
            return self.rnd.choice([e for e in s["enum"] if e != old] or s["enum"])
        if kind == "boolean":
            return not old if isinstance(old, bool) else not s.get("default", False)
        if kind == "integer":
            near = old if isinstance(old, int) else s.get("default", s.get("minimum", 1))
            return self.rnd.choice([near + 1, max(s.get("minimum", 0), near - 1), near + 10])
        if kind == "array":
            item = self.value(name, s.get("items", {}))
            if isinstance(old, list) and old and self.rnd.random() < .7:
                new = copy.deepcopy(old)
                if self.rnd.random() < .4 and len(new) > 1:
                    new.pop(self.rnd.randrange(len(new)))
                elif item not in new:
                    new.append(item)
                return new
            return [item]
        if kind == "object":
            if "properties" not in s:
                return {}
            return {p: self.value(p, s["properties"][p]) for p in s.get("required", [])}
        return self.text(name, s)

    # --- changes ---

    def change_field(self):
        where, key, s = self.rnd.choice(self.objects())
        o = where[key]
        props = {p: q for p, q in s.get("properties", {}).items() if p not in NOT and q.get("maxProperties") != 0}
        if not props:
            return self.change_field()
        p = self.rnd.choice(list(props))
        if p in o and p not in s.get("required", []) and self.rnd.random() < .3:
            del o[p]
        else:
            o[p] = self.value(p, props[p], o.get(p))
        return f"{key}.{p}"

    def change_setting(self):
        s = self.resolve(self.schema["properties"]["settings"])
        p = self.rnd.choice([p for p in s["properties"] if p not in NOT])
        o = self.d.setdefault("settings", {})
        o[p] = self.value(p, s["properties"][p], o.get(p))
        return f"settings.{p}"

    def remove(self):
        where, key, _ = self.rnd.choice([x for x in self.objects() if x[0] is not self.d])
        what = where.pop(key)
        if self.rnd.random() < .7:
            self.forget(key, what)
        return f"without {key}"

    def forget(self, name, _):
        """What refers to it by its name, too, so that removals are valid more often."""
        def refers(v):
            return isinstance(v, str) and (v == name or v == f"{name}VMNic" or v.startswith(f"{name}/"))

        def walk(o):
            if isinstance(o, dict):
                for k in list(o):
                    v = o[k]
                    if refers(v) or (isinstance(v, dict) and any(refers(x) for x in v.values()) and k != "nic"):
                        del o[k]
                    else:
                        walk(v)
            elif isinstance(o, list):
                o[:] = [v for v in o if not refers(v)]
                for v in o:
                    walk(v)
        for c in [c for c in self.d if c != "internet"]:
            walk(self.d[c])

    def add(self):
        kinds = [p for p in self.schema["properties"] if hasattr(Maker, p)]
        made = self.maker.add(self.rnd.choice(kinds))
        for rs in self.d.get("routeServers", {}):
            if self.rnd.random() < .5:
                self.maker.bgpConnection(rs)
        return f"with {made[0]}" if made else "nothing"

    def add_inner(self):
        """One more of a kind that another one contains, as a copy that differs, or made of what is required."""
        maps = [(w[k], s) for w, k, s in self.objects() if isinstance(s.get("additionalProperties"), dict)]
        maps = [(o, s) for o, s in maps if "properties" in self.resolve(s["additionalProperties"]) and
                o is not self.d.get("virtualNetworks")]
        o, s = self.rnd.choice(maps)
        inner = self.resolve(s["additionalProperties"])
        name = next(f"x{i}" for i in range(99) if f"x{i}" not in o)
        if o and self.rnd.random() < .7:
            new = copy.deepcopy(self.rnd.choice(list(o.values())))
        else:
            new = self.value(name, inner)
        props = [p for p in inner["properties"] if p not in NOT]
        if isinstance(new, dict) and props:
            p = self.rnd.choice(props)
            new[p] = self.value(p, inner["properties"][p], new.get(p))
        o[name] = new
        return f"with {name}"

    def peerings(self):
        nets = list(self.d["virtualNetworks"])
        if len(nets) < 2:
            return self.change_field()
        a, b = self.rnd.sample(nets, 2)
        va, vb = self.d["virtualNetworks"][a], self.d["virtualNetworks"][b]
        if f"to-{b}" in va.get("peerings", {}):
            va["peerings"].pop(f"to-{b}")
            vb.get("peerings", {}).pop(f"to-{a}", None)
            return f"{a} and {b} not peered"
        self.maker.peer(a, b)
        return f"{a} and {b} peered"

    def attach(self):
        self.maker.attach()
        return "attached"

    def power(self):
        name = self.maker.some("virtualMachines")
        if not name:
            return "nothing"
        vm = self.d["virtualMachines"][name]
        vm["powerState"] = "running" if vm.get("powerState") == "deallocated" else "deallocated"
        return f"{name} {vm['powerState']}"

    def own_file(self):
        """What an appliance's own configuration says."""
        vms = [v for v in self.d.get("virtualMachines", {}).values() if v.get("config")]
        config = self.rnd.choice(vms)["config"]
        key = self.rnd.choice(list(config))
        image, ip, asn, rs, prefix, prepend = files.parts(config[key])
        if self.rnd.random() < .5:
            prefix = self.rnd.choice([p for p in ELSEWHERE if p != prefix])
        else:
            prepend = (prepend + self.rnd.randint(1, 2)) % 3
        config[key] = files.name(image, ip, asn, rs, prefix, prepend)
        return f"another {key}"

    def timing(self):
        o = self.d.setdefault("settings", {})
        if "timing" in o:
            for k in AZURE:
                o.pop(k, None)
            return "timing fast"
        o |= AZURE
        return "timing azure"

    def order(self):
        """The same objects, written in another order."""
        c = self.rnd.choice([c for c, v in self.d.items() if isinstance(v, dict) and len(v) > 1] or [None])
        if not c:
            return "nothing"
        names = list(self.d[c])
        self.rnd.shuffle(names)
        self.d[c] = {n: self.d[c][n] for n in names}
        return f"{c} in another order"


WEIGHTS = (("change_field", 8), ("remove", 3), ("add", 4), ("add_inner", 3), ("peerings", 2), ("attach", 2),
           ("power", 1), ("change_setting", 1), ("order", 1), ("own_file", 1.5), ("timing", .7))


def change(rnd, schema, design):
    """(the changed design, what was changed in words)"""
    c, what = Changer(rnd, schema, design), []
    names, weights = zip(*WEIGHTS)
    for _ in range(rnd.choice((1, 1, 1, 2, 3))):
        try:
            what.append(getattr(c, rnd.choices(names, weights)[0])())
        except (LookupError, StopIteration, ValueError):
            pass  # there is nothing of that kind to change, or to refer to
    return c.d, ", ".join(what)
