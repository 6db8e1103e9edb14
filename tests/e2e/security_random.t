#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Random network security groups and five-tuples: model, kernel walk and packets agree.
# Takes long.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3 nft

random=$root/tests/e2e/nsg/five_tuples.py
seed=${SEED:-$RANDOM}
diag "SEED=$seed"
for i in 1 2 3; do
	python3 "$random" design "$seed$i" >"$work/random.vnetlab.json"
	python3 "$random" tuples "$seed$i" 25 >"$work/tuples"
	status "random design $i comes up" 0 vnetlab up "$work/random.vnetlab.json" -q
	for n in a b c d e; do
		vnetlab exec "$n" -- nft -f - <<'N'
table ip t {
	set seen { type inet_proto . ipv4_addr . inet_service; flags dynamic; }
	chain c {
		type filter hook input priority 0; policy accept;
		th sport 50000 update @seen { meta l4proto . ip saddr . th dport }
	}
}
N
	done
	for n in a b c d e; do python_in "$n" "$random" send /dev/stdin "$n" <"$work/tuples"; done
	for n in a b c d e; do
		vnetlab exec "$n" -- nft -nn list set ip t seen | tr ',' '\n' |
			sed -n "s/.*\b\(6\|17\|tcp\|udp\) \. \([0-9.]*\) \. \([0-9]*\).*/$n \1 \2 \3/p"
	done | sed 's/ 6 / tcp /; s/ 17 / udp /' | sort >"$work/arrived"
	while read -r s _ d _ proto port; do
		vnetlab path "$s" "$d" --protocol "$proto" --port "$port" -o json |
			jq -r --arg d "$d $proto" --arg p "$port" 'if .verdict != .kernel.verdict then "disagree \($d) \($p)" elif .verdict == "delivered" then "\($d) \(.hops[0].nic) \($p)" else empty end'
	done <"$work/tuples" | sed 's/ aVMNic / 10.0.0.4 /; s/ bVMNic / 10.0.0.5 /; s/ cVMNic / 10.0.1.4 /; s/ dVMNic / 10.1.0.4 /; s/ eVMNic / 10.1.0.5 /' | sort >"$work/predicted"
	diag "$(wc -l <"$work/arrived") of 25 arrive"
	cat "$work/arrived" >>"$work/all"
	is "what arrives is what model and kernel's walk say" "$(cat "$work/arrived")" "$(cat "$work/predicted")"
	status "down ends the random design" 0 vnetlab down nsg-random
done
ok "some connections pass and some do not" [ -s "$work/all" -a "$(wc -l <"$work/all")" -lt 75 ]

done_testing
