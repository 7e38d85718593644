#!/usr/bin/env python3
"""Measures one Prometheus that watches many hosts: series, bytes and times of scrapes, and memory.

fleet.py COMMAND [HOSTS] [MINUTES]

Run it as root: `unshare --net` gives it a network of its own, in which it makes the sockets of a web server, records the pages of
`COMMAND metrics` three times with traffic between them, and then serves them for HOSTS targets. Counters of each host grow by
what they grew between the recorded pages, with a random factor, so that the storage has real work. It needs the Debian package
prometheus.
"""

import http.server, json, os, random, re, shutil, socket, socketserver, subprocess, sys, tempfile, threading, time
import urllib.parse, urllib.request

if os.environ.get("SOCKDIAG_FLEET") is None:
    os.environ["SOCKDIAG_FLEET"] = "1"
    script = 'ip link set lo up; exec "$0" "$@"'
    os.execvp("unshare", ["unshare", "--net", "bash", "-c", script, sys.executable, os.path.abspath(__file__)] + sys.argv[1:])

command = sys.argv[1]
hosts = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
minutes = float(sys.argv[3]) if len(sys.argv) > 3 else 6
INTERVAL = 15
UI = 9090


def get(url, accept="text/plain"):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=60) as answer:
        return answer.read().decode()


def crowd():
    """The sockets of a web server: 12 ports, 400 connections of clients, 150 to six back ends."""
    listeners = [socket.create_server(("0.0.0.0", port), backlog=128) for port in range(8000, 8012)]
    backends = [socket.create_server((f"127.0.1.{number}", 5432), backlog=128) for number in range(1, 7)]
    pairs = []
    for number in range(400):
        client = socket.socket()
        client.bind((f"127.0.2.{number % 50 + 1}", 0))
        client.connect(("127.0.0.1", 8000 + (number % 12 if number % 3 == 0 else 0)))
        pairs.append((client, listeners[client.getpeername()[1] - 8000].accept()[0]))
    for number in range(150):
        client = socket.create_connection(backends[number % 6].getsockname())
        pairs.append((client, backends[number % 6].accept()[0]))
    datagrams = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(8)]
    for number, datagram in enumerate(datagrams):
        datagram.bind(("127.0.0.1", 5300 + number))
    return listeners, backends, pairs, datagrams


def exchange(pairs):
    for client, server in pairs:
        client.sendall(bytes(random.randrange(1, 20_000)))
        server.recv(1 << 20)
        server.sendall(bytes(random.randrange(1, 50_000)))
        client.recv(1 << 20)


def recorded_pages():
    sockets = crowd()
    server = subprocess.Popen([command, "metrics", "--listen", "9773"], stdout=subprocess.PIPE)
    try:
        server.stdout.readline()
        pages = []
        for _ in range(3):
            exchange(sockets[2])
            pages.append([get("http://127.0.0.1:9773/metrics", a) for a in ("text/plain", "application/openmetrics-text")])
        return pages
    finally:
        server.terminate()
        server.wait()


class Host:
    """The page of a host, whose figures move."""

    def __init__(self, lines, number):
        self.random = random.Random(number)
        self.scale = self.random.uniform(0.2, 3)
        self.lines = lines
        self.totals = [value * self.scale for _, value, _, _ in lines]

    def page(self):
        out = []
        for index, (name, value, growth, kind) in enumerate(self.lines):
            if name is None:
                out.append(value_of_comment(kind))
            elif growth:
                self.totals[index] += growth * self.random.uniform(0, 2) * self.scale
                out.append(f"{name} {int(self.totals[index])}")
            elif value > 10 and kind == "gauge":
                out.append(f"{name} {int(value * self.random.uniform(0.8, 1.2))}")
            else:
                out.append(f"{name} {value:g}")
        return ("\n".join(out) + "\n").encode()


def value_of_comment(text):
    return text


def model(pages):
    """The lines of the last page, with what each counter grew between two pages."""
    before = dict(line.rsplit(" ", 1) for line in pages[-2].splitlines() if not line.startswith("#"))
    lines, kind = [], "gauge"
    for line in pages[-1].splitlines():
        if line.startswith("#"):
            if line.startswith("# TYPE"):
                kind = line.rsplit(" ", 1)[1]
            lines.append((None, 0, 0, line))
            continue
        name, value = line.rsplit(" ", 1)
        growth = float(value) - float(before.get(name, value)) if kind == "counter" else 0
        lines.append((name, float(value), growth, kind))
    return lines


def main():
    pages = recorded_pages()
    plain, openmetrics = pages[-1]
    lines = model([page[0] for page in pages])
    series = sum(1 for name, *_ in lines if name)
    fleet = [Host(lines, number) for number in range(hosts)]
    served = [0, 0]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            page = fleet[int(self.path.split("/")[2])].page()
            served[0] += 1
            served[1] += len(page)
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_):
            pass

    # Four processes, so that Python is not what limits the scrapes.
    ports = [9801, 9802, 9803, 9804]
    children = []
    for port in ports:
        child = os.fork()
        if child == 0:
            socketserver.ThreadingMixIn.daemon_threads = True
            http.server.ThreadingHTTPServer.request_queue_size = 1000
            http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
        children.append(child)
    folder = tempfile.mkdtemp(prefix="sockdiag-fleet-")
    prometheus = None
    try:
        targets = [
            {"targets": [f"127.0.0.1:{ports[number % 4]}"], "labels": {"__metrics_path__": f"/host/{number}", "instance": f"host{number}"}}
            for number in range(hosts)
        ]
        json.dump(targets, open(f"{folder}/targets.json", "w"))
        open(f"{folder}/rules.yml", "w").write(
            subprocess.run([command, "metrics", "--print", "rules"], check=True, capture_output=True, text=True).stdout)
        open(f"{folder}/prometheus.yml", "w").write(
            f"global: {{scrape_interval: {INTERVAL}s, evaluation_interval: {INTERVAL}s}}\nrule_files: [rules.yml]\n"
            f"scrape_configs:\n  - job_name: sockdiag\n    file_sd_configs: [{{files: [{folder}/targets.json]}}]\n"
            f"  - job_name: prometheus\n    static_configs: [{{targets: ['127.0.0.1:{UI}']}}]\n")
        prometheus = subprocess.Popen(
            ["prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
             f"--web.listen-address=127.0.0.1:{UI}"], stderr=open(f"{folder}/log", "w"))
        time.sleep(minutes * 60)

        def query(text):
            url = f"http://127.0.0.1:{UI}/api/v1/query?{urllib.parse.urlencode({'query': text})}"
            result = json.loads(get(url))["data"]["result"]
            return float(result[0]["value"][1]) if result else None

        status = open(f"/proc/{prometheus.pid}/status").read()
        resident = int(re.search(r"VmRSS:\s+(\d+)", status)[1])
        ticks = open(f"/proc/{prometheus.pid}/stat").read().rsplit(")", 1)[1].split()
        size = sum(os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(f"{folder}/data") for name in names)
        print(json.dumps({
            "hosts": hosts, "minutes": minutes, "series_of_a_host": series, "bytes_of_a_page": len(plain),
            "bytes_of_an_openmetrics_page": len(openmetrics),
            "hosts_up": query('sum(up{job="sockdiag"})'), "head_series": query("prometheus_tsdb_head_series"),
            "samples_a_second": query("rate(prometheus_tsdb_head_samples_appended_total[2m])"),
            "resident_mib": resident // 1024, "processor_share": (int(ticks[11]) + int(ticks[12])) / os.sysconf("SC_CLK_TCK") / minutes / 60,
            "scrape_seconds_median": query('quantile(0.5, scrape_duration_seconds{job="sockdiag"})'),
            "scrape_seconds_99": query('quantile(0.99, scrape_duration_seconds{job="sockdiag"})'),
            "rules_seconds": query("sum(prometheus_rule_group_last_duration_seconds)"),
            "series_of_rules": query('count({__name__=~"(job|job_.*|instance):.*"})'), "storage_mib": size >> 20,
        }, indent=1))
    finally:
        if prometheus:
            prometheus.terminate()
            prometheus.wait()
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
        shutil.rmtree(folder, ignore_errors=True)


main()
