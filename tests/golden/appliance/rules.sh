#!/bin/bash
OUT=$(ip -o -4 route show to default | awk '{print $5}')
iptables -P INPUT ACCEPT; iptables -F && iptables -t nat -F
iptables -X
iptables -N LOGDROP
iptables -A LOGDROP -m limit --limit 5/min -j LOG --log-prefix "drop: " --log-level 4
iptables -A LOGDROP -j DROP
iptables -C FORWARD -i ens4 -j ACCEPT 2>/dev/null || iptables -A FORWARD -i ens4 -o ens5 -j ACCEPT
sudo iptables -w 5 -t nat -A POSTROUTING -o "$OUT" -j MASQUERADE 2>/dev/null || true
iptables -A FORWARD -m set --match-set bad src -j DROP
iptables -A INPUT -s example.com -j ACCEPT
iptables -A INPUT --dport 22 -j ACCEPT
for p in 80 443; do iptables -A FORWARD -p tcp --dport "$p" -j ACCEPT; done
iptables -I FORWARD 1 -p udp --dport 53 -m comment --comment "dns only" -j LOGDROP
iptables -D FORWARD -i ens4 -o ens5 -j ACCEPT
iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
cat > /etc/iptables/rules.v4 <<EOF
*raw
:PREROUTING ACCEPT [0:0]
:OWN - [0:0]
-A PREROUTING -j OWN
COMMIT
EOF
nft add table inet mine
nft add chain inet mine onward '{ type filter hook forward priority 0 ; policy accept ; }'
nft add rule inet mine onward iifname "ens4" tcp dport 23 drop
nft add rule ip other onward drop
