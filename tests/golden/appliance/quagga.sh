#!/bin/bash
# values of this deployment
asn=65020
peer1=10.1.1.4   # first instance
peer2="10.1.1.5"
export NET=10.100.1.0/24
dynamic=$(hostname -I)

sudo apt-get -y install quagga
echo "net.ipv4.ip_forward=1" | sudo tee -a /etc/sysctl.conf
sysctl -p
sudo touch /etc/quagga/bgpd.conf && sudo chown quagga:quagga /etc/quagga/bgpd.conf
echo 'zebra=yes' > /etc/quagga/daemons
echo 'bgpd=yes' >> /etc/quagga/daemons
cat <<EOF > /etc/quagga/zebra.conf
!
interface eth0
!
ip forwarding
EOF
cat <<-'END' | sudo tee /etc/quagga/vtysh.conf >/dev/null
	service integrated-vtysh-config
	END
cat > /etc/quagga/bgpd.conf <<EOF
router bgp $asn
 bgp router-id ${id:-10.1.4.10}
 network $NET
 network $1
 neighbor $peer1 remote-as 65515
 neighbor ${peer2} remote-as 65515
 ! $dynamic
EOF
printf ' neighbor %s soft-reconfiguration inbound\n' 10.1.1.4 \
	>/dev/null
sed -i s/a/b/ /etc/quagga/bgpd.conf
ip route add 10.1.1.0/24 via 10.1.4.1
systemctl enable bgpd.service
