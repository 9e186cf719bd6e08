"""Runs wrk and reads its output."""
import os
import re
import subprocess

from harness.sandbox import BenchError

SCRIPTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "lua")
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
PERCENTILES = ("p50", "p99", "p99.9")


def seconds_of(text):
    """Parses a time as wrk prints it, such as '1.23ms'. Returns seconds."""
    match = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text)
    if not match:
        raise BenchError(f"wrk: not a time: {text}")
    return float(match.group(1)) * UNITS[match.group(2)]


def parse(out):
    """Parses the output of wrk. Returns {"rate": requests per second, "count": requests, "errors": socket errors, "refused":
    responses other than 2xx and 3xx, "p50", "p99", "p99.9": µs (the last one only from a script that prints it)}."""
    rate = re.search(r"Requests/sec:\s+([\d.]+)", out)
    count = re.search(r"(\d+) requests in", out)
    if not rate or not count or int(count.group(1)) == 0:
        raise BenchError(f"wrk: no requests answered:\n{out}")
    errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    result = {"rate": float(rate.group(1)), "count": int(count.group(1)),
              "errors": sum(map(int, errors.groups())) if errors else 0,
              "refused": int(refused.group(1)) if refused else 0}
    for name, label in (("p50", "50"), ("p99", "99")):
        found = re.search(rf"^\s+{label}%\s+(\S+)$", out, re.M)
        if found:
            result[name] = round(seconds_of(found.group(1)) * 1e6, 1)
    for name, value in re.findall(r"^exact (\S+) ([\d.]+)$", out, re.M):
        result[name] = float(value)
    return result


def command(url, connections, seconds, script="percentiles.lua", cookie=None, arguments=(), threads=1):
    header = ["-H", f"Cookie: {cookie}"] if cookie else []
    return ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "10s",
            "-s", os.path.join(SCRIPTS, script), *header, url, "--", *map(str, arguments)]


def run(*arguments, **options):
    """Runs one load. Responses other than 2xx and 3xx and socket errors do not raise: they are in the result."""
    return run_command(command(*arguments, **options))


def run_command(words):
    """The same as run(), of a command line."""
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"wrk: {done.stderr or done.stdout}")
    return parse(done.stdout)


def run_clean(*arguments, **options):
    """Runs one load. Every response must be a success."""
    return clean(run(*arguments, **options), arguments[0])


def clean(result, what):
    """Returns a result of which every response was a success."""
    if result["errors"] or result["refused"]:
        raise BenchError(f"wrk {what}: {result['refused']} refused, {result['errors']} errors of sockets")
    return result
