#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# -H: finding the other machine, its key, who we are, its vnetlab. Each refusal says what to do.
. "$(dirname "$0")/../lib/tap.sh"
. "$root/tests/lib/sshd.sh"
need ssh-agent ssh-add jq

# --- what is said before anything is connected
status "not an address" 2 vnetlab ls -H tester@127.0.0.1
like "says the form" "$err" 'did you mean ssh://tester@127.0.0.1\?'
status "a password in it" 2 vnetlab ls -H ssh://a:b@c
status "a bad time" 2 vnetlab ls -H ssh://a@c --connect-timeout soon
status "a path of vnetlab that is none" 2 vnetlab ls -H ssh://a@c --remote-path "$(printf 'a\nb')"
nowhere=ssh://tester@127.0.0.1:$(free_port)
for c in "version" "help" "schema" "completion bash"; do
	# shellcheck disable=SC2086
	status "$c stays here" 0 env VNETLAB_HOST="$nowhere" "$B/vnetlab" $c
done
status "ls does not" 5 env VNETLAB_HOST="$nowhere" "$B/vnetlab" ls
like "refused" "$err" 'connection refused: no SSH server listens on port [0-9]+ of 127\.0\.0\.1; is sshd running there'
status "a name that there is not" 5 vnetlab ls -H ssh://tester@no-such-machine.invalid --connect-timeout 30s
like "says so" "$err" 'the name no-such-machine\.invalid cannot be resolved'

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
	wait_until "somebody listens" 5 test -s "$work/listen.port"
	url=ssh://tester@127.0.0.1:$(cat "$work/listen.port")
}
listen "$(printf 'HTTP/1.0 400 Bad\r\n\r\n')"
status "a web server" 5 vnetlab ls -H "$url"
like "is none" "$err" 'does not speak SSH, or hung up at once; is the port right'
: >"$work/listen.port"
listen
status "one that never says a word" 124 vnetlab ls -H "$url" --connect-timeout 300ms
like "is waited for no longer" "$err" 'SSH handshake: no answer in time'

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
	wait_until "a server that does not come to the point: $how" 5 test -s "$work/listen.port"
	status "is given up on" 124 timeout -s KILL 60 "$B/vnetlab" ls -H "ssh://tester@127.0.0.1:$(cat "$work/listen.port")" --connect-timeout 300ms
	like "in the time of --connect-timeout" "$err" 'SSH handshake: no answer in time'
	kill $listener
done

# --- the host's key
sshd_start
status "a host that is known" 0 vnetlab ls -H "$url" -o json
json "has no labs" '.labs == []'
cp "$HOME/.ssh/known_hosts" "$work/known_hosts"
kh=$HOME/.ssh/known_hosts
fingerprint=$(as_known ssh-keygen -lf "$there/host_key.pub" | cut -d' ' -f2 | sed 's/[+.]/\\&/g')

rm "$kh"
: >"$there/sshd.log"
status "a host that is not known" 5 vnetlab ls -H "$url"
like "shows its key" "$err" "is not known: ED25519 $fingerprint"
like "and what to do" "$err" "connect once by hand, which remembers it: ssh -p $port tester@127.0.0.1"
wait_until "it left" 5 grep -q 'preauth' "$there/sshd.log"
unlike "before it said who it is" "$(cat "$there/sshd.log")" 'user tester'

as_known ssh-keygen -q -t ed25519 -N '' -f "$work/other"
known_host "$port" "$work/other.pub" >"$kh"
status "a key that has changed" 5 vnetlab ls -H "$url"
like "is told" "$err" "HAS CHANGED: it shows ED25519 $fingerprint, but line 1 of $kh has another"
like "with what to do" "$err" "ssh-keygen -f $kh -R '\[127\.0\.0\.1\]:$port'"
{
	echo '# comment'
	echo "@revoked * $(cut -d' ' -f1,2 "$there/host_key.pub")"
	cat "$work/known_hosts"
} >"$kh"
status "a key that is revoked" 5 vnetlab ls -H "$url"
like "is told" "$err" "is revoked: ED25519 $fingerprint, line 2 of $kh"
as_known ssh-keygen -q -t ecdsa -N '' -f "$work/ecdsa"
known_host "$port" "$work/ecdsa.pub" >"$kh"
status "a key of another kind" 5 vnetlab ls -H "$url"
like "is told" "$err" 'only a key of another kind for it: ECDSA, line 1'
cp "$work/known_hosts" "$kh"
as_known ssh-keygen -q -H -f "$kh" >/dev/null 2>&1
like "names are hashed" "$(cat "$kh")" '^\|1\|'
status "hashed names are known" 0 vnetlab ls -H "$url"
sed "s/^[^ ]*/127.0.0.1/" "$work/known_hosts" >"$kh"
status "the same key at another port" 0 vnetlab ls -H "$url"
cp "$work/known_hosts" "$kh"

# --- who we are
mv "$HOME/.ssh/id_ed25519" "$work/key"
status "no key at all" 5 vnetlab ls -H "$url"
like "says what was tried" "$err" 'no agent: SSH_AUTH_SOCK is not set'
like "and which file was not there" "$err" "$HOME/.ssh/id_ed25519: No such file"
like "and what the server takes" "$err" 'The server accepts: publickey'
status "a key file" 0 vnetlab ls -H "$url" --identity "$work/key"
status "from the environment" 0 env VNETLAB_IDENTITY="$work/key" "$B/vnetlab" ls -H "$url"
status "a key that is not let in" 5 vnetlab ls -H "$url" --identity "$work/other"
like "says which" "$err" "not let in as user tester; tried:"
like "and how it went" "$err" "$work/other: refused"
chmod 644 "$work/other"
status "a key that others may read" 5 vnetlab ls -H "$url" --identity "$work/other"
like "is not used" "$err" 'others may read it \(chmod 600\)'
cp "$work/key" "$work/locked"
chmod 600 "$work/locked"
as_known ssh-keygen -q -p -N secret -f "$work/locked" >/dev/null
status "a key with a passphrase" 5 vnetlab ls -H "$url" --identity "$work/locked"
like "belongs into the agent" "$err" "it has a passphrase \(ssh-add $work/locked gives it to the agent\)"
eval "$(ssh-agent -s -a "$work/agent" 2>/dev/null)" >/dev/null
on_exit "kill $SSH_AGENT_PID"
status "an agent without keys" 5 vnetlab ls -H "$url"
like "is told" "$err" 'the agent has no keys'
chmod 600 "$work/other"
as_known ssh-keygen -q -t rsa -b 2048 -N '' -f "$work/rsa"
as_known ssh-add -q "$work/rsa" "$work/other" 2>/dev/null
status "an agent with others" 5 vnetlab ls -H "$url"
like "names them" "$err" "agent's key .*: refused"
like "and what it cannot use" "$err" "agent's RSA key .*: not used, libssh2|agent's key .*: refused"
as_known ssh-add -q "$work/key" 2>/dev/null
status "the agent's third" 0 vnetlab ls -H "$url"
status "an agent that is gone" 5 env SSH_AUTH_SOCK="$work/nothing" "$B/vnetlab" ls -H "$url"
like "is told" "$err" "the agent at $work/nothing does not answer"
unset SSH_AUTH_SOCK
mv "$work/key" "$HOME/.ssh/id_ed25519"
status "a user that there is not" 5 vnetlab ls -H "ssh://nobody-here@127.0.0.1:$port"
like "is told" "$err" 'not let in as user nobody-here'

# --- the vnetlab there
mkdir "$there/bin"
cat >"$there/bin/vnetlab" <<SH
#!/bin/sh
echo "\$@" >>"$there/calls"
echo "vnetlab 9.9.9"
SH
chmod 755 "$there/bin/vnetlab"
status "another version" 4 vnetlab up -H "$url" --remote-path "$there/bin/vnetlab" "$topologies/route-server"
like "is told" "$err" 'the vnetlab there is version 9\.9\.9, this one is [0-9.]+\. Nothing was sent'
is "it was asked for its version and nothing else" "$(cat "$there/calls")" version
is "nothing was sent" "$(ls "$there/tmp")" ""
status "no vnetlab" 4 vnetlab ls -H "$url" --remote-path "$there/bin/none"
like "is told, in the words of the shell there" "$err" 'no vnetlab answers there: .*none: not found'
like "and what to do" "$err" 'Install it on that machine \(make install\), or say where it is: --remote-path'
status "by VNETLAB_REMOTE" 4 env VNETLAB_REMOTE="$there/bin/vnetlab" "$B/vnetlab" ls -H "$url"
sshd_stop

# --- servers that do not want this
passwords=yes sshd_start "PubkeyAuthentication no"
status "a server that takes no keys" 5 vnetlab ls -H "$url"
like "is told" "$err" 'does not accept keys, only: password'
sshd_stop
sshd_start "ForceCommand echo go away; exit 3"
status "a command that is forced" 4 vnetlab ls -H "$url"
like "is shown" "$err" 'no vnetlab answers there: go away \(exit status 3'
sshd_stop
cat >"$work/tiny.vnetlab.json" <<'JSON'
{ "name": "tiny", "virtualNetworks": { "N": { "addressPrefixes": ["10.0.0.0/16"], "subnets": { "s": { "addressPrefix": "10.0.0.0/24" } } } },
  "virtualMachines": { "a": { "nic": { "subnet": "N/s" } } } }
JSON
sftp='' sshd_start
status "no SFTP" 4 vnetlab up -H "$url" "$work/tiny.vnetlab.json"
like "is told" "$err" 'the server has no SFTP, by which the design goes there \(Subsystem sftp'
sshd_stop
sshd_start "HostKeyAlgorithms rsa-sha2-512"
status "host keys that libssh2 does not know" 5 vnetlab ls -H "$url"
like "is told" "$err" 'no key exchange that both sides can do|connection was lost'
done_testing
