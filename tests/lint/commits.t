#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Commits say `area: imperative` in under 65 characters, and in a body why orchestrator/ changes, unless comments and
# layout are all that does.  Looked at are those behind $BASE (say, the branch that yours goes to), or behind the one with which this rule began.
. "$(dirname "$0")/common.sh"
first=6475e0ea31bc5a5f836677598b31789039d89629 since=1796027470
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
# A file of a commit without its comments and white space.
code() {
	git show "$1" | gcc -fpreprocessed -dD -E -P -x c - 2>/dev/null | tr -d '[:space:]'
}
only_comments() {
	while IFS=$'\t' read -r status old new; do
		[[ $status == [MR]* ]] && cmp -s <(code "$1^:$old") <(code "$1:${new:-$old}") || return 1
	done < <(git diff-tree --no-commit-id --name-status -r -M "$1" -- orchestrator)
}
n=0
while read -r commit; do
	grep -qs "$commit" "$cut" && continue
	subject=$(git log -1 --format=%s "$commit") problems=
	[ "${#subject}" -lt 65 ] || problems+="the subject has ${#subject} characters; "
	[[ $subject =~ ^[a-z0-9][a-z0-9,\ ./_-]*:\ [^\ ].*[^.]$ ]] || problems+="the subject is not 'area: imperative'; "
	if [ -n "$(git diff-tree --no-commit-id --name-only -r "$commit" -- orchestrator)" ]; then
		[[ $(git log -1 --format=%b "$commit") =~ [^[:space:]] ]] || only_comments "$commit" || problems+="no body says why orchestrator/ changes; "
	fi
	result "$(git log -1 --format=%h "$commit") ${subject//#/}" "${#problems}" "$problems"
done < <(git rev-list --no-merges "${range[@]}")
[ "$n" -gt 0 ] || result "no commits behind $base" 0
finish
