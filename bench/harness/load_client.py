"""Runs bench/harness/load_client.cpp, a load generator that takes as little CPU time as possible."""
import json
import subprocess

from harness.sandbox import BenchError


def command(bench, path, connections, rate, seconds, kind, what):
    """The command line. `rate`: requests per second, or "max". `kind`: "forged" with a valid cookie, or "users" with a file."""
    return [f"{bench.sandbox.build}/bench/load-client", *map(str, (bench.front.port, path, connections, rate, seconds, kind, what))]


def run_clean(bench, path, connections, seconds, cookies, rate="max"):
    """Runs one load with the cookies of a file. Every response must be a success. Returns the result of wrk.run without errors
    and refusals."""
    done = subprocess.run(command(bench, path, connections, rate, seconds, "users", cookies), capture_output=True, text=True,
                          timeout=seconds + 60)
    if done.returncode != 0:
        raise BenchError(done.stderr or done.stdout)
    result = json.loads(done.stdout)
    if result["count"] == 0 or result["errors"] or result["passed"] != result["count"]:
        raise BenchError(f"{path}: of {result['count']} answers {result['passed']} are successes; {result['errors']} connections "
                         "were closed instead")
    return {key: result[key] for key in ("rate", "count", "p50", "p99", "p99.9")}
