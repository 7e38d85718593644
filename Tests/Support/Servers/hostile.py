"""Scrapes `sockdiag metrics --listen` beside many hostile and slow clients, in the network namespace of the caller.

hostile.py COMMAND CLIENTS SECONDS

A client is one of five: it says nothing, sends a byte now and then, sends a request and never reads the answer, sends
nonsense, or begins a request that has no end. One whose connection is closed connects again at once. Prints one JSON object.
"""

import ctypes, json, os, random, resource, select, signal, socket, subprocess, sys, time, urllib.request

command, clients, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
PORT = 9773
ADDRESS = ("127.0.0.1", PORT)


def memory(process):
    with open(f"/proc/{process.pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def scrape():
    start = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=20) as answer:
        page = answer.read()
    assert page.startswith(b"# HELP sockdiag_"), page[:100]
    return time.monotonic() - start


class Client:
    def __init__(self, number):
        self.kind = number % 5
        self.opened = 0
        self.socket = None

    def open(self):
        self.opened += 1
        self.socket = socket.socket()
        self.socket.setblocking(False)
        if self.kind == 2:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        self.socket.connect_ex(ADDRESS)

    def act(self):
        """Does its harm, or connects again."""
        if self.socket is None:
            return self.open()
        try:
            if self.kind == 1:
                self.socket.send(random.choice([b"G", b"E", b"T", b" "]))
            elif self.kind == 2:
                self.socket.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
            elif self.kind == 3:
                self.socket.send(os.urandom(200))
            elif self.kind == 4:
                self.socket.send(b"GET /metrics HTTP/1.1\r\n" if self.opened == 1 else b"X: " + b"y" * 900 + b"\r\n")
            # Those that only wait see the end of their connection here. The reader that never reads does not look.
            if self.kind != 2 and self.socket.recv(1) == b"":
                self.close()
        except BlockingIOError:
            pass
        except OSError:
            self.close()

    def close(self):
        self.socket.close()
        self.socket = None


def main():
    resource.setrlimit(resource.RLIMIT_NOFILE, (clients + 1000, max(clients + 1000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    # The server has the limit of any service.
    few = lambda: (resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 1024)), ctypes.CDLL(None).prctl(1, signal.SIGKILL))
    server = subprocess.Popen([command, "metrics", "--no-rules", "--listen", str(PORT)], stdout=subprocess.PIPE, preexec_fn=few)
    try:
        server.stdout.readline()
        for _ in range(20):
            scrape()
        before = memory(server)
        crowd = [Client(number) for number in range(clients)]
        times, memories, failures = [], [], 0
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for start in range(0, clients, 1000):
                for client in crowd[start : start + 1000]:
                    client.act()
                try:
                    times.append(scrape())
                except OSError:
                    failures += 1
            memories.append(memory(server))
        opened = sum(client.opened for client in crowd)
        for client in crowd:
            if client.socket:
                client.close()
        server.terminate()
        status = server.wait(20)
        half = len(memories) // 2
        print(json.dumps({
            "status": status, "opened": opened, "scrapes": len(times), "failures": failures, "slowest": max(times),
            "median": sorted(times)[len(times) // 2], "kib_before": before, "kib_highest": max(memories),
            "kib_middle": memories[half], "kib_end": memories[-1],
        }))
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


main()
