"""The subcommands about ports, UNIX sockets and events, each in a situation that it is for."""
import os
import signal
import socket
import subprocess
import sys
import time

from checks import COMMAND, kernel

V4, V6, UNIX = socket.AF_INET, socket.AF_INET6, socket.AF_UNIX


class Server:
    """A process that holds sockets until it is ended."""

    def __init__(self, code):
        self.process = subprocess.Popen(
            [sys.executable, "-c", "import socket, time, os\n" + code + "\nprint('ready', flush=True)\ntime.sleep(600)\n"],
            stdout=subprocess.PIPE)
        self.process.stdout.readline()
        self.pid = self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    @property
    def has_ended(self):
        try:
            self.process.wait(5)
            return True
        except subprocess.TimeoutExpired:
            return False


def listening(address, family="AF_INET"):
    return Server(f"s = socket.create_server({address!r}, family=socket.{family})")


def real_bind(address, family=V4, **options):
    """The answers of the kernel itself: the errors of bind() and of listen(), 0 for success."""
    with socket.socket(family) as sock:
        for name in options:
            sock.setsockopt(socket.SOL_SOCKET, {"reuseaddr": 2, "reuseport": 15}[name], 1)
        try:
            sock.bind(address)
        except OSError as error:
            return error.errno
        try:
            sock.listen(1)
        except OSError as error:
            return error.errno
    return 0


def agrees(report, answer, address, family=V4, is_open=False, **options):
    """Notes whether `why --json` and the kernel agree. `is_open` says that the answer depends on what cannot be seen."""
    error = real_bind(address, family, **options)
    expected = "depends" if is_open else {0: "free", 98: "conflict"}.get(error, "error")
    report.note("the kernel agrees with " + " ".join(answer.words), answer.document["verdict"] == expected,
                f"{answer.document['verdict']}, the kernel: {error}")


def why(report):
    answer = report.run("why", "8080")
    report.expect(answer, first="is free")
    with listening(("127.0.0.1", 8080)) as server:
        report.expect(report.run("why", "8080"), status=1, first=f"in use by python3 (pid {server.pid}")
        report.expect(report.run("8080"), status=1, words=["sockdiag kill 8080"])
        report.expect(report.run("why", "8080", "-v"), status=1, words=["listener  127.0.0.1:8080", "EADDRINUSE"])
        for place, address, family in (
            ("127.0.0.1:8080", ("127.0.0.1", 8080), V4), ("127.0.0.2:8080", ("127.0.0.2", 8080), V4),
            ("0.0.0.0:8080", ("0.0.0.0", 8080), V4), ("[::]:8080", ("::", 8080), V6), ("[::1]:8080", ("::1", 8080), V6),
            ("198.51.100.1:8080", ("198.51.100.1", 8080), V4),
        ):
            agrees(report, report.run("why", place, "--json", schema="why"), address, family)
            agrees(report, report.run("why", place, "--json", "--reuseaddr"), address, family, reuseaddr=1)
            agrees(report, report.run("why", place, "--json", "--reuseport"), address, family, reuseport=1)
        report.expect(report.run("why", "8080", "--udp"), first="is free")
    with Server("s = socket.socket(); s.bind(('127.0.0.1', 8081))") as server:
        # Before 6.8 the kernel does not list such a socket, so that it is found in the process.
        report.expect(report.run("why", "8081"), "why names a socket that is only bound", status=1,
                      first=f"python3 (pid {server.pid}")
        agrees(report, report.run("why", "127.0.0.1:8081", "--json", schema="why"), ("127.0.0.1", 8081))
        as_user = subprocess.run(
            ["python3", "-c", f"import os; os.setgroups([]); os.setuid(1234); os.execv('{COMMAND}', ['sockdiag', 'why', '8081', '--json'])"],
            capture_output=True)
        # A plain user sees it in the kernel's list only.
        expected = 1 if kernel() >= (6, 8) else 2
        report.note("why, as a plain user: " + ("in use" if expected == 1 else "depends on bound sockets"),
                    as_user.returncode == expected
                    and (expected == 1 or b"bound-sockets" in as_user.stdout), f"{as_user}")
    with Server("s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 8082))"):
        report.expect(report.run("why", "8082", "--udp"), status=1, first="8082/udp is in use")
        report.expect(report.run("why", "8082"), first="is free")
    time_wait(8083)
    report.expect(report.run("why", "8083"), status=1, first="closed connection (TIME_WAIT)")
    agrees(report, report.run("why", "127.0.0.1:8083", "--json", schema="why"), ("127.0.0.1", 8083))
    # Nothing tells whether the closed server had the option.
    agrees(report, report.run("why", "127.0.0.1:8083", "--json", "--reuseaddr"), ("127.0.0.1", 8083), is_open=True, reuseaddr=1)
    destroy_records(report, 8083)
    answer = report.run("why", "--run", "python3", "-c", "import socket; s = socket.create_server(('198.51.100.1', 80))")
    report.expect(answer, "why --run", status=1, errors=["EADDRNOTAVAIL"])


def destroy_records(report, port):
    can = kernel() >= (6, 0)
    advised = "sockdiag destroy" in report.run("why", port).text
    report.note(f"why {'advises' if can else 'does not advise'} to destroy records", advised == can)
    answer = report.run("destroy", "-t", f"sport = :{port} and state time-wait", "--yes")
    if can:
        report.expect(answer, "destroy time-wait records")
        report.expect(report.run("why", port), "why after destroy", first="is free")
    else:
        report.expect(answer, "destroy time-wait records: the kernel cannot", status=71, errors=["wait until its timer ends"])


def time_wait(port):
    """Leaves a record of a closed connection on a port. The server did not set SO_REUSEADDR."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", port))
        server.listen(1)
        client = socket.create_connection(("127.0.0.1", port))
        accepted, _ = server.accept()
        accepted.close()
        time.sleep(0.1)
        client.close()
    time.sleep(0.1)


def why_unix(report):
    os.makedirs("/run/why", exist_ok=True)
    report.expect(report.run("why", "/run/why/none.sock"), first="free")
    report.expect(report.run("why", "/run/nowhere/none.sock"), status=3, words=["ENOENT"])
    with Server("s = socket.socket(socket.AF_UNIX); s.bind('/run/why/app.sock'); s.listen(1)") as server:
        report.expect(report.run("/run/why/app.sock"), status=1, first=f"python3 (pid {server.pid}")
        report.run("why", "/run/why/app.sock", "--json", schema="why-unix")
    # The process has gone, and the file remains.
    report.expect(report.run("why", "/run/why/app.sock"), "why names a stale socket file", status=1, first="stale")
    os.unlink("/run/why/app.sock")
    report.expect(report.run("why", "/run/why/app.sock"), first="free")
    open("/run/why/file", "w").close()
    report.expect(report.run("why", "/run/why/file"), "why names a file that is no socket", status=1)
    with Server("s = socket.socket(socket.AF_UNIX); s.bind('\\0abstract name'); s.listen(1)") as server:
        report.expect(report.run("why", "@abstract name"), status=1, first=f"python3 (pid {server.pid}")
        report.run("why", "@abstract name", "--json", schema="why-unix")
        report.expect(report.run("kill", "@abstract name", "--yes"), "kill a UNIX server")
        report.note("kill a UNIX server: it has ended", server.has_ended)
    report.expect(report.run("why", "@abstract name"), first="free")


def kill(report):
    with listening(("127.0.0.1", 8090)) as server:
        report.expect(report.run("kill", "8090", "--dry-run"), words=[f"{server.pid}"])
        report.note("kill --dry-run ends nothing", server.process.poll() is None)
        report.expect(report.run("kill", "8090", "--yes", "--json", schema="kill"), "kill a server")
        report.note("kill a server: it has ended", server.has_ended)
        report.note("kill a server: by SIGTERM", server.process.returncode == -signal.SIGTERM)
    report.expect(report.run("kill", "8090", "--yes"), "kill without a server", status=1)
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); s = socket.create_server(('127.0.0.1', 8091))"
    with Server(stubborn) as server:
        report.expect(report.run("kill", "8091", "--yes", "--grace", "500ms"), "kill a server that ignores SIGTERM")
        report.note("it was ended by SIGKILL", server.has_ended and server.process.returncode == -signal.SIGKILL)
    with Server("s = socket.socket(); s.bind(('127.0.0.1', 8092))") as server:
        report.expect(report.run("kill", "8092", "--yes"), "kill a process whose socket is only bound")
        report.note("kill a process whose socket is only bound: it has ended", server.has_ended)


def wait(report):
    report.expect(report.run("wait", "8100", "--free", "--timeout", "5s"), "wait --free at once")
    report.expect(report.run("wait", "8100", "--listening", "--timeout", "500ms"), "wait --listening times out", status=1)
    with listening(("127.0.0.1", 8100)) as server:
        report.expect(report.run("wait", "8100", "--listening", "--timeout", "5s"), "wait --listening at once")
        report.expect(report.run("wait", "8100", "--free", "--timeout", "500ms"), "wait --free times out", status=1)
        waiting = subprocess.Popen([COMMAND, "wait", "8100", "--free", "--timeout", "30s"], stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT)
        time.sleep(1)
        report.note("wait --free waits", waiting.poll() is None)
        server.process.kill()
        server.process.wait()
        start = time.monotonic()
        text = waiting.communicate(timeout=30)[0]
        took = time.monotonic() - start
        report.note("wait --free ends with the server", waiting.returncode == 0, f"{waiting.returncode} {text}")
        report.line(f"       it ended {took:.2f} s after the server")
    waiting = subprocess.Popen([COMMAND, "wait", "8101", "--listening", "--timeout", "30s"], stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    time.sleep(0.5)
    with listening(("127.0.0.1", 8101)):
        text = waiting.communicate(timeout=30)[0]
        report.note("wait --listening ends with the listener", waiting.returncode == 0, f"{waiting.returncode} {text}")
    waiting = subprocess.Popen([COMMAND, "wait", "/run/wait.sock", "--listening", "--timeout", "30s"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(0.5)
    with Server("s = socket.socket(socket.AF_UNIX); s.bind('/run/wait.sock'); s.listen(1)"):
        text = waiting.communicate(timeout=30)[0]
        report.note("wait --listening for a UNIX socket", waiting.returncode == 0, f"{waiting.returncode} {text}")


def free(report):
    answer = report.expect(report.run("free", "8110-8119"), words=["8110"])
    with listening(("0.0.0.0", 8110)):
        report.expect(report.run("free", "8110-8119"), words=["8111"])
        report.run("free", "8110-8119", "--json", schema="free")
    port = int(report.run("free").text)
    report.note("free prints a port that can be bound", real_bind(("0.0.0.0", port)) == 0, answer.text)


def events(report):
    with open("/out/events.ndjson", "w") as out, open("/out/events.errors", "w") as errors:
        reader = subprocess.Popen([COMMAND, "events", "-t", "-u", "-i", "-e", "--ndjson"], stdout=out, stderr=errors)
        time.sleep(1)
        cookies = {"tcp": [], "udp": []}
        with socket.create_server(("127.0.0.1", 8120)) as server:
            client = socket.create_connection(("127.0.0.1", 8120))
            accepted, _ = server.accept()
            client.sendall(b"x" * 100)
            accepted.recv(100)
            cookies["tcp"] += [cookie(client), cookie(accepted), cookie(server)]
            client.close()
            accepted.close()
        with socket.socket(V4, socket.SOCK_DGRAM) as datagrams, socket.socket(V6, socket.SOCK_DGRAM) as six:
            datagrams.bind(("127.0.0.1", 8121))
            six.bind(("::1", 8122))
            cookies["udp"] += [cookie(datagrams), cookie(six)]
        time.sleep(1)
        reader.send_signal(signal.SIGINT)
        status = reader.wait(10)
    import json
    with open("/out/events.ndjson") as file:
        found = [json.loads(line) for line in file]
    report.runs += 1
    # A connection that becomes a TIME_WAIT record is announced when its socket is released.
    for kind, numbers in cookies.items():
        seen = {int(event["cookie"]) for event in found if event.get("protocol") == kind}
        report.note(f"events of {kind}: {len(numbers)} sockets", set(numbers) <= seen, f"{numbers}, events: {found}")
    report.note("events end with SIGINT", status == 0, f"{status}")
    with open("/out/events.errors") as file:
        text = file.read()
    report.note("events lose none", "lost" not in text, text)
    os.rename("/out/events.ndjson", "/out/documents/event-1.ndjson")


def cookie(sock):
    return int.from_bytes(sock.getsockopt(socket.SOL_SOCKET, 57, 8), sys.byteorder)


def destroy(report):
    with socket.create_server(("127.0.0.1", 8130)) as server:
        client = socket.create_connection(("127.0.0.1", 8130))
        accepted, _ = server.accept()
        report.expect(report.run("destroy", "-t", "dport = :8130", "--dry-run"), words=["127.0.0.1:8130"])
        client.settimeout(1)
        report.note("destroy --dry-run destroys nothing", is_alive(client))
        report.expect(report.run("destroy", "-t", "dport = :8130", "--yes"), "destroy a connection")
        report.note("destroy a connection: it is aborted", not is_alive(client))
        accepted.close()
    with socket.create_server(("127.0.0.1", 8131)) as server:
        report.expect(report.run("destroy", "-t", "-l", "sport = :8131", "--yes"), "destroy a listener")
        report.note("destroy a listener: it does not listen", real_connect(8131) != 0)
        # The process keeps the port, and kernels before 6.8 do not list the socket.
        report.expect(report.run("why", "8131"), "why after a listener was destroyed", status=1, first="bound")
    with socket.socket(V4, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(("127.0.0.1", 8132))
        report.expect(report.run("destroy", "-u", "-a", "sport = :8132", "--yes"), "destroy a UDP socket")
        # It lost its peer, and a port that a program has bound stays bound.
        report.expect(report.run("why", "8132", "--udp"), "why after a UDP socket was destroyed", status=1)
        with socket.socket(V4, socket.SOCK_DGRAM) as other:
            report.note("the kernel agrees: the port of a destroyed UDP socket is in use", not can_bind(other, 8132))
    with socket.socket(V4, socket.SOCK_RAW, 89) as raw:
        report.expect(report.run("destroy", "-w", "-a", f"inode = {os.fstat(raw.fileno()).st_ino}", "--yes"),
                      "destroy a raw socket")


def can_bind(sock, port):
    try:
        sock.bind(("127.0.0.1", port))
        return True
    except OSError:
        return False


def is_alive(sock):
    sock.setblocking(False)
    try:
        sock.recv(1)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def real_connect(port):
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port))


def findings(report):
    answer = report.run("check", "--interval", "0.2", "--json", schema="finding")
    report.note("check runs", answer.status in (0, 1), str(answer))
    with socket.create_server(("127.0.0.1", 8140), backlog=1) as server:
        clients = []
        for _ in range(6):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex(("127.0.0.1", 8140))
            clients.append(client)
        time.sleep(0.5)
        answer = report.run("check", "--interval", "1.5", "--json", schema="finding")
        report.expect(answer, "check finds a full accept queue", status=1, words=["8140"])
        for client in clients:
            client.close()
    answer = report.run("check", "--interval", "0.2", "--openmetrics")
    report.note("check --openmetrics", answer.text.endswith("# EOF\n"), str(answer))


PARTS = [why, why_unix, kill, wait, free, events, destroy, findings]
