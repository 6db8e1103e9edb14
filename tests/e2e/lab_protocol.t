#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The control socket under clients that are rude, slow, or not there any more; Ctrl-C; terminals.
. "$(dirname "$0")/../lib/tap.sh"
need jq python3

here=$root/tests/e2e/lab
plain=$here/plain.vnetlab.json
status "the lab comes up" 0 vnetlab up "$plain" -q
pid=$(vnetlab status -o json | jq .driver.pid)
rss() { awk '/VmRSS/ {print $2}' "/proc/$pid/status"; }
before=$(rss)

cat >"$work/rude_client.py" <<'PY'
import json, os, random, socket, sys, time

path = sys.argv[1]
random.seed(7)
n = 0

def conn():
    s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    s.settimeout(60)
    # The run directory may be deeper than an address is long.
    d = os.open(os.path.dirname(path), os.O_RDONLY)
    s.connect("/proc/self/fd/%d/control" % d)
    os.close(d)
    return s

def lines(s, k):
    buf = b""
    while buf.count(b"\n") < k:
        got = s.recv(65536)
        if not got:
            break
        buf += got
    return [json.loads(x) for x in buf.split(b"\n") if x]

def check(name, good, info=""):
    global n
    n += 1
    print("%s %d - %s" % ("ok" if good else "not ok", n, name))
    if not good:
        print("# %r" % (info,))

def error(name, data, want):
    s = conn()
    s.sendall(data)
    a = lines(s, 1)
    check(name, a and want in a[0].get("error", {}).get("message", ""), a)
    # The connection is still good.
    s.sendall(b'{"op":"hello"}\n')
    a = lines(s, 1)
    check(name + ": goes on", a and a[0].get("ok") is True, a)

error("not JSON", b"hello?\n", "not JSON")
error("no object", b"[1,2]\n", "a request is a JSON object")
error("no op", b"{}\n", 'no "op"')
error("an op that is none", b'{"op":"dance"}\n', 'no operation "dance"')
error("a key twice", b'{"op":"status","op":"down"}\n', "not JSON")
error("NUL bytes", b'{"op":"st\0atus"}\n', "not JSON")
error("not UTF-8", b'{"op":"\xff\xfe"}\n', "not JSON")
error("deep", b'{"op":' + b"[" * 100000 + b"\n", "not JSON")
error("exec without descriptors", b'{"op":"exec","node":"left","argv":["true"]}\n', "three descriptors")
error("exec of no strings", b'{"op":"exec","node":"left","argv":[1]}\n', "list of strings")
error("exec of nothing", b'{"op":"exec","node":"left"}\n', "no command")
error("apply of nothing", b'{"op":"apply"}\n', 'no "design"')
error("apply of a design that does not run", b'{"op":"apply","designDigest":"0"}\n', "another design")
error("apply of nonsense", b'{"op":"apply","design":{"topology":17}}\n', "errors")
error("plan of nonsense", b'{"op":"plan","design":{}}\n', "errors")
error("routes of nobody", b'{"op":"routes","nic":"x"}\n', "no NIC or VM")
error("learned without", b'{"op":"learned"}\n', 'no "connection"')
error("learned of nobody", b'{"op":"learned","connection":"a/b"}\n', "no peering")
error("logs without", b'{"op":"logs"}\n', 'no "node"')
error("fault without", b'{"op":"fault"}\n', "list of 1 to")
error("fault of numbers", b'{"op":"fault","argv":[1]}\n', "list of words")

# Byte by byte, several in one.
s = conn()
for b in b'{"op":"hello"}\n':
    s.send(bytes([b]))
check("a request may come byte by byte", lines(s, 1)[0]["name"] == "plain")
s.sendall(b'{"op":"hello"}\n' * 500)
check("500 requests at once have 500 answers", len(lines(s, 500)) == 500)
s.sendall(b'{"op":"status"}\n\n\n{"op":"hello"}\n')
a = lines(s, 2)
check("answers come in order", "nodes" in a[0] and a[1]["name"] == "plain", a)
s.shutdown(socket.SHUT_WR)
check("the driver closes at the end of input", s.recv(10) == b"")

# A client that shuts down its side but waits for the answer.
s = conn()
s.sendall(b'{"op":"status"}\n')
s.shutdown(socket.SHUT_WR)
check("half-closed still gets the answer", lines(s, 1)[0].get("lab") == "plain")

# Gone in the middle of things.
for what in (b"", b'{"op":', b'{"op":"status"}\n', b'{"op":"events"}\n', b'{"op":"logs","node":"left","follow":true}\n',
             b'{"op":"routes","nic":"left"}\n'):
    for i in range(20):
        s = conn()
        s.sendall(what)
        s.close()
check("clients that go", conn() is not None)

# Garbage of all lengths.
for i in range(300):
    s = conn()
    try:
        s.sendall(os.urandom(random.randrange(1, 4000)))
        if random.random() < 0.5:
            s.sendall(b"\n")
    except BrokenPipeError:
        pass
    s.close()
check("a client can send garbage", lines_ok := True)

# A line without an end: refused when it is too long.
s = conn()
s.settimeout(60)
sent = 0
try:
    while sent < 200 << 20:
        sent += s.send(b"x" * (1 << 20))
except (BrokenPipeError, ConnectionResetError):
    pass
check("a line without an end is refused", sent < 200 << 20, sent)
s.close()

# One that asks and asks and never reads is dropped, and blocks nobody.
s = conn()
s.setblocking(False)
req = b'{"op":"status"}\n' * 1000
for i in range(200):
    try:
        s.send(req)
    except BlockingIOError:
        time.sleep(0.005)
    except (BrokenPipeError, ConnectionResetError):
        break
# While it is still there, another one is answered (conn() has a deadline).
other = conn()
other.sendall(b'{"op":"hello"}\n')
check("a client that never reads blocks nobody", lines(other, 1)[0]["ok"])
s.close()

# More connections than it takes.
many = []
for i in range(700):
    try:
        many.append(conn())
    except OSError:
        break
for c in many:
    c.close()
# It answers again once it has seen that they are gone.
deadline, good = time.time() + 60, False
while not good and time.time() < deadline:
    try:
        s = conn()
        s.sendall(b'{"op":"hello"}\n')
        good = lines(s, 1)[0]["ok"]
    except (OSError, IndexError):
        time.sleep(0.05)
check("the driver answers after too many connections", good)
print("1..%d" % n)
PY
run timeout 300 python3 "$work/rude_client.py" "$VNETLAB_RUN_DIR/plain/control"
is "the driver answers rude clients as expected" "$(printf '%s\n' "$out" | grep -v '^ok' | grep -v '^1\.\.')" ""
is "the rude clients run to their end" "$rc" 0 || diag "$err"
status "the lab still answers" 0 vnetlab exec right -- ping -c1 -W1 10.9.1.4
is "the driver is the same process" "$(vnetlab status -o json | jq .driver.pid)" "$pid"
case $B in */san) ;; *) ok "its memory is what it was" [ "$(rss)" -lt $((before + 40000)) ] ;; esac
is "no worker is left behind" "$(pgrep -P "$pid" -x vnetlab-worker | wc -l)" 0

# A worker goes with its client; exec too.
"$B/vnetlab" exec left -- sh -c 'trap "" HUP; sleep 60' &
client=$!
wait_until "a command runs in the node" 3 pgrep -P "$pid" -x sh
kill -9 "$client"
wait_until "a command whose client is killed ends, though it ignores signals" 5 sh -c "! pgrep -P $pid -x sh"
vnetlab down -q >/dev/null

# Ctrl-C in up: a new lab goes with it, a running one stays.
mkdir "$work/conf"
printf 'router id 10.9.1.4;\nprotocol device {}\n' >"$work/conf/silent.conf" # speaks no BGP
jq '.virtualMachines.one |= (del(.bgp) | .config={"bird.conf":"conf/silent.conf"})' "$here/pair.vnetlab.json" >"$work/never.vnetlab.json"
"$B/vnetlab" up "$work/never.vnetlab.json" >"$work/up.out" 2>&1 &
up=$!
wait_until "a lab is coming up" 5 holds '.nodes | length == 7' vnetlab status pair -o json
kill -INT "$up"
wait "$up"
is "Ctrl-C gives up's status 130" "$?" 130
like "up says that the lab is gone again" "$(cat "$work/up.out")" 'interrupted; lab pair is gone again'
status "ls after Ctrl-C succeeds" 0 vnetlab ls -o json
json "no lab is left after Ctrl-C" '.labs == []'
status "the lab comes up again" 0 vnetlab up "$plain" -q
jq '.name="plain"' "$work/never.vnetlab.json" >"$work/change.vnetlab.json"
"$B/vnetlab" up "$work/change.vnetlab.json" -q >"$work/up.out" 2>&1 &
up=$!
wait_until "the lab is being changed" 5 holds '.nodes | length == 7' vnetlab status -o json
status "a second up at the same time fails" 5 vnetlab up "$plain" -q
like "the message says that another up is under way" "$err" 'another up of lab plain is under way'
kill -INT "$up"
wait "$up"
is "Ctrl-C of a change gives up's status 130" "$?" 130
status "ls after Ctrl-C of a change succeeds" 0 vnetlab ls -o json
json "the lab stays after Ctrl-C of a change" '.labs[0].name == "plain"'

# A terminal of its own.
cat >"$work/terminal.py" <<'PY'
import fcntl, os, pty, struct, sys, termios, time

pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], "shell", "box"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 111, 0, 0))
os.kill(pid, 28)  # SIGWINCH
out = b""
def until(what, seconds=20):
    global out
    end = time.time() + seconds
    os.set_blocking(fd, False)
    while what not in out and time.time() < end:
        try:
            out += os.read(fd, 4096)
        except BlockingIOError:
            time.sleep(0.01)
        except OSError:
            break
    return what in out
print("prompt", until(b"box:"))
os.write(fd, b"tty; ip -o -4 addr show eth0; stty size; echo d''one\n")
print("done", until(b"done"))
print("address", b"10.9.2.4" in out)
print("size", b"33 111" in out)
print("terminal", b"/dev/pts/" in out or b"not a tty" not in out)
os.write(fd, b"sleep 30\n")
time.sleep(0.3)
os.write(fd, b"\x03")  # Ctrl-C ends the sleep, not the shell
os.write(fd, b"echo still h''ere\n")
print("ctrl-c", until(b"still here"))
os.write(fd, b"exit 5\n")
until(b"nothing that comes", 1)
print("status", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
run timeout 90 python3 "$work/terminal.py" "$B/vnetlab"
is "a shell on a terminal has a prompt, a size and a status" "$out" "prompt True
done True
address True
size True
terminal True
ctrl-c True
status 5"

done_testing
