# SPDX-License-Identifier: GPL-2.0-or-later
"""Random designs: 5 to 12 nodes, every kind of object in play.  They are mostly valid; `check` has the last word."""

import files

IMAGES = ("frr", "bird", "gobgp", "openbgpd", "exabgp")
ELSEWHERE = ("10.200.0.0/16", "10.201.0.0/16", "10.201.1.0/24", "10.101.7.0/24", "172.20.0.0/16", "0.0.0.0/0",
             "192.168.7.0/24")  # what appliances announce; some of it overlaps with what sites have
SERVICES = ("Microsoft.Storage", "Microsoft.Sql", "Microsoft.KeyVault")


class Maker:
    """Objects of each kind, that fit into what is there; each method returns (name, object) or None."""

    def __init__(self, rnd, design):
        self.rnd, self.d = rnd, design

    # --- what there is to refer to ---

    def some(self, collection):
        names = list(self.d.get(collection, {}))
        return self.rnd.choice(names) if names else None

    def chance(self, p):
        return self.rnd.random() < p

    def fresh(self, collection, stem):
        have, n = self.d.setdefault(collection, {}), 1
        while f"{stem}{n}" in have:
            n += 1
        return f"{stem}{n}"

    def subnets(self, special=False):
        return [f"{v}/{s}" for v, o in self.d.get("virtualNetworks", {}).items() for s in o.get("subnets", {})
                if special or not s.endswith("Subnet")]

    def net(self, vnet):
        return int(self.d["virtualNetworks"][vnet]["addressPrefixes"][0].split(".")[1])

    def addresses(self):
        """All that are given as text, for next hops and the like."""
        out = []

        def walk(o):
            for k, v in o.items() if isinstance(o, dict) else enumerate(o) if isinstance(o, list) else ():
                if k in ("privateIPAddress", "peerIp") and isinstance(v, str):
                    out.append(v)
                walk(v)
        walk(self.d)
        return out or ["10.0.1.4"]

    def appliances(self):
        return {n: v for n, v in self.d.get("virtualMachines", {}).items() if (v.get("bgp") or v.get("config")) and "nic" in v}

    @staticmethod
    def asn(vm):
        return vm["bgp"]["asn"] if vm.get("bgp") else int(files.parts(next(iter(vm["config"].values())))[2])

    # --- networks ---

    def virtualNetworks(self):
        used = {self.net(v) for v in self.d.get("virtualNetworks", {})}
        k = min(set(range(20)) - used)
        o = {"addressPrefixes": [f"10.{k}.0.0/16"], "subnets": {
            f"s{i}": {"addressPrefix": f"10.{k}.{i}.0/24"} for i in range(1, self.rnd.randint(2, 3))}}
        if self.chance(.15):
            o["addressPrefixes"].append(f"10.{k + 50}.0.0/16")
        return self.fresh("virtualNetworks", "net"), o

    def special_subnet(self, vnet, name):
        k = self.net(vnet)
        third = {"RouteServerSubnet": 250, "GatewaySubnet": 251, "AzureFirewallSubnet": 252}[name]
        self.d["virtualNetworks"][vnet]["subnets"].setdefault(name, {"addressPrefix": f"10.{k}.{third}.0/26"})

    def peer(self, a, b):
        """Both halves; flags at random, transit towards a when it has what can be used."""
        va, vb = self.d["virtualNetworks"][a], self.d["virtualNetworks"][b]
        x = {"remoteVirtualNetwork": b, "allowForwardedTraffic": self.chance(.6)}
        y = {"remoteVirtualNetwork": a, "allowForwardedTraffic": self.chance(.6)}
        if self.chance(.6):
            x["allowGatewayTransit"] = True
            owners = {g.get("virtualNetwork") for c in ("routeServers", "virtualNetworkGateways")
                      for g in self.d.get(c, {}).values()}
            uses = any(p.get("useRemoteGateways") for p in vb.get("peerings", {}).values())
            if a in owners and b not in owners and not uses:
                y["useRemoteGateways"] = True
        if self.chance(.15):
            x["peerCompleteVnets"] = y["peerCompleteVnets"] = False
            x["localSubnetNames"] = y["remoteSubnetNames"] = list(va["subnets"])[:1]
            y["localSubnetNames"] = x["remoteSubnetNames"] = list(vb["subnets"])[:1]
        va.setdefault("peerings", {})[f"to-{b}"] = x
        vb.setdefault("peerings", {})[f"to-{a}"] = y

    def connectedGroups(self):
        nets = list(self.d["virtualNetworks"])
        return self.fresh("connectedGroups", "mesh"), {"virtualNetworks": nets[:self.rnd.randint(1, len(nets))]}

    def route(self):
        hop = self.rnd.choice(("VirtualAppliance", "VirtualAppliance", "None", "Internet", "VnetLocal",
                               "VirtualNetworkGateway"))
        o = {"addressPrefix": self.rnd.choice(("0.0.0.0/0", "10.1.0.0/16", "10.0.1.0/24", "10.101.0.0/16", "8.8.8.0/24",
                                               "10.200.0.0/16", "Storage", "AzureCloud")), "nextHopType": hop}
        if hop == "VirtualAppliance":
            o["nextHopIpAddress"] = self.rnd.choice(self.addresses())
        return o

    def routeTables(self):
        routes = {r["addressPrefix"]: r for r in (self.route() for _ in range(self.rnd.randint(1, 3)))}
        o = {"routes": {f"r{i}": r for i, r in enumerate(routes.values())}}
        if self.chance(.3):
            o["disableBgpRoutePropagation"] = True
        return self.fresh("routeTables", "rt"), o

    def securityRule(self):
        where = ("*", "VirtualNetwork", "Internet", "10.0.0.0/8", "10.0.1.0/24", "AzureLoadBalancer")
        o = {"priority": self.rnd.randint(100, 4000), "direction": self.rnd.choice(("Inbound", "Outbound")),
             "access": self.rnd.choice(("Allow", "Deny")), "protocol": self.rnd.choice(("*", "Tcp", "Udp", "Icmp")),
             "sourceAddressPrefix": self.rnd.choice(where), "sourcePortRange": "*",
             "destinationAddressPrefix": self.rnd.choice(where), "destinationPortRange": "*"}
        if o["protocol"] in ("Tcp", "Udp"):
            o["destinationPortRange"] = self.rnd.choice(("80", "443", "1-1000", "*"))
        return o

    def networkSecurityGroups(self):
        return self.fresh("networkSecurityGroups", "nsg"), {
            "securityRules": {f"rule{i}": self.securityRule() for i in range(self.rnd.randint(1, 3))}}

    def applicationSecurityGroups(self):
        return self.fresh("applicationSecurityGroups", "asg"), {}

    def serviceTags(self):
        return "Storage", {"addressPrefixes": ["20.60.0.0/16", "20.150.0.0/17"][:self.rnd.randint(1, 2)]}

    def publicIPAddresses(self):
        return self.fresh("publicIPAddresses", "pip"), {}

    def natGateways(self):
        return self.fresh("natGateways", "nat"), {"publicIPAddresses": [True]}

    # --- machines ---

    def nic(self):
        o = {"subnet": self.rnd.choice(self.subnets())}
        if self.chance(.2):
            o["publicIPAddress"] = True
        if self.chance(.2) and self.d.get("networkSecurityGroups"):
            o["networkSecurityGroup"] = self.some("networkSecurityGroups")
        if self.chance(.2) and self.d.get("applicationSecurityGroups"):
            o["applicationSecurityGroups"] = [self.some("applicationSecurityGroups")]
        return o

    def free(self, subnet):
        vnet, name = subnet.split("/")
        base = self.d["virtualNetworks"][vnet]["subnets"][name]["addressPrefix"].split("/")[0].rsplit(".", 1)[0]
        used = set(self.addresses())
        return next(a for a in (f"{base}.{i}" for i in range(4, 60)) if a not in used)

    def virtualMachines(self):
        name = self.fresh("virtualMachines", "vm")
        if self.chance(.5):
            return name, self.appliance()
        o = {"nic": self.nic()}
        if self.chance(.25):
            nics = {f"{name}a": o.pop("nic"), f"{name}b": self.nic()}
            vnet = nics[f"{name}a"]["subnet"].split("/")[0]
            nics[f"{name}b"]["subnet"] = self.rnd.choice([s for s in self.subnets() if s.startswith(vnet + "/")])
            o["nics"] = nics
        if self.chance(.5):
            o["listen"] = [self.rnd.choice(("tcp/80", "udp/53", "tcp/443"))]
        if self.chance(.1):
            o["powerState"] = "deallocated"
        if self.chance(.2):
            o["loopbacks"] = ["10.210.0.1"]
        return name, o

    def appliance(self):
        nic = self.nic() | {"enableIPForwarding": True}
        nic["privateIPAddress"] = self.free(nic["subnet"])
        asn = self.rnd.choice((65001, 65002, 65003))
        o = {"image": self.rnd.choice(IMAGES), "nic": nic, "bgp": {
            "asn": asn, "advertise": self.rnd.sample(ELSEWHERE, self.rnd.randint(1, 2))}}
        if o["image"] in files.IMAGES and self.chance(.35):
            advertised = o.pop("bgp")["advertise"][0]
            rs = f"10.{self.net(nic['subnet'].split('/')[0])}.250"
            o["config"] = {f"{o['image']}.conf": files.name(o["image"], nic["privateIPAddress"], asn, rs, advertised, 0)}
        elif self.chance(.3):
            o["bgp"]["asPathPrepend"] = self.rnd.randint(1, 3)
        if self.chance(.5):
            o["loopbacks"] = ["10.200.0.1"]
        if self.chance(.3):
            o["sourceNat"] = True
        vnet = nic["subnet"].split("/")[0]
        nets = {vnet} | {p["remoteVirtualNetwork"] for p in self.d["virtualNetworks"][vnet].get("peerings", {}).values()}
        gw = nic["privateIPAddress"].rsplit(".", 1)[0] + ".1"
        o["routes"] = [{"prefix": f"10.{self.net(v)}.250.0/26", "via": gw} for v in sorted(nets)
                       if "RouteServerSubnet" in self.d["virtualNetworks"].get(v, {}).get("subnets", {})]
        return o

    def privateEndpoints(self):
        o = {"subnet": self.rnd.choice(self.subnets())}
        if self.chance(.3):
            o["listen"] = ["tcp/443"]
        return self.fresh("privateEndpoints", "pe"), o

    def loadBalancers(self):
        vms = [n for n, v in self.d.get("virtualMachines", {}).items() if "nic" in v]
        vnets = {}
        for n in vms:
            vnets.setdefault(self.d["virtualMachines"][n]["nic"]["subnet"].split("/")[0], []).append(n)
        if not vnets:
            return None
        vnet = self.rnd.choice(sorted(vnets))
        o = {"subnet": self.rnd.choice([s for s in self.subnets() if s.startswith(vnet + "/")]),
             "backends": [f"{n}VMNic" for n in vnets[vnet][:self.rnd.randint(1, 3)]]}
        if self.chance(.6):
            o["rules"] = {"ha": {"protocol": "All"}}
        else:
            o["rules"] = {"web": {"protocol": "Tcp", "frontendPort": 80, "backendPort": 80}}
        if self.chance(.7):
            o["probe"] = {"protocol": "Tcp", "port": self.rnd.choice((80, 443))}
        return self.fresh("loadBalancers", "lb"), o

    def azureFirewalls(self):
        vnet = self.some("virtualNetworks")
        if any(f["virtualNetwork"] == vnet for f in self.d.get("azureFirewalls", {}).values()):
            return None
        self.special_subnet(vnet, "AzureFirewallSubnet")
        return self.fresh("azureFirewalls", "fw"), {
            "virtualNetwork": vnet, "publicIPAddresses": [True], "networkRuleCollections": {
                "c": {"priority": 200, "action": "Allow", "rules": {"r": {
                    "protocols": ["Any"], "sourceAddresses": ["*"], "destinationAddresses": ["10.0.0.0/8"],
                    "destinationPorts": ["*"]}}}}}

    # --- routing ---

    def routeServers(self):
        vnet = self.some("virtualNetworks")
        if any(r["virtualNetwork"] == vnet for r in self.d.get("routeServers", {}).values()):
            return None
        self.special_subnet(vnet, "RouteServerSubnet")
        return self.fresh("routeServers", "rs"), {"virtualNetwork": vnet,
                                                  "allowBranchToBranchTraffic": self.chance(.5)}

    def bgpConnection(self, rs):
        """For an appliance that has none yet, with the static route that it needs."""
        vnet = self.d["routeServers"][rs]["virtualNetwork"]
        have = {c["peerIp"] for c in self.d["routeServers"][rs].get("bgpConnections", {}).values()}
        for name, vm in self.appliances().items():
            ip = vm["nic"].get("privateIPAddress")
            if ip and ip not in have:
                self.d["routeServers"][rs].setdefault("bgpConnections", {})[name] = {
                    "peerIp": ip, "peerAsn": self.asn(vm)}
                to = {"prefix": f"10.{self.net(vnet)}.250.0/26", "via": ip.rsplit(".", 1)[0] + ".1"}
                if to not in vm.setdefault("routes", []):
                    vm["routes"].append(to)
                return True
        return False

    def virtualNetworkGateways(self):
        vnet = self.some("virtualNetworks")
        kind = self.rnd.choice(("Vpn", "Vpn", "ExpressRoute"))
        if any(g["virtualNetwork"] == vnet and g["gatewayType"] == kind
               for g in self.d.get("virtualNetworkGateways", {}).values()):
            return None
        self.special_subnet(vnet, "GatewaySubnet")
        o = {"virtualNetwork": vnet, "gatewayType": kind}
        if kind == "Vpn":
            o["activeActive"] = self.chance(.5)
        return self.fresh("virtualNetworkGateways", "gw"), o

    def sites(self):
        name = self.fresh("sites", "site")
        k = 100 + int(name[4:])
        o = {"addressPrefixes": [f"10.{k}.0.0/16"], "asn": 65100 + k, "hosts": {"pc": f"10.{k}.0.10"}}
        if self.chance(.2):
            o["addressPrefixes"].append("172.20.0.0/16")
        return name, o

    def expressRouteCircuits(self):
        site = self.some("sites")
        return (self.fresh("expressRouteCircuits", "er"), {"site": site}) if site else None

    def localNetworkGateways(self):
        site = self.some("sites")
        if not site:
            return None
        return self.fresh("localNetworkGateways", "lng"), {"site": site, "addressPrefixes":
                                                           self.d["sites"][site]["addressPrefixes"]}

    def connections(self):
        gw = self.some("virtualNetworkGateways")
        if not gw:
            return None
        o = {"gateway": gw}
        if self.d["virtualNetworkGateways"][gw]["gatewayType"] == "ExpressRoute":
            circuit = self.some("expressRouteCircuits")
            if not circuit:
                return None
            o |= {"type": "ExpressRoute", "circuit": circuit}
        elif self.some("sites"):
            o |= {"type": "IPsec", "site": self.some("sites"), "enableBgp": self.chance(.7)}
        else:
            return None
        if any(o.get("site", o.get("circuit")) in (c.get("site"), c.get("circuit")) and c["gateway"] == gw
               for c in self.d.get("connections", {}).values()):
            return None
        return self.fresh("connections", "cn"), o

    def tunnels(self):
        vms = [n for n, v in self.d.get("virtualMachines", {}).items() if "nic" in v]
        if len(vms) < 2:
            return None
        a, b = self.rnd.sample(vms, 2)
        name = self.fresh("tunnels", "tun")
        k = int(name[3:])
        return name, {"ends": [{"vm": a, "address": f"10.25{k % 5}.0.1/30"}, {"vm": b, "address": f"10.25{k % 5}.0.2/30"}],
                      "vni": 100 + k}

    def add(self, collection):
        made = getattr(self, collection)()
        if made:
            self.d.setdefault(collection, {})[made[0]] = made[1]
        return made

    def attach(self):
        """To a subnet: a table, a group, a NAT gateway, a service endpoint."""
        vnet, name = self.rnd.choice(self.subnets()).split("/")
        s = self.d["virtualNetworks"][vnet]["subnets"][name]
        kind = self.rnd.choice(("routeTable", "networkSecurityGroup", "natGateway", "serviceEndpoints"))
        if kind == "serviceEndpoints":
            s[kind] = [{"service": self.rnd.choice(SERVICES)}]
        elif self.d.get(kind + "s"):
            s[kind] = self.some(kind + "s")


# How often each kind is in a design, and at most how many.
KINDS = (("routeServers", .7, 1), ("virtualNetworkGateways", .5, 2), ("networkSecurityGroups", .5, 2),
         ("applicationSecurityGroups", .3, 1), ("sites", .4, 2), ("expressRouteCircuits", .25, 1), ("connections", .9, 2),
         ("localNetworkGateways", .1, 1), ("azureFirewalls", .15, 1), ("publicIPAddresses", .2, 1),
         ("natGateways", .2, 1), ("serviceTags", .15, 1))
LATER = (("privateEndpoints", .25, 2), ("loadBalancers", .4, 1), ("routeTables", .7, 2), ("tunnels", .15, 1),
         ("connectedGroups", .1, 1))


# Azure's delays, a hundred times as fast.
AZURE = {"timing": "azure", "timingScale": 1}


def n_nodes(d):
    sizes = {"virtualMachines": 1, "routeServers": 2, "privateEndpoints": 1, "virtualNetworkGateways": 2,
             "expressRouteCircuits": 2, "sites": 2, "azureFirewalls": 1}
    return sum(len(d.get(c, {})) * n for c, n in sizes.items())


def make(rnd):
    d = {}
    m = Maker(rnd, d)
    for _ in range(rnd.randint(1, 3)):
        m.add("virtualNetworks")
    for collection, p, most in KINDS:
        for _ in range(most):
            if rnd.random() < p and n_nodes(d) < 9:
                m.add(collection)
    nets = list(d["virtualNetworks"])
    for b in nets[1:]:
        if rnd.random() < .8:
            m.peer(nets[0], b)
    while n_nodes(d) < 4 or (n_nodes(d) < 12 and rnd.random() < .6):
        m.add("virtualMachines")
    for collection, p, most in LATER:
        for _ in range(most):
            if rnd.random() < p and n_nodes(d) < 12:
                m.add(collection)
    for rs in d.get("routeServers", {}):
        while m.bgpConnection(rs) and rnd.random() < .8:
            pass
    for _ in range(3):
        m.attach()
    d["internet"] = {"hosts": {"dns": "8.8.8.8"}}
    if rnd.random() < .2:
        d["settings"] = dict(AZURE)
    return d
