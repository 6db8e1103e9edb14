#!/bin/bash
/sbin/iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE
iptables -t nat -A POSTROUTING -o eth0 ! -d 10.0.0.0/8 -j MASQUERADE
iptables -P FORWARD DROP
iptables -t nat -A PREROUTING -p tcp --dport 8080 -j DNAT --to-destination 10.0.0.4:80
cat > /etc/nftables.conf <<EOF
table ip filter {
  chain forward { type filter hook forward priority 0; policy accept;
    ip saddr 10.9.0.0/16 drop
  }
}
EOF
ufw disable
ufw allow 22/tcp
