#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vnetlab doctor: finds what is there, and says of what is missing what that costs and how to get it.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"

run vnetlab doctor -o json
is "this machine can run labs" "$rc" 0
json "the JSON says that labs can run" '.ok'
json "every check has its fields" '.checks | length > 15 and all(has("name") and has("required") and has("ok") and has("detail"))'
json "doctor finds BIRD and its version" '.checks[] | select(.name == "BIRD") | .ok and (.detail | test("^[23]\\.[0-9.]+, /"))'
json "doctor finds FRR and its version" '.checks[] | select(.name == "FRR") | .ok and (.detail | test("^[0-9]+\\.[0-9.]+, /"))'
json "doctor looks for BIRD 1 where it is unpacked, beside BIRD 2" '.checks[] | select(.name == "BIRD 1") | (.required | not) and
	(if .ok then .detail | test("^1\\.[0-9.]+, /.*bird1/") else .fix | test("^make deps, on Debian 12 ") end)'
json "each missing thing has its price and its cure" \
	'[.checks[] | select(.ok | not) | (.costs | length > 0) and (.fix | length > 0)] | all'
status "doctor prints a table" 0 vnetlab doctor
like "the table ends with a verdict" "$out" '^Labs can run here, as (root|an ordinary user)\.$'

# A world without a program: nothing that can be run stands in its place.
without() { # PATH CMD...
	unshare -Urm sh -c 'p=$1; shift; mount --bind /dev/null "$p" && exec "$@"' - "$@"
}
bird=$(PATH=/usr/sbin:/usr/bin command -v bird)
status "without BIRD doctor says that no lab can run" 4 without "$bird" "$B/vnetlab" doctor
like "the table marks BIRD as missing" "$out" '^BIRD +MISSING +no bird found'
like "the table names what its lack costs" "$out" 'costs: no Route Server'
like "the table names how to get it" "$out" 'get it: make deps; or apt-get install bird2, which starts a service .*: systemctl disable --now bird$'
like "the verdict is that labs cannot run" "$out" '^Labs cannot run here\.$'
status "without tcpdump doctor says that labs run" 0 without "$(command -v tcpdump)" "$B/vnetlab" doctor
like "doctor names tcpdump as missing" "$out" '^tcpdump is missing \(labs run without it\)'

status "without network namespaces doctor says that no lab can run" 4 unshare -Ur sh -c \
	'echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" doctor -o json' "$B/vnetlab"
json "the JSON says that labs cannot run" '.ok | not'
json "the JSON says why" '.checks[] | select(.name == "network namespaces") | (.ok | not) and (.detail | length > 0)'
json "the JSON does not claim what could not be tried" '[.checks[] | select(.name == "nftables").ok] == [false]'

# --- worlds like those of containers: doctor's verdict is up's ---------------------------------------
cat >"$work/one.vnetlab.json" <<'END'
{ "name": "one", "virtualNetworks": { "net": { "addressPrefixes": ["10.0.0.0/16"],
    "subnets": { "a": { "addressPrefix": "10.0.0.0/24" } } } },
  "virtualMachines": { "vm": { "nic": { "subnet": "net/a" } } } }
END
# What podman and Docker do to /proc; what a user namespace above ours has mounted stays so in a lab.
masked='mount -t tmpfs -o ro tmpfs /proc/acpi 2>/dev/null || mount -t tmpfs -o ro tmpfs /proc/fs; mount --bind /dev/null /proc/timer_list'
readonly='mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro,nosuid,nodev,noexec /proc/sys'
# $1: commands that make the world. Says both verdicts: "doctor 0 up 0".
verdicts() {
	unshare -Urmpf --mount-proc sh -c '
		eval "$3"
		set -- "$1" "$2"
		mkdir -p "$2.run" && export VNETLAB_RUN_DIR="$2.run"
		# LeakSanitizer ends a program that it cannot see in /proc.
		export ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0"
		"$1" doctor >"$2.doctor"; doctor=$?
		"$1" up -q "$2" >"$2.up" 2>&1; up=$?
		"$1" down -q >"$2.down" 2>&1
		echo "doctor $doctor up $((up != 0))"' - "$B/vnetlab" "$work/one.vnetlab.json" "$1" 2>/dev/null
}
is "a lab runs where parts of /proc are hidden" "$(verdicts "$masked")" "doctor 0 up 0"
is "no lab runs where /proc/sys is read-only" "$(verdicts "$masked; $readonly")" "doctor 4 up 1"
like "doctor names the cause" "$(cat "$work/one.vnetlab.json.doctor")" '^fabric namespace +MISSING .*Read-only file system'
like "up fails by the same cause" "$(cat "$work/one.vnetlab.json.up")" 'Read-only file system'
like "the small lab that doctor builds fails by the same cause" "$(cat "$work/one.vnetlab.json.doctor")" '^a small lab +MISSING .*Read-only file system'
like "doctor names the flags that help" "$(cat "$work/one.vnetlab.json.doctor")" 'unmask=ALL.*systempaths=unconfined.*docs/containers.md'
# Capabilities that root of a container keeps; one is needed to map id 0.
as_root_with() {
	unshare -Urmpf --mount-proc setpriv --bounding-set "$1" --inh-caps -all sh -c '
		export VNETLAB_RUN_DIR=$2.run
		"$1" doctor >"$2.doctor"; doctor=$?
		"$1" up -q "$2" >"$2.up" 2>&1; up=$?
		"$1" down -q >"$2.down" 2>&1
		echo "doctor $doctor up $up"' - "$B/vnetlab" "$work/one.vnetlab.json" 2>/dev/null
}
is "root with the capability SETFCAP can run labs" "$(as_root_with -all,+setfcap)" "doctor 0 up 0"
is "root without capabilities cannot run labs" "$(as_root_with -all)" "doctor 4 up 4"
for f in doctor up; do
	like "$f names the capability that lacks" "$(cat "$work/one.vnetlab.json.$f")" 'lacks the capability SETFCAP.*--user 1000.*--cap-add SETFCAP'
done
run vnetlab ls -o json
json "doctor leaves no lab" '.labs == []'
done_testing
