# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154 # $work is of tap.sh
# A cluster of Slurm in the namespaces of whoever sources this: munged, slurmctld and three slurmd, without
# accounting.  Everything of it is in $work/slurm, and ends with the namespace of processes.
#
#   cluster_enter "$0" "$@"   starts the script once more, in namespaces of its own
#   cluster_start             starts the daemons; the node's names are n1, n2, n3
#   cluster_kill NODE         kills slurmd and whatever it runs, as a power failure does

cluster_enter() {
	[ "${IN_CLUSTER:-}" != 2 ] || return 0
	if [ -z "${IN_CLUSTER:-}" ]; then
		local -a spaces=(--net --mount --pid --uts --ipc --fork --mount-proc --kill-child)
		[ "$(id -u)" -eq 0 ] || spaces+=(--user --map-root-user)
		unshare "${spaces[@]}" true 2>/dev/null || skip_all "no namespaces for a cluster can be made here"
		trap - EXIT
		rm -rf "$work"
		export CLUSTER_USER
		CLUSTER_USER=$(id -u)
		IN_CLUSTER=1 exec unshare "${spaces[@]}" "$@"
	fi
	# The addresses and names of the cluster; who asks for a node, or for this machine, gets the loopback.
	mount -t tmpfs -o mode=755 run /run && ip link set lo up && ip address add 10.255.255.1/32 dev lo && hostname cluster &&
		printf '127.0.0.1 localhost\n10.255.255.1 cluster\n' >/run/hosts && mount --bind /run/hosts /etc/hosts || exit
	export IN_CLUSTER=2
	[ "$CLUSTER_USER" -ne 0 ] || return 0
	# An ordinary user has no other users to give: daemons that are root would want them.  They are his own.
	printf 'root:x:0:0::/root:/bin/sh\nslurm:x:%s:%s::/tmp:/bin/sh\n' "$CLUSTER_USER" "$CLUSTER_USER" >/run/passwd
	printf 'root:x:0:\nslurm:x:%s:\n' "$CLUSTER_USER" >/run/group
	mount --bind /run/passwd /etc/passwd && mount --bind /run/group /etc/group || exit
	trap - EXIT
	rm -rf "$work"
	exec unshare --user "--map-user=$CLUSTER_USER" "--map-group=$CLUSTER_USER" "$@"
}

cluster_start() {
	local s=$work/slurm n sizes
	mkdir -p "$s/state" "$s/spool.n1" "$s/spool.n2" "$s/spool.n3" || return
	head -c 1024 /dev/urandom >"$s/munge.key"
	chmod 600 "$s/munge.key"
	chmod 711 "$s"
	munged --force --key-file="$s/munge.key" --socket="$s/munge.socket" --pid-file="$s/munged.pid" \
		--log-file="$s/munged.log" --seed-file="$s/munge.seed" --num-threads=2 >"$s/munged.out" 2>&1 || return
	export SLURM_CONF=$s/slurm.conf
	: >"$SLURM_CONF"
	# Sockets and cores must be those that slurmd finds.
	sizes=$(slurmd -C 2>/dev/null | sed -n 's/^NodeName=[^ ]* \(CPUs=.*\) RealMemory=.*/\1/p')
	cat >"$SLURM_CONF" <<EOF
ClusterName=t
SlurmctldHost=cluster(10.255.255.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$s/munge.socket
CredType=cred/munge
StateSaveLocation=$s/state
SlurmdSpoolDir=$s/spool.%n
SlurmctldPidFile=$s/slurmctld.pid
SlurmdPidFile=$s/slurmd.%n.pid
SlurmctldLogFile=$s/slurmctld.log
SlurmdLogFile=$s/slurmd.%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=1,batch_sched_delay=0,sched_min_interval=100000,default_queue_depth=1000
ReturnToService=2
SlurmdTimeout=3
KillWait=2
MinJobAge=300
MaxArraySize=1001
JobRequeue=1
NodeName=n[1-3] NodeHostname=cluster NodeAddr=10.255.255.1 Port=[17001-17003] ${sizes:-CPUs=1} RealMemory=4000
PartitionName=all Nodes=ALL Default=YES State=UP MaxTime=INFINITE
EOF
	# None is used by the plugins above.  But slurmd looks for what is mounted: where that is version 2 and other processes are in
	# groups of version 1, as in containers of such a machine, 22.05 does not start; later ones ask for version 2 whatever they need.
	case $(slurmd -V) in
	*\ 2[3-9].* | *\ [3-9][0-9].*) echo CgroupPlugin=disabled ;;
	*) echo CgroupPlugin=cgroup/v1 ;;
	esac >"$s/cgroup.conf"
	slurmctld >"$s/slurmctld.out" 2>&1 || return
	for n in n1 n2 n3; do
		slurmd -N "$n" >"$s/slurmd.$n.out" 2>&1 || return
	done
}

cluster_kill() {
	local pid step
	kill -KILL "$(cat "$work/slurm/slurmd.$1.pid")"
	# Its steps are no children of it: their tasks say on which node they are.  A step first, that it
	# does not report the end of its task.
	for pid in $(pgrep -x vnetlab); do
		grep -qsz "^SLURMD_NODENAME=$1\$" "/proc/$pid/environ" || continue
		step=$(ps -o ppid= -p "$pid")
		[ "$(cat "/proc/${step// /}/comm" 2>/dev/null)" != slurmstepd ] || kill -KILL "${step// /}"
		kill -KILL "$pid" 2>/dev/null
	done
	# Slurm sees it by itself, some timeouts later; TIMEOUTS=1 waits for that.
	[ -n "${TIMEOUTS:-}" ] || scontrol update "NodeName=$1" State=DOWN Reason=power
}
