#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The tests' own tools: what prove counts, and conditions about JSON.
. "$(dirname "$0")/../lib/tap.sh"

# Lines of TAP, and what prove makes of them.
counts() { # NAME "STATUS PASSED FAILED SKIPPED" LINE...
	_what=$1 _counts=$2
	shift 2
	{ echo '#!/bin/sh'; printf 'echo "%s"\n' "$@"; } >"$work/some.t"
	chmod +x "$work/some.t"
	rm -f "$work/counts"
	run env COUNTS="$work/counts" "$root/tests/lib/prove" some "$work/some.t"
	is "$_what" "$rc $(cut -f 2- "$work/counts" | tr '\t' ' ')" "$_counts"
}
counts "one of each" "1 1 1 1" 1..3 "ok 1 - a" "not ok 2 - b" "ok 3 - c # SKIP no reason"
counts "a skip as cmocka 1.1.5 says it" "0 1 0 1" 1..2 "not ok 1 # SKIP corpus" "ok 2 - other"
counts "a whole file that skips itself" "0 0 0 1" "1..0 # SKIP nothing here"
counts "less than was planned" "1 1 1 0" 1..2 "ok 1 - a"

# Silence is no yes, whatever jq makes of it.
ok "a yes" holds .a echo '{"a": true}'
not_ok "a no" holds .a echo '{"a": false}'
not_ok "nothing of that name" holds .b echo '{"a": true}'
not_ok "a command that says nothing" holds .a true
not_ok "one that fails" holds 'all(.a[]; . == 1)' false
not_ok "no JSON" holds . echo 'no lab runs'
ok "several texts, the last one counts" holds .a printf '{"a": false}\n{"a": true}\n'
not_ok "an event of a lab that is not there" event true
done_testing
