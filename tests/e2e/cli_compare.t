#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# compare: saved tables of az against a lab, row by row.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3

mkdir "$work/lab" "$work/saved"
cp "$root"/tests/e2e/fidelity/small/small.vnetlab.json "$work/lab"
ok "a lab is up" vnetlab up "$work/lab/small.vnetlab.json" -q
cd "$work/saved" || exit 1
vnetlab routes vm -o json >vmVMNic.json
vnetlab learned rs/nva -o json >rs-nva-learned.json
vnetlab advertised rs/nva -o json >sent.json

# --- what is the same ---
status "three tables are the same" 0 vnetlab compare small vmVMNic.json rs-nva-learned.json sent.json
like "a NIC by the file's name" "$out" '^vmVMNic.json: effective routes of vmVMNic: [0-9]+ equal, 0 missing'
like "a peering by its name" "$out" 'learned from rs/nva: 4 equal, 0 missing, 0 extra, 0 different'
like "a peering by the addresses inside" "$out" 'sent.json: advertised to rs/nva: 4 equal'
status "the only lab needs no name" 0 vnetlab compare sent.json
status "-n names it too" 0 vnetlab compare sent.json vmVMNic.json -n small
run vnetlab compare small ./*.json -o json
json "as JSON" '.equal > 10 and .missing == 0 and (.tables | length) == 3 and .tables[0].rows[0].verdict == "equal"'
jq '{data: [.value[] | {properties: .}]}' vmVMNic.json >wrapped.json
jq '.RouteServiceRole_IN_1' rs-nva-learned.json >one-instance.json
jq '{id: "/subscriptions/s/providers/Microsoft.Network/networkInterfaces/vmVMNic", value: [.value[]
	| with_entries(.key |= (.[:1] | ascii_upcase) + .[1:])]}' vmVMNic.json >powershell.json
status "other dialects" 0 vnetlab compare small wrapped.json --nic vm
status "PowerShell's, named by an id inside" 0 vnetlab compare small powershell.json
status "one instance, cut out" 0 vnetlab compare small one-instance.json
like "is taken for what it is" "$out" 'learned from rs/nva: 2 equal'

# --- what differs ---
jq '.value |= map(select(.addressPrefix != ["0.0.0.0/0"]) | if .nextHopType == "VNetPeering"
	then .state = "Invalid" else . end) + [{source: "VirtualNetworkGateway", state: "Active",
	addressPrefix: ["10.1.0.0/24"], nextHopType: "VirtualNetworkGateway", nextHopIpAddress:
	["10.0.1.4"]}]' vmVMNic.json >vm.json
status "differences are exit status 1" 1 vnetlab compare small vm.json --brief
like "missing, with the lab's reason" "$out" '^10\.1\.0\.0/24 +missing .*VirtualNetworkGateway 10.0.1.4 +10.1.0.0/16, VnetLocal, is in the lab'
like "extra" "$out" '^0\.0\.0\.0/0 +extra +Default Active Internet'
like "different, in which property" "$out" '^10\.0\.0\.0/16 +different .*state is Active, not Invalid'
unlike "--brief leaves out what is equal" "$out" ' equal  '
run vnetlab compare small vm.json -o json
json "as JSON too" '.missing == 1 and .extra == 1 and .different == 1 and
	any(.tables[0].rows[]; .verdict == "different" and .fields == ["state"] and .reason != null)'
status "--ignore" 1 vnetlab compare small vm.json --ignore state -o json
json "a property is not compared" '.different == 0 and .missing == 1'
status "another NIC's table" 1 vnetlab compare small vmVMNic.json --nic nva

ok "a session goes down" vnetlab fault session rs/nva/0 down
run vnetlab compare small rs-nva-learned.json --brief
like "why its routes are missing" "$out" '^10.9.0.0/16 at 10.0.0.4 +missing .*the session of 10.0.0.4 is .*, not Established'
ok "it comes back" vnetlab fault clear

# --- rows of type None ---
jq '.value |= map(select(.nextHopType != "None"))' vmVMNic.json >vmVMNic-cut.json
status "None rows that are cut are missed" 1 vnetlab compare small vmVMNic-cut.json
status "--none ignore" 0 vnetlab compare small vmVMNic-cut.json --none ignore

# --- two files ---
status "a file against a file" 1 vnetlab compare vm.json --against vmVMNic.json
status "the same file" 0 vnetlab compare vm.json --against vm.json
python3 -c 'import sys; sys.stdout.buffer.write(open("vm.json").read().encode("utf-16"))' >utf16.json
status "as PowerShell saves it, in UTF-16" 0 vnetlab compare vm.json --against utf16.json

# --- what cannot be ---
echo '[]' >nothing.json
echo '{"a": 1' >broken.json
echo '{"a": 1}' >other.json
jq . vmVMNic.json >x.json
status "an empty table without a name" 5 vnetlab compare small nothing.json
like "says what to do" "$err" 'nothing.json: .*--as'
status "no JSON" 5 vnetlab compare small broken.json
like "says where" "$err" 'broken.json is no JSON'
status "no table" 5 vnetlab compare small other.json
status "nobody's table" 5 vnetlab compare small x.json
like "says which there are" "$err" 'x.json: which NIC .*--nic .*vmVMNic'
status "no such NIC" 5 vnetlab compare small x.json --nic vmm
like "suggests one" "$err" 'did you mean'
status "no such file" 5 vnetlab compare small y.json
status "no such kind" 2 vnetlab compare small x.json --as route
status "no such lab" 5 vnetlab compare smal x.json
done_testing
