#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Commits say `area: imperative` in under 65 characters, and in a body why orchestrator/ changes.  Looked at are
# those behind $BASE (say, the branch that yours goes to), or behind the one with which this rule began.
. "$(dirname "$0")/common.sh"
first=b792b46d5172429caa1e7390311653d7b0dc2626 since=1796030591
base=${BASE:-$first}
range=("$base..HEAD")
git rev-parse -q --verify HEAD >/dev/null 2>&1 || { echo "1..0 # SKIP no repository"; exit 0; }
# A shallow clone may not reach back so far, and its oldest commits look as if they had added everything.
if ! git merge-base --is-ancestor "$base" HEAD 2>/dev/null; then
	[ -z "${BASE:-}" ] || { echo "not ok 1 - BASE=$BASE is in the history"; echo "1..1"; exit 1; }
	[ "$(git rev-parse --is-shallow-repository)" = true ] || { echo "1..0 # SKIP another history"; exit 0; }
	range=("--since=$since" HEAD)
fi
cut=$(git rev-parse --git-path shallow)
n=0
while read -r commit; do
	grep -qs "$commit" "$cut" && continue
	subject=$(git log -1 --format=%s "$commit") problems=
	[ "${#subject}" -lt 65 ] || problems+="the subject has ${#subject} characters; "
	[[ $subject =~ ^[a-z0-9][a-z0-9,\ ./_-]*:\ [^\ ].*[^.]$ ]] || problems+="the subject is not 'area: imperative'; "
	if [ -n "$(git diff-tree --no-commit-id --name-only -r "$commit" -- orchestrator)" ]; then
		[[ $(git log -1 --format=%b "$commit") =~ [^[:space:]] ]] || problems+="no body says why orchestrator/ changes; "
	fi
	result "$(git log -1 --format=%h "$commit") ${subject//#/}" "${#problems}" "$problems"
done < <(git rev-list --no-merges "${range[@]}")
[ "$n" -gt 0 ] || result "no commits behind $base" 0
finish
