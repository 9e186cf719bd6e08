"""Valid users at a modest, fixed rate, and how long each waited.

  latency_client.py PORT PATH RATE SECONDS COOKIES_FILE     prints {"rate", "count", "refused", "p50", "p99", "p99.9"}

Each request has its time and does not wait for the answer to another: a slow server does not slow the asking. A
request counts from when it was sent, or, while all connections wait for answers, from when it should have been. Runs
with a higher priority where it may, so that it measures the server's delays and not its own.
"""
import collections
import gc
import itertools
import json
import os
import selectors
import socket
import sys
import time

CONNECTIONS = 16


def percentile(ordered, percent):
    """Of a list in ascending order: the smallest value that at least `percent` of 100 do not exceed."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def summary(latencies, refused, seconds):
    """The result, latencies in µs; `latencies` are seconds."""
    ordered = sorted(latencies)
    return {"rate": len(ordered) / seconds, "count": len(ordered), "refused": refused, "errors": 0,
            **{f"p{p}": round(percentile(ordered, p) * 1e6, 1) for p in (50, 99, 99.9)}}


class Peer:
    """One connection to the server: a request at a time."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began, self.input = 0.0, b""

    def send(self, request, began):
        self.began, self.input = began, b""
        self.socket.sendall(request)

    def receive(self):
        """The status once the answer is whole, else None."""
        piece = self.socket.recv(65536)
        if not piece:
            sys.exit("latency_client: the server closed a connection")
        self.input += piece
        head, found, body = self.input.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
        return int(head[9:12]) if len(body) >= length else None


def run(port, requests, rate, seconds):
    chooser, peers = selectors.DefaultSelector(), [Peer(port) for _ in range(CONNECTIONS)]
    for peer in peers:
        chooser.register(peer.socket, selectors.EVENT_READ, peer)
    free, waiting, latencies, refused = collections.deque(peers), collections.deque(), [], 0
    began, sent, total = time.perf_counter(), 0, int(rate * seconds)
    while len(latencies) < total:
        now = time.perf_counter()
        while sent < total and began + sent / rate <= now:
            waiting.append(None if free else began + sent / rate)
            sent += 1
            while waiting and free:
                due = waiting.popleft()
                free.popleft().send(next(requests), due or time.perf_counter())
        pause = max(0.0, began + sent / rate - time.perf_counter()) if sent < total else 1.0
        for key, _ in chooser.select(pause):
            status = key.data.receive()
            if status is None:
                continue
            latencies.append(time.perf_counter() - key.data.began)
            refused += status != 200
            free.append(key.data)
            if waiting:
                due = waiting.popleft()
                free.popleft().send(next(requests), due or time.perf_counter())
    return summary(latencies, refused, time.perf_counter() - began)


def main():
    port, path, rate, seconds, cookies = sys.argv[1:]
    with open(cookies) as f:
        requests = itertools.cycle([f"GET /{path} HTTP/1.1\r\nHost: localhost\r\nCookie: {line.strip()}\r\n\r\n".encode()
                                    for line in f])
    try:
        os.nice(-10)
    except PermissionError:
        pass  # then at the ordinary one
    gc.disable()
    print(json.dumps(run(int(port), requests, float(rate), float(seconds))))


if __name__ == "__main__":
    main()
