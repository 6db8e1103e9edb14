#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the running lab answers through `vnetlab azure`: routes, BGP, security rules, commands in machines, power."""
import json
import os
import re
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
from arm import Endpoint  # noqa: E402
from tap import end, ok  # noqa: E402

SUB = "/subscriptions/00000000-0000-0000-0000-000000000001"
G = SUB + "/resourceGroups/rg"
NET = G + "/providers/Microsoft.Network"
VMS = G + "/providers/Microsoft.Compute/virtualMachines"
WATCHER = SUB + "/resourceGroups/NetworkWatcherRG/providers/Microsoft.Network/networkWatchers/NetworkWatcher_westeurope"


def vnetlab(*argv):
    status, out, err = arm.vnetlab(*argv)
    return json.loads(out) if status == 0 and "json" in argv else out


def request(method, path, body=None):
    """-> status, JSON (or text)"""
    status, _, answer = arm.call(method, path + ("&" if "?" in path else "?") + "api-version=2022-07-01", body)
    return status, answer


def finish(method, path, body=None):
    """The same, and waits for what it has begun; a failed operation's status is 0."""
    status, headers, answer = arm.call(method, path + ("&" if "?" in path else "?") + "api-version=2022-07-01", body)
    operation = headers.get("azure-asyncoperation")
    while operation:
        state = arm.call("GET", operation[operation.index("/subscriptions/"):])[2]
        if state["status"] != "InProgress":
            return (status, answer) if state["status"] == "Succeeded" else (0, state)
    return status, answer


def put(path, properties, **more):
    status, answer = finish("PUT", path, {"location": "westeurope", "properties": properties, **more})
    if status not in (200, 201):
        ok(False, f"PUT {path} is done", f"{status} {answer}")
    return answer


def post(path, body=None):
    status, answer = finish("POST", path, body)
    return answer if status == 200 else {"status": status, "answer": answer}


def machine(name, subnet, **nic):
    put(f"{NET}/networkInterfaces/{name}VMNic", {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": subnet}}}], **nic})
    put(f"{VMS}/{name}", {"networkProfile": {"networkInterfaces": [{"id": f"{NET}/networkInterfaces/{name}VMNic"}]}})


def wait(seconds, condition):
    until = time.monotonic() + 6 * seconds
    while time.monotonic() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


files = tempfile.TemporaryDirectory(prefix="vnl.")
work = files.name
with open(work + "/nva.conf", "w", encoding="utf-8") as f:
    f.write("frr version 8.4\nfrr defaults traditional\nip route 10.0.3.0/26 10.0.1.1\nrouter bgp 65001\n no bgp ebgp-requires-policy\n"
            " no bgp network import-check\n neighbor 10.0.3.4 remote-as 65515\n neighbor 10.0.3.4 ebgp-multihop\n neighbor 10.0.3.4 disable-connected-check\n"
            " neighbor 10.0.3.5 remote-as 65515\n neighbor 10.0.3.5 ebgp-multihop\n neighbor 10.0.3.5 disable-connected-check\n"
            " address-family ipv4 unicast\n  network 10.77.0.0/16\n")
with open(work + "/linked.json", "w", encoding="utf-8") as f:
    json.dump({"contentVersion": "1.0.0.0", "parameters": {"name": {"type": "string"}}, "outputs": {"made": {"type": "string", "value": "[parameters('name')]"}},
               "resources": [{"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": "[parameters('name')]"}]}, f)
with Endpoint("actions", "-v", "--node", f"nva=frr:{work}/nva.conf", "--link", f"https://example.com/templates={work}") as arm:
    request("PUT", G, {"location": "westeurope"})
    put(NET + "/routeTables/rt", {"routes": [{"name": "out", "properties": {
        "addressPrefix": "10.88.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4"}}]})
    put(NET + "/networkSecurityGroups/nsg", {"securityRules": [{"name": "web", "properties": {
        "priority": 100, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
        "destinationAddressPrefix": "*", "destinationPortRange": "8080"}}]})
    vnet = NET + "/virtualNetworks/Hub"
    put(vnet, {"addressSpace": {"addressPrefixes": ["10.0.0.0/16"]}, "subnets": [
        {"name": "nva", "properties": {"addressPrefix": "10.0.1.0/24"}},
        {"name": "apps", "properties": {"addressPrefix": "10.0.2.0/24", "routeTable": {"id": NET + "/routeTables/rt"},
                                        "networkSecurityGroup": {"id": NET + "/networkSecurityGroups/nsg"}}},
        {"name": "RouteServerSubnet", "properties": {"addressPrefix": "10.0.3.0/26"}}]})
    machine("nva", vnet + "/subnets/nva", enableIPForwarding=True)
    machine("app", vnet + "/subnets/apps")
    put(NET + "/virtualHubs/rs", {"sku": "Standard"})
    put(NET + "/virtualHubs/rs/ipConfigurations/ip", {"subnet": {"id": vnet + "/subnets/RouteServerSubnet"}})
    conn = NET + "/virtualHubs/rs/bgpConnections/nva"
    put(conn, {"peerIp": "10.0.1.4", "peerAsn": 65001})
    nic = NET + "/networkInterfaces/appVMNic"

    mac = request("GET", nic)[1]["properties"]["macAddress"].replace("-", ":").lower()
    ok(mac in vnetlab("exec", "app", "--", "ip", "link", "show", "eth0"),
       "a NIC has the hardware address that is shown", mac)

    # Routes.
    ok(wait(20, lambda: request("GET", conn)[1]["properties"]["connectionState"] == "Connected"), "a session that is up is Connected",
       request("GET", conn))
    ok(wait(10, lambda: any(r["addressPrefix"] == ["10.77.0.0/16"] for r in post(nic + "/effectiveRouteTable").get("value", []))),
       "effective routes have what an appliance announces", post(nic + "/effectiveRouteTable"))
    table = post(nic + "/effectiveRouteTable")
    ok(table["value"] == vnetlab("routes", "app", "-o", "json")["value"], "effective routes are those of vnetlab routes", table)
    learned = post(conn + "/learnedRoutes")
    ok([r["network"] for r in learned["RouteServiceRole_IN_0"]] == ["10.77.0.0/16"] and learned["RouteServiceRole_IN_1"], "learned routes are listed by instance", learned)
    ok(learned == vnetlab("learned", "rs/nva", "-o", "json"), "learned routes are those of vnetlab learned", learned)
    sent = post(conn + "/advertisedRoutes")
    ok([r["network"] for r in sent["RouteServiceRole_IN_0"]] == ["10.0.0.0/16"], "advertised routes are listed by instance", sent)
    ok("azure-asyncoperation" not in arm.call("POST", conn + "/learnedRoutes?api-version=2022-07-01")[1], "learned routes come without an operation")

    # Security rules.
    groups = post(nic + "/effectiveNetworkSecurityGroups")["value"]
    ok(groups[0]["networkSecurityGroup"]["id"] == NET + "/networkSecurityGroups/nsg" and
       groups[0]["association"] == {"subnet": {"id": vnet + "/subnets/apps"}}, "effective security groups have ids", groups[0])
    rule = groups[0]["effectiveSecurityRules"][0]
    ok(rule["name"] == "securityRules/web" and rule["destinationPortRange"] == "8080-8080" and rule["sourceAddressPrefixes"] == [rule["sourceAddressPrefix"]],
       "a rule has its values in every form", rule)
    flow = {"targetResourceId": VMS + "/app", "direction": "Inbound", "protocol": "TCP", "localIPAddress": "10.0.2.4", "localPort": "8080",
            "remoteIPAddress": "10.0.1.4", "remotePort": "5000"}
    verdict = post(WATCHER + "/ipFlowVerify", flow)
    ok(verdict == {"access": "Deny", "ruleName": "securityRules/web"}, "ipFlowVerify finds the rule that drops", verdict)
    verdict = post(WATCHER + "/ipFlowVerify", {**flow, "localPort": "22"})
    ok(verdict == {"access": "Allow", "ruleName": "defaultSecurityRules/AllowVnetInBound"}, "ipFlowVerify finds the rule that allows", verdict)
    ok(request("POST", WATCHER + "/ipFlowVerify", {"targetResourceId": VMS + "/app"})[0] == 400, "ipFlowVerify without a flow is refused")

    # Next hops and connections.
    for to, want in (("10.88.1.1", {"nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.0.1.4", "routeTableId": NET + "/routeTables/rt"}),
                     ("10.0.1.4", {"nextHopType": "VnetLocal", "routeTableId": "System Route"}),
                     ("10.77.1.1", {"nextHopType": "VirtualNetworkGateway", "nextHopIpAddress": "10.0.1.4", "routeTableId": "System Route"})):
        hop = post(WATCHER + "/nextHop", {"targetResourceId": VMS + "/app", "sourceIPAddress": "10.0.2.4", "destinationIPAddress": to})
        ok(hop == want, f"the next hop to {to} is the expected one", hop)
    ok(request("POST", WATCHER + "/nextHop", {"targetResourceId": VMS + "/none", "destinationIPAddress": "10.0.1.4"})[0] == 404,
       "the next hop of no machine is 404")
    check = post(WATCHER + "/connectivityCheck", {"source": {"resourceId": VMS + "/app"}, "destination": {"resourceId": VMS + "/nva", "port": 22}})
    ok(check["connectionStatus"] == "Reachable" and check["probesSent"] == 10 and check["probesFailed"] == 0 and
       check["hops"][0]["type"] == "Source" and check["hops"][-1]["type"] == "VirtualMachine", "a connection is tried", check)
    check = post(WATCHER + "/connectivityCheck", {"source": {"resourceId": VMS + "/nva"}, "destination": {"resourceId": VMS + "/app", "port": 8080}})
    ok(check["connectionStatus"] == "Unreachable" and check["probesFailed"] == 10, "a connection that a rule drops is unreachable", check)
    names = [w["name"] for w in request("GET", SUB + "/providers/Microsoft.Network/networkWatchers")[1]["value"]]
    ok(names == ["NetworkWatcher_westeurope"], "each region has its watcher", names)

    # Commands.
    def run(vm, *script, **more):
        return post(f"{VMS}/{vm}/runCommand", {"commandId": "RunShellScript", "script": list(script), **more})["value"][0]
    out = run("app", "echo one two", "echo bad >&2")
    ok(out["message"] == "Enable succeeded: \n[stdout]\none two\n\n[stderr]\nbad\n" and out["code"] == "ProvisioningState/succeeded", "a script runs in a machine", out)
    out = run("app", "ip -4 -o addr show eth0", "exit 3")
    ok("10.0.2.4/24" in out["message"] and "exit status=3" in out["message"] and out["level"] == "Error", "a script that fails says so", out)
    out = run("app", "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done")
    ok(len(out["message"]) < 4200 and "line 2999\n" in out["message"] and "line 0\n" not in out["message"], "only the end of much output is there", len(out["message"]))
    out = run("app", 'echo "$greeting"', parameters=[{"name": "greeting", "value": "it's me"}])
    ok("it's me\n" in out["message"], "parameters are there", out)
    ok(request("POST", VMS + "/app/runCommand", {"commandId": "IPConfig", "script": []})[0] == 400, "other commands are refused")
    status, out = request("POST", VMS + "/app/runCommand", {"commandId": "RunPowerShellScript", "script": []})
    ok(status == 409 and "does not match the target OS Linux" in json.dumps(out), "PowerShell's command is in conflict with a Linux machine", (status, out))
    ok(request("POST", VMS + "/none/runCommand", {"commandId": "RunShellScript", "script": []})[0] == 404, "no machine runs no script")

    # Power.
    def power():
        view = request("GET", VMS + "/app?$expand=instanceView")[1]["properties"]["instanceView"]
        return [s["code"] for s in view["statuses"] if s["code"].startswith("PowerState/")]
    pids = json.dumps([n["processes"] for n in vnetlab("status", "-o", "json")["nodes"] if n["name"] == "nva"])
    status, answer = finish("POST", VMS + "/app/deallocate")
    ok(status == 202 and power() == ["PowerState/deallocated"], "a machine is deallocated", f"{status} {answer} {power()}")
    status, answer = request("POST", VMS + "/app/runCommand", {"commandId": "RunShellScript", "script": ["id"]})
    ok(status == 409 and answer["error"]["code"] == "OperationNotAllowed", "a deallocated machine runs no script", answer)
    check = post(WATCHER + "/connectivityCheck", {"source": {"resourceId": VMS + "/nva"}, "destination": {"resourceId": VMS + "/app", "port": 22}})
    ok(check.get("connectionStatus") == "Unreachable", "a deallocated machine does not answer", check)
    status, answer = finish("POST", VMS + "/app/start")
    ok(status == 202 and power() == ["PowerState/running"], "a machine is started", f"{status} {answer} {power()}")
    ok("hello" in run("app", "echo hello")["message"], "a started machine runs scripts")
    run("app", "touch /tmp/mark")
    finish("POST", VMS + "/app/restart")
    ok("hello" in run("app", "echo hello")["message"], "a restarted machine runs scripts")
    ok(json.dumps([n["processes"] for n in vnetlab("status", "-o", "json")["nodes"] if n["name"] == "nva"]) == pids,
       "the appliance's processes lived through all of it")
    # Only what a request changes is changed, as `up` counts it: others live through it.
    def applied(path, properties, **more):
        """What the applies of a PUT did to nodes: words of the log."""
        before = len(re.findall("apply of .*", arm.said()))
        put(path, properties, **more)
        done = [dict((w, int(n)) for n, w in re.findall(r"(\d+) (created|removed|rebuilt|restarted|reconfigured)", x))
                for x in re.findall("apply of .*", arm.said())[before:]]
        return {w: sum(d[w] for d in done) for d in done[:1] for w in d if sum(d[w] for d in done)}

    apps = {"addressPrefix": "10.0.2.0/24", "routeTable": {"id": NET + "/routeTables/rt"}, "networkSecurityGroup": {"id": NET + "/networkSecurityGroups/nsg"}}
    there, back = ({"remoteVirtualNetwork": {"id": NET + "/virtualNetworks/" + n}, "allowVirtualNetworkAccess": True} for n in ("Spoke", "Hub"))
    changed = {kind: applied(*words) for kind, words in {
        "a route": (NET + "/routeTables/rt/routes/more", {"addressPrefix": "10.89.0.0/16", "nextHopType": "None"}),
        "a rule": (NET + "/networkSecurityGroups/nsg/securityRules/more", {
            "priority": 200, "direction": "Inbound", "access": "Deny", "protocol": "Tcp", "sourceAddressPrefix": "*", "sourcePortRange": "*",
            "destinationAddressPrefix": "*", "destinationPortRange": "8081"}),
        "an address": (NET + "/publicIPAddresses/nat", {"publicIPAllocationMethod": "Static"}),
        "a gateway of NAT": (NET + "/natGateways/nat", {"publicIpAddresses": [{"id": NET + "/publicIPAddresses/nat"}]}),
        "a subnet with it": (vnet + "/subnets/apps", {**apps, "natGateway": {"id": NET + "/natGateways/nat"}}),
        "a network": (NET + "/virtualNetworks/Spoke", {"addressSpace": {"addressPrefixes": ["10.1.0.0/16"]}, "subnets": []}),
        "a peering": (vnet + "/virtualNetworkPeerings/spoke", there),
        "its other side": (NET + "/virtualNetworks/Spoke/virtualNetworkPeerings/hub", back),
        "a NIC": (NET + "/networkInterfaces/secondVMNic", {"ipConfigurations": [{"name": "ip", "properties": {"subnet": {"id": vnet + "/subnets/apps"}}}]}),
        "a machine": (VMS + "/second", {"networkProfile": {"networkInterfaces": [{"id": NET + "/networkInterfaces/secondVMNic"}]}}),
        "a connection": (NET + "/virtualHubs/rs/bgpConnections/second", {"peerIp": "10.0.2.5", "peerAsn": 65002}),
        "a group of a NIC": (nic, {**request("GET", nic)[1]["properties"], "networkSecurityGroup": {"id": NET + "/networkSecurityGroups/nsg"}}),
    }.items()}
    # A NIC without a machine is a node, for which the machine then stands; a connection is the Route Server's two instances', not its peer's.
    ok({kind: done for kind, done in changed.items() if done} == {"a NIC": {"created": 1}, "a machine": {"created": 1, "removed": 1}, "a connection": {"reconfigured": 2}},
       "each kind of request changes its own nodes alone", changed)
    ok(json.dumps([n["processes"] for n in vnetlab("status", "-o", "json")["nodes"] if n["name"] == "nva"]) == pids, "the appliance's processes lived through that, too")
    for gone in (NET + "/virtualHubs/rs/bgpConnections/second", VMS + "/second", NET + "/networkInterfaces/secondVMNic"):
        finish("DELETE", gone)
    # A gateway, whose other end nobody has built: the lab stands for it.
    gw, link = NET + "/virtualNetworkGateways/gw", NET + "/connections/link"
    put(vnet + "/subnets/GatewaySubnet", {"addressPrefix": "10.0.4.0/27"})
    put(NET + "/publicIPAddresses/gwip", {"publicIPAllocationMethod": "Static"}, sku={"name": "Standard"})
    put(gw, {"gatewayType": "Vpn", "vpnType": "RouteBased", "enableBgp": True, "bgpSettings": {"asn": 65010}, "ipConfigurations": [{"name": "ip", "properties": {
        "subnet": {"id": vnet + "/subnets/GatewaySubnet"}, "publicIPAddress": {"id": NET + "/publicIPAddresses/gwip"}}}]})
    put(NET + "/localNetworkGateways/site", {"gatewayIpAddress": "203.0.113.9", "localNetworkAddressSpace": {"addressPrefixes": []},
                                             "bgpSettings": {"asn": 65020, "bgpPeeringAddress": "192.168.9.1"}})
    put(link, {"connectionType": "IPsec", "sharedKey": "quiet-word", "enableBgp": True, "virtualNetworkGateway1": {"id": gw},
               "localNetworkGateway2": {"id": NET + "/localNetworkGateways/site"}})
    ok(wait(20, lambda: any(p["state"] == "Connected" for p in post(gw + "/getBgpPeerStatus")["value"])), "a gateway tells its peers", post(gw + "/getBgpPeerStatus"))
    ok(post(gw + "/getBgpPeerStatus") != {"value": []} and wait(10, lambda: post(gw + "/getLearnedRoutes") == vnetlab("gateway", "learned", "gw", "-o", "json")),
       "what a gateway has learned is what vnetlab gateway shows", post(gw + "/getLearnedRoutes"))
    ok(wait(10, lambda: [r for r in post(gw + "/getAdvertisedRoutes?peer=192.168.9.1")["value"] if r["network"] == "10.0.0.0/16"]),
       "what a gateway tells a peer", post(gw + "/getAdvertisedRoutes?peer=192.168.9.1"))
    status, answer = finish("PUT", link + "/sharedkey", {"value": "other-word"})
    ok(status == 200 and answer["value"] is None, "a connection's key is set, and not shown", f"{status} {answer}")
    ok(request("GET", link + "/sharedkey") == (200, {"id": link + "/sharedkey", "value": None}), "a key is not shown", request("GET", link + "/sharedkey"))
    ok(request("POST", link + "/sharedkey/reset", {"keyLength": 20})[0] == 200, "a key is made anew")
    ok(request("PUT", link + "/sharedkey", {"value": ""})[0] == 400 and request("GET", NET + "/connections/none/sharedkey")[0] == 404, "a key that is none is refused")

    # Deployments.
    DEPLOYMENTS = G + "/providers/Microsoft.Resources/deployments"

    def deploy(name, template, **properties):
        return finish("PUT", f"{DEPLOYMENTS}/{name}", {"properties": {"mode": "Incremental", "template": template, **properties}})
    raw = """{"properties": {"parameters": {"key": {"value": "hidden-word"}}, "mode": "Incremental", template:{
      // as people write them: comments, a comma too many, a string over lines
      "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
      "parameters": { "key": { "type": "securestring" }, "size": { "type": "int", "defaultValue": 24 }, },
      "variables": { "subnet": "[resourceId('Microsoft.Network/virtualNetworks/subnets',
          'Hub', 'apps')]" },
      "resources": [
        { "type": "Microsoft.Network/networkInterfaces", "apiVersion": "2022-07-01", "name": "extraNic", "location": "[resourceGroup().location]",
          "properties": { "ipConfigurations": [ { "name": "ip", "properties": { "subnet": { "id": "[variables('subnet')]" } } } ] } },
        { "type": "Microsoft.Compute/virtualMachines", "apiVersion": "2022-08-01", "name": "extra", "location": "[resourceGroup().location]",
          "dependsOn": [ "[resourceId('Microsoft.Network/networkInterfaces', 'extraNic')]" ],
          "properties": { "osProfile": { "computerName": "extra", "adminPassword": "[parameters('key')]" }, "networkProfile": { "networkInterfaces": [
            { "id": "[resourceId('Microsoft.Network/networkInterfaces', 'extraNic')]" } ] } } } ],
      "outputs": {
        "own": { "type": "string", "value": "[reference('extraNic').ipConfigurations[0].properties.privateIPAddress]" },
        "there": { "type": "string", "value": "[reference(resourceId('Microsoft.Network/networkInterfaces', 'appVMNic')).ipConfigurations[0].properties.privateIPAddress]" } }
    }}}"""
    status, answer = request("POST", DEPLOYMENTS + "/raw/validate", raw)
    ok(status == 200 and len(answer["properties"]["validatedResources"]) == 2, "a template as people write it is valid", answer)
    ok(request("GET", VMS + "/extra")[0] == 404 and request("GET", DEPLOYMENTS + "/raw")[0] == 404, "what is validated is not deployed")
    status, answer = finish("PUT", DEPLOYMENTS + "/raw", raw)
    ok(status == 201, "it is deployed", f"{status} {answer}")
    shown = request("GET", DEPLOYMENTS + "/raw")[1]["properties"]
    ok(shown["provisioningState"] == "Succeeded" and shown["outputs"] == {"own": {"type": "String", "value": "10.0.2.5"}, "there": {"type": "String", "value": "10.0.2.4"}},
       "a deployment's outputs know what it made and what was there", shown)
    ok(shown["parameters"] == {"key": {"type": "SecureString"}, "size": {"type": "Int", "value": 24}}, "a secret parameter is not shown", shown["parameters"])
    ok("10.0.2.5/24" in run("extra", "ip -4 -o addr show eth0")["message"], "a deployed machine runs, with that address")
    rows = request("GET", G + "/deployments/raw/operations")[1]["value"]
    ok([r["properties"]["targetResource"]["resourceName"] for r in rows] == ["extraNic", "extra"], "a deployment has its operations", rows)
    ok([d["name"] for d in request("GET", DEPLOYMENTS)[1]["value"]] == ["raw"], "a group lists its deployments")
    ok(all("deployments" not in r["type"] for r in request("GET", G + "/resources")[1]["value"]), "a deployment is no resource of its group")

    before = request("GET", G + "/resources")[1]
    status, answer = deploy("bad", {"contentVersion": "1.0.0.0", "resources": [
        {"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": "half"},
        {"type": "Microsoft.Network/virtualNetworks/subnets", "apiVersion": "2022-07-01", "name": "Hub/twice", "properties": {"addressPrefix": "10.0.2.0/24"}}]})
    ok(status == 400 and answer["error"]["code"] == "DeploymentFailed" and answer["error"]["details"][0]["code"] == "NetcfgSubnetRangesOverlap",
       "a deployment that Azure would refuse is refused, with its code", f"{status} {answer}")
    ok(request("GET", G + "/resources")[1] == before, "nothing of it stays")
    shown = request("GET", DEPLOYMENTS + "/bad")[1]["properties"]
    ok(shown["provisioningState"] == "Failed" and shown["error"]["code"] == "DeploymentFailed", "it is shown as failed", shown)
    for name, template, code, words in (
            ("no function", {"resources": [{"type": "a.b/c", "apiVersion": "1", "name": "[nope(1)]"}]}, "InvalidTemplate", "nope"),
            ("not there", {"resources": [], "outputs": {"x": {"type": "string", "value": "[reference(resourceId('Microsoft.Network/networkInterfaces', 'none')).x]"}}},
             "ResourceNotFound", "neither deployed nor in the template"),
            ("no value", {"parameters": {"must": {"type": "string"}}, "resources": []}, "InvalidTemplate", "must")):
        status, answer = deploy("bad", {"contentVersion": "1.0.0.0", **template})
        ok(status == 400 and answer["error"]["code"] == code and words in answer["error"]["message"], f"a template is refused: {name}", f"{status} {answer}")
    status, answer = finish("PUT", DEPLOYMENTS + "/text", "{ no template")
    ok(status == 400 and answer["error"]["code"] == "InvalidRequestContent", "a body that nobody can read is refused", answer)

    link = {"templateLink": {"uri": "https://example.com/templates/linked.json"}, "parameters": {"name": {"value": "linked"}}, "mode": "Incremental"}
    status, answer = finish("PUT", DEPLOYMENTS + "/link", {"properties": link})
    ok(status == 201 and request("GET", DEPLOYMENTS + "/link")[1]["properties"]["outputs"]["made"]["value"] == "linked" and
       request("GET", NET + "/routeTables/linked")[0] == 200, "a linked template is deployed by --link", f"{status} {answer}")
    status, answer = finish("PUT", DEPLOYMENTS + "/link", {"properties": {**link, "templateLink": {"uri": "https://example.org/x/linked.json"}}})
    ok(status == 400 and "--link" in json.dumps(answer) and "--fetch" in json.dumps(answer), "one that is nowhere names the options", answer)
    status, answer = deploy("outer", {"contentVersion": "1.0.0.0", "resources": [{"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "inner",
                            "properties": {"mode": "Incremental", "template": {"contentVersion": "1.0.0.0", "resources": [
                                {"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": "nested"}]}}}]})
    ok(status == 201 and request("GET", NET + "/routeTables/nested")[0] == 200 and request("GET", DEPLOYMENTS + "/inner")[0] == 200,
       "a nested deployment is one, too", f"{status} {answer}")
    status, answer = request("POST", DEPLOYMENTS + "/outer/whatIf", {"properties": {"mode": "Incremental", "template": {"contentVersion": "1.0.0.0", "resources": [
        {"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": n} for n in ("nested", "not-yet")]}}})
    changes = {c["resourceId"].rpartition("/")[2]: c["changeType"] for c in answer["properties"]["changes"]} if status == 200 else {}
    ok(changes.get("nested") == "NoChange" and changes.get("not-yet") == "Create" and changes.get("linked") == "Ignore" and
       request("GET", NET + "/routeTables/not-yet")[0] == 404, "whatIf says what a deployment would change, and changes nothing", f"{status} {answer}")
    images = G.partition("/resourceGroups")[0] + "/providers/Microsoft.Compute/locations/westeurope/publishers/%s/artifacttypes/vmimage/offers/o/skus/s/versions/1"
    plans = [request("GET", images % p)[1]["properties"]["plan"] for p in ("cisco", "Canonical", "MicrosoftWindowsServer")]
    terms = request("GET", G.partition("/resourceGroups")[0] + "/providers/Microsoft.MarketplaceOrdering/offerTypes/virtualmachine/publishers/cisco/offers/o/plans/s/agreements/current")[1]
    ok(plans == [{"name": "s", "product": "o", "publisher": "cisco"}, None, None] and terms["properties"]["publisher"] == "cisco" and terms["properties"]["plan"] == "s",
       "an image that others sell has a plan, and its terms are accepted", f"{plans} {terms}")
    status, answer = request("POST", DEPLOYMENTS + "/outer/whatIf", {"properties": {"mode": "Complete", "template": {"contentVersion": "1.0.0.0", "resources": [
        {"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": "nested"}]}}})
    changes = {c["resourceId"].rpartition("/")[2]: c["changeType"] for c in answer["properties"]["changes"]} if status == 200 else {}
    ok(changes.get("nested") == "NoChange" and changes.get("linked") == changes.get("extra") == "Delete" and request("GET", NET + "/routeTables/linked")[0] == 200,
       "whatIf of mode Complete says what would go", f"{status} {answer}")
    alone = G.rpartition("/")[0] + "/alone"
    request("PUT", alone, {"location": "westeurope"})
    finish("PUT", alone + "/providers/Microsoft.Network/routeTables/old", {"properties": {}})
    status, answer = finish("PUT", alone + "/providers/Microsoft.Resources/deployments/all", {"properties": {"mode": "Complete", "template": {
        "contentVersion": "1.0.0.0", "resources": [{"type": "Microsoft.Network/routeTables", "apiVersion": "2022-07-01", "name": "new"}]}}})
    ok(status == 201 and [r["name"] for r in request("GET", alone + "/resources")[1]["value"]] == ["new"] and request("GET", NET + "/routeTables/linked")[0] == 200,
       "a deployment of mode Complete leaves nothing else in its group", f"{status} {answer}")
    finish("DELETE", alone)
    ok(request("DELETE", DEPLOYMENTS + "/raw")[0] == 200 and request("GET", DEPLOYMENTS + "/raw")[0] == 404 and request("GET", VMS + "/extra")[0] == 200,
       "a deployment is forgotten, and what it made stays")
    deploy("plain", {"contentVersion": "1.0.0.0", "parameters": {"key": {"type": "securestring"}}, "resources": []}, parameters={"key": {"value": "hidden-word"}})
    ok("quiet-word" not in arm.said() and "other-word" not in arm.said(), "no key is in a log")
    ok("hidden-word" not in arm.said() and all("hidden-word" not in json.dumps(request("GET", p)[1]) for p in (DEPLOYMENTS, VMS + "/extra", VMS)),
       "the secret is in no answer and no log")
files.cleanup()
end()
