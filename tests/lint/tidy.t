#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# clang-tidy; what is checked and why not the rest: .clang-tidy.  The analyzer runs in its shallow mode,
# a third of the time; DEEP=1 for all of it.  RECENT=N: it looks at the files alone that the last N commits
# have touched (all other checks, a tenth of the time, at every file).  What passed is remembered by its contents.
. "$(dirname "$0")/common.sh"
tidy=$(command -v clang-tidy-14 clang-tidy | head -n 1)
need "${tidy:-clang-tidy}"
depth=shallow
[ -z "${DEEP:-}" ] || depth=deep
passed=build/lint/tidy
mkdir -p $passed
recent=
if [ -n "${RECENT:-}" ] && recent=$(git diff --name-only "HEAD~$RECENT" -- orchestrator 2>/dev/null); then
	recent="all $recent"
fi
export tidy depth passed recent
# One file a process: with several, version 14 sees uninitialized va_lists where there are none.
each tidy 'checks=
	case "$recent" in "" | *"$1"*) ;; *) checks=--checks=-clang-analyzer-* ;; esac
	key=$({ gcc $flags -E "$1"; cat .clang-tidy; echo $depth $checks; } 2>&1 | sha256sum | cut -c1-32)
	[ ! -e "$passed/$key" ] || exit 0
	out=$("$tidy" --quiet $checks "$1" -- $flags -Xclang -analyzer-config -Xclang mode=$depth 2>/dev/null); status=$?
	printf "%s\n" "$out" | grep -A2 -E "(error|warning):"
	[ $status -ne 0 ] || : >"$passed/$key"
	exit $status' "${code[@]}"
finish
