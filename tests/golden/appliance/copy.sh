#!/bin/bash
AS=65007
cat > /tmp/frr.conf <<EOF
router bgp $AS
 neighbor 10.0.3.4 remote-as 65515
EOF
cat > /tmp/daemons <<EOF
bgpd=yes
EOF
sudo cp -f /tmp/frr.conf /etc/frr/frr.conf
sudo install -m 640 -o frr /tmp/daemons /etc/frr/
cp /usr/share/doc/frr/examples/vtysh.conf /etc/frr/vtysh.conf
