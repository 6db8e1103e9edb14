#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A new sort of check is one file: make finds it, and nothing else is touched.
. "$(dirname "$0")/common.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
list() { make -s -C "$work" orchestrator/checks/sorts.inc 2>&1; }
mkdir -p "$work/orchestrator"
cp -r orchestrator/checks "$work/orchestrator"
cp Makefile "$work"
rm -f "$work/orchestrator/checks/sorts.inc"
out=$(list; diff "$work/orchestrator/checks/sorts.inc" orchestrator/checks/sorts.inc 2>&1)
result 'the list of sorts is the one that make writes' $((!!${#out})) "$out"
out=$(awk '/^const struct check_sort sort_/ { n++ } /^\t\.place = / { p[$3]++; m++ }
	END { if (n != m || n < 7) print n " sorts, " m " places"; for (i in p) if (p[i] > 1) print "place " i " twice" }' \
	orchestrator/checks/*.c)
result 'each sort has a place of its own' $((!!${#out})) "$out"
cat >"$work/orchestrator/checks/planted.c" <<'END'
#include "checks/check.h"
const struct check_sort sort_planted = {
	.place = 25,
	.fields = { "check-planted", "a planted check", "Planted.",
		    (const struct field[]){ { .name = "planted", .type = T_STRING }, END } },
};
END
before=$(cat orchestrator/checks/sorts.inc)
packet=$'\nSORT(packet)\n' wanted=${before/"$packet"/"$packet"$'SORT(planted)\n'}
out=$(list; diff <(echo "$wanted") "$work/orchestrator/checks/sorts.inc" 2>&1)
result 'a file with a sort is found, and stands at its place' $((!!${#out})) "$out"
# shellcheck disable=SC2086 # flags are words
out=$(cd "$work" && gcc -I"$work/orchestrator" -I"$OLDPWD/orchestrator" $flags -c -o sorts.o orchestrator/checks/sorts.c 2>&1 && nm sorts.o)
grep -q 'U sort_planted' <<<"$out"
result 'the tables of sorts have it' $? "$out"
rm "$work/orchestrator/checks/planted.c"
out=$(list; diff "$work/orchestrator/checks/sorts.inc" orchestrator/checks/sorts.inc 2>&1)
result 'a sort that goes leaves the list' $((!!${#out})) "$out"
finish
