"""Makes sockets of every kind and state, for record.py.

Everything happens in the guest's only network namespace. The sockets stay open in SOCKETS until the end. A kind that
this kernel does not have is noted in absent.txt with the error, and the others are made nevertheless.
"""
import ctypes
import os
import platform
import socket
import struct

OUT = "/out"
SOCKETS = []
libc = ctypes.CDLL(None, use_errno=True)


def keep(*sockets):
    SOCKETS.extend(sockets)
    return sockets[0] if len(sockets) == 1 else sockets


def kind(make):
    """Runs a function that makes sockets. The name of the function is the name of the kind."""
    try:
        make()
        print(f"made {make.__name__}", flush=True)
    except (OSError, AttributeError, ValueError) as error:
        print(f"absent {make.__name__}: {error}", flush=True)
        with open(f"{OUT}/absent.txt", "a") as file:
            file.write(f"{make.__name__}\t{error}\n")


def check(result):
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result


def setting_file(path, value):
    with open(path, "w") as file:
        file.write(str(value))


def setting(name, value):
    setting_file(f"/proc/sys/{name}", value)


def raw_bind(sock, address):
    check(libc.bind(sock.fileno(), address, len(address)))


def raw_connect(sock, address):
    check(libc.connect(sock.fileno(), address, len(address)))


def listener(family, kind_, protocol, address, backlog=5, prepare=lambda _: None):
    sock = keep(socket.socket(family, kind_, protocol))
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    prepare(sock)
    sock.bind(address)
    sock.listen(backlog)
    return sock


def pair(server, prepare=lambda _: None, local=None, protocol=0):
    """A connection to a listener: (client, accepted)."""
    client = keep(socket.socket(server.family, server.type, protocol))
    prepare(client)
    if local:
        client.bind(local)
    client.connect(server.getsockname())
    accepted, _ = server.accept()
    return keep(client, accepted)


V4, V6 = socket.AF_INET, socket.AF_INET6
STREAM, DATAGRAM, RAW, SEQPACKET = socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET


def tcp_listeners():
    listener(V4, STREAM, 0, ("127.0.0.1", 1000))
    listener(V6, STREAM, 0, ("::", 1001))
    listener(V6, STREAM, 0, ("::", 1002), prepare=lambda s: s.setsockopt(41, 26, 1))  # IPV6_V6ONLY
    waiting = listener(V4, STREAM, 0, ("127.0.0.1", 1003), backlog=3)
    for _ in range(2):
        keep(socket.create_connection(waiting.getsockname()))
    marked = listener(V4, STREAM, 0, ("0.0.0.0", 1004))
    marked.setsockopt(socket.SOL_SOCKET, 36, 0x10)  # SO_MARK
    listener(V4, STREAM, 0, ("127.0.0.1", 1005), prepare=lambda s: s.setsockopt(socket.SOL_SOCKET, 25, b"lo\0"))
    listener(V4, STREAM, 0, ("0.0.0.0", 1006), prepare=lambda s: s.setsockopt(0, 19, 1))  # IP_TRANSPARENT


def tcp_connections():
    server = listener(V4, STREAM, 0, ("127.0.0.1", 1010))
    pair(server)
    client, accepted = pair(server)  # unread and unsent bytes
    client.sendall(b"x" * 1234)
    accepted.sendall(b"y" * 77)
    client, accepted = pair(server)
    accepted.setsockopt(6, 1, 1)  # TCP_NODELAY
    accepted.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    client, accepted = pair(server, prepare=lambda s: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304))
    accepted.setblocking(False)
    try:
        while True:
            accepted.send(b"z" * 65536)
    except BlockingIOError:
        pass
    client, accepted = pair(server)
    client.setsockopt(0, 1, 0x10)  # IP_TOS
    client.setsockopt(socket.SOL_SOCKET, 12, 5)  # SO_PRIORITY
    six = listener(V6, STREAM, 0, ("::1", 1011))
    client, accepted = pair(six)
    client.setsockopt(41, 67, 0x20)  # IPV6_TCLASS
    for _ in range(50):
        client.sendall(b"a" * 100)
        accepted.recv(100)


def tcp_closing():
    server = listener(V4, STREAM, 0, ("127.0.0.1", 1020))
    client, accepted = pair(server)
    client.shutdown(1)  # FIN-WAIT-2 and CLOSE-WAIT
    client, accepted = pair(server)
    client.close()
    accepted.close()  # TIME-WAIT
    six = listener(V6, STREAM, 0, ("::1", 1021))
    client, accepted = pair(six)
    client.close()
    accepted.close()
    lost = keep(socket.socket(V4, STREAM))
    lost.setblocking(False)
    lost.connect_ex(("192.0.2.7", 9))  # SYN-SENT
    deferred = listener(V4, STREAM, 0, ("127.0.0.1", 1022), prepare=lambda s: s.setsockopt(6, 9, 30))  # TCP_DEFER_ACCEPT
    keep(socket.create_connection(deferred.getsockname()))  # SYN-RECV
    bound = keep(socket.socket(V4, STREAM))
    bound.bind(("127.0.0.1", 1023))
    bound = keep(socket.socket(V6, STREAM))
    bound.bind(("::", 1024))


def congestion_control(name, port):
    def prepare(sock):
        sock.setsockopt(6, 13, name.encode())
    server = listener(V4, STREAM, 0, ("127.0.0.1", port), prepare=prepare)
    client, accepted = pair(server, prepare)
    for _ in range(20):
        client.sendall(b"c" * 1000)
        accepted.recv(1000)


def tcp_reno(): congestion_control("reno", 1030)
def tcp_bbr(): congestion_control("bbr", 1031)
def tcp_dctcp(): congestion_control("dctcp", 1032)
def tcp_vegas(): congestion_control("vegas", 1033)


def tcp_md5():
    def key(address):
        return struct.pack("=H2s4s120sBBHI80s", V4, b"\0\0", socket.inet_aton(address), b"", 0, 0, 6, 0, b"secret")
    server = listener(V4, STREAM, 0, ("127.0.0.1", 1040), prepare=lambda s: s.setsockopt(6, 14, key("127.0.0.1")))
    pair(server, prepare=lambda s: s.setsockopt(6, 14, key("127.0.0.1")))


def tcp_tls():
    server = listener(V4, STREAM, 0, ("127.0.0.1", 1041))
    client, accepted = pair(server)
    for sock in (client, accepted):
        sock.setsockopt(6, 31, b"tls")  # TCP_ULP
        # TLS 1.2, AES-GCM-128: iv, key, salt, record sequence.
        keys = struct.pack("=HH8s16s4s8s", 0x0303, 51, b"i" * 8, b"k" * 16, b"salt", b"\0" * 8)
        sock.setsockopt(282, 1, keys)
        sock.setsockopt(282, 2, keys)


def tcp_fast_open():
    setting("net/ipv4/tcp_fastopen", 3)
    server = listener(V4, STREAM, 0, ("127.0.0.1", 1042), prepare=lambda s: s.setsockopt(6, 23, 16))
    for _ in range(2):  # the first connection gets the cookie, the second one sends data with its SYN
        client = keep(socket.socket(V4, STREAM))
        client.sendto(b"first", 0x20000000, server.getsockname())  # MSG_FASTOPEN
        keep(server.accept()[0])


def tcp_congestion_notification():
    for mode in (3, 1):  # accurate ECN, which old kernels refuse, and ECN
        try:
            setting("net/ipv4/tcp_ecn", mode)
        except OSError:
            continue
        client, accepted = pair(listener(V4, STREAM, 0, ("127.0.0.1", 1050 + mode)))
        client.sendall(b"e" * 3000)
        accepted.recv(3000)


def tcp_cgroup():
    os.makedirs("/sys/fs/cgroup/lab/inner", exist_ok=True)
    setting_file("/sys/fs/cgroup/lab/inner/cgroup.procs", os.getpid())
    try:
        pair(listener(V4, STREAM, 0, ("127.0.0.1", 1060)))
    finally:
        setting_file("/sys/fs/cgroup/lab/cgroup.procs", os.getpid())


def users():
    os.seteuid(1234)
    try:
        listener(V4, STREAM, 0, ("127.0.0.1", 1070))
        udp_socket = keep(socket.socket(V6, DATAGRAM))
        udp_socket.bind(("::1", 1071))
        keep(socket.socket(socket.AF_UNIX, STREAM)).bind(b"\0owned")
    finally:
        os.seteuid(0)


def tcp_storage():
    """A socket with BPF storage: a map of type BPF_MAP_TYPE_SK_STORAGE needs BTF types for its key and value."""
    number = {"x86_64": 321, "i686": 357, "s390x": 351, "aarch64": 280}[platform.machine()]
    if platform.machine() == "x86_64" and struct.calcsize("P") == 4:
        number = 357

    def bpf(command, attributes):
        area = ctypes.create_string_buffer(attributes.ljust(128, b"\0"))
        return check(libc.syscall(number, command, area, 128))

    strings = b"\0int\0"
    integer = struct.pack("=IIII", 1, 1 << 24, 4, 32)  # BTF_KIND_INT, 4 bytes, 32 bits
    types = struct.pack("=HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(integer), len(integer), len(strings)) + integer + strings
    area = ctypes.create_string_buffer(types)
    btf = bpf(18, struct.pack("=QQIII", ctypes.addressof(area), 0, len(types), 0, 0))  # BPF_BTF_LOAD
    server = listener(V4, STREAM, 0, ("127.0.0.1", 1080))
    client, accepted = pair(server)
    for value in (7, 0x01020304):
        storage = bpf(0, struct.pack("=IIIIIII16sIIII", 24, 4, 4, 0, 1, 0, 0, b"storage", 0, btf, 1, 1))  # BPF_MAP_CREATE
        key = ctypes.create_string_buffer(struct.pack("=I", client.fileno()))
        content = ctypes.create_string_buffer(struct.pack("=I", value))
        bpf(2, struct.pack("=IIQQQ", storage, 0, ctypes.addressof(key), ctypes.addressof(content), 0))  # BPF_MAP_UPDATE_ELEM


def udp(): datagrams(0, 1100)
def udp_lite(): datagrams(136, 1200)


def datagrams(protocol, port):
    def new(family, address):
        sock = keep(socket.socket(family, DATAGRAM, protocol))
        sock.bind(address)
        return sock
    receiver = new(V4, ("127.0.0.1", port))
    sender = new(V4, ("127.0.0.1", port + 1))
    sender.connect(("127.0.0.1", port))
    for _ in range(3):
        sender.send(b"unread")
    new(V6, ("::", port + 2))
    only = keep(socket.socket(V6, DATAGRAM, protocol))
    only.setsockopt(41, 26, 1)
    only.bind(("::1", port + 3))
    flooded = new(V4, ("127.0.0.1", port + 4))
    flooded.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2304)
    for _ in range(20):
        sender2 = socket.socket(V4, DATAGRAM, protocol)
        sender2.sendto(b"drop" * 200, ("127.0.0.1", port + 4))
        sender2.close()


def raw():
    for family, protocol in ((V4, 1), (V4, 255), (V6, 58), (V4, 89)):
        keep(socket.socket(family, RAW, protocol))
    bound = keep(socket.socket(V4, RAW, 1))
    bound.bind(("127.0.0.1", 0))
    connected = keep(socket.socket(V6, RAW, 89))
    connected.connect(("::1", 0))


def mptcp():
    server = listener(V4, STREAM, 262, ("127.0.0.1", 1300))
    client, accepted = pair(server, protocol=262)
    client.sendall(b"m" * 500)
    plain = keep(socket.create_connection(server.getsockname()))  # falls back to TCP
    keep(server.accept()[0])
    listener(V6, STREAM, 262, ("::1", 1301))


def sctp():
    server = listener(V4, STREAM, 132, ("127.0.0.1", 1400))
    client, accepted = pair(server, protocol=132)
    client.send(b"s" * 300)
    many = keep(socket.socket(V4, SEQPACKET, 132))
    many.bind(("127.0.0.1", 1401))
    many.listen(5)
    listener(V6, STREAM, 132, ("::1", 1402))
    # SCTP_SOCKOPT_BINDX_ADD: a second local address.
    multihomed = keep(socket.socket(V4, STREAM, 132))
    multihomed.bind(("127.0.0.1", 1403))
    multihomed.setsockopt(132, 100, struct.pack("=H", V4) + struct.pack(">H4s8x", 1403, socket.inet_aton("127.0.0.2")))
    multihomed.listen(5)
    pair(multihomed, protocol=132)


def dccp():
    service = struct.pack(">I", 42)
    def prepare(sock): sock.setsockopt(269, 2, service)
    server = keep(socket.socket(V4, 6, 33))
    prepare(server)
    server.bind(("127.0.0.1", 1500))
    server.listen(5)
    client = keep(socket.socket(V4, 6, 33))
    prepare(client)
    client.connect(("127.0.0.1", 1500))
    keep(server.accept()[0])


NAMES = [
    b"/run/lab/plain.sock", b"\0abstract", b"\0new\nline", b"\0nul\0inside\0", b"\0quote\"'\\", b"\0\x1b[31mred",
    b"\0\xff\xfe\x80 not utf-8", b"\0" + b"x" * 107, b"/run/lab/" + b"p" * 97, "/run/lab/ünï".encode(), b"\0", b"/run/lab/blank space",
]


def unix_names():
    for name in NAMES:
        sock = keep(socket.socket(socket.AF_UNIX, STREAM))
        sock.bind(name)
        sock.listen(3)


def unix_connections():
    for number, type_ in enumerate((STREAM, SEQPACKET)):
        server = listener(socket.AF_UNIX, type_, 0, f"/run/lab/server{number}.sock")
        client, accepted = pair(server)
        client.send(b"unread" * 20)
        waiting = keep(socket.socket(socket.AF_UNIX, type_))
        waiting.connect(server.getsockname())
        client, accepted = pair(server)
        client.shutdown(1)
    keep(*socket.socketpair(socket.AF_UNIX, STREAM))
    left, right = keep(*socket.socketpair(socket.AF_UNIX, DATAGRAM))
    left.send(b"unread")
    receiver = keep(socket.socket(socket.AF_UNIX, DATAGRAM))
    receiver.bind("/run/lab/datagram.sock")
    sender = keep(socket.socket(socket.AF_UNIX, DATAGRAM))
    sender.connect("/run/lab/datagram.sock")
    keep(socket.socket(socket.AF_UNIX, STREAM))
    removed = listener(socket.AF_UNIX, STREAM, 0, "/run/lab/removed.sock")
    os.unlink("/run/lab/removed.sock")


def netlink():
    for protocol, groups in ((0, 1 | 0x40), (4, 0), (9, 0), (15, 1), (16, 0), (12, 0)):
        try:
            sock = keep(socket.socket(socket.AF_NETLINK, RAW, protocol))
        except OSError:
            continue
        sock.bind((0, groups))
    high = keep(socket.socket(socket.AF_NETLINK, RAW, 0))
    high.bind((0, 0))
    high.setsockopt(270, 1, 33)  # NETLINK_ADD_MEMBERSHIP of a group above 32
    high.setsockopt(270, 4, 1)  # NETLINK_BROADCAST_ERROR
    high.setsockopt(270, 12, 1)  # NETLINK_GET_STRICT_CHK


def packet():
    keep(socket.socket(socket.AF_PACKET, RAW, socket.htons(3)))
    bound = keep(socket.socket(socket.AF_PACKET, DATAGRAM, socket.htons(0x800)))
    bound.bind(("lo", 0x800))
    ring = keep(socket.socket(socket.AF_PACKET, RAW, socket.htons(3)))
    ring.setsockopt(263, 10, 2)  # PACKET_VERSION: TPACKET_V3
    ring.setsockopt(263, 5, struct.pack("=7I", 65536, 2, 2048, 64, 60, 0, 0))  # PACKET_RX_RING
    ring.bind(("lo", 3))
    older = keep(socket.socket(socket.AF_PACKET, RAW, socket.htons(3)))
    older.setsockopt(263, 10, 1)
    older.setsockopt(263, 5, struct.pack("=4I", 4096, 4, 2048, 8))
    older.setsockopt(263, 13, struct.pack("=4I", 4096, 4, 2048, 8))  # PACKET_TX_RING
    for _ in range(2):
        fan = keep(socket.socket(socket.AF_PACKET, RAW, socket.htons(3)))
        fan.bind(("lo", 3))
        fan.setsockopt(263, 18, 7 | (1 << 16))  # PACKET_FANOUT, load balance
    member = keep(socket.socket(socket.AF_PACKET, RAW, socket.htons(3)))
    index = socket.if_nametoindex("dummy0")
    member.setsockopt(263, 1, struct.pack("=IHH8s", index, 1, 0, b""))  # promiscuous
    member.setsockopt(263, 1, struct.pack("=IHH8s", index, 0, 6, b"\1\0\x5e\0\0\1\0\0"))
    filtered = keep(socket.socket(socket.AF_PACKET, RAW, socket.htons(3)))
    program = ctypes.create_string_buffer(struct.pack("=HBBI", 0x06, 0, 0, 96))
    filtered.setsockopt(socket.SOL_SOCKET, 26, struct.pack("@HP", 1, ctypes.addressof(program)))


def vsock():
    server = keep(socket.socket(40, STREAM))
    server.bind((0xffffffff, 1600))
    server.listen(5)
    client = keep(socket.socket(40, STREAM))
    client.connect((1, 1600))  # VMADDR_CID_LOCAL
    keep(server.accept()[0])


def vsock_seqpacket():
    bound = keep(socket.socket(40, SEQPACKET))
    bound.bind((1, 1601))


def xdp():
    index = socket.if_nametoindex("dummy0")
    sock = keep(socket.socket(44, RAW))
    area = ctypes.create_string_buffer(4096 * 17)
    start = (ctypes.addressof(area) + 4095) & ~4095
    keep(area)
    for form in (struct.pack("=QQIIII", start, 4096 * 16, 2048, 0, 0, 0), struct.pack("=QQII", start, 4096 * 16, 2048, 0)):
        try:
            sock.setsockopt(283, 4, form)  # XDP_UMEM_REG
            break
        except OSError as error:
            failure = error
    else:
        raise failure
    for option in (2, 3, 5, 6):  # receive, send, fill and completion rings
        sock.setsockopt(283, option, 16)
    raw_bind(sock, struct.pack("=HHIII", 44, 2, index, 0, 0))  # XDP_COPY


def tipc():
    server = keep(socket.socket(30, SEQPACKET))
    server.bind((socket.TIPC_ADDR_NAMESEQ, 18888, 1, 5, socket.TIPC_NODE_SCOPE))
    server.listen(0)
    client = keep(socket.socket(30, SEQPACKET))
    client.setblocking(False)  # a connection is acknowledged by accept()
    try:
        client.connect((socket.TIPC_ADDR_NAME, 18888, 1, 0))
    except BlockingIOError:
        pass
    keep(server.accept()[0])
    datagram = keep(socket.socket(30, socket.SOCK_RDM))
    datagram.bind((socket.TIPC_ADDR_NAMESEQ, 18889, 7, 7, socket.TIPC_NODE_SCOPE))


def smc():
    def address(port): return struct.pack("=H", V4) + struct.pack(">H4s8x", port, socket.inet_aton("127.0.0.1"))
    server = keep(socket.socket(43, STREAM, 0))
    raw_bind(server, address(1700))
    check(libc.listen(server.fileno(), 5))
    client = keep(socket.socket(43, STREAM, 0))
    raw_connect(client, address(1700))
    accepted = check(libc.accept(server.fileno(), None, None))
    keep(socket.socket(fileno=accepted))


KINDS = [
    tcp_listeners, tcp_connections, tcp_closing, tcp_reno, tcp_bbr, tcp_dctcp, tcp_vegas, tcp_md5, tcp_tls,
    tcp_fast_open, tcp_congestion_notification, tcp_cgroup, tcp_storage, users, udp, udp_lite, raw, mptcp, sctp, dccp,
    unix_names, unix_connections, netlink, packet, vsock, vsock_seqpacket, xdp, tipc, smc,
]


def make_all():
    """Makes everything, and waits until timers of the handshakes are over."""
    os.makedirs("/run/lab", exist_ok=True)
    for make in KINDS:
        kind(make)


def facts():
    """What this program knows of its own sockets, a dictionary for each: a judge besides ss."""
    for sock in SOCKETS:
        if not isinstance(sock, socket.socket) or sock.fileno() < 0:
            continue
        fact = {"inode": os.fstat(sock.fileno()).st_ino, "family": int(sock.family), "type": int(sock.type) & 15,
                "protocol": sock.proto}
        cookie, length = ctypes.c_uint64(), ctypes.c_uint32(8)
        if libc.getsockopt(sock.fileno(), socket.SOL_SOCKET, 57, ctypes.byref(cookie), ctypes.byref(length)) == 0:
            fact["cookie"] = cookie.value  # SO_COOKIE
        for key, function in (("local", libc.getsockname), ("peer", libc.getpeername)):
            area, length = ctypes.create_string_buffer(256), ctypes.c_uint32(256)
            if function(sock.fileno(), area, ctypes.byref(length)) == 0:
                fact[key] = area.raw[:length.value].hex()  # struct sockaddr, which starts with the family
        yield fact


def cgroups():
    """The ids that the kernel gives to cgroups, with their paths."""
    root = "/sys/fs/cgroup"
    for path in ("/", "/lab", "/lab/inner"):
        handle, mount = ctypes.create_string_buffer(struct.pack("=Ii8x", 8, 0)), ctypes.c_int()
        check(libc.name_to_handle_at(-100, (root + path).encode(), handle, ctypes.byref(mount), 0))
        yield path, struct.unpack("=Q", handle.raw[8:16])[0]
