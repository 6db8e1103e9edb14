# SPDX-License-Identifier: GPL-2.0-or-later
"""arp.py ADDRESS...: asks on eth0 who has each address, prints "ADDRESS MAC" for each answer."""
import fcntl
import select
import socket
import struct
import sys


def ioctl(s, request, name):
    return fcntl.ioctl(s.fileno(), request, struct.pack("256s", name.encode()))


def main():
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
    s.bind(("eth0", 0x0806))
    mac = ioctl(s, 0x8927, "eth0")[18:24]  # SIOCGIFHWADDR
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
        own = ioctl(u, 0x8915, "eth0")[20:24]  # SIOCGIFADDR
    for address in sys.argv[1:]:
        want = socket.inet_aton(address)
        s.send(b"\xff" * 6 + mac + b"\x08\x06" + struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) +
               mac + own + b"\0" * 6 + want)
        while select.select([s], [], [], 2)[0]:
            frame = s.recv(100)
            if frame[20:22] == b"\0\2" and frame[28:32] == want:
                print(address, ":".join(f"{b:02x}" for b in frame[22:28]))
                break


main()
