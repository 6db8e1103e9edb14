# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034
# For the lint tests, which print TAP: sources, and a test per file that runs side by side.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
mapfile -t sources < <(git ls-files '*.c' '*.h' 2>/dev/null || find orchestrator tests -name '*.[ch]')
mapfile -t code < <(find orchestrator -name '*.c' | sort)
flags="-std=gnu17 -D_GNU_SOURCE -Iorchestrator $(pkg-config --cflags jansson libcurl libssh2 libmnl libnftables smartcols yaml-0.1)"
export flags

need() {
	command -v "$1" >/dev/null || { echo "1..0 # SKIP there is no $1"; exit 0; }
}

# result NAME STATUS OUTPUT
result() {
	n=$((${n:-0} + 1))
	if [ "$2" -eq 0 ]; then echo "ok $n - $1"; else
		echo "not ok $n - $1"
		failed=1
		printf '%s\n' "$3" | sed 's/^/# /'
	fi
}

# each NAME COMMAND FILE...: COMMAND (bash, the file is $1) is run for each file, two at a time.
each() {
	local name=$1 command=$2 dir
	shift 2
	dir=$(mktemp -d)
	# shellcheck disable=SC2064 # this folder, also when the test is ended
	trap "rm -rf '$dir'" EXIT
	printf '%s\0' "$@" | xargs -0 -P "${JOBS:-2}" -n 1 bash -c '
		log='"$dir"'/${1//\//_}
		( eval "$0" ) >"$log" 2>&1 || echo "$1" >>"$log.failed"' "$command"
	for file; do
		log=$dir/${file//\//_}
		result "$name $file" "$([ -e "$log.failed" ] && echo 1 || echo 0)" "$(cat "$log")"
	done
	rm -rf "$dir"
}

finish() {
	echo "1..${n:-0}"
	exit "${failed:-0}"
}
