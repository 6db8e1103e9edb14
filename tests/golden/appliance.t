#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What is found of an appliance in cloud-init, scripts and vendors' configurations; what is made of it
# must be a configuration for the daemon that is to read it.
. "$(dirname "$0")/../lib/tap.sh"

here=$root/tests/golden/appliance
# FRR's: OpenBGPD's program is called the same.
bgpd=$(ls /usr/lib/frr/bgpd /usr/libexec/frr/bgpd 2>/dev/null | head -n 1)
for file in "$here"/*.yaml "$here"/*.sh "$here"/*.conf "$here"/*.txt "$here"/*.json; do
	name=$(basename "$file")
	"$B/tests/tools/appliance_text" "$file" >"$work/$name"
	golden "$name" "$here/$name.expect" <"$work/$name"
done

# bgpd's own opinion, where it is installed. It reads one file of its own: what other daemons read
# (ip route) is left out.
bgpd_reads() { # FILE
	# FRR changes its groups even then, makes folders in /run and opens its port: who is not root may do so
	# in namespaces of their own, where root is in frrvty.
	if [ "$(id -u)" -eq 0 ]; then
		"$bgpd" -C -f "$1"
	else
		# shellcheck disable=SC2016 # for the shell inside
		unshare -Urmn sh -c 'mount -t tmpfs tmpfs /run && mkdir /run/frr &&
			sed "s/^frrvty:.*/frrvty:x:0:/" /etc/group >/run/group && mount --bind /run/group /etc/group &&
			exec "$1" -u root -g root -C -f "$2"' sh "$bgpd" "$1"
	fi
}
for name in cloud.yaml fortigate.conf csr.txt; do
	if [ -z "$bgpd" ]; then
		ok "$name: bgpd reads it # SKIP there is no bgpd" true
		continue
	fi
	awk '/^(--- |note: |\{)/ { in_bgp = /^--- (frr|bgpd)\.conf/; next } in_bgp && !/^(ip route|ip prefix-list)/' \
		"$work/$name" >"$work/bgpd.conf"
	out=$(bgpd_reads "$work/bgpd.conf" 2>&1)
	is "$name: bgpd reads it" "$? $(printf '%s\n' "$out" | grep -ic 'unknown command\|error')" "0 0" || diag "$out"
done

# And of rules: the tools' own, in a network of their own.
for pair in iptables.rules:iptables-restore nftables.conf:"nft -f"; do
	tool=${pair#*:}
	if ! command -v "${tool% -f}" >/dev/null || ! unshare -Urn sh -c "$tool /dev/null" 2>/dev/null; then
		ok "$tool reads rules of scripts # SKIP it is not here, or has no right to" true
		continue
	fi
	for name in filter.sh rules.sh left.sh; do
		awk -v head="--- ${pair%%:*}" '/^(--- |note: |\{")/ { in_rules = $0 == head; next } in_rules' "$work/$name" >"$work/rules"
		out=$(unshare -Urn sh -c "$tool $work/rules" 2>&1)
		is "$tool reads the rules of $name" "$?" 0 || diag "$out"
	done
done

corpus=$root/../shared/corpus/arm/route-server-quagga/scripts/quaggadeploy.sh
if [ -r "$corpus" ]; then
	run "$B/tests/tools/appliance_text" "$corpus"
	like "a real script: its variables are put in" "$out" '^router bgp 65001$'
	unlike "and none is left" "$out" '[$]'
else
	ok "a real script # SKIP it is not here" true
fi
done_testing
