#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# -H: finding the other machine, its key, who we are, its vnetlab. Each refusal says what to do.
. "$(dirname "$0")/../lib/tap.sh"
. "$root/tests/lib/sshd.sh"
need ssh-agent ssh-add jq

# --- what is said before anything is connected
status "-H without ssh:// is wrong usage" 2 vnetlab ls -H tester@127.0.0.1
like "the message has the form to write" "$err" 'did you mean ssh://tester@127.0.0.1\?'
status "a password in the address is wrong usage" 2 vnetlab ls -H ssh://a:b@c
status "a time that is none is wrong usage" 2 vnetlab ls -H ssh://a@c --connect-timeout soon
status "a path of vnetlab with a line break is wrong usage" 2 vnetlab ls -H ssh://a@c --remote-path "$(printf 'a\nb')"
nowhere=ssh://tester@127.0.0.1:$(free_port)
for c in "version" "help" "schema" "completion bash"; do
	# shellcheck disable=SC2086
	status "$c needs no connection" 0 env VNETLAB_HOST="$nowhere" "$B/vnetlab" $c
done
status "ls needs a connection" 5 env VNETLAB_HOST="$nowhere" "$B/vnetlab" ls
like "the message says that no server listens" "$err" 'connection refused: no SSH server listens on port [0-9]+ of 127\.0\.0\.1; is sshd running there'
status "a name that cannot be resolved fails" 5 vnetlab ls -H ssh://tester@no-such-machine.invalid --connect-timeout 30s
like "the message says that it cannot be resolved" "$err" 'the name no-such-machine\.invalid cannot be resolved'

# --- what listens there is no SSH server, or never answers
cat >"$work/listen.py" <<'PY'
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)
held = []
while True:
    c = s.accept()[0]
    held.append(c)
    if len(sys.argv) > 1:
        c.sendall(sys.argv[1].encode())
        c.close()
PY
listen() {
	python3 "$work/listen.py" "$@" >"$work/listen.port" &
	listener=$!
	on_exit "kill $listener 2>/dev/null"
	wait_until "a server listens" 5 test -s "$work/listen.port"
	url=ssh://tester@127.0.0.1:$(cat "$work/listen.port")
}
listen "$(printf 'HTTP/1.0 400 Bad\r\n\r\n')"
status "a web server fails as an SSH server" 5 vnetlab ls -H "$url"
like "the message says that it does not speak SSH" "$err" 'does not speak SSH, or hung up at once; is the port right'
: >"$work/listen.port"
listen
status "a server that never says a word is given up" 124 vnetlab ls -H "$url" --connect-timeout 300ms
like "the message says that the handshake had no answer" "$err" 'SSH handshake: no answer in time'

# A server that talks and talks, that drips, that stops in the middle: the time is that of the whole
# handshake. What comes is said in the order of RFC 4253: lines, a version, packets.
cat >"$work/talk.py" <<'PY'
import socket, sys, threading, time
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen()
print(s.getsockname()[1], flush=True)

def talk(c, how):
    try:
        if how == "lines":
            while True:
                c.sendall(b"hello\r\n" * 1000)
        c.sendall(b"SSH-2.0-x\r\n")
        if how == "drips":  # the beginning of a packet of 256 bytes, SSH_MSG_KEXINIT
            c.sendall(bytes([0, 0, 1, 0, 4, 20]))
            while True:
                c.sendall(b"\0")
                threading.Event().wait(0.02)
        c.recv(1)
        threading.Event().wait()
    except OSError:
        pass

while True:
    threading.Thread(target=talk, args=(s.accept()[0], sys.argv[1]), daemon=True).start()
PY
for how in lines drips silence; do
	: >"$work/listen.port"
	python3 "$work/talk.py" $how >"$work/listen.port" &
	listener=$!
	on_exit "kill $listener 2>/dev/null"
	wait_until "a server listens that does not come to the point: $how" 5 test -s "$work/listen.port"
	status "such a server is given up: $how" 124 timeout -s KILL 60 "$B/vnetlab" ls -H "ssh://tester@127.0.0.1:$(cat "$work/listen.port")" --connect-timeout 300ms
	like "the message says that the handshake had no answer: $how" "$err" 'SSH handshake: no answer in time'
	kill $listener
done

# --- the host's key
sshd_start
status "a host that is known is connected to" 0 vnetlab ls -H "$url" -o json
json "ls lists no labs there" '.labs == []'
cp "$HOME/.ssh/known_hosts" "$work/known_hosts"
kh=$HOME/.ssh/known_hosts
fingerprint=$(as_known ssh-keygen -lf "$there/host_key.pub" | cut -d' ' -f2 | sed 's/[+.]/\\&/g')

rm "$kh"
: >"$there/sshd.log"
status "a host that is not known is refused" 5 vnetlab ls -H "$url"
like "the message shows the host's key" "$err" "is not known: ED25519 $fingerprint"
like "the message says how to remember it" "$err" "connect once by hand, which remembers it: ssh -p $port tester@127.0.0.1"
wait_until "the client has left before it logged in" 5 grep -q 'preauth' "$there/sshd.log"
unlike "the client has not said who it is" "$(cat "$there/sshd.log")" 'user tester'

as_known ssh-keygen -q -t ed25519 -N '' -f "$work/other"
known_host "$port" "$work/other.pub" >"$kh"
status "a host whose key has changed is refused" 5 vnetlab ls -H "$url"
like "the message shows both the key and the line" "$err" "HAS CHANGED: it shows ED25519 $fingerprint, but line 1 of $kh has another"
like "the message says how to remove the line" "$err" "ssh-keygen -f $kh -R '\[127\.0\.0\.1\]:$port'"
{
	echo '# comment'
	echo "@revoked * $(cut -d' ' -f1,2 "$there/host_key.pub")"
	cat "$work/known_hosts"
} >"$kh"
status "a host key that is revoked is refused" 5 vnetlab ls -H "$url"
like "the message names the line that revokes it" "$err" "is revoked: ED25519 $fingerprint, line 2 of $kh"
as_known ssh-keygen -q -t ecdsa -N '' -f "$work/ecdsa"
known_host "$port" "$work/ecdsa.pub" >"$kh"
status "a host known by another kind of key is refused" 5 vnetlab ls -H "$url"
like "the message names that kind and line" "$err" 'only a key of another kind for it: ECDSA, line 1'
cp "$work/known_hosts" "$kh"
as_known ssh-keygen -q -H -f "$kh" >/dev/null 2>&1
like "the file of known hosts has hashed names" "$(cat "$kh")" '^\|1\|'
status "a host with a hashed name is known" 0 vnetlab ls -H "$url"
sed "s/^[^ ]*/127.0.0.1/" "$work/known_hosts" >"$kh"
status "a host at another port is known by the same key" 0 vnetlab ls -H "$url"
cp "$work/known_hosts" "$kh"

# --- who we are
mv "$HOME/.ssh/id_ed25519" "$work/key"
status "a login without any key fails" 5 vnetlab ls -H "$url"
like "the message says that there is no agent" "$err" 'no agent: SSH_AUTH_SOCK is not set'
like "the message names the key file that is not there" "$err" "$HOME/.ssh/id_ed25519: No such file"
like "the message says what the server accepts" "$err" 'The server accepts: publickey'
status "a login with a key file succeeds" 0 vnetlab ls -H "$url" --identity "$work/key"
status "a login with a key file of the environment succeeds" 0 env VNETLAB_IDENTITY="$work/key" "$B/vnetlab" ls -H "$url"
status "a login with a key that is not let in fails" 5 vnetlab ls -H "$url" --identity "$work/other"
like "the message names the user" "$err" "not let in as user tester; tried:"
like "the message says that the key was refused" "$err" "$work/other: refused"
chmod 644 "$work/other"
status "a key file that others may read is refused" 5 vnetlab ls -H "$url" --identity "$work/other"
like "the message says how to close it" "$err" 'others may read it \(chmod 600\)'
cp "$work/key" "$work/locked"
chmod 600 "$work/locked"
as_known ssh-keygen -q -p -N secret -f "$work/locked" >/dev/null
status "a key file with a passphrase is refused" 5 vnetlab ls -H "$url" --identity "$work/locked"
like "the message says how to give it to the agent" "$err" "it has a passphrase \(ssh-add $work/locked gives it to the agent\)"
eval "$(ssh-agent -s -a "$work/agent" 2>/dev/null)" >/dev/null
on_exit "kill $SSH_AGENT_PID"
status "a login with an empty agent fails" 5 vnetlab ls -H "$url"
like "the message says that the agent has no keys" "$err" 'the agent has no keys'
chmod 600 "$work/other"
as_known ssh-keygen -q -t rsa -b 2048 -N '' -f "$work/rsa"
as_known ssh-add -q "$work/rsa" "$work/other" 2>/dev/null
status "a login with an agent of other keys fails" 5 vnetlab ls -H "$url"
like "the message names the agent's keys" "$err" "agent's key .*: refused"
like "the message names the keys that cannot be used" "$err" "agent's RSA key .*: not used, libssh2|agent's key .*: refused"
as_known ssh-add -q "$work/key" 2>/dev/null
status "a login with the agent's third key succeeds" 0 vnetlab ls -H "$url"
status "a login with an agent that is gone fails" 5 env SSH_AUTH_SOCK="$work/nothing" "$B/vnetlab" ls -H "$url"
like "the message says that the agent does not answer" "$err" "the agent at $work/nothing does not answer"
unset SSH_AUTH_SOCK
mv "$work/key" "$HOME/.ssh/id_ed25519"
status "a login as an unknown user fails" 5 vnetlab ls -H "ssh://nobody-here@127.0.0.1:$port"
like "the message names that user" "$err" 'not let in as user nobody-here'

# --- the vnetlab there
mkdir "$there/bin"
cat >"$there/bin/vnetlab" <<SH
#!/bin/sh
echo "\$@" >>"$there/calls"
echo "vnetlab 9.9.9"
SH
chmod 755 "$there/bin/vnetlab"
status "another version of vnetlab there is refused" 4 vnetlab up -H "$url" --remote-path "$there/bin/vnetlab" "$topologies/route-server"
like "the message names both versions" "$err" 'the vnetlab there is version 9\.9\.9, this one is [0-9.]+\. Nothing was sent'
is "the vnetlab there was asked for its version alone" "$(cat "$there/calls")" version
is "nothing was sent there" "$(ls "$there/tmp")" ""
status "a machine without vnetlab is refused" 4 vnetlab ls -H "$url" --remote-path "$there/bin/none"
like "the message has the words of the shell there" "$err" 'no vnetlab answers there: .*none: not found'
like "the message says how to install it" "$err" 'Install it on that machine \(make install\), or say where it is: --remote-path'
status "VNETLAB_REMOTE names the vnetlab there" 4 env VNETLAB_REMOTE="$there/bin/vnetlab" "$B/vnetlab" ls -H "$url"
sshd_stop

# --- servers that do not want this
passwords=yes sshd_start "PubkeyAuthentication no"
status "a server that takes no keys fails" 5 vnetlab ls -H "$url"
like "the message says what it takes" "$err" 'does not accept keys, only: password'
sshd_stop
sshd_start "ForceCommand echo go away; exit 3"
status "a server with a forced command fails" 4 vnetlab ls -H "$url"
like "the message shows what the command said" "$err" 'no vnetlab answers there: go away \(exit status 3'
sshd_stop
cat >"$work/tiny.vnetlab.json" <<'JSON'
{ "name": "tiny", "virtualNetworks": { "N": { "addressPrefixes": ["10.0.0.0/16"], "subnets": { "s": { "addressPrefix": "10.0.0.0/24" } } } },
  "virtualMachines": { "a": { "nic": { "subnet": "N/s" } } } }
JSON
sftp='' sshd_start
status "a server without SFTP fails" 4 vnetlab up -H "$url" "$work/tiny.vnetlab.json"
like "the message says what SFTP is for" "$err" 'the server has no SFTP, by which the design goes there \(Subsystem sftp'
sshd_stop
sshd_start "HostKeyAlgorithms rsa-sha2-512"
status "a server with unknown kinds of host keys fails" 5 vnetlab ls -H "$url"
like "the message says that no key exchange fits" "$err" 'no key exchange that both sides can do|connection was lost'
done_testing
