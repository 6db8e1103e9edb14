#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vnetlab test: checks of every kind that hold and that do not, every format read by its own reader,
# every exit status, and nothing left behind.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"
need jq bird xmllint prove

# A lab that is up in a moment: one BIRD appliance, a backend, a spoke that nothing leads to.
lab() { # lab FILE CHECKS
	cat >"$1" <<END
{
  "name": "tcmd",
  "virtualNetworks": {
    "Net": { "addressPrefixes": ["10.0.0.0/16"],
      "subnets": { "nva": { "addressPrefix": "10.0.1.0/24" }, "work": { "addressPrefix": "10.0.2.0/24" },
                   "RouteServerSubnet": { "addressPrefix": "10.0.3.0/26" } } },
    "Island": { "addressPrefixes": ["10.9.0.0/16"], "subnets": { "s": { "addressPrefix": "10.9.1.0/24" } } }
  },
  "routeServers": { "RS": { "virtualNetwork": "Net", "bgpConnections": {
      "nva": { "peerIp": "10.0.1.4", "peerAsn": 65001 }, "ghost": { "peerIp": "10.0.1.9", "peerAsn": 65002 } } } },
  "virtualMachines": {
    "nva": { "image": "bird", "nic": { "subnet": "Net/nva", "privateIPAddress": "10.0.1.4", "enableIPForwarding": true },
             "bgp": { "asn": 65001, "advertise": ["10.50.0.0/16"] }, "loopbacks": ["10.50.0.1"],
             "routes": [{ "prefix": "10.0.3.0/26", "via": "10.0.1.1" }] },
    "backend": { "nic": { "subnet": "Net/work", "privateIPAddress": "10.0.2.4" }, "listen": ["tcp/80"] },
    "alone": { "nic": { "subnet": "Island/s", "privateIPAddress": "10.9.1.4" } }
  },
  "checks": { $2 }
}
END
}
gone() { [ -z "$(vnetlab ls -o json | jq -r '.labs[].name')" ]; }

# --- all of it holds ---
lab "$work/good.vnetlab.json" '
  "session # up & <\"running\">": { "bgp": "RS/nva", "expect": "Established" },
  "nobody answers for the ghost": { "bgp": "RS/ghost", "expect": "Down" },
  "one instance": { "bgp": "RS/nva", "instance": 1, "expect": "Established", "stableFor": "200ms" },
  "learned": { "learned": "RS/nva", "contains": [{ "network": "10.50.0.0/16", "asPath": "65001" }], "lacks": [{ "network": "0.0.0.0/0" }] },
  "advertised": { "advertised": "RS/nva", "instance": 0, "contains": [{ "network": "10.0.0.0/16", "nextHop": "10.0.3.4" }] },
  "effective": { "effectiveRoutes": "backend", "contains": [{ "addressPrefix": "10.50.0.0/16", "nextHopIpAddress": "10.0.1.4" }] },
  "via": { "from": "backend", "to": "10.50.0.1", "expect": "reach", "via": ["nva"] },
  "http": { "from": "nva", "to": "backend", "protocol": "http", "expect": "reach", "notVia": ["alone"] },
  "closed": { "from": "alone", "to": "backend", "expect": "drop" },
  "never": { "from": "backend", "to": "alone", "expect": "reach", "not": true, "within": "1s" },
  "audits": { "audit": ["loops", "blackholes", "asymmetry", "flaps", "oracles"] },
  "the appliance is switched off": { "do": "fault stop nva", "from": "backend", "to": "8.8.8.8" },
  "its prefix is gone": { "from": "backend", "to": "10.50.0.1", "expect": "drop" },
  "its session too": { "bgp": "RS/nva", "expect": "Down" },
  "and back on": { "do": "fault clear" },
  "it works again": { "from": "backend", "to": "10.50.0.1", "expect": "reach" },
  "Azure maintains an instance": { "do": "fault maintenance RS/0 60s" },
  "its BGP ends": { "bgp": "RS/nva", "instance": 0, "expect": "Down" },
  "packets follow the other": { "from": "backend", "to": "10.50.0.1", "expect": "reach" }'
status "all checks hold" 0 vnetlab test "$work/good.vnetlab.json"
like "says how many" "$out" '19 held, 0 failed'
like "lists each" "$out" 'session # up & <"running">  \('
like "tells how many packets an action cost" "$out" '[0-9]+ of [0-9]+ packets lost'
like "phases" "$out" 'parse [0-9]+ ms, build [0-9]+ ms, converge [0-9]+ ms, checks [0-9]+ ms, down [0-9]+ ms'
ok "nothing is left" gone

# --- formats ---
status "a filter, as JSON" 0 vnetlab test --filter '*session*' --format json "$work/good.vnetlab.json"
json "JSON: counts and phases" '.lab == "tcmd" and .failed == 0 and .passed == (.checks | map(select(.skipped | not)) | length)
	and .skipped > 5 and (.phases | keys) == ["buildMs","checksMs","convergeMs","downMs","parseMs"]'
json "JSON: each check" '.checks[0].name == "session # up & <\"running\">" and .checks[0].ok and
	.checks[0].level == "error" and (.checks[0].seconds | type) == "number"'
json "actions before a chosen check run, others do not" '[.checks[] | select(.name == "the appliance is switched off" or
	.name == "and back on") | .skipped // false] == [false, true]'

lab "$work/bad.vnetlab.json" '
  "holds": { "from": "nva", "to": "backend", "expect": "reach" },
  "drop that reaches": { "from": "nva", "to": "backend", "protocol": "tcp", "port": 80, "expect": "drop", "within": "1s" },
  "reach that drops <&>": { "from": "backend", "to": "alone", "expect": "reach", "within": "1s", "hint": "peer the two <VNets>" },
  "no loop": { "from": "backend", "to": "alone", "expect": "loop", "within": "1s" },
  "not via": { "from": "backend", "to": "10.50.0.1", "expect": "reach", "notVia": ["nva"], "within": "1s" },
  "rows": { "effectiveRoutes": "backendVMNic", "contains": [{ "addressPrefix": "0.0.0.0/0", "nextHopType": "None" }], "lacks": [{ "addressPrefix": "10.50.0.0/16" }], "within": "1s" },
  "learned": { "learned": "RS/nva", "contains": [{ "network": "10.50.0.0/16", "asPath": "65001-65001" }], "within": "1s" },
  "session": { "bgp": "RS/ghost", "expect": "Established", "within": "1s" },
  "flapping": { "bgp": "RS/ghost", "expect": "flapping", "within": "1s" },
  "only a warning": { "from": "backend", "to": "alone", "expect": "reach", "within": "1s", "level": "warning" },
  "inverted": { "bgp": "RS/nva", "expect": "Established", "not": true, "within": "1s" },
  "too late": { "do": "fault stop nva", "from": "backend", "to": "10.50.0.1", "recoverWithin": "300ms" },
  "nothing to do": { "do": "fault start nva" }'
status "checks that do not hold" 1 vnetlab test --report "$work/report" --format tap "$work/bad.vnetlab.json"
printf '%s\n' "$out" >"$work/bad.tap"
like "TAP: the plan" "$out" '^1\.\.13$'
run prove --exec cat "$work/bad.tap"
like "TAP: prove counts ten that failed" "$out" 'Failed 10/13 subtests'
unlike "TAP: prove can read all of it" "$out" 'Parse errors'
ok "JUnit: valid" xmllint --noout --schema "$root/tests/lib/junit.xsd" "$work/report/report.xml"
is "JUnit: ten failures" "$(xmllint --xpath 'string(//testsuite/@failures)' "$work/report/report.xml")" 10
ok "JUnit: a name with everything in it" xmllint --xpath '//testcase[@name="reach that drops <&>"]/failure' "$work/report/report.xml"
ok "the JSON of the report" jq -e '.failed == 10 and .warnings == 1 and .passed == 2' "$work/report/report.json"
text=$(cat "$work/report/report.txt")
like "a drop that reaches: what was seen" "$text" '3 of 3 answered \(connected\)'
like "a reach that drops: the way and the rule" "$text" 'the way there: dropped: route 10\.0\.0\.0/8 .* next hop type None'
like "with its hint" "$text" 'hint: peer the two <VNets>'
like "no loop" "$text" 'but it does not loop'
like "not via: the way" "$text" 'the packet goes via nva, its way is backend -> nva'
like "rows: what differs" "$text" 'nextHopType is Internet, not None \(in the row: '
like "rows: what must not be there" "$text" 'must not be there: .*10\.50\.0\.0/16'
like "learned: both instances" "$text" 'instance 1: asPath is 65001, not 65001-65001'
like "a session: its state and where to look" "$text" 'instance 0 \(10\.0\.3\.4\): [A-Z][a-z]+.*vnetlab logs ghost'
like "inverted" "$text" 'this must not become true'
like "an outage: how long" "$text" '[0-9]+ of [0-9]+ packets lost, not recovered after [0-9]+ ms; it should take at most 300 ms'
ok "nothing is left" gone

# --- repeat, keep, names ---
lab "$work/quick.vnetlab.json" '"up": { "bgp": "RS/nva", "expect": "Established" }'
status "repeat" 0 vnetlab test --repeat 2 --format junit "$work/quick.vnetlab.json" "$work/quick.vnetlab.json"
printf '%s\n' "$out" >"$work/many.xml"
ok "JUnit of several runs: valid" xmllint --noout --schema "$root/tests/lib/junit.xsd" "$work/many.xml"
is "a suite for each run" "$(xmllint --xpath 'count(//testsuite)' "$work/many.xml")" 4
mkdir "$work/conf"
printf 'nonsense;\n' >"$work/conf/bird.conf"
jq '.name="gone" | .virtualMachines.one |= (del(.bgp) | .config={"bird.conf":"conf/bird.conf"})' \
	"$root/tests/e2e/lab/pair.vnetlab.json" >"$work/gone.vnetlab.json"
status "keep of what does not come up" 5 vnetlab test --keep "$work/gone.vnetlab.json"
unlike "does not say that it still runs" "$err" 'still runs'
status "keep" 0 vnetlab test --keep -n kept "$work/quick.vnetlab.json"
like "says so" "$err" 'kept still runs; end it with: vnetlab down kept'
ok "it runs, under the other name" vnetlab status kept
status "the name is taken" 5 vnetlab test -n kept "$work/quick.vnetlab.json"
like "says what to do" "$out" 'kept runs already: end it with vnetlab down kept'
ok "and the other lab was left alone" vnetlab status kept
ok "another lab beside it" vnetlab test "$work/quick.vnetlab.json"
ok "down" vnetlab down kept

# --- what cannot run ---
lab "$work/invalid.vnetlab.json" '"up": { "bgp": "RS/nvaa", "expect": "Established" }'
status "an invalid design among others, and a file that is not there" 5 vnetlab test --format json --report "$work/mixed" "$work/invalid.vnetlab.json" "$work/nosuch.vnetlab.json" "$work/quick.vnetlab.json"
like "its finding, with the file" "$err" "^$work/invalid.vnetlab.json:"
like "and its place" "$err" '/checks/up'
out=$(printf '%s' "$out" | jq -s .)
json "is in the report, with why; the others are run" '.[0].error | test("the design is invalid\n.* at /checks/up/bgp: ")'
json "so is one that is not there" '.[1].error | test("nosuch")'
json "the last one was run" '.[2] | .error == null and .passed > 0'
ok "JUnit's report counts it as an error" grep -q '<testsuites [^>]*errors="2"' "$work/mixed/report.xml"
status "an invalid design alone" 3 vnetlab test "$work/invalid.vnetlab.json"
like "has a report of its own" "$out" 'the design is invalid'
jq '.virtualMachines.nva |= (del(.bgp) + {config: {"bird.conf": "bird.conf"}})' "$work/quick.vnetlab.json" >"$work/broken.vnetlab.json"
echo 'protocol nonsense {' >"$work/bird.conf"
status "a daemon that does not start" 5 vnetlab test --format json "$work/broken.vnetlab.json"
json "the daemon's own words are in the report" '.error | test("bird.conf:1")'
json "its checks are skipped, none passed" '.skipped == 1 and .passed == 0'
ok "nothing is left" gone
status "no check matches" 2 vnetlab test --filter 'nothing*' "$work/quick.vnetlab.json"
status "no such format" 2 vnetlab test --format xml "$work/quick.vnetlab.json"
status "keep and repeat" 2 vnetlab test --keep --repeat 2 "$work/quick.vnetlab.json"
status "no such file" 5 vnetlab test "$work/no.vnetlab.json"
status "a report that cannot be written" 5 vnetlab test --report "$work/quick.vnetlab.json" "$work/quick.vnetlab.json"
ok "nothing is left" gone

# --- Ctrl-C takes the lab down: while it is built, and while checks run ---
lab "$work/long.vnetlab.json" '"never": { "bgp": "RS/ghost", "expect": "Established" }'
interrupt() { # interrupt SIGNAL CONDITION...
	_sig=$1
	shift
	"$B/vnetlab" test "$work/long.vnetlab.json" >"$work/int.out" 2>&1 &
	_pid=$!
	wait_until "it is under way" 10 "$@"
	kill "-$_sig" $_pid
	wait $_pid
	rc=$?
}
interrupt INT vnetlab status tcmd
is "SIGINT" "$rc" 130
like "says so" "$(cat "$work/int.out")" 'interrupted'
ok "nothing is left" gone
checking() { [ "$(vnetlab status -o json tcmd | jq '[.bgp[] | select(.state == "Established")] | length')" = 2 ]; }
interrupt TERM checking
is "SIGTERM while checks run" "$rc" 143
ok "nothing is left" gone
done_testing
