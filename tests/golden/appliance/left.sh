#!/bin/bash
set -e
IF=eth0
/usr/sbin/iptables --table nat --append POSTROUTING --out-interface "$IF" --jump MASQUERADE
iptables --append FORWARD --in-interface eth1 --jump ACCEPT
iptables -A INPUT -m state --state NEW,ESTABLISHED -p tcp -m multiport --dports 22,80:90 -j ACCEPT
iptables -A FORWARD -p icmp --icmp-type echo-request -j DROP
iptables -A FORWARD -p icmp -j REJECT --reject-with icmp-host-prohibited
iptables -t nat -A PREROUTING -p tcp -m tcp --dport 2222 -j DNAT --to 10.0.0.4:22
iptables -t nat -A PREROUTING -i eth0 -p tcp --dport http -j REDIRECT --to-port 8080
iptables -t nat -A PREROUTING -i eth0 -p tcp --dport 81 -j REDIRECT --to-ports 8080
iptables -A FORWARD -s 10.0.0.0/255.0.0.0 -d 10.0.0.5/8 -j DROP
iptables -t nat -I POSTROUTING -s 10.0.0.0/8 ! -d 10.0.0.0/8 -j SNAT --to-source 10.1.1.4-10.1.1.5
iptables -A FORWARD -p all -j ACCEPT
iptables -A FORWARD -p tcp ! --syn -m conntrack --ctstate NEW -j DROP
iptables -A FORWARD -m iprange --src-range 10.0.0.1-10.0.0.9 -j DROP
iptables -A FORWARD -m addrtype --dst-type LOCAL -j DROP
iptables -t mangle -A PREROUTING -i eth0 -j MARK --set-mark 1
iptables -t mangle -A PREROUTING -m mark --mark 1 -j CONNMARK --save-mark
iptables -A INPUT -p tcp --sport 1024:65535 --dport ssh -j ACCEPT
iptables -A FORWARD -j LOG --log-prefix 'a "b" c'
iptables -A FORWARD -p tcp -m comment --comment "" -j ACCEPT
iptables -A "FORWARD" -p tcp --dport 99999 -j DROP
iptables -A FORWARD -m limit --limit bogus -j DROP
iptables -A FORWARD -p 47 -j ACCEPT
iptables -I INPUT 9 -p tcp -j ACCEPT
iptables -N X; iptables -A X -j RETURN; iptables -A FORWARD -j X; iptables -X X
iptables -P FORWARD REJECT
iptables -A FORWARD -p tcp -j TCPMSS --set-mss 1350
iptables -t nat -A POSTROUTING -p tcp -j MASQUERADE --to-ports 1000-2000
iptables -t nat -A POSTROUTING -j MASQUERADE --to-ports 1000-2000
iptables -A INPUT -p tcp -m tcp --dport 22 -m recent --set -j DROP
iptables -P INPUT DROP
iptables -P OUTPUT DROP extra
iptables -I
iptables -A FORWARD -j DROP -i
iptables -A FORWARD -m state --state BOGUS -j DROP
iptables -A FORWARD -i verylonginterfacename0 -j DROP
iptables -A FORWARD -p icmp --icmp-type bogus -j DROP
iptables -A FORWARD -j LOG --log-level loud
iptables -A FORWARD -p tcp --dport 70000 -j DROP
iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination bogus
iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT
iptables -A FORWARD -j ACCEPT --to-destination 10.1.1.1
iptables -A FORWARD -p udp --syn -j DROP
iptables -A FORWARD --ctstate NEW -j DROP
