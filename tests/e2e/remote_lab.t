#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# -H: labs on another machine, as if they were here: designs, streams, signals, terminals, and what
# is left when the connection breaks.
# Takes long.
. "$(dirname "$0")/../lib/tap.sh"
. "$root/tests/lib/sshd.sh"
need jq tcpdump

cp "$root/tests/e2e/lab/pair.vnetlab.json" "$work"
mkdir -p "$work/far/nva"
cat >"$work/far/far.vnetlab.json" <<'JSON'
{ "name": "far",
  "virtualNetworks": { "N": { "addressPrefixes": ["10.7.0.0/16"], "subnets": {
    "a": { "addressPrefix": "10.7.0.0/24" }, "RouteServerSubnet": { "addressPrefix": "10.7.1.0/24" } } } },
  "routeServers": { "RS": { "virtualNetwork": "N", "bgpConnections": { "never": { "peerIp": "10.7.0.4", "peerAsn": 65001 } } } },
  "virtualMachines": {
    "nva": { "image": "bird", "nic": { "subnet": "N/a", "privateIPAddress": "10.7.0.4", "enableIPForwarding": true }, "config": { "bird.conf": "nva/bird.conf" } },
    "vm": { "nic": { "subnet": "N/a", "privateIPAddress": "10.7.0.5" } } } }
JSON
printf 'router id 10.7.0.4;\nprotocol device { }\n# mine\n' >"$work/far/nva/bird.conf"

# A vnetlab that writes down what is in the folder of the design, then is the real one.
mkdir -p "$work/spy"
cat >"$work/spy/vnetlab" <<SH
#!/bin/sh
(cd "$work/there/tmp" && find . -mindepth 1 -printf '%M %P\n') >>"$work/seen"
exec "$B/vnetlab" "\$@"
SH
chmod 755 "$work/spy/vnetlab"
there_path=$work/spy: sshd_start
cd "$work" || exit 1
export VNETLAB_HOST="$url"

# --- what needs no lab
sed 's/"10.7.0.5"/"10.9.0.5"/' far/far.vnetlab.json >far/bad.vnetlab.json
status "up -H of an invalid design needs no connection" 3 vnetlab up -H "ssh://x@127.0.0.1:1" far/bad.vnetlab.json
like "up -H reports its findings" "$err" 'error NIC-ADDR'
status "graph -H of a file needs no connection" 0 vnetlab graph -H "ssh://x@127.0.0.1:1" far/far.vnetlab.json --format dot
status "check of a design works there" 0 vnetlab check far/far.vnetlab.json
status "check of a design in this folder works there" 0 vnetlab check ./pair.vnetlab.json
is "check names the file as here" "$out" "pair.vnetlab.json: no findings"
status "check -o json works there" 0 vnetlab check -o json "$work/pair.vnetlab.json"
json "check -o json has findings" '.findings | type == "array"'
like "the design goes into a private folder there" "$(cat seen)" '^drwx------ vnetlab\.[A-Za-z0-9]{6}$'
like "the design's files go with it" "$(cat seen)" '^-rw------- vnetlab\.[A-Za-z0-9]{6}/far/nva/bird\.conf$'
is "nothing of the design is left there" "$(ls "$there/tmp")" ""
status "plan works there" 6 vnetlab plan pair.vnetlab.json --detailed-exitcode
cat >arm.json <<'JSON'
{ "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
  "parameters": { "prefix": { "type": "string" } },
  "resources": [ { "type": "Microsoft.Network/virtualNetworks", "apiVersion": "2023-09-01", "name": "V", "location": "westeurope",
    "properties": { "addressSpace": { "addressPrefixes": ["[parameters('prefix')]"] },
                    "subnets": [ { "name": "s", "properties": { "addressPrefix": "10.1.0.0/24" } } ] } } ] }
JSON
status "a template is read here" 6 vnetlab plan arm.json -p prefix=10.1.0.0/16 --detailed-exitcode
like "the template's network is planned there" "$out" '\+ .*V'
status "a wrong option is wrong usage" 2 vnetlab ls --output yaml

# --- a lab
status "up works there" 0 vnetlab up pair.vnetlab.json
like "up says that the lab is up" "$out" '^Lab pair is up'
status "plan of the same file has no change" 0 vnetlab plan pair.vnetlab.json --detailed-exitcode
status "ls works there" 0 vnetlab ls -o json
json "ls lists the lab there" '[.labs[].name] == ["pair"]'
status "ls works here" 0 env -u VNETLAB_HOST "$B/vnetlab" ls -o json
json "ls lists no lab here" '.labs == []'
status "graph draws a lab there" 0 vnetlab graph pair --format dot
like "the picture is that of the lab" "$out" 'graph'
a=$(jq -r '.virtualMachines | keys_unsorted[0]' pair.vnetlab.json)
b=$(jq -r '.virtualMachines | keys_unsorted[1]' pair.vnetlab.json)
status "routes works there" 0 vnetlab routes "$a" -o json
json "routes prints rows" '.value | length > 0'
printf '%s\n' "$out" >"$a-routes.json"
status "compare takes files of here and the lab there" 0 vnetlab compare pair "$a-routes.json"
status "compare of two files needs no connection" 0 vnetlab compare -H "ssh://x@127.0.0.1:1" "$a-routes.json" --against "$a-routes.json" --as routes
status "probe works there" 0 vnetlab probe "$a" "$b"
status "status of a lab that is not there fails" 5 vnetlab status nothing
like "the message is the one from there" "$err" '^vnetlab: .*nothing'
status "exec passes the exit status back" 42 vnetlab exec "$a" -- sh -c 'exit 42'
status "exec passes death by a signal back" 143 vnetlab exec "$a" -- sh -c 'kill -TERM $$'
status "exec passes standard streams on" 0 sh -c 'echo in | "$0" exec "$1" -- sh -c "cat; echo oops >&2"' "$B/vnetlab" "$a"
is "exec passes every byte of the output on" "$(sh -c 'printf "a\0b\377" | "$0" exec "$1" -- cat' "$B/vnetlab" "$a" | od -An -tx1)" " 61 00 62 ff"
is "exec passes standard error on" "$err" oops
ok "exec passes a megabyte in and back" sh -c 'head -c 1000000 /dev/urandom >x; "$0" exec "$1" -- cat <x >y && cmp x y' "$B/vnetlab" "$a"
is "commands other than exec and shell leave standard input alone" "$(printf '1\n2\n' | (vnetlab ls >/dev/null; cat) | wc -l)" 2

# --- whatever the login shell there is, it must not read our arguments
# shellcheck disable=SC1003,SC2016 # just so
hostile=$(printf '%s\n' "a'b\"c" '$(touch pwned)' '`touch pwned`' '; touch pwned' '!!' '\' '' ' ' '~' '*' '%s' '--' '-x' '&|<>#{}[]?=' "$(printf 'two\nlines\ttab \303\251')" 'end')
mapfile -t words <<<"$hostile"
words+=($'two\nlines')
spy2="$work/it's a \$HOME \`dir\` \\ of ! {a,b} *"
mkdir "$spy2"
cp "$work/spy/vnetlab" "$spy2"
for login_shell in /bin/sh /bin/bash zsh fish tcsh; do
	login_shell=$(command -v "$login_shell") || continue
	sed -i "s|^\(tester:.*:\)[^:]*\$|\1$login_shell|" "$there/etc/passwd"
	ok "$login_shell passes on ${#words[@]} hostile words" bash -c '
		vnetlab=$1 node=$2 path=$3; shift 3
		cmp <(printf "%s\0" "$@") <("$vnetlab" exec "$node" --remote-path "$path" -- printf "%s\0" "$@")' \
		- "$B/vnetlab" "$a" "$spy2/vnetlab" "${words[@]}"
done
is "no word of a command was run by the login shells" "$(find "$work" -name pwned)" ""
sed -i "s|^\(tester:.*:\)[^:]*\$|\1/bin/bash|" "$there/etc/passwd"
echo 'echo "Welcome!"; echo "Unwelcome" >&2' >"$there/home/.bashrc"
status "ls works with a login shell that greets" 0 vnetlab ls -o json
json "the greeting is not taken for output" '.labs | length == 1'
is "the greeting is not taken for an error" "$err" ""

# --- streams and signals
# A shell starts what is in the background with SIGINT ignored.
interruptible() { exec env --default-signal=INT "$B/vnetlab" "$@"; }
interruptible events >happened 2>happened.err &
events=$!
wait_until "events come from there" 10 grep -q '"kind"' happened
serving() { grep -lsz -- '--serve' /proc/[0-9]*/cmdline | while read -r f; do
	{ tr '\0' '\n' <"${f%cmdline}environ"; } 2>/dev/null | grep -qx "VNETLAB_RUN_DIR=$there/run" && echo "$f"; done; }
isnt "a process there serves the events" "$(serving)" ""
kill -INT $events
rc=0
wait $events || rc=$?
is "Ctrl-C ends events here" "$rc" 130
nobody() { [ -z "$(serving)" ]; }
wait_until "Ctrl-C ends events there, too" 10 nobody
is "a reader that has enough gets the first event" "$(vnetlab events 2>/dev/null | head -n 1 | jq -r .lab)" pair
wait_until "the process there ends when the reader has gone" 10 nobody
interruptible exec "$a" -- sh -c 'trap "echo got it; exit 9" TERM; echo ready; while :; do sleep 0.1; done' >term 2>&1 &
pid=$!
wait_until "a program runs on a terminal there" 10 grep -q ready term
kill -TERM $pid
rc=0
wait $pid || rc=$?
is "a signal reaches the program in the node" "$rc:$(grep 'got it' term)" "9:got it"
"$B/vnetlab" exec "$a" -- ping -c200 -i0.2 -w60 "$(jq -r --arg b "$b" '.virtualMachines[$b].nic.privateIPAddress' pair.vnetlab.json)" >/dev/null 2>&1 &
pid=$!
status "capture writes pcap into a file here" 0 timeout 20 "$B/vnetlab" capture "$b" -w here.pcap -c 3 icmp
status "tcpdump reads that file" 0 tcpdump -nr here.pcap
is "the file has three packets" "$(printf '%s\n' "$out" | wc -l)" 3
kill $pid
wait $pid

# --- a terminal
cat >terminal.py <<'PY'
import fcntl, os, pty, re, select, signal, struct, sys, termios, time
def size(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
pid, fd = pty.fork()
if pid == 0:
    time.sleep(0.1)
    os.execv(sys.argv[1], sys.argv[1:])
size(fd, 33, 101)
got = ""
def until(text):
    global got
    end = time.monotonic() + 60
    while not re.search(text, got):
        if time.monotonic() > end or not select.select([fd], [], [], 60)[0]:
            sys.exit("waited for " + text + ", got: " + got)
        try:
            got += os.read(fd, 4096).decode(errors="replace")
        except OSError:
            sys.exit("ended before " + text + ": " + got)
    got = ""
until(r"# ")
os.write(fd, b"stty size\n"); until(r"33 101\r")
size(fd, 44, 77); os.kill(pid, signal.SIGWINCH)
os.write(fd, b"until stty size | grep '44 77'; do :; done\n"); until(r"44 77\r")
os.write(fd, b"sh -c 'echo asl''eep; exec sleep 1000'\n"); until("asleep\r")
os.write(fd, b"\x03echo inter''rupted\n"); until("interrupted\r")
os.write(fd, b"exit 7\n")
while True:
    try:
        if not os.read(fd, 4096): break
    except OSError:
        break
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
status "shell works on a terminal, with its size, a change of it, Ctrl-C and status" 0 python3 terminal.py "$B/vnetlab" shell "$a"
is "the terminal has the shell's status" "$out" 7
status "shell takes a script on standard input" 5 sh -c 'echo "exit 5" | "$0" shell "$1"' "$B/vnetlab" "$a"

# --- test, with its reports
cat >checks.vnetlab.json <<'JSON'
{ "name": "checks", "virtualNetworks": { "N": { "addressPrefixes": ["10.0.0.0/16"], "subnets": { "s": { "addressPrefix": "10.0.0.0/24" } } } },
  "virtualMachines": { "a": { "nic": { "subnet": "N/s" } }, "b": { "nic": { "subnet": "N/s" } } },
  "checks": { "they meet": { "from": "a", "to": "b", "expect": "reach" }, "they do not": { "from": "a", "to": "b", "expect": "drop", "within": "1s" } } }
JSON
status "test works there" 1 vnetlab test checks.vnetlab.json --report report --format json
json "test has a verdict for each check" '.passed == 1 and .failed == 1'
is "reports come back" "$(ls report)" "$(printf 'checks\nreport.github\nreport.html\nreport.json\nreport.markdown\nreport.sarif\nreport.tap\nreport.txt\nreport.xml')"
ok "what explains the failure comes back" sh -c 'test -s report/checks/events.ndjson && test -s report/checks/packets/check-2.path.json'
ok "the report is whole" jq -e 'any(..; objects | .passed == 1)' report/report.json
is "test leaves nothing there" "$(ls "$there/tmp")" ""
printf '{ "one": { "from": "%s", "to": "%s", "expect": "reach" } }' "$a" "$b" >own.json
status "test -n LAB checks the lab that runs there, with checks of here" 0 vnetlab test -n pair --checks own.json --format json
json "it has those checks" '[.checks[].name] == ["one"] and .phases.buildMs == 0'
sed 's/"N\/s"/"N\/t"/' checks.vnetlab.json >wrong.vnetlab.json
status "an invalid design among several costs only itself" 5 vnetlab test wrong.vnetlab.json none.vnetlab.json checks.vnetlab.json --filter 'they meet' --format json
out=$(printf '%s' "$out" | jq -s .)
json "the other is run there" '.[0].error and .[1].error and .[2].passed == 1'
status "down works there" 0 vnetlab down pair

# --- the connection breaks
vnetlab up far/far.vnetlab.json --wait 10m >up.out 2>up.err &
up=$!
waits() { holds '.labs[0].name == "far"' vnetlab ls -o json && holds '.bgp | length > 0' vnetlab status -o json; }
wait_until "a lab waits for its sessions there" 20 waits
sshd_cut
rc=0
wait $up || rc=$?
is "up fails when the connection is lost" "$rc" 5
like "up says that the connection was lost" "$(cat up.err)" 'the connection was lost'
like "up says how to get back to the lab" "$(cat up.err)" "Labs on that machine go on running\. Back to this one: vnetlab status far -H $url\$"
status "status finds the lab there" 0 vnetlab status far
status "the appliance there has its file" 0 vnetlab exec nva -- grep mine /etc/bird/bird.conf
status "down ends the lab there" 0 vnetlab down far -o json
json "down says which lab it ended" '.ended == ["far"]'
wait_until "the process that built the lab has ended" 10 nobody
is "the folder of the design is gone" "$(ls "$there/tmp")" ""
unset VNETLAB_HOST
sshd_stop

# --- one session only: a signal cannot be passed on; so we leave
sshd_start "MaxSessions 1"
status "up works with a server that allows one session" 0 vnetlab up -H "$url" pair.vnetlab.json
interruptible events -H "$url" >happened 2>happened.err &
events=$!
wait_until "events work with one session" 10 grep -q '"kind"' happened
kill -INT $events
rc=0
wait $events || rc=$?
isnt "Ctrl-C fails with one session" "$rc" 0
like "the message says that the server allows one session" "$(cat happened.err)" 'the server allows one session'
wait_until "events end there nevertheless" 10 nobody
sshd_stop

# --- a full disk there
head -c 300000 /dev/zero | tr '\0' '#' >>far/nva/bird.conf
small_tmp=128k sshd_start
status "up fails when the disk there is full" 5 vnetlab up -H "$url" far/far.vnetlab.json
like "the message says that no space is left there" "$err" 'writing .*/far/nva/bird\.conf: no space left on the disk there'
done_testing
