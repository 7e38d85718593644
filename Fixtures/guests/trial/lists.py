"""Lists of every family, compared with those of ss in the same guest."""
import os
import re
import subprocess

#: Options of sockdiag, those of ss, and the columns of ss before the details.
KINDS = [
    ("tcp", ["-ta"], ["-ta"]),
    ("tcp listening", ["-tl"], ["-tl"]),
    ("udp", ["-ua"], ["-ua"]),
    ("raw", ["-wa"], ["-wa"]),
    ("mptcp", ["-Ma"], ["-Ma"]),
    ("sctp", ["-Sa"], ["-Sa"]),
    ("unix", ["-xa"], ["-xa"]),
    ("netlink", ["--netlink", "-a"], ["-f", "netlink", "-a"]),
    ("packet", ["-0", "-a"], ["-0", "-a"]),
    ("vsock", ["--vsock", "-a"], ["--vsock", "-a"]),
    ("xdp", ["--xdp", "-a"], ["--xdp", "-a"]),
    ("tipc", ["--tipc", "-a"], ["--tipc", "-a"]),
]
#: Kinds that ss does not list. The table of /proc/net says how many there are.
OTHERS = [("udplite", ["--udplite", "-a"], ("udplite", "udplite6")), ("dccp", ["-d", "-a"], ()), ("smc", ["--smc", "-a"], ())]

STATES = {
    "LISTEN": "listen", "ESTAB": "established", "UNCONN": "close", "TIME-WAIT": "time-wait", "SYN-SENT": "syn-sent",
    "SYN-RECV": "syn-recv", "FIN-WAIT-1": "fin-wait-1", "FIN-WAIT-2": "fin-wait-2", "CLOSE-WAIT": "close-wait",
    "LAST-ACK": "last-ack", "CLOSING": "closing",
}


def ss_rows(options):
    """The sockets as ss prints them: state, queues, and the words of the details."""
    text = subprocess.run(["ss", "-HnemiO", *options], capture_output=True).stdout.decode(errors="surrogateescape")
    lines = []
    for line in text.split("\n"):
        if ROW.match(line):
            lines.append(line)
        elif line:  # ss prints the line feed in a name
            lines[-1] += "\n" + line
    return [ss_row(line) for line in lines]


#: What is below a socket of SCTP, the net id, the state unless all have the same, the queues, the rest.
ROW = re.compile(r"^(?:`- )?(?:[a-z?]\S* +)?(?:([A-Z][A-Z0-9-]+) +)?(\d+) +(\d+) +(.*)$", re.DOTALL)


def ss_row(line):
    state, receive, send, rest = ROW.match(line).groups()
    return {
        "state": STATES.get(state, "close"), "queues": (int(receive), int(send)),
        # The inode of a UNIX socket follows its name. Behind it is the inode of the file.
        "inode": found(r"\s(\d+) .* (?:\d+|\*) ", rest) if line.startswith("u_") else found(r" ino:(\d+)", rest),
        "local": rest.split()[0], "cookie": found(r" sk:([0-9a-f]+)", rest, 16),
        "uid": found(r" uid:(\d+)", rest) or 0, "memory": memory(rest), "figures": figures(rest), "text": line,
    }


def found(pattern, line, base=10):
    match = re.search(pattern, line)
    return int(match.group(1), base) if match else None


def memory(line):
    match = re.search(r"skmem:\(([^)]*)\)", line)
    if not match:
        return None
    return {re.match("[a-z]+", word).group(): int(re.search(r"\d+$", word).group()) for word in match.group(1).split(",")}


#: Figures of TCP that ss prints if they are not zero, and the members of the JSON.
FIGURES = {
    "cwnd": "snd_cwnd", "segs_out": "segs_out", "segs_in": "segs_in", "bytes_acked": "bytes_acked",
    "bytes_received": "bytes_received", "bytes_sent": "bytes_sent", "rcv_space": "rcv_space", "advmss": "advmss",
    "pmtu": "pmtu", "mss": "snd_mss", "rcvmss": "rcv_mss", "data_segs_out": "data_segs_out",
    "data_segs_in": "data_segs_in", "rcv_ssthresh": "rcv_ssthresh", "delivered": "delivered", "snd_wnd": "snd_wnd",
    "unacked": "unacked", "notsent": "notsent_bytes",
}
MEMORY = {
    "r": "rmem_alloc", "rb": "rcvbuf", "t": "wmem_alloc", "tb": "sndbuf", "f": "fwd_alloc", "w": "wmem_queued",
    "o": "optmem", "bl": "backlog", "d": "drops",
}


def figures(line):
    return {name: int(value) for name, value in re.findall(r" ([a-z_]+):(\d+)(?= |$)", line) if name in FIGURES}


def compare_lists(report):
    for name, options, ss_options in KINDS:
        compare(report, name, options, ss_options)
    for name, options, tables in OTHERS:
        answer = report.run("list", *options, "--ndjson", schema="socket")
        if not is_served(report, name, answer):
            continue
        expected = sum(table_rows(table) for table in tables) if tables else None
        count = len(answer.rows)
        report.note(f"list {name}: {count} rows", count == expected if tables else count > 0, f"{expected} in /proc/net")


def table_rows(name):
    with open(f"/proc/net/{name}") as file:
        return len(file.readlines()) - 1


def is_served(report, name, answer):
    """Whether the kernel has a handler. Otherwise the answer must say so."""
    if "no sock_diag handler" not in answer.errors:
        return True
    report.note(f"list {name}: no handler, and the answer names it ({answer.errors.strip()})", True)
    return False


def compare(report, name, options, ss_options):
    # A socket may change between the lists. So ss lists them twice, and the fields of a row that changes do not count.
    for attempt in range(3):
        before = ss_rows(ss_options)
        answer = report.run("list", *options, "-mie", "--ndjson", schema="socket")
        if not is_served(report, name, answer):
            return
        table = report.run("list", *options, "-n", "-H").text
        after = ss_rows(ss_options)
        unchanged = {row["text"] for row in before}
        differences = differ(name, answer.rows, after, unchanged)
        if not differences:
            break
    report.note(f"list {name}: {len(answer.rows)} rows as ss", not differences and answer.status == 0,
                "; ".join(differences[:6]) + answer.errors)
    count = len([line for line in table.splitlines() if not line.startswith(" ")])
    report.note(f"list {name}: the table has as many rows", count == len(answer.rows), f"{count}")


def differ(name, rows, expected, unchanged):
    """What differs. The inodes and cookies identify a row, but ss does not print them for each family."""
    if name == "tipc":
        return [] if len(rows) == len(expected) else [f"{len(rows)} instead of {len(expected)}"]
    differences = []
    if name == "netlink":
        # The kernel lists a socket with groups twice, and ss prints it twice. ss and sockdiag do not list each other.
        expected = list({row["local"]: row for row in expected}.values())
        expected = [row for row in expected if row["local"] in ("4:0", f"4:{os.getpid()}") or row["local"][:2] != "4:"]
        rows = [row for row in rows if row["protocol"] != "tcpdiag" or row["port_id"] in (0, os.getpid())]
    rest = list(rows)
    for ss in expected:
        # A socket of SCTP has the cookie of its associations.
        same = [row for row in rest if is_same(row, ss)]
        if not same:
            differences.append(f"missing: {ss['text']}")
            continue
        best = min(same, key=lambda row: len(list(differing_fields(name, row, ss))))
        rest.remove(best)
        if ss["text"] in unchanged:
            differences += [f"{text} in {best}" for text in differing_fields(name, best, ss)]
    return differences + [f"in excess: {row}" for row in rest]


def is_same(row, ss):
    if ss["cookie"] is not None:
        return row.get("cookie") == str(ss["cookie"])
    if row["family"] in ("vsock", "netlink"):
        return [local_name(row), row["state"]] == [ss["local"], ss["state"]]
    return row.get("inode") == ss["inode"]


#: Numbers of netlink protocols, as ss prints them.
PROTOCOLS = {
    "rtnl": 0, "usersock": 2, "tcpdiag": 4, "nflog": 5, "xfrm": 6, "selinux": 7, "audit": 9, "fiblookup": 10, "cntr": 11,
    "nft": 12, "scsi-trans": 18, "uevent": 15, "genl": 16, "ecryptfs": 19, "crypto": 21, "rdma": 20, "connector": 11,
}


def local_name(row):
    if row["family"] == "netlink":
        port = row["port_id"]
        name = row["protocol"]
        return f"{PROTOCOLS.get(name, name)}:{port - (1 << 32) if port > 0x7FFFFFFF else port}"
    return f"{row['local'].get('cid', '*')}:{row['local']['port']}"


def differing_fields(name, row, ss):
    state = "close" if row["state"] == "bound-inactive" else row["state"]
    if state != ss["state"]:
        yield f"state {state}"
    if "receive_queue" in row and (row["receive_queue"], row["send_queue"]) != ss["queues"]:
        yield f"queues {row['receive_queue']} {row['send_queue']}"
    if row["family"] != "unix" and "uid" in row and row["uid"] != ss["uid"]:
        yield f"uid {row['uid']}"
    if ss["memory"] and "memory" in row:
        for short, value in ss["memory"].items():
            if row["memory"].get(MEMORY[short]) != value:
                yield f"memory {MEMORY[short]}={row['memory'].get(MEMORY[short])}"
    if name.startswith("tcp") and "tcp_info" in row:
        for figure, value in ss["figures"].items():
            if row["tcp_info"].get(FIGURES[figure]) != value:
                yield f"{FIGURES[figure]}={row['tcp_info'].get(FIGURES[figure])}"
