# SPDX-License-Identifier: GPL-2.0-or-later
"""What somebody tries who runs a program inside a node: a line for each thing that works.

    attacker.py VICTIM CONTROL ABSTRACT     a folder of the machine, a lab's control socket, and the
                                            name of an abstract socket that somebody listens to there
    attacker.py bomb                        as many processes as it gets; how many those were
    attacker.py links                       interfaces of the namespace on the other end of our NIC
"""
import ctypes
import errno
import fcntl
import glob
import os
import platform
import signal
import socket
import stat
import struct
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
# Not one of them has arguments that make sense: what is allowed says EFAULT, EINVAL, EBADF, ...
CALLS = {
    "x86_64": {"mount": 165, "umount2": 166, "pivot_root": 155, "fsopen": 430, "fsmount": 432, "move_mount": 429,
               "open_tree": 428, "mount_setattr": 442, "open_by_handle_at": 304, "setns": 308, "ptrace": 101,
               "process_vm_readv": 310, "process_vm_writev": 311, "pidfd_getfd": 438, "init_module": 175,
               "finit_module": 313, "delete_module": 176, "kexec_load": 246, "kexec_file_load": 320, "bpf": 321,
               "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425, "add_key": 248,
               "request_key": 249, "keyctl": 250, "reboot": 169, "swapon": 167, "acct": 163, "syslog": 103,
               "iopl": 172, "clone3": 435},
    "aarch64": {"mount": 40, "umount2": 39, "pivot_root": 41, "fsopen": 430, "fsmount": 432, "move_mount": 429,
                "open_tree": 428, "mount_setattr": 442, "open_by_handle_at": 265, "setns": 268, "ptrace": 117,
                "process_vm_readv": 270, "process_vm_writev": 271, "pidfd_getfd": 438, "init_module": 105,
                "finit_module": 273, "delete_module": 106, "kexec_load": 104, "bpf": 280, "perf_event_open": 241,
                "userfaultfd": 282, "io_uring_setup": 425, "add_key": 217, "request_key": 218, "keyctl": 219,
                "reboot": 142, "swapon": 224, "acct": 89, "syslog": 116, "clone3": 435},
}[platform.machine()]
SPACES = {"mnt": 0x20000, "cgroup": 0x2000000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000,
          "pid": 0x20000000, "net": 0x40000000}


def works(what, call, *args, sane=lambda got: True):
    try:
        got = call(*args)
    except (OSError, ValueError):
        return
    if sane(got):
        print(what, flush=True)


def opens(path, flags):
    os.close(os.open(path, flags))


def append(path):
    with open(path, "a", encoding="utf-8") as f:
        f.write("x")


def read(path):
    with open(path, "rb") as f:
        return f.read(64)


def files(victim):
    works("writes a file of the machine", append, victim + "/planted")
    works("reads a file of the machine", read, victim + "/secret")
    works("sees its folders", os.listdir, victim)
    for folder in ("/", "/usr", "/usr/bin", "/opt", "/root", "/sys", "/dev", "/dev/net", "/proc", "/.host-etc",
                   "/run/.host-etc"):
        works(f"writes {folder}", append, folder + "/planted")
    for path in ("/etc/shadow", "/.host-etc/shadow", "/run/.host-etc/shadow", "/etc/ssh", "/run/.host-etc/ssh",
                 "/.host-etc/ssl/private", "/run/.host-etc/passwd", "/.host-etc/passwd", "/var/lib/dpkg/status",
                 "/boot", "/home", "/srv", "/mnt", "/run/systemd", "/var/log/dpkg.log"):
        works(f"sees {path}", os.stat, path)
    works("sees what is in /root", os.listdir, "/root", sane=len)


def kernel():
    for path in ("kernel/core_pattern", "kernel/hostname", "kernel/modprobe", "kernel/pid_max", "vm/overcommit_memory",
                 "user/max_user_namespaces", "fs/file-max"):
        works(f"writes {path}", opens, "/proc/sys/" + path, os.O_WRONLY)
    works("writes /proc/sysrq-trigger", opens, "/proc/sysrq-trigger", os.O_WRONLY)
    works("makes a cgroup", os.mkdir, "/sys/fs/cgroup/planted")
    works("writes /sys", opens, "/sys/kernel/uevent_helper", os.O_WRONLY)
    for name, number in CALLS.items():
        ctypes.set_errno(0)
        if libc.syscall(number, -1, -1, -1, -1, -1, -1) != -1 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
            print(f"calls {name}: {os.strerror(ctypes.get_errno())}", flush=True)
    for name, flag in SPACES.items():
        ctypes.set_errno(0)
        if libc.unshare(flag) == 0:
            print(f"makes a {name} namespace", flush=True)
    for name, family in (("AF_VSOCK", 40), ("AF_ALG", 38), ("AF_XDP", 44)):
        works(f"opens {name}", socket.socket, family, socket.SOCK_STREAM if family == 40 else socket.SOCK_SEQPACKET)


def devices():
    for name, kind, major, minor in (("mem", stat.S_IFCHR, 1, 1), ("disk", stat.S_IFBLK, 254, 0)):
        works(f"makes the device {name}", os.mknod, "/tmp/" + name, kind | 0o600, os.makedev(major, minor))
    for path in ["/dev/mem", "/dev/kmsg", "/dev/fuse", "/dev/kvm"] + glob.glob("/dev/[sv]d?") + glob.glob("/dev/nvme*"):
        works(f"sees {path}", os.stat, path)
    ends = os.openpty()
    works("presses keys", fcntl.ioctl, ends[1], 0x5412, b"x")
    for end in ends:
        os.close(end)


def processes():
    for pid in sorted(int(p) for p in os.listdir("/proc") if p.isdigit()):
        try:
            name = read(f"/proc/{pid}/comm").decode().strip()
        except OSError:
            continue
        if name in ("vnetlab-driver", "vnetlab-router", "systemd", "vnetlab-worker", "vnetlab-respond"):
            print(f"sees {name}", flush=True)
    works("sees the lab's command line", read, "/proc/1/cmdline", sane=lambda got: b"up" in got)
    works("lists the descriptors of process 1", os.listdir, "/proc/1/fd")
    works("reads the memory of process 1", opens, "/proc/1/mem", os.O_RDONLY)
    works("has the root folder of process 1", os.listdir, "/proc/1/root/")
    for fd in range(3, 40):
        works(f"has descriptor {fd} of process 1", os.stat, f"/proc/1/fd/{fd}/")
    for fd in os.listdir("/proc/self/fd"):
        if int(fd) > 2 and os.path.exists(f"/proc/self/fd/{fd}"):
            to = os.readlink(f"/proc/self/fd/{fd}")
            if to != f"/proc/{os.getpid()}/fd":
                print(f"was given {to}", flush=True)
    os.kill(1, signal.SIGKILL)  # it ignores that, being what it is


def talks(control, abstract):
    for what, address in (("the control socket", control), ("a socket of the machine", b"\0" + abstract.encode())):
        works(f"reaches {what}", socket.socket(socket.AF_UNIX).connect, address)


def links():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    s.bind((0, 0))
    attrs = struct.pack("=HHi", 8, 46, 0)  # IFLA_TARGET_NETNSID
    body = struct.pack("=BxHiII", socket.AF_UNSPEC, 0, 0, 0, 0) + attrs
    s.send(struct.pack("=IHHII", 16 + len(body), 18, 0x301, 1, 0) + body)  # RTM_GETLINK
    n = 0
    while True:
        data = s.recv(1 << 16)
        while data:
            size, kind = struct.unpack_from("=IH", data)
            if kind == 2:  # NLMSG_ERROR
                return os.strerror(-struct.unpack_from("=i", data, 16)[0])
            if kind == 3:  # NLMSG_DONE
                return f"{n} interfaces"
            n += 1
            data = data[(size + 3) & ~3:]


def bomb():
    n = 0
    try:
        while n < 5000:
            if os.fork() == 0:
                time.sleep(600)
                os._exit(0)
            n += 1
    except OSError as e:
        print(n, e.strerror, flush=True)
    else:
        print(n, "and no end", flush=True)
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


if sys.argv[1] == "bomb":
    bomb()
elif sys.argv[1] == "links":
    print(links())
else:
    files(sys.argv[1])
    kernel()
    devices()
    processes()
    talks(sys.argv[2], sys.argv[3])
