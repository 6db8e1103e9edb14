#!/bin/bash
# Shells around what writes and copies daemons' files.
AS=65010
cat > /tmp/start.conf <<EOF
router bgp $AS
 neighbor 10.0.3.4 remote-as 65515
EOF
sudo bash -c "cp /tmp/start.conf /etc/frr/frr.conf && cat /etc/hosts /etc/hostname"
sudo /bin/sh -ec 'cat <<EOF > /tmp/more.conf
 neighbor 10.0.3.5 remote-as 65515
EOF
cat /tmp/more.conf >> /etc/frr/frr.conf'
sudo bash -c "echo 'bgpd=yes' > /etc/frr/daemons; echo \"zebra=yes\""
sudo sh -c "iptables -t nat -A POSTROUTING -o eth0 -j MASQUERADE"
sudo bash -c "sed -i s/65515/65516/ /etc/frr/frr.conf"
