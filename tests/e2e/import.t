#!/bin/sh
# A lab straight from an export: it comes up, does what its checks say, and shows what Azure showed.
. "$(dirname "$0")/../lib/tap.sh"
need jq

cp -r "$root/tests/golden/import/az" "$root/tests/golden/import/az.checks.json" "$work/" || exit 1
cd "$work" || exit 1

status "test of an export" 0 vnetlab test az
like "the checks beside it hold" "$out" 'the peering is up'
like "what Azure showed is what the lab shows" "$out" 'as Azure showed it: effective-routes-appVMNic.json'
jq '.value |= map(select(.source != "User")) | .value[0].nextHopType = "VNetPeering"' \
	az/effective-routes-appVMNic.json >changed && mv changed az/effective-routes-appVMNic.json
status "another table" 1 vnetlab test az --filter 'as Azure*'
like "a row that differs" "$out" 'different 10.2.0.0/16; Azure: .*VNetPeering.*; lab: .*VnetLocal'
like "a row that Azure has not" "$out" 'extra 0.0.0.0/0; lab: User Active VirtualAppliance 10.2.1.4'

run vnetlab up az
is "up of an export" "$rc" 0 || diag "$err"
status "nothing to change" 0 vnetlab plan az --detailed-exitcode
run vnetlab status -o json
json "the session is up" '[.bgp[].state] | unique == ["Established"]'
sed 's/10.2.2.0\/24/10.2.2.0\/25/' az/vnet-list.json >changed && mv changed az/vnet-list.json
status "the export has changed" 6 vnetlab plan az --detailed-exitcode
like "in one place" "$out" 'subnet hub/app'
status "without checks beside it" 0 vnetlab down az

done_testing
