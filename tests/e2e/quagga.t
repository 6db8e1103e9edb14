#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Quagga's zebra.conf and bgpd.conf on the frr image: a wrong line is named with its number, and the
# public files of the first Route Server lab run as they are, where they are at hand.
. "$(dirname "$0")/../lib/tap.sh"

need jq
lab=$work/quagga
mkdir -p "$lab"
cp -r "$topologies/ipspace-quagga/." "$lab"

# A mistake on line 9 of the user's own file, which the copy with Quagga's defaults must not move.
awk 'NR == 9 { print " neigbor 172.16.3.4 remote-as 65515"; next } { print }' \
	"$topologies/ipspace-quagga/nva1/bgpd.conf" >"$lab/nva1/bgpd.conf"
status "a line that Quagga's daemon leaves out does not keep the lab down" 0 vnetlab up "$lab/ipspace-quagga.vnetlab.json"
like "the daemon's own words name the line" "$err" 'line 9.*neigbor|neigbor.*line 9'
like "the message names the file" "$err" 'bgpd\.conf'
status "down ends that lab" 0 vnetlab down --all

corpus=$root/../shared/corpus/az-cli/ipspace-pubcloud-route-server
if [ ! -r "$corpus/bgpd.conf" ]; then
	ok "the public files # SKIP they are not here" true
	done_testing
fi
for i in 1 2; do
	cp "$corpus/zebra.conf" "$corpus/bgpd.conf" "$lab/nva$i/"
done
ok "the public files come up" vnetlab up "$lab/ipspace-quagga.vnetlab.json"
run vnetlab status -o json
json "all four sessions are Established" '[.bgp[] | select(.state == "Established")] | length == 4'
run vnetlab learned RouteServer/NVA_1 -o json
json "both instances learned the prefix" \
	'[.RouteServiceRole_IN_0, .RouteServiceRole_IN_1 | .[] | select(.network == "172.22.2.0/24" and .asPath == "65000")] | length == 2'
run vnetlab routes BackendVMNic -o json
json "both appliances, which have the same file, share the prefix" \
	'.value[] | select(.addressPrefix == ["172.22.2.0/24"]) | .nextHopIpAddress == ["172.16.1.4", "172.16.1.5"]'
json "the private subnet's default route is dropped" \
	'.value[] | select(.name == "DropDefault") | .nextHopType == "None" and .state == "Active"'
ok "down ends the lab" vnetlab down ipspace-quagga
done_testing
