# SPDX-License-Identifier: GPL-2.0-or-later
"""open.py ADDRESS ASN: what a BGP speaker says in its OPEN, as JSON; run inside the peer's node."""
import json
import socket
import struct
import sys


def main():
    address, asn = sys.argv[1], int(sys.argv[2])
    s = socket.create_connection((address, 179), 10)
    s.settimeout(10)
    me = socket.inet_aton(s.getsockname()[0])
    body = struct.pack(">BHH4sB", 4, asn, 180, me, 0)
    s.sendall(b"\xff" * 16 + struct.pack(">HB", 19 + len(body), 1) + body)
    data = b""
    while len(data) < 19 or len(data) < struct.unpack(">H", data[16:18])[0]:
        more = s.recv(4096)
        if not more:
            sys.exit(f"closed after {len(data)} bytes")
        data += more
    if data[18] != 1:
        sys.exit(f"no OPEN but a message of type {data[18]}: {data.hex()}")
    version, asn, hold, ident, n = struct.unpack(">BHH4sB", data[19:29])
    params, caps = data[29:29 + n], []
    while params:
        kind, size = params[0], params[1]
        value, params = params[2:2 + size], params[2 + size:]
        while kind == 2 and value:
            caps.append([value[0], value[2:2 + value[1]].hex()])
            value = value[2 + value[1]:]
    print(json.dumps({"version": version, "asn": asn, "hold": hold,
                      "id": socket.inet_ntoa(ident), "capabilities": caps}))


main()
