"""What the command says when the handler of a kind of sockets is missing: each is hidden in turn."""
import glob
import os
import subprocess

from checks import kernel

CONFIGURATION = "/etc/modprobe.d/hidden.conf"


class Kind:
    def __init__(self, name, options, module, table=None, removed_in=None):
        self.name, self.options, self.module, self.table, self.removed_in = name, options, module, table, removed_in


KINDS = [
    Kind("tcp", ["-ta"], "tcp_diag", "tcp"), Kind("udp", ["-ua"], "udp_diag", "udp"),
    Kind("udplite", ["--udplite", "-a"], "udp_diag", "udplite", (7, 1)), Kind("raw", ["-wa"], "raw_diag", "raw"),
    Kind("mptcp", ["-Ma"], "mptcp_diag"), Kind("sctp", ["-Sa"], "sctp_diag"), Kind("dccp", ["-d", "-a"], "dccp_diag"),
    Kind("unix", ["-xa"], "unix_diag", "unix"), Kind("netlink", ["--netlink", "-a"], "netlink_diag", "netlink"),
    Kind("packet", ["-0", "-a"], "af_packet_diag", "packet"), Kind("vsock", ["--vsock", "-a"], "vsock_diag"),
    Kind("xdp", ["--xdp", "-a"], "xsk_diag"), Kind("tipc", ["--tipc", "-a"], "tipc_diag"),
    Kind("smc", ["--smc", "-a"], "smc_diag"),
]


def loaded():
    with open("/proc/modules") as file:
        return {line.split()[0] for line in file}


def installed():
    return {os.path.basename(path).split(".")[0].replace("-", "_")
            for path in glob.glob(f"/lib/modules/{os.uname().release}/kernel/**/*.ko*", recursive=True)}


def module_of(kind):
    # TIPC's had another name before Linux 6.11.
    return "diag" if kind.name == "tipc" and "diag" in installed() else kind.module


def hide(modules):
    """Unloads modules, and keeps the kernel from loading them."""
    os.makedirs(os.path.dirname(CONFIGURATION), exist_ok=True)
    with open(CONFIGURATION, "w") as file:
        file.writelines(f"install {module} /bin/false\n" for module in modules)
    for module in modules:
        subprocess.run(["rmmod", module], capture_output=True)


def show():
    if os.path.exists(CONFIGURATION):
        os.unlink(CONFIGURATION)


def handlers(report):
    """capabilities --json by kind."""
    return {row["sockets"]: row for row in report.run("capabilities", "--json", schema="capabilities").document["handlers"]}


def hidden_handlers(report):
    table = open("/out/handlers.txt", "w")
    for kind in KINDS:
        module = module_of(kind)
        if module not in installed() or kind.removed_in and kernel() >= kind.removed_in:
            handler = handlers(report)[kind.name]
            report.note(f"{kind.name}: this kernel has no handler, and capabilities says so",
                        handler["answer"] == "missing" and handler["provider"] == "absent" and "suggestion" in handler,
                        f"{handler}")
            continue
        with_it = len(report.run("list", *kind.options, "--ndjson").rows)
        hide([module])
        try:
            if module in loaded():
                report.note(f"{kind.name}: {module} can be unloaded", False)
                continue
            without(report, kind, module, with_it, table)
        finally:
            show()
        loaded_again(report, kind, module)
    table.close()


def without(report, kind, module, with_it, table):
    before = handlers(report)[kind.name]
    report.note(f"{kind.name} without {module}: capabilities does not load it", module not in loaded())
    report.note(f"{kind.name} without {module}: capabilities names it",
                before["answer"] in ("not-asked", "missing") and before["provider"] == "loadable"
                and before["module"] == module and module in before["suggestion"], f"{before}")
    answer = report.run("list", *kind.options, "--ndjson", schema="socket")
    source = f"/proc/net/{kind.table}" if kind.table else None
    is_named = module in answer.errors and "no sock_diag handler" in answer.errors
    is_answered = ("/proc/net" in answer.errors and answer.status in (0, 75)) if source else answer.status == 71
    report.note(f"list {kind.name} without {module}: names the module" + (" and /proc/net" if source else ""),
                is_named and is_answered, str(answer)[:800])
    rows = len(answer.rows) if source else 0
    table.write(f"{os.uname().release}\t{kind.name}\t{module}\t{with_it}\t{rows}\t{answer.status}\t{answer.errors.strip()}\n")
    table.flush()
    if kind.table:
        report.note(f"list {kind.name} without {module}: lists from {source}", rows > 0, f"{with_it} with the module")
    if kind.name in ("tcp", "udp", "unix"):
        why_without(report, kind, module)


def why_without(report, kind, module):
    place = {"tcp": ["127.0.0.1:1000"], "udp": ["127.0.0.1:1100", "--udp"], "unix": ["/run/lab/plain.sock"]}[kind.name]
    answer = report.run("why", *place, "-v")
    report.expect(answer, f"why {' '.join(place)} without {module}", status=1, first="in use")
    report.note(f"why {' '.join(place)} without {module}: names the module and /proc/net",
                module in answer.text + answer.errors and "/proc/net" in answer.text + answer.errors, str(answer))
    if kind.name == "tcp":
        report.expect(report.run("events", "-t"), f"events without {module}", status=71, errors=[module])
        report.expect(report.run("destroy", "-t", "dport = :1010", "--yes"), f"destroy without {module}", status=71,
                      errors=[module])
        free = report.run("why", "127.0.0.1:8099")
        report.expect(free, f"why about a free port without {module}", first="free")


def loaded_again(report, kind, module):
    """With the module, the first request loads it."""
    report.run("list", *kind.options, "--ndjson")
    report.note(f"list {kind.name} loads {module}", module in loaded(), f"{sorted(loaded())}")
    handler = handlers(report)[kind.name]
    report.note(f"{kind.name} with {module}: capabilities says it is loaded",
                handler["answer"] == "present" and handler["provider"] == "loaded" and handler["module"] == module,
                f"{handler}")


def without_any(report):
    """inet_diag is what TCP, UDP and the others need."""
    inet = ["tcp_diag", "udp_diag", "raw_diag", "mptcp_diag", "sctp_diag", "dccp_diag", "smc_diag", "inet_diag"]
    hide(inet)
    try:
        report.note("inet_diag can be unloaded", "inet_diag" not in loaded(), f"{sorted(loaded())}")
        answer = report.expect(report.run("list", "-tua", "--ndjson"), "list without inet_diag",
                               status=(0, 75), errors=["tcp_diag", "/proc/net"])
        report.note("list without inet_diag has rows", len(answer.rows) > 0)
        report.run("capabilities")
        report.expect(report.run("why", "127.0.0.1:1000"), "why without inet_diag", status=1, first="in use")
    finally:
        show()


def features(report):
    """The features of capabilities, compared with what is known of this kernel."""
    document = report.run("capabilities", "--json", schema="capabilities").document
    found = {feature["feature"]: feature["is_present"] for feature in document["features"]}
    expected = {
        "one-walk": True, "one-walk-udp": kernel() >= (5, 9), "bound-inactive": kernel() >= (6, 8), "destroy": True,
        "events": True, "filter-port": True, "filter-interface": True, "filter-mark": True,
        "filter-cgroup": True, "cgroup-id": kernel() >= (5, 9), "socket-options": kernel() >= (5, 9),
    }
    for name, value in expected.items():
        report.note(f"capabilities: {name} is {value}", found.get(name) is value, f"{found}")


PARTS = [features, hidden_handlers, without_any]
