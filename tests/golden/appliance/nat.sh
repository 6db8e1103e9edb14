#!/bin/bash
LAN=10.0.0.0/8
sudo sysctl -w net.ipv4.ip_forward=1
# What goes to private addresses is left alone, in three ways.
iptables -t nat -A POSTROUTING -d "$LAN" -j ACCEPT
iptables -t nat -A POSTROUTING -o eth0 -d 172.16.0.0/12 -j RETURN
iptables -t nat -A POSTROUTING -o eth0 ! -d 192.168.0.0/16 -j MASQUERADE
iptables -A FORWARD -i eth0 -j ACCEPT
iptables -F INPUT
iptables-save > /etc/iptables/rules.v4
