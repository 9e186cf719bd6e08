"""Reads the metrics of a gateway from its socket for HTTP."""
import re
import socket

from harness import http11
from harness.sandbox import BenchError


def read(path):
    """The metrics as {name with its labels: value}."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(10)
        connection.connect(path)
        connection.sendall(http11.request("/metrics", {"Host": "localhost"}))
        answer = http11.receive(connection).decode()
    if not answer.startswith("HTTP/1.1 200 "):
        raise BenchError(f"no metrics: {answer[:200]}")
    return {name: float(value) for name, value in re.findall(r"^(session_gateway_\S+) (\S+)$", answer, re.M)}


def lookups(path):
    """(hits, all look-ups) of a gateway's near cache since its start."""
    found = {name: value for name, value in read(path).items() if name.startswith("session_gateway_near_cache_lookups_total")}
    return sum(value for name, value in found.items() if 'result="hit"' in name), sum(found.values())
