# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# Helpers for tests in shell that print TAP; source it first:
#
#	#!/bin/sh
#	. "$(dirname "$0")/../lib/tap.sh"
#	run vnetlab check "$topologies/route-server/route-server.vnetlab.json"
#	is "status" "$rc" 0
#	like "says so" "$err" 'no findings'
#	done_testing
#
# A test has its own folder $work, removed at the end, and its own VNETLAB_RUN_DIR in it: `vnetlab
# ls` shows only labs that this test started, and whatever still runs at the end is ended. A script
# that dies before done_testing fails: prove misses the plan.
#
#   run CMD...                 runs it: $out, $err, $rc
#   ok NAME CMD...             passes when CMD succeeds;  not_ok NAME CMD...
#   is NAME GOT WANT           isnt NAME GOT UNWANTED
#   like NAME TEXT ERE         unlike NAME TEXT ERE
#   status NAME N CMD...       run, and its exit status is N
#   json NAME FILTER           jq -e FILTER holds for $out
#   holds FILTER CMD...        CMD says something, and jq -e FILTER holds for it: a condition for ok,
#                              not_ok and wait_until
#   event FILTER [LAB]         one of the lab's events is so: a condition, too
#   wait_until NAME SECONDS CMD...   passes as soon as CMD succeeds; else, after six times SECONDS
#                          (machines are noisy), shows its last output
#   golden NAME FILE           standard input equals FILE; ACCEPT=1 writes FILE instead
#   python_in NODE FILE ARG... runs a script of Python inside a node, which does not see our files
#   need CMD                   skips the whole test when there is no CMD
#   skip_all WHY, diag TEXT, on_exit 'COMMAND', done_testing

set -u

_here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=${_here%/tests/*}
case ${B:-build} in /*) B=${B:-} ;; *) B=$root/${B:-build} ;; esac
# For the tests that source this:
# shellcheck disable=SC2034
topologies=$root/topologies

_tests=0 _failed=0 _planned='' _on_exit='' out='' err='' rc=0

# Options in the environment of whoever runs the tests must not change them.
for _v in $(env | sed -n 's/^\(VNETLAB_[A-Z_]*\)=.*/\1/p'); do
	case $_v in VNETLAB_IMAGES) ;; *) unset "$_v" ;; esac
done
# Labs of a job have other names and places (lab/client/job.c).
unset SLURM_JOB_ID PBS_JOBID LSB_JOBID CI_JOB_ID BUILDKITE_JOB_ID CIRCLE_WORKFLOW_JOB_ID GITHUB_ACTIONS TF_BUILD JENKINS_URL \
	KUBERNETES_SERVICE_HOST
work=$(mktemp -d "${TMPDIR:-/tmp}/vnl.XXXXXX") || exit 1
export VNETLAB_RUN_DIR="$work/run" NO_COLOR=1 LC_ALL=C.UTF-8
mkdir -m 700 "$VNETLAB_RUN_DIR"
# Root's labs are run by an id that owns nothing here, and it has reports to write.
chmod 711 "$work" && mkdir "$work/reports" && chmod 1777 "$work/reports"
# What a sanitizer finds, in whatever process of a lab, fails the test (see _end). 86 is no exit
# status of ours.
export ASAN_OPTIONS="log_path=$work/reports/sanitizer:exitcode=86"
export UBSAN_OPTIONS="log_path=$work/reports/sanitizer:exitcode=86:print_stacktrace=1"

vnetlab() {
	"$B/vnetlab" "$@"
}

diag() {
	printf '%s\n' "$*" | sed 's/^/# /'
}

_result() { # $1: 0 is passed; $2: name
	_tests=$((_tests + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %d - %s\n' "$_tests" "$2"
	else
		_failed=$((_failed + 1))
		printf 'not ok %d - %s\n' "$_tests" "$2"
		return 1
	fi
}

run() {
	rc=0
	"$@" >"$work/.out" 2>"$work/.err" || rc=$?
	out=$(cat "$work/.out")
	err=$(cat "$work/.err")
}

_show_run() {
	diag "status $rc"
	[ -z "$out" ] || diag "stdout: $out"
	[ -z "$err" ] || diag "stderr: $err"
}

ok() {
	_name=$1
	shift
	run "$@"
	_result "$rc" "$_name" || { _show_run; return 1; }
}

not_ok() {
	_name=$1
	shift
	run "$@"
	if [ "$rc" -ne 0 ]; then _result 0 "$_name"; else
		_result 1 "$_name"
		_show_run
		return 1
	fi
}

status() {
	_name=$1 _want=$2
	shift 2
	run "$@"
	if [ "$rc" -eq "$_want" ]; then _result 0 "$_name"; else
		_result 1 "$_name"
		diag "wanted status $_want"
		_show_run
		return 1
	fi
}

is() {
	if [ "$2" = "$3" ]; then _result 0 "$1"; else
		_result 1 "$1"
		diag "got:  $2"
		diag "want: $3"
		return 1
	fi
}

isnt() {
	if [ "$2" != "$3" ]; then _result 0 "$1"; else
		_result 1 "$1"
		diag "got, and should not: $2"
		return 1
	fi
}

like() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then _result 0 "$1"; else
		_result 1 "$1"
		diag "got:  $2"
		diag "want: /$3/"
		return 1
	fi
}

unlike() {
	if printf '%s\n' "$2" | grep -Eq -- "$3"; then
		_result 1 "$1"
		diag "got:      $2"
		diag "not want: /$3/"
		return 1
	else _result 0 "$1"; fi
}

# Hundreds of conditions are asked again and again: jq 1.6 takes 40 ms to start, gojq 3 ms.
if command -v gojq >/dev/null; then _jq_program=gojq; else _jq_program=jq; fi

# To jq -e no input at all is a yes: a command that said nothing must not pass for one.
_jq() { # FILTER TEXT
	[ -n "$2" ] && printf '%s\n' "$2" | $_jq_program -e "$1"
}

holds() {
	_filter=$1
	shift
	_said=$("$@")
	_jq "$_filter" "$_said" >/dev/null
}

event() {
	_events=$(vnetlab events --no-follow ${2:+"$2"} | $_jq_program -s .) && _jq "any(.[]; $1)" "$_events" >/dev/null
}

json() {
	_got=$(_jq "$2" "$out" 2>&1) && { _result 0 "$1"; return 0; }
	_result 1 "$1"
	diag "jq -e '$2' says: $_got"
	_show_run
	return 1
}

wait_until() {
	# Six times what a quiet machine needs: CI's are not. Who passes does not wait for it.
	_name=$1 _start=$(date +%s%N) _deadline=$(($2 * 6))
	shift 2
	while :; do
		run "$@"
		_ms=$((($(date +%s%N) - _start) / 1000000))
		[ "$rc" -ne 0 ] || { _result 0 "$_name ($_ms ms)"; return 0; }
		[ $_ms -lt $((_deadline * 1000)) ] || break
		sleep 0.05
	done
	_result 1 "$_name"
	diag "still not so after $_deadline s: $*"
	_show_run
	return 1
}

golden() {
	cat >"$work/.golden"
	if [ -n "${ACCEPT:-}" ]; then
		mkdir -p "$(dirname "$2")" && cp "$work/.golden" "$2"
	fi
	if diff -u "$2" "$work/.golden" >"$work/.diff" 2>&1; then _result 0 "$1"; else
		_result 1 "$1"
		diag "$(cat "$work/.diff")"
		return 1
	fi
}

skip_all() {
	echo "1..0 # SKIP $*"
	_planned=skip
	exit 0
}

python_in() {
	_node=$1 _script=$2
	shift 2
	vnetlab exec "$_node" -- python3 -c "$(cat "$_script")" "$@"
}

need() {
	for _c in "$@"; do
		command -v "$_c" >/dev/null 2>&1 || [ -x "/usr/sbin/$_c" ] || [ -x "/usr/lib/frr/$_c" ] ||
			skip_all "there is no $_c"
	done
}

on_exit() {
	_on_exit="$*
$_on_exit"
}

done_testing() {
	_planned=$_tests
	exit 0
}

_end() {
	_rc=$?
	trap - EXIT INT TERM
	eval "$_on_exit"
	if [ -x "$B/vnetlab" ] && [ -n "$(ls -A "$VNETLAB_RUN_DIR")" ]; then
		"$B/vnetlab" down --all -q >"$work/.down" 2>&1 || diag "down --all: $(cat "$work/.down")"
	fi
	for _f in "$work"/reports/*; do
		[ ! -e "$_f" ] || { _result 1 "no sanitizer report"; diag "$(cat "$_f")"; }
	done
	rm -rf "$work"
	case $_planned in
	skip) exit 0 ;;
	'') echo "# ended before done_testing" && exit $((_rc ? _rc : 1)) ;;
	esac
	echo "1..$_tests"
	[ "$_failed" -eq 0 ] || exit 1
	exit 0
}
trap _end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
PATH=$PATH:/usr/sbin:/sbin
