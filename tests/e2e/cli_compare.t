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
status "compare takes three tables, and all are the same" 0 vnetlab compare small vmVMNic.json rs-nva-learned.json sent.json
like "compare knows the NIC by the file's name" "$out" '^vmVMNic.json: effective routes of vmVMNic: [0-9]+ equal, 0 missing'
like "compare knows the peering by the file's name" "$out" 'learned from rs/nva: 4 equal, 0 missing, 0 extra, 0 different'
like "compare knows the peering by the addresses inside" "$out" 'sent.json: advertised to rs/nva: 4 equal'
status "compare takes the only lab when none is named" 0 vnetlab compare sent.json
status "-n names the lab" 0 vnetlab compare sent.json vmVMNic.json -n small
run vnetlab compare small ./*.json -o json
json "-o json has counts and rows of each table" '.equal > 10 and .missing == 0 and (.tables | length) == 3 and .tables[0].rows[0].verdict == "equal"'
jq '{data: [.value[] | {properties: .}]}' vmVMNic.json >wrapped.json
jq '.RouteServiceRole_IN_1' rs-nva-learned.json >one-instance.json
jq '{id: "/subscriptions/s/providers/Microsoft.Network/networkInterfaces/vmVMNic", value: [.value[]
	| with_entries(.key |= (.[:1] | ascii_upcase) + .[1:])]}' vmVMNic.json >powershell.json
status "compare reads other dialects" 0 vnetlab compare small wrapped.json --nic vm
status "compare reads PowerShell's JSON, and the id inside names the NIC" 0 vnetlab compare small powershell.json
status "compare takes a list that is one instance's" 0 vnetlab compare small one-instance.json
like "compare knows that list as learned routes of the peering" "$out" 'learned from rs/nva: 2 equal'

# --- what differs ---
jq '.value |= map(select(.addressPrefix != ["0.0.0.0/0"]) | if .nextHopType == "VNetPeering"
	then .state = "Invalid" else . end) + [{source: "VirtualNetworkGateway", state: "Active",
	addressPrefix: ["10.1.0.0/24"], nextHopType: "VirtualNetworkGateway", nextHopIpAddress:
	["10.0.1.4"]}]' vmVMNic.json >vm.json
status "tables that differ give exit status 1" 1 vnetlab compare small vm.json --brief
like "a missing row comes with the lab's reason" "$out" '^10\.1\.0\.0/24 +missing .*VirtualNetworkGateway 10.0.1.4 +10.1.0.0/16, VnetLocal, is in the lab'
like "an extra row is listed" "$out" '^0\.0\.0\.0/0 +extra +Default Active Internet'
like "a different row names the property" "$out" '^10\.0\.0\.0/16 +different .*state is Active, not Invalid'
unlike "--brief leaves out rows that are equal" "$out" ' equal  '
run vnetlab compare small vm.json -o json
json "-o json has the differences, too" '.missing == 1 and .extra == 1 and .different == 1 and
	any(.tables[0].rows[]; .verdict == "different" and .fields == ["state"] and .reason != null)'
status "--ignore leaves the other difference" 1 vnetlab compare small vm.json --ignore state -o json
json "--ignore takes the property out of the comparison" '.different == 0 and .missing == 1'
status "another NIC's table differs" 1 vnetlab compare small vmVMNic.json --nic nva

ok "fault takes a session down" vnetlab fault session rs/nva/0 down
run vnetlab compare small rs-nva-learned.json --brief
like "a missing row says that the session is down" "$out" '^10.9.0.0/16 at 10.0.0.4 +missing .*the session of 10.0.0.4 is .*, not Established'
ok "fault clear brings the session back" vnetlab fault clear

# --- rows of type None ---
jq '.value |= map(select(.nextHopType != "None"))' vmVMNic.json >vmVMNic-cut.json
status "a table without None rows lacks rows" 1 vnetlab compare small vmVMNic-cut.json
status "--none ignore makes it equal" 0 vnetlab compare small vmVMNic-cut.json --none ignore

# --- two files ---
status "two files that differ give exit status 1" 1 vnetlab compare vm.json --against vmVMNic.json
status "a file is equal to itself" 0 vnetlab compare vm.json --against vm.json
python3 -c 'import sys; sys.stdout.buffer.write(open("vm.json").read().encode("utf-16"))' >utf16.json
status "compare reads a file in UTF-16" 0 vnetlab compare vm.json --against utf16.json

# --- what cannot be ---
echo '[]' >nothing.json
echo '{"a": 1' >broken.json
echo '{"a": 1}' >other.json
jq . vmVMNic.json >x.json
status "an empty table without a telling name is refused" 5 vnetlab compare small nothing.json
like "the message names --as" "$err" 'nothing.json: .*--as'
status "a file that is no JSON is refused" 5 vnetlab compare small broken.json
like "the message says so of the file" "$err" 'broken.json is no JSON'
status "JSON that is no table is refused" 5 vnetlab compare small other.json
status "a table that is of no NIC of the lab is refused" 5 vnetlab compare small x.json
like "the message names the NICs that there are" "$err" 'x.json: which NIC .*--nic .*vmVMNic'
status "an unknown NIC is refused" 5 vnetlab compare small x.json --nic vmm
like "the message suggests a NIC" "$err" 'did you mean'
status "a file that is not there is refused" 5 vnetlab compare small y.json
status "an unknown kind of table is wrong usage" 2 vnetlab compare small x.json --as route
status "a lab that is not there is refused" 5 vnetlab compare smal x.json
done_testing
