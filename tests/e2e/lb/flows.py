# SPDX-License-Identifier: GPL-2.0-or-later
"""What e2e tests send through load balancers, from inside a node.

flows.py tcp ADDRESS PORT N     N connections at once; prints how many were accepted within 0.8 s,
                                less than it takes until a lost SYN is sent again
flows.py udp ADDRESS FIRST N    one datagram to each of N ports, from port 50000, as `path` assumes
flows.py keep ADDRESS PORT      one connection: prints "up", then for each line on stdin sends it and
                                prints the answer, or "lost"
"""
import select
import socket
import sys
import time

mode, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])

if mode == "tcp":
    waiting, accepted, end = {}, 0, time.monotonic() + 0.8
    poll = select.poll()
    for _ in range(int(sys.argv[4])):
        s = socket.socket()
        s.setblocking(False)
        s.connect_ex((address, port))
        waiting[s.fileno()] = s
        poll.register(s, select.POLLOUT)
    while waiting and time.monotonic() < end:
        for fd, _ in poll.poll(50):
            accepted += waiting[fd].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
            poll.unregister(fd)
            waiting.pop(fd)
    print(accepted)
elif mode == "udp":
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind(("", 50000))
    for i in range(int(sys.argv[4])):
        s.sendto(b"x", (address, port + i))
else:
    s = socket.create_connection((address, port), 2)
    print("up", flush=True)
    for line in sys.stdin:
        try:
            s.sendall(line.encode())
            print(s.recv(100).decode().strip() or "lost", flush=True)
        except OSError:
            print("lost", flush=True)
