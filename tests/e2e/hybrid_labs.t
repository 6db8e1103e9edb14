#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The labs of hybrid connectivity hold what they say.
. "$(dirname "$0")/../lib/tap.sh"

run vnetlab doctor -o json
tunnels=$(printf '%s' "$out" | jq -r '.. | objects | select(.name? == "vxlan") | .ok' | head -n 1)
for lab in "$topologies"/hybrid/*/*.vnetlab.json; do
	name=$(basename "$lab" .vnetlab.json)
	case $name in
	*-tunnel) [ "$tunnels" = true ] || {
		diag "$name: this kernel has no vxlan"
		continue
	} ;;
	esac
	status "the checks of $name hold" 0 vnetlab test "$lab"
done
run vnetlab ls -o json
json "no lab is left" '.labs == []'
done_testing
