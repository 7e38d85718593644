"""The questions that are asked in a guest, and the recorder of everything that netlink sockets exchange."""
import os
import socket
import struct
import threading
import time

NETLINK_SOCK_DIAG = 4
TCPDIAG_GETSOCK, SOCK_DIAG_BY_FAMILY = 18, 20
NLMSG_ERROR, NLMSG_DONE = 2, 3
DUMP = 0x301  # NLM_F_REQUEST, NLM_F_ROOT, NLM_F_MATCH
ALL_STATES = 0xFFF
ANY_COOKIE = struct.pack("=II", 0xFFFFFFFF, 0xFFFFFFFF)
ALL = 0xFFFFFFFF


def inet(family, protocol, states=ALL_STATES, extensions=0xFF, attributes=b""):
    """struct inet_diag_req_v2"""
    identity = bytes(4 + 32 + 4) + ANY_COOKIE
    return struct.pack("=BBBxI", family, protocol, extensions, states) + identity + attributes


def by_inode(family, protocol, show):
    """struct netlink_diag_req, packet_diag_req and xdp_diag_req"""
    return struct.pack("=BBxxII", family, protocol, 0, show) + ANY_COOKIE


def with_states(family, states=ALL, show=ALL):
    """struct unix_diag_req and vsock_diag_req"""
    return struct.pack("=BBxxIII", family, 0, states, 0, show) + ANY_COOKIE


def smc(extensions):
    """struct smc_diag_req"""
    return struct.pack("=BxxB", 43, extensions) + bytes(4 + 32 + 4) + ANY_COOKIE


V4, V6 = socket.AF_INET, socket.AF_INET6
#: INET_DIAG_REQ_SK_BPF_STORAGES, without map descriptors: the storages of all maps.
STORAGES = struct.pack("=HH", 4, 2)
#: TCP_BOUND_INACTIVE
BOUND_INACTIVE = 1 << 13

#: The name of the capture; the command lines of ss, whose output is kept; and requests of our own, which follow in the
#: same capture. ss does not list all families, nor ask for everything.
QUESTIONS = [
    ("tcp", ["-tanemiO --tos --cgroup", "-tnemiO --tos --cgroup --bound-inactive"],
     [inet(V4, 6, BOUND_INACTIVE), inet(V6, 6, BOUND_INACTIVE)]),
    ("tcp-storage", ["-tnemiO --bpf-maps sport = :1080 or dport = :1080"], [inet(V4, 6, attributes=STORAGES)]),
    ("udp", ["-uanemO --tos --cgroup"], []),
    ("udplite", [], [inet(V4, 136), inet(V6, 136)]),
    ("raw", ["-wanemO --tos --cgroup"], []),
    ("mptcp", ["-ManemiO --cgroup"], []),
    ("sctp", ["-SanemiO"], []),
    ("dccp", [], [inet(V4, 33), inet(V6, 33)]),
    ("unix", ["-xanemO"], [with_states(socket.AF_UNIX, ALL, 0x7F)]),
    ("netlink", ["-f netlink -anemO"], [by_inode(socket.AF_NETLINK, 255, 0xF)]),
    ("packet", ["-0anebmO"], [by_inode(socket.AF_PACKET, 0, 0x3F)]),
    ("vsock", ["--vsock -aneO"], [with_states(40)]),
    ("xdp", ["--xdp -aneO"], [by_inode(44, 0, 0x7F)]),
    ("tipc", ["--tipc -aneO --tipcinfo"], []),
    ("smc", [], [smc(0xFF)]),
]


class Capture(threading.Thread):
    """Everything that passes nlmon0, as a pcap file in this machine's byte order."""

    def __init__(self, path):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)  # SO_RCVBUFFORCE
        self.socket.bind(("nlmon0", 3))
        self.socket.settimeout(0.3)
        self.path = path
        self.records = 0  # how many datagrams with sockets the kernel sent
        self.file = open(path, "wb")
        self.file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 253))
        self.stopping = False

    def run(self):
        while True:
            try:
                data, address = self.socket.recvfrom(1 << 18)
            except TimeoutError:
                if self.stopping:
                    self.file.close()
                    return
                continue
            _, protocol, direction, hardware, _ = address
            if protocol != NETLINK_SOCK_DIAG:
                continue  # ss reads interfaces too
            # The header of LINKTYPE_NETLINK, which libpcap makes too.
            data = struct.pack(">HH10xH", direction, hardware, protocol) + data
            # Both directions have the type "outgoing" here. Only requests have NLM_F_REQUEST.
            kind, flags = struct.unpack("=HH", data[20:24])
            if kind == SOCK_DIAG_BY_FAMILY and not flags & 1:
                self.records += 1
            now = time.time_ns()
            header = struct.pack("=IIII", now // 10**9, now % 10**9 // 1000, len(data), len(data))
            self.file.write(header + data)

    def stop(self):
        self.stopping = True
        self.join()


def ask(payload, sequence):
    """Sends a request for a dump and reads the whole answer. Returns the error number, and 0 for success."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as sock:
        sock.settimeout(5)
        header = struct.pack("=IHHII", 16 + len(payload), SOCK_DIAG_BY_FAMILY, DUMP, sequence, 0)
        sock.sendto(header + payload, (0, 0))
        while True:
            data = sock.recv(1 << 18)
            while len(data) >= 16:
                length, kind = struct.unpack("=IH", data[:6])
                if kind in (NLMSG_DONE, NLMSG_ERROR):
                    return -struct.unpack("=i", data[16:20])[0]
                data = data[(length + 3) & ~3:]


def copy_tables():
    """The tables of /proc/net at this moment."""
    os.makedirs("/out/proc", exist_ok=True)
    for name in ("tcp tcp6 udp udp6 udplite udplite6 raw raw6 icmp icmp6 unix netlink packet protocols sctp/eps "
                 "sctp/assocs").split():
        try:
            with open(f"/proc/net/{name}", "rb") as source, open(f"/out/proc/{name.replace('/', '-')}", "wb") as copy:
                copy.write(source.read())
        except OSError:
            pass
