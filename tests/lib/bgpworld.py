# SPDX-License-Identifier: GPL-2.0-or-later
"""A small world for tests of the images: one fabric namespace that answers ARP for everything, Route
Server instances and appliances in namespaces behind it, each with private /etc, /run and /var, as
the driver builds them. Everything lives in namespaces of a child that dies with us.

	from bgpworld import *
	enter()                       # re-executes the script inside; returns there
	world = World({...topology...})
	world.start()
"""
import atexit
import ctypes
import fcntl
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
libc = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18
MNT_DETACH = 2
failed = count = 0


# --- TAP ---------------------------------------------------------------------------------------

def ok(good, name, *diag):
    global count, failed
    count += 1
    failed += not good
    print(f"{'ok' if good else 'not ok'} {count} - {name}", flush=True)
    if not good:
        for d in diag:
            for line in str(d).splitlines():
                print(f"# {line}", flush=True)
    return good


def same(name, got, want):
    return ok(got == want, name, f"got:  {got}", f"want: {want}")


def wait(name, seconds, fn):
    """Passes as soon as fn() is true; it may return (False, what it saw)."""
    start, seen = time.monotonic(), None
    while True:
        seen = fn()
        good = seen[0] if isinstance(seen, tuple) else seen
        took = time.monotonic() - start
        if good or took > seconds:
            return ok(good, f"{name} ({int(took * 1000)} ms)" if good else name, seen)
        time.sleep(0.02)


def skip_all(why):
    print(f"1..0 # SKIP {why}")
    sys.exit(0)


def failed_any():
    return failed > 0


def done():
    print(f"1..{count}")
    sys.exit(1 if failed else 0)


# --- namespaces --------------------------------------------------------------------------------

def enter():
    """Into namespaces of our own; as an ordinary user into a user namespace too."""
    if os.environ.get("BGPWORLD") == "in":
        return
    flags = "-nmpf" if os.geteuid() == 0 else "-Urnmpf"
    env = dict(os.environ, BGPWORLD="in", PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    os.execvpe("unshare", ["unshare", flags, "--mount-proc", "--kill-child", sys.executable or
                           "python3", *sys.argv], env)


def check(rc, what):
    if rc < 0:
        raise OSError(ctypes.get_errno(), f"{what}: {os.strerror(ctypes.get_errno())}")


def sh(*argv, ns=None, text=None):
    cmd = list(argv) if ns is None else ["nsenter", f"--net=/proc/self/fd/{ns}", "--", *argv]
    r = subprocess.run(cmd, input=text, capture_output=True, text=True,
                       pass_fds=[] if ns is None else [ns])
    if r.returncode:
        raise RuntimeError(f"{' '.join(argv)}: {r.stderr}{r.stdout}")
    return r.stdout


def new_netns():
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    check(libc.unshare(CLONE_NEWNET), "unshare")
    fd = os.open("/proc/self/ns/net", os.O_RDONLY)
    sh("ip", "link", "set", "lo", "up")
    check(libc.setns(here, CLONE_NEWNET), "setns")
    os.close(here)
    return fd


def sysctl(path, value):
    with open("/proc/sys/net/" + path, "w") as f:
        f.write(str(value))


def software_checksums(dev, ns):
    """Packets out of dev carry their checksums: whoever changes one on its way must mend it."""
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    check(libc.setns(ns, CLONE_NEWNET), "setns")
    try:
        value = ctypes.create_string_buffer(struct.pack("II", 0x17, 0))  # ETHTOOL_STXCSUM: off
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, 0x8946, struct.pack("16sP16x", dev.encode(), ctypes.addressof(value)))
    finally:
        check(libc.setns(here, CLONE_NEWNET), "setns")
        os.close(here)


def ignore_setgroups():
    """seccomp: setgroups(2) does nothing, successfully."""
    arch = {"x86_64": (0xC000003E, 116), "aarch64": (0xC00000B7, 159)}[os.uname().machine]
    ins = [(0x20, 0, 0, 4), (0x15, 0, 3, arch[0]), (0x20, 0, 0, 0), (0x15, 0, 1, arch[1]),
           (0x06, 0, 0, 0x00050000), (0x06, 0, 0, 0x7FFF0000)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *i) for i in ins))
    prog = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(ins), ctypes.addressof(code)))
    check(libc.prctl(38, 1, 0, 0, 0), "no_new_privs")
    check(libc.prctl(22, 2, prog, 0, 0), "seccomp")


class Node:
    def __init__(self, world, plan):
        self.world, self.plan, self.name = world, plan, plan["name"]
        self.ns = new_netns()
        self.dir = os.path.join(world.dir, self.name.replace("/", "_"))
        self.procs = {}
        os.makedirs(self.dir)
        for top in ("etc", "run", "var"):
            os.mkdir(os.path.join(self.dir, top))
        os.symlink("/run", os.path.join(self.dir, "var/run"))
        for f in ("ld.so.cache", "nsswitch.conf", "passwd", "group", "protocols", "services"):
            if os.path.exists("/etc/" + f):
                shutil.copyfile("/etc/" + f, self.path("/etc/" + f))
        for d in plan["dirs"]:
            os.makedirs(self.path(d), exist_ok=True)
        self.write()

    def path(self, inside):
        return self.dir + inside

    def write(self):
        for path, content in self.plan["files"].items():
            os.makedirs(os.path.dirname(self.path(path)), exist_ok=True)
            with open(self.path(path), "w") as f:
                f.write(content)

    def inside(self, fake=False):
        check(libc.setns(self.ns, CLONE_NEWNET), "setns")
        check(libc.unshare(CLONE_NEWNS), "unshare")
        check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "private")
        for top in ("etc", "run", "var"):
            check(libc.mount(self.path("/" + top).encode(), b"/" + top.encode(), None,
                             MS_BIND | MS_REC, None), "bind " + top)
        if fake:
            ignore_setgroups()

    def run(self, *argv, fake=False):
        """A command inside; (status, output)."""
        r = subprocess.run(argv, preexec_fn=lambda: self.inside(fake), text=True,
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return r.returncode, r.stdout

    def log(self):
        text = ""
        for f in sorted(os.listdir(self.dir)):
            if f.endswith(".log"):
                with open(os.path.join(self.dir, f), errors="replace") as g:
                    text += f"--- {self.name} {f}\n" + g.read()
        return text

    def start(self):
        for d in self.plan["daemons"]:
            log = open(os.path.join(self.dir, d["name"] + ".log"), "a")
            if d["check"]:
                rc, out = self.run(*d["check"])
                if rc:
                    raise RuntimeError(f"{self.name}: {d['name']} refuses: {out}")
            fake = d["ignoreSetgroups"]
            p = subprocess.Popen(d["argv"], preexec_fn=lambda: self.inside(fake), stdout=log,
                                 stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
            if d["ready"] == "exit":
                if p.wait():
                    raise RuntimeError(f"{self.name}: {d['name']} failed: {self.log()}")
                continue
            self.procs[d["name"]] = p
            deadline = time.monotonic() + 10
            while d["ready"] == "socket" and not self.accepts(d["readyPath"]):
                if p.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"{self.name}: {d['name']} is not ready: {self.log()}")
                time.sleep(0.003)

    def accepts(self, path):
        s = socket.socket(socket.AF_UNIX)
        try:
            here = os.open(os.path.dirname(self.path(path)), os.O_PATH)
            s.connect(f"/proc/self/fd/{here}/{os.path.basename(path)}")
            return True
        except OSError:
            return False
        finally:
            s.close()
            os.close(here)

    def stop(self, sig=signal.SIGTERM):
        for p in self.procs.values():
            p.send_signal(sig)
        for p in self.procs.values():
            p.wait()
        self.procs = {}

    def replan(self, plans):
        """Takes the new files of a plan, without restarting anything."""
        self.plan = next(p for p in plans if p["name"] == self.name)
        self.write()

    # --- of Route Server instances

    def bird(self, command, sock="/run/bird/bird.ctl"):
        here = os.open(os.path.dirname(self.path(sock)), os.O_PATH)
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(5)
            s.connect(f"/proc/self/fd/{here}/{os.path.basename(sock)}")
            os.close(here)
            f = s.makefile("rb")
            f.readline()
            s.sendall(command.encode() + b"\n")
            out = []
            for line in f:
                line = line.decode()
                out.append(line[5:] if line[:4].isdigit() else line[1:])
                if line[:4].isdigit() and line[4] == " ":
                    return "".join(out)
        raise RuntimeError("BIRD hung up")

    def state(self, ip):
        """BGP state of the session with ip."""
        text = self.bird("show protocols all nva_" + ip.replace(".", "_"))
        return next((x.split()[-1] for x in text.splitlines() if "BGP state:" in x), "none")

    def learned(self, ip, filtered=False):
        """{prefix: (AS path, next hop)} of the session with ip."""
        return routes(self.bird(f"show route all {'filtered' if filtered else ''} protocol nva_" +
                                ip.replace(".", "_")))

    def table(self, number=100):
        """The kernel's table: {prefix: [next hops]}."""
        out = {}
        for r in json.loads(sh("ip", "-j", "route", "show", "table", str(number), ns=self.ns)
                            if number in self.tables() else "[]"):
            hops = [h.get("gateway") for h in r["nexthops"]] if "nexthops" in r else [r.get("gateway")]
            out[r["dst"].replace("default", "0.0.0.0/0")] = sorted(hops)
        return out

    def tables(self):
        r = subprocess.run(["nsenter", f"--net=/proc/self/fd/{self.ns}", "ip", "-j", "route", "show",
                            "table", "all"], capture_output=True, text=True, pass_fds=[self.ns])
        return {int(x["table"]) for x in json.loads(r.stdout or "[]")
                if str(x.get("table", "")).isdigit()}


def routes(text):
    out, net = {}, None
    for line in text.splitlines():
        if line[:1].isdigit():
            net = line.split()[0]
            out.setdefault(net, ["", ""])
        elif "BGP.as_path:" in line or "bgp_path:" in line:
            out[net][0] = line.split(":", 1)[1].strip()
        elif "BGP.next_hop:" in line or "bgp_next_hop:" in line:
            out[net][1] = line.split(":", 1)[1].strip()
        elif "BGP.community:" in line or "bgp_community:" in line:
            out[net].append(line.split(":", 1)[1].strip())
    return {k: tuple(v) for k, v in out.items()}


class World:
    def __init__(self, topology, files=None, checksums=False):
        self.checksums = checksums
        # A tmpfs of our own: nothing is left of it.
        check(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None), "private")
        self.dir = tempfile.mkdtemp(prefix="bgpworld.", dir=os.environ.get("TMPDIR", "/tmp"))
        check(libc.mount(b"tmpfs", self.dir.encode(), b"tmpfs", 0, None), "tmpfs")
        atexit.register(self.clear)
        self.nodes, self.order = {}, []
        sh("ip", "link", "set", "lo", "up")
        for k, v in (("ip_forward", 1), ("conf/all/rp_filter", 0), ("conf/default/rp_filter", 0),
                     ("conf/default/proxy_arp", 1), ("conf/default/proxy_arp_pvlan", 1),
                     ("conf/all/send_redirects", 0), ("conf/default/send_redirects", 0)):
            sysctl("ipv4/" + k, v)
        sh("ip", "link", "add", "sink0", "type", "veth", "peer", "name", "sink1")
        sh("ip", "-b", "-", text="link set sink0 up\nlink set sink1 up\nroute add default dev sink0\n")
        self.plan(topology, files)

    def clear(self):
        """The folder itself is the outside's, and cannot go while something is mounted on it."""
        libc.umount2(self.dir.encode(), MNT_DETACH)
        os.rmdir(self.dir)

    def plan(self, topology, files=None):
        """topology: a dictionary, or the path of a file."""
        path = topology
        if isinstance(topology, dict):
            path = os.path.join(self.dir, "t.vnetlab.json")
            with open(path, "w") as f:
                json.dump(topology, f)
        for name, content in (files or {}).items():
            with open(os.path.join(self.dir, name), "w") as f:
                f.write(content)
        env = dict(os.environ)
        env["VNETLAB_IMAGES"] = ":".join(x for x in (env.get("VNETLAB_IMAGES"), ROOT + "/images") if x)
        r = subprocess.run([BUILD + "/tests/tools/image_plan", path], capture_output=True, text=True,
                           env=env)
        if r.returncode:
            raise RuntimeError(r.stderr)
        self.plans = json.loads(r.stdout)
        return self.plans

    def attach(self, node, i, ip, prefix, gateway):
        port = f"p{len(self.nodes)}x{i}"
        subprocess.run(["ip", "link", "add", port, "type", "veth", "peer", "name", f"eth{i}", "netns",
                        f"/proc/{os.getpid()}/fd/{node.ns}"], check=True, pass_fds=[node.ns])
        sysctl(f"ipv4/neigh/{port}/proxy_delay", 0)
        sh("ip", "-b", "-", text=f"link set {port} up\nroute add {ip}/32 dev {port}\n")
        text = f"link set eth{i} up\naddr add {ip}/{prefix} dev eth{i}\n"
        if i == 0:
            text += f"route add default {gateway}\n"
        sh("ip", "-b", "-", ns=node.ns, text=text)
        if self.checksums:
            software_checksums(f"eth{i}", node.ns)

    def add(self, plan):
        node = Node(self, plan)
        self.nodes[node.name] = node
        if plan["kind"] == "routeServer":
            # Instance 1 has what a kernel without matches on the payload gets.
            sh("nft", "-f", "-", ns=node.ns, text=plan["nft"][node.name.endswith("/1")])
            self.attach(node, 0, plan["ip"], 32, "dev eth0 scope link quickack 1")
            return node
        for i, nic in enumerate(plan["nics"]):
            net, length = nic["subnet"].split("/")
            a, b, c, d = net.split(".")
            self.attach(node, i, nic["ip"], length, f"via {a}.{b}.{c}.{int(d) + 1}")
        for r in plan["routes"]:
            sh("ip", "route", "add", r["prefix"], "via", r["via"], ns=node.ns)
        return node

    def start(self, only=None):
        """Route Server instances first, then everything else."""
        for plan in self.plans:
            if "error" in plan:
                raise RuntimeError(plan["error"])
            if only is None or plan["name"] in only:
                self.add(plan)
        self.t0 = time.monotonic()
        for node in self.nodes.values():
            node.start()

    def logs(self):
        return "\n".join(n.log() for n in self.nodes.values())

    def wake(self):
        for n in self.nodes.values():
            if n.plan["kind"] == "routeServer":
                n.bird("show status")


# --- a BGP peer of a few lines, to see and to send what no daemon would -------------------------

class Peer:
    """An active BGP speaker in node's namespace, None: where we are. Messages come as (type, body)."""

    def __init__(self, node, local, remote, asn, hold=180, caps=None):
        here = os.open("/proc/self/ns/net", os.O_RDONLY)
        if node:
            check(libc.setns(node.ns, CLONE_NEWNET), "setns")
        self.s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if node:
            check(libc.setns(here, CLONE_NEWNET), "setns")
        os.close(here)
        self.s.settimeout(5)
        self.s.bind((local, 0))
        self.s.connect((remote, 179))
        self.local, self.asn, self.buf = local, asn, b""
        caps = caps if caps is not None else [(1, b"\0\1\0\1"), (2, b""),
                                              (65, struct.pack(">I", asn))]
        opt = b"".join(struct.pack("BB", c, len(v)) + v for c, v in caps)
        opt = struct.pack("BB", 2, len(opt)) + opt if opt else b""
        self.send(1, struct.pack(">BHH4sB", 4, min(asn, 65535), hold, socket.inet_aton(local),
                                 len(opt)) + opt)

    def send(self, kind, body=b""):
        self.s.sendall(b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body)

    def recv(self):
        while len(self.buf) < 19 or len(self.buf) < struct.unpack(">H", self.buf[16:18])[0]:
            chunk = self.s.recv(65536)
            if not chunk:
                return None, b""
            self.buf += chunk
        n = struct.unpack(">H", self.buf[16:18])[0]
        msg, self.buf = self.buf[:n], self.buf[n:]
        return msg[18], msg[19:]

    def open(self):
        """The peer's OPEN: (version, asn, hold, id, [(capability, value)]); then goes Established."""
        kind, b = self.recv()
        version, asn, hold, ident, n = struct.unpack(">BHH4sB", b[:10])
        caps, opt = [], b[10:10 + n]
        while opt:
            k, n = opt[0], opt[1]
            v, opt = opt[2:2 + n], opt[2 + n:]
            while k == 2 and v:
                caps.append((v[0], v[2:2 + v[1]]))
                v = v[2 + v[1]:]
        self.send(4)
        return version, asn, hold, socket.inet_ntoa(ident), caps

    def announce(self, prefixes, path, next_hop=None, med=None, origin=0, communities=()):
        a = struct.pack("BBBB", 0x40, 1, 1, origin)
        seg = struct.pack("BB", 2, len(path)) + b"".join(struct.pack(">I", x) for x in path)
        a += struct.pack("BBB", 0x40, 2, len(seg)) + seg
        a += struct.pack("BBB", 0x40, 3, 4) + socket.inet_aton(next_hop or self.local)
        if med is not None:
            a += struct.pack(">BBBI", 0x80, 4, 4, med)
        if communities:
            a += struct.pack("BBB", 0xC0, 8, 4 * len(communities))
            a += b"".join(struct.pack(">HH", h, v) for h, v in communities)
        self.send(2, struct.pack(">HH", 0, len(a)) + a + b"".join(nlri(p) for p in prefixes))

    def routes(self, until, seconds=5):
        """Reads UPDATEs until until(routes) or the time is over: {prefix: {attribute}}."""
        out, end = {}, time.monotonic() + seconds
        while not until(out) and time.monotonic() < end:
            try:
                self.s.settimeout(max(0.01, end - time.monotonic()))
                kind, b = self.recv()
            except TimeoutError:
                break
            if kind is None:
                break
            if kind == 3:
                out["NOTIFICATION"] = (b[0], b[1])
            if kind == 2:
                update(b, out)
        return out


def nlri(p):
    addr, n = p.split("/")
    return bytes([int(n)]) + socket.inet_aton(addr)[:(int(n) + 7) // 8]


def prefixes(b):
    while b:
        n = (b[0] + 7) // 8
        yield f"{socket.inet_ntoa(b[1:1 + n].ljust(4, bytes(1)))}/{b[0]}"
        b = b[1 + n:]


def update(b, out):
    n = struct.unpack(">H", b[:2])[0]
    for p in prefixes(b[2:2 + n]):
        out.pop(p, None)
    b = b[2 + n:]
    n = struct.unpack(">H", b[:2])[0]
    a, rest, attrs = b[2:2 + n], b[2 + n:], {}
    while a:
        flags, kind = a[0], a[1]
        size, head = (struct.unpack(">H", a[2:4])[0], 4) if flags & 0x10 else (a[2], 3)
        v, a = a[head:head + size], a[head + size:]
        if kind == 1:
            attrs["origin"] = v[0]
        elif kind == 2:
            attrs["path"] = list(struct.unpack(f">{v[1]}I", v[2:2 + 4 * v[1]])) if v else []
        elif kind == 3:
            attrs["nextHop"] = socket.inet_ntoa(v)
        elif kind == 4:
            attrs["med"] = struct.unpack(">I", v)[0]
        elif kind == 8:
            attrs["communities"] = [struct.unpack(">HH", v[i:i + 4]) for i in range(0, len(v), 4)]
    for p in prefixes(rest):
        out[p] = attrs
