#!/bin/sh
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
like "its cure" "$out" 'get it: apt-get install bird2'
like "the verdict" "$out" '^Labs cannot run here\.$'
status "without tcpdump labs run" 0 without "$(command -v tcpdump)" "$B/vnetlab" doctor
like "and it is said" "$out" '^tcpdump is missing \(labs run without it\)'

status "without network namespaces no labs" 4 unshare -Ur sh -c \
	'echo 0 >/proc/sys/user/max_net_namespaces && exec "$0" doctor -o json' "$B/vnetlab"
json "the JSON says no" '.ok | not'
json "and why" '.checks[] | select(.name == "network namespaces") | (.ok | not) and (.detail | length > 0)'
json "what could not be tried is not called there" '[.checks[] | select(.name == "nftables").ok] == [false]'
done_testing
