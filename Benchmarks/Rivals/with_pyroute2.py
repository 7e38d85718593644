"""Lists TCP sockets with pyroute2, over sock_diag, once for each line of standard input, and prints how many there are.

The first argument is the mask of attributes to ask for: 2 for tcp_info.
"""
import socket
import sys

from pyroute2 import DiagSocket

attributes = int(sys.argv[1]) if len(sys.argv) > 1 else 0
with DiagSocket() as diag:
    diag.bind()
    for line in sys.stdin:
        found = 0
        for family in (socket.AF_INET, socket.AF_INET6):
            found += sum(1 for _ in diag.get_sock_stats(family=family, extensions=attributes))
        print(found, flush=True)
