"""Records what the kernel and ss say about sockets of every kind, in a guest."""
import json
import os
import socket
import subprocess
import time

from questions import QUESTIONS, Capture, ask, copy_tables
from sockets import OUT, cgroups, facts, make_all


def record(name, command_lines, requests):
    capture = Capture(f"{OUT}/{name}.pcap")
    capture.start()
    text = b""
    for line in command_lines:
        options = line.split(" ")
        answer = subprocess.run(["ss", "-H", *options], capture_output=True)
        # ss pads every row to the width of the longest.
        text += b"".join(row.rstrip(b" ") + b"\n" for row in answer.stdout.split(b"\n") if row)
        if answer.stderr:
            print(f"ss {line}: {answer.stderr.decode(errors='replace')}", flush=True)
    errors = [ask(request, sequence) for sequence, request in enumerate(requests, 1)]
    capture.stop()
    if capture.records == 0:
        os.remove(capture.path)
        with open(f"{OUT}/absent.txt", "a") as file:
            file.write(f"question {name}\t{errors}\n")
        return
    if command_lines:
        with open(f"{OUT}/{name}.ss.txt", "wb") as file:
            file.write(text)
    print(f"recorded {name}: {len(text.splitlines())} rows of ss, errors {errors}", flush=True)


make_all()
time.sleep(0.5)
with open(f"{OUT}/cgroups.txt", "w") as file:
    for path, number in cgroups():
        file.write(f"{number} {path}\n")
with open(f"{OUT}/interfaces.txt", "w") as file:
    for index, name in socket.if_nameindex():
        file.write(f"{index} {name}\n")
with open(f"{OUT}/facts.ndjson", "w") as file:
    for fact in facts():
        file.write(json.dumps(fact) + "\n")
for question in QUESTIONS:
    record(*question)
copy_tables()
