# SPDX-License-Identifier: GPL-2.0-or-later
"""Configuration files of a user's own.  A file's name says all that is in it, so that a design alone tells what lies
beside it, however it was cut down meanwhile:

    bird-ADDRESS-ASN-NETWORK OF THE ROUTE SERVER-PREFIX-HOW OFTEN IT IS PREPENDED.conf"""
import os

IMAGES = ("bird", "frr")

BIRD = """log stderr all;
router id {ip};
protocol device {{ }}
protocol kernel {{ ipv4 {{ import none; export where source = RTS_BGP; }}; }}
protocol static own {{ ipv4; route {prefix} unreachable; }}
template bgp azure {{
	local {ip} as {asn};
	multihop;
	hold time 9;
	connect delay time 1;
	connect retry time 1;
	error wait time 1, 3;
	ipv4 {{
		import all;
		export filter {{ if proto != "own" then reject; {prepend}accept; }};
	}};
}}
protocol bgp rs0 from azure {{ neighbor {rs}.4 as 65515; }}
protocol bgp rs1 from azure {{ neighbor {rs}.5 as 65515; }}
"""

FRR = """frr defaults traditional
ip route {prefix} Null0
route-map out permit 10
{prepend}exit
router bgp {asn}
 bgp router-id {ip}
 no bgp ebgp-requires-policy
 timers bgp 3 9
 neighbor azure peer-group
 neighbor azure remote-as 65515
 neighbor azure ebgp-multihop 2
 neighbor azure timers connect 1
 neighbor {rs}.4 peer-group azure
 neighbor {rs}.5 peer-group azure
 address-family ipv4 unicast
  network {prefix}
  neighbor azure route-map out out
 exit-address-family
exit
"""


def name(image, ip, asn, rs, prefix, prepend):
    return f"{image}-{ip}-{asn}-{rs}-{prefix.replace('/', '_')}-{prepend}.conf"


def parts(file):
    """(image, ip, asn, rs, prefix, prepend)"""
    image, ip, asn, rs, prefix, prepend = file.removesuffix(".conf").split("-")
    return image, ip, asn, rs, prefix.replace("_", "/"), int(prepend)


def text(file):
    image, ip, asn, rs, prefix, n = parts(file)
    if image == "bird":
        return BIRD.format(ip=ip, asn=asn, rs=rs, prefix=prefix, prepend=f"bgp_path.prepend({asn}); " * n)
    return FRR.format(ip=ip, asn=asn, rs=rs, prefix=prefix, prepend=f" set as-path prepend {' '.join([asn] * n)}\n" if n else "")


def write(design, folder):
    """What the design refers to, beside it."""
    for vm in design.get("virtualMachines", {}).values():
        for file in vm.get("config", {}).values() if isinstance(vm, dict) else ():
            with open(os.path.join(folder, file), "w", encoding="utf-8") as f:
                f.write(text(file))
