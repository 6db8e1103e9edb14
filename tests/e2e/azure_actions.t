#!/usr/bin/python3 -B
# SPDX-License-Identifier: GPL-2.0-or-later
"""What the running lab answers through `vnetlab azure`: routes, BGP, security rules, commands in machines, power."""
import json
import os
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
    status, headers, answer = arm.call(method, path + "?api-version=2022-07-01", body)
    operation = headers.get("azure-asyncoperation")
    while operation:
        state = arm.call("GET", operation[operation.index("/subscriptions/"):])[2]
        if state["status"] != "InProgress":
            return (status, answer) if state["status"] == "Succeeded" else (0, state)
    return status, answer


def put(path, properties, **more):
    status, answer = finish("PUT", path, {"location": "westeurope", "properties": properties, **more})
    if status not in (200, 201):
        ok(False, f"PUT {path}", f"{status} {answer}")
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
with Endpoint("actions", "-v", "--node", f"nva=frr:{work}/nva.conf") as arm:
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
    ok([r["network"] for r in learned["RouteServiceRole_IN_0"]] == ["10.77.0.0/16"] and learned["RouteServiceRole_IN_1"], "learned routes", learned)
    ok(learned == vnetlab("learned", "rs/nva", "-o", "json"), "learned routes are those of vnetlab learned", learned)
    sent = post(conn + "/advertisedRoutes")
    ok([r["network"] for r in sent["RouteServiceRole_IN_0"]] == ["10.0.0.0/16"], "advertised routes", sent)
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
        ok(hop == want, f"the next hop to {to}", hop)
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
    ok(request("POST", VMS + "/app/runCommand", {"commandId": "RunPowerShellScript", "script": []})[0] == 400, "other commands are refused")
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
files.cleanup()
end()
