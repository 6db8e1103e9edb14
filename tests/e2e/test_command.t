#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vnetlab test: checks of every kind that hold and that do not, every format read by its own reader,
# every exit status, and nothing left behind.
# Takes long.
# Both users.
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
status "test succeeds when all checks hold" 0 vnetlab test "$work/good.vnetlab.json"
like "the report counts the checks" "$out" '19 held, 0 failed'
like "the report lists each check" "$out" 'session # up & <"running">  \('
like "the report tells how many packets an action cost" "$out" '[0-9]+ of [0-9]+ packets lost'
like "the report has the time of each phase" "$out" 'parse [0-9]+ ms, build [0-9]+ ms, converge [0-9]+ ms, checks [0-9]+ ms, down [0-9]+ ms'
ok "no lab is left" gone

# --- formats ---
status "test --filter as JSON succeeds" 0 vnetlab test --filter '*session*' --format json "$work/good.vnetlab.json"
json "the JSON has counts and phases" '.lab == "tcmd" and .failed == 0 and .passed == (.checks | map(select(.skipped | not)) | length)
	and .skipped > 5 and (.phases | keys) == ["buildMs","checksMs","convergeMs","downMs","parseMs"]'
json "the JSON has each check" '.checks[0].name == "session # up & <\"running\">" and .checks[0].ok and
	.checks[0].level == "error" and (.checks[0].seconds | type) == "number"'
json "actions before a chosen check run, and others do not" '[.checks[] | select(.name == "the appliance is switched off" or
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
status "test fails when checks do not hold" 1 vnetlab test --report "$work/report" --format tap "$work/bad.vnetlab.json"
printf '%s\n' "$out" >"$work/bad.tap"
like "the TAP has its plan" "$out" '^1\.\.13$'
run prove --exec cat "$work/bad.tap"
like "prove counts ten failed tests" "$out" 'Failed 10/13 subtests'
unlike "prove can read all of the TAP" "$out" 'Parse errors'
ok "the JUnit report is valid" xmllint --noout --schema "$root/tests/lib/junit.xsd" "$work/report/report.xml"
is "the JUnit report counts ten failures" "$(xmllint --xpath 'string(//testsuite/@failures)' "$work/report/report.xml")" 10
ok "the JUnit report has a name with every kind of character" xmllint --xpath '//testcase[@name="reach that drops <&>"]/failure' "$work/report/report.xml"
ok "the JSON of the report has the counts" jq -e '.failed == 10 and .warnings == 1 and .passed == 2' "$work/report/report.json"
text=$(cat "$work/report/report.txt")
like "a drop that reaches says what was seen" "$text" '3 of 3 answered \(connected\)'
like "a reach that drops says the way and the rule" "$text" 'the way there: dropped: route 10\.0\.0\.0/8 .* next hop type None'
like "a check that fails shows its hint" "$text" 'hint: peer the two <VNets>'
like "a loop that is none says that it does not loop" "$text" 'but it does not loop'
like "a way that should avoid a node says the way" "$text" 'the packet goes via nva, its way is backend -> nva'
like "a row that differs says in which property" "$text" 'nextHopType is Internet, not None \(in the row: '
like "a row that must not be there is shown" "$text" 'must not be there: .*10\.50\.0\.0/16'
like "learned routes that differ name the instance" "$text" 'instance 1: asPath is 65001, not 65001-65001'
like "a session that is not up says its state and where to look" "$text" 'instance 0 \(10\.0\.3\.4\): [A-Z][a-z]+.*vnetlab logs ghost'
like "an inverted check says that it must not become true" "$text" 'this must not become true'
like "an outage says how long it was" "$text" '[0-9]+ of [0-9]+ packets lost, not recovered after [0-9]+ ms; it should take at most 300 ms'
ok "no lab is left behind the failures" gone

# --- repeat, keep, names ---
lab "$work/quick.vnetlab.json" '"up": { "bgp": "RS/nva", "expect": "Established" }'
status "test --repeat of two files succeeds" 0 vnetlab test --repeat 2 --format junit "$work/quick.vnetlab.json" "$work/quick.vnetlab.json"
printf '%s\n' "$out" >"$work/many.xml"
ok "the JUnit report of several runs is valid" xmllint --noout --schema "$root/tests/lib/junit.xsd" "$work/many.xml"
is "the JUnit report has a suite for each run" "$(xmllint --xpath 'count(//testsuite)' "$work/many.xml")" 4
mkdir "$work/conf"
printf 'nonsense;\n' >"$work/conf/bird.conf"
jq '.name="gone" | .virtualMachines.one |= (del(.bgp) | .config={"bird.conf":"conf/bird.conf"})' \
	"$root/tests/e2e/lab/pair.vnetlab.json" >"$work/gone.vnetlab.json"
status "test --keep of a lab that does not come up fails" 5 vnetlab test --keep "$work/gone.vnetlab.json"
unlike "the message does not say that it still runs" "$err" 'still runs'
status "test --keep succeeds" 0 vnetlab test --keep -n kept "$work/quick.vnetlab.json"
like "the message says how to end the lab" "$err" 'kept still runs; end it with: vnetlab down kept'
ok "the lab runs under the name that -n gave" vnetlab status kept
status "test of a lab whose name is taken fails" 5 vnetlab test -n kept "$work/quick.vnetlab.json"
like "the report says how to end the other lab" "$out" 'kept runs already: end it with vnetlab down kept'
ok "the other lab is left alone" vnetlab status kept
starter=
if [ -x /usr/lib/frr/bgpd ]; then
	starter=$work/starter
	ok "init writes a design" vnetlab init "$starter"
fi
# shellcheck disable=SC2086 # nothing where there is no FRR
ok "test runs other labs beside it, that of init as it is" vnetlab test -j 2 $starter "$work/quick.vnetlab.json"
ok "down ends the lab that was kept" vnetlab down kept

# --- what cannot run ---
lab "$work/invalid.vnetlab.json" '"up": { "bgp": "RS/nvaa", "expect": "Established" }'
status "test of an invalid design among others fails" 5 vnetlab test --format json --report "$work/mixed" "$work/invalid.vnetlab.json" "$work/nosuch.vnetlab.json" "$work/quick.vnetlab.json"
like "the message has the file of the finding" "$err" "^$work/invalid.vnetlab.json:"
like "the message has the place of the finding" "$err" '/checks/up'
out=$(printf '%s' "$out" | jq -s .)
json "the report says why the design is invalid" '.[0].error | test("invalid.vnetlab.json: the design is invalid\n.* at .*invalid.vnetlab.json:[0-9]+:[0-9]+ \\(/checks/up/bgp\\): ")'
json "the report says that a file is not there" '.[1].error | test("nosuch")'
json "the valid design is run" '.[2] | .error == null and .passed > 0'
ok "the JUnit report counts two errors" grep -q '<testsuites [^>]*errors="2"' "$work/mixed/report.xml"
status "test of an invalid design alone fails" 3 vnetlab test "$work/invalid.vnetlab.json"
like "the report says that the design is invalid" "$out" 'the design is invalid'
jq '.virtualMachines.nva |= (del(.bgp) + {config: {"bird.conf": "bird.conf"}})' "$work/quick.vnetlab.json" >"$work/broken.vnetlab.json"
echo 'protocol nonsense {' >"$work/bird.conf"
status "test of a daemon that does not start fails" 5 vnetlab test --format json --report "$work/nostart" "$work/broken.vnetlab.json"
json "the report has the daemon's own words" '.error | test("bird.conf:1")'
json "the checks are skipped, and none passed" '.skipped == 1 and .passed == 0'
ok "its events are kept" grep -q 'bird.conf:1' "$work/nostart/tcmd/events.ndjson"
ok "the logs of the others are kept, too" test -s "$work/nostart/tcmd/logs/RS_0.log"
ok "no lab is left behind the daemon" gone
status "up of it fails, too" 5 vnetlab up "$work/broken.vnetlab.json"
ok "ls does not show it any more when up has said so" gone
status "a filter that no check matches is wrong usage" 2 vnetlab test --filter 'nothing*' "$work/quick.vnetlab.json"
status "an unknown format is wrong usage" 2 vnetlab test --format xml "$work/quick.vnetlab.json"
status "--keep with --repeat is wrong usage" 2 vnetlab test --keep --repeat 2 "$work/quick.vnetlab.json"
status "a file that is not there fails" 5 vnetlab test "$work/no.vnetlab.json"
status "a report that cannot be written fails" 5 vnetlab test --report "$work/quick.vnetlab.json" "$work/quick.vnetlab.json"
ok "no lab is left behind any of these" gone

# --- the report is written whatever happens; a failure keeps what explains it ---
lab "$work/fails.vnetlab.json" '"holds": { "bgp": "RS/nva", "expect": "Established" },
  "no way": { "from": "backend", "to": "alone", "protocol": "tcp", "port": 80, "expect": "reach", "within": "30s" }'
jq 'del(.routeServers, .virtualMachines.nva) | .name = "plain" | del(.checks.holds)' "$work/fails.vnetlab.json" >"$work/plain.vnetlab.json" # up in a moment
jq '.checks = { "up": { "from": "backend", "to": "8.8.8.8", "expect": "reach" } }' "$work/plain.vnetlab.json" >"$work/holds.vnetlab.json"
mkdir "$work/two" && cp "$work/quick.vnetlab.json" "$work/two/a.vnetlab.json" && cp "$work/quick.vnetlab.json" "$work/two/b.vnetlab.json"
status "test --within shortens all checks" 2 vnetlab test --within 300ms -j 2 --format junit --report "$work/why" \
	"$work/two" "$work/fails.vnetlab.json" "$work/quick.vnetlab.json"
like "labs side by side have names that do not collide" "$err" 'runs already; this one is called tcmd-2'
like "the message says where to look" "$err" "^tcmd failed: its logs, .* are in $work/why/tcmd\$"
ok "the JUnit of runs side by side is valid" xmllint --noout --schema "$root/tests/lib/junit.xsd" "$work/why/report.xml"
is "an argument that names no one topology costs only itself" \
	"$(jq -sc 'map([.passed, .failed, .error != null])' "$work/why/report.json")" '[[0,0,true],[1,1,false],[1,0,false]]'
ok "--within is shorter than what the check has" jq -se '.[1].checks[1].seconds < 5' "$work/why/report.json"
for f in logs/nva.log logs/RS_0.log events.ndjson status.json topology.json picture.svg routes/backend_backendVMNic.json \
	learned/RS_nva.json advertised/RS_nva.json packets/check-2.path.json packets/check-2.probe.json; do
	ok "a failure keeps $f" test -s "$work/why/tcmd/$f"
done
if command -v tcpdump >/dev/null; then
	like "it keeps the packet that was dropped" "$(tcpdump -nr "$work/why/tcmd/packets/check-2.backend.pcap" 2>/dev/null)" '10\.9\.1\.4\.80: Flags \[S\]'
fi
is "a run that held keeps nothing" "$(ls "$work/why")" "$(printf 'report.github\nreport.html\nreport.json\nreport.markdown\nreport.sarif\nreport.tap\nreport.txt\nreport.xml\ntcmd')"
status "test --fail-fast starts no other run" 1 vnetlab test --fail-fast --within 300ms --format json "$work/plain.vnetlab.json" "$work/holds.vnetlab.json"
out=$(printf '%s' "$out" | jq -s .)
json "what was not run is in the report" '.[1] | .skipped == 1 and .passed == 0 and .error == null'

# --- a lab that runs; a trainer's checks ---
is "up says no line twice on a pipe" "$(vnetlab up -n mine "$work/quick.vnetlab.json" 2>&1 | sort | uniq -d)" ""
status "test of nothing is wrong usage" 2 sh -c 'cd / && exec "$0" test' "$B/vnetlab"
like "the message says how to check the lab that runs" "$err" 'vnetlab test -n mine$'
since=$(vnetlab ls -o json | jq -r '.labs[0].since')
status "test -n LAB checks the lab that runs" 0 vnetlab test -n mine --format json
json "the report has its checks, and no time of building" '.lab == "mine" and .passed == 1 and .phases.buildMs == 0'
printf '%s' '{ "no appliance": { "from": "backend", "to": "10.50.0.1", "expect": "reach", "via": ["nva"] },
  "the other one": { "bgp": "RS/nva2", "expect": "Established" }, "it stops": { "do": "fault stop nva" },
  "gone": { "from": "backend", "to": "10.50.0.1", "expect": "drop" } }' >"$work/trainer.json"
status "test --checks of another file fails for what the design has not" 1 vnetlab test -n mine --checks "$work/trainer.json" --format json
json "that check fails, and the others are run" '[.checks[] | select(.ok | not) | .name] == ["the other one"] and .passed == 3'
json "it says what there is not" '.checks[] | select(.ok | not) | .detail | test("no BGP connection \"RS/nva2\"")'
like "what checks left broken is told" "$err" 'vnetlab fault clear -n mine'
is "the lab is the same" "$(vnetlab ls -o json | jq -r '.labs[0].since')" "$since"
status "--checks of a file with a wrong check is an invalid design" 3 sh -c 'echo "{\"a\": {\"bgp\": \"RS/nva\", \"expekt\": 1}}" >"$2/typo.json"; "$1" test -n mine --checks "$2/typo.json"' - "$B/vnetlab" "$work"
like "the finding is in that file" "$err" 'typo.json:1:2 '
ok "down ends it" vnetlab down mine

# --- a test that is killed leaves no lab ---
killed() { # killed WHOM: the command itself, or the process that has the lab
	"$B/vnetlab" test --report "$work/killed" "$work/plain.vnetlab.json" >"$work/killed.out" 2>&1 &
	_pid=$!
	wait_until "test is under way" 10 vnetlab status plain
	if [ "$1" = command ]; then kill -9 $_pid; else kill -9 "$(pgrep -P $_pid)"; fi
	wait $_pid
	rc=$?
}
killed command
wait_until "a lab ends with the command that was killed" 5 gone
ok "the report says what was not reached" grep -q 'not reached' "$work/killed/report.xml"
killed worker
is "a run that dies costs only itself" "$rc" 5
ok "the report says how it died" jq -e '.error | test("killed by signal 9")' "$work/killed/report.json"
wait_until "its lab ends, too" 5 gone

# --- jobs of a scheduler ---
(
	unset VNETLAB_RUN_DIR
	export CI_JOB_ID=987 XDG_RUNTIME_DIR="$work/reports"
	"$B/vnetlab" up "$work/plain.vnetlab.json" && "$B/vnetlab" ls -o json && env -u CI_JOB_ID "$B/vnetlab" ls -o json
	"$B/vnetlab" down
) >"$work/job.out" 2>&1
is "a job has its labs for itself" "$(grep -c '"name": "plain"' "$work/job.out")" 1
ok "nothing is left of its run directory" sh -c '! ls -d /run/vnetlab-ci-987 "$1"/vnetlab-ci-987 2>/dev/null' - "$work/reports"

# --- failures ---
lab "$work/fails.vnetlab.json" '
  "up": { "bgp": "RS/nva", "expect": "Established" },
  "the prefix is reached": { "from": "backend", "to": "10.50.0.1", "expect": "reach" },
  "what only the first has": { "from": "backend", "to": "10.60.0.1", "expect": "reach" },
  "the first carries the prefix": { "from": "backend", "to": "10.50.0.1", "expect": "reach", "via": ["nva"] },
  "the backend reaches the appliance": { "from": "backend", "to": "nva", "expect": "reach" },
  "off": { "do": "fault stop nva", "from": "backend", "to": "10.50.0.1", "recoverWithin": "20s" }'
jq '.virtualMachines.spare = (.virtualMachines.nva | .nic.privateIPAddress = "10.0.1.9" | .bgp.asn = 65002 | .bgp.asPathPrepend = 2) |
	.virtualMachines.nva |= (.bgp.advertise += ["10.60.0.0/16"] | .loopbacks += ["10.60.0.1"]) |
	.whenFails = { nva: "10s", "*": "20s" }' "$work/fails.vnetlab.json" >"$work/fails" && mv "$work/fails" "$work/fails.vnetlab.json"
status "test --failures fails when a budget is exceeded" 1 vnetlab test --failures --format json --report "$work/failed" "$work/fails.vnetlab.json"
json "each thing failed once" '[.failures.failures[].failure] == ["nva", "spare", "RS/0", "RS/1"] and all(.failures.failures[]; .returnMs > 0)'
json "the appliance is a single point of failure of the prefix that it alone has" '.failures.failures[0] |
	.singlePointOfFailure and (.held | not) and ([.packets[] | select(.back | not) | .check] == ["what only the first has"])'
json "the reason has the way and the route" '.failures.failures[0].packets[] | select(.back | not) |
	.way == "backend -> nva" and (.reason | test("dropped: route 10.0.0.0/8 "))'
json "what has another way comes back" '.failures.failures[0].packets[] | select(.check == "the prefix is reached") | .back and .sent > 20'
json "a check whose packets arrive another way does not count as kept" '.failures.failures[0] | .otherWay and
	([.packets[] | select(.otherWay) | [.check, .back]] == [["the first carries the prefix", true]]) and
	([.packets[] | select(.otherWay) | .seen][0] | test("does not go via nva, its way is backend -> spare"))'
json "a check about the appliance goes with it" '.failures.failures[0].goneWithIt == ["the backend reaches the appliance"]'
json "nothing else breaks anything" 'all(.failures.failures[1:][]; .back and .held and (.otherWay | not) and (.singlePointOfFailure | not))'
json "failures are entries of the report, and what is behind a do is not run" '([.checks[] | select(.failure)] | length) == 4 and
	.failed == 1 and ([.checks[] | select(.skipped) | .name] == ["off"])'
ok "the JUnit report of failures is valid" xmllint --noout --schema "$root/tests/lib/junit.xsd" "$work/failed/report.xml"
is "the SARIF report of failures is valid" "$("$root/tests/lib/sarif.py" "$work/failed/report.sarif" | grep -v '^#')" ''
ok "it has the budget that was exceeded, where the design has it" jq -e '.runs[0].results[] | select(.ruleId == "FAILURE-BUDGET") |
	.level == "error" and .locations[0].physicalLocation.region.startLine > 1' "$work/failed/report.sarif"
like "the Markdown report has a row for each failure" "$(cat "$work/failed/report.markdown")" '\| exceeded \| [^|]* \| nva \| not back \| what only the first has \| the first carries the prefix \|'
like "the report for people names the single point of failure" "$(cat "$work/failed/report.txt")" 'nva: "what only the first has", which goes backend -> nva; without it, '
like "the page has a table of failures and checks" "$(cat "$work/failed/report.html")" '>broken<.*>arrives, but another way<'
# The same fault, made by hand.
ms() { printf '%s' "$out" | jq "$1 // 0 | round"; }
agree() { # both by packets, on the same machine
	vnetlab test -n tcmd --failures --which nva --filter 'the prefix is reached' --format json >"$work/by.json"
	vnetlab test -n tcmd --format json >"$work/hand.json"
	vnetlab fault clear -q -n tcmd >"$work/cleared"
	out=$(cat "$work/by.json")
	_by=$(ms '.failures.failures[0].packets[0].lostMs')
	_hand=$(jq -r '.checks[] | select(.name == "off") | .detail' "$work/hand.json" | sed -n 's/.*after \([0-9]*\) ms.*/\1/p')
	echo "by test --failures $_by ms, by hand ${_hand:=0} ms"
	jq -e '.failures.failures[0].packets[0].back' "$work/by.json" && [ $((_by - _hand)) -lt 500 ] && [ $((_hand - _by)) -lt 500 ]
}
status "the lab comes up to be broken by hand" 0 vnetlab up "$work/fails.vnetlab.json" -q
wait_until "test --failures measures what the same fault by hand does" 20 agree
"$B/vnetlab" test -n tcmd --failures >"$work/int.out" 2>&1 &
_pid=$!
broken() { holds '.faults != []' vnetlab fault list -n tcmd -o json; }
wait_until "something is broken" 20 broken
kill -INT $_pid
wait $_pid
is "SIGINT while something is broken gives status 130" "$?" 130
ok "the fault is undone" holds '.faults == []' vnetlab fault list -n tcmd -o json
vnetlab fault freeze nva -n tcmd -q >"$work/frozen"
status "test --failures of a lab with a fault fails" 5 vnetlab test -n tcmd --failures
like "the message says which, and what to do" "$out" 'has a fault already \(freeze nva\).*vnetlab fault clear'
status "test --failures of what there is not is wrong" 2 vnetlab test --failures --which nobody "$work/quick.vnetlab.json"
status "test --which without --failures is wrong" 2 vnetlab test --which nva "$work/quick.vnetlab.json"
ok "down ends the lab" vnetlab down tcmd

# --- Ctrl-C takes the lab down: while it is built, and while checks run ---
lab "$work/long.vnetlab.json" '"never": { "bgp": "RS/ghost", "expect": "Established" }'
interrupt() { # interrupt SIGNAL CONDITION...
	_sig=$1
	shift
	"$B/vnetlab" test "$work/long.vnetlab.json" >"$work/int.out" 2>&1 &
	_pid=$!
	wait_until "test is under way" 10 "$@"
	kill "-$_sig" $_pid
	wait $_pid
	rc=$?
}
interrupt INT vnetlab status tcmd
is "SIGINT gives status 130" "$rc" 130
like "test says that it was interrupted" "$(cat "$work/int.out")" 'interrupted'
ok "no lab is left after SIGINT" gone
checking() { [ "$(vnetlab status -o json tcmd | jq '[.bgp[] | select(.state == "Established")] | length')" = 2 ]; }
interrupt TERM checking
is "SIGTERM while checks run gives status 143" "$rc" 143
ok "no lab is left after SIGTERM" gone
done_testing
