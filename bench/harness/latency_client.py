"""Sends requests of valid users at a modest, fixed rate, and measures the latency of each.

  latency_client.py PORT PATH RATE SECONDS COOKIES_FILE     prints {"rate", "count", "refused", "p50", "p99", "p99.9"}

Each request is sent at its own time and does not wait for the response to another one, so a slow server does not slow the
load. The latency of a request begins when it is sent; if all connections are busy then, it begins when the request was due. The
process raises its priority if it may, so that it measures the delays of the server and not its own.
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
    """The smallest value of a sorted list that at least `percent` percent of the values do not exceed."""
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def summary(latencies, refused, seconds):
    """The result, with latencies in µs. `latencies` are in seconds."""
    ordered = sorted(latencies)
    return {"rate": len(ordered) / seconds, "count": len(ordered), "refused": refused, "errors": 0,
            **{f"p{p}": round(percentile(ordered, p) * 1e6, 1) for p in (50, 99, 99.9)}}


class Peer:
    """One connection to the server, with one request at a time."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began, self.input = 0.0, b""

    def send(self, request, began):
        self.began, self.input = began, b""
        self.socket.sendall(request)

    def receive(self):
        """Reads once. Returns the status if the response is complete, else None."""
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
    selector, peers = selectors.DefaultSelector(), [Peer(port) for _ in range(CONNECTIONS)]
    for peer in peers:
        selector.register(peer.socket, selectors.EVENT_READ, peer)
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
        for key, _ in selector.select(pause):
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
        pass  # The priority stays as it is.
    gc.disable()
    print(json.dumps(run(int(port), requests, float(rate), float(seconds))))


if __name__ == "__main__":
    main()
