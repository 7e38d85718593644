"""Lists TCP connections with psutil, once for each line of standard input, and prints how many there are.

psutil parses /proc/net/tcp and /proc/net/tcp6, and also reads the descriptors of every process, to name the owners.
"""
import sys

import psutil

for line in sys.stdin:
    print(len(psutil.net_connections(kind="tcp")), flush=True)
