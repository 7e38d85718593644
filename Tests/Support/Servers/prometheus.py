"""Scrapes `sockdiag metrics` with a real Prometheus, in the network namespace of the caller, and prints what it knows.

prometheus.py COMMAND FOLDER

It makes sockets, starts `COMMAND metrics --listen`, a server of the older format and Prometheus with its storage in FOLDER,
ends everything that it started, and prints one JSON object. A crash of this program ends them too.
"""

import ctypes, http.server, json, os, re, signal, socket, subprocess, sys, threading, time, urllib.parse, urllib.request

command, folder = sys.argv[1:]
METRICS, PLAIN, UI = 9773, 9774, 9775
started = []


def start(*words):
    # A child dies with this process: PR_SET_PDEATHSIG.
    die = lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=open(f"{folder}/log", "ab"), preexec_fn=die)
    started.append(process)
    return process


def end(process):
    process.terminate()
    try:
        return process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def get(url, accept="*/*"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return answer.read().decode()


def api(path, **parameters):
    return json.loads(get(f"http://127.0.0.1:{UI}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"))["data"]


def until(condition, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            value = condition()
        except OSError:
            value = None
        if value or time.monotonic() > end:
            return value
        time.sleep(0.1)


def printed(word):
    return subprocess.run([command, "metrics", "--print", word], check=True, capture_output=True).stdout.decode()


class Plain(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = get(f"http://127.0.0.1:{METRICS}/metrics", "text/plain").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_):
        pass


def exchange(listener, count, byte_count):
    """Connections that carry bytes to the listener and end, the server's side first."""
    for _ in range(count):
        client = socket.create_connection(listener.getsockname())
        server, _ = listener.accept()
        client.sendall(bytes(byte_count))
        left = byte_count
        while left:
            left -= len(server.recv(left))
        # The server keeps its socket until the client's end has come. A socket that is closed before may miss it:
        # it counts as a byte only if it comes with the acknowledgement, and on a busy host that goes ahead alone.
        server.shutdown(socket.SHUT_WR)
        while client.recv(1):
            pass
        client.close()
        while server.recv(1):
            pass
        server.close()


def main():
    # What stays: a listener with a queue, connections to another, and a datagram socket.
    full = socket.create_server(("127.0.0.1", 8080), backlog=3)
    waiting = [socket.create_connection(full.getsockname()) for _ in range(2)]
    busy = socket.create_server(("127.0.0.1", 8081))
    pairs = [(socket.create_connection(busy.getsockname()), busy.accept()[0]) for _ in range(5)]
    datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 5353))
    own = " or ".join(f"sport = :{port} or dport = :{port}" for port in (METRICS, PLAIN, UI))
    sockdiag = start(command, "metrics", "--listen", str(METRICS), f"not ( {own} )")
    address = sockdiag.stdout.readline().decode().strip()
    plain = http.server.ThreadingHTTPServer(("127.0.0.1", PLAIN), Plain)
    threading.Thread(target=plain.serve_forever, daemon=True).start()
    for word in ("alerts", "rules"):
        with open(f"{folder}/{word}.yml", "w") as file:
            file.write(printed(word))
    with open(f"{folder}/prometheus.yml", "w") as file:
        file.write(
            f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [alerts.yml, rules.yml]
scrape_configs:
  - job_name: sockdiag
    static_configs: [{{targets: ["127.0.0.1:{METRICS}"]}}]
  - job_name: plain
    static_configs: [{{targets: ["127.0.0.1:{PLAIN}"]}}]
"""
        )
    prometheus = start(
        "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{UI}",
    )
    up = until(lambda: len(api("query", query="up == 1")["result"]) == 2)
    # What begins and ends between two scrapes is counted from announcements: both sides, in both jobs. TIME-WAIT is
    # asked for soon after: it lasts a minute.
    exchange(busy, 7, 10_000)
    until(lambda: len(api("query", query='sockdiag_tcp_ended_connections_total{port="8081"} == 7')["result"]) == 4)
    series = {}
    for job in ("sockdiag", "plain"):
        series[job] = {}
        for sample in api("query", query=f'{{job="{job}",__name__=~"sockdiag_.*"}}')["result"]:
            labels = sample["metric"]
            name = labels.pop("__name__")
            labels = ",".join(f'{k}="{labels[k]}"' for k in sorted(labels) if k not in ("job", "instance"))
            series[job][f"{name}{{{labels}}}"] = float(sample["value"][1])
    kinds = {}
    for target in api("targets/metadata", match_target='{job="sockdiag"}'):
        kinds[target["metric"]] = target["type"]
    rules = [rule for group in api("rules")["groups"] for rule in group["rules"]]
    dashboard = json.loads(printed("dashboard"))
    expressions = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    failed = []
    for expression in expressions:
        for name, value in (("$job", ".*"), ("$instance", ".*"), ("$__rate_interval", "1m")):
            expression = expression.replace(name, value)
        try:
            api("query", query=expression)
        except OSError as error:
            failed.append(f"{expression}: {error}")
    status = end(sockdiag)
    print(json.dumps({
        "address": address, "up": bool(up), "series": series, "kinds": kinds, "status": status,
        "rules": {rule["name"]: rule["health"] for rule in rules}, "expressions": len(expressions), "failed": failed,
    }))


try:
    main()
finally:
    for process in started:
        if process.poll() is None:
            end(process)
