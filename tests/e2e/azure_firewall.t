#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Azure Firewall: what comes out of it, how it changes while flows pass, and what path says of it.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 nft ping

file=$topologies/azure-firewall/azure-firewall.vnetlab.json
flows=$root/tests/e2e/lb/flows.py

# peer NODE PORT COMMAND...: which source NODE sees when COMMAND connects to its port.
cat >"$work/peer.py" <<'EOF'
import socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(("", int(sys.argv[1])))
s.listen()
s.settimeout(20)
print("ready", flush=True)
print(s.accept()[1][0], flush=True)
EOF
peer() {
	local node=$1 port=$2 line said
	shift 2
	# Not a coproc: its end goes with it, perhaps before its last line was read.
	exec {said}< <(python_in "$node" "$work/peer.py" "$port")
	read -r line <&"$said"
	[ "$line" = ready ] && "$@" >/dev/null 2>&1
	read -r line <&"$said" && echo "$line"
	exec {said}<&-
}
# change FILTER: the lab as it is, changed.
change() {
	jq ".checks = {} | $1" "$file" >"$work/changed.vnetlab.json" && vnetlab up "$work/changed.vnetlab.json" -q
}

status "the lab comes up" 0 vnetlab up "$file"
like "up counts the firewall by itself" "$out" "4 virtual machines, 1 Route Server, 1 firewall"
run vnetlab status -o json
json "status shows the firewall as a node of its own kind" '[.nodes[] | select(.name == "fw") | .kind] == ["azureFirewall"]'
run vnetlab graph azure-firewall --format mermaid
like "graph calls it a firewall" "$out" "10\.0\.1\.4 firewall"

# --- sources ---
is "a private destination sees the true source" \
	"$(peer sql 7000 vnetlab probe app sql --protocol tcp --port 7000)" 10.1.0.4
ok "up changes a translated port as the lab runs" change \
	'.azureFirewalls.fw.natRuleCollections.publish.rules.web.translatedPort = "8444"
	| .azureFirewalls.fw.networkRuleCollections.open.rules["app-out"].sourceAddresses += ["10.0.4.0/24"]'
# The same change lets ops ask app by the firewall; app answers straight to it.
not_ok "a connection of which the firewall sees one half carries nothing" vnetlab probe ops app --protocol tcp --port 443 --timeout 300ms
status "path ends with that" 1 vnetlab path ops app --protocol tcp --port 443 -o json
json "path names the firewall, the half and both cures" '.agree and .verdict == "dropped" and .kernel.verdict == "dropped"
	and .return.verdict == "delivered" and .flow.half and .flow.node == "fw" and (.reason | test("app sends the answer past it by route 10.0.0.0/16.*give subnet web of App a route for 10.0.4.0/24 to 10.0.1.4, or take route 10.1.0.0/16 .User, app. off subnet Ops of Hub"))'
run vnetlab path ops app --protocol tcp --port 443
like "its last words are that verdict" "$out" 'and what follows
  => dropped: firewall fw drops what follows the first packet'
ok "pings pass, as each is a first packet" vnetlab probe ops app
status "path says so" 0 vnetlab path ops app -o json
json "path tells of TCP, too" '.verdict == "delivered" and (.flow.half | not) and (.flow.tcpBreaks | test("firewall fw drops what follows"))'
like "a packet that is translated comes from an instance of the firewall" \
	"$(peer app 8444 vnetlab probe internet fw --protocol tcp --port 8443)" '^10\.0\.1\.[56]$'
ok "up takes all ranges out of privateRanges" change '.azureFirewalls.fw.privateRanges = ["255.255.255.255/32"]'
like "the server then sees an instance as the source" "$(peer sql 7000 vnetlab probe app sql --protocol tcp --port 7000)" '^10\.0\.1\.[56]$'
status "path delivers the packet" 0 vnetlab path app sql --protocol tcp --port 5432 -o json
json "both walks of path show the translated source" '.agree and (.hops[1].reason | test("rule open/app-to-db allows it.*source 10.1.0.4 becomes 10.0.1.[56]"))'

# --- several instances, and a private endpoint behind them ---
to_fw='nextHopType: "VirtualAppliance", nextHopIpAddress: "10.0.1.4"'
cover=".routeTables.cover.routes = {hub: {addressPrefix: \"10.0.0.0/16\", $to_fw}, sql: {addressPrefix: \"10.0.4.20/32\", $to_fw}}
	| .virtualNetworks.App.subnets.web.routeTable = \"cover\" | .privateEndpoints.safe = {subnet: \"Hub/Ops\", privateIPAddress: \"10.0.4.20\"}"
ok "up takes a route that covers AzureFirewallSubnet" change "$cover"
some=$(python_in internet "$flows" tcp 20.100.0.4 8443 24)
ok "of the connections that are published some reach the instance that knows them, and some do not" [ "$some" -gt 0 -a "$some" -lt 24 ]
status "path says that they break" 1 vnetlab path internet fw --protocol tcp --port 8443 -o json
json "path names the route, the instances and the cure" '.agree and .return.verdict == "dropped" and .return.kernel.verdict == "dropped"
	and (.return.reason | test("route 10.0.0.0/16 .User, hub. leads the answer to 10.0.1.4, behind which firewall fw is 2 instances.*leave AzureFirewallSubnet"))'
not_ok "an endpoint behind a firewall that does not translate carries no connection" vnetlab probe app safe --protocol tcp --port 443 --timeout 300ms
status "path says so" 1 vnetlab path app safe --protocol tcp --port 443 -o json
json "path names the setting" '.agree and (.reason | test("setting privateEndpointAnswers"))'
ok "up takes the setting by which its answers go back to the firewall" change "$cover | .settings.privateEndpointAnswers = \"lastHop\" | .settings.azureFirewallInstances = 1"
ok "the endpoint then carries one" vnetlab probe app safe --protocol tcp --port 443
status "path shows the answer's way back by the firewall" 0 vnetlab path app safe --protocol tcp --port 443 -o json
json "both walks of path lead it there" '.agree and [.return.hops[].node] == ["safe", "fw", "app"] and [.return.kernel.hops[].node] == ["safe", "fw", "app"]'
is "one instance breaks nothing" "$(python_in internet "$flows" tcp 20.100.0.4 8443 24)" 24

# --- rules change, flows stay ---
status "up goes back to the design" 0 vnetlab up "$file" -q
run vnetlab status -o json
before=$(printf '%s' "$out" | jq -c '[.nodes[].processes[].pid]')
coproc KEEP { python_in app "$flows" keep 10.2.0.4 5432; }
read -r line <&"${KEEP[0]}"
is "a connection is open" "$line" up
only_out='.azureFirewalls.fw.networkRuleCollections.open.rules |= (del(.["app-to-db"]) | .["app-out"].destinationAddresses = ["8.8.8.8"])'
ok "up takes the connection's rule away" change "$only_out"
is "no new connection is let through" "$(python_in app "$flows" tcp 10.2.0.4 5432 3)" 0
echo hello >&"${KEEP[1]}"
read -r line <&"${KEEP[0]}"
is "the open connection goes on" "$line" hello
eval "exec ${KEEP[1]}>&-"
run vnetlab status -o json
is "no process was started anew" "$(printf '%s' "$out" | jq -c '[.nodes[].processes[].pid]')" "$before"
status "up with the same file succeeds" 0 vnetlab up "$work/changed.vnetlab.json" -o json
json "up with the same file changes nothing" '.changes == []'
status "path drops what no rule allows" 1 vnetlab path app sql --protocol tcp --port 5432 -o json
json "path says that none allows it" '.agree and (.reason | test("no rule of firewall fw allows tcp/5432 from 10.1.0.4 to 10.2.0.4"))'

# --- what the walks say, and what the kernel has ---
status "up goes back to the design, once more" 0 vnetlab up "$file" -q
status "path drops what a rule denies" 1 vnetlab path app sql --protocol tcp --port 22 -o json
json "path names the rule" '.agree and (.reason | test("rule closed/admin of firewall fw denies tcp/22"))'
status "path delivers what the firewall publishes" 0 vnetlab path internet fw --protocol tcp --port 8443 -o json
json "path shows the way there and back by the firewall" '.agree and .verdict == "delivered" and .return.verdict == "delivered" and .hops[1].node == "fw"'
status "path drops what the firewall does not publish" 1 vnetlab path internet fw --protocol tcp --port 80 -o json
json "path says that no NAT rule is for the port" '.agree and (.reason | test("answers nothing itself, and none of its NAT rules is for tcp/80"))'
# What check says of the file, packets say of the lab; and of the pair of which it says nothing.
run vnetlab check "$file" -o json
json "check finds the one pair whose answers pass the firewall alone" '[.findings[] | select(.rule == "ASYM-01")] | length == 1 and (.[0].message |
	test("between \"App/web\" and \"Hub/Ops\" breaks: there App/web -> Hub/Ops, back Hub/Ops -> fw; \"fw\" sees the answers alone"))'
not_ok "no connection opens between them" vnetlab probe app ops --protocol tcp --port 443 --timeout 300ms
ok "one opens between the others" vnetlab probe app sql --protocol tcp --port 5432
status "path fails where the answer is dropped" 1 vnetlab path app ops --protocol tcp --port 443 -o json
json "path drops an answer whose question went past the firewall" '.agree and .return.verdict == "dropped" and (.return.reason | test("the question did not come through the firewall"))'
ok "the firewall's own address answers pings" vnetlab probe ops fw
ok "up takes a setting by which it does not" change '.settings.azureFirewallPing = false'
not_ok "the firewall's own address then answers no ping" vnetlab probe ops fw
status "no ping gets out to the Internet" 1 vnetlab path app 8.8.8.8 -o json
json "path says that ICMP does not get a public address" '.agree and (.reason | test("rule open/app-out of firewall fw allows icmp.*TCP and UDP only"))'
ok "up takes a setting by which it does" change '.settings.azureFirewallInternetIcmp = true'
ok "the ping then gets out" vnetlab probe app 8.8.8.8
ok "fault stops the firewall" vnetlab fault stop fw
not_ok "no packet passes a firewall that is stopped" vnetlab probe app 8.8.8.8 --protocol tcp --port 443
ok "fault starts the firewall again" vnetlab fault start fw
wait_until "the firewall has its rules again" 5 vnetlab probe app 8.8.8.8 --protocol tcp --port 443
not_ok "the port that is denied stays closed" vnetlab probe app sql --protocol tcp --port 22
vnetlab exec fw -- nft flush ruleset
run vnetlab path app sql --protocol tcp --port 22 -o json
json "the kernel's walk misses rules that are gone" '.kernel.reason | test("has not the rules that the design makes of it")'

# --- without a public address ---
ok "up takes the public address away" change 'del(.publicIPAddresses) | del(.azureFirewalls.fw.publicIPAddresses) | del(.azureFirewalls.fw.natRuleCollections)'
not_ok "no packet gets out to the Internet without one" vnetlab probe app 8.8.8.8 --protocol tcp --port 443
run vnetlab path app 8.8.8.8 --protocol tcp --port 443 -o json
json "path says that the firewall has none" '.agree and (.reason | test("firewall fw has no public address"))'
status "up takes the firewall away" 0 change 'del(.publicIPAddresses) | del(.azureFirewalls)'
run vnetlab status -o json
json "status shows no such node" '[.nodes[] | select(.name == "fw")] == []'
status "down ends the lab" 0 vnetlab down
done_testing
