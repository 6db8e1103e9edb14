#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# capture: pcap for programs, text for people; VMs with several NICs; VMs that are deallocated from
# the start; nothing of all that leaks descriptors.
. "$(dirname "$0")/../lib/tap.sh"
need jq tcpdump

cat >"$work/nics.vnetlab.json" <<'JSON'
{
  "name": "nics",
  "virtualNetworks": { "Net": { "addressPrefixes": ["10.9.0.0/16"], "subnets": {
    "a": { "addressPrefix": "10.9.1.0/24" }, "b": { "addressPrefix": "10.9.2.0/24" } } } },
  "virtualMachines": {
    "two": { "nics": { "front": { "subnet": "Net/a", "privateIPAddress": "10.9.1.4" },
                       "back": { "subnet": "Net/b", "privateIPAddress": "10.9.2.4" } } },
    "one": { "nic": { "subnet": "Net/a", "privateIPAddress": "10.9.1.5" } },
    "off": { "nic": { "subnet": "Net/a", "privateIPAddress": "10.9.1.6" }, "powerState": "deallocated" }
  }
}
JSON
status "the lab comes up" 0 vnetlab up "$work/nics.vnetlab.json" -q
pid=$(vnetlab status -o json | jq .driver.pid)
fds() { vnetlab status -o json | jq .driver.descriptors; }

status "status of a lab with a deallocated VM succeeds" 0 vnetlab status -o json
json "status shows the VM deallocated" '.nodes[] | select(.name=="off") | .state == "deallocated"'
status "the deallocated VM does not answer" 1 vnetlab exec one -- ping -c1 -W1 10.9.1.6
status "fault starts the deallocated VM" 0 vnetlab fault start off
wait_until "the started VM answers" 10 vnetlab exec one -- ping -c1 -W1 10.9.1.6

traffic() { vnetlab exec one -- ping -c20 -i0.2 -w8 "$1" >/dev/null 2>&1 & }
traffic 10.9.1.4
status "capture listens at one NIC of two" 0 timeout 10 "$B/vnetlab" capture two/front -w "$work/x.pcap" -c 4 icmp
status "tcpdump reads the file that capture wrote" 0 tcpdump -nr "$work/x.pcap"
like "the file has the packets that were sent" "$out" '10\.9\.1\.5 > 10\.9\.1\.4: ICMP echo request'
is "the file has as many packets as were asked for" "$(printf '%s\n' "$out" | wc -l)" 4
traffic 10.9.2.4
ok "capture writes pcap to a pipe" sh -c "timeout 10 $B/vnetlab capture one -c 2 icmp and host 10.9.2.4 2>/dev/null | tcpdump -nr - 2>/dev/null | grep -q '10.9.2.4'"
traffic 10.9.1.4
status "capture listens in the fabric" 0 timeout 10 "$B/vnetlab" capture fabric -w "$work/y.pcap" -c 4 icmp
status "tcpdump reads the file of the fabric" 0 tcpdump -nr "$work/y.pcap"
like "the fabric's file has both sides of its ports" "$out" 'In .*echo request'
status "a filter that tcpdump does not know fails" 1 vnetlab capture one -w "$work/z.pcap" nonsense and
status "a file that cannot be created fails" 5 vnetlab capture one -w /proc/nowhere/x

wait
# Descriptors and memory after many of everything are what they were.
before=$(fds) rss=$(awk '/VmRSS/ {print $2}' "/proc/$pid/status")
for _ in $(seq 30); do
	vnetlab exec one -- true
	vnetlab exec one -- no-such-thing 2>/dev/null
	vnetlab routes one >/dev/null
	vnetlab fault stop off >/dev/null 2>&1
	vnetlab fault start off >/dev/null 2>&1
	vnetlab up "$work/nics.vnetlab.json" -q >/dev/null
	vnetlab logs one >/dev/null
done
is "commands leave no descriptor open in the driver" "$(fds)" "$before"
case $B in */san) ;; *) ok "no memory to speak of" [ $(($(awk '/VmRSS/ {print $2}' "/proc/$pid/status") - rss)) -lt 1500 ] ;; esac
jq '.virtualMachines.x = {"nic":{"subnet":"Net/a"}}' "$work/nics.vnetlab.json" >"$work/x.vnetlab.json"
for _ in $(seq 10); do
	vnetlab up -n nics "$work/x.vnetlab.json" -q >/dev/null
	vnetlab up "$work/nics.vnetlab.json" -q >/dev/null
done
is "nodes that come and go leave no descriptor open in the driver" "$(fds)" "$before"

done_testing
