#!/usr/bin/env python3
"""A web server on port 8080 in a cgroup of its own: session.py login|service CGROUP FOLDER

As a login, the processes are those of somebody who came by ssh: sshd, bash, and python3 -m http.server. As a service, the
server is the first process of the cgroup. All of them end with the standard input of this one.
"""
import ctypes, os, signal, subprocess, sys

kind, cgroup, folder = sys.argv[1:]
SERVER = "python3 -m http.server 8080"
PR_SET_NAME = 15


def enter():
    with open(cgroup + "/cgroup.procs", "w") as procs:
        procs.write("0")


if kind == "login":
    enter()
    ctypes.CDLL(None).prctl(PR_SET_NAME, b"sshd", 0, 0, 0)
    # A shell replaces itself by its last command, unless something comes after it.
    words, before = ["bash", "-c", SERVER + "; exit $?"], None
else:
    words, before = SERVER.split(), enter
child = subprocess.Popen(
    words, preexec_fn=before, cwd=folder, start_new_session=True, stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
os.write(1, b"ready\n")
while os.read(0, 1):
    pass
os.killpg(child.pid, signal.SIGKILL)
child.wait()
