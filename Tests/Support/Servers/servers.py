#!/usr/bin/env python3
"""Servers of many kinds on port 8080 of the loopback: servers.py KIND

Each says "ready" when it serves, and all of its processes end with status 42 when their standard input ends.
"""
import ctypes, os, signal, socket, subprocess, sys, threading, time

ME = os.path.abspath(__file__)


def follow_input():
    """Ends this process with its standard input. A forked process has to call it again."""
    def wait():
        while os.read(0, 1):
            pass
        os._exit(42)
    threading.Thread(target=wait, daemon=True).start()


def ready():
    try:
        os.write(1, b"ready\n")
    except OSError:
        pass


def listen(kind=socket.SOCK_STREAM, reuse_port=False, listens=True):
    sock = socket.socket(socket.AF_INET, kind)
    if reuse_port:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    while True:
        try:
            sock.bind(("127.0.0.1", 8080))
            break
        except OSError:
            time.sleep(0.02)
    if kind == socket.SOCK_STREAM and listens:
        sock.listen()
    return sock


def fork(body):
    pid = os.fork()
    if pid == 0:
        follow_input()
        body()
        os._exit(0)
    return pid


def sleep():
    while True:
        time.sleep(3600)


def again(*words):
    return subprocess.Popen([sys.executable, ME, *words], stdout=1)


def respawn(words, pause):
    while True:
        if subprocess.call(words) == 42:
            os._exit(42)
        time.sleep(pause)


class Kinds:
    def plain():
        kept = listen(); ready(); sleep()

    def stubborn():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        kept = listen(); ready(); sleep()

    def draining():
        kept = listen()
        signal.signal(signal.SIGTERM, lambda *_: kept.close())
        ready(); sleep()

    def bound():
        kept = listen(listens=False); ready(); sleep()

    def udp():
        kept = listen(socket.SOCK_DGRAM); ready(); sleep()

    def prefork():
        kept = listen()
        for _ in range(3): fork(sleep)
        ready(); sleep()

    def heir():
        """A child that inherited the socket and left its parent."""
        kept = listen()
        os.waitpid(fork(lambda: fork(lambda: (os.setsid(), sleep()))), 0)
        ready(); sleep()

    def daemon():
        def body():
            os.setsid()
            fork(lambda: Kinds.plain())
        os.waitpid(fork(body), 0)
        sleep()

    def reuseport():
        fork(lambda: (listen(reuse_port=True), sleep()))
        kept = listen(reuse_port=True)
        time.sleep(0.3); ready(); sleep()

    def accepted():
        """The listener, a client, and the server's end of its connection."""
        kept = listen()
        client = socket.create_connection(("127.0.0.1", 8080))
        server, _ = kept.accept()
        return kept, client, server

    def worker():
        """A worker keeps its connection when its master ends."""
        kept, client, server = Kinds.accepted()
        fork(lambda: (kept.close(), ready(), sleep()))
        server.close(); client.close()
        sleep()

    def finishing():
        """A worker whose client leaves it a second after its master has ended."""
        kept, client, server = Kinds.accepted()
        master = os.getpid()
        def body():
            kept.close(); ready()
            while os.getppid() == master: time.sleep(0.02)
            time.sleep(1)
            client.close(); server.recv(1); server.close()
        fork(body)
        server.close(); client.close()
        sleep()

    def timewait():
        """The server closed a connection first."""
        kept, client, server = Kinds.accepted()
        server.close(); client.recv(1); client.close()
        ready(); sleep()

    def loop(): respawn([sys.executable, ME, "plain"], 0)

    def pausing(): respawn([sys.executable, ME, "plain"], 0.3)

    def slowly(): respawn([sys.executable, ME, "plain"], 1)

    def nodemon():
        """A watcher, a shell, and the server below it."""
        respawn(["/bin/sh", "-c", "%s %s plain; exit $?" % (sys.executable, ME)], 0.5)

    def late():
        """The new server takes four seconds to its bind()."""
        again("plain").wait()
        respawn([sys.executable, ME, "sleepy"], 0)

    def sleepy():
        time.sleep(4); Kinds.plain()

    def flapping():
        """The first new server gives up after a moment, and the next one after a while stays."""
        again("plain").wait()
        again("brief").wait()
        time.sleep(1.3)
        respawn([sys.executable, ME, "plain"], 0.1)

    def brief():
        kept = listen(); ready(); time.sleep(0.3)

    def datagrams(): respawn([sys.executable, ME, "udp"], 0.3)

    def phoenix():
        """It leaves its socket to a successor when it is told to end."""
        def succeed(*_):
            fork(lambda: (signal.signal(signal.SIGTERM, signal.SIG_DFL), sleep())); os._exit(0)
        kept = listen()
        signal.signal(signal.SIGTERM, succeed)
        ready(); sleep()

    def waiting():
        """A parent that starts nothing again."""
        again("plain").wait(); sleep()

    def ending():
        """A parent that ends with its server."""
        again("plain").wait()

    def proxy():
        """What forwards a container's port, started again by its engine."""
        respawn([sys.executable, ME, "forwarder"], 0.3)

    def forwarder():
        ctypes.CDLL(None).prctl(15, b"docker-proxy", 0, 0, 0)
        Kinds.plain()


follow_input()
getattr(Kinds, sys.argv[1])()
