#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A machine that gives too little of something: the message names the limit, its value, and what lifts it.
# Both users.
. "$(dirname "$0")/../lib/tap.sh"
need unshare setpriv

design=$root/tests/e2e/lab/pair.vnetlab.json

# Descriptors.
status "32 open files are too few" 5 bash -c "ulimit -n 32; exec '$B/vnetlab' up -q '$design'"
like "the message names RLIMIT_NOFILE, its value and the cure" "$err" 'Too many open files \(RLIMIT_NOFILE is 32; .*ulimit -Hn'
wait_until "no lab is left" 2 holds '.labs == []' vnetlab ls -o json
status "a low soft limit is raised as far as the hard one" 0 bash -c "ulimit -Sn 24; exec '$B/vnetlab' up -q '$design'"
status "a daemon's limit can be read" 0 vnetlab exec two -- sh -c 'for p in /proc/[0-9]*; do [ "$(cat $p/comm)" != zebra ] || grep "open files" $p/limits; done'
like "a daemon has the usual limit" "$out" 'open files +1024 '
ok "down ends the lab" vnetlab down -q

# Namespaces: the limits of a user namespace of our own, whose root can lower them.
if ! unshare -Ur true 2>/dev/null; then
	ok "limits of namespaces # SKIP no user namespaces here" true
	done_testing
fi
# $1: kind, $2: how many, the rest: unshare's options
limited() {
	_kind=$1 _n=$2
	shift 2
	run unshare -U "$@" sh -c "echo $_n >/proc/sys/user/max_${_kind}_namespaces; exec '$B/vnetlab' up -q '$design'"
}
while read -r kind name n want; do
	limited "$kind" "$n" -r
	is "up fails when there are $n $name namespaces" "$rc" "$want"
	like "the message names the limit of $name namespaces, its value and the cure" "$err" "no more $name namespaces: the limit user.max_${kind}_namespaces (is $n; as root|of the system around this one is reached; as root there): sysctl user.max_${kind}_namespaces="
done <<END
net network 0 4
net network 4 5
mnt mount 0 4
mnt mount 2 5
pid pid 0 4
ipc IPC 0 4
uts UTS 0 4
END
limited user 0 --map-user=1000 --keep-caps
is "up fails for an ordinary user without user namespaces" "$rc" 4
like "the message names the limit of user namespaces, its value and the cure" "$err" 'no more user namespaces: the limit user.max_user_namespaces is 0; as root: sysctl user.max_user_namespaces='

# Processes: root is not bound by ulimit -u.
if [ "$(id -u)" != 0 ]; then
	# The search for leaks takes a process, too.
	status "up fails for a user with one process" 5 env ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=0" \
		bash -c "ulimit -u 1; exec '$B/vnetlab' up -q '$design'"
	like "the message names the limit of processes and the cure" "$err" 'too many processes: this user may have at most 1, .*\(ulimit -u\)'
fi
wait_until "no lab is left of any" 2 holds '.labs == []' vnetlab ls -o json
done_testing
