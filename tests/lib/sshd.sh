# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# A real sshd for tests: `sshd_start [DIRECTIVE...]` behind tap.sh. On loopback, with its own
# configuration, host key and port, run by who we are; nothing of the host's /etc/ssh or of anybody's
# ~/.ssh is read or written. "That machine" is the same one, seen as another: its user "tester" has a
# home, a run directory and a folder for temporary files of its own below $there.
#
#   $there      what belongs to that machine: home/, run/, tmp/, sshd.log
#   $port       where it listens;  $url  ssh://tester@127.0.0.1:$port
#   $HOME       ours, with .ssh/id_ed25519, which is let in, and .ssh/known_hosts, which knows it
#   as_known ssh-keygen ..., sshd_stop, sshd_cut (ends every connection, sshd goes on), on_there vnetlab ARG... (without SSH)

need sshd ssh-keygen python3

there=$work/there
export HOME=$work/home
unset SSH_AUTH_SOCK

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# OpenSSH's programs want to find who runs them in /etc/passwd; a bare user id is not there.
as_known() {
	if getent passwd "$(id -u)" >/dev/null; then "$@"; else unshare --user --map-root-user "$@"; fi
}

_sshd_prepare() {
	mkdir -p "$there/home" "$there/run" "$there/tmp" "$HOME/.ssh"
	chmod 700 "$there/run" "$HOME/.ssh"
	as_known ssh-keygen -q -t ed25519 -N '' -C host -f "$there/host_key"
	as_known ssh-keygen -q -t ed25519 -N '' -C tester -f "$HOME/.ssh/id_ed25519"
	cp "$HOME/.ssh/id_ed25519.pub" "$there/authorized_keys"
	# An /etc as a whole: a lab of an ordinary user cannot bind one that has mounts in it.
	mkdir "$there/etc"
	for _f in alternatives hosts ld.so.cache nsswitch.conf protocols services; do
		[ ! -e "/etc/$_f" ] || cp -a "/etc/$_f" "$there/etc"
	done
	grep '^sshd:' /etc/passwd >"$there/etc/passwd"
	# A terminal's group is what it is born with: an ordinary user's sshd may not change it.
	_gid=$(python3 -c 'import os; print(os.fstat(os.openpty()[1]).st_gid)')
	[ "$(id -u)" -eq 0 ] || [ "$_gid" -eq "$(id -g)" ] || _gid=65534
	printf 'tester:x:%s:\ntty:x:%s:\n' "$(id -g)" "$_gid" >"$there/etc/group"
	printf 'tester:*:19000:0:99999:7:::\n' >"$there/etc/shadow"
	on_exit 'unset VNETLAB_HOST; sshd_stop; on_there vnetlab down --all -q >/dev/null 2>&1'
}

on_there() {
	VNETLAB_HOST='' VNETLAB_RUN_DIR=$there/run "$@"
}

known_host() { # PORT KEYFILE: the line of known_hosts
	printf '[127.0.0.1]:%s %s\n' "$1" "$(cut -d' ' -f1,2 "$2")"
}

# Its own /etc and /run/sshd; as an ordinary user by user namespaces, in the
# inner of which we are who we were: sshd then takes us for an ordinary user, too.
_sshd_world='
	there=$1; shift
	mount --bind "$there/etc" /etc || exit 1
	if [ "$1" = root ]; then
		mount -t tmpfs -o mode=755 tmpfs /run && mkdir -m 755 /run/sshd || exit 1
	fi
	[ -z "${small_tmp:-}" ] || mount -t tmpfs -o "size=$small_tmp" tmpfs "$there/tmp" || exit 1
	shift
	exec "$@"'

sshd_start() {
	[ -e "$there/host_key" ] || _sshd_prepare
	sed -i '/^tester:/d' "$there/etc/passwd"
	echo "tester:x:$(id -u):$(id -g):tester:$there/home:${login_shell:-/bin/sh}" >>"$there/etc/passwd"
	port=$(free_port)
	: >"$there/sshd.log"
	# For the tests that source this:
	# shellcheck disable=SC2034
	url=ssh://tester@127.0.0.1:$port
	known_host "$port" "$there/host_key.pub" >"$HOME/.ssh/known_hosts"
	{
		printf '%s\n' "$@" # the first of two counts
		cat <<-EOF
			ListenAddress 127.0.0.1
			Port $port
			HostKey $there/host_key
			AuthorizedKeysFile $there/authorized_keys
			StrictModes no
			UsePAM no
			UseDNS no
			PidFile none
			PermitRootLogin yes
			PasswordAuthentication ${passwords-no}
			KbdInteractiveAuthentication no
			PrintMotd no
			PrintLastLog no
			${sftp-Subsystem sftp internal-sftp}
			SetEnv PATH=${there_path-$B:}/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin VNETLAB_RUN_DIR=$there/run TMPDIR=$there/tmp ASAN_OPTIONS=$ASAN_OPTIONS UBSAN_OPTIONS=$UBSAN_OPTIONS VNETLAB_LAB=not-this-one VNETLAB_HOST=ssh://nowhere.invalid
		EOF
	} >"$there/sshd_config"
	sshd=$(command -v sshd)
	# OpenSSH 9.8 and later hang up, for a while, on an address from which too many log-ins failed.
	! grep -qia PerSourcePenalties "$sshd" || echo 'PerSourcePenalties no' >>"$there/sshd_config"
	if [ "$(id -u)" -eq 0 ]; then
		unshare --mount bash -c "$_sshd_world" - "$there" root \
			"$sshd" -D -e -f "$there/sshd_config" >>"$there/sshd.log" 2>&1 &
	else
		unshare --user --map-root-user --mount bash -c "$_sshd_world" - "$there" user \
			unshare --user --map-user="$(id -u)" --map-group="$(id -g)" \
			"$sshd" -D -e -f "$there/sshd_config" >>"$there/sshd.log" 2>&1 &
	fi
	sshd_pid=$!
	wait_until "sshd listens" 5 grep -q 'Server listening' "$there/sshd.log" || diag "$(cat "$there/sshd.log")"
}

sshd_cut() {
	# Each has a process for privileges and one for the session: children of ours, and of those; with a
	# program of their own since OpenSSH 9.8.
	for _p in $(ps -o pid= --ppid "$sshd_pid"); do
		for _q in $(ps -o pid=,comm= --ppid "$_p" | sed -En 's/ sshd(-session)?$//p') "$_p"; do
			kill -KILL "$_q" 2>/dev/null || :
		done
	done
}

sshd_stop() {
	[ "${sshd_pid:-}" ] || return 0
	sshd_cut
	kill "$sshd_pid" 2>/dev/null
	wait "$sshd_pid" 2>/dev/null
	sshd_pid=
}
