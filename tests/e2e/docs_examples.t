#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Pages that have a table of commands ("Seen in a lab"): each command of it says what the page says that it says.
. "$(dirname "$0")/../lib/tap.sh"
PATH=$B:$PATH

cd "$root" || exit 1
for page in docs/*.md; do
	grep -q '^## Seen in a lab' "$page" || continue
	lab=$(sed -n 's/^    vnetlab up \(.*\)/\1/p' "$page")
	status "the lab of $page comes up" 0 vnetlab up "$lab" -q
	grep '^| `vnetlab ' "$page" >"$work/rows"
	while read -r row; do
		command=$(printf '%s' "$row" | cut -d '`' -f 2)
		# A path that does not deliver and a probe without an answer have status 1.
		run sh -c "$command"
		printf '%s\n%s\n' "$out" "$err" >"$work/said"
		printf '%s\n' "$row" | cut -d '`' -f 4- | tr '`' '\n' | sed -n '1~2p' | grep . >"$work/says"
		is "$page: '$command' works" "$([ "$rc" -lt 2 ] && echo yes)" yes || diag "$rc: $err"
		while read -r text; do
			ok "$page: '$command' says '$text'" grep -qF -- "$text" "$work/said" || diag "$(cat "$work/said")"
		done <"$work/says"
	done <"$work/rows"
	status "the lab of $page ends" 0 vnetlab down
done
done_testing
