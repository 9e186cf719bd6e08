"""10,000 idle connections to the gateway, and 1,000 busy ones through nginx."""
import contextlib
import socket

from contenders import Contender
from contenders.gateway import Gateway
from harness import fastcgi
from harness.bench import Bench, rounds
from harness.sandbox import BenchError, memory_mib

BUSY = 1000


# An auth check without a cookie.
REQUEST = fastcgi.request({"GATEWAY_ENDPOINT": "auth", "REQUEST_METHOD": "GET"})


@contextlib.contextmanager
def idle_connections(path, count):
    """Opens kept connections. Each has sent one request, as connections of nginx have."""
    peers = []
    try:
        for _ in range(count):
            peer = socket.socket(socket.AF_UNIX)
            peers.append(peer)
            peer.connect(path)
            peer.sendall(REQUEST)
            if b"401" not in peer.recv(4096):
                raise BenchError("no answer on an idle connection")
        yield
    finally:
        for peer in peers:
            peer.close()


def run(options):
    count = 1000 if options.quick else 10000
    gateway = Gateway("memory", connections=count + 2 * BUSY)
    contender = Contender("memory", gateway, True)
    with Bench(options, [contender]) as bench:
        before = memory_mib(gateway.pids())
        with idle_connections(gateway.socket, count):
            held = memory_mib(gateway.pids())

        def beside_idle():
            with idle_connections(gateway.socket, count):
                return bench.measure(contender, BUSY)
        results = rounds(options, {"busy alone": lambda: bench.measure(contender, BUSY), "busy beside idle": beside_idle})
    return {"idle": count, "busy": BUSY, "before_mib": round(before, 1), "held_mib": round(held, 1),
            "contenders": [{"name": name, "rounds": value} for name, value in results.items()]}
