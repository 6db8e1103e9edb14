#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vnetlab doctor: finds what is there, and says of what is missing what that costs and how to get it.
. "$(dirname "$0")/../lib/tap.sh"

run vnetlab doctor -o json
is "this machine can run labs" "$rc" 0
json "so says the JSON" '.ok'
json "every check has its fields" '.checks | length > 15 and all(has("name") and has("required") and has("ok") and has("detail"))'
json "BIRD with its version" '.checks[] | select(.name == "BIRD") | .ok and (.detail | test("^[23]\\.[0-9.]+, /"))'
json "FRR with its version" '.checks[] | select(.name == "FRR") | .ok and (.detail | test("^[0-9]+\\.[0-9.]+, /"))'
json "what is missing has its price and its cure" \
	'[.checks[] | select(.ok | not) | (.costs | length > 0) and (.fix | length > 0)] | all'
status "as a table" 0 vnetlab doctor
like "ends with a verdict" "$out" '^Labs can run here, as (root|an ordinary user)\.$'

# A world without a program: nothing that can be run stands in its place.
without() { # PATH CMD...
	unshare -Urm sh -c 'p=$1; shift; mount --bind /dev/null "$p" && exec "$@"' - "$@"
}
bird=$(PATH=/usr/sbin:/usr/bin command -v bird)
status "without BIRD no labs" 4 without "$bird" "$B/vnetlab" doctor
like "marked" "$out" '^BIRD +MISSING +no bird found'
like "its price" "$out" 'costs: no Route Server'
like "its cure" "$out" 'get it: make deps; or apt-get install bird2, which starts a service .*: systemctl disable --now bird$'
like "the verdict" "$out" '^Labs cannot run here\.$'
status "without tcpdump labs run" 0 without "$(command -v tcpdump)" "$B/vnetlab" doctor
like "and it is said" "$out" '^tcpdump is missing \(labs run without it\)'

status "without network namespaces no labs" 4 unshare -Ur sh -c \
	'echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" doctor -o json' "$B/vnetlab"
json "the JSON says no" '.ok | not'
json "and why" '.checks[] | select(.name == "network namespaces") | (.ok | not) and (.detail | length > 0)'
json "what could not be tried is not called there" '[.checks[] | select(.name == "nftables").ok] == [false]'

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
		"$1" doctor >"$2.doctor"; doctor=$?
		"$1" up -q "$2" >"$2.up" 2>&1; up=$?
		"$1" down -q >"$2.down" 2>&1
		echo "doctor $doctor up $((up != 0))"' - "$B/vnetlab" "$work/one.vnetlab.json" "$1" 2>/dev/null
}
is "parts of /proc are hidden: a lab does with that" "$(verdicts "$masked")" "doctor 0 up 0"
is "/proc/sys is read-only: no lab" "$(verdicts "$masked; $readonly")" "doctor 4 up 1"
like "the cause" "$(cat "$work/one.vnetlab.json.doctor")" '^fabric namespace +MISSING .*Read-only file system'
like "is what up meets" "$(cat "$work/one.vnetlab.json.up")" 'Read-only file system'
like "and what doctor built says the same" "$(cat "$work/one.vnetlab.json.doctor")" '^a small lab +MISSING .*Read-only file system'
like "flags that help" "$(cat "$work/one.vnetlab.json.doctor")" 'unmask=ALL.*systempaths=unconfined.*docs/containers.md'
# Capabilities that root of a container keeps; one is needed to map id 0.
as_root_with() {
	unshare -Urmpf --mount-proc setpriv --bounding-set "$1" --inh-caps -all sh -c '
		export VNETLAB_RUN_DIR=$2.run
		"$1" doctor >"$2.doctor"; doctor=$?
		"$1" up -q "$2" >"$2.up" 2>&1; up=$?
		"$1" down -q >"$2.down" 2>&1
		echo "doctor $doctor up $up"' - "$B/vnetlab" "$work/one.vnetlab.json" 2>/dev/null
}
is "root with one capability" "$(as_root_with -all,+setfcap)" "doctor 0 up 0"
is "root with none" "$(as_root_with -all)" "doctor 4 up 4"
for f in doctor up; do
	like "$f says which is needed" "$(cat "$work/one.vnetlab.json.$f")" 'lacks the capability SETFCAP.*--user 1000.*--cap-add SETFCAP'
done
run vnetlab ls -o json
json "no lab of doctor's is left" '.labs == []'
done_testing
